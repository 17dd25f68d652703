// Computes the plan: what the Annuaire should be told, from the inventory, what is published and the open constats.
import { definitionMotif, motifsOperation } from '../domain/plan.js';
import { withAdvisoryLock } from '../db/advisory-lock.js';
import type { Client, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { AppError } from '../errors.js';
import type { Progress } from '../progress.js';
import { findPlanInForce, finishPlan, insertPlan, lockFeed, type Plan } from '../store/plan.js';
import { annoncerPlan } from './annoncer.js';
import { approveAutomatically } from './approve-alone.js';
import { evaluateGuards } from './guards.js';
import { measure } from './measure.js';
import type { PlanSettings } from './settings.js';
import { cotesSql } from './sql/cotes.js';
import { ecartsSql } from './sql/ecarts.js';
import {
  aboutiesSql,
  depasser,
  enchainerSql,
  garder,
  observer,
  proposer,
  retenuesParOperationSql,
} from './sql/fusion.js';
import { porteeSql, preparerSql, presumer } from './sql/portee.js';
import { retenuesSql } from './sql/retenues.js';
import { isOvertaken, isSameMonde, isSure, loadsOf, readMonde, type Monde } from './world.js';

export type PlanOptions = {
  /** The clock that ages are told by, and decisions dated. */
  readonly now: Date;
  /** Compute again even when nothing changed. */
  readonly isForced?: boolean;
  /** Stops between two statements; the plan in force stays. */
  readonly signal?: AbortSignal | undefined;
};

export type Computed = {
  readonly plan: Plan;
  /** False when the plan in force still says what is to be done. */
  readonly isNew: boolean;
};

/** A source put in service, a reconciliation or a deletion decided while the plan is computed starts it again. */
const essaisMax = 3;

/**
 * One transaction: until its commit, the last plan stays in force; a kill leaves it so. Pushers go on meanwhile, until
 * the operations are written: only then are they locked, and what was sent since the start is looked at.
 */
export async function computePlan(
  pool: Pool,
  settings: PlanSettings,
  options: PlanOptions,
  progress: Progress,
): Promise<Computed> {
  const locked = await withAdvisoryLock(pool, 'plan', async () => {
    for (let essai = 1; essai <= essaisMax; essai += 1) {
      const computed = await transaction(pool, (client) =>
        computeOnce(client, settings, options, progress),
      ).catch((error: unknown) => {
        if (error instanceof MondeChange) return undefined;
        throw error;
      });
      if (computed) return computed;
    }
    throw new AppError(
      'PLAN_SOURCES_MOUVANTES',
      'Les sources ont changé pendant chaque calcul du plan : attendez la fin des chargements et des rapprochements, puis relancez la commande.',
    );
  });
  if (locked.kind === 'done') return locked.value;
  throw new AppError(
    'PLAN_EN_COURS',
    'Un plan est déjà en cours de calcul ou de décision sur cette base : attendez sa fin, puis relancez la commande.',
  );
}

/** Thrown to roll back what was computed from a world that is no more. */
class MondeChange extends Error {}

async function computeOnce(
  client: Client,
  settings: PlanSettings,
  options: PlanOptions,
  progress: Progress,
): Promise<Computed> {
  const previous = await findPlanInForce(client);
  const monde = await readMonde(client, settings, options.now);
  if (previous && options.isForced !== true && !(await isOvertaken(client, previous, monde))) {
    return { plan: previous, isNew: false };
  }
  progress.step({ label: 'Calcul du plan', total: undefined, unit: 'lignes' });
  let done = 0;
  const run = async (text: string, values?: unknown[]): Promise<void> => {
    options.signal?.throwIfAborted();
    await client.query(text, values);
    progress.update((done += 1));
  };
  await prepare(client, settings, monde);
  for (const text of preparerSql) await run(text);
  if (!previous && settings.premierPlan === 'presumer') {
    await run(presumer, [options.now]);
    await run('analyze publication_connue');
  }
  for (const text of [observer, ...porteeSql, ...cotesSql, ...ecartsSql]) await run(text);
  await lockFeed(client);
  if (!isSameMonde(monde, await readMonde(client, settings, options.now))) throw new MondeChange();
  for (const text of [...aboutiesSql, ...retenuesParOperationSql]) await run(text);
  const planId = await insertPlan(client, {
    computedAt: options.now,
    reconcileRunId: monde.run.id,
    loads: loadsOf(monde),
    settingsFingerprint: monde.settingsFingerprint,
    suppressionsFingerprint: monde.suppressionsFingerprint,
  });
  await merge(run, planId, options.now);
  await judge(client, planId, settings, monde, options.now);
  progress.end();
  const plan = await findPlanInForce(client);
  if (!plan) throw new Error('the plan just computed is not in force');
  await annoncerPlan(client, plan, options.now);
  return { plan, isNew: true };
}

async function prepare(client: Client, settings: PlanSettings, monde: Monde): Promise<void> {
  await client.query(
    `select set_config('work_mem', '192MB', true), set_config('jit', 'off', true),
       set_config('statement_timeout', '0', true), set_config('timezone', 'UTC', true),
       set_config('seq_page_cost', '0.05', true), set_config('random_page_cost', '0.05', true)`,
  );
  await client.query(
    `create temp table domaine_plan (nom text collate "C" primary key) on commit drop`,
  );
  await client.query(
    `insert into domaine_plan select distinct lower(nom) from unnest($1::text[]) d (nom)`,
    [settings.domaines],
  );
  await client.query('analyze domaine_plan');
  await client.query(`create temp table reglage_plan (motif_adresse text,
    extraction_le timestamptz, inventaire_sur boolean, inventaire_partiel boolean,
    bals_sures boolean, liste_blanche_sure boolean) on commit drop`);
  await client.query(
    `insert into reglage_plan values ($1::text, $2::timestamptz, $3::boolean, $4::boolean,
       $5::boolean, $6::boolean)`,
    [
      settings.motifAdresse,
      monde.bals.load.genereLe ?? monde.bals.load.loadedAt,
      isSure(monde.inventaire),
      monde.inventaire.rejectedCount > settings.gardes.inventaireRejetsMax,
      isSure(monde.bals),
      isSure(monde.listeBlanche),
    ],
  );
}

async function merge(
  run: (text: string, values?: unknown[]) => Promise<void>,
  planId: number,
  now: Date,
): Promise<void> {
  const exigences = motifsOperation.map((motif) => definitionMotif(motif).exigence);
  await run(depasser);
  await run(garder, [planId, motifsOperation, exigences]);
  await run(proposer, [planId, motifsOperation, exigences, now]);
  await run('analyze feed_operation');
  for (const text of enchainerSql) await run(text);
  await run('analyze operation_voulue');
  for (const text of retenuesSql) await run(text, [planId]);
}

/** The guards, then what the settings approve by themselves. */
async function judge(
  client: Client,
  planId: number,
  settings: PlanSettings,
  monde: Monde,
  now: Date,
): Promise<void> {
  const mesures = await measure(client, planId, settings, monde, now);
  const gardes = evaluateGuards(mesures, settings.gardes);
  await finishPlan(client, planId, gardes);
  await approveAutomatically(client, planId, gardes, settings, now);
}
