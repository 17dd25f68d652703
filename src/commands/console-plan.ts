// The plan as the console shows it and decides on it: what `plan approve` and `plan reject` do, in two steps.
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../config/settings.js';
import { createPool, type Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { AppError, messageOf } from '../errors.js';
import { computePlan } from '../plan/compute.js';
import { confirm, findOvertaking, foresee } from '../plan/confirmer.js';
import type { PlanSettings } from '../plan/settings.js';
import { silentProgress } from '../progress.js';
import {
  countOperations,
  countOvertakenApprovals,
  countRetenues,
} from '../store/plan-operation.js';
import { versionOfPlan } from '../store/plan-page.js';
import { findPlanInForce, type Plan } from '../store/plan.js';
import type {
  ConfirmationPlan,
  EtatCalcul,
  IssuePlan,
  PlanPort,
  PrevisionPlan,
  ResumePlan,
} from '../web/console/plan/port.js';
import { Recent } from '../web/console/recent.js';
import { planSettings } from './source-settings.js';

export type ConsolePlan = { readonly port: PlanPort; readonly stop: () => Promise<void> };

type Surroundings = { readonly now: () => Date; readonly report: (line: string) => void };

export function openConsolePlan(
  settings: Settings,
  connectionString: string,
  surroundings: Surroundings,
): ConsolePlan {
  const pool = openPool(settings, connectionString);
  const controller = new AbortController();
  const options = { ...surroundings, signal: controller.signal };
  const { port, settled } = createPlanPort(pool, planSettings(settings), options);
  const stop = async (): Promise<void> => {
    controller.abort();
    await settled();
    await pool.end();
  };
  return { port, stop };
}

/** Its own: a computation, or a decision on half a million operations, keeps no page waiting. */
function openPool({ database }: Settings, connectionString: string): Pool {
  return createPool(
    {
      connectionString,
      // Two for a computation, two for a decision, the others for pages.
      max: 8,
      statementTimeoutMs: database.requeteMaxSecondes * 1_000,
      applicationName: 'annuaire-sante-sync console',
    },
    () => undefined,
  );
}

const busyTriesMax = 40;
const busyDelayMs = 250;
const computeWaitMs = 8_000;

/** What is on its way is told as it was this long ago at most. */
const resumeFreshMs = 15_000;
const overtakingFreshMs = 5_000;

export function createPlanPort(
  pool: Pool,
  settings: PlanSettings,
  { now, report, signal }: Surroundings & { readonly signal: AbortSignal },
): { readonly port: PlanPort; readonly settled: () => Promise<void> } {
  const resumes = new Recent<ResumePlan>(resumeFreshMs, now);
  const overtakings = new Recent<string | undefined>(overtakingFreshMs, now);
  const previsions = new Recent<PrevisionPlan>(overtakingFreshMs, now);
  const calcul = new Calcul(pool, settings, { now, report, signal });
  const port: PlanPort = {
    quatreYeux: settings.quatreYeux,
    findPlan: () => findPlanInForce(pool),
    summarize: async (plan) => {
      const version = `${plan.id} ${await versionOfPlan(pool)}`;
      return resumes.get(version, () => summarize(pool, plan));
    },
    findOvertaking: async (plan) => {
      const version = `${plan.id} ${await versionOfPlan(pool)}`;
      return overtakings.get(version, () =>
        transaction(pool, (client) => findOvertaking(client, settings, plan, now())),
      );
    },
    foresee: async (intention, vu) => {
      const predict = (): Promise<PrevisionPlan> =>
        foresee(pool, settings, { ...intention, now: now() }, vu);
      if (vu !== undefined) return predict();
      // Half a million operations are not counted again for a page reloaded: a decision always counts them.
      const version = `${await versionOfPlan(pool)} ${JSON.stringify(intention)}`;
      return previsions.get(version, predict);
    },
    confirm: (confirmation) => confirmPatiently(pool, settings, confirmation, now, signal),
    compute: () => calcul.start(),
    etatCalcul: () => calcul.etat,
  };
  return { port, settled: () => calcul.settled() };
}

async function summarize(pool: Pool, plan: Plan): Promise<ResumePlan> {
  // Each reads up to half a million rows: side by side, they take the time of one.
  const [operations, retenues, approbationsDepassees] = await Promise.all([
    countOperations(pool, plan.id, undefined),
    countRetenues(pool, plan.id, undefined),
    countOvertakenApprovals(pool, plan.id, undefined),
  ]);
  return { operations, retenues, approbationsDepassees };
}

/** Another decision is a matter of seconds: a person who clicked twice is not told to come back. */
async function confirmPatiently(
  pool: Pool,
  settings: PlanSettings,
  confirmation: ConfirmationPlan,
  now: () => Date,
  signal: AbortSignal,
): Promise<IssuePlan> {
  for (let essai = 1; ; essai += 1) {
    const issue = await confirmOnce(pool, settings, confirmation, now());
    if (issue.kind !== 'busy' || essai >= busyTriesMax || signal.aborted) return issue;
    await delay(busyDelayMs, undefined, { signal }).catch(() => undefined);
  }
}

async function confirmOnce(
  pool: Pool,
  settings: PlanSettings,
  confirmation: ConfirmationPlan,
  now: Date,
): Promise<IssuePlan> {
  try {
    return await confirm(pool, settings, { ...confirmation, now });
  } catch (error) {
    if (error instanceof AppError) {
      return { kind: 'refusee', code: error.code, message: error.message };
    }
    throw error;
  }
}

/** One computation at a time in this process; another process that computes is waited for as well. */
class Calcul {
  readonly #pool: Pool;
  readonly #settings: PlanSettings;
  readonly #surroundings: Surroundings & { readonly signal: AbortSignal };
  #etat: EtatCalcul = { kind: 'repos' };
  #running: Promise<void> | undefined;

  constructor(
    pool: Pool,
    settings: PlanSettings,
    surroundings: Surroundings & { readonly signal: AbortSignal },
  ) {
    this.#pool = pool;
    this.#settings = settings;
    this.#surroundings = surroundings;
  }

  get etat(): EtatCalcul {
    return this.#etat;
  }

  async start(): Promise<EtatCalcul> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    const controller = new AbortController();
    await Promise.race([
      this.#running,
      delay(computeWaitMs, undefined, { signal: controller.signal }).catch(() => undefined),
    ]);
    controller.abort();
    return this.#etat;
  }

  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { now, report, signal } = this.#surroundings;
    this.#etat = { kind: 'en-cours', depuis: now() };
    try {
      await computePlan(this.#pool, this.#settings, { now: now(), signal }, silentProgress);
      this.#etat = { kind: 'repos' };
    } catch (error) {
      this.#etat = { kind: 'echec', message: explain(error) };
      if (!(error instanceof AppError) && !signal.aborted) {
        report(`Plan non recalculé depuis la console : ${messageOf(error)}`);
      }
    }
  }
}

function explain(error: unknown): string {
  return error instanceof AppError
    ? error.message
    : 'Le calcul a échoué. Le plan en vigueur reste le même ; le journal du service dit pourquoi.';
}
