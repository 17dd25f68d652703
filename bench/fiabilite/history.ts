// What a database remembered before a round, kept beside it, and what of it is gone or changed afterwards. SQL only.
import type { Client, Pool } from '../../src/db/pool.js';

const lineTables = [
  'activite',
  'bal_annuaire',
  'bal_operateur',
  'correspondance_adeli',
  'domaine_liste_blanche',
  'identite',
  'savoir_faire',
  'structure_exercice',
  'structure_finess',
] as const;

/** In the base that every round is a copy of. */
export async function rememberHistory(db: Pool): Promise<void> {
  await db.query('create schema avant');
  for (const table of lineTables) {
    await db.query(
      `create table avant.${table} as select ligne_hash, first_load_id, gone_load_id from ${table}`,
    );
  }
  await db.query(`create table avant.constat as select * from constat`);
  await db.query(`create table avant.trace as select sequence, empreinte from trace`);
  await db.query(`create table avant.source_load as select id, source, version from source_load`);
  await db.query(
    `create table avant.plan_decision as select id, action, author from plan_decision`,
  );
}

type Check = { readonly name: string; readonly sql: string };

/** Each gives the rows that should not be. */
const checks: readonly Check[] = [
  ...lineTables.flatMap((table): Check[] => [
    {
      name: `${table} : une ligne connue avant a disparu, ou n’est plus là depuis aussi longtemps`,
      sql: `select ligne_hash, first_load_id from avant.${table}
            except all select ligne_hash, first_load_id from public.${table}`,
    },
    {
      name: `${table} : une ligne fermée avant a changé de fin`,
      sql: `select ligne_hash, first_load_id, gone_load_id from avant.${table} where gone_load_id is not null
            except all select ligne_hash, first_load_id, gone_load_id from public.${table}`,
    },
    {
      name: `${table} : un intervalle finit avant de commencer, ou hors de tout chargement`,
      sql: `select t.ligne_hash, t.first_load_id, t.gone_load_id from public.${table} t
            left join source_load f on f.id = t.first_load_id left join source_load g on g.id = t.gone_load_id
            where f.id is null or (t.gone_load_id is not null and (g.id is null or t.gone_load_id <= t.first_load_id))`,
    },
    {
      name: `${table} : une ligne qui n’a pas cessé est fermée puis rouverte`,
      sql: `select a.ligne_hash from avant.${table} a
            join public.${table} fermee on fermee.ligne_hash = a.ligne_hash
              and fermee.first_load_id = a.first_load_id and fermee.gone_load_id is not null
            join public.${table} ouverte on ouverte.ligne_hash = a.ligne_hash and ouverte.gone_load_id is null
              and ouverte.first_load_id >= fermee.gone_load_id
            where a.gone_load_id is null`,
    },
  ]),
  {
    name: 'constat : un constat connu avant a disparu ou changé de naissance',
    sql: `select id, code, adresse, opened_run_id, opened_at from avant.constat
          except select id, code, adresse, opened_run_id, opened_at from public.constat`,
  },
  {
    name: 'constat : un constat clos avant a changé',
    sql: `select id, closed_run_id, closed_at, valeurs from avant.constat where closed_run_id is not null
          except select id, closed_run_id, closed_at, valeurs from public.constat`,
  },
  {
    name: 'constat : ouvert deux fois à la fois',
    sql: `select code, domaine, adresse, "precision" from public.constat where closed_run_id is null
          group by code, domaine, adresse, "precision" having count(*) > 1`,
  },
  {
    name: 'constat : clos avant d’être ouvert',
    sql: `select id from public.constat where closed_run_id <= opened_run_id and closed_at < opened_at`,
  },
  {
    name: 'trace : une trace connue avant a disparu ou changé',
    sql: `select sequence, empreinte from avant.trace except select sequence, empreinte from public.trace`,
  },
  {
    name: 'source_load : un chargement connu avant a disparu ou changé',
    sql: `select id, source, version from avant.source_load except select id, source, version from public.source_load`,
  },
  {
    name: 'plan_decision : une décision connue avant a disparu ou changé',
    sql: `select id, action, author from avant.plan_decision
          except select id, action, author from public.plan_decision`,
  },
  {
    name: 'feed_operation : vivante deux fois pour la même BAL et le même porteur',
    sql: `select adresse, porteur_cle, kind from feed_operation
          where state in ('planned', 'approved', 'sending', 'retry', 'held', 'dead')
          group by adresse, porteur_cle, kind having count(*) > 1`,
  },
  {
    name: 'feed_operation : encore prise par un processus',
    sql: `select id, claimed_by from feed_operation where state = 'sending' or claimed_by is not null`,
  },
  {
    name: 'session : un processus est encore connecté, ou un verrou reste pris',
    sql: `select pid, application_name, state from pg_stat_activity
          where datname = current_database() and application_name = 'annuaire-sante-sync'`,
  },
];

const rowsShown = 3;

/** French sentences, none when all is as it should be. */
export async function findLostHistory(db: Pool | Client): Promise<string[]> {
  const faults: string[] = [];
  for (const { name, sql } of checks) {
    const { rows } = await db.query<Record<string, unknown>>(sql);
    if (rows.length > 0) {
      const examples = rows.slice(0, rowsShown).map((row) => JSON.stringify(row));
      faults.push(`${name} (${rows.length}) : ${examples.join(' ')}`);
    }
  }
  return faults;
}

/**
 * How many requests for a replacement of each address (lower case) had an outcome that nobody knows: each of them may have
 * been carried out, and is sent again. The one whose process died is written down by whoever takes it over.
 */
export async function readUnknownReplacements(db: Pool): Promise<Record<string, number>> {
  const { rows } = await db.query<{ adresse: string; n: number }>(
    `select lower(o.adresse) as adresse, count(*)::integer as n
     from feed_attempt a join feed_operation o on o.id = a.operation_id
     where o.kind = 'replace' and (a.outcome = 'unknown' or (a.outcome = 'rejected' and a.status >= 500))
     group by 1`,
  );
  return Object.fromEntries(rows.map(({ adresse, n }) => [adresse, n]));
}

/**
 * Sent, never answered, and wanted no more since an extraction shows it done. Had it not been, it would still be wanted: the
 * Annuaire's own count tells.
 */
const shownDone = `(state = 'superseded' and is_outcome_unknown)`;

/** What two rounds of the same day must end in, whatever befell one of them: one text a subject. */
export async function readFinalState(db: Pool): Promise<Record<string, readonly string[]>> {
  const state: Record<string, readonly string[]> = {};
  for (const table of lineTables) {
    const { rows } = await db.query<{ text: string }>(
      `select count(*) || ' lignes, ' || coalesce(md5(string_agg(ligne_hash::text, ',' order by ligne_hash)), '') as text
       from ${table} where gone_load_id is null`,
    );
    state[table] = rows.map(({ text }) => text);
  }
  const constats = await db.query<{ text: string }>(
    `select concat_ws(' ', code, adresse, "precision", type_bal, valeurs::text) as text
     from constat where closed_run_id is null order by 1`,
  );
  state['constats ouverts'] = constats.rows.map(({ text }) => text);
  const operations = await db.query<{ text: string }>(
    `select concat_ws(' ', kind, adresse, porteur_cle, type_bal) as text from feed_operation
     where state in ('accepted', 'confirmed') or ${shownDone} order by 1`,
  );
  state['opérations acceptées'] = operations.rows.map(({ text }) => text);
  const confirmed = await db.query<{ text: string }>(
    `select concat_ws(' ', kind, adresse, porteur_cle, type_bal) as text from feed_operation
     where state = 'confirmed' or ${shownDone} order by 1`,
  );
  state['opérations confirmées'] = confirmed.rows.map(({ text }) => text);
  const alive = await db.query<{ text: string }>(
    `select concat_ws(' ', state, kind, adresse, last_code) as text from feed_operation
     where state in ('planned', 'approved', 'sending', 'retry', 'held', 'dead') order by 1`,
  );
  state['opérations à finir'] = alive.rows.map(({ text }) => text);
  const relations = await db.query<{ text: string }>(
    `select n.nspname || '.' || c.relname as text from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm', 'S') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') order by 1`,
  );
  state['tables'] = relations.rows.map(({ text }) => text);
  return state;
}
