// What `doctor` asks of the database: one look, nothing written, on a replica and on another's schema too.
import type { Db } from '../db/pool.js';

export type FaitsBase = {
  readonly version: string;
  /** server_version_num */
  readonly numero: number;
  readonly encodage: string;
  readonly collation: string;
  readonly estReplica: boolean;
  readonly estLectureSeule: boolean;
  /** Of the replay, on a replica that is behind. */
  readonly retardSecondes: number | undefined;
  readonly horloge: Date;
  readonly octets: number;
  readonly connexionsMax: number;
  /** Of the server, all databases. */
  readonly connexions: number;
  readonly compte: string;
  readonly peutCreer: boolean;
  readonly peutTemporaire: boolean;
  /** Tables of the program that the account may not read, or not add to. */
  readonly tablesInterdites: readonly string[];
  /** More dead rows than living ones, a lot of them. */
  readonly tablesGonflees: readonly string[];
  /** By number; undefined: the program has no table here. */
  readonly migrations: readonly { readonly number: number; readonly name: string }[] | undefined;
};

export async function lireFaitsBase(db: Db): Promise<FaitsBase> {
  const { rows } = await db.query<
    Omit<FaitsBase, 'migrations' | 'retardSecondes'> & {
      retardSecondes: number | null;
      peutLire: boolean;
    }
  >(
    `select split_part(current_setting('server_version'), ' ', 1) as version,
       current_setting('server_version_num')::integer as numero,
       current_setting('server_encoding') as encodage,
       (select datcollate from pg_database where datname = current_database()) as collation,
       pg_is_in_recovery() as "estReplica",
       current_setting('transaction_read_only')::boolean as "estLectureSeule",
       case when pg_is_in_recovery() and pg_last_wal_receive_lsn() is distinct from pg_last_wal_replay_lsn()
         then extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 end as "retardSecondes",
       clock_timestamp() as horloge,
       pg_database_size(current_database())::float8 as octets,
       current_setting('max_connections')::integer as "connexionsMax",
       (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as connexions,
       current_user::text as compte,
       coalesce(has_schema_privilege(current_schema(), 'create'), false) as "peutCreer",
       has_database_privilege(current_database(), 'temp') as "peutTemporaire",
       coalesce(has_table_privilege(to_regclass('schema_migration'), 'select'), false) as "peutLire",
       array(select c.relname::text from pg_class c
         where c.relkind in ('r', 'p') and c.relnamespace = (select relnamespace from pg_class
             where oid = to_regclass('schema_migration'))
           and not (has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert'))
         order by c.relname limit 5) as "tablesInterdites",
       array(select relname::text from pg_stat_user_tables
         where n_dead_tup > 1000000 and n_dead_tup > n_live_tup order by n_dead_tup desc limit 5) as "tablesGonflees"`,
  );
  const [row] = rows;
  if (!row) throw new Error('the database gave no row');
  const { peutLire, retardSecondes, ...faits } = row;
  return {
    ...faits,
    retardSecondes: retardSecondes ?? undefined,
    migrations: peutLire ? await listMigrationsAppliquees(db) : undefined,
  };
}

async function listMigrationsAppliquees(db: Db): Promise<NonNullable<FaitsBase['migrations']>> {
  const { rows } = await db.query<{ number: number; name: string }>(
    `select number, name from schema_migration order by number`,
  );
  return rows;
}
