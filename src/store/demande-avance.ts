// What the feed and the next extractions say of the demandes that are open.
import type { Db } from '../db/pool.js';

export type Avancee =
  | { readonly id: number; readonly vers: 'transmise'; readonly transmiseLe: Date }
  | { readonly id: number; readonly vers: 'confirmee'; readonly confirmeePar: string }
  | {
      readonly id: number;
      readonly vers: 'sans-objet';
      readonly raison: 'disparue' | 'reattribuee';
    };

/** Deletions of the BAL of `d` that somebody may still send, or that are being sent. */
const enFile = `select from feed_operation o where o.adresse = d.adresse and o.kind = 'delete'
  and o.state in ('planned', 'approved', 'sending', 'retry', 'held', 'dead')`;

const lignesOperateur = `select from bal_operateur b
  where b.adresse = d.adresse and b.gone_load_id is null and b.etat <> 'ferme'`;
const lignesAnnuaire = `select from bal_annuaire b where b.adresse = d.adresse and b.gone_load_id is null`;
const leNomment = `b.identifiant_pp = d.rpps and b.type_identifiant_pp = '8' and b.type_bal = 'PER'`;

/** The inventory gives the BAL to others only; where it does not have it, the Annuaire does. */
const estReattribuee = `(case when exists (${lignesOperateur}) then not exists (${lignesOperateur} and ${leNomment})
  else exists (${lignesAnnuaire}) and not exists (${lignesAnnuaire} and ${leNomment}) end)`;

/** Sides that were never loaded, or a publication that no extraction shows, prove nothing. */
const estDisparue = `(exists (select from source_load where source = 'bals')
  and exists (select from source_load where source = 'inventaire')
  and not exists (${lignesAnnuaire}) and not exists (${lignesOperateur})
  and not exists (select from publication_connue c where c.adresse = d.adresse and c.liste_rouge))`;

const partie = `exists (select from feed_operation o where o.adresse = d.adresse and o.kind = 'delete'
  and (o.state = 'sending' or (o.state in ('accepted', 'confirmed') and o.accepted_at >= d.decidee_le)))`;

/**
 * Of the open demandes after `afterId`, those whose next step has come; at most `pageMax`. A BAL of several porteurs is
 * transmitted once the last of its deletions was accepted. One that no side shows any more went by itself, unless a
 * deletion of it left.
 */
export async function listAvancees(db: Db, afterId: number, pageMax: number): Promise<Avancee[]> {
  const { rows } = await db.query<{
    id: number;
    acceptedAt: Date | null;
    version: string | null;
    estReattribuee: boolean;
  }>(
    `select d.id::float8 as id, envoi.le as "acceptedAt", preuve.version, ${estReattribuee} as "estReattribuee"
     from demande d
     left join lateral (select max(o.accepted_at) as le from feed_operation o
       where d.etat = 'acceptee' and o.adresse = d.adresse and o.kind = 'delete'
         and o.state in ('accepted', 'confirmed') and o.accepted_at >= d.decidee_le
         and not exists (${enFile})) envoi on true
     left join lateral (select l.version from source_load l
       where d.etat = 'transmise' and l.source = 'bals' and l.genere_le > d.transmise_le
         and not exists (select from bal_annuaire b where b.adresse = d.adresse and b.first_load_id <= l.id
           and (b.gone_load_id is null or b.gone_load_id > l.id))
       order by l.id limit 1) preuve on true
     where d.close_le is null and d.id > $1::bigint
       and (envoi.le is not null or preuve.version is not null
         or (d.etat <> 'transmise' and not ${partie} and (${estDisparue} or ${estReattribuee})))
     order by d.id limit $2::integer`,
    [afterId, pageMax],
  );
  return rows.map(({ id, acceptedAt, version, estReattribuee: isOther }): Avancee => {
    if (acceptedAt) return { id, vers: 'transmise', transmiseLe: acceptedAt };
    if (version !== null) return { id, vers: 'confirmee', confirmeePar: version };
    return { id, vers: 'sans-objet', raison: isOther ? 'reattribuee' : 'disparue' };
  });
}

/** Confirmed demandes whose decision still holds back a BAL that the inventory gives to others; at most `max`. */
export async function listReattribuees(db: Db, max: number): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `select d.id::float8 as id from suppression_decidee s
     join demande d on s.reference = 'demande-' || d.id
     where s.motif = 'DEMANDE_PS' and s.withdrawn_at is null and d.etat = 'confirmee' and d.levee_le is null
       and exists (${lignesOperateur}) and not exists (${lignesOperateur} and ${leNomment})
     order by d.id limit $1::integer`,
    [max],
  );
  return rows.map(({ id }) => id);
}
