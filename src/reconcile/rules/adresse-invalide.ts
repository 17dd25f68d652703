import { deuxCotes, type Rule } from './rule.js';

// The part after the @ is judged once per domain: a regular expression on each address takes longer than all the
// other rules on it. That is right for a pattern that takes any local part; any other is held against each address.
const toutePartieLocale = String.raw`r.motif_adresse like '^[^@\\s]+@%'`;
const partieLocaleSimple = `length(f.adresse) - length(f.domaine) > 1
  and strpos(f.adresse, '@') = length(f.adresse) - length(f.domaine)
  and f.adresse !~ '\\s'`;

export const adresseInvalide: Rule = {
  codes: ['ADRESSE_INVALIDE'],
  portee: 'fait',
  sql: `with invalide as materialized (
      select d.domaine, 'a@' || d.domaine !~ r.motif_adresse as est_invalide
      from (select distinct domaine from fait) d cross join reglage r
      where ${toutePartieLocale})
    select 'ADRESSE_INVALIDE', f.domaine, f.adresse, '', f.type_bal,
      jsonb_build_object(${deuxCotes}, 'motif', r.motif_adresse)
    from fait f cross join reglage r left join invalide i on i.domaine = f.domaine
    where f.rang = 1 and case when i.domaine is not null and ${partieLocaleSimple}
      then i.est_invalide else f.adresse !~ r.motif_adresse end`,
};
