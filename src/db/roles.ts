// The roles that make the audit trail append-only for the program's own account, and look-up nodes read-only: by privilege.
import { AppError, messageOf } from '../errors.js';
import type { Client, Pool } from './pool.js';
import { transaction } from './transaction.js';
import { limitStatement } from './silence.js';

export type Roles = {
  /** Owns the trail, its functions and the list of migrations; nobody signs in as it. */
  readonly journal: string;
  /** Owns everything else; granted to the account of `database.url`. */
  readonly application: string;
  /** May only read, and no secret. */
  readonly lecture: string;
};

export function nommerRoles(prefixe: string): Roles {
  return {
    journal: `${prefixe}_journal`,
    application: `${prefixe}_application`,
    lecture: `${prefixe}_lecture`,
  };
}

/** Only added to: by functions that run with the rights of their owner. */
const tablesJournal = ['trace', 'trace_objet', 'trace_tete'];
const tablesReservees = [...tablesJournal, 'schema_migration'];

/** What the look-up nodes have no use for, and nobody should read in a copy. */
const tablesSecretes = [
  ...tablesJournal,
  ...[
    'trace_intention',
    'compte',
    'compte_secours',
    'cle_interne',
    'session_web',
    'lien_connexion',
  ],
];

/** The contents of a mail that waits holds the link that signs its reader in. The rest of the table is counted by everybody. */
const colonnesSecretes: Readonly<Record<string, readonly string[]>> = { avis: ['donnees'] };

/**
 * Creates what is missing and grants again: may be run at any time, by an account that may create roles or by an administrator.
 *
 * @throws AppError `ROLES_IMPOSSIBLES`
 */
export async function accorderRoles(pool: Pool, roles: Roles): Promise<void> {
  await transaction(pool, async (db) => {
    await limitStatement(db, 0);
    await db.query(
      `select pg_advisory_xact_lock(hashtextextended('annuaire-sante-sync:migrate', 0))`,
    );
    for (const role of Object.values(roles)) await creerRole(db, role);
    await cederObjets(db, roles);
    await accorder(db, roles);
  }).catch((error: unknown) => {
    throw new AppError(
      'ROLES_IMPOSSIBLES',
      `Les rôles n’ont pas pu être accordés, rien n’a été changé : ${messageOf(error)}. Lancez « annuaire-sync migrate --roles » avec ` +
        'un compte d’administration de PostgreSQL (attribut superuser, ou createrole et propriétaire de la base).',
      { cause: error },
    );
  });
}

/** True when an earlier run gave the trail an owner of its own. */
export async function findRoles(db: Client | Pool): Promise<Roles | undefined> {
  const { rows } = await db.query<{ owner: string }>(
    `select pg_get_userbyid(relowner) as owner from pg_class where oid = to_regclass('trace')`,
  );
  const prefixe = /^(.+)_journal$/u.exec(rows[0]?.owner ?? '')?.[1];
  return prefixe === undefined ? undefined : nommerRoles(prefixe);
}

async function creerRole(db: Client, role: string): Promise<void> {
  const { rowCount } = await db.query(`select from pg_roles where rolname = $1::name`, [role]);
  if (rowCount === 0) await executer(db, `create role %I nologin`, [role]);
  // What follows gives it objects: whoever does must be able to act as it.
  await executer(
    db,
    `do $do$ begin if not pg_has_role(current_user, %L, 'usage') then execute 'grant ' || quote_ident(%L) || ' to current_user'; end if; end $do$`,
    [role, role],
  );
}

/** Names are quoted by the server itself. */
async function executer(db: Client, format: string, values: readonly string[]): Promise<void> {
  const places = values.map((_, index) => `, $${index + 2}::text`).join('');
  const { rows } = await db.query<{ sql: string }>(`select format($1::text${places}) as sql`, [
    format,
    ...values,
  ]);
  await db.query(rows[0]?.sql ?? '');
}

async function cederObjets(db: Client, { journal, application }: Roles): Promise<void> {
  await db.query(
    `select set_config('annuaire_sync.journal', $1::text, true),
    set_config('annuaire_sync.application', $2::text, true),
    set_config('annuaire_sync.reservees', $3::text, true)`,
    [journal, application, tablesReservees.join()],
  );
  await db.query(`do $do$
declare
  objet record;
  journal text := current_setting('annuaire_sync.journal');
  application text := current_setting('annuaire_sync.application');
  reservees text[] := string_to_array(current_setting('annuaire_sync.reservees'), ',');
begin
  -- Roles receive objects in a schema where they may create; what is taken back below.
  execute format('grant usage, create on schema %I to %I, %I', current_schema(), journal, application);
  for objet in
    select c.relname as nom, c.relkind as genre, case when c.relname = any (reservees) then journal else application end as proprietaire
    from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S')
      -- A sequence of a column follows its table.
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('i', 'a') and c.relkind = 'S')
      and pg_get_userbyid(c.relowner) <> case when c.relname = any (reservees) then journal else application end
  loop
    execute format('alter %s %I owner to %I',
      case objet.genre when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end,
      objet.nom, objet.proprietaire);
  end loop;
  -- All functions: an index or a trigger of the trail runs some of them, and whoever owns one may rewrite it.
  for objet in
    select p.oid::regprocedure::text as nom from pg_proc p
    where p.pronamespace = current_schema()::regnamespace and p.prokind = 'f' and pg_get_userbyid(p.proowner) <> journal
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  loop
    execute format('alter function %s owner to %I', objet.nom, journal);
  end loop;
end
$do$`);
}

async function accorder(db: Client, { journal, application, lecture }: Roles): Promise<void> {
  const { rows } = await db.query<{ schema: string; tables: string[] }>(
    `select current_schema() as schema, array_agg(relname::text order by relname) as tables from pg_class
     where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v')`,
  );
  const { schema = 'public', tables = [] } = rows[0] ?? {};
  const lisibles = tables.filter((table) => !tablesSecretes.includes(table));
  await executer(db, `revoke create on schema %I from %I`, [schema, journal]);
  await executer(db, `revoke create on schema %I from public`, [schema]);
  await executer(db, `grant usage on schema %I to %I`, [schema, lecture]);
  for (const table of tablesReservees) {
    await executer(db, `revoke all on %I from public, %I, %I`, [table, application, lecture]);
    await executer(db, `grant select on %I to %I`, [table, application]);
  }
  for (const table of lisibles) await accorderLecture(db, table, lecture);
  for (const nom of ['trace_ajouter', 'trace_effacer_contenus']) {
    await executer(db, `revoke execute on function %I from public`, [nom]);
    await executer(db, `grant execute on function %I to %I`, [nom, application]);
  }
}

async function accorderLecture(db: Client, table: string, lecture: string): Promise<void> {
  const secretes = colonnesSecretes[table];
  if (!secretes) return executer(db, `grant select on %I to %I`, [table, lecture]);
  await executer(db, `revoke all on %I from %I`, [table, lecture]);
  const { rows } = await db.query<{ nom: string }>(
    `select attname::text as nom from pg_attribute where attrelid = to_regclass($1::text) and attnum > 0 and not attisdropped
     order by attnum`,
    [table],
  );
  for (const { nom } of rows.filter((row) => !secretes.includes(row.nom))) {
    await executer(db, `grant select (%I) on %I to %I`, [nom, table, lecture]);
  }
}

/** French: accounts of the application role that could undo what the roles forbid. */
export async function listFailles(pool: Pool, { application }: Roles): Promise<string[]> {
  const { rows } = await pool.query<{ nom: string; pouvoir: string }>(
    `select m.rolname as nom, concat_ws(', ', case when m.rolsuper then 'superuser' end,
       case when m.rolcreaterole then 'createrole' end,
       case when m.oid = d.datdba then 'propriétaire de la base' end) as pouvoir
     from pg_auth_members a join pg_roles m on m.oid = a.member join pg_roles g on g.oid = a.roleid
     join pg_database d on d.datname = current_database()
     where g.rolname = $1::name and (m.rolsuper or m.rolcreaterole or m.oid = d.datdba) order by 1`,
    [application],
  );
  return rows.map(
    ({ nom, pouvoir }) =>
      `Le compte « ${nom} » (${pouvoir}) peut défaire cette protection : ne le mettez pas dans « database.url ».`,
  );
}
