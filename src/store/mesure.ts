// Counts the figures of hygiene of a day and keeps what changed since the day before.
import { catalogueChiffres, chiffres, type Chiffre } from '../domain/chiffre-hygiene.js';
import { catalogueConstats, codesConstat } from '../domain/constat.js';
import type { LoadSource } from '../domain/source.js';
import type { Db } from '../db/pool.js';

export type Mesure = {
  readonly runId: number;
  readonly now: Date;
  /** Sources ever loaded. */
  readonly sources: ReadonlySet<LoadSource>;
  readonly domaines: readonly string[];
};

/**
 * Keeps the figures of the day of `now` (Europe/Paris) once the constats are merged; the last call of a day stands. A day before
 * the last one measured is not measured again: what came after would no longer follow from it. `db` is inside a transaction.
 */
export async function recordMesures(db: Db, mesure: Mesure): Promise<void> {
  const { rows } = await db.query<{ jour: string; estPasse: boolean }>(
    `select j.jour::text as jour, exists (select from mesure_jour m where m.jour > j.jour) as "estPasse"
     from (select ($1::timestamptz at time zone 'Europe/Paris')::date as jour) j`,
    [mesure.now],
  );
  const jour = rows[0];
  if (!jour || jour.estPasse) return;
  await db.query(`create temp table mesure_lue (domaine text collate "C", type_bal text collate "C",
    chiffre text collate "C", valeur integer) on commit drop`);
  await countPark(db, mesure);
  await countConstats(db);
  await countRest(db, mesure.now);
  await db.query('analyze mesure_lue');
  await mergeMesures(db, jour.jour);
  await db.query(
    `insert into mesure_jour (jour, run_id, mesure_at, non_evalues)
     values ($1::date, $2::integer, $3::timestamptz, $4::text[])
     on conflict (jour) do update set run_id = excluded.run_id, mesure_at = excluded.mesure_at,
       non_evalues = excluded.non_evalues`,
    [jour.jour, mesure.runId, mesure.now, listNonEvalues(mesure.sources)],
  );
  await recordTotal(db, jour.jour);
}

/** What all domains make together, and how far those that rose and those that fell have moved; of the first day, nothing moved. */
async function recordTotal(db: Db, jour: string): Promise<void> {
  await db.query(`delete from mesure_total where jour = $1::date`, [jour]);
  await db.query(
    `insert into mesure_total (jour, chiffre, valeur, hausse, baisse)
     select $1::date, chiffre, sum(valeur), sum(hausse) * n, sum(baisse) * n
     from (
       select chiffre, sum(valeur) as valeur, 0 as hausse, 0 as baisse
       from mesure_hygiene where jusqua is null group by chiffre
       union all
       select chiffre, 0, sum(greatest(delta, 0)), sum(greatest(-delta, 0))
       from (
         select domaine, type_bal, chiffre, sum(delta) as delta
         from (select domaine, type_bal, chiffre, valeur as delta from mesure_hygiene where depuis = $1::date
           union all select domaine, type_bal, chiffre, -valeur from mesure_hygiene where jusqua = $1::date) bords
         group by domaine, type_bal, chiffre) ecarts
       group by chiffre) parts
     cross join (select case when exists (select from mesure_jour where jour < $1::date) then 1 else 0 end as n) avant
     group by chiffre, n`,
    [jour],
  );
}

/** The BAL of both sides, each once however many attachments it has. */
async function countPark(db: Db, mesure: Mesure): Promise<void> {
  const domaines = mesure.domaines.map((domaine) => domaine.toLowerCase());
  await findMultiples(db, domaines);
  await db.query(
    `insert into mesure_lue
     select domaine, type_bal, chiffre, valeur
     from (select domaine, type_bal, count(*) as inventaire,
         count(*) filter (where type_bal = 'PER') as inventaire_per,
         count(*) filter (where liste_rouge) as liste_rouge,
         count(*) filter (where publiable) as publiables,
         count(*) filter (where suivie) as quota_suivies
       from (${lignesSimples} union all ${balsOperateur('adresse in (select adresse from mesure_multiple)')}) bals
       group by domaine, type_bal) n
     cross join lateral (values ('inventaire', inventaire), ('inventaire_per', inventaire_per),
       ('liste_rouge', liste_rouge), ('publiables', publiables), ('quota_suivies', quota_suivies))
       c (chiffre, valeur)
     where valeur > 0`,
  );
  // An address that cannot be published is no publishable BAL: the rule has judged its form already.
  await db.query(
    `insert into mesure_lue
     select b.domaine, b.type_bal, 'publiables', -count(*)
     from (${balsOperateur(`adresse in (select adresse from constat
       where code = 'ADRESSE_INVALIDE' and closed_run_id is null)`)}) b
     where b.publiable group by b.domaine, b.type_bal`,
  );
  await db.query(
    `with nous as (select unnest($1::text[]) as domaine union select domaine from mesure_lue)
     insert into mesure_lue
     select domaine, type_bal, 'publiees', count(*)
     from (
       select b.domaine, coalesce(b.type_bal, '') as type_bal from nous join bal_annuaire b using (domaine)
       where b.gone_load_id is null and b.adresse not in (select adresse from mesure_multiple)
       union all
       (select distinct on (b.adresse, coalesce(b.type_bal, '')) b.domaine, coalesce(b.type_bal, '')
       from mesure_multiple join bal_annuaire b using (adresse) join nous on nous.domaine = b.domaine
       where b.gone_load_id is null)) bals
     group by domaine, type_bal`,
    [domaines],
  );
  await countParc(db);
}

/**
 * Nearly every BAL has one line and is counted as it stands; the few others are put together first. Those of the inventory come
 * out of an index in the order of addresses: sorting or hashing all of them would cost more than the rest of the count.
 */
async function findMultiples(db: Db, domaines: readonly string[]): Promise<void> {
  await db.query(`select set_config('enable_hashagg', 'off', true), set_config('enable_sort', 'off', true),
    set_config('enable_seqscan', 'off', true)`);
  await db.query(
    `create temp table mesure_multiple on commit drop as
     select adresse from bal_operateur where gone_load_id is null group by adresse having count(*) > 1`,
  );
  await db.query(`select set_config('enable_hashagg', 'on', true), set_config('enable_sort', 'on', true),
    set_config('enable_seqscan', 'on', true)`);
  // Of our domains only: the country has ten times as many BAL as its largest opérateur.
  await db.query(
    `with nous as (select unnest($1::text[]) as domaine
       union select domaine from bal_operateur where gone_load_id is null)
     insert into mesure_multiple
     select b.adresse from nous join bal_annuaire b using (domaine)
     where b.gone_load_id is null group by b.adresse having count(*) > 1`,
    [domaines],
  );
  await db.query('analyze mesure_multiple');
}

// The same columns as `balsOperateur`, for a BAL of one line.
const lignesSimples = `select adresse, domaine, type_bal, liste_rouge,
    taille_octets is not null and quota_octets > 0 as suivie,
    etat = 'actif' and not liste_rouge and (type_bal = 'ORG' or (type_bal = 'PER'
      and identifiant_pp is not null and type_identifiant_pp is distinct from '10')) as publiable
  from bal_operateur where gone_load_id is null and etat <> 'ferme'
    and adresse not in (select adresse from mesure_multiple)`;

/** The BAL of the inventory; publishable as NON_PUBLIEE judges it, but for the form of the address. */
export function balsOperateur(condition: string): string {
  return `select adresse, min(domaine) as domaine, min(type_bal) as type_bal,
      bool_or(liste_rouge) as liste_rouge,
      bool_or(taille_octets is not null and quota_octets > 0) as suivie,
      min(etat) = 'actif' and not bool_or(liste_rouge) and (min(type_bal) = 'ORG'
        or (min(type_bal) = 'PER' and min(${titulaire}) not like E'%\\x0110')) is true as publiable
    from bal_operateur where gone_load_id is null and etat <> 'ferme' and ${condition} group by adresse`;
}

// The judged holder of a BAL of several lines is the smallest; null when it has no identifier.
const titulaire = `identifiant_pp || E'\\x01' || coalesce(type_identifiant_pp, '')`;

/** Everything in scope: what the inventory holds, and what is published without it. */
async function countParc(db: Db): Promise<void> {
  await db.query(
    `insert into mesure_lue
     select domaine, type_bal, chiffre, valeur
     from (select domaine, type_bal, sum(valeur) as n from (
         select domaine, type_bal, valeur from mesure_lue where chiffre = 'inventaire'
         union all
         select domaine, coalesce(type_bal, ''), count(*) from constat
         where code = 'ORPHELINE_ANNUAIRE' and closed_run_id is null group by domaine, coalesce(type_bal, '')
         union all
         select domaine, type_bal, valeur from mesure_lue
         where chiffre = 'publiees' and not exists (select from source_load where source = 'inventaire')
       ) cotes group by domaine, type_bal) parc
     cross join lateral (values ('parc', n), ('per', case when type_bal = 'PER' then n end)) c (chiffre, valeur)
     where valeur > 0`,
  );
}

/** The BAL, or the domains, that have one of the constats of a figure; each once. */
async function countConstats(db: Db): Promise<void> {
  const parCode = chiffres.flatMap((chiffre) =>
    codesDe(chiffre).map((code) => [code, chiffre] as const),
  );
  await db.query(
    `insert into mesure_lue
     select c.domaine, coalesce(c.type_bal, ''), d.chiffre, count(distinct coalesce(c.adresse, c.domaine))
     from constat c join unnest($1::text[], $2::text[]) d (code, chiffre) on d.code = c.code
     where c.closed_run_id is null group by c.domaine, coalesce(c.type_bal, ''), d.chiffre`,
    [parCode.map(([code]) => code), parCode.map(([, chiffre]) => chiffre)],
  );
}

/** What is counted without constats; the operations of the last 30 days. */
async function countRest(db: Db, now: Date): Promise<void> {
  await db.query(
    `insert into mesure_lue
     select domaine, coalesce(type_bal, ''), chiffre, valeur
     from (select domaine, type_bal, count(*) as acceptees,
         count(*) filter (where state = 'confirmed') as confirmees
       from feed_operation
       where state in ('accepted', 'confirmed') and accepted_at > $1::timestamptz - interval '30 days'
       group by domaine, type_bal) n
     cross join lateral (values ('operations_acceptees', acceptees), ('operations_confirmees', confirmees))
       c (chiffre, valeur)
     where valeur > 0`,
    [now],
  );
  await db.query(
    `insert into mesure_lue
     select proche, '', 'domaines_ressemblants', count(*) from domaine_ressemblant
     where disparu_at is null and connu_at is null group by proche`,
  );
}

/** The codes that a figure counts: those of its group, or its own; for `a_traiter`, all that are about a BAL. */
function codesDe(chiffre: Chiffre): readonly string[] {
  const { groupe, codes } = catalogueChiffres[chiffre];
  if (chiffre === 'a_traiter') {
    return codesConstat.filter((code) => catalogueConstats[code].groupe !== 'domain');
  }
  return groupe === undefined
    ? codes
    : codesConstat.filter((code) => catalogueConstats[code].groupe === groupe);
}

/** Figures of which not one constat could be judged, or whose sources were never loaded. */
function listNonEvalues(sources: ReadonlySet<LoadSource>): Chiffre[] {
  return chiffres.filter((chiffre) => {
    const { codes, sources: siennes } = catalogueChiffres[chiffre];
    const isJuge = (code: (typeof codes)[number]): boolean =>
      catalogueConstats[code].sources.every((source) => sources.has(source));
    return (
      siennes.some((source) => !sources.has(source)) || (codes.length > 0 && !codes.some(isJuge))
    );
  });
}

/** Closes the values that hold no longer and opens the new ones; what an earlier run of the same day wrote is undone first. */
async function mergeMesures(db: Db, jour: string): Promise<void> {
  await db.query(`delete from mesure_hygiene where depuis = $1::date`, [jour]);
  await db.query(`update mesure_hygiene set jusqua = null where jusqua = $1::date`, [jour]);
  await db.query(`create temp table mesure_voulue on commit drop as
    select domaine, type_bal, chiffre, sum(valeur)::integer as valeur from mesure_lue
    group by domaine, type_bal, chiffre having sum(valeur) > 0`);
  await db.query(
    `update mesure_hygiene m set jusqua = $1::date
     where m.jusqua is null and not exists (select from mesure_voulue v
       where v.domaine = m.domaine and v.type_bal = m.type_bal and v.chiffre = m.chiffre and v.valeur = m.valeur)`,
    [jour],
  );
  await db.query(
    `insert into mesure_hygiene (domaine, type_bal, chiffre, valeur, depuis)
     select v.domaine, v.type_bal, v.chiffre, v.valeur, $1::date from mesure_voulue v
     where not exists (select from mesure_hygiene m where m.jusqua is null and m.domaine = v.domaine
       and m.type_bal = v.type_bal and m.chiffre = v.chiffre)`,
    [jour],
  );
}
