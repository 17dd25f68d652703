// Everything that a check must know, read in one statement: one round trip, one state of the directory.
import type { Db } from '../db/pool.js';
import type { GenreStructure, StructureLue } from '../domain/id-nat-struct.js';
import type { LoadSource } from '../domain/source.js';
import { ligneExerciceSql, sourcesSql, structureSql } from './verification-sql.js';

/** A source as it is in service; nothing at all: never loaded. */
export type FaitsSource = {
  /** Generation time of the version in service, else when it was loaded; ISO 8601. */
  readonly enServiceDepuis?: string;
  /** Last attempt that reached its publisher. */
  readonly dernierContact?: string;
  readonly derniereTentative?: string;
  /** French, when the last attempt failed. */
  readonly echec?: string;
};

export type LigneBal = {
  readonly typeBal?: string;
  readonly typeIdentifiantPp?: string;
  readonly identifiantPp?: string;
  /** Inventory only. */
  readonly etat?: string;
};

/** A line of practice, with what the FINESS source says of its site. */
export type LigneExercice = {
  readonly aMode: boolean;
  readonly aGenre: boolean;
  readonly site?: string;
  readonly ej?: string;
  readonly siret?: string;
  readonly siren?: string;
  readonly technique?: string;
  readonly ancien?: string;
  readonly raisonSociale?: string;
  readonly ejDuSite?: string;
  readonly siretDuSite?: string;
};

export type FaitsStructure = {
  readonly finess?: {
    readonly nature?: 'EJ' | 'EG';
    readonly ej?: string;
    readonly raisonSociale?: string;
    readonly estFermee: boolean;
    readonly dateFermeture?: string;
  };
  /** Seen as a site in Personne_activite; `ej`: the most frequent beside it. */
  readonly site?: { readonly ej?: string; readonly raisonSociale?: string };
  readonly estEjVue: boolean;
  /** Found in Personne_activite by another column (SIRET, SIREN, technical or former identifier). */
  readonly autre?: { readonly raisonSociale?: string };
};

export type FaitsTitulaire = {
  readonly nom?: string;
  /** RPPS that replaced the ADELI number. */
  readonly rpps?: string;
  readonly aSavoirFaire: boolean;
  /** At most `lignesMax` + 1. */
  readonly lignes: readonly LigneExercice[];
  /** His PER: ours, and those that are published. */
  readonly pers: readonly { readonly adresse: string; readonly structure?: string }[];
};

export type FaitsCreation = {
  readonly sources: Readonly<Partial<Record<LoadSource, FaitsSource>>>;
  readonly suitMotif: boolean;
  readonly domaineDansInventaire: boolean;
  readonly domaineEnListeBlanche: boolean;
  readonly inventaire: readonly LigneBal[];
  readonly annuaire: readonly LigneBal[];
  readonly titulaire: FaitsTitulaire;
  readonly structure: FaitsStructure;
  readonly structureDuDomaine: FaitsStructure;
};

export type QuestionCreation = {
  /** Lower-cased. */
  readonly adresse: string;
  readonly domaine: string;
  /** PostgreSQL regular expression. */
  readonly motifAdresse: string;
  readonly titulaire: { readonly type: string; readonly identifiant: string } | undefined;
  readonly structure: StructureLue | undefined;
  readonly structureDuDomaine: StructureLue | undefined;
};

/** Beyond, a holder is said to practise in too many places to be judged on all of them. */
export const lignesMax = 500;
const persMax = 50;

export async function readFaitsCreation(
  db: Db,
  question: QuestionCreation,
  now: Date,
): Promise<FaitsCreation> {
  const { titulaire, structure, structureDuDomaine } = question;
  const { rows } = await db.query<FaitsCreation>({
    name: 'faits-creation',
    text: creationSql,
    values: [
      question.adresse,
      question.domaine,
      question.motifAdresse,
      titulaire?.type ?? null,
      titulaire?.identifiant ?? null,
      genreOf(structure),
      structure?.identifiant ?? null,
      genreOf(structureDuDomaine),
      structureDuDomaine?.identifiant ?? null,
      now,
    ],
  });
  const faits = rows[0];
  if (!faits) throw new Error('a select without a table returned no row');
  return faits;
}

function genreOf(structure: StructureLue | undefined): GenreStructure | null {
  return structure?.genre ?? null;
}

const ligneBal = `jsonb_build_object('typeBal', type_bal, 'typeIdentifiantPp', type_identifiant_pp,
  'identifiantPp', identifiant_pp`;

const ids = 'any(array[$5::text, (select rpps from identifie)])';

const creationSql = `
  with identifie as materialized (
    select (select min(c.rpps) from correspondance_adeli c
      where $4::text = '0' and c.adeli = $5::text and c.gone_load_id is null) as rpps)
  select ${sourcesSql} as sources,
    $1::text ~ $3::text as "suitMotif",
    exists (select from bal_operateur
      where domaine = $2::text and gone_load_id is null and etat <> 'ferme') as "domaineDansInventaire",
    exists (select from domaine_liste_blanche
      where domaine = $2::text and gone_load_id is null) as "domaineEnListeBlanche",
    (select coalesce(jsonb_agg(distinct jsonb_strip_nulls(${ligneBal}, 'etat', etat))), '[]')
      from bal_operateur where adresse = $1::text and gone_load_id is null) as inventaire,
    (select coalesce(jsonb_agg(distinct jsonb_strip_nulls(${ligneBal}))), '[]')
      from bal_annuaire where adresse = $1::text and gone_load_id is null) as annuaire,
    jsonb_strip_nulls(jsonb_build_object(
      'rpps', (select rpps from identifie),
      'nom', (select min(nullif(concat_ws(' ', prenom_exercice, nom_exercice), '') collate "C")
        from activite where identifiant_pp = ${ids} and gone_load_id is null),
      'aSavoirFaire', exists (select from savoir_faire
        where identifiant_pp = ${ids} and gone_load_id is null),
      'lignes', (select coalesce(jsonb_agg(ligne), '[]')
        from (${ligneExerciceSql(ids)} limit ${lignesMax + 1}) lignes),
      'pers', (select coalesce(jsonb_agg(distinct jsonb_build_object(
          'adresse', adresse, 'structure', structure_id)), '[]')
        from ((select adresse, structure_id from bal_operateur
            where identifiant_pp = ${ids} and type_bal = 'PER' and gone_load_id is null
              and etat <> 'ferme' limit ${persMax})
          union all (select adresse, structure_id from bal_annuaire
            where identifiant_pp = ${ids} and type_bal = 'PER' and gone_load_id is null
            limit ${persMax})) pers))) as titulaire,
    ${structureSql('$6::text', '$7::text', '$10::timestamptz')} as structure,
    ${structureSql('$8::text', '$9::text', '$10::timestamptz')} as "structureDuDomaine"`;

export type FaitsTransfert = {
  readonly sources: FaitsCreation['sources'];
  readonly source: FaitsExtremite;
  readonly cible: FaitsExtremite;
};

/** One end of a forwarding, as both sides know it; closed BAL of the inventory are left out. */
export type FaitsExtremite = {
  readonly inventaire: readonly LigneBal[];
  readonly annuaire: readonly LigneBal[];
  /** RPPS that replaced the ADELI number of its holder. */
  readonly rpps?: string;
};

/** Addresses lower-cased. */
export async function readFaitsTransfert(
  db: Db,
  source: string,
  cible: string,
): Promise<FaitsTransfert> {
  const { rows } = await db.query<FaitsTransfert>({
    name: 'faits-transfert',
    text: `select ${sourcesSql} as sources, ${extremiteSql('$1::text')} as source,
      ${extremiteSql('$2::text')} as cible`,
    values: [source, cible],
  });
  const faits = rows[0];
  if (!faits) throw new Error('a select without a table returned no row');
  return faits;
}

function extremiteSql(adresse: string): string {
  return `jsonb_strip_nulls(jsonb_build_object(
    'inventaire', (select coalesce(jsonb_agg(distinct ${ligneBal})), '[]') from bal_operateur
      where adresse = ${adresse} and gone_load_id is null and etat <> 'ferme'),
    'annuaire', (select coalesce(jsonb_agg(distinct ${ligneBal})), '[]') from bal_annuaire
      where adresse = ${adresse} and gone_load_id is null),
    'rpps', (select min(c.rpps) from correspondance_adeli c where c.gone_load_id is null
      and c.adeli = coalesce(
        (select min(identifiant_pp) from bal_operateur
          where adresse = ${adresse} and gone_load_id is null and type_identifiant_pp = '0'),
        (select min(identifiant_pp) from bal_annuaire
          where adresse = ${adresse} and gone_load_id is null and type_identifiant_pp = '0')))))`;
}
