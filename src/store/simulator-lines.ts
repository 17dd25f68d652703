// What fills the cells of a BAL that the simulator publishes anew: the holder and the structure.
import type { Db } from '../db/pool.js';

/** What the cells 9 to 17 are made from; '' where nothing is told. */
export type ExerciceTitulaire = {
  readonly rpps: string;
  readonly civilite: string;
  readonly nom: string;
  readonly prenom: string;
  readonly categorie: string;
  readonly profession: string;
  readonly savoirFaire: string;
};

export async function listExercicesTitulaires(
  db: Db,
  rpps: readonly string[],
): Promise<ExerciceTitulaire[]> {
  const { rows } = await db.query<ExerciceTitulaire>(
    `select distinct on (a.identifiant_pp) a.identifiant_pp as rpps,
       coalesce(a.code_civilite_exercice, '') as civilite, coalesce(a.nom_exercice, '') as nom,
       coalesce(a.prenom_exercice, '') as prenom,
       coalesce(a.code_categorie_professionnelle, '') as categorie,
       coalesce(a.code_profession, '') as profession,
       coalesce(a.code_savoir_faire, '') as "savoirFaire"
     from activite a
     where a.identifiant_pp = any($1::text[]) and a.type_identifiant_pp = '8' and a.gone_load_id is null
     order by a.identifiant_pp, a.ligne_hash`,
    [rpps],
  );
  return rows;
}

export type Libelles = {
  readonly categories: ReadonlyMap<string, string>;
  readonly professions: ReadonlyMap<string, string>;
  readonly savoirFaire: ReadonlyMap<string, string>;
};

/** Labels are not kept with activities: the BAL published tell those that they use. */
export async function listLibelles(db: Db): Promise<Libelles> {
  const of = async (code: string, label: string): Promise<ReadonlyMap<string, string>> => {
    const { rows } = await db.query<{ code: string; libelle: string }>(
      `select ${code} as code, min(${label} collate "C") as libelle from bal_annuaire
       where gone_load_id is null and ${code} is not null and ${label} is not null group by ${code}`,
    );
    return new Map(rows.map(({ code: known, libelle }) => [known, libelle]));
  };
  return {
    categories: await of('categorie_profession', 'libelle_categorie_profession'),
    professions: await of('code_profession', 'libelle_profession'),
    savoirFaire: await of('code_savoir_faire', 'libelle_savoir_faire'),
  };
}

/** Cells 19 to 31, from Raison Sociale to Pays. */
export type StructureCells = { readonly id: string; readonly cells: readonly string[] };

const ofSite = `s.raison_sociale, s.enseigne_commerciale, s.complement_destinataire,
  s.mention_distribution, s.numero_voie, s.indice_repetition_voie, s.libelle_type_voie,
  s.libelle_voie, s.complement_point_geographique, s.bureau_cedex, s.code_postal,
  s.libelle_departement, s.libelle_pays`;

const ofFiness = `f.raison_sociale, '', '', '', '', '', '', '', '', '', '', '', 'France'`;

/** As another published BAL of the structure shows it, else as Personne_activite or FINESS tell it. */
export async function listStructureCells(
  db: Db,
  ids: readonly string[],
): Promise<StructureCells[]> {
  const site = (kinds: string, condition: string): string =>
    `union all select d.id, 2, array[${ofSite}] from asked d
       join structure_exercice s on s.gone_load_id is null and ${condition} where d.kind in (${kinds})`;
  const finess = (kind: string, column: string): string =>
    `union all select d.id, 3, array[${ofFiness}] from asked d
       join structure_finess f on f.gone_load_id is null and f.${column} = d.number
       where d.kind = '${kind}'`;
  const { rows } = await db.query<StructureCells>(
    `with asked as (
       select distinct id, left(id, 1) as kind, substr(id, 2) as number from unnest($1::text[]) as d (id)),
     seen as (
       select d.id, 1 as rank, array[b.raison_sociale, b.enseigne_commerciale, b.complement_localisation,
         b.complement_distribution, b.numero_voie, b.complement_numero_voie, b.type_voie, b.libelle_voie,
         b.lieu_dit, b.ligne_acheminement, b.code_postal, b.departement, b.pays] as cells
       from asked d join bal_annuaire b on b.structure_id = d.id and b.gone_load_id is null
         and b.raison_sociale is not null
       ${site(`'1'`, 's.finess_site = d.number')}
       ${site(`'3'`, 's.siret = d.number')}
       ${site(`'0', '4'`, `s.identifiant_technique = 'R' || d.number`)}
       ${site(`'0', '4'`, 's.identifiant_technique = d.number')}
       ${site(`'0', '4'`, 's.ancien_identifiant = d.id')}
       ${finess('1', 'finess')} ${finess('3', 'siret')})
     select distinct on (id) id, (select array_agg(coalesce(c, '') order by n)
       from unnest(cells) with ordinality u (c, n)) as cells
     from seen order by id, rank, cells`,
    [ids],
  );
  return rows;
}
