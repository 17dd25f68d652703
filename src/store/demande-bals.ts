// The PER BAL of one professional, wherever they are hosted: what he may see, and which of them he may ask to be deleted.
import type { Db } from '../db/pool.js';

/** What links him to the structure of a BAL, in the national file: never the proof that he works there, or left. */
export type ActiviteLa = 'oui' | 'non' | 'inconnue';

export type BalDuTitulaire = {
  readonly adresse: string;
  readonly domaine: string;
  /** In the extraction in service. */
  readonly estPubliee: boolean;
  /** In our inventory in service. */
  readonly estHebergee: boolean;
  /** In a domain that we declare. */
  readonly estANous: boolean;
  /** One of its lines, on either side, names somebody else, or is no PER. */
  readonly estPartagee: boolean;
  /** IdNatStruct; none: the BAL is attached to no structure. */
  readonly structureId: string | undefined;
  readonly structureNom: string | undefined;
  readonly structureCommune: string | undefined;
  readonly activite: ActiviteLa;
  /** The first version of a source that showed it; `estDebut`: it was there when we began to look. */
  readonly vueDepuis: Date | undefined;
  readonly estDebut: boolean;
  /** Of the opérateurs of the domain in the white list, of a BAL that is not ours. */
  readonly operateurs: readonly OperateurDuDomaine[];
};

export type OperateurDuDomaine = {
  readonly nom: string | undefined;
  /** As its opérateur wrote it: telephone, address, both. */
  readonly support: string | undefined;
};

type BalRow = {
  readonly adresse: string;
  readonly domaine: string;
  readonly estPubliee: boolean;
  readonly estHebergee: boolean;
  readonly estANous: boolean;
  readonly estPartagee: boolean;
  readonly structureId: string | null;
  readonly structureNom: string | null;
  readonly structureCommune: string | null;
  readonly aActivites: boolean;
  readonly exerceLa: boolean | null;
  readonly vueDepuis: Date | null;
  readonly estDebut: boolean | null;
  readonly operateurs: readonly { readonly nom: string | null; readonly support: string | null }[];
};

/** Nobody has as many; a wrong RPPS repeated over a park might. */
export const balsMax = 100;
const operateursMax = 5;

const sien = `identifiant_pp = $1::text and type_identifiant_pp = '8' and type_bal = 'PER' and gone_load_id is null`;

/** His activities, in both sources of professionals, with the numbers of their structures. */
const exercices = `exercice as materialized (
  select coalesce(e.finess_site, l.finess_site) as site, coalesce(e.finess_ej, l.finess_ej) as ej,
    coalesce(e.siret, l.siret) as siret, coalesce(e.siren, l.siren) as siren,
    coalesce(e.identifiant_technique, l.identifiant_technique) as technique,
    coalesce(e.ancien_identifiant, l.ancien_identifiant) as ancien, f.ej as ej_du_site, f.siret as siret_du_site
  from (select structure_hash, null::text as finess_site, null::text as finess_ej, null::text as siret, null::text as siren,
        null::text as identifiant_technique, null::text as ancien_identifiant
      from activite where identifiant_pp = $1::text and gone_load_id is null
    union all select null, finess_site, finess_ej, siret, siren, identifiant_technique, ancien_identifiant
      from identite where identifiant_pp = $1::text and gone_load_id is null
    limit 500) l
  left join structure_exercice e on e.ligne_hash = l.structure_hash and e.gone_load_id is null
  left join lateral (select min(finess_ej) as ej, min(siret) as siret from structure_finess
    where finess = coalesce(e.finess_site, l.finess_site) and gone_load_id is null) f on true)`;

// As the reconciliation judges it (docs/constats.md, « Structure : FINESS G ou J »).
const exerceLa = `case when s.genre is null then null else exists (select from exercice x where case s.genre
  when 'finess' then x.site = s.id or x.ej = s.id or x.ej = ej.ej or x.ej_du_site = ej.ej
  when 'siret' then x.siret = s.id or x.siren = left(s.id, 9) or left(x.siret, 9) = left(s.id, 9) or x.siret_du_site = s.id
  when 'siren' then x.siren = s.id or left(x.siret, 9) = s.id
  else x.technique in (s.id, 'R' || s.id) or x.ancien = b.structure_id end) end`;

const nomStructure = `coalesce(
  (select min(coalesce(f.raison_sociale) collate "C") from structure_finess f
    where s.genre = 'finess' and f.finess = s.id and f.gone_load_id is null),
  (select min(f.raison_sociale collate "C") from structure_finess f
    where s.genre = 'siret' and f.siret = s.id and f.gone_load_id is null),
  (select min(a.raison_sociale collate "C") from bal_annuaire a where a.adresse = b.adresse
    and a.structure_id = b.structure_id and a.gone_load_id is null),
  (select min(e.raison_sociale collate "C") from structure_exercice e
    where s.genre = 'finess' and e.finess_site = s.id and e.gone_load_id is null),
  (select min(e.raison_sociale collate "C") from structure_exercice e
    where s.genre = 'siret' and e.siret = s.id and e.gone_load_id is null))`;

const commune = `(select min(regexp_replace(a.ligne_acheminement, '^[0-9]{5} +', '') collate "C") from bal_annuaire a
  where a.adresse = b.adresse and a.structure_id is not distinct from b.structure_id and a.gone_load_id is null)`;

// Lines that are gone count: one that changed did not make the BAL new. The inventory keeps no index of them.
const premiere = (
  table: string,
  presence: string,
): string => `(select l.id, coalesce(l.genere_le, l.loaded_at) as le, l.is_full
  from ${table} h join source_load l on l.id = h.first_load_id
  where h.adresse = b.adresse and h.identifiant_pp = $1::text and h.gone_load_id is ${presence}
  order by l.id limit 1)`;

const sql = `with ${exercices},
  ligne as (select adresse, domaine, structure_id, true as publiee, false as hebergee from bal_annuaire where ${sien}
    union all select adresse, domaine, structure_id, false, true from bal_operateur where ${sien} and etat <> 'ferme'),
  bal as (select adresse, min(domaine) as domaine, bool_or(publiee) as publiee, bool_or(hebergee) as hebergee,
      coalesce(min(structure_id) filter (where hebergee), min(structure_id)) as structure_id
    from ligne where $3::text is null or adresse = $3::text group by adresse order by adresse limit ${balsMax})
  select b.adresse, b.domaine, b.publiee as "estPubliee", b.hebergee as "estHebergee",
    b.domaine = any($2::text[]) as "estANous", b.structure_id as "structureId",
    exists (select from bal_annuaire a where a.adresse = b.adresse and a.gone_load_id is null
        and (a.identifiant_pp, a.type_identifiant_pp, a.type_bal) is distinct from ($1::text, '8', 'PER'))
      or exists (select from bal_operateur o where o.adresse = b.adresse and o.gone_load_id is null and o.etat <> 'ferme'
        and (o.identifiant_pp, o.type_identifiant_pp, o.type_bal) is distinct from ($1::text, '8', 'PER'))
      as "estPartagee",
    ${nomStructure} as "structureNom", ${commune} as "structureCommune",
    exists (select from exercice) as "aActivites", ${exerceLa} as "exerceLa",
    vue.le as "vueDepuis", vue.is_full as "estDebut",
    case when b.domaine = any($2::text[]) then '[]'::jsonb else
      (select coalesce(jsonb_agg(jsonb_build_object('nom', w.operateur, 'support', w.support_contact)
          order by w.operateur, w.support_contact), '[]')
        from (select distinct operateur, support_contact from domaine_liste_blanche
          where domaine = b.domaine and gone_load_id is null order by 1, 2 limit ${operateursMax}) w) end as operateurs
  from bal b
  cross join lateral (select substr(b.structure_id, 2) as id,
    case when b.structure_id like '1%' and length(b.structure_id) = 10 then 'finess'
      when b.structure_id like '3%' and length(b.structure_id) = 15 then 'siret'
      when b.structure_id like '2%' and length(b.structure_id) = 10 then 'siren'
      when left(b.structure_id, 1) in ('0', '4') then 'cabinet' end as genre) s
  left join lateral (select coalesce(
      (select min(coalesce(f.finess_ej, case when f.nature = 'EJ' then f.finess end)) from structure_finess f
        where f.finess = s.id and f.gone_load_id is null),
      (select min(e.finess_ej) from structure_exercice e where e.finess_site = s.id and e.gone_load_id is null)) as ej
    where s.genre = 'finess') ej on true
  left join lateral (select le, is_full from (${premiere('bal_annuaire', 'null')}
    union all ${premiere('bal_annuaire', 'not null')} union all ${premiere('bal_operateur', 'null')}) h
    order by le, id limit 1) vue on true
  order by b.domaine = any($2::text[]) desc, b.adresse`;

/** All of them, ours first; at most `balsMax`. `domaines`: those that we declare. */
export function listBalsDuTitulaire(
  db: Db,
  rpps: string,
  domaines: readonly string[],
): Promise<BalDuTitulaire[]> {
  return readBals(db, rpps, domaines, null);
}

/** Undefined when it is not his, whatever else it is. */
export async function findBalDuTitulaire(
  db: Db,
  rpps: string,
  domaines: readonly string[],
  adresse: string,
): Promise<BalDuTitulaire | undefined> {
  return (await readBals(db, rpps, domaines, adresse))[0];
}

async function readBals(
  db: Db,
  rpps: string,
  domaines: readonly string[],
  adresse: string | null,
): Promise<BalDuTitulaire[]> {
  const { rows } = await db.query<BalRow>({
    name: 'bals-du-titulaire',
    text: sql,
    values: [rpps, domaines, adresse],
  });
  return rows.map(toBal);
}

function toBal({ aActivites, exerceLa: la, ...row }: BalRow): BalDuTitulaire {
  return {
    ...row,
    structureId: row.structureId ?? undefined,
    structureNom: row.structureNom ?? undefined,
    structureCommune: row.structureCommune ?? undefined,
    vueDepuis: row.vueDepuis ?? undefined,
    estDebut: row.estDebut ?? false,
    // No activity at all may be a file that was never loaded, or a professional whom it does not hold.
    activite: !aActivites || la === null ? 'inconnue' : la ? 'oui' : 'non',
    operateurs: row.operateurs.map(({ nom, support }) => ({
      nom: nom ?? undefined,
      support: support ?? undefined,
    })),
  };
}

/** Why he may not ask for the deletion of a BAL of his. */
export type Empechement = 'ailleurs' | 'partagee';

export function empechement({ estANous, estPartagee }: BalDuTitulaire): Empechement | undefined {
  if (!estANous) return 'ailleurs';
  return estPartagee ? 'partagee' : undefined;
}
