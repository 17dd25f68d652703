// What is known of each structure: the FINESS source first, Personne_activite otherwise.

// Closed on the day of the run: several rows of one number are closed when all of them are.
const fermeture = `bool_and(f.is_closed or coalesce(f.date_fermeture <= r.aujourd_hui, false)) as est_fermee,
     max(f.date_fermeture) as date_fermeture`;

/** The statements that fill `finess_vu` and `structure_vue`; they read `fait`, `lieu_brut` and `domaine_declare`. */
export const faitsStructureSql: readonly string[] = [
  `create temp table structure_brute on commit drop as
   select structure_id,
     case when structure_id ~ '^1[0-9A-Z]{9}$' then 'finess'
       when structure_id ~ '^3[0-9A-Z]{14}$' then 'siret'
       when structure_id ~ '^2[0-9A-Z]{9}$' then 'siren'
       when structure_id ~ '^[04].' then 'cabinet' else 'autre' end as genre,
     substr(structure_id, 2) as identifiant
   from (select s as structure_id from fait cross join lateral unnest(structures) s
     union select structure_id from domaine_declare where structure_id is not null) vue`,
  `analyze structure_brute`,
  // The FINESS source, for the structures above and for the places where holders practise.
  `create temp table finess_vu on commit drop as
   select f.finess, min(f.nature) as nature, min(f.finess_ej) as ej, min(f.siret) as siret,
     min(f.raison_sociale collate "C") as raison_sociale, ${fermeture}
   from (select identifiant as finess from structure_brute where genre = 'finess'
     union select finess_site from lieu_brut where finess_site is not null
     union select finess_ej from lieu_brut where finess_ej is not null) vu
   join structure_finess f on f.finess = vu.finess and f.gone_load_id is null
   cross join reglage r
   group by f.finess`,
  `analyze finess_vu`,
  // Personne_activite: which column a number is seen in, and the EJ seen beside it.
  `create temp table site_vu on commit drop as
   select b.identifiant as finess, min(s.finess_ej) as ej_min, max(s.finess_ej) as ej_max,
     min(s.raison_sociale collate "C") as raison_sociale
   from structure_brute b
   join structure_exercice s on s.finess_site = b.identifiant and s.gone_load_id is null
   where b.genre = 'finess'
   group by b.identifiant`,
  `analyze site_vu`,
  `create temp table site_ej on commit drop as
   select distinct on (finess) finess, ej
   from (select v.finess, s.finess_ej as ej, count(*) as n
     from site_vu v
     join structure_exercice s on s.finess_site = v.finess and s.gone_load_id is null
     join activite a on a.structure_hash = s.ligne_hash and a.gone_load_id is null
     where v.ej_min <> v.ej_max and s.finess_ej is not null
       and not exists (select 1 from finess_vu f where f.finess = v.finess)
     group by v.finess, s.finess_ej) compte
   order by finess, n desc, ej`,
  `analyze site_ej`,
  `create temp table autre_vue on commit drop as
   ${autreVue(`s.siret = b.identifiant`, 'siret')}
   union all ${autreVue(`s.siren = b.identifiant`, 'siren')}
   union all ${autreVue(`s.identifiant_technique = b.identifiant`, 'cabinet')}
   union all ${autreVue(`s.identifiant_technique = 'R' || b.identifiant`, 'cabinet')}
   union all ${autreVue(`s.ancien_identifiant = b.structure_id`, 'cabinet')}`,
  `create temp table autre_finess on commit drop as
   select b.structure_id, min(f.raison_sociale collate "C") as raison_sociale, ${fermeture}
   from structure_brute b cross join reglage r
   join structure_finess f on f.siret = b.identifiant and f.gone_load_id is null
   where b.genre = 'siret' group by b.structure_id
   union all
   select b.structure_id, min(f.raison_sociale collate "C"), ${fermeture}
   from structure_brute b cross join reglage r
   join structure_finess f on f.siren = b.identifiant and f.gone_load_id is null
   where b.genre = 'siren' group by b.structure_id`,
  `create temp table structure_vue on commit drop as
   select b.structure_id, b.genre, b.identifiant,
     case when f.finess is not null then f.nature when v.finess is not null then 'EG'
       when j.est_ej then 'EJ' end as nature,
     case when f.finess is not null or af.structure_id is not null then 'finess'
       when v.finess is not null or j.est_ej or ap.structure_id is not null
       then 'professionnels' end as resolu_par,
     case when f.finess is not null then coalesce(f.ej, case f.nature when 'EJ' then f.finess end)
       when v.finess is not null then coalesce(e.ej, v.ej_min)
       when j.est_ej then b.identifiant
       when b.genre = 'siret' then left(b.identifiant, 9)
       when b.genre = 'siren' then b.identifiant end as ej,
     f.finess is not null or v.finess is not null or coalesce(j.est_ej, false)
       or ap.structure_id is not null or af.structure_id is not null as est_connue,
     coalesce(f.est_fermee, af.est_fermee, false) as est_fermee,
     coalesce(f.date_fermeture, af.date_fermeture) as date_fermeture,
     coalesce(f.raison_sociale, v.raison_sociale, af.raison_sociale, ap.raison_sociale)
       as raison_sociale
   from structure_brute b
   left join finess_vu f on b.genre = 'finess' and f.finess = b.identifiant
   left join site_vu v on b.genre = 'finess' and v.finess = b.identifiant
   left join site_ej e on e.finess = v.finess
   left join (select b.structure_id, true as est_ej from structure_brute b
     where b.genre = 'finess' and exists (select 1 from structure_exercice s
       where s.finess_ej = b.identifiant and s.gone_load_id is null)) j
     on j.structure_id = b.structure_id
   left join (select structure_id, min(raison_sociale collate "C") as raison_sociale
     from autre_vue group by structure_id) ap on ap.structure_id = b.structure_id
   left join autre_finess af on af.structure_id = b.structure_id`,
  `analyze structure_vue`,
];

/** A structure that is not a FINESS number, found in Personne_activite by one of its columns. */
function autreVue(egalite: string, genre: 'siret' | 'siren' | 'cabinet'): string {
  return `select b.structure_id, min(s.raison_sociale collate "C") as raison_sociale
   from structure_brute b join structure_exercice s on ${egalite} and s.gone_load_id is null
   where b.genre = '${genre}' group by b.structure_id`;
}
