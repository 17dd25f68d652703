import { versionRetrait } from '../../store/source-load.js';
import { deuxCotes, instantSql, type Rule } from './rule.js';

// As the index bal_operateur_type_10 has it.
const sansProfessionnel = (b: string): string => `${b}.type_bal = 'PER'
  and (${b}.type_identifiant_pp = '10' or ${b}.identifiant_pp is null) and ${b}.etat <> 'ferme'`;

// The import since which the inventory has held it without a break: after the first import of its source (since that source was
// last dropped, if ever it was), somebody created it all the same (EX_GBM_4312).
const debut = `select max(h.first_load_id) as load_id from bal_operateur h
  where h.adresse = f.adresse and ${sansProfessionnel('h')}
    and not exists (select from bal_operateur avant
      where avant.adresse = h.adresse and ${sansProfessionnel('avant')}
        and avant.first_load_id < h.first_load_id
        and coalesce(avant.gone_load_id, h.first_load_id) >= h.first_load_id)`;

export const perType10: Rule = {
  codes: ['PER_TYPE_10'],
  portee: 'fait',
  sql: `select 'PER_TYPE_10', f.domaine, f.adresse, '', f.type_bal,
      jsonb_build_object(${deuxCotes}, 'sansIdentifiant', f.type_bal = 'PER' and f.pp is null,
        'vueLe', ${instantSql('l.loaded_at')}, 'creationInterdite', coalesce(l.id > (
          select min(id) from source_load premier
            where premier.inventaire_source = l.inventaire_source and premier.id > coalesce((
              select max(id) from source_load retrait where retrait.id < l.id
                and retrait.inventaire_source = l.inventaire_source and retrait.version = '${versionRetrait}'), 0)),
          false))
    from fait f
    left join lateral (${debut}) d on f.est_operateur
    left join source_load l on l.id = d.load_id
    where f.rang = 1 and ((f.op_type = 'PER' and f.op_type_pp = '10') or (f.an_type = 'PER' and f.an_type_pp = '10')
      or (f.type_bal = 'PER' and f.pp is null))`,
};
