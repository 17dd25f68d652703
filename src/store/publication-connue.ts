// What we hold to be published beyond what extractions show.
import type { Db } from '../db/pool.js';
import { derniereEnvoyee } from './feed-order.js';

/**
 * Notes that the ANS accepted these operations: what was inserted or replaced is known to be published so, what was
 * deleted is known to be gone. To be called in the transaction that moves them to `accepted`, after that update: a plan
 * being computed holds the operations, and must see both or none. Operations in another state are left alone; of two on
 * one BAL and porteur (change of type), the last one carried out tells.
 */
export async function recordPublication(
  db: Db,
  operationIds: readonly number[] | readonly string[],
): Promise<void> {
  const dernieres = `select distinct on (adresse, porteur_cle) id, kind, adresse, porteur_cle, domaine,
      type_bal, porteur_kind, rpps, structure_id, liste_rouge, rang, description, service,
      responsable, accepted_at
    from feed_operation o
    where id = any($1::bigint[]) and state in ('accepted', 'confirmed')
    order by adresse, porteur_cle, ${derniereEnvoyee('o')}`;
  await db.query(
    `delete from publication_connue c using (${dernieres}) o
     where o.kind = 'delete' and c.adresse = o.adresse and c.porteur_cle = o.porteur_cle`,
    [operationIds],
  );
  await db.query(
    `insert into publication_connue (adresse, porteur_cle, domaine, type_bal, porteur_kind, rpps,
       structure_id, liste_rouge, rang, description, service, responsable, origine, operation_id, since)
     select adresse, porteur_cle, domaine, type_bal, porteur_kind, rpps, structure_id, liste_rouge,
       rang, description, service, responsable, 'operation', id, coalesce(accepted_at, now())
     from (${dernieres}) o where kind <> 'delete'
     on conflict (adresse, porteur_cle) do update set domaine = excluded.domaine,
       type_bal = excluded.type_bal, porteur_kind = excluded.porteur_kind, rpps = excluded.rpps,
       structure_id = excluded.structure_id, liste_rouge = excluded.liste_rouge,
       rang = excluded.rang, description = excluded.description, service = excluded.service,
       responsable = excluded.responsable, origine = excluded.origine,
       operation_id = excluded.operation_id, since = excluded.since`,
    [operationIds],
  );
}
