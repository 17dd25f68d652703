// The settings of a round: those of the sample, on the roads that fail.
export function roundSettings(place: {
  readonly dataDir: string;
  readonly database: string;
  readonly feed: string;
}): string {
  return `dataDir: ${JSON.stringify(place.dataDir)}
database: { url: ${JSON.stringify(place.database)} }
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
