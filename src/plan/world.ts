// What a plan is computed from, and whether it can be trusted now.
import { findLastRun, type ReconcileRun } from '../store/reconcile-run.js';
import { listInventaireLoads, listLoadsInService, type SourceLoad } from '../store/source-load.js';
import { listLastRuns, type LastRun } from '../store/source-status.js';
import { fingerprintSuppressions, hasRetenueMoved, type Plan } from '../store/plan.js';
import type { Db } from '../db/pool.js';
import type { SourceName } from '../domain/source.js';
import { RefusedError } from '../errors.js';
import { judgeInventaire, type EtatInventaire } from './etat-inventaire.js';
import { fingerprintSettings, type PlanSettings } from './settings.js';

/** A source that operations rest on. */
export type EtatSource = {
  readonly load: SourceLoad;
  readonly ageHeures: number;
  readonly ageMaxHeures: number;
  /** The last attempt to put a newer version in service was refused: the one in service is known to be behind. */
  readonly isRefused: boolean;
};

export type Monde = {
  readonly run: ReconcileRun;
  readonly inventaire: EtatInventaire;
  readonly bals: EtatSource;
  /** Undefined when it was never loaded. */
  readonly listeBlanche: EtatSource | undefined;
  /** Of the settings, and of what they make of the sources today. */
  readonly settingsFingerprint: string;
  readonly suppressionsFingerprint: string;
};

/**
 * @throws RefusedError `PLAN_SANS_SOURCE`, `PLAN_SANS_RAPPROCHEMENT`, `RAPPROCHEMENT_DEPASSE`: nothing can be planned,
 * the message says what is missing.
 */
export async function readMonde(db: Db, settings: PlanSettings, now: Date): Promise<Monde> {
  for (let essai = 1; ; essai += 1) {
    const run = await findLastRun(db);
    try {
      return await readMondeOf(db, run, settings, now);
    } catch (error) {
      // Each statement sees what was committed before it: loads put in service and reconciled since the run was read.
      if (essai >= essaisMax || (await findLastRun(db))?.id === run?.id) throw error;
    }
  }
}

const essaisMax = 3;

async function readMondeOf(
  db: Db,
  run: ReconcileRun | undefined,
  settings: PlanSettings,
  now: Date,
): Promise<Monde> {
  const loads = new Map((await listLoadsInService(db)).map((load) => [load.source, load]));
  const lastRuns = await listLastRuns(db);
  const runs = new Map(lastRuns.map((last) => [last.source, last]));
  const etat = (source: SourceName, ageMaxHeures: number): EtatSource | undefined => {
    const load = loads.get(source);
    return load && judgeSource(load, runs.get(source), ageMaxHeures, now);
  };
  const inventaire = judgeInventaire(
    settings.inventaires,
    await listInventaireLoads(db),
    lastRuns,
    settings.gardes.inventaireAgeMaxHeures,
    now,
  );
  const bals = etat('bals', settings.fraicheurMaxHeures.bals);
  const listeBlanche = etat('liste-blanche', settings.fraicheurMaxHeures.listeBlanche);
  if (!inventaire || !bals) throw missingSource(inventaire ? 'bals' : 'inventaire');
  if (!run) {
    throw new RefusedError(
      'PLAN_SANS_RAPPROCHEMENT',
      'Aucun rapprochement n’a encore été fait : lancez « annuaire-sync reconcile », puis redemandez le plan.',
    );
  }
  assertReconciled(run, [inventaire.load, bals.load, ...(listeBlanche ? [listeBlanche.load] : [])]);
  return {
    run,
    inventaire,
    bals,
    listeBlanche,
    settingsFingerprint: [
      fingerprintSettings(settings),
      // A source that has aged meanwhile holds back what rests on it.
      ...[inventaire, bals, listeBlanche].map((source) => (isSure(source) ? 'sure' : 'douteuse')),
    ].join(' '),
    suppressionsFingerprint: await fingerprintSuppressions(db),
  };
}

function judgeSource(
  load: SourceLoad,
  last: LastRun | undefined,
  ageMaxHeures: number,
  now: Date,
): EtatSource {
  // A national file is as old as its publication, however often it was asked for.
  const since = load.genereLe ?? load.loadedAt;
  return {
    load,
    ageHeures: (now.getTime() - since.getTime()) / 3_600_000,
    ageMaxHeures,
    isRefused: last?.outcome === 'refused',
  };
}

export function isSure(source: EtatSource | undefined): boolean {
  return source !== undefined && !source.isRefused && source.ageHeures <= source.ageMaxHeures;
}

function missingSource(source: 'bals' | 'inventaire'): RefusedError {
  return new RefusedError(
    'PLAN_SANS_SOURCE',
    source === 'bals'
      ? 'L’extraction des BAL publiées n’a jamais été chargée : lancez « annuaire-sync extract bals », puis « annuaire-sync reconcile ».'
      : 'L’inventaire n’a jamais été importé : lancez « annuaire-sync inventory import FICHIER », puis « annuaire-sync reconcile ».',
  );
}

function assertReconciled(run: ReconcileRun, loads: readonly SourceLoad[]): void {
  const unseen = loads.filter((load) => run.loads[load.source] !== load.id);
  if (unseen.length === 0) return;
  throw new RefusedError(
    'RAPPROCHEMENT_DEPASSE',
    `Le dernier rapprochement n’a pas vu ${unseen.map((load) => `« ${load.source} » (${load.version})`).join(', ')} : ` +
      'lancez « annuaire-sync reconcile », puis redemandez le plan.',
  );
}

/** Whether the plan was computed from another world than this one. */
export async function isOvertaken(db: Db, plan: Plan, monde: Monde): Promise<boolean> {
  const loads = loadsOf(monde);
  return (
    plan.reconcileRunId !== monde.run.id ||
    plan.settingsFingerprint !== monde.settingsFingerprint ||
    plan.suppressionsFingerprint !== monde.suppressionsFingerprint ||
    Object.entries(loads).some(([source, id]) => plan.loads[source] !== id) ||
    (await hasRetenueMoved(db, plan.id))
  );
}

/** Whether what was computed from `before` holds under `after`. */
export function isSameMonde(before: Monde, after: Monde): boolean {
  return (
    before.run.id === after.run.id &&
    before.settingsFingerprint === after.settingsFingerprint &&
    before.suppressionsFingerprint === after.suppressionsFingerprint &&
    JSON.stringify(loadsOf(before)) === JSON.stringify(loadsOf(after))
  );
}

export function loadsOf({ inventaire, bals, listeBlanche }: Monde): Record<string, number> {
  return {
    inventaire: inventaire.load.id,
    bals: bals.load.id,
    ...(listeBlanche ? { 'liste-blanche': listeBlanche.load.id } : {}),
  };
}
