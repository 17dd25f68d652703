import { deuxCotes, type Rule } from './rule.js';

export const titulaireAdeli: Rule = {
  codes: ['TITULAIRE_ADELI'],
  portee: 'fait',
  sql: `select 'TITULAIRE_ADELI', f.domaine, f.adresse, '', f.type_bal,
      jsonb_build_object(${deuxCotes}, 'adeli', f.pp, 'nom', f.nom, 'rpps',
        (select min(c.rpps) from correspondance_adeli c
          where c.adeli = f.pp and c.gone_load_id is null))
    from fait f
    where f.type_pp = '0' and f.type_bal in ('PER', 'CAB')`,
};
