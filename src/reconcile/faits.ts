// The facts that the rules look at: temporary tables of the transaction, made once per run.
//   fait          one row per BAL x structure of the judged side, both sides' values side by side (rang 1: the BAL)
//   structure_vue one row per structure: found? by what? EJ or EG? its EJ, its closing
//   verdict       one row per `fait` whose holder (PER or CAB with an RPPS) raises a question
// The same text serves the whole park and a day's change: every table is analysed as soon as it is filled, and the
// planner chooses hash joins or index probes by itself.
import type { Client } from '../db/pool.js';
import { coteSql } from './faits-cotes.js';
import { structureSql } from './faits-structures.js';

export type FaitsOptions = {
  /** Only the addresses of the table `portee`. */
  readonly isDelta: boolean;
  /** Whether the identites source was ever loaded. */
  readonly hasIdentites: boolean;
};

// Holders above which reading every activity of the country once is quicker than looking each of them up.
const recherchesMax = 150_000;

export type Faits = {
  /** BAL looked at. */
  readonly balCount: number;
  /** Sites whose EJ is a matter of count. */
  readonly sitesAmbigus: readonly string[];
};

/** Fills the tables of facts. */
export async function buildFaits(
  client: Client,
  { isDelta, hasIdentites }: FaitsOptions,
  tick: () => void,
): Promise<Faits> {
  const run = async (statements: readonly string[]): Promise<void> => {
    for (const statement of statements) {
      await client.query(statement);
      tick();
    }
  };
  await run([...coteSql(isDelta), ...structureSql(isDelta)]);
  const { rows } = await client.query<{ bals: number; titulaires: number; sites: string[] }>(
    `select count(*) filter (where rang = 1)::integer as bals,
       count(*) filter (where type_pp = '8')::integer as titulaires,
       array(select finess from site_vu where ej_min <> ej_max order by finess) as sites
     from fait`,
  );
  const { bals = 0, titulaires = 0, sites = [] } = rows[0] ?? {};
  await run(verdictSql(titulaires <= recherchesMax, hasIdentites));
  return { balCount: bals, sitesAmbigus: sites };
}

// A line of the identites source carries its structure; a line of Personne_activite refers to it.
const identifiants = [
  'finess_site',
  'finess_ej',
  'siret',
  'siren',
  'identifiant_technique',
  'ancien_identifiant',
];

/** The lines of practice of both sources that meet `condition`. */
export function lignesExercice(hasIdentites: boolean, condition: string): string {
  const vides = identifiants.map((nom) => `null::text collate "C" as ${nom}`).join(', ');
  const activites = `select identifiant_pp, structure_hash, code_mode_exercice, code_genre_activite,
      ${vides}, null::text as raison_sociale
    from activite where gone_load_id is null and ${condition}`;
  const identites = `select identifiant_pp, null, code_mode_exercice, code_genre_activite,
      ${identifiants.join(', ')}, raison_sociale
    from identite where gone_load_id is null and ${condition}`;
  return hasIdentites ? `${activites} union all ${identites}` : activites;
}

/** The lines of practice `l`, once joined to their structure `e`. */
export const exercice = {
  structure: `left join structure_exercice e on e.ligne_hash = l.structure_hash and e.gone_load_id is null`,
  site: `coalesce(e.finess_site, l.finess_site)`,
  ej: `coalesce(e.finess_ej, l.finess_ej)`,
  siret: `coalesce(e.siret, l.siret)`,
  siren: `coalesce(e.siren, l.siren)`,
  technique: `coalesce(e.identifiant_technique, l.identifiant_technique)`,
  ancien: `coalesce(e.ancien_identifiant, l.ancien_identifiant)`,
  raisonSociale: `coalesce(e.raison_sociale, l.raison_sociale)`,
};

// "Practises in": docs/constats.md, « Structure : FINESS G ou J ».
const exerceDans = `case s.genre
  when 'finess' then ${exercice.site} = s.identifiant or ${exercice.ej} = s.identifiant
    or ${exercice.ej} = s.ej or site.ej = s.ej
  when 'siret' then ${exercice.siret} = s.identifiant or ${exercice.siren} = left(s.identifiant, 9)
    or left(${exercice.siret}, 9) = left(s.identifiant, 9) or site.siret = s.identifiant
  when 'siren' then ${exercice.siren} = s.identifiant or left(${exercice.siret}, 9) = s.identifiant
  when 'cabinet' then ${exercice.technique} in (s.identifiant, 'R' || s.identifiant)
    or ${exercice.ancien} = s.structure_id
  else false end`;

// The line says where, or how, the holder practises.
const estActivite = `l.code_mode_exercice is not null or l.code_genre_activite is not null
  or coalesce(e.siret, e.finess_site, e.finess_ej, e.identifiant_technique,
    l.siret, l.finess_site, l.finess_ej, l.identifiant_technique) is not null`;

const egDeLEj = `case when s.nature = 'EJ' and coalesce(site.ej, ${exercice.ej}) = s.identifiant
  then ${exercice.site} end`;

function verdictSql(isLookedUp: boolean, hasIdentites: boolean): string[] {
  const lignes = isLookedUp
    ? `lateral (${lignesExercice(hasIdentites, 'identifiant_pp = f.pp')}) l on true`
    : `(${lignesExercice(hasIdentites, 'true')}) l on l.identifiant_pp = f.pp`;
  return [
    // In the order written: the holders first, or the structures of the whole country would be joined for nothing.
    `set local join_collapse_limit = 1`,
    // Holders hardly repeat: remembering each look-up costs three times the look-up.
    `set local enable_memoize = off`,
    // Nearly every holder is known, active and in his place: only the others are written.
    `create temp table verdict on commit drop as
   select f.id, bool_or(l.identifiant_pp is not null) as est_connu,
     bool_or(${estActivite}) as a_activite,
     coalesce(bool_or(${exerceDans}), false) as exerce_dans,
     case when min(${egDeLEj}) = max(${egDeLEj}) then min(${egDeLEj}) end as eg_unique
   from fait f
   left join structure_vue s on s.structure_id = f.structure_id and s.est_connue
   left join ${lignes}
   ${exercice.structure}
   left join finess_vu site on site.finess = ${exercice.site}
   where f.type_bal in ('PER', 'CAB') and f.type_pp = '8' and f.pp is not null
   group by f.id
   having not bool_or(${estActivite})
     or (bool_or(s.structure_id is not null) and bool_or(${exerceDans}) is not true)
     or min(${egDeLEj}) is not null`,
    `set local join_collapse_limit = 8`,
    `update verdict v set est_connu = true from fait f
   where f.id = v.id and not v.est_connu and exists (
     select 1 from savoir_faire s where s.identifiant_pp = f.pp and s.gone_load_id is null)`,
    `analyze verdict (id)`,
  ];
}
