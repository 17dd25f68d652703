// The domains that may be taken for one of ours, and what was thought of them.
import type { Db } from '../db/pool.js';

export type DomaineRessemblant = {
  readonly domaine: string;
  /** Ours. */
  readonly proche: string;
  readonly raison: string;
  readonly explication: string;
  /** Who holds it, as the white list says. */
  readonly operateur: string | undefined;
  readonly premiereVueLe: Date;
  readonly derniereVueLe: Date;
  readonly disparuLe: Date | undefined;
  readonly connu:
    { readonly le: Date; readonly par: string; readonly motif: string | undefined } | undefined;
};

export type Candidat = { readonly domaine: string; readonly operateur: string | undefined };

/** The versions in service of what is searched, to tell whether anything changed since. */
export async function readVersions(db: Db): Promise<string> {
  const { rows } = await db.query<{ versions: string }>(
    `select coalesce(string_agg(source || ':' || id, ',' order by source), '') as versions
     from (select source, max(id) as id from source_load
       where source in ('bals', 'liste-blanche', 'inventaire') group by source) loads`,
  );
  return rows[0]?.versions ?? '';
}

/**
 * The domains of the white list and of the extraction, but for ours: declared, in the inventory, or held under the same
 * certificate or number of opérateur as one of ours.
 */
export async function listCandidats(
  db: Db,
  nosDomaines: readonly string[],
): Promise<{ readonly notres: string[]; readonly candidats: Candidat[] }> {
  const { rows: siens } = await db.query<{ domaine: string }>(
    `select unnest($1::text[]) as domaine
     union select domaine from (${distincts('bal_operateur', `and etat <> 'ferme'`)}) d order by domaine`,
    [nosDomaines.map((nom) => nom.toLowerCase())],
  );
  const notres = siens.map(({ domaine }) => domaine);
  const { rows } = await db.query<{ domaine: string; operateur: string | null }>(
    `with blanche as (
       select domaine, dn_certificat, operateur, identifiant_operateur
       from domaine_liste_blanche where gone_load_id is null),
     nous as (
       select dn_certificat, identifiant_operateur from blanche where domaine = any($1::text[]))
     select c.domaine, min(b.operateur) as operateur
     from (select domaine from blanche
       union select domaine from (${distincts('bal_annuaire', '')}) d) c
     left join blanche b on b.domaine = c.domaine
     where c.domaine <> all($1::text[])
     group by c.domaine
     having not coalesce(bool_or(b.dn_certificat in (select dn_certificat from nous)
       or b.identifiant_operateur in (select identifiant_operateur from nous)), false)
     order by c.domaine`,
    [notres],
  );
  return {
    notres,
    candidats: rows.map(({ domaine, operateur }) => ({
      domaine,
      operateur: operateur ?? undefined,
    })),
  };
}

/** The domains of a line table, by leaps through its index: a few thousand probes instead of every BAL of the country. */
function distincts(table: 'bal_annuaire' | 'bal_operateur', condition: string): string {
  const suivant = (apres: string): string => `(select t.domaine from ${table} t
    where t.gone_load_id is null ${condition} ${apres} order by t.domaine limit 1)`;
  return `with recursive saut as (
      select ${suivant('')} as domaine
      union all
      select ${suivant('and t.domaine > saut.domaine')} from saut where saut.domaine is not null)
    select domaine from saut where domaine is not null`;
}

export async function findEmpreinte(db: Db): Promise<string | undefined> {
  const { rows } = await db.query<{ empreinte: string }>(
    `select empreinte from ressemblance_recherche`,
  );
  return rows[0]?.empreinte;
}

export type Trouve = Pick<
  DomaineRessemblant,
  'domaine' | 'proche' | 'raison' | 'explication' | 'operateur'
>;

/** Replaces what the last search found; those never seen before. What was marked as known stays so. */
export async function mergeRessemblants(
  db: Db,
  trouves: readonly Trouve[],
  empreinte: string,
  now: Date,
): Promise<string[]> {
  const { rows: avant } = await db.query<{ domaine: string }>(
    `select domaine from domaine_ressemblant where domaine = any($1::text[])`,
    [trouves.map(({ domaine }) => domaine)],
  );
  await db.query(
    `insert into domaine_ressemblant (domaine, proche, raison, explication, operateur,
       premiere_vue_at, derniere_vue_at)
     select d.domaine, d.proche, d.raison, d.explication, d.operateur, $6::timestamptz, $6::timestamptz
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
       d (domaine, proche, raison, explication, operateur)
     on conflict (domaine) do update set proche = excluded.proche, raison = excluded.raison,
       explication = excluded.explication, operateur = excluded.operateur,
       derniere_vue_at = excluded.derniere_vue_at, disparu_at = null`,
    [
      trouves.map(({ domaine }) => domaine),
      trouves.map(({ proche }) => proche),
      trouves.map(({ raison }) => raison),
      trouves.map(({ explication }) => explication),
      trouves.map(({ operateur }) => operateur ?? null),
      now,
    ],
  );
  await db.query(
    `update domaine_ressemblant set disparu_at = $2::timestamptz
     where disparu_at is null and domaine <> all($1::text[])`,
    [trouves.map(({ domaine }) => domaine), now],
  );
  await db.query(
    `insert into ressemblance_recherche (empreinte, cherche_at) values ($1::text, $2::timestamptz)
     on conflict (id) do update set empreinte = excluded.empreinte, cherche_at = excluded.cherche_at`,
    [empreinte, now],
  );
  const connus = new Set(avant.map(({ domaine }) => domaine));
  return trouves.map(({ domaine }) => domaine).filter((domaine) => !connus.has(domaine));
}

type Row = Omit<DomaineRessemblant, 'operateur' | 'disparuLe' | 'connu'> & {
  operateur: string | null;
  disparuLe: Date | null;
  connuLe: Date | null;
  connuPar: string | null;
  connuMotif: string | null;
};

const columns = `domaine, proche, raison, explication, operateur, premiere_vue_at as "premiereVueLe",
  derniere_vue_at as "derniereVueLe", disparu_at as "disparuLe", connu_at as "connuLe",
  connu_par as "connuPar", connu_motif as "connuMotif"`;

function toDomaine({
  operateur,
  disparuLe,
  connuLe,
  connuPar,
  connuMotif,
  ...row
}: Row): DomaineRessemblant {
  return {
    ...row,
    operateur: operateur ?? undefined,
    disparuLe: disparuLe ?? undefined,
    connu:
      connuLe && connuPar !== null
        ? { le: connuLe, par: connuPar, motif: connuMotif ?? undefined }
        : undefined,
  };
}

/** Those to look at first; with `avecConnus`, those that are known after them. Those that went are left out. */
export async function listRessemblants(
  db: Db,
  { avecConnus }: { readonly avecConnus: boolean },
): Promise<DomaineRessemblant[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from domaine_ressemblant
     where disparu_at is null and ($1::boolean or connu_at is null)
     order by connu_at is not null, premiere_vue_at desc, domaine`,
    [avecConnus],
  );
  return rows.map(toDomaine);
}

export async function findRessemblants(
  db: Db,
  domaines: readonly string[],
): Promise<DomaineRessemblant[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from domaine_ressemblant where domaine = any($1::text[]) order by domaine`,
    [domaines],
  );
  return rows.map(toDomaine);
}

export async function countRessemblants(
  db: Db,
): Promise<{ readonly aExaminer: number; readonly connus: number }> {
  const { rows } = await db.query<{ aExaminer: number; connus: number }>(
    `select (count(*) filter (where connu_at is null))::integer as "aExaminer",
       (count(*) filter (where connu_at is not null))::integer as connus
     from domaine_ressemblant where disparu_at is null`,
  );
  return rows[0] ?? { aExaminer: 0, connus: 0 };
}

export type Jugement = {
  readonly par: string;
  readonly motif: string | undefined;
  readonly now: Date;
};

/** Marks a domain as known; undefined takes the mark away. False when it is not in the table. */
export async function judgeRessemblant(
  db: Db,
  domaine: string,
  jugement: Jugement | undefined,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update domaine_ressemblant
     set connu_at = $2::timestamptz, connu_par = $3::text, connu_motif = $4::text
     where domaine = $1::text`,
    [domaine, jugement?.now ?? null, jugement?.par ?? null, jugement?.motif ?? null],
  );
  return rowCount === 1;
}
