// A database that may not be written: a standby, or one whose sessions are read only.
import { instantEnFrancais } from '../domain/paris-time.js';
import { RefusedError } from '../errors.js';
import { listMigrations } from './migrate.js';
import type { Db, Pool } from './pool.js';
import { describeSchemaState, schemaStateOf, type SchemaState } from './schema-state.js';
import { mayWriteSql, readOnlyCauseOf, type ReadOnlyCause } from './database-watch.js';

/** Undefined: it takes writes. */
export async function findReadOnlyCause(
  pool: Pool,
  isReadOnlySetting: boolean,
): Promise<ReadOnlyCause | undefined> {
  const { rows } = await pool.query<Parameters<typeof readOnlyCauseOf>[0]>(
    `select pg_is_in_recovery() as "isReplica", ${mayWriteSql} as "mayWrite",
       current_setting('transaction_read_only')::boolean as "isReadOnly"`,
  );
  const [row] = rows;
  return row && readOnlyCauseOf(row, isReadOnlySetting);
}

/** French, a sentence: why this node only reads. */
export function describeReadOnly(cause: ReadOnlyCause): string {
  switch (cause) {
    case 'replica':
      return 'Ce nœud est en lecture seule : sa base est un réplica.';
    case 'account':
      return 'Ce nœud est en lecture seule : le compte de « database.url » ne fait que lire.';
    case 'setting':
      return 'Ce nœud est en lecture seule : « database.lectureSeule » le demande.';
    case 'server':
      return 'Ce nœud est en lecture seule : sa base n’accepte pas d’écriture (default_transaction_read_only).';
    default:
      return cause satisfies never;
  }
}

/** French: a standby that its primary no longer feeds. `since`: its last change. */
export function describeCut(since: Date): string {
  return (
    `Le réplica ne reçoit plus rien du serveur principal : ce qu’il sert date du ${instantEnFrancais(since)} au plus tard. ` +
    'Si le principal est perdu, « select pg_promote() » sur le réplica le remplace.'
  );
}

/** French: where to go instead. `principal`: as the setting « database.noeudPrincipal » names it. */
export function describeWhereToWrite(principal: string | undefined): string {
  return principal === undefined
    ? 'Adressez-vous au nœud qui écrit.'
    : `Adressez-vous au nœud qui écrit : ${principal}.`;
}

/** Nothing was tried: it would have failed halfway. */
export function refuseWriting(
  cause: ReadOnlyCause,
  principal: string | undefined,
  what: string,
): RefusedError {
  return new RefusedError(
    'BASE_EN_LECTURE_SEULE',
    `${describeReadOnly(cause)} ${what} écrit dans la base : rien n’a été fait. ${describeWhereToWrite(principal)}`,
  );
}

/** Throws RefusedError `SCHEMA_ANCIEN`, `SCHEMA_NEWER`, `SCHEMA_FOREIGN` or `SCHEMA_ABSENT` unless the schema is that of this program. */
export async function assertSchema(pool: Pool): Promise<void> {
  const state = await readSchemaState(pool, await listMigrations());
  const message = describeSchemaState(state);
  if (message !== undefined) throw new RefusedError(codes[state.kind], message);
}

/** `known`: the migrations of this program. */
export async function readSchemaState(
  db: Db,
  known: Awaited<ReturnType<typeof listMigrations>>,
): Promise<SchemaState> {
  const { rows } = await db.query<{ isThere: boolean }>(
    `select to_regclass('schema_migration') is not null as "isThere"`,
  );
  return schemaStateOf(rows[0]?.isThere === true ? await listApplied(db) : undefined, known);
}

async function listApplied(db: Db): Promise<{ number: number; name: string }[]> {
  const { rows } = await db.query<{ number: number; name: string }>(
    `select number, name from schema_migration order by number`,
  );
  return rows;
}

const codes = {
  'a-jour': 'SCHEMA',
  ancien: 'SCHEMA_ANCIEN',
  recent: 'SCHEMA_NEWER',
  etranger: 'SCHEMA_FOREIGN',
  inconnu: 'SCHEMA_ABSENT',
} as const;
