import type { Client, Pool } from './pool.js';

/** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
export async function transaction<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  // A connection lost between two queries is told by an event, which would end the process; the next query fails anyway.
  const onLost = (): void => undefined;
  client.on('error', onLost);
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    // The rollback of a dead connection fails too; the first error is the one to tell.
    await client.query('rollback').then(
      () => (failure = undefined),
      () => undefined,
    );
    throw error;
  } finally {
    client.off('error', onLost);
    client.release(failure);
  }
}
