import { deuxCotes, type Rule } from './rule.js';

export const adresseInvalide: Rule = {
  codes: ['ADRESSE_INVALIDE'],
  portee: 'fait',
  sql: `select 'ADRESSE_INVALIDE', f.domaine, f.adresse, '', f.type_bal,
      jsonb_build_object(${deuxCotes}, 'motif', r.motif_adresse)
    from fait f cross join reglage r
    where f.adresse !~ r.motif_adresse`,
};
