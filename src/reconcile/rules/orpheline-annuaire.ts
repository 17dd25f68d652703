import { deuxCotes, type Rule } from './rule.js';

// The facts hold a BAL absent from the inventory only when its domain is declared.
export const orphelineAnnuaire: Rule = {
  codes: ['ORPHELINE_ANNUAIRE'],
  portee: 'fait',
  sql: `select 'ORPHELINE_ANNUAIRE', f.domaine, f.adresse, '', f.type_bal,
      jsonb_build_object(${deuxCotes}, 'fermee', exists (select 1 from bal_operateur b
        where b.adresse = f.adresse and b.gone_load_id is null and b.etat = 'ferme'))
    from fait f
    where f.est_annuaire and not f.est_operateur`,
};
