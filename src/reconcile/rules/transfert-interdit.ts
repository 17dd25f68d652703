import type { Rule } from './rule.js';

// The target's holder: the inventory's word first, else the Annuaire's.
const cible = (table: string): string => `
  select min(c.type_bal) as type_bal, min(c.type_identifiant_pp) as type_pp, min(c.identifiant_pp) as pp,
    count(*) > 0 as est_trouvee,
    coalesce(bool_and(c.type_bal = 'PER' and c.type_identifiant_pp = b.type_pp and c.identifiant_pp = b.pp),
      false) as est_permise
  from ${table} c where c.adresse = b.cible and c.gone_load_id is null`;

const valeursCible = (alias: string): string => `jsonb_strip_nulls(jsonb_build_object(
  'typeBal', ${alias}.type_bal, 'typeIdentifiantPp', ${alias}.type_pp, 'identifiantPp', ${alias}.pp))`;

export const transfertInterdit: Rule = {
  codes: ['TRANSFERT_INTERDIT'],
  portee: 'parc',
  sql: `select distinct on (b.adresse) 'TRANSFERT_INTERDIT', b.domaine, b.adresse, '', 'PER',
      jsonb_build_object('operateur', jsonb_strip_nulls(jsonb_build_object(
          'typeBal', 'PER', 'typeIdentifiantPp', b.type_pp, 'identifiantPp', b.pp,
          'transfertVers', b.cible)),
        'cibleOperateur', case when o.est_trouvee then ${valeursCible('o')} end,
        'cibleAnnuaire', case when not o.est_trouvee and a.est_trouvee then ${valeursCible('a')} end)
    from (select adresse, domaine, type_identifiant_pp as type_pp, identifiant_pp as pp,
        lower(transfert_vers) as cible
      from bal_operateur
      where gone_load_id is null and etat <> 'ferme' and type_bal = 'PER' and transfert_vers is not null) b
    cross join lateral (${cible('bal_operateur')} and c.etat <> 'ferme') o
    cross join lateral (${cible('bal_annuaire')}) a
    where not case when o.est_trouvee then coalesce(o.est_permise, false)
      else coalesce(a.est_permise, false) end
    order by b.adresse, b.cible, b.pp, b.type_pp`,
};
