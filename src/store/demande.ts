// The demandes, read: one, a page of them, how many wait.
import {
  etatsDemandeAttendus,
  etatsDemandeOuverts,
  type EtapeDemande,
  type EtatDemande,
  type MotifDemande,
  type MoyenConnexion,
} from '../domain/demande.js';
import type { Db } from '../db/pool.js';

export type Demande = {
  readonly id: number;
  readonly rpps: string;
  readonly idNatPs: string;
  readonly nom: string | undefined;
  readonly moyen: MoyenConnexion;
  readonly adresse: string;
  readonly domaine: string;
  /** IdNatStruct, and name, when he asked. */
  readonly structureId: string | undefined;
  readonly structureNom: string | undefined;
  readonly etaitPubliee: boolean;
  readonly motif: MotifDemande;
  readonly commentaire: string | undefined;
  /** Where he is told. */
  readonly contact: string;
  readonly etat: EtatDemande;
  readonly deposeeLe: Date;
  readonly changeLe: Date;
  readonly decideeLe: Date | undefined;
  readonly decideePar: string | undefined;
  readonly motifRefus: string | undefined;
  /** When the ANS accepted the deletion. */
  readonly transmiseLe: Date | undefined;
  /** Version of the extraction that holds the BAL no more. */
  readonly confirmeePar: string | undefined;
  readonly closeLe: Date | undefined;
  readonly leveeLe: Date | undefined;
  /** In the inventory in service. */
  readonly estHebergee: boolean;
  /** In the extraction in service. */
  readonly estPubliee: boolean;
};

export type DemandeRow = {
  readonly [Key in keyof Demande]: undefined extends Demande[Key]
    ? Exclude<Demande[Key], undefined> | null
    : Demande[Key];
};

export const demandeColumns = `d.id::float8 as id, d.rpps, d.id_nat_ps as "idNatPs", d.nom, d.moyen, d.adresse, d.domaine,
  d.structure_id as "structureId", d.structure_nom as "structureNom", d.etait_publiee as "etaitPubliee", d.motif,
  d.commentaire, d.contact, d.etat, d.deposee_le as "deposeeLe", d.change_le as "changeLe", d.decidee_le as "decideeLe",
  d.decidee_par as "decideePar", d.motif_refus as "motifRefus", d.transmise_le as "transmiseLe",
  d.confirmee_par as "confirmeePar", d.close_le as "closeLe", d.levee_le as "leveeLe",
  exists (select from bal_operateur b where b.adresse = d.adresse and b.gone_load_id is null and b.etat <> 'ferme')
    as "estHebergee",
  exists (select from bal_annuaire b where b.adresse = d.adresse and b.gone_load_id is null) as "estPubliee"`;

export function toDemande(row: DemandeRow): Demande {
  return {
    ...row,
    nom: row.nom ?? undefined,
    structureId: row.structureId ?? undefined,
    structureNom: row.structureNom ?? undefined,
    commentaire: row.commentaire ?? undefined,
    decideeLe: row.decideeLe ?? undefined,
    decideePar: row.decideePar ?? undefined,
    motifRefus: row.motifRefus ?? undefined,
    transmiseLe: row.transmiseLe ?? undefined,
    confirmeePar: row.confirmeePar ?? undefined,
    closeLe: row.closeLe ?? undefined,
    leveeLe: row.leveeLe ?? undefined,
  };
}

export async function findDemande(db: Db, id: number): Promise<Demande | undefined> {
  const { rows } = await db.query<DemandeRow>(
    `select ${demandeColumns} from demande d where d.id = $1::bigint`,
    [id],
  );
  return rows[0] && toDemande(rows[0]);
}

/** Locked until the end of the transaction. */
export async function lockDemande(db: Db, id: number): Promise<Demande | undefined> {
  const { rows } = await db.query<DemandeRow>(
    `select ${demandeColumns} from demande d where d.id = $1::bigint for update of d`,
    [id],
  );
  return rows[0] && toDemande(rows[0]);
}

/** The one that is open about this BAL. */
export async function findDemandeOuverte(db: Db, adresse: string): Promise<Demande | undefined> {
  const { rows } = await db.query<DemandeRow>(
    `select ${demandeColumns} from demande d where d.adresse = $1::text and d.close_le is null`,
    [adresse],
  );
  return rows[0] && toDemande(rows[0]);
}

/** His, the newest first; at most `max`. */
export async function listDemandesDe(db: Db, rpps: string, max: number): Promise<Demande[]> {
  const { rows } = await db.query<DemandeRow>(
    `select ${demandeColumns} from demande d where d.rpps = $1::text order by d.id desc limit $2::integer`,
    [rpps, max],
  );
  return rows.map(toDemande);
}

/** Of BAL, given by their addresses; the last first. */
export async function listDemandesSur(
  db: Db,
  adresses: readonly string[],
  max: number,
): Promise<Demande[]> {
  const { rows } = await db.query<DemandeRow>(
    `select ${demandeColumns} from demande d where d.adresse = any($1::text[]) order by d.id desc limit $2::integer`,
    [adresses, max],
  );
  return rows.map(toDemande);
}

export type FiltreDemandes = {
  /** Undefined: those that are open. */
  readonly etats?: readonly EtatDemande[] | undefined;
  readonly domaine?: string | undefined;
  readonly adresse?: string | undefined;
  readonly rpps?: string | undefined;
  /** Only those that wait for the opérateur and came before: late ones. */
  readonly attenduesAvant?: Date | undefined;
};

export type PageDemandes = {
  /** The number of the last one of the page before. */
  readonly apres?: number | undefined;
  readonly max: number;
  /** The newest first; else the oldest, which have waited longest. */
  readonly estRecentes?: boolean;
};

/** In the order of their numbers, which is the order in which they came; at most `max` from where the page before ended. */
export async function listDemandes(
  db: Db,
  filtre: FiltreDemandes,
  { apres, max, estRecentes = false }: PageDemandes,
): Promise<Demande[]> {
  const [beyond, order] = estRecentes ? ['<', 'desc'] : ['>', 'asc'];
  const { rows } = await db.query<DemandeRow>(
    `select ${demandeColumns} from demande d
     where d.etat = any($1::text[]) and ($2::text is null or d.domaine = $2::text)
       and ($3::text is null or d.adresse = $3::text) and ($4::text is null or d.rpps = $4::text)
       and ($5::timestamptz is null or (d.deposee_le < $5::timestamptz and d.etat = any($6::text[])))
       and ($7::bigint is null or d.id ${beyond} $7::bigint)
     order by d.id ${order} limit $8::integer`,
    [
      filtre.etats ?? etatsDemandeOuverts,
      filtre.domaine ?? null,
      filtre.adresse ?? null,
      filtre.rpps ?? null,
      filtre.attenduesAvant ?? null,
      etatsDemandeAttendus,
      apres ?? null,
      max,
    ],
  );
  return rows.map(toDemande);
}

export type EtapeFaite = {
  readonly etape: EtapeDemande;
  readonly le: Date;
  readonly auteurGenre: 'personne' | 'client' | 'programme';
  readonly auteurId: string;
  readonly auteurNom: string | undefined;
  readonly motif: string | undefined;
};

/** In the order in which they came. */
export async function listEtapes(db: Db, demandeId: number): Promise<EtapeFaite[]> {
  const { rows } = await db.query<
    Omit<EtapeFaite, 'auteurNom' | 'motif'> & { auteurNom: string | null; motif: string | null }
  >(
    `select etape, le, auteur_genre as "auteurGenre", auteur_id as "auteurId", auteur_nom as "auteurNom", motif
     from demande_etape where demande_id = $1::bigint order by id`,
    [demandeId],
  );
  return rows.map((row) => ({
    ...row,
    auteurNom: row.auteurNom ?? undefined,
    motif: row.motif ?? undefined,
  }));
}

export type CompteDemandes = {
  readonly parEtat: ReadonlyMap<EtatDemande, number>;
  /** Wait for the opérateur since before. */
  readonly enRetard: number;
  /** Since when the oldest of those that wait does. */
  readonly plusAncienneLe: Date | undefined;
  /** Accepted or later, and not lifted, of which the inventory still has the BAL: to be deleted on the platform. */
  readonly aSupprimer: number;
};

export async function countDemandes(db: Db, attenduesAvant: Date): Promise<CompteDemandes> {
  const { rows: etats } = await db.query<{ etat: EtatDemande; n: number }>(
    `select etat, count(*)::integer as n from demande group by etat`,
  );
  const { rows } = await db.query<{
    enRetard: number;
    plusAncienneLe: Date | null;
    aSupprimer: number;
  }>(
    `select count(*) filter (where d.etat = any($2::text[]) and d.deposee_le < $1::timestamptz)::integer as "enRetard",
       min(d.deposee_le) filter (where d.etat = any($2::text[])) as "plusAncienneLe",
       count(*) filter (where s.adresse is not null and exists (select from bal_operateur b
         where b.adresse = d.adresse and b.gone_load_id is null and b.etat <> 'ferme'))::integer as "aSupprimer"
     from demande d
     left join suppression_decidee s on s.motif = 'DEMANDE_PS' and s.reference = 'demande-' || d.id
       and s.withdrawn_at is null
     where d.close_le is null or d.etat = 'confirmee'`,
    [attenduesAvant, etatsDemandeAttendus],
  );
  const [row] = rows;
  return {
    parEtat: new Map(etats.map(({ etat, n }) => [etat, n])),
    enRetard: row?.enRetard ?? 0,
    plusAncienneLe: row?.plusAncienneLe ?? undefined,
    aSupprimer: row?.aSupprimer ?? 0,
  };
}
