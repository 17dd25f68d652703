// The simulated Annuaire as a national extraction, in a file.
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { untilItsMinute, writePublication, namePublication } from '../simulator/publication.js';
import { Simulator } from '../simulator/simulator.js';
import { print, type CommandContext } from './context.js';
import type { OpenProgram } from './program.js';
import { simulatorOptions } from './simulate-feed.js';

export type PublishOptions = {
  readonly folder: string;
  /** Taken as it is, even if it is still to come. */
  readonly date: Date | undefined;
  /** False: an operation of the minute under way may be dated before the publication and not be in it. */
  readonly isPatient: boolean;
};

export async function simulatePublish(
  context: CommandContext,
  { pool, settings, progress, isJson }: OpenProgram,
  { folder, date, isPatient }: PublishOptions,
): Promise<void> {
  const { now, signal } = context.surroundings;
  const open = (): Promise<Simulator> =>
    Simulator.open(
      pool,
      simulatorOptions(settings),
      { isReset: false, isReadOnly: true },
      progress,
    );
  let simulator = await open();
  const publication = namePublication(simulator, settings.dataDir, now(), date);
  if (isPatient && !date && publication.genereLe > now()) {
    progress.step({
      label: 'Attente de la minute de la parution',
      total: undefined,
      unit: 'opérations',
    });
    await untilItsMinute(publication, now(), signal);
    simulator.close();
    // What was done meanwhile is in it.
    simulator = await open();
  }
  await mkdir(resolve(folder), { recursive: true });
  const file = join(resolve(folder), `${publication.name}.zip`);
  const draft = `${file}.${process.pid}.part`;
  try {
    const output = createWriteStream(draft);
    const lines = await writePublication(pool, simulator, publication, output, signal);
    await rename(draft, file);
    const result = { fichier: file, lignes: lines, genereLe: publication.genereLe.toISOString() };
    print(
      context,
      isJson,
      { simulation: true, ...result },
      () =>
        `✓ SIMULATION : ${lines.toLocaleString('fr-FR')} lignes dans ${file}\n` +
        `  Pour la mettre en service : annuaire-sync extract bals --from ${file}`,
    );
  } finally {
    await rm(draft, { force: true });
  }
}
