// A select on somebody else's PostgreSQL: read only, bounded in time, a thousand rows at a time whatever its length.
import pg from 'pg';
import { securedUrl } from './connection-tls.js';

export type ForeignColumn = {
  readonly name: string;
  /** pg_type.oid */
  readonly typeOid: number;
};

export type ForeignSelect = {
  readonly columns: readonly ForeignColumn[];
  /** The values as the server writes them, in UTC and ISO 8601. */
  rows(): AsyncGenerator<readonly (readonly (string | null)[])[]>;
  close(): Promise<void>;
};

export type ForeignOptions = {
  readonly url: string;
  readonly select: string;
  readonly statementMs: number;
  readonly totalMs: number;
  readonly signal: AbortSignal | undefined;
};

const batchRows = 1_000;
const connectTimeoutMs = 15_000;

/** Faults of the connection and of the statement are thrown as pg has them. */
export async function openForeignSelect(options: ForeignOptions): Promise<ForeignSelect> {
  const { url, select, statementMs, totalMs, signal } = options;
  signal?.throwIfAborted();
  const client = new pg.Client({
    ...securedUrl(url),
    application_name: 'annuaire-sante-sync',
    connectionTimeoutMillis: connectTimeoutMs,
    // Of a server that no longer answers at all.
    query_timeout: statementMs + connectTimeoutMs,
    keepAlive: true,
    types: { getTypeParser: () => (text: string | Buffer) => text },
  });
  // A connection lost between two queries; the next one fails anyway.
  client.on('error', () => undefined);
  let broken: Error | undefined;
  const stop = (reason: Error): void => {
    broken ??= reason;
    // Whatever query is under way fails at once; the server rolls back.
    client.connection.stream.destroy(reason);
  };
  const onAbort = (): void => stop(new Error('interrupted'));
  const timer = setTimeout(() => stop(new TotalTimeout()), totalMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  const close = async (): Promise<void> => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    await client.end().catch(() => undefined);
  };
  const fetch = async (): Promise<pg.QueryArrayResult<(string | null)[]>> => {
    try {
      return await client.query({ text: `fetch ${batchRows} from inventaire`, rowMode: 'array' });
    } catch (error) {
      throw broken ?? error;
    }
  };
  try {
    await client.connect();
    await begin(client, select, statementMs);
    let next: pg.QueryArrayResult<(string | null)[]> | undefined = await fetch();
    const columns = next.fields.map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID }));
    return {
      columns,
      rows: async function* () {
        for (; next && next.rows.length > 0; next = await fetch()) yield next.rows;
      },
      close,
    };
  } catch (error) {
    await close();
    throw broken ?? error;
  }
}

export class TotalTimeout extends Error {}

async function begin(client: pg.Client, select: string, statementMs: number): Promise<void> {
  await client.query('begin read only');
  await client.query(
    `select set_config('statement_timeout', $1::text, true), set_config('datestyle', 'ISO, YMD', true),
       set_config('timezone', 'UTC', true), set_config('bytea_output', 'hex', true)`,
    [String(Math.ceil(statementMs))],
  );
  // A name asks for the extended protocol, which takes one statement and no more.
  const text = `declare inventaire no scroll cursor for ${select.trim().replace(/;\s*$/, '')}`;
  await client.query({ name: 'inventaire', text });
}
