// Operations whose pusher died, or lost the database: nobody knows whether the ANS has them.
import type { Db } from '../db/pool.js';

const rowsMax = 1_000;

/** Puts them back to be sent, as unknown outcomes; how many. Dead once their attempts are used up. */
export async function takeOverLapsed(db: Db, now: Date, attemptsMax: number): Promise<number> {
  const { rowCount } = await db.query(
    `with echue as (
       select id, claimed_by, attempts from feed_operation
       where state = 'sending' and lease_until <= $1::timestamptz
       order by id limit ${rowsMax} for update skip locked),
     reprise as (
       update feed_operation o set
         state = case when e.attempts + 1 >= $2::integer then 'dead' else 'retry' end,
         claimed_by = null, lease_until = null, is_outcome_unknown = true, attempts = e.attempts + 1,
         next_attempt_at = $1::timestamptz,
         last_status = null,
         last_code = case when e.attempts + 1 >= $2::integer then 'TENTATIVES_EPUISEES' else 'BAIL_ECHU' end,
         last_message = case when e.attempts + 1 >= $2::integer
           then 'Les ' || $2::integer || ' envois permis sont épuisés, le dernier interrompu sans résultat connu. ' ||
             'Vérifiez la BAL dans l’Annuaire, puis rejouez : « annuaire-sync push replay ' || o.id || ' ».'
           else 'L’envoi a été interrompu sans résultat connu (arrêt du programme ou de la base) : il est repris.' end
       from echue e where o.id = e.id
       returning o.id, e.claimed_by, e.attempts + 1 as attempt)
     insert into feed_attempt (operation_id, attempt, request_id, pusher, started_at, finished_at, outcome, message)
     select id, attempt, gen_random_uuid(), coalesce(claimed_by, '?'), $1::timestamptz, $1::timestamptz, 'unknown',
       'Bail échu : le processus qui l’envoyait n’a pas dit ce qu’il en est advenu.'
     from reprise`,
    [now, attemptsMax],
  );
  return rowCount ?? 0;
}
