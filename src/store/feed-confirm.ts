// What the extractions prove of what the ANS accepted.
import type { Db } from '../db/pool.js';
import { feedRowColumns, toFeedOperation, type FeedRow } from './feed-row.js';
import type { FeedOperation } from '../domain/feed-operation.js';
import { estEnvoyeeApres } from './feed-order.js';
import { porteurCle, porteurSql } from './porteur-sql.js';

/**
 * What an extraction can show of an accepted operation `o`: PER and ORG outside of the liste rouge, their deletes, and
 * their going to the liste rouge. Rank, description and responsable are in no extraction.
 */
export const estVisible = (o: string): string => `(
  case ${o}.kind
    when 'delete' then not ${o}.liste_rouge and coalesce(${o}.type_bal, 'PER') in ('PER', 'ORG')
    when 'insert' then not ${o}.liste_rouge and ${o}.type_bal in ('PER', 'ORG')
    else ${o}.type_bal in ('PER', 'ORG') and (${o}.champs && '{typeBal,listeRouge,service}'::text[])
      and (not ${o}.liste_rouge or 'listeRouge' = any (${o}.champs))
  end)`;

/** A newer operation on the same BAL and porteur was accepted: nothing more is to be seen of this one. */
export const estDepassee = (o: string): string => `exists (select from feed_operation suivante
  where suivante.adresse = ${o}.adresse and suivante.porteur_cle = ${o}.porteur_cle
    and suivante.state in ('accepted', 'confirmed') and ${estEnvoyeeApres('suivante', o)})`;

/** The lines of the extraction `l` that are about the BAL of `o` on its porteur, read as a plan reads them. */
const lignes = (o: string, l: string): string => `select from (
    select b.type_bal, b.service_rattachement, b.adresse, ${porteurSql}
    from bal_annuaire b where b.adresse = ${o}.adresse and b.first_load_id <= ${l}.id
      and (b.gone_load_id is null or b.gone_load_id > ${l}.id)) b
  where ${porteurCle} = ${o}.porteur_cle and (${o}.type_bal is null or b.type_bal = ${o}.type_bal)`;

const service = (texte: string): string =>
  `coalesce(regexp_replace(trim(${texte}), '\\s+', ' ', 'g'), '')`;

const estMontree = (o: string, l: string): string => `(case
  when ${o}.kind = 'delete' or ${o}.liste_rouge then not exists (${lignes(o, l)})
  else exists (${lignes(o, l)}
    and (not (${o}.kind = 'replace' and 'service' = any (${o}.champs))
      or ${service('b.service_rattachement')} = ${service(`${o}.service`)})) end)`;

/**
 * Confirms what an extraction generated after the acceptance shows, by the first one that does; how many.
 * `db` is inside a transaction.
 */
export async function confirmByExtraction(db: Db): Promise<number> {
  const { rowCount } = await db.query(
    `with a_voir as materialized (
       select o.id from feed_operation o
       where o.state = 'accepted' and ${estVisible('o')} and not ${estDepassee('o')}
         and o.accepted_at < (select max(genere_le) from source_load where source = 'bals')
       order by o.id for update skip locked)
     update feed_operation o set state = 'confirmed', confirmed_at = preuve.genere_le, confirmed_by = preuve.version
     from a_voir cross join lateral (
       select l.genere_le, l.version from feed_operation vue
       join source_load l on l.source = 'bals' and l.genere_le > vue.accepted_at
       where vue.id = a_voir.id and ${estMontree('vue', 'l')}
       order by l.id limit 1) preuve
     where o.id = a_voir.id`,
  );
  return rowCount ?? 0;
}

export type ToRead = {
  readonly id: number;
  readonly operation: FeedOperation;
  /** A first reading, of another day, showed something else. */
  readonly isReadAgain: boolean;
};

/** Accepted operations that no extraction shows, and that were not looked at since `now`; the oldest first. */
export async function listToRead(db: Db, now: Date, countMax: number): Promise<ToRead[]> {
  const { rows } = await db.query<FeedRow & { readonly isReadAgain: boolean }>(
    `select ${feedRowColumns}, o.lue_en_vain_le is not null as "isReadAgain" from feed_operation o
     where o.state = 'accepted' and not ${estVisible('o')} and not o.liste_rouge and not ${estDepassee('o')}
       and (o.next_attempt_at is null or o.next_attempt_at <= $1::timestamptz)
     order by o.accepted_at, o.id limit $2::integer`,
    [now, countMax],
  );
  return rows.flatMap((row) => {
    const operation = toFeedOperation(row);
    return operation ? [{ id: row.id, operation, isReadAgain: row.isReadAgain }] : [];
  });
}

export async function confirmByReading(db: Db, ids: readonly number[], now: Date): Promise<number> {
  const { rowCount } = await db.query(
    `update feed_operation set state = 'confirmed', confirmed_at = $2::timestamptz, confirmed_by = 'lecture'
     where id = any($1::bigint[]) and state = 'accepted'`,
    [ids, now],
  );
  return rowCount ?? 0;
}

/** Looked at in vain: not again before `at`, so that the others have their turn. */
export async function postponeReading(db: Db, ids: readonly number[], at: Date): Promise<void> {
  await db.query(
    `update feed_operation set next_attempt_at = $2::timestamptz where id = any($1::bigint[]) and state = 'accepted'`,
    [ids, at],
  );
}

/** The read API showed something else: once may be its delay, NON_CONFIRMEE tells it after its days. */
export async function noteContradiction(db: Db, ids: readonly number[], now: Date): Promise<void> {
  await db.query(
    `update feed_operation set lue_en_vain_le = coalesce(lue_en_vain_le, $2::timestamptz)
     where id = any($1::bigint[]) and state = 'accepted'`,
    [ids, now],
  );
}

export type ConfirmationCounts = {
  /** Waits for an extraction, or for one that shows it; or readings contradict it. */
  readonly waitingCount: number;
  /** Nothing that we can read will ever show it: no alarm. */
  readonly unverifiableCount: number;
  /** Followed by a newer operation on the same BAL. */
  readonly overtakenCount: number;
};

export async function countConfirmations(db: Db): Promise<ConfirmationCounts> {
  const { rows } = await db.query<ConfirmationCounts>(
    `select count(*) filter (where not depassee and visible)::integer as "waitingCount",
       count(*) filter (where not depassee and not visible)::integer as "unverifiableCount",
       count(*) filter (where depassee)::integer as "overtakenCount"
     from (select (${estVisible('o')} or o.lue_en_vain_le is not null) as visible, ${estDepassee('o')} as depassee
       from feed_operation o where o.state = 'accepted') t`,
  );
  return rows[0] ?? { waitingCount: 0, unverifiableCount: 0, overtakenCount: 0 };
}

/**
 * For the rule NON_CONFIRMEE: accepted before `avant`, not overtaken, and either visible while an extraction was made since,
 * or read otherwise.
 */
export function nonConfirmeesSql(avant: string): string {
  return `from feed_operation o
    where o.state = 'accepted' and o.accepted_at < ${avant} and not ${estDepassee('o')}
      and (o.lue_en_vain_le is not null or ${estVisible('o')}
        and exists (select from source_load l where l.source = 'bals' and l.genere_le > o.accepted_at))`;
}
