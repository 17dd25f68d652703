import { instantSql, type Rule } from './rule.js';

const activite = (b: string): string =>
  `coalesce(${b}.derniere_authentification, ${b}.date_creation::timestamp at time zone 'Europe/Paris')`;

export const inactive: Rule = {
  codes: ['INACTIVE'],
  portee: 'parc',
  sql: `select 'INACTIVE', b.domaine, b.adresse, '', b.type_bal,
      jsonb_build_object('operateur', jsonb_strip_nulls(jsonb_build_object(
          'typeBal', b.type_bal, 'typeIdentifiantPp', b.type_pp, 'identifiantPp', b.pp,
          'derniereAuthentification', ${instantSql('b.authentification')},
          'dateCreation', b.date_creation)),
        'limiteJours', r.inactivite_jours, 'etape', 'a-notifier')
    from (select adresse, min(domaine) as domaine, min(type_bal) as type_bal,
        min(type_identifiant_pp) as type_pp, min(identifiant_pp) as pp,
        max(derniere_authentification) as authentification, max(date_creation) as date_creation
      from bal_operateur o
      where gone_load_id is null and etat <> 'ferme' and type_bal = 'PER'
        and ${activite('o')} < (select inactive_avant from reglage)
        and not exists (select 1 from bal_operateur autre
          where autre.adresse = o.adresse and autre.gone_load_id is null
            and ${activite('autre')} >= (select inactive_avant from reglage))
      group by adresse) b cross join reglage r`,
};
