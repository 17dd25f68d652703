// What is known of each structure: the FINESS source first, Personne_activite otherwise.

/** The statements that fill `finess_vu` and `structure_vue`, from `fait` and `domaine_declare`. */
export function structureSql(isDelta: boolean): string[] {
  return [
    structureBrute,
    `analyze structure_brute`,
    isDelta ? finessVu(finessUtiles) : finessVu(''),
    `analyze finess_vu (finess)`,
    ...siteSql,
    ...autreSql,
    structureVue,
    `analyze structure_vue (structure_id, genre, nature, est_connue, est_fermee)`,
  ];
}

const structureBrute = `create temp table structure_brute on commit drop as
  select structure_id,
    case when left(structure_id, 1) = '1' and length(structure_id) = 10 then 'finess'
      when left(structure_id, 1) = '3' and length(structure_id) = 15 then 'siret'
      when left(structure_id, 1) = '2' and length(structure_id) = 10 then 'siren'
      when left(structure_id, 1) in ('0', '4') and length(structure_id) > 1 then 'cabinet'
      else 'autre' end as genre,
    substr(structure_id, 2) as identifiant
  from (select structure_id from fait where structure_id is not null
    union select structure_id from domaine_declare where structure_id is not null) ids`;

// Several rows of one number: closed when all of them are.
const fermeture = `bool_and(f.is_closed
      or coalesce(f.date_fermeture <= (select aujourd_hui from reglage), false)) as est_fermee,
    max(f.date_fermeture) as date_fermeture`;

const finessUtiles = `join (select identifiant as finess from structure_brute where genre = 'finess'
    union select e.finess_site from fait t
      join activite a on a.identifiant_pp = t.pp and a.gone_load_id is null
      join structure_exercice e on e.ligne_hash = a.structure_hash and e.gone_load_id is null
      where e.finess_site is not null
    union select i.finess_site from fait t
      join identite i on i.identifiant_pp = t.pp and i.gone_load_id is null
      where i.finess_site is not null) utile using (finess)`;

/** The FINESS source, one row per number: structures of attachments, and places where holders practise. */
function finessVu(utiles: string): string {
  return `create temp table finess_vu on commit drop as
  select finess, min(f.nature) as nature, min(f.finess_ej) as ej, min(f.siret) as siret,
    min(f.raison_sociale collate "C") as raison_sociale, ${fermeture}
  from structure_finess f ${utiles}
  where f.gone_load_id is null
  group by finess`;
}

// Numbers that the FINESS source does not hold: which column of Personne_activite, and the EJ seen beside.
const siteSql = [
  `create temp table finess_absent on commit drop as
   select identifiant as finess from structure_brute
   where genre = 'finess' and identifiant not in (select finess from finess_vu)`,
  `analyze finess_absent`,
  `create temp table site_vu on commit drop as
   select a.finess, min(s.finess_ej) as ej_min, max(s.finess_ej) as ej_max,
     min(s.raison_sociale collate "C") as raison_sociale
   from finess_absent a
   join structure_exercice s on s.finess_site = a.finess and s.gone_load_id is null
   group by a.finess`,
  `analyze site_vu`,
  `create temp table site_ej on commit drop as
   select distinct on (finess) finess, ej
   from (select v.finess, s.finess_ej as ej, count(*) as n
     from site_vu v
     join structure_exercice s on s.finess_site = v.finess and s.gone_load_id is null
     join activite a on a.structure_hash = s.ligne_hash and a.gone_load_id is null
     where v.ej_min <> v.ej_max and s.finess_ej is not null
     group by v.finess, s.finess_ej) compte
   order by finess, n desc, ej`,
  `create temp table ej_vue on commit drop as
   select finess from finess_absent a
   where exists (select 1 from structure_exercice s
     where s.finess_ej = a.finess and s.gone_load_id is null)`,
];

const autreSql = [
  `create temp table autre_vue (structure_id text collate "C", raison_sociale text) on commit drop`,
  ...[
    `s.siret = b.identifiant where b.genre = 'siret'`,
    `s.siren = b.identifiant where b.genre = 'siren'`,
    `s.identifiant_technique = 'R' || b.identifiant where b.genre = 'cabinet'`,
    `s.identifiant_technique = b.identifiant where b.genre = 'cabinet'`,
    `s.ancien_identifiant = b.structure_id where b.genre = 'cabinet'`,
  ].map(autreVue),
  `create temp table autre_finess on commit drop as
   select b.structure_id, min(f.raison_sociale collate "C") as raison_sociale, ${fermeture}
   from structure_brute b
   join structure_finess f on f.siret = b.identifiant and f.gone_load_id is null
   where b.genre = 'siret' group by b.structure_id
   union all
   select b.structure_id, min(f.raison_sociale collate "C"), ${fermeture}
   from structure_brute b
   join structure_finess f on f.siren = b.identifiant and f.gone_load_id is null
   where b.genre = 'siren' group by b.structure_id`,
];

/** A structure that is not a FINESS number, found in Personne_activite by a column, if it was not by another. */
function autreVue(trouvee: string): string {
  return `insert into autre_vue
   select b.structure_id, min(s.raison_sociale collate "C") as raison_sociale
   from structure_brute b join structure_exercice s on s.gone_load_id is null and ${trouvee}
     and b.structure_id not in (select structure_id from autre_vue)
   group by b.structure_id`;
}

// A number seen in both columns of Personne_activite is an EG.
const structureVue = `create temp table structure_vue on commit drop as
  select b.structure_id, b.genre, b.identifiant,
    case when f.finess is not null then f.nature when v.finess is not null then 'EG'
      when j.finess is not null then 'EJ' end as nature,
    case when f.finess is not null or af.structure_id is not null then 'finess'
      when v.finess is not null or j.finess is not null or ap.structure_id is not null
      then 'professionnels' end as resolu_par,
    case when f.finess is not null then coalesce(f.ej, case f.nature when 'EJ' then f.finess end)
      when v.finess is not null then coalesce(e.ej, v.ej_min)
      when j.finess is not null then b.identifiant
      when b.genre = 'siret' then left(b.identifiant, 9)
      when b.genre = 'siren' then b.identifiant end as ej,
    coalesce(f.finess, v.finess, j.finess, ap.structure_id, af.structure_id) is not null
      as est_connue,
    coalesce(f.est_fermee, af.est_fermee, false) as est_fermee,
    coalesce(f.date_fermeture, af.date_fermeture) as date_fermeture,
    coalesce(f.raison_sociale, v.raison_sociale, af.raison_sociale, ap.raison_sociale)
      as raison_sociale
  from structure_brute b
  left join finess_vu f on b.genre = 'finess' and f.finess = b.identifiant
  left join site_vu v on b.genre = 'finess' and v.finess = b.identifiant
  left join site_ej e on e.finess = v.finess
  left join ej_vue j on b.genre = 'finess' and j.finess = b.identifiant
  left join autre_vue ap on ap.structure_id = b.structure_id
  left join autre_finess af on af.structure_id = b.structure_id`;
