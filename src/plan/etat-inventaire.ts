// How far the inventory can be trusted as a whole: as far as the least trusted of its sources.
import { RefusedError } from '../errors.js';
import type { SourceLoad } from '../store/source-load.js';
import type { LastRun } from '../store/source-status.js';
import type { EtatSource } from './world.js';

export type EtatInventaire = EtatSource & {
  /** Lines rejected by the loads in service, all sources together. */
  readonly rejectedCount: number;
  /** Which source is the oldest, and which was refused; undefined when there is only one. */
  readonly laPlusVieille: string | undefined;
  readonly refusee: string | undefined;
};

/**
 * `noms`: the sources of the settings. Undefined when no inventory was ever loaded.
 *
 * @throws RefusedError `PLAN_SANS_SOURCE` when one of them never was: its BAL would all pass for gone.
 */
export function judgeInventaire(
  noms: readonly string[],
  loads: readonly SourceLoad[],
  runs: readonly LastRun[],
  ageMaxHeures: number,
  now: Date,
): EtatInventaire | undefined {
  const newest = loads.reduce<SourceLoad | undefined>(
    (found, load) => (found && found.id > load.id ? found : load),
    undefined,
  );
  if (!newest) return undefined;
  const parts = noms.map((nom) => {
    const load = loads.find(({ inventaireSource }) => inventaireSource === nom);
    // One that was dropped has a load without a line.
    if (!load || load.lineCount === 0) throw missingPart(nom);
    const run = runs.find(({ inventaireSource }) => inventaireSource === nom);
    return { nom, load, since: lastSuccess(load, run), isRefused: run?.outcome === 'refused' };
  });
  const oldest = parts.reduce((found, part) => (part.since < found.since ? part : found));
  const refused = parts.find(({ isRefused }) => isRefused);
  const hasSeveral = noms.length > 1;
  return {
    load: newest,
    ageHeures: (now.getTime() - oldest.since) / 3_600_000,
    ageMaxHeures,
    isRefused: refused !== undefined,
    rejectedCount: parts.reduce((sum, { load }) => sum + load.rejectedCount, 0),
    laPlusVieille: hasSeveral ? oldest.nom : undefined,
    refusee: hasSeveral ? refused?.nom : undefined,
  };
}

/** An inventory given again without a change is as true as it was on that day. */
function lastSuccess(load: SourceLoad, run: LastRun | undefined): number {
  return Math.max(load.loadedAt.getTime(), run?.lastContactAt?.getTime() ?? 0);
}

function missingPart(nom: string): RefusedError {
  return new RefusedError(
    'PLAN_SANS_SOURCE',
    `La source d’inventaire « ${nom} » n’a jamais été importée : toutes ses BAL passeraient pour disparues. ` +
      `Lancez « annuaire-sync inventory sync ${nom} » (ou « inventory import FICHIER --source ${nom} »), puis « annuaire-sync reconcile ».`,
  );
}
