// What a backup says of the base that it holds: its schema, and how much there is.
import type { Db } from '../db/pool.js';

export type EtatBase = {
  /** The last migration applied. */
  readonly schema: { readonly numero: number; readonly nom: string };
  /** Identifier that PostgreSQL drew when the base was made; a restored base keeps it. */
  readonly systeme: string;
  /** Of PostgreSQL, e.g. « 18.4 ». */
  readonly version: string;
  /** French name of what is counted, and how much of it there was. */
  readonly comptes: Readonly<Record<string, number>>;
  /** The last trace of the journal. */
  readonly journal: { readonly sequence: number; readonly empreinte: string } | undefined;
  /** Of all databases of the server, with its log. */
  readonly octets: number;
};

/** Works on any schema: an older one is what one saves before an upgrade. Undefined: no migration was ever applied. */
export async function findEtatBase(db: Db): Promise<EtatBase | undefined> {
  const presentes = await listTables(db, [...comptees.keys(), 'schema_migration', 'trace_tete']);
  if (!presentes.has('schema_migration')) return undefined;
  const { rows } = await db.query<{ numero: number; nom: string }>(
    `select number as numero, name as nom from schema_migration order by number desc limit 1`,
  );
  const [schema] = rows;
  if (!schema) return undefined;
  return {
    schema,
    ...(await serverFacts(db)),
    comptes: await count(
      db,
      [...comptees].filter(([table]) => presentes.has(table)),
    ),
    journal: presentes.has('trace_tete') ? await findHead(db) : undefined,
  };
}

/** When its first migration was applied: a restored base keeps it. */
export async function findCreationBase(db: Db): Promise<Date | undefined> {
  const { rows } = await db.query<{ creeeLe: Date | null }>(
    `select min(applied_at) as "creeeLe" from schema_migration`,
  );
  return rows[0]?.creeeLe ?? undefined;
}

/** Of these tables, those that this account may read: the look-up nodes' role reads no secret. */
export async function listLisibles(
  db: Db,
  tables: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ nom: string }>(
    `select relname::text as nom from pg_class
     where relname = any($1::text[]) and relnamespace = current_schema()::regnamespace and has_table_privilege(oid, 'select')`,
    [tables],
  );
  return new Set(rows.map(({ nom }) => nom));
}

async function listTables(db: Db, names: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ name: string }>(
    `select name from unnest($1::text[]) name where to_regclass(name) is not null`,
    [names],
  );
  return new Set(rows.map(({ name }) => name));
}

async function serverFacts(db: Db): Promise<Pick<EtatBase, 'systeme' | 'version' | 'octets'>> {
  const { rows } = await db.query<Pick<EtatBase, 'systeme' | 'version' | 'octets'>>(
    `select (select system_identifier::text from pg_control_system()) as systeme,
       split_part(current_setting('server_version'), ' ', 1) as version,
       (select sum(pg_database_size(oid))::float8 from pg_database)
         + (select coalesce(sum(size), 0)::float8 from pg_ls_waldir()) as octets`,
  );
  return rows[0] ?? { systeme: '', version: '', octets: 0 };
}

async function count(
  db: Db,
  tables: readonly (readonly [table: string, nom: string])[],
): Promise<Record<string, number>> {
  if (tables.length === 0) return {};
  const { rows } = await db.query<{ nom: string; nombre: number }>(
    tables
      .map(([table, nom]) => `select '${nom}' as nom, count(*)::float8 as nombre from ${table}`)
      .join(' union all '),
  );
  return Object.fromEntries(rows.map(({ nom, nombre }) => [nom, nombre]));
}

async function findHead(db: Db): Promise<EtatBase['journal']> {
  const { rows } = await db.query<{ sequence: number; empreinte: string }>(
    `select sequence::float8 as sequence, encode(empreinte, 'hex') as empreinte from trace_tete`,
  );
  return rows[0];
}

/** What cannot be loaded again from the ANS or from the mail platform, and the BAL. */
const comptees = new Map([
  ['bal_annuaire', 'lignes de BAL publiées'],
  ['bal_operateur', 'lignes d’inventaire'],
  ['constat', 'constats'],
  ['feed_operation', 'opérations d’alimentation'],
  ['plan_decision', 'décisions'],
  ['demande', 'demandes'],
  ['cas_inactivite', 'cas d’inactivité'],
  ['avis', 'avis'],
  ['compte', 'comptes'],
  ['trace', 'traces'],
]);
