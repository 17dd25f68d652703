// What moves a demande: each statement from its legal origins only, and writes the step that it makes with it.
import {
  originesDemande,
  referenceDemande,
  type AuteurDemande,
  type Demandeur,
  type EtapeDemande,
  type EtatDemande,
  type MotifDemande,
} from '../domain/demande.js';
import type { Db } from '../db/pool.js';

/** Two demandes of one professional wait for one another: his limits hold whatever comes at once. Until the end of the transaction. */
export async function lockDemandeur(db: Db, rpps: string): Promise<void> {
  await db.query(`select pg_advisory_xact_lock(hashtextextended('demande:' || $1::text, 0))`, [
    rpps,
  ]);
}

export type ComptesDemandeur = {
  readonly ouvertes: number;
  /** Asked since `depuis`, whatever became of them. */
  readonly recentes: number;
};

export async function countDemandesDe(
  db: Db,
  rpps: string,
  depuis: Date,
): Promise<ComptesDemandeur> {
  const { rows } = await db.query<ComptesDemandeur>(
    `select count(*) filter (where close_le is null)::integer as ouvertes,
       count(*) filter (where deposee_le > $2::timestamptz)::integer as recentes
     from demande where rpps = $1::text and (close_le is null or deposee_le > $2::timestamptz)`,
    [rpps, depuis],
  );
  return rows[0] ?? { ouvertes: 0, recentes: 0 };
}

export type NouvelleDemande = {
  readonly demandeur: Demandeur;
  readonly adresse: string;
  readonly domaine: string;
  readonly structureId: string | undefined;
  readonly structureNom: string | undefined;
  readonly etaitPubliee: boolean;
  readonly motif: MotifDemande;
  readonly commentaire: string | undefined;
  readonly contact: string;
};

/** Its number; undefined when one is open about this BAL already. */
export async function insertDemande(
  db: Db,
  { demandeur, ...demande }: NouvelleDemande,
  now: Date,
): Promise<number | undefined> {
  const { rows } = await db.query<{ id: number }>(
    `insert into demande (rpps, id_nat_ps, nom, moyen, adresse, domaine, structure_id, structure_nom, etait_publiee,
       motif, commentaire, contact, deposee_le, change_le)
     values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::boolean, $10::text,
       $11::text, $12::text, $13::timestamptz, $13::timestamptz)
     on conflict (adresse) where close_le is null do nothing returning id::float8 as id`,
    [
      demandeur.rpps,
      demandeur.idNatPs,
      demandeur.nom ?? null,
      demandeur.moyen,
      demande.adresse,
      demande.domaine,
      demande.structureId ?? null,
      demande.structureNom ?? null,
      demande.etaitPubliee,
      demande.motif,
      demande.commentaire ?? null,
      demande.contact,
      now,
    ],
  );
  return rows[0]?.id;
}

export type Etape = {
  readonly etape: EtapeDemande;
  readonly auteur: AuteurDemande;
  readonly motif?: string | undefined;
};

export async function insertEtape(
  db: Db,
  demandeId: number,
  { etape, auteur, motif }: Etape,
  now: Date,
): Promise<void> {
  await db.query(
    `insert into demande_etape (demande_id, etape, le, auteur_genre, auteur_id, auteur_nom, motif)
     values ($1::bigint, $2::text, $3::timestamptz, $4::text, $5::text, $6::text, $7::text)`,
    [demandeId, etape, now, auteur.genre, auteur.id, auteur.nom ?? null, motif ?? null],
  );
}

export type Changement = {
  readonly vers: Exclude<EtatDemande, 'recue'>;
  readonly auteur: AuteurDemande;
  readonly motif?: string | undefined;
  /** Of `transmise`. */
  readonly transmiseLe?: Date | undefined;
  /** Of `confirmee`: the version of the extraction. */
  readonly confirmeePar?: string | undefined;
};

/** False when the demande is not in a state that `vers` may follow. */
export async function changeDemande(
  db: Db,
  id: number,
  { vers, auteur, motif, transmiseLe, confirmeePar }: Changement,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update demande set etat = $2::text, change_le = $3::timestamptz,
       decidee_le = case when $2::text in ('acceptee', 'refusee') then $3::timestamptz else decidee_le end,
       decidee_par = case when $2::text in ('acceptee', 'refusee') then $4::text else decidee_par end,
       motif_refus = case when $2::text = 'refusee' then $5::text end,
       transmise_le = coalesce($6::timestamptz, transmise_le),
       confirmee_par = $7::text,
       close_le = case when $2::text in ('refusee', 'confirmee', 'retiree', 'sans-objet') then $3::timestamptz end
     where id = $1::bigint and etat = any($8::text[])`,
    [
      id,
      vers,
      now,
      auteur.nom ?? auteur.id,
      motif ?? null,
      transmiseLe ?? null,
      confirmeePar ?? null,
      originesDemande(vers),
    ],
  );
  if (rowCount !== 1) return false;
  await insertEtape(db, id, { etape: vers, auteur, motif }, now);
  return true;
}

/** The plan reads it: the deletion is proposed there, held by its guards, and sent once approved. */
export async function deciderSuppression(
  db: Db,
  { id, adresse }: { readonly id: number; readonly adresse: string },
  par: string,
  now: Date,
): Promise<void> {
  await db.query(
    `insert into suppression_decidee (adresse, motif, reference, decided_at, decided_by)
     values ($1::text, 'DEMANDE_PS', $2::text, $3::timestamptz, $4::text)`,
    [adresse, referenceDemande(id), now, par],
  );
}

/** No plan proposes it any more; what was proposed and not sent is dropped. */
export async function annulerSuppression(
  db: Db,
  { id, adresse }: { readonly id: number; readonly adresse: string },
  now: Date,
): Promise<void> {
  const { rowCount } = await db.query(
    `update suppression_decidee set withdrawn_at = $2::timestamptz
     where motif = 'DEMANDE_PS' and reference = $1::text and withdrawn_at is null`,
    [referenceDemande(id), now],
  );
  if (rowCount === 0) return;
  // A plan that is being written holds `feed_operation`: this waits for it, and then sees what it proposed. A request that
  // left without an answer may have been obeyed: it is not dropped.
  await db.query(
    `update feed_operation set state = 'superseded'
     where adresse = $1::text and kind = 'delete' and motif = 'DEMANDE_PS' and not is_outcome_unknown
       and state in ('planned', 'approved', 'retry', 'held', 'dead')`,
    [adresse],
  );
}

/** Whether the deletion of this BAL is on its way, or was obeyed, since `depuis`: nobody can take it back any more. */
export async function isEnvoiCommence(db: Db, adresse: string, depuis: Date): Promise<boolean> {
  const { rows } = await db.query<{ commence: boolean }>(
    `select exists (select from feed_operation where adresse = $1::text and kind = 'delete'
       and (state = 'sending' or (state in ('retry', 'held', 'dead') and is_outcome_unknown)
         or (state in ('accepted', 'confirmed') and accepted_at >= $2::timestamptz))) as commence`,
    [adresse, depuis],
  );
  return rows[0]?.commence ?? false;
}

/** The BAL was made anew on purpose. False when this demande is not confirmed, or was lifted before. */
export async function leverDemande(db: Db, id: number, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update demande set levee_le = $2::timestamptz, change_le = $2::timestamptz
     where id = $1::bigint and etat = 'confirmee' and levee_le is null`,
    [id, now],
  );
  return rowCount === 1;
}
