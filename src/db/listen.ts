// Notices that the database sends by itself (LISTEN), on a connection of their own.
import pg from 'pg';
import { securedUrl } from './connection-tls.js';

export type Listener = {
  readonly onNotice: () => void;
  /** The connection is gone, once; not called after `close`. */
  readonly onLost: (error: Error) => void;
};

/**
 * Listens to `channel`. A standby has no LISTEN: the promise is then rejected, as when nothing answers.
 */
export async function listen(
  connectionString: string,
  channel: string,
  { onNotice, onLost }: Listener,
): Promise<{ readonly close: () => Promise<void> }> {
  const client = new pg.Client({
    ...securedUrl(connectionString),
    application_name: 'annuaire-sante-sync',
    connectionTimeoutMillis: 15_000,
    // A server that went without a word is noticed.
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
  });
  let isOver = false;
  const end = (error: Error): void => {
    if (!isOver) onLost(error);
    isOver = true;
  };
  client.on('notification', onNotice);
  client.on('error', end);
  client.on('end', () => end(new Error('connection ended')));
  const close = async (): Promise<void> => {
    isOver = true;
    await client.end().catch(() => undefined);
  };
  try {
    await client.connect();
    await client.query(`listen ${pg.escapeIdentifier(channel)}`);
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
