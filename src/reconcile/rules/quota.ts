import type { Rule } from './rule.js';

// The exact size moves every day: the finding carries its whole percentage, so that an open one costs no write.
export const quota: Rule = {
  codes: ['QUOTA_80', 'QUOTA_90', 'QUOTA_100'],
  portee: 'parc',
  sql: `select case when b.pourcent >= 100 then 'QUOTA_100' when b.pourcent >= 90 then 'QUOTA_90'
        else 'QUOTA_80' end, b.domaine, b.adresse, '', b.type_bal,
      jsonb_build_object('operateur', jsonb_build_object('typeBal', b.type_bal,
        'pourcent', b.pourcent, 'quotaOctets', b.quota))
    from (select adresse, min(domaine) as domaine, min(type_bal) as type_bal,
        max(trunc(taille_octets::numeric * 100 / quota_octets)) as pourcent, max(quota_octets) as quota
      from bal_operateur
      where gone_load_id is null and etat <> 'ferme' and quota_octets > 0
        and taille_octets::numeric * 100 >= quota_octets::numeric * 80
      group by adresse) b`,
};
