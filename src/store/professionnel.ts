// What is in service about one professional, for provisioning screens; and how to find him by his name.
import type { Db } from '../db/pool.js';
import type { Rpps } from '../domain/identifiers.js';

export type BalDe = {
  readonly adresse: string;
  readonly typeBal: string | null;
  /** IdNatStruct, sorted. */
  readonly structures: readonly string[];
  readonly publiee: boolean;
  /** In the inventory. */
  readonly hebergee: boolean;
  /** Of ours only: nobody else's can be known. */
  readonly listeRouge: boolean;
};

export type ActiviteDe = {
  readonly codeProfession: string | null;
  readonly codeCategorieProfessionnelle: string | null;
  readonly codeModeExercice: string | null;
  readonly codeSecteurActivite: string | null;
  readonly codeRole: string | null;
  readonly codeGenreActivite: string | null;
  readonly finessSite: string | null;
  readonly finessEj: string | null;
  readonly siret: string | null;
  readonly identifiantTechnique: string | null;
  readonly raisonSociale: string | null;
  readonly codePostal: string | null;
  readonly commune: string | null;
};

export type StructureDe = {
  /** IdNatStruct. */
  readonly id: string;
  readonly nature: 'EJ' | 'EG' | null;
  readonly finessEj: string | null;
  readonly raisonSociale: string | null;
  readonly estFermee: boolean;
};

export type Professionnel = {
  readonly rpps: string;
  readonly nom: string | null;
  readonly prenom: string | null;
  readonly codeCivilite: string | null;
  readonly savoirFaire: readonly string[];
  readonly activites: readonly ActiviteDe[];
  readonly structures: readonly StructureDe[];
  readonly bals: readonly BalDe[];
};

const activitesMax = 200;
const structuresMax = 100;
const balsMax = 200;

const lignes = `
  select a.nom_exercice, a.prenom_exercice, a.code_civilite, a.code_profession,
    a.code_categorie_professionnelle, a.code_savoir_faire, a.code_mode_exercice,
    a.code_secteur_activite, a.code_role, a.code_genre_activite, s.finess_site, s.finess_ej, s.siret,
    s.identifiant_technique, s.raison_sociale, s.code_postal, s.libelle_commune
  from activite a
  left join structure_exercice s on s.ligne_hash = a.structure_hash and s.gone_load_id is null
  where a.identifiant_pp = $1::text and a.gone_load_id is null
  union all
  select nom_exercice, prenom_exercice, code_civilite, code_profession,
    code_categorie_professionnelle, code_savoir_faire, code_mode_exercice, code_secteur_activite,
    code_role, code_genre_activite, finess_site, finess_ej, siret, identifiant_technique,
    raison_sociale, null, null
  from identite where identifiant_pp = $1::text and gone_load_id is null
  limit ${activitesMax}`;

/** `b`: a table of BAL in service, with the columns that both sides have. */
export function balsSql(condition: string): string {
  return `(select coalesce(jsonb_agg(to_jsonb(bal) order by bal.adresse), '[]') from (
    select adresse, min(type_bal) as "typeBal",
      coalesce(array_agg(distinct structure_id) filter (where structure_id is not null), '{}')
        as structures,
      bool_or(publiee) as publiee, bool_or(hebergee) as hebergee, bool_or(liste_rouge) as "listeRouge"
    from (select adresse, type_bal, structure_id, true as publiee, false as hebergee,
        false as liste_rouge from bal_annuaire where ${condition} and gone_load_id is null
      union all select adresse, type_bal, structure_id, false, true, liste_rouge
        from bal_operateur where ${condition} and gone_load_id is null and etat <> 'ferme') lignes
    group by adresse order by adresse limit ${balsMax}) bal)`;
}

const sql = `with ligne as materialized (${lignes}),
  numero as (select finess_site as finess, 'EG' as nature, raison_sociale as nom from ligne
    where finess_site is not null
    union select finess_ej, 'EJ', null from ligne where finess_ej is not null
    union select f.finess_ej, 'EJ', null from ligne
      join structure_finess f on f.finess = ligne.finess_site and f.gone_load_id is null)
  select $1::text as rpps, min(nom_exercice collate "C") as nom,
    min(prenom_exercice collate "C") as prenom, min(code_civilite) as "codeCivilite",
    array(select distinct code_savoir_faire from (
        select code_savoir_faire from ligne union
        select code_savoir_faire from savoir_faire
        where identifiant_pp = $1::text and gone_load_id is null) s
      where code_savoir_faire is not null order by 1) as "savoirFaire",
    (select coalesce(jsonb_agg(distinct jsonb_build_object(
        'codeProfession', code_profession,
        'codeCategorieProfessionnelle', code_categorie_professionnelle,
        'codeModeExercice', code_mode_exercice, 'codeSecteurActivite', code_secteur_activite,
        'codeRole', code_role, 'codeGenreActivite', code_genre_activite,
        'finessSite', finess_site, 'finessEj', finess_ej, 'siret', siret,
        'identifiantTechnique', identifiant_technique, 'raisonSociale', raison_sociale,
        'codePostal', code_postal, 'commune', libelle_commune)), '[]') from ligne) as activites,
    (select coalesce(jsonb_agg(to_jsonb(s) order by s.id), '[]') from (
      select '1' || n.finess as id, coalesce(min(f.nature), min(n.nature)) as nature,
        min(f.finess_ej) as "finessEj",
        coalesce(min(f.raison_sociale collate "C"), min(n.nom collate "C")) as "raisonSociale",
        coalesce(bool_and(f.is_closed or coalesce(
          f.date_fermeture <= ($2::timestamptz at time zone 'Europe/Paris')::date, false)), false)
          as "estFermee"
      from numero n
      left join structure_finess f on f.finess = n.finess and f.gone_load_id is null
      where n.finess is not null group by n.finess order by n.finess limit ${structuresMax}) s)
      as structures,
    ${balsSql('identifiant_pp = $1::text')} as bals
  from ligne
  having count(*) > 0 or exists (select from savoir_faire
    where identifiant_pp = $1::text and gone_load_id is null)`;

/** Undefined when he is in no national file. */
export async function findProfessionnel(
  db: Db,
  rpps: Rpps,
  now: Date,
): Promise<Professionnel | undefined> {
  const { rows } = await db.query<Professionnel>({
    name: 'professionnel',
    text: sql,
    values: [rpps, now],
  });
  return rows[0];
}

/** Those that name him, even when no national file does. */
export async function findBalsDe(db: Db, rpps: Rpps): Promise<readonly BalDe[]> {
  const { rows } = await db.query<{ bals: readonly BalDe[] }>(
    `select ${balsSql('identifiant_pp = $1::text')} as bals`,
    [rpps],
  );
  return rows[0]?.bals ?? [];
}

export type RechercheNom = {
  /** Beginning of the name, and of the first name; accents and case do not count. */
  readonly nom: string;
  readonly prenom: string;
  /** Beginning of the postal code of one of his places. */
  readonly codePostal: string | undefined;
  /** Where the previous page ended. */
  readonly apres: Position | undefined;
  readonly limite: number;
};

/** Folded name, folded first name, RPPS: the order of the answers. */
export type Position = readonly [nom: string, prenom: string, rpps: string];

export type ProfessionnelTrouve = {
  readonly rpps: string;
  readonly nom: string | null;
  readonly prenom: string | null;
  readonly codesProfession: readonly string[];
  readonly lieux: readonly {
    readonly raisonSociale: string | null;
    readonly codePostal: string | null;
    readonly commune: string | null;
  }[];
};

export type PageNoms = {
  readonly resultats: readonly ProfessionnelTrouve[];
  /** Undefined on the last page. */
  readonly suite: Position | undefined;
};

// Both bounds of a prefix, so that the index (migrations/0006) answers; U+10FFFF sorts after anything in collation C. Where
// the page begins is the lower bound: an index scan given two would start from the wrong one.
function noms(table: 'activite' | 'identite'): string {
  const nom = 'plier_nom(p.nom_exercice) collate "C"';
  const prenom = `plier_nom(coalesce(p.prenom_exercice, '')) collate "C"`;
  return `select distinct ${nom} as nom, ${prenom} as prenom, p.identifiant_pp as pp
    from ${table} p
    where p.gone_load_id is null
      and (${nom}, ${prenom}, p.identifiant_pp)
        > (greatest($4::text, plier_nom($1::text)) collate "C", $5::text, $6::text)
      and ${nom} < plier_nom($1::text) || chr(1114111)
      and ${prenom} >= plier_nom($2::text) and ${prenom} < plier_nom($2::text) || chr(1114111)
      and p.type_identifiant_pp = '8'
      and ($3::text is null or exists (select from activite lieu
        join structure_exercice s on s.ligne_hash = lieu.structure_hash and s.gone_load_id is null
        where lieu.identifiant_pp = p.identifiant_pp and lieu.gone_load_id is null
          and starts_with(s.code_postal, $3::text)))
    order by 1, 2, 3 limit $7::integer`;
}

const rechercheSql = `with page as materialized (
    select nom, prenom, pp from ((${noms('activite')}) union (${noms('identite')})) u
    order by nom collate "C", prenom collate "C", pp limit $7::integer)
  select page.nom as "nomPlie", page.prenom as "prenomPlie", page.pp as rpps, l.nom, l.prenom,
    l."codesProfession", coalesce(l.lieux[1:5], '{}') as lieux
  from page cross join lateral (
    select min(a.nom_exercice collate "C") as nom, min(a.prenom_exercice collate "C") as prenom,
      coalesce(array_agg(distinct a.code_profession) filter (where a.code_profession is not null),
        '{}') as "codesProfession",
      array_agg(distinct jsonb_build_object('raisonSociale', s.raison_sociale,
        'codePostal', s.code_postal, 'commune', s.libelle_commune))
        filter (where s.ligne_hash is not null) as lieux
    from (select nom_exercice, prenom_exercice, code_profession, structure_hash from activite
        where identifiant_pp = page.pp and gone_load_id is null
      union all select nom_exercice, prenom_exercice, code_profession, null from identite
        where identifiant_pp = page.pp and gone_load_id is null) a
    left join structure_exercice s on s.ligne_hash = a.structure_hash and s.gone_load_id is null) l
  order by page.nom collate "C", page.prenom collate "C", page.pp`;

export async function searchProfessionnels(db: Db, recherche: RechercheNom): Promise<PageNoms> {
  const { nom, prenom, codePostal, apres = ['', '', ''], limite } = recherche;
  const { rows } = await db.query<
    ProfessionnelTrouve & { readonly nomPlie: string; readonly prenomPlie: string }
  >({
    name: 'recherche-nom',
    text: rechercheSql,
    // One more than asked tells whether there is another page.
    values: [nom, prenom, codePostal ?? null, ...apres, limite + 1],
  });
  const page = rows.slice(0, limite);
  const last = page.at(-1);
  return {
    resultats: page.map(({ rpps, nom, prenom, codesProfession, lieux }) => ({
      rpps,
      nom,
      prenom,
      codesProfession,
      lieux,
    })),
    suite: rows.length > limite && last ? [last.nomPlie, last.prenomPlie, last.rpps] : undefined,
  };
}
