// The simulated Annuaire as a national extraction, in a file.
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ecrireParution, nommerParution } from '../simulateur/publication.js';
import { Simulateur } from '../simulateur/simulateur.js';
import { print, type CommandContext } from './context.js';
import type { OpenProgram } from './program.js';
import { simulateurOptions } from './simulate-feed.js';

export async function simulatePublish(
  context: CommandContext,
  { pool, settings, progress, isJson }: OpenProgram,
  dossier: string,
  date: Date | undefined,
): Promise<void> {
  const { now, signal } = context.surroundings;
  const simulateur = await Simulateur.ouvrir(
    pool,
    simulateurOptions(settings),
    { isReinitialise: false, isLecture: true },
    progress,
  );
  const parution = nommerParution(simulateur, settings.dataDir, now(), date);
  await mkdir(resolve(dossier), { recursive: true });
  const fichier = join(resolve(dossier), `${parution.nom}.zip`);
  const brouillon = `${fichier}.${process.pid}.part`;
  try {
    const sortie = createWriteStream(brouillon);
    const lignes = await ecrireParution(pool, simulateur, parution, sortie, signal);
    await rename(brouillon, fichier);
    const resultat = { fichier, lignes, genereLe: parution.genereLe.toISOString() };
    print(
      context,
      isJson,
      { simulation: true, ...resultat },
      () =>
        `✓ SIMULATION : ${lignes.toLocaleString('fr-FR')} lignes dans ${fichier}\n` +
        `  Pour la mettre en service : annuaire-sync extract bals --from ${fichier}`,
    );
  } finally {
    await rm(brouillon, { force: true });
  }
}
