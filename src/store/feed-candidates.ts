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
      and moitie.kind = case ${o}.kind when 'insert' then 'delete' when 'delete' then 'insert' end
      and moitie.state in ('planned', 'held', 'dead')))`;

const estDue = (o: string): string =>
  `(${o}.next_attempt_at is null or ${o}.next_attempt_at <= $1::timestamptz)`;

/**
 * The first operations of the porteurs whose turn has come, in order, with the other halves of their changes of type.
 * Rows are looked for by state and never by « greater than the last one »: numbers are not given in the order of commits.
 */
export async function findCandidates(db: Db, limits: CandidateLimits): Promise<Candidate[]> {
  const { rows } = await db.query<Candidate>(
    `with tete as (
       select o.id, o.porteur_cle, o.next_attempt_at from feed_operation o
       where o.state in ('approved', 'retry') and ${estDue('o')}
         and not exists (select from feed_operation s
           where s.porteur_cle = o.porteur_cle and s.state = 'sending')
         and not exists (select from feed_operation avant
           where avant.porteur_cle = o.porteur_cle and avant.state in ('approved', 'retry')
             and avant.id < o.id and not ${estRetenue('avant')})
         and not ${estRetenue('o')}
       order by o.next_attempt_at nulls first, o.id
       limit $2::integer),
     suite as (
       select f.* from tete cross join lateral (
         select o.id, o.porteur_cle, o.adresse, o.kind, ${estDue('o')} as is_due,
           ${estRetenue('o')} as is_held_back
         from feed_operation o
         where o.porteur_cle = tete.porteur_cle and o.state in ('approved', 'retry')
           and o.id >= tete.id
         order by o.id limit $3::integer) f)
     select id::float8 as id, porteur_cle as "porteurCle", adresse, kind, is_due as "isDue",
       is_held_back as "isHeldBack"
     from suite
     union
     select m.id::float8, m.porteur_cle, m.adresse, m.kind, ${estDue('m')}, ${estRetenue('m')}
     from suite join feed_operation m on m.adresse = suite.adresse and m.porteur_cle = suite.porteur_cle
       and m.kind = case suite.kind when 'insert' then 'delete' when 'delete' then 'insert' end
       and m.state in ('approved', 'retry')
     order by 1`,
    [limits.now, limits.porteursMax, limits.chainMax],
  );
  return rows;
}
