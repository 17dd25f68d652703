// What the metrics tell of the sources. Each is looked up by itself, from its newest row: the history of all attempts is not read.
import type { Db } from '../db/pool.js';
import { versionEvenements, versionRetrait, type RunOutcome } from './source-load.js';

export type MesureSource = {
  /** That of the national source, or the name of one of the inventory. */
  readonly nom: string;
  /** Generation of what is in service, else its load; null when never loaded. */
  readonly version: Date | null;
  readonly contact: Date | null;
  readonly issue: Exclude<RunOutcome, 'running'> | null;
  readonly lignes: number | null;
  readonly rejetees: number | null;
  readonly ajoutees: number | null;
  readonly parties: number | null;
};

// One that fails for years is not searched for its last success without end.
const tentativesMax = 10_000;

export async function mesurerSources(db: Db, noms: readonly string[]): Promise<MesureSource[]> {
  return mesurer(db, 'source', noms);
}

/** As `mesurerSources`, of the sources of the inventory: the same lines given again count as a version. */
export async function mesurerInventaires(db: Db, noms: readonly string[]): Promise<MesureSource[]> {
  const mesures = await mesurer(db, 'inventaire_source', noms);
  return mesures.map((mesure) => ({ ...mesure, version: plusRecente(mesure) }));
}

function plusRecente({ version, contact }: MesureSource): Date | null {
  return version && contact && contact > version ? contact : version;
}

async function mesurer(
  db: Db,
  column: 'source' | 'inventaire_source',
  noms: readonly string[],
): Promise<MesureSource[]> {
  const { rows } = await db.query<MesureSource>(
    `select s.nom, coalesce(l.genere_le, l.loaded_at) as version, c.finished_at as contact, r.outcome as issue,
       l.line_count as lignes, l.rejected_count as rejetees, l.added_count as ajoutees, l.gone_count as parties
     from unnest($1::text[]) s (nom)
     left join lateral (select genere_le, loaded_at, line_count, rejected_count, added_count, gone_count, version
       from source_load where ${column} = s.nom order by id desc limit 1) l on l.version <> $3::text
     left join lateral (select outcome from (select outcome, version from source_run where ${column} = s.nom
         order by id desc limit ${tentativesMax}) recentes
       where outcome <> 'running' and version is distinct from $2::text limit 1) r on true
     left join lateral (select finished_at from (select finished_at, outcome from source_run where ${column} = s.nom
         order by id desc limit ${tentativesMax}) recentes
       where outcome in ('loaded', 'unchanged', 'nothing-new') limit 1) c on true`,
    [noms, versionEvenements, versionRetrait],
  );
  return rows;
}
