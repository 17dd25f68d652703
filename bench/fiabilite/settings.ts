// The settings of a round: those of the sample, on the roads that fail.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsOf, type Day } from './country.js';
import type { Lane } from './lane.js';

/** Of the program and of its simulated Annuaire, in the folder of the round. */
export function writeRoundSettings(lane: Lane, day: Day, folder: string, database: string): void {
  const place = (name: string): string => `http://127.0.0.1:${lane.relays.fichiers.port}/${name}`;
  const sample = settingsOf(day.folder)
    .replace(/from: \.\//gu, `from: ${day.folder}/`)
    .replace(/- \.\/(.*\.pem)/gu, `- ${day.folder}/$1`)
    .replace(/from: .*PS_LibreAcces.*/u, `from: ${place('professionnels')}`)
    .replace(/from: .*Extraction_Correspondance.*/u, `from: ${place('bals')}`);
  const program = roundSettings({
    dataDir: join(folder, 'var'),
    database: lane.postgres.url(database, lane.relays.base.port),
    feed: `http://127.0.0.1:${lane.relays.alimentation.port}`,
  });
  writeFileSync(join(folder, 'annuaire-sync.yaml'), `${sample}${program}`);
  const simulator = roundSettings({
    dataDir: join(folder, 'annuaire'),
    database: lane.quiet.url(`annuaire_${lane.name}_${day.day}`),
    feed: 'http://127.0.0.1:9',
  });
  writeFileSync(join(folder, 'simulateur.yaml'), `${sample}${simulator}`);
}

function roundSettings(place: {
  readonly dataDir: string;
  readonly database: string;
  readonly feed: string;
}): string {
  return `dataDir: ${JSON.stringify(place.dataDir)}
database: { url: ${JSON.stringify(place.database)}, requeteMaxSecondes: 30 }
reseau:
  connexionSecondes: 2
  inactiviteSecondes: 2
  totalSecondes: 20
  tentativesMax: 2
  attenteMinSecondes: 1
  attenteMaxSecondes: 1
alimentation:
  url: ${place.feed}
  cleApi: cle-de-simulation
  appelsParSeconde: 0
  connexionSecondes: 1
  reponseSecondes: 1
  totalSecondes: 2
  bailSecondes: 3
  tentativesMax: 20
  attenteMinSecondes: 0
  attenteMaxSecondes: 1
  disjoncteur: { echecsMax: 1000, pauseSecondes: 1 }
simulateur:
  appelsParSeconde: 0
  cleApi: cle-de-simulation
  silenceSecondes: 3
`;
}
