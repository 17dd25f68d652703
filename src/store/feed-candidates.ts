// Which operations may be sent now: order per porteur, order between two operations, changes of type in one piece.
import type { KindOperation } from '../domain/feed-operation.js';
import type { Db } from '../db/pool.js';

export type Candidate = {
  readonly id: number;
  readonly porteurCle: string;
  readonly adresse: string;
  readonly kind: KindOperation;
  /** Its time has come. */
  readonly isDue: boolean;
  /** Waits for something else than its turn, and holds up nobody. */
  readonly isHeldBack: boolean;
};

export type CandidateLimits = {
  readonly now: Date;
  readonly porteursMax: number;
  readonly chainMax: number;
};

const autreSorte = (o: string): string =>
  `case ${o}.kind when 'insert' then 'delete' when 'delete' then 'insert' end`;

/**
 * What an operation `o` may wait for besides its turn: the one that it comes after, or the other half of a change of
 * type (delete and insert of one BAL on one porteur) that nobody has decided, or that a person has to look at. What
 * waits so does not hold up its porteur.
 */
const estRetenue = (o: string): string => `(
  (${o}.apres_id is not null and exists (select from feed_operation attendue
    where attendue.id = ${o}.apres_id and attendue.state not in ('accepted', 'confirmed')
      and not (attendue.porteur_cle = ${o}.porteur_cle and attendue.adresse = ${o}.adresse)))
  or exists (select from feed_operation moitie
    where moitie.adresse = ${o}.adresse and moitie.porteur_cle = ${o}.porteur_cle
      and moitie.kind = ${autreSorte(o)}
      and moitie.state in ('planned', 'held', 'dead')))`;

const estDue = (o: string): string =>
  `(${o}.next_attempt_at is null or ${o}.next_attempt_at <= $1::timestamptz)`;

// Due operations looked at first, per porteur asked for: most porteurs have one or two.
const lookedAtPerPorteur = 2;

/**
 * The first operations of the porteurs whose turn has come, in order, with the other halves of their changes of type.
 * Rows are looked for by state and never by « greater than the last one »: numbers are not given in the order of commits.
 * `db` is inside a transaction.
 */
export async function findCandidates(db: Db, limits: CandidateLimits): Promise<Candidate[]> {
  // The queue may have been filled since it was last analysed: only its indexes are sure to be quick. Without sorts, the few
  // rows that « limit » wants are read in the order of an index; with them, every due row would be read and sorted first.
  await db.query(
    `select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true), set_config('enable_sort', 'off', true),
       set_config('jit', 'off', true)`,
  );
  const first = await findAmong(db, limits, limits.porteursMax * lookedAtPerPorteur);
  // All of them may belong to porteurs that wait.
  return first.length > 0 ? first : findAmong(db, limits, undefined);
}

async function findAmong(
  db: Db,
  { now, porteursMax, chainMax }: CandidateLimits,
  lookedAt: number | undefined,
): Promise<Candidate[]> {
  const { rows } = await db.query<Candidate>(
    `with due as materialized (
       select o.id, o.porteur_cle, row_number() over () as rang from (
         select id, porteur_cle from feed_operation o
         where o.state in ('approved', 'retry') and ${estDue('o')}
           and not exists (select from feed_operation s
             where s.porteur_cle = o.porteur_cle and s.state = 'sending')
         order by o.next_attempt_at nulls first, o.id
         limit $4::integer) o),
     porteur as materialized (
       select porteur_cle from due group by porteur_cle order by min(rang)),
     -- the comparisons of rows leave but one index to the planner: by number alone it would read the whole table
     tete as materialized (
       select premiere.id, porteur.porteur_cle from porteur cross join lateral (
         select o.id, o.porteur_cle, ${estDue('o')} as est_due from feed_operation o
         where (o.porteur_cle, o.id) >= (porteur.porteur_cle, 0) and o.state in ('approved', 'retry')
           and not ${estRetenue('o')}
         order by o.porteur_cle, o.id limit 1) premiere
       where premiere.porteur_cle = porteur.porteur_cle and premiere.est_due limit $2::integer),
     suite as materialized (
       select f.id, f.porteur_cle, f.adresse, f.kind, ${estDue('f')} as is_due, ${estRetenue('f')} as is_held_back
       from tete cross join lateral (
         select o.id, o.porteur_cle, o.adresse, o.kind, o.apres_id, o.next_attempt_at from feed_operation o
         where (o.porteur_cle, o.id) >= (tete.porteur_cle, tete.id) and o.state in ('approved', 'retry')
         order by o.porteur_cle, o.id limit $3::integer) f
       where f.porteur_cle = tete.porteur_cle)
     select id::float8 as id, porteur_cle as "porteurCle", adresse, kind, is_due as "isDue",
       is_held_back as "isHeldBack"
     from suite
     union
     select m.id::float8, m.porteur_cle, m.adresse, m.kind, ${estDue('m')}, ${estRetenue('m')}
     from suite cross join lateral (select ${autreSorte('suite')} as kind) autre cross join lateral (
       select o.id, o.porteur_cle, o.adresse, o.kind, o.next_attempt_at, o.apres_id from feed_operation o
       where (o.adresse, o.porteur_cle, o.kind) >= (suite.adresse, suite.porteur_cle, autre.kind)
         and o.state in ('approved', 'retry')
       order by o.adresse, o.porteur_cle, o.kind limit 1) m
     where m.adresse = suite.adresse and m.porteur_cle = suite.porteur_cle and m.kind = autre.kind
     order by 1`,
    [now, porteursMax, chainMax, lookedAt ?? null],
  );
  return rows;
}
