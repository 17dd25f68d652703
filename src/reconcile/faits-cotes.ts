// Both sides of every BAL, one row each, then side by side.

type Cote = {
  readonly nom: 'operateur' | 'annuaire';
  /** from and where of the lines of this side. */
  readonly lignes: string;
  /** Columns of this side only: one line's, and the same over several lines of one BAL. */
  readonly colonnes: readonly { nom: string; ligne: string; plusieurs: string }[];
};

/** The statements that fill `fait`; `portee` joins the table of addresses to look at, or is empty. */
export function coteSql(portee: string): string[] {
  const operateur: Cote = {
    nom: 'operateur',
    lignes: `bal_operateur b ${portee} where b.gone_load_id is null and b.etat <> 'ferme'`,
    colonnes: [
      { nom: 'etat', ligne: 'b.etat', plusieurs: 'min(b.etat)' },
      { nom: 'liste_rouge', ligne: 'b.liste_rouge', plusieurs: 'bool_or(b.liste_rouge)' },
    ],
  };
  const annuaire: Cote = {
    nom: 'annuaire',
    lignes: `bal_annuaire b ${portee}
      left join domaine_declare d on d.nom = b.domaine
      left join cote_operateur o using (adresse)
      where b.gone_load_id is null and (d.nom is not null or o.domaine is not null)`,
    colonnes: [{ nom: 'nom', ligne: nomPublie, plusieurs: `min(${nomPublie} collate "C")` }],
  };
  return [...uneLigneParBal(operateur), ...uneLigneParBal(annuaire), ...cotesReunis];
}

const nomPublie = `nullif(concat_ws(' ', b.civilite_exercice, b.prenom_exercice, b.nom_exercice), '')`;
const service = `nullif(regexp_replace(btrim(b.service_rattachement, E' \\t\\u00a0'), '\\s+', ' ', 'g'), '')`;
const titulaire = `nullif(concat_ws(':', coalesce(b.type_identifiant_pp, ''), b.identifiant_pp), '')`;

/**
 * Nearly every BAL has one line: aggregating the few others only is several times quicker than aggregating all.
 */
function uneLigneParBal({ nom, lignes, colonnes }: Cote): string[] {
  const parLigne = colonnes.map((colonne) => `, ${colonne.ligne} as ${colonne.nom}`).join('');
  const parBal = colonnes.map((colonne) => `, ${colonne.plusieurs}`).join('');
  return [
    `create temp table ${nom}_multiple on commit drop as
     select adresse from ${lignes} group by adresse having count(*) > 1`,
    `analyze ${nom}_multiple`,
    `create temp table cote_${nom} on commit drop as
     select adresse, b.domaine, b.type_bal, b.type_bal as types,
       b.type_identifiant_pp as type_pp, b.identifiant_pp as pp, ${titulaire} as titulaires,
       case when b.structure_id is null then '{}' else array[b.structure_id] end as structures,
       ${service} as services ${parLigne}
     from ${lignes} and adresse not in (select adresse from ${nom}_multiple)
     union all
     select adresse, min(b.domaine), min(b.type_bal),
       string_agg(distinct b.type_bal, '+' order by b.type_bal),
       (array_agg(b.type_identifiant_pp order by b.identifiant_pp, b.type_identifiant_pp))[1],
       min(b.identifiant_pp),
       string_agg(distinct ${titulaire}, ' ' order by ${titulaire}),
       coalesce(array_agg(distinct b.structure_id order by b.structure_id)
         filter (where b.structure_id is not null), '{}'),
       string_agg(distinct ${service} collate "C", ' ; ' order by ${service} collate "C") ${parBal}
     from ${lignes} and adresse in (select adresse from ${nom}_multiple)
     group by adresse`,
    `analyze cote_${nom}`,
  ];
}

// A BAL is judged by the inventory when it is there, else by what is published.
const cotesReunis = [
  `create temp table fait on commit drop as
   select adresse, coalesce(o.domaine, a.domaine) as domaine,
     o.domaine is not null as est_operateur, a.domaine is not null as est_annuaire,
     case when o.domaine is not null then o.type_bal else a.type_bal end as type_bal,
     case when o.domaine is not null then o.type_pp else a.type_pp end as type_pp,
     case when o.domaine is not null then o.pp else a.pp end as pp,
     case when o.domaine is not null then o.structures else a.structures end as structures,
     o.type_bal as op_type, o.types as op_types, o.type_pp as op_type_pp, o.pp as op_pp,
     o.titulaires as op_titulaires, o.structures as op_structures, o.services as op_services,
     o.etat, o.liste_rouge,
     a.type_bal as an_type, a.types as an_types, a.type_pp as an_type_pp, a.pp as an_pp,
     a.titulaires as an_titulaires, a.structures as an_structures, a.services as an_services,
     a.nom
   from cote_operateur o full join cote_annuaire a using (adresse)`,
  `analyze fait`,
];
