// What the simulator of the feed API reads: the directory as it was when it was seeded, and who exists now.
//
// Line tables keep presence intervals, so a seed is only the numbers of four loads: the same rows can be read again after
// a later extraction was put in service, and after a restart.
import { finished } from 'node:stream/promises';
import { openCopyOut } from '../db/copy-stream.js';
import type { Client, Db, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { limitStatement } from '../db/silence.js';

/** source_load.id of each source that the seed is read from; 0 = never loaded. */
export type SeedLoads = {
  readonly bals: number;
  readonly inventaire: number;
  readonly professionnels: number;
  readonly finess: number;
};

export type Seed = {
  readonly loads: SeedLoads;
  /** Version of the extraction of BAL, to notice another database; '' when none was loaded. */
  readonly version: string;
  /** Time that this extraction bears. */
  readonly genereLe: Date | undefined;
};

/** The 31 national columns, in the order of the published header. */
const nationalColumns = [
  'type_bal',
  'adresse_publiee',
  'type_identifiant_pp',
  'identifiant_pp',
  'identification_nationale_pp',
  'type_identifiant_structure',
  'identification_structure',
  'service_rattachement',
  'civilite_exercice',
  'nom_exercice',
  'prenom_exercice',
  'categorie_profession',
  'libelle_categorie_profession',
  'code_profession',
  'libelle_profession',
  'code_savoir_faire',
  'libelle_savoir_faire',
  'dematerialisation',
  'raison_sociale',
  'enseigne_commerciale',
  'complement_localisation',
  'complement_distribution',
  'numero_voie',
  'complement_numero_voie',
  'type_voie',
  'libelle_voie',
  'lieu_dit',
  'ligne_acheminement',
  'code_postal',
  'departement',
  'pays',
] as const;

export const columnCount = nationalColumns.length;

// A whole country on a slow machine; the pool's own limit is meant for small statements.
const statementTimeoutMs = 600_000;

/** Runs `work` on one state of the directory. */
export function withSeed<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  return transaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    await limitStatement(client, statementTimeoutMs);
    return work(client);
  });
}

/** What is in service now. */
export async function findSeed(db: Db): Promise<Seed> {
  const { rows } = await db.query<SeedRow>(
    `select distinct on (source) source, id, version, genere_le as "genereLe" from source_load
     where source in ('bals', 'inventaire', 'professionnels', 'finess') order by source, id desc`,
  );
  const find = (source: string): SeedRow | undefined => rows.find((row) => row.source === source);
  const bals = find('bals');
  return {
    loads: {
      bals: bals?.id ?? 0,
      inventaire: find('inventaire')?.id ?? 0,
      professionnels: find('professionnels')?.id ?? 0,
      finess: find('finess')?.id ?? 0,
    },
    version: bals?.version ?? '',
    genereLe: bals?.genereLe ?? undefined,
  };
}

type SeedRow = { source: string; id: number; version: string; genereLe: Date | null };

/** Whether this database is still the one that the seed was read from. */
export async function isSeedPresent(db: Db, { loads, version }: Seed): Promise<boolean> {
  const { rows } = await db.query<{ version: string }>(
    `select version from source_load where id = $1::integer and source = 'bals'`,
    [loads.bals],
  );
  return rows[0]?.version === version;
}

function inService(alias: string, loadId: number): string {
  return `${alias}.first_load_id <= ${loadId} and (${alias}.gone_load_id is null or ${alias}.gone_load_id > ${loadId})`;
}

/** Batches of lines of the extraction, each the 31 cells and the IdNatStruct that the database makes of two of them. */
export async function* streamLines(
  client: Client,
  { loads }: Seed,
): AsyncGenerator<readonly (readonly string[])[], void, undefined> {
  const columns = nationalColumns.map((column) => `nullif(b.${column}, '')`).join(', ');
  // The published text is neither quoted nor escaped: with a quote that no line holds, COPY gives it back as it was.
  const sql = `copy (select ${columns}, b.structure_id from bal_annuaire b
    where ${inService('b', loads.bals)} order by b.adresse, b.first_load_id, b.ligne_hash)
    to stdout (format csv, delimiter '|', quote E'\\x01', null '')`;
  const stream = openCopyOut(client, sql);
  let rest = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      const lines = (rest + decoder.decode(asBuffer(chunk), { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) yield lines.map((line) => line.split('|'));
    }
  } finally {
    // A reader that leaves early: the connection is of no use until the server has said all it had to.
    if (!stream.readableEnded && !stream.errored) await finished(stream.resume());
  }
}

function asBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  throw new Error('COPY gave something else than bytes');
}

/** A BAL of the inventory that no extraction shows: APP, CAB or liste rouge, under an address that is not published. */
export type HiddenBal = {
  readonly adresse: string;
  readonly typeBal: string;
  readonly typeIdentifiantPp: string | null;
  readonly identifiantPp: string | null;
  readonly structureId: string | null;
  readonly service: string | null;
  readonly responsable: string | null;
  readonly description: string | null;
  readonly listeRouge: boolean;
  readonly preferee: boolean;
};

export async function listHiddenBals(db: Db, { loads }: Seed): Promise<HiddenBal[]> {
  const { rows } = await db.query<HiddenBal>(
    `select o.adresse, o.type_bal as "typeBal", o.type_identifiant_pp as "typeIdentifiantPp",
       o.identifiant_pp as "identifiantPp", o.structure_id as "structureId",
       o.service_rattachement as service, o.responsable, o.description,
       o.liste_rouge as "listeRouge", o.preferee
     from bal_operateur o
     where ${inService('o', loads.inventaire)} and o.etat <> 'ferme'
       and (o.liste_rouge or o.type_bal in ('APP', 'CAB'))
       and not exists (select from bal_annuaire b
         where b.adresse = o.adresse and ${inService('b', loads.bals)})
     order by o.adresse, o.ligne_hash`,
  );
  return rows;
}

/** Every IdNatStruct that the seed names. */
export async function listNamedStructures(db: Db, { loads }: Seed): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select b.structure_id as id from bal_annuaire b
     where b.structure_id is not null and ${inService('b', loads.bals)}
     union select o.structure_id from bal_operateur o
     where o.structure_id is not null and ${inService('o', loads.inventaire)}`,
  );
  return rows.map(({ id }) => id);
}
