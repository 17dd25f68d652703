import type { Rule } from './rule.js';

const perIdentifiees = `gone_load_id is null and etat <> 'ferme' and type_bal = 'PER'
  and type_identifiant_pp = '8' and identifiant_pp is not null`;

// At most 20 of the other addresses are named: a wrong RPPS repeated over a park must not make n² values.
export const doublonTitulaire: Rule = {
  codes: ['DOUBLON_TITULAIRE'],
  portee: 'parc',
  sql: `select 'DOUBLON_TITULAIRE', b.domaine, b.adresse, coalesce(b.structure_id, ''), 'PER',
      jsonb_build_object(
        'operateur', jsonb_build_object('typeBal', 'PER', 'typeIdentifiantPp', '8', 'identifiantPp', b.pp),
        'structure', b.structure_id, 'nombre', g.nombre,
        'autresAdresses', to_jsonb((array_remove(g.premieres, b.adresse))[1:20]))
    from (select identifiant_pp as pp, structure_id, count(*) as nombre,
        (array_agg(adresse order by adresse))[1:21] as premieres
      from (select distinct identifiant_pp, structure_id, adresse from bal_operateur
        where ${perIdentifiees}) per
      group by 1, 2 having count(*) > 1) g
    join (select distinct identifiant_pp as pp, structure_id, adresse, domaine from bal_operateur
      where ${perIdentifiees}) b
      on b.pp = g.pp and b.structure_id is not distinct from g.structure_id`,
};
