import { deuxCotes, type Rule } from './rule.js';

export const listeRougePubliee: Rule = {
  codes: ['LISTE_ROUGE_PUBLIEE'],
  portee: 'fait',
  sql: `select 'LISTE_ROUGE_PUBLIEE', f.domaine, f.adresse, '', f.type_bal, jsonb_build_object(${deuxCotes})
    from fait f
    where f.est_operateur and f.est_annuaire and f.liste_rouge`,
};
