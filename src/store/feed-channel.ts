// The way to the API, shared by all pushers (feed_channel has one row).
import type { Db } from '../db/pool.js';

export type ChannelState = {
  readonly pausedUntil: Date | undefined;
  /** French; '' without a pause. */
  readonly pauseReason: string;
  /** Times in a row that the circuit breaker opened; 0: closed. */
  readonly openingCount: number;
  readonly stop: { readonly at: Date; readonly code: string; readonly message: string } | undefined;
};

type Row = {
  pausedUntil: Date | null;
  pauseReason: string | null;
  openingCount: number;
  stoppedAt: Date | null;
  stopCode: string | null;
  stopMessage: string | null;
};

export function findChannel(db: Db): Promise<ChannelState> {
  return readChannel(db, '');
}

/** The same, locked until the transaction ends. */
export function lockChannel(db: Db): Promise<ChannelState> {
  return readChannel(db, 'for update');
}

async function readChannel(db: Db, lock: '' | 'for update'): Promise<ChannelState> {
  const { rows } = await db.query<Row>(
    `select paused_until as "pausedUntil", pause_reason as "pauseReason", opening_count as "openingCount",
       stopped_at as "stoppedAt", stop_code as "stopCode", stop_message as "stopMessage"
     from feed_channel ${lock}`,
  );
  const row = rows[0];
  if (!row) throw new Error('feed_channel has no row');
  return {
    pausedUntil: row.pausedUntil ?? undefined,
    pauseReason: row.pauseReason ?? '',
    openingCount: row.openingCount,
    stop:
      row.stoppedAt === null
        ? undefined
        : { at: row.stoppedAt, code: row.stopCode ?? '', message: row.stopMessage ?? '' },
  };
}

/**
 * Reserves `count` calls of all that the pushers make together, `intervalMs` apart; the milliseconds to wait before the
 * first of them. The database's clock rules, so that machines need not agree on the time.
 */
export async function reserveCalls(db: Db, count: number, intervalMs: number): Promise<number> {
  const { rows } = await db.query<{ waitMs: number }>(
    `update feed_channel set next_call_at = greatest(next_call_at, clock_timestamp())
       + $1::integer * $2::float8 * interval '1 millisecond'
     returning extract(epoch from next_call_at - $1::integer * $2::float8 * interval '1 millisecond'
       - clock_timestamp())::float8 * 1000 as "waitMs"`,
    [count, intervalMs],
  );
  return Math.max(0, rows[0]?.waitMs ?? 0);
}

export type Pause = {
  readonly until: Date;
  readonly reason: string;
  /** Opened by the circuit breaker: the next claim is a probe. */
  readonly isBreaker: boolean;
};

/** Nothing is claimed before `until`, whoever asks; a longer pause stays. */
export async function pauseChannel(db: Db, pause: Pause): Promise<void> {
  await db.query(
    `update feed_channel set paused_until = greatest(paused_until, $1::timestamptz), pause_reason = $2::text,
       opening_count = opening_count + $3::integer`,
    [pause.until, pause.reason, pause.isBreaker ? 1 : 0],
  );
}

/** While one pusher probes, the others wait. */
export async function openProbe(db: Db, until: Date): Promise<void> {
  await db.query(
    `update feed_channel set paused_until = $1::timestamptz, pause_reason = 'Un essai est en cours.'`,
    [until],
  );
}

/** The API answers again. */
export async function reopenChannel(db: Db): Promise<void> {
  await db.query(
    `update feed_channel set paused_until = null, pause_reason = null, opening_count = 0, stopped_at = null,
       stop_code = null, stop_message = null
     where opening_count > 0 or stopped_at is not null`,
  );
}

/** The failed or unused probe of a pusher that goes away. */
export async function closeProbe(db: Db, until: Date): Promise<void> {
  await db.query(`update feed_channel set paused_until = $1::timestamptz where opening_count > 0`, [
    until,
  ]);
}

/** Remembered until an answer comes: `push status` tells it. */
export async function stopChannel(db: Db, at: Date, code: string, message: string): Promise<void> {
  await db.query(
    `update feed_channel set stopped_at = $1::timestamptz, stop_code = $2::text, stop_message = $3::text`,
    [at, code, message],
  );
}
