// How fresh each source is, for the first page of the console: as « status » says it, without counting a mailbox.
import type { Settings } from '../config/settings.js';
import type { Pool } from '../db/pool.js';
import { judgeFreshness } from '../domain/freshness.js';
import { sourceNames } from '../domain/source.js';
import { catalogue } from '../extractions/catalogue.js';
import { listInventaireLoads, listLoadsInService } from '../store/source-load.js';
import { listLastRuns } from '../store/source-status.js';
import type { SourceFraiche } from '../web/console/accueil/faits.js';
import { failureOf, lastSuccess } from './inventaire-status.js';

export async function lireFraicheur(
  pool: Pool,
  settings: Settings,
  now: Date,
): Promise<SourceFraiche[]> {
  const runs = await listLastRuns(pool);
  const loads = await listLoadsInService(pool);
  const nationales = sourceNames.flatMap((source): SourceFraiche[] => {
    const load = loads.find((one) => one.source === source);
    const { actif, fraicheurMaxHeures } = settings.sources[source];
    if (!actif && !load) return [];
    const run = runs.find((one) => one.source === source);
    const date = load?.genereLe ?? load?.loadedAt;
    const facts = factsOf(date, run);
    return [
      {
        nom: source,
        libelle: catalogue[source].label,
        estInventaire: false,
        freshness: judgeFreshness(facts, fraicheurMaxHeures, now),
        date,
        lignes: load?.lineCount,
        echec: facts.lastFailure,
        loadId: load?.id,
      },
    ];
  });
  return [...nationales, ...(await lireInventaires(pool, settings, runs, now))];
}

type Runs = Awaited<ReturnType<typeof listLastRuns>>;

async function lireInventaires(
  pool: Pool,
  settings: Settings,
  runs: Runs,
  now: Date,
): Promise<SourceFraiche[]> {
  const loads = await listInventaireLoads(pool);
  const noms = new Set([
    ...settings.inventaire.sources.map(({ nom }) => nom),
    ...loads.flatMap(({ inventaireSource }) => inventaireSource ?? []),
  ]);
  return [...noms].map((nom) => {
    const load = loads.find(({ inventaireSource }) => inventaireSource === nom);
    const run = runs.find(({ inventaireSource }) => inventaireSource === nom);
    const date = lastSuccess(load, run);
    const facts = factsOf(date, run);
    return {
      nom: `inventaire:${nom}`,
      libelle: noms.size > 1 ? `Inventaire « ${nom} »` : 'Inventaire',
      estInventaire: true,
      freshness: judgeFreshness(facts, settings.plan.gardes.inventaireAgeMaxHeures, now),
      date,
      lignes: load?.lineCount,
      echec: facts.lastFailure,
      loadId: load?.id,
    };
  });
}

function factsOf(
  inServiceSince: Date | undefined,
  run: Runs[number] | undefined,
): Parameters<typeof judgeFreshness>[0] {
  return {
    inServiceSince,
    lastContactAt: run?.lastContactAt,
    lastRunAt: run?.startedAt,
    lastFailure: failureOf(run),
  };
}
