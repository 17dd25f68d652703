import type { Client, Pool } from './pool.js';

export type Locked<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'busy' };

/**
 * Runs `work` while this process alone, over all programs on the database, holds `name`; 'busy' when another does.
 * The lock is the session's: it goes with the connection, so a killed process never leaves it behind.
 *
 * @param work is given the session that holds the lock
 * @param onLost the session is gone, and the lock with it, while `work` runs: another process may take it
 */
export async function withAdvisoryLock<T>(
  pool: Pool,
  name: string,
  work: (client: Client) => Promise<T>,
  onLost: (error: Error) => void = () => undefined,
): Promise<Locked<T>> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
    onLost(error);
  };
  client.on('error', onError);
  try {
    const { rows } = await client.query<{ locked: boolean }>(
      `select pg_try_advisory_lock(hashtextextended($1::text, 0)) as locked`,
      [`annuaire-sante-sync:${name}`],
    );
    if (rows[0]?.locked !== true) return { kind: 'busy' };
    try {
      return { kind: 'done', value: await work(client) };
    } finally {
      await client
        .query(`select pg_advisory_unlock(hashtextextended($1::text, 0))`, [
          `annuaire-sante-sync:${name}`,
        ])
        .catch((error: unknown) => {
          broken = error instanceof Error ? error : new Error(String(error));
        });
    }
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}
