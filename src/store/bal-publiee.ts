// The BAL that may be served to anyone: in service in the Annuaire, and not marked listeRouge in the inventory.
import { finished } from 'node:stream/promises';
import { openCopyOut } from '../db/copy-stream.js';
import type { Client, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { limitStatement } from '../db/silence.js';
import type { BalPubliee } from '../domain/bal-publiee.js';
import { BalReader, copyBalsSql } from './bal-publiee-lines.js';

/** The loads in service of the two sources that decide; 0 = never loaded. */
export type LoadsPublies = { readonly bals: number; readonly inventaire: number };

export type Publication = {
  readonly loads: LoadsPublies;
  /** Time that the extraction in service bears, else of its load; undefined when none was ever loaded. */
  readonly extractionDate: Date | undefined;
};

// A whole country in minutes even on a slow machine; the pool's own limit is meant for small statements.
const statementTimeoutMs = 600_000;

/**
 * Runs `work` on one state of the directory, whatever is loaded meanwhile: what is read in it is what `publication.loads` says.
 */
export function withPublication<T>(
  pool: Pool,
  work: (client: Client, publication: Publication) => Promise<T>,
): Promise<T> {
  return transaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    await limitStatement(client, statementTimeoutMs);
    return work(client, await findPublication(client));
  });
}

async function findPublication(client: Client): Promise<Publication> {
  const { rows } = await client.query<{ source: string; id: number; date: Date }>(
    `select distinct on (source) source, id, coalesce(genere_le, loaded_at) as date
     from source_load where source in ('bals', 'inventaire') order by source, id desc`,
  );
  const find = (source: string): (typeof rows)[number] | undefined =>
    rows.find((row) => row.source === source);
  return {
    loads: { bals: find('bals')?.id ?? 0, inventaire: find('inventaire')?.id ?? 0 },
    extractionDate: find('bals')?.date,
  };
}

// Any line says it: an attachment marked listeRouge hides the address.
const isServed = `not exists (
  select from bal_operateur o
  where o.adresse = b.adresse and o.gone_load_id is null and o.liste_rouge)`;

/** Every BAL, in pages of some hundreds, in the order of addresses. `client` comes from `withPublication`. */
export async function* streamBalsPubliees(
  client: Client,
): AsyncGenerator<readonly BalPubliee[], void, undefined> {
  yield* readBals(client, `b.gone_load_id is null and ${isServed}`);
}

export type BalsModifiees =
  /** The list of what changed is not known, or too long to be worth it: read everything. */
  | { readonly kind: 'complet' }
  | {
      readonly kind: 'partiel';
      /** Changed, or served again: as they are now. */
      readonly bals: readonly BalPubliee[];
      /** Addresses that are not served any more, or that were not before either. */
      readonly retirees: readonly string[];
    };

/** What changed after the loads given, at most `adressesMax` addresses. `client` comes from `withPublication`. */
export async function listBalsModifiees(
  client: Client,
  since: LoadsPublies,
  adressesMax: number,
): Promise<BalsModifiees> {
  const { rows: loads } = await client.query<{ id: number; isListed: boolean }>(
    `select l.id, not l.is_full and ((l.added_count = 0 and l.gone_count = 0)
       or exists (select from source_change where load_id = l.id)) as "isListed"
     from source_load l
     where (l.source = 'bals' and l.id > $1::integer)
       or (l.source = 'inventaire' and l.id > $2::integer)`,
    [since.bals, since.inventaire],
  );
  if (loads.some((load) => !load.isListed)) return { kind: 'complet' };
  const { rows } = await client.query<{ adresse: string }>(
    `select distinct cle as adresse from source_change
     where kind = 'adresse' and load_id = any($1::integer[]) limit $2::integer`,
    [loads.map((load) => load.id), adressesMax + 1],
  );
  if (rows.length > adressesMax) return { kind: 'complet' };
  const adresses = rows.map((row) => row.adresse);
  const bals = await listBals(client, adresses);
  const served = new Set(bals.map((bal) => bal.adresse));
  return {
    kind: 'partiel',
    bals,
    retirees: adresses.filter((adresse) => !served.has(adresse)).sort(),
  };
}

async function listBals(client: Client, adresses: readonly string[]): Promise<BalPubliee[]> {
  if (adresses.length === 0) return [];
  // COPY takes no parameter: the addresses go through a setting of this transaction.
  await client.query(`select set_config('annuaire.adresses', $1::text, true)`, [
    JSON.stringify(adresses),
  ]);
  const wanted = `select jsonb_array_elements_text(current_setting('annuaire.adresses')::jsonb)`;
  const bals: BalPubliee[] = [];
  const where = `b.adresse in (${wanted}) and b.gone_load_id is null and ${isServed}`;
  for await (const page of readBals(client, where)) bals.push(...page);
  return bals;
}

async function* readBals(
  client: Client,
  where: string,
): AsyncGenerator<readonly BalPubliee[], void, undefined> {
  const { rows } = await client.query<{ id: number; date: Date }>(
    `select id, coalesce(genere_le, loaded_at) as date from source_load where source = 'bals'`,
  );
  const reader = new BalReader(new Map(rows.map(({ id, date }) => [id, date])));
  const stream = openCopyOut(client, copyBalsSql(where));
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      const page = reader.push(asBuffer(chunk));
      if (page.length > 0) yield page;
    }
    const last = reader.end();
    if (last.length > 0) yield last;
  } finally {
    // A reader that leaves early: the connection is of no use until the server has said all it had to.
    if (!stream.readableEnded && !stream.errored) await finished(stream.resume());
  }
}

function asBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  throw new Error('COPY gave something else than bytes');
}
