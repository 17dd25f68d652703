// The database under the web server: waited for at the start, watched over while it serves.
import type { Settings } from '../config/settings.js';
import type { DatabaseWatch } from '../db/database-watch.js';
import { openEngine, type Engine } from '../db/engine.js';
import { migrate } from '../db/migrate.js';
import { createPool, type Pool } from '../db/pool.js';
import { AppError, messageOf } from '../errors.js';
import { isTransientFault } from '../db/transient-fault.js';
import { serveWaiting } from './web-attente.js';
import type { MesuresWeb } from './web-mesures.js';
import type { Logger } from '../logger.js';
import { createWatch, describeChange, manquesOf } from './web-watch.js';

export type WebLog = (evenement: string, message: string) => void;

/** Events that ask nobody to look. */
const ordinaires: ReadonlySet<string> = new Set(['ecoute', 'attente']);

export function ecrireWeb(logger: Logger): WebLog {
  return (evenement, message) =>
    logger[ordinaires.has(evenement) ? 'info' : 'warn'](evenement, message);
}

export type WebServing = {
  readonly log: WebLog;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly mesures: MesuresWeb;
  /** Aborted once another process holds the port: who is connected gets one more answer. */
  readonly vidange?: AbortSignal;
  readonly onListening?: (place: string) => void;
  /** Has the certificate read again whenever it is called. */
  readonly onReload?: (reload: () => void) => void;
  /** What it cannot do at this moment, in French; nothing: it does everything. */
  readonly onManques?: (manques: readonly string[]) => void;
};

export type WebBase = {
  readonly engine: Engine;
  readonly pool: Pool;
  readonly watch: DatabaseWatch;
  /** Called once, when a database that only read takes writes. */
  readonly onPromotion: (act: () => void) => void;
  readonly close: () => Promise<void>;
};

/** A database that cannot be reached yet is waited for, the probes answered meanwhile; undefined: told to stop before. */
export async function openWebBase(
  settings: Settings,
  serving: WebServing,
): Promise<WebBase | undefined> {
  const { database, dataDir } = settings;
  const report = (message: string): void => serving.log('serveur', message);
  const open = (): Promise<Engine> => openEngine({ url: database.url, dataDir }, report);
  const engine = await open().catch(async (error: unknown) => {
    if (!isPassing(error) || database.url === undefined) throw error;
    serving.log(
      'base',
      `${messageOf(error)} Elle est attendue ; l’API et les pages répondent 503.`,
    );
    await serveWaiting(settings, database.url, serving);
    const isOver = serving.signal.aborted || serving.vidange?.aborted === true;
    return isOver ? undefined : open();
  });
  if (!engine) return undefined;
  try {
    return await watchOver(settings, engine, serving);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Unlike a wrong password or a base that does not exist. */
function isPassing(error: unknown): boolean {
  return error instanceof AppError && isTransientFault(error.cause);
}

async function watchOver(
  settings: Settings,
  engine: Engine,
  { log, now, signal, mesures, onManques }: WebServing,
): Promise<WebBase> {
  let promoted = (): void => undefined;
  const watch = await createWatch(settings, engine.connectionString, now, (state, before) => {
    for (const line of describeChange(state, before)) log('base', line);
    onManques?.(manquesOf(state));
    if (before.readOnly !== undefined && state.readOnly === undefined) promoted();
  });
  const pool = openPool(settings, engine.connectionString);
  mesures.suivre(engine.connectionString, pool);
  const stop = new AbortController();
  const watching = watch.run(AbortSignal.any([signal, stop.signal]));
  try {
    await watch.look();
    onManques?.(manquesOf(watch.state));
    if (watch.state.isReachable && watch.state.readOnly === undefined) {
      await migrate(pool);
      await watch.look();
    }
  } catch (error) {
    stop.abort();
    await Promise.all([watching, pool.end()]);
    throw error;
  }
  return {
    engine,
    pool,
    watch,
    onPromotion: (act) => (promoted = act),
    close: async () => {
      stop.abort();
      await Promise.all([watching, pool.end()]);
      await engine.close();
    },
  };
}

function openPool({ database, web }: Settings, connectionString: string): Pool {
  return createPool(
    {
      connectionString,
      max: database.poolMax,
      statementTimeoutMs: web.databaseTimeoutMs,
      connectTimeoutMs: web.databaseTimeoutMs,
      // The server's own limit comes first, unless it is not there any more.
      answerTimeoutMs: web.databaseTimeoutMs + 1_000,
      applicationName: 'annuaire-sante-sync web',
      // Every statement is one that was seen a thousand times: planning it again would take longer than running it.
      // A page of names is read in the order of its index, not gathered whole and sorted.
      session: {
        jit: 'off',
        plan_cache_mode: 'force_generic_plan',
        enable_bitmapscan: 'off',
        ...(database.lectureSeule && { default_transaction_read_only: 'on' }),
      },
    },
    // The next request finds out, and says so to whoever asks.
    () => undefined,
  );
}
