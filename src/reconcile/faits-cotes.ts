// Both sides of every BAL side by side, one row per attachment of the side that is judged: the table `fait`.

/** The statements that fill `fait` and `parc_domaine`, for the addresses of `portee` only when `isDelta`. */
export function coteSql(isDelta: boolean): string[] {
  const portee = isDelta ? 'portee' : undefined;
  return [
    // A few thousand addresses are looked up; the planner would rather read every BAL of the country.
    ...(isDelta ? ['set local enable_hashjoin = off'] : []),
    `create temp table fait on commit drop as
     select row_number() over () as id, 1::bigint as rang, structures as structure_id, cotes.*
     from (${cotes(lignesOperateur(portee), lignesAnnuaire(portee))}) cotes`,
    'set local enable_hashjoin = on',
    // Nearly every BAL has one line a side: the few others came out several times, and are made again as a whole.
    `create temp table multiple on commit drop as
     select adresse from fait group by adresse having count(*) > 1`,
    'analyze multiple',
    `delete from fait where adresse in (select adresse from multiple)`,
    `insert into fait
     select -row_number() over (), coalesce(s.rang, 1), s.structure_id, cotes.*
     from (${cotes(
       parBal(
         lignesOperateur('multiple'),
         ', min(etat) as etat, bool_or(liste_rouge) as liste_rouge',
       ),
       parBal(lignesAnnuaire('multiple'), ''),
     )}) cotes
     left join lateral unnest(string_to_array(structures, ' ')) with ordinality
       as s (structure_id, rang) on true`,
    `analyze fait (id, adresse, domaine, type_bal, type_pp, pp, structure_id)`,
    parcDomaine(isDelta),
  ];
}

// A BAL is judged by the inventory when it is there, else by what is published.
function cotes(operateur: string, annuaire: string): string {
  return `select adresse, coalesce(o.domaine, a.domaine) as domaine,
      o.domaine is not null as est_operateur, a.domaine is not null as est_annuaire,
      case when o.domaine is not null then o.type_bal else a.type_bal end as type_bal,
      case when o.domaine is not null then o.type_pp else a.type_pp end as type_pp,
      case when o.domaine is not null then o.pp else a.pp end as pp,
      case when o.domaine is not null then o.structures else a.structures end as structures,
      o.type_bal as op_type, o.types as op_types, o.type_pp as op_type_pp, o.pp as op_pp,
      o.titulaires as op_titulaires, o.structures as op_structures, o.services as op_services,
      o.etat, o.liste_rouge,
      a.type_bal as an_type, a.types as an_types, a.type_pp as an_type_pp, a.pp as an_pp,
      a.titulaires as an_titulaires, a.structures as an_structures, a.services as an_services
    from (${operateur}) o full join (${annuaire}) a using (adresse)`;
}

// Spaces that nobody meant are not a difference; most services have none, and a regular expression is slow.
const service = `case when b.service_rattachement like any ('{" %","% ","%  %","%\t%","%\u00a0%"}'::text[])
    then nullif(btrim(regexp_replace(b.service_rattachement, '[\\s\\u00a0]+', ' ', 'g')), '')
    else b.service_rattachement end collate "C"`;

// One line as a whole BAL; titulaires is for a BAL of several lines, whose holders might differ.
const ligne = `b.adresse, b.domaine, b.type_bal, b.type_bal as types, b.type_identifiant_pp as type_pp,
  b.identifiant_pp as pp, null::text collate "C" as titulaires, b.structure_id as structures,
  ${service} as services`;

function lignesOperateur(portee: string | undefined): string {
  return `select ${ligne}, b.etat, b.liste_rouge
    from ${portee ? `${portee} join bal_operateur b using (adresse)` : 'bal_operateur b'}
    where b.gone_load_id is null and b.etat <> 'ferme'`;
}

/** What is published under our domains, and of the other domains what the inventory holds. */
function lignesAnnuaire(portee: string | undefined): string {
  const join = portee ? `join ${portee} using (adresse)` : '';
  return `select ${ligne}
    from bal_annuaire b ${join} join domaine_declare d on d.nom = b.domaine
    where b.gone_load_id is null
    union all
    select ${ligne}
    from bal_operateur o ${join} join bal_annuaire b using (adresse)
    where b.gone_load_id is null and o.gone_load_id is null and o.etat <> 'ferme'
      and not exists (select 1 from domaine_declare d where d.nom = o.domaine)`;
}

/** Several lines as one BAL, whatever their order. */
function parBal(lignes: string, colonnes: string): string {
  const titulaire = `coalesce(type_pp, '') || ':' || pp`;
  return `select adresse, min(domaine) as domaine, min(type_bal) as type_bal,
      string_agg(distinct types, '+' order by types) as types,
      (array_agg(type_pp order by pp, type_pp))[1] as type_pp, min(pp) as pp,
      string_agg(distinct ${titulaire}, ' ' order by ${titulaire}) as titulaires,
      string_agg(distinct structures, ' ' order by structures) as structures,
      string_agg(distinct services, ' ; ' order by services) as services ${colonnes}
    from (${lignes}) lignes group by adresse`;
}

function parcDomaine(isDelta: boolean): string {
  return isDelta
    ? `create temp table parc_domaine on commit drop as
       select domaine, count(*) as nombre from (select distinct domaine, adresse from bal_operateur
         where gone_load_id is null and etat <> 'ferme') bals group by domaine`
    : `create temp table parc_domaine on commit drop as
       select domaine, count(*) as nombre from fait where est_operateur and rang = 1 group by domaine`;
}
