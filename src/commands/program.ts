// What every command is given: settings, database, progress, and how to say what came of it.
import type { Writable } from 'node:stream';
import { openEngine } from '../db/engine.js';
import { migrate } from '../db/migrate.js';
import { checkHorloge } from './horloge.js';
import type { ReadOnlyCause } from '../db/database-watch.js';
import { createPool, type Pool } from '../db/pool.js';
import { assertSchema, findReadOnlyCause, refuseWriting } from '../db/read-only.js';
import type { Settings } from '../config/settings.js';
import type { Compter } from '../domain/usage-interface.js';
import type { Progress } from '../progress.js';
import { createUsageCounter } from './usage-counter.js';

/** The outside of the program, so that tests can hold it. */
export type Surroundings = {
  readonly out: Writable & { readonly columns?: number; readonly isTTY?: boolean };
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** The clock of this machine, where a test has `now` say something else; undefined: the system's. */
  readonly horloge?: () => Date;
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
  /** Why nothing can be written here; undefined: everything can. */
  readonly readOnly?: ReadOnlyCause | undefined;
};

export type OpenOptions = {
  readonly json: boolean;
  readonly progress: Progress;
  /** What the command does, for a node that only reads; undefined: it only reads. */
  readonly writing: string | undefined;
};

/** Opens the database, brings its schema up to date unless it may only be read, runs `work`, and closes everything whatever happens. */
export async function withProgram<T>(
  surroundings: Surroundings,
  settings: Settings,
  options: OpenOptions,
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
        ...(settings.database.lectureSeule && { session: readOnlySession }),
      },
      (error) => {
        // The private server may stop before the last idle connection has said goodbye.
        if (!isEnding) report(`Connexion à la base perdue : ${error.message}`);
      },
    );
    const usages = createUsageCounter(pool, surroundings.now);
    try {
      const readOnly = await prepareSchema(pool, settings, options.writing);
      if (readOnly === undefined) await checkHorloge(pool, surroundings, options.writing, report);
      return await work({
        settings,
        pool,
        progress: options.progress,
        engineDescription: engine.description,
        isJson: options.json,
        compter: usages.compter,
        readOnly,
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

/** Whatever a command that says it only reads may do, its sessions write nothing. */
const readOnlySession = { default_transaction_read_only: 'on' };

/** Whoever writes brings the schema up to date; who only reads finds it so, or says where that is done. */
async function prepareSchema(
  pool: Pool,
  { database }: Settings,
  writing: string | undefined,
): Promise<ReadOnlyCause | undefined> {
  const readOnly = await findReadOnlyCause(pool, database.lectureSeule);
  if (readOnly === undefined) await migrate(pool);
  else if (writing === undefined) await assertSchema(pool);
  else throw refuseWriting(readOnly, database.noeudPrincipal, writing);
  return readOnly;
}
