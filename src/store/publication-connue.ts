// What we hold to be published beyond what extractions show.
import type { Db } from '../db/pool.js';
import type { BalLue, ChampBal } from '../domain/feed-operation.js';
import { estDepassee } from './feed-confirm.js';
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

/** What the read API shows of an accepted operation, against what was asked for. */
export type Contredite = {
  readonly operationId: number;
  /** Undefined: it shows no such BAL on this porteur. */
  readonly bal: BalLue | undefined;
  /** Those that it shows otherwise; none of a delete. */
  readonly champs: readonly ChampBal[];
};

/**
 * Puts back what readings show where it is not what these operations asked for, so that the next plan asks again: nothing else
 * would ever tell of what no extraction holds. What is not contradicted stays, and what was accepted since too.
 */
export async function correctPublication(
  db: Db,
  contredites: readonly Contredite[],
): Promise<void> {
  const absentes = contredites.filter(({ bal }) => !bal).map(({ operationId }) => operationId);
  await db.query(`delete from publication_connue where operation_id = any($1::bigint[])`, [
    absentes,
  ]);
  const montrees = JSON.stringify(contredites.flatMap(rowOf));
  const lues = `jsonb_to_recordset($1::jsonb) l (operation_id bigint, champs text[], type_bal text,
      liste_rouge boolean, rang integer, description text, service text, responsable text)
    join feed_operation o on o.id = l.operation_id`;
  const valeur = (champ: ChampBal, colonne: string): string =>
    `${colonne} = case when '${champ}' = any (l.champs) then l.${colonne} else c.${colonne} end`;
  await db.query(
    `update publication_connue c set ${valeur('typeBal', 'type_bal')}, ${valeur('listeRouge', 'liste_rouge')},
       ${valeur('rang', 'rang')}, ${valeur('description', 'description')}, ${valeur('service', 'service')},
       ${valeur('responsable', 'responsable')}
     from ${lues} where o.kind <> 'delete' and c.operation_id = o.id`,
    [montrees],
  );
  await db.query(
    `insert into publication_connue (adresse, porteur_cle, domaine, type_bal, porteur_kind, rpps,
       structure_id, liste_rouge, rang, description, service, responsable, origine, operation_id, since)
     select o.adresse, o.porteur_cle, o.domaine, coalesce(l.type_bal, o.type_bal), o.porteur_kind, o.rpps,
       o.structure_id, coalesce(l.liste_rouge, false), l.rang, l.description, l.service, l.responsable,
       'operation', o.id, o.accepted_at
     from ${lues} where o.kind = 'delete' and o.state = 'accepted'
       and coalesce(l.type_bal, o.type_bal) is not null and not ${estDepassee('o')}
     on conflict do nothing`,
    [montrees],
  );
}

function rowOf({ operationId, bal, champs }: Contredite): object[] {
  if (!bal) return [];
  const { typeBal, listeRouge, rang, description, service, responsable } = bal;
  return [
    {
      operation_id: operationId,
      champs,
      type_bal: typeBal,
      liste_rouge: listeRouge,
      rang,
      description,
      service,
      responsable,
    },
  ];
}
