// The inventory in the database: a whole file is staged, compared with what is in service, then put in its place.
import xxhash from 'xxhash-wasm';
import { copyChunks, encodeRow, type CopyRow } from '../db/copy.js';
import type { Client, Db } from '../db/pool.js';
import { limitStatement } from '../db/silence.js';
import { domaineOf, type BalOperateur } from '../domain/bal-operateur.js';

/** The columns that make a new line of history when they change, in the order of the line hash. */
const stableColumns = [
  'adresse',
  'domaine',
  'adresse_saisie',
  'type_bal',
  'type_identifiant_pp',
  'identifiant_pp',
  'type_identifiant_structure',
  'identification_structure',
  'service_rattachement',
  'responsable',
  'description',
  'liste_rouge',
  'preferee',
  'etat',
  'date_creation',
  'transfert_vers',
] as const;

/** They move every day on most lines: updated in place, without history. */
const volatileColumns = ['derniere_authentification', 'taille_octets', 'quota_octets'] as const;

const allColumns = [...stableColumns, ...volatileColumns];
const columns = allColumns.join(', ');

function columnsOf(alias: string, names: readonly string[] = allColumns): string {
  return names.map((name) => `${alias}.${name}`).join(', ');
}

/** Opens the work of one import in the client's transaction, without a time limit on what follows the inventory's length. */
export async function beginStaging(client: Client): Promise<void> {
  await limitStatement(client, 0);
  await client.query(
    `create temporary table bal_operateur_staging on commit drop as
     select ligne_hash, ${columns} from bal_operateur with no data`,
  );
}

export async function stageBals(
  client: Client,
  bals: AsyncIterable<readonly BalOperateur[]>,
): Promise<number> {
  return copyChunks(
    client,
    `copy bal_operateur_staging (ligne_hash, ${columns}) from stdin`,
    encodeBals(bals),
  );
}

async function* encodeBals(bals: AsyncIterable<readonly BalOperateur[]>): AsyncGenerator<Buffer> {
  const hasher = await xxhash();
  for await (const batch of bals) {
    let text = '';
    for (const bal of batch) {
      const stable = encodeRow(stableValues(bal)).slice(0, -1);
      // Published and stable over versions of PostgreSQL, which its own hash functions do not promise.
      const hash = BigInt.asIntN(64, hasher.h64(stable));
      text += `${hash}\t${stable}\t${encodeRow(volatileValues(bal))}`;
    }
    if (text !== '') yield Buffer.from(text, 'utf8');
  }
}

function stableValues(bal: BalOperateur): CopyRow {
  return [
    bal.adresse,
    domaineOf(bal.adresse),
    bal.adresseSaisie,
    bal.typeBal,
    bal.typeIdentifiantPp ?? null,
    bal.identifiantPp ?? null,
    bal.typeIdentifiantStructure ?? null,
    bal.identificationStructure ?? null,
    bal.serviceRattachement ?? null,
    bal.responsable ?? null,
    bal.description ?? null,
    bal.listeRouge ? 't' : 'f',
    bal.preferee ? 't' : 'f',
    bal.etat,
    bal.dateCreation ?? null,
    bal.transfertVers ?? null,
  ];
}

function volatileValues(bal: BalOperateur): CopyRow {
  return [
    bal.derniereAuthentification?.toISOString() ?? null,
    bal.tailleOctets?.toString() ?? null,
    bal.quotaOctets?.toString() ?? null,
  ];
}

/**
 * From here to the end of the transaction nobody else changes the inventory, so that loads of its sources become visible in
 * the order of their numbers, which the reconciliation counts on. Readers are undisturbed. Taken once everything is
 * staged: a slow source does not hold the others up.
 */
export async function lockInventaire(client: Client): Promise<void> {
  await client.query('lock table bal_operateur in share row exclusive mode');
}

export type Conflit = { readonly adresse: string; readonly source: string };

/** Staged addresses that another source has in service: how many, and the first ones. */
export async function listConflits(
  client: Client,
  source: string,
): Promise<{ readonly nombre: number; readonly premiers: readonly Conflit[] }> {
  await client.query(
    `create temporary table bal_operateur_conflit on commit drop as
     select distinct line.adresse, line.source_inventaire as source
     from bal_operateur_staging as new join bal_operateur as line using (adresse)
     where line.gone_load_id is null and line.source_inventaire <> $1::text`,
    [source],
  );
  const { rows } = await client.query<Conflit & { nombre: number }>(
    `select adresse, source, (count(*) over ())::integer as nombre
     from bal_operateur_conflit order by adresse limit 20`,
  );
  return { nombre: rows[0]?.nombre ?? 0, premiers: rows };
}

/** Leaves what `listConflits` found to the sources that have it; returns the number of lines. */
export async function dropConflits(client: Client): Promise<number> {
  const { rowCount } = await client.query(
    `delete from bal_operateur_staging as new using bal_operateur_conflit as conflit
     where new.adresse = conflit.adresse`,
  );
  return rowCount ?? 0;
}

/**
 * BAL with a line at fault keep in service what they have there: their staged lines are replaced by it. With
 * `keepAbsent`, so does every BAL that the file does not name. BAL that are not in service keep their right lines.
 */
export async function keepInService(
  client: Client,
  source: string,
  adresses: readonly string[],
  keepAbsent: boolean,
): Promise<void> {
  await client.query(
    `create temporary table bal_operateur_gardee on commit drop as
     select distinct adresse from bal_operateur as line
     where gone_load_id is null and source_inventaire = $3::text
       and (adresse = any ($1::text[])
         or $2::boolean and not exists (
           select from bal_operateur_staging as new where new.adresse = line.adresse))`,
    [adresses, keepAbsent, source],
  );
  await client.query(
    `delete from bal_operateur_staging as new using bal_operateur_gardee as kept
     where new.adresse = kept.adresse`,
  );
  await client.query(
    `insert into bal_operateur_staging (ligne_hash, ${columns})
     select line.ligne_hash, ${columnsOf('line')}
     from bal_operateur as line join bal_operateur_gardee as kept on kept.adresse = line.adresse
     where line.gone_load_id is null and line.source_inventaire = $1::text`,
    [source],
  );
}

export type StagingFigures = {
  /** Lines that the load would open, close and update in place. */
  readonly added: number;
  readonly gone: number;
  readonly refreshed: number;
  /** BAL (addresses) in service before, closed ones (état ferme) left out. */
  readonly balsBefore: number;
  readonly balsAfter: number;
  /** Of those before, the ones that are no longer there after. */
  readonly balsLost: number;
};

/**
 * What putting the staged lines of a source in service would change; the changes are kept for `applyStaging`. `adresses`: the
 * BAL that are staged, where the others stay as they are; the figures are then theirs alone.
 */
export async function compareStaging(
  client: Client,
  source: string,
  adresses?: readonly string[],
): Promise<StagingFigures> {
  await client.query('analyze bal_operateur_staging');
  // Where the staged line came from is its ctid: nothing writes to either table meanwhile.
  await client.query(
    `create temporary table bal_operateur_delta on commit drop as
     select old.ctid as old_ctid, new.ctid as new_ctid,
       coalesce(old.adresse, new.adresse) as adresse, coalesce(old.domaine, new.domaine) as domaine
     from (select ctid, * from bal_operateur
         where gone_load_id is null and source_inventaire = $1::text
           and ($2::text[] is null or adresse = any ($2::text[]))) as old
       full join (select ctid, * from bal_operateur_staging) as new
         on new.ligne_hash = old.ligne_hash
     where old.ctid is null or new.ctid is null
       or (${columnsOf('old', volatileColumns)}) is distinct from (${columnsOf('new', volatileColumns)})`,
    [source, adresses ?? null],
  );
  await client.query('analyze bal_operateur_delta');
  const { rows } = await client.query<StagingFigures>(
    `with before as (
       select distinct adresse from bal_operateur
       where gone_load_id is null and source_inventaire = $1::text and etat <> 'ferme'
         and ($2::text[] is null or adresse = any ($2::text[]))
     ), after as (
       select distinct adresse from bal_operateur_staging where etat <> 'ferme'
     )
     select count(*) filter (where old_ctid is null)::integer as "added",
       count(*) filter (where new_ctid is null)::integer as "gone",
       count(*) filter (where old_ctid is not null and new_ctid is not null)::integer as "refreshed",
       (select count(*)::integer from before) as "balsBefore",
       (select count(*)::integer from after) as "balsAfter",
       (select count(*)::integer from before
        where not exists (select from after where after.adresse = before.adresse)) as "balsLost"
     from bal_operateur_delta`,
    [source, adresses ?? null],
  );
  const figures = rows[0];
  if (!figures) throw new Error('an aggregate returned no row');
  return figures;
}

export type BalsTouchees = {
  readonly creees: number;
  readonly modifiees: number;
  readonly supprimees: number;
};

/** BAL of the changes that `compareStaging` kept, before they are put in service. */
export async function countTouched(client: Client, source: string): Promise<BalsTouchees> {
  const { rows } = await client.query<BalsTouchees>(
    `select count(*) filter (where not avant)::integer as creees,
       count(*) filter (where avant and apres)::integer as modifiees,
       count(*) filter (where not apres)::integer as supprimees
     from (select
         exists (select from bal_operateur as line where line.adresse = delta.adresse
           and line.gone_load_id is null and line.source_inventaire = $1::text) as avant,
         exists (select from bal_operateur_staging as new where new.adresse = delta.adresse) as apres
       from (select distinct adresse from bal_operateur_delta) as delta) as touchees`,
    [source],
  );
  return rows[0] ?? { creees: 0, modifiees: 0, supprimees: 0 };
}

/** Of these domains, those that the staged lines would close lines of. After `compareStaging`. */
export async function listDomainesPerdus(
  client: Client,
  domaines: readonly string[],
): Promise<string[]> {
  const { rows } = await client.query<{ domaine: string }>(
    `select distinct domaine from bal_operateur_delta
     where new_ctid is null and domaine = any($1::text[]) order by domaine`,
    [domaines],
  );
  return rows.map(({ domaine }) => domaine);
}

export type CreationsInterdites = {
  readonly nombre: number;
  /** The first ones. */
  readonly adresses: readonly string[];
};

/** Staged PER that name no professional, where the lines in service have none such. */
export async function listCreationsInterdites(client: Client): Promise<CreationsInterdites> {
  const sansProfessionnel = (b: string): string => `${b}.type_bal = 'PER'
    and (${b}.type_identifiant_pp = '10' or ${b}.identifiant_pp is null) and ${b}.etat <> 'ferme'`;
  const { rows } = await client.query<CreationsInterdites>(
    `select count(*)::integer as nombre,
       coalesce((array_agg(adresse order by adresse))[1:20], '{}') as adresses
     from (select distinct new.adresse from bal_operateur_staging as new
       where ${sansProfessionnel('new')} and not exists (
         select from bal_operateur as old where old.adresse = new.adresse
           and old.gone_load_id is null and ${sansProfessionnel('old')})) creations`,
  );
  return rows[0] ?? { nombre: 0, adresses: [] };
}

/** Puts the staged lines in service as load `loadId`. `isFull`: a first load, of which no list of changes is kept. */
export async function applyStaging(
  client: Client,
  source: string,
  loadId: number,
  isFull: boolean,
): Promise<void> {
  await putInService(client, source, loadId, isFull);
  await client.query('analyze bal_operateur');
}

/** As `applyStaging`, for changes too few to make the planner see the table otherwise. */
export async function putInService(
  client: Client,
  source: string,
  loadId: number,
  isFull: boolean,
): Promise<void> {
  if (!isFull) await noteDomaines(client);
  await client.query(
    `update bal_operateur as line set gone_load_id = $1::integer
     from bal_operateur_delta as delta where line.ctid = delta.old_ctid and delta.new_ctid is null`,
    [loadId],
  );
  const assignments = volatileColumns.map((column) => `${column} = new.${column}`).join(', ');
  await client.query(
    `update bal_operateur as line set ${assignments}
     from bal_operateur_delta as delta
       join bal_operateur_staging as new on new.ctid = delta.new_ctid
     where line.ctid = delta.old_ctid`,
  );
  await client.query(
    `insert into bal_operateur (first_load_id, source_inventaire, ligne_hash, ${columns})
     select $1::integer, $2::text, new.ligne_hash, ${columnsOf('new')}
     from bal_operateur_staging as new join bal_operateur_delta as delta on delta.new_ctid = new.ctid
     where delta.old_ctid is null`,
    [loadId, source],
  );
  if (!isFull) await recordChanges(client, loadId);
}

/** Which domains of the changes have BAL before them: two looks at an index each, however many BAL they have. */
async function noteDomaines(client: Client): Promise<void> {
  await client.query(
    `create temporary table bal_operateur_domaine_avant on commit drop as
     select domaine, ${hasBals('touche')} as bals, ${hasBals('touche', openOnly)} as ouvertes
     from (select distinct domaine from bal_operateur_delta) as touche`,
  );
}

const openOnly = `and line.etat <> 'ferme'`;

function hasBals(alias: string, which = ''): string {
  return `exists (select from bal_operateur as line
    where line.domaine = ${alias}.domaine and line.gone_load_id is null ${which})`;
}

async function recordChanges(client: Client, loadId: number): Promise<void> {
  await client.query(
    `insert into source_change (load_id, kind, cle)
     select distinct $1::integer, 'adresse', adresse from bal_operateur_delta`,
    [loadId],
  );
  // A domain is named when it gains its first or loses its last BAL, closed ones counted or not.
  await client.query(
    `insert into source_change (load_id, kind, cle)
     select $1::integer, 'domaine', domaine
     from bal_operateur_domaine_avant as avant
     where bals <> ${hasBals('avant')} or ouvertes <> ${hasBals('avant', openOnly)}`,
    [loadId],
  );
}

/** The columns of the file that hold something on at least one line of the source in service. */
export async function listFilledColumns(db: Db, source: string): Promise<string[]> {
  const { rows } = await db.query<Record<string, boolean | null>>(
    `select bool_or(type_identifiant_pp is not null) as "typeIdentifiantPp",
       bool_or(identifiant_pp is not null) as "identifiantPp",
       bool_or(type_identifiant_structure is not null) as "typeIdentifiantStructure",
       bool_or(identification_structure is not null) as "identifiantStructure",
       bool_or(service_rattachement is not null) as "service",
       bool_or(responsable is not null) as "responsable",
       bool_or(description is not null) as "description",
       bool_or(liste_rouge) as "listeRouge", bool_or(preferee) as "preferee",
       bool_or(etat <> 'actif') as "etat", bool_or(date_creation is not null) as "dateCreation",
       bool_or(derniere_authentification is not null) as "derniereAuthentification",
       bool_or(taille_octets is not null) as "tailleOctets",
       bool_or(quota_octets is not null) as "quotaOctets",
       bool_or(transfert_vers is not null) as "transfertVers"
     from bal_operateur where gone_load_id is null and source_inventaire = $1::text`,
    [source],
  );
  return Object.entries(rows[0] ?? {}).flatMap(([column, isFilled]) => (isFilled ? [column] : []));
}

/** BAL of a source in service, the closed ones (état ferme) left out. */
export async function countBals(db: Db, source: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(distinct adresse)::integer as "count"
     from bal_operateur
     where gone_load_id is null and source_inventaire = $1::text and etat <> 'ferme'`,
    [source],
  );
  return rows[0]?.count ?? 0;
}
