// From the settings to a pusher: client, outbox, clock.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Settings } from '../config/settings.js';
import type { Pool } from '../db/pool.js';
import { UsageError } from '../errors.js';
import { confirm, type ConfirmSummary } from '../feed/confirm.js';
import type { FeedClient } from '../feed/feed-client.js';
import { createFeedClient } from '../feed/fhir-feed-client.js';
import type { FeedClientSettings } from '../feed/feed-settings.js';
import { systemClock, type Clock } from '../feed/push/clock.js';
import { createOutbox, poolDatabase, type Outbox } from '../feed/push/outbox.js';
import { createPace, type Pace } from '../feed/push/pace.js';
import { recordPublication } from '../store/publication-connue.js';
import type { OpenProgram } from './program.js';

export function requireFeedClient(settings: Settings): FeedClientSettings {
  const { client } = settings.alimentation;
  if (client) return client;
  throw new UsageError(
    'ALIMENTATION_SANS_ADRESSE',
    'L’adresse de l’API d’alimentation n’est pas réglée : indiquez « alimentation.url » (pour essayer sans risque : « annuaire-sync simulate feed », docs/simulateur.md).',
  );
}

export function realOutbox(pool: Pool): Outbox {
  return createOutbox(poolDatabase(pool), (db, ids) => recordPublication(db, ids.map(String)));
}

/** In the time of the database: leases must mean the same to every pusher, whatever its machine's clock says. */
export async function databaseClock(pool: Pool): Promise<Clock> {
  const asked = performance.now();
  const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now');
  const here = Date.now() - (performance.now() - asked) / 2;
  return systemClock(Math.round((rows[0]?.now.getTime() ?? here) - here));
}

export function pusherName(): string {
  return `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
}

/** A client whose every call beyond the first of a request takes its turn in the quota of the application. */
export function pacedClient(
  { pool, settings, compter }: Pick<OpenProgram, 'pool' | 'settings' | 'compter'>,
  clock: Clock,
): FeedClient {
  const pace = applicationPace(pool, settings, clock);
  return createFeedClient(requireFeedClient(settings), {
    now: () => clock.now(),
    takeTurn: (signal) => pace.take(signal),
    compter,
  });
}

function applicationPace(pool: Pool, settings: Settings, clock: Clock): Pace {
  const outbox = realOutbox(pool);
  return createPace(
    settings.alimentation.push.appelsParSeconde,
    (count, intervalMs) => outbox.reserveCalls(count, intervalMs),
    clock,
  );
}

export function confirmWith(
  pool: Pool,
  settings: Settings,
  client: FeedClient,
  clock: Clock,
  signal: AbortSignal,
): Promise<ConfirmSummary> {
  const pace = applicationPace(pool, settings, clock);
  return confirm(pool, { now: clock.now(), reading: { client, pace }, signal });
}
