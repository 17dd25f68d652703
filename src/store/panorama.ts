// What the opérateur offers in numbers, now and over a period.
import type { Db } from '../db/pool.js';
import { balsOperateur } from './mesure.js';

export type Effectif = {
  readonly domaine: string;
  /** '' when what is published has none. */
  readonly typeBal: string;
  /** In the inventory, not closed. */
  readonly inventaire: number;
  readonly publiables: number;
  readonly publiees: number;
  readonly listeRouge: number;
  /** Come into the inventory, and gone from it, during the period. */
  readonly creees: number;
  readonly supprimees: number;
  /** Come into the Annuaire, and gone from it. */
  readonly apparues: number;
  readonly disparues: number;
};

export type Periode = { readonly depuis: Date; readonly jusqua: Date };

/** `domaines`: those declared; those of the inventory are added. */
export async function countEffectifs(
  db: Db,
  domaines: readonly string[],
  { depuis, jusqua }: Periode,
): Promise<Effectif[]> {
  const { rows } = await db.query<Effectif>(
    `with nous as (
       select unnest($1::text[]) as domaine
       union select domaine from bal_operateur where gone_load_id is null and etat <> 'ferme'),
     compte (domaine, type_bal, chiffre, n) as (
       select domaine, type_bal, unnest('{inventaire,publiables,liste_rouge}'::text[]),
         unnest(array[count(*), count(*) filter (where publiable), count(*) filter (where liste_rouge)])
       from (${balsOperateur('true')}) bals group by domaine, type_bal
       union all
       select domaine, type_bal, 'publiables', -count(*) from (${balsOperateur(
         `adresse in (select adresse from constat where code = 'ADRESSE_INVALIDE' and closed_run_id is null)`,
       )}) invalides where publiable group by domaine, type_bal
       union all
       select b.domaine, coalesce(b.type_bal, ''), 'publiees', count(distinct b.adresse)
       from nous join bal_annuaire b using (domaine) where b.gone_load_id is null
       group by b.domaine, coalesce(b.type_bal, '')
       union all ${mouvements('inventaire', 'bal_operateur', `etat <> 'ferme'`)}
       union all ${mouvements('bals', 'bal_annuaire', 'true')})
     select domaine, type_bal as "typeBal", ${colonnes
       .map(([chiffre, nom]) => `${somme(chiffre)} as "${nom}"`)
       .join(', ')}
     from nous join compte using (domaine) group by domaine, type_bal having bool_or(n <> 0)
     order by domaine, type_bal`,
    [domaines.map((domaine) => domaine.toLowerCase()), depuis, jusqua],
  );
  return rows;
}

const colonnes = [
  ['inventaire', 'inventaire'],
  ['publiables', 'publiables'],
  ['publiees', 'publiees'],
  ['liste_rouge', 'listeRouge'],
  ['inventaire entrees', 'creees'],
  ['inventaire sorties', 'supprimees'],
  ['bals entrees', 'apparues'],
  ['bals sorties', 'disparues'],
] as const;

function somme(chiffre: string): string {
  return `coalesce(sum(n) filter (where chiffre = '${chiffre}'), 0)::integer`;
}

/**
 * A BAL that no line showed before a load came with it; one that no line shows after it went with it. A line that changes is
 * neither. The first load of a source shows what was there already.
 */
function mouvements(source: string, table: string, condition: string): string {
  const chargements = `select id from source_load l where source = '${source}'
    and coalesce(genere_le, loaded_at) >= $2::timestamptz and coalesce(genere_le, loaded_at) < $3::timestamptz
    and exists (select from source_load premier where premier.source = l.source and premier.id < l.id
      and premier.inventaire_source is not distinct from l.inventaire_source)`;
  const compter = (chiffre: string, load: string, autre: string): string =>
    `select domaine, type_bal, '${source} ${chiffre}', count(*) from (
       select b.adresse, b.${load}, min(b.domaine) as domaine, min(coalesce(b.type_bal, '')) as type_bal
       from ${table} b where ${condition} and b.${load} in (${chargements})
         and not exists (select from ${table} t where t.adresse = b.adresse and ${condition.replace('etat', 't.etat')}
           and ${autre})
       group by b.adresse, b.${load}) m
     group by domaine, type_bal`;
  return [
    compter(
      'entrees',
      'first_load_id',
      `t.first_load_id < b.first_load_id
      and (t.gone_load_id is null or t.gone_load_id >= b.first_load_id)`,
    ),
    compter(
      'sorties',
      'gone_load_id',
      `t.first_load_id <= b.gone_load_id
      and (t.gone_load_id is null or t.gone_load_id > b.gone_load_id)`,
    ),
  ].join(' union all ');
}
