// What every command is given: settings, database, progress, and how to say what came of it.
import type { Writable } from 'node:stream';
import { openEngine } from '../db/engine.js';
import { migrate } from '../db/migrate.js';
import { createPool, type Pool } from '../db/pool.js';
import type { Settings } from '../config/settings.js';
import type { Compter } from '../domain/usage-interface.js';
import type { Progress } from '../progress.js';
import { createUsageCounter } from './usage-counter.js';

/** The outside of the program, so that tests can hold it. */
export type Surroundings = {
  readonly out: Writable & { readonly columns?: number };
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly now: () => Date;
};

export type OpenProgram = {
  readonly settings: Settings;
  readonly pool: Pool;
  readonly progress: Progress;
  /** French: which server, where its data is. */
  readonly engineDescription: string;
  readonly isJson: boolean;
  /** What is asked of the interfaces of the Annuaire, for `report --interfaces`; undefined: nobody counts. */
  readonly compter?: Compter | undefined;
};

/** Opens the database, brings its schema up to date, runs `work`, and closes everything whatever happens. */
export async function withProgram<T>(
  surroundings: Surroundings,
  settings: Settings,
  options: { readonly json: boolean; readonly progress: Progress },
  work: (program: OpenProgram) => Promise<T>,
): Promise<T> {
  const report = (message: string): void => {
    if (!options.json) surroundings.err.write(`${message}\n`);
  };
  const engine = await openEngine(
    { url: settings.database.url, dataDir: settings.dataDir },
    report,
  );
  try {
    let isEnding = false;
    const pool = createPool(
      {
        connectionString: engine.connectionString,
        max: settings.database.poolMax,
        statementTimeoutMs: settings.database.requeteMaxSecondes * 1000,
        applicationName: 'annuaire-sante-sync',
      },
      (error) => {
        // The private server may stop before the last idle connection has said goodbye.
        if (!isEnding) report(`Connexion à la base perdue : ${error.message}`);
      },
    );
    const usages = createUsageCounter(pool, surroundings.now);
    try {
      await migrate(pool);
      return await work({
        settings,
        pool,
        progress: options.progress,
        engineDescription: engine.description,
        isJson: options.json,
        compter: usages.compter,
      });
    } finally {
      await usages.close();
      isEnding = true;
      await pool.end();
    }
  } finally {
    await engine.close();
  }
}
