// The facts that the rules look at: temporary tables of the transaction, made once per run.
//   fait          one row per BAL: both sides' values side by side, and the side that is judged
//   rattachement  one row per BAL x structure of the judged side, with what its holder does there
//   titulaire_vu  one row per RPPS of a judged PER or CAB: known? any activity?
//   structure_vue one row per structure: found? EJ or EG? by what? its EJ, its closing
// The same text serves the whole park and a day's change: every table is analysed as soon as it is filled, and the
// planner chooses hash joins or index probes by itself.
import type { Client } from '../db/pool.js';
import { coteSql } from './faits-cotes.js';
import { faitsStructureSql } from './faits-structures.js';

/** Fills the tables of facts, for the addresses of the table `portee` only when `isDelta`. */
export async function buildFaits(
  client: Client,
  isDelta: boolean,
  tick: () => void,
): Promise<number> {
  const portee = isDelta ? 'join portee using (adresse)' : '';
  const statements = [
    ...coteSql(portee),
    ...titulaireSql,
    ...faitsStructureSql,
    ...rattachementSql,
  ];
  for (const statement of statements) {
    await client.query(statement);
    tick();
  }
  const { rows } = await client.query<{ n: number }>(`select count(*)::integer as n from fait`);
  return rows[0]?.n ?? 0;
}

const titulaireSql = [
  `create temp table titulaire on commit drop as
   select distinct pp as rpps from fait
   where type_pp = '8' and pp is not null and type_bal in ('PER', 'CAB')`,
  `analyze titulaire`,
  // est_activite: the line says where, or how, the holder practises.
  `create temp table exercice on commit drop as
   select t.rpps, s.ligne_hash as lieu,
     a.code_mode_exercice is not null or a.code_genre_activite is not null
       or coalesce(s.siret, s.finess_site, s.finess_ej, s.identifiant_technique) is not null
       as est_activite
   from titulaire t
   join activite a on a.identifiant_pp = t.rpps and a.gone_load_id is null
   left join structure_exercice s on s.ligne_hash = a.structure_hash and s.gone_load_id is null
   union all
   select t.rpps,
     case when coalesce(i.siret, i.siren, i.finess_site, i.finess_ej, i.identifiant_technique,
       i.ancien_identifiant) is not null then ${lieuIdentite('i')} end,
     i.code_mode_exercice is not null or i.code_genre_activite is not null
       or coalesce(i.siret, i.finess_site, i.finess_ej, i.identifiant_technique) is not null
   from titulaire t
   join identite i on i.identifiant_pp = t.rpps and i.gone_load_id is null`,
  `analyze exercice`,
  `create temp table titulaire_vu on commit drop as
   select t.rpps, e.rpps is not null as est_connu, coalesce(e.a_activite, false) as a_activite
   from titulaire t
   left join (select rpps, bool_or(est_activite) as a_activite from exercice group by rpps) e
     on e.rpps = t.rpps`,
  `analyze titulaire_vu`,
  `update titulaire_vu t set est_connu = true
   where not est_connu and exists (
     select 1 from savoir_faire s where s.identifiant_pp = t.rpps and s.gone_load_id is null)`,
  // A place of practice: its own columns. Those of the FINESS source are added once the structures are known.
  `create temp table lieu_vu on commit drop as
   select lieu from exercice where lieu is not null group by lieu`,
  `analyze lieu_vu`,
  `create temp table lieu_brut on commit drop as
   select s.ligne_hash as lieu, s.finess_site, s.finess_ej, s.siret,
     coalesce(s.siren, left(s.siret, 9)) as siren, s.identifiant_technique, s.ancien_identifiant,
     s.raison_sociale
   from lieu_vu v
   join structure_exercice s on s.ligne_hash = v.lieu and s.gone_load_id is null
   union
   select ${lieuIdentite('i')}, i.finess_site, i.finess_ej, i.siret,
     coalesce(i.siren, left(i.siret, 9)), i.identifiant_technique, i.ancien_identifiant,
     min(i.raison_sociale collate "C")
   from titulaire t
   join identite i on i.identifiant_pp = t.rpps and i.gone_load_id is null
   where coalesce(i.siret, i.siren, i.finess_site, i.finess_ej, i.identifiant_technique,
     i.ancien_identifiant) is not null
   group by 1, 2, 3, 4, 5, 6, 7`,
  `analyze lieu_brut`,
];

/** A place told by the identites source has no row of its own: its identifiers make its key. */
function lieuIdentite(i: string): string {
  return `hashtextextended(concat_ws('|', coalesce(${i}.siret, ''), coalesce(${i}.siren, ''),
    coalesce(${i}.finess_site, ''), coalesce(${i}.finess_ej, ''),
    coalesce(${i}.identifiant_technique, ''), coalesce(${i}.ancien_identifiant, '')), 1)`;
}

// "Practises in": docs/constats.md, « Structure : FINESS G ou J ».
const exerceDans = `case s.genre
  when 'finess' then l.finess_site = s.identifiant or l.finess_ej = s.identifiant
    or l.finess_ej = s.ej or l.ej_du_site = s.ej
  when 'siret' then l.siret = s.identifiant or l.siren = left(s.identifiant, 9)
    or l.siret_du_site = s.identifiant or l.siret_de_l_ej = s.identifiant
  when 'siren' then l.siren = s.identifiant
  when 'cabinet' then l.identifiant_technique in (s.identifiant, 'R' || s.identifiant)
    or l.ancien_identifiant = s.structure_id
  else false end`;

const rattachementSql = [
  `create temp table lieu on commit drop as
   select b.*, site.ej as ej_du_site, site.siret as siret_du_site, ej.siret as siret_de_l_ej
   from lieu_brut b
   left join finess_vu site on site.finess = b.finess_site
   left join finess_vu ej on ej.finess = b.finess_ej`,
  `analyze lieu`,
  `create temp table rattachement_brut on commit drop as
   select f.adresse, s as structure_id, f.type_bal,
     case when f.type_pp = '8' and f.type_bal in ('PER', 'CAB') then f.pp end as rpps
   from fait f cross join lateral unnest(f.structures) s`,
  `analyze rattachement_brut`,
  `create temp table presence on commit drop as
   select r.adresse, r.structure_id,
     bool_or(${exerceDans}) as exerce_dans,
     min(l.finess_site) filter (where s.nature = 'EJ'
       and coalesce(l.ej_du_site, l.finess_ej) = s.identifiant) as eg_min,
     max(l.finess_site) filter (where s.nature = 'EJ'
       and coalesce(l.ej_du_site, l.finess_ej) = s.identifiant) as eg_max
   from rattachement_brut r
   join structure_vue s on s.structure_id = r.structure_id
   join exercice e on e.rpps = r.rpps and e.est_activite
   join lieu l on l.lieu = e.lieu
   where s.est_connue
   group by r.adresse, r.structure_id`,
  `analyze presence`,
  `create temp table rattachement on commit drop as
   select r.adresse, r.structure_id, r.type_bal, r.rpps, coalesce(p.exerce_dans, false) as exerce_dans,
     case when p.eg_min = p.eg_max then p.eg_min end as eg_unique
   from rattachement_brut r
   left join presence p on p.adresse = r.adresse and p.structure_id = r.structure_id`,
  `analyze rattachement`,
];
