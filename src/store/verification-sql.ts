// Pieces of the statements by which checks and provisioning screens read what is in service.
import type { LoadSource } from '../domain/source.js';

const sources: readonly LoadSource[] = [
  'bals',
  'professionnels',
  'identites',
  'finess',
  'liste-blanche',
  'adeli-rpps',
  'inventaire',
];

/** An instant as JSON writes it, whatever the time zone of the session. */
function instant(expression: string): string {
  return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/**
 * The last success of the source of the inventory whose last success is the oldest; a source that was dropped has no line and
 * does not count. Names are probed one by one: there are few, over an index of many rows.
 */
const succesInventaire = `(with recursive noms (nom) as (
    select min(inventaire_source) from source_load where inventaire_source is not null
    union all
    select (select min(inventaire_source) from source_load where inventaire_source > noms.nom)
    from noms where noms.nom is not null)
  select min(greatest(en_service.loaded_at, (select finished_at from source_run
      where inventaire_source = noms.nom and outcome in ('loaded', 'unchanged', 'nothing-new')
      order by id desc limit 1)))
  from noms cross join lateral (select loaded_at, line_count from source_load
    where inventaire_source = noms.nom order by id desc limit 1) en_service
  where en_service.line_count > 0)`;

/** Source -> its dates and its last failure; what status tells of it, in one look-up of an index each. */
export const sourcesSql = `(select jsonb_object_agg(nom, jsonb_strip_nulls(jsonb_build_object(
    'enServiceDepuis', ${instant('l.date')},
    'dernierContact', ${instant(`case when nom = 'inventaire' then ${succesInventaire} else contact.date end`)},
    'derniereTentative', ${instant('r.started_at')},
    'echec', case when r.outcome in ('refused', 'failed', 'interrupted')
      then coalesce(split_part(r.message, E'\\n', 1), r.code, 'échec') end)))
  from unnest('{${sources.join(',')}}'::text[]) s (nom)
  left join lateral (select coalesce(genere_le, loaded_at) as date from source_load
    where source = s.nom order by id desc limit 1) l on true
  left join lateral (select started_at, outcome, message, code from source_run
    where source = s.nom order by id desc limit 1) r on true
  left join lateral (select finished_at as date from source_run
    where source = s.nom and outcome in ('loaded', 'unchanged', 'nothing-new')
    order by id desc limit 1) contact on true)`;

// A line of the identites source carries its structure; a line of Personne_activite refers to it.
const identifiants = [
  'finess_site',
  'finess_ej',
  'siret',
  'siren',
  'identifiant_technique',
  'ancien_identifiant',
  'raison_sociale',
];

/** One `ligne` (jsonb) per line of practice of the holder `ids` (« any(…) »), in both sources of professionals. */
export function ligneExerciceSql(ids: string): string {
  const propres = identifiants.map((nom) => `null::text as ${nom}`).join(', ');
  const de = (nom: string): string => `coalesce(e.${nom}, l.${nom})`;
  return `select jsonb_strip_nulls(jsonb_build_object(
      'aMode', l.code_mode_exercice is not null, 'aGenre', l.code_genre_activite is not null,
      'site', ${de('finess_site')}, 'ej', ${de('finess_ej')}, 'siret', ${de('siret')},
      'siren', ${de('siren')}, 'technique', ${de('identifiant_technique')},
      'ancien', ${de('ancien_identifiant')}, 'raisonSociale', ${de('raison_sociale')},
      'ejDuSite', f.ej, 'siretDuSite', f.siret)) as ligne
    from (select structure_hash, code_mode_exercice, code_genre_activite, ${propres}
        from activite where identifiant_pp = ${ids} and gone_load_id is null
      union all select null, code_mode_exercice, code_genre_activite, ${identifiants.join(', ')}
        from identite where identifiant_pp = ${ids} and gone_load_id is null) l
    left join structure_exercice e on e.ligne_hash = l.structure_hash and e.gone_load_id is null
    left join lateral (select min(finess_ej) as ej, min(siret) as siret from structure_finess
      where finess = ${de('finess_site')} and gone_load_id is null) f on true`;
}

/**
 * What both sources say of one structure, as `FaitsStructure`. `genre` and `id` are parameters: a genre that is not asked
 * costs the test of a parameter.
 */
export function structureSql(genre: string, id: string, now: string): string {
  const finess = (nom: string): string => `select nature, finess_ej, raison_sociale, is_closed,
      date_fermeture from structure_finess
    where ${genre} = '${nom}' and ${nom} = ${id} and gone_load_id is null`;
  const vue = (genreVu: string, condition: string): string => `select raison_sociale
    from structure_exercice
    where ${genre} = '${genreVu}' and ${condition} and gone_load_id is null`;
  return `jsonb_strip_nulls(jsonb_build_object(
    'finess', (select case when count(*) > 0 then jsonb_build_object(
        'nature', case when ${genre} = 'finess' then min(nature) end, 'ej', min(finess_ej),
        'raisonSociale', min(raison_sociale collate "C"),
        'estFermee', bool_and(is_closed or coalesce(
          date_fermeture <= (${now} at time zone 'Europe/Paris')::date, false)),
        'dateFermeture', max(date_fermeture)) end
      from (${finess('finess')} union all ${finess('siret')} union all ${finess('siren')}) f),
    'site', ${siteSql(genre, id)},
    'estEjVue', exists (${vue('finess', `finess_ej = ${id}`)}),
    'autre', (select case when count(*) > 0
        then jsonb_build_object('raisonSociale', min(raison_sociale collate "C")) end
      from (${vue('siret', `siret = ${id}`)} union all ${vue('siren', `siren = ${id}`)}
        union all ${vue('cabinet', `identifiant_technique = any(array[${id}, 'R' || ${id}])`)}
        union all ${vue('cabinet', `ancien_identifiant = any(array['0' || ${id}, '4' || ${id}])`)}
      ) a)))`;
}

// Which EJ is the most frequent is asked only where the FINESS source is silent and the lines disagree.
function siteSql(genre: string, id: string): string {
  return `(select case when count(*) > 0 then jsonb_build_object(
      'raisonSociale', min(s.raison_sociale collate "C"),
      'ej', case when min(s.finess_ej) = max(s.finess_ej) then min(s.finess_ej) else (
        select frequente.finess_ej from structure_exercice frequente
          join activite a on a.structure_hash = frequente.ligne_hash and a.gone_load_id is null
        where frequente.finess_site = ${id} and frequente.gone_load_id is null
          and frequente.finess_ej is not null
        group by frequente.finess_ej order by count(*) desc, frequente.finess_ej limit 1) end) end
    from structure_exercice s
    where ${genre} = 'finess' and s.finess_site = ${id} and s.gone_load_id is null
      and not exists (select from structure_finess connue
        where connue.finess = ${id} and connue.gone_load_id is null))`;
}
