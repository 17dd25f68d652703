// Holds the inventory against the Annuaire and keeps what was found as constats.
import { catalogueConstats, type CodeConstat } from '../domain/constat.js';
import type { LoadSource } from '../domain/source.js';
import { withAdvisoryLock } from '../db/advisory-lock.js';
import type { Client, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { AppError, UsageError } from '../errors.js';
import type { Progress } from '../progress.js';
import { createConstatTrouve, mergeConstats } from '../store/constat.js';
import { publishEvenement } from '../store/evenement.js';
import { recordMesures } from '../store/mesure.js';
import { findLastRun, finishRun, insertRun, type ReconcileRun } from '../store/reconcile-run.js';
import { listLoadsInService, type SourceLoad } from '../store/source-load.js';
import { buildFaits } from './faits.js';
import { chooseMode, fillPortee } from './portee.js';
import { rules } from './rules/index.js';
import type { Rule } from './rules/rule.js';
import { assertSettings, fingerprintSettings, type ReconcileSettings } from './settings.js';

export type { DomaineDeclare, ReconcileSettings } from './settings.js';

export type ReconcileOptions = {
  /** The clock that verdicts are given by. */
  readonly now: Date;
  /** Look at everything again, whatever changed. */
  readonly full?: boolean;
  /** Stops between two statements; nothing is kept then. */
  readonly signal?: AbortSignal | undefined;
};

export type NotEvaluated = { readonly code: CodeConstat; readonly sources: readonly LoadSource[] };

export type ReconcileSummary = {
  readonly runId: number;
  readonly mode: 'full' | 'delta';
  /** BAL looked at. */
  readonly balCount: number;
  readonly openedCount: number;
  readonly changedCount: number;
  readonly closedCount: number;
  readonly openCount: number;
  /** Rules that a source never loaded keeps silent; their open constats stay as they are. */
  readonly notEvaluated: readonly NotEvaluated[];
};

/**
 * One transaction on one snapshot: a load that ends meanwhile is for the next run. Running it twice changes nothing.
 */
export async function reconcile(
  pool: Pool,
  settings: ReconcileSettings,
  options: ReconcileOptions,
  progress: Progress,
): Promise<ReconcileSummary> {
  assertSettings(settings);
  const locked = await withAdvisoryLock(pool, 'reconcile', () =>
    transaction(pool, (client) => runReconcile(client, settings, options, progress)),
  );
  if (locked.kind === 'done') return locked.value;
  throw new AppError(
    'RAPPROCHEMENT_EN_COURS',
    'Un autre rapprochement est en cours sur cette base : attendez sa fin, puis relancez la commande.',
  );
}

async function runReconcile(
  client: Client,
  settings: ReconcileSettings,
  options: ReconcileOptions,
  progress: Progress,
): Promise<ReconcileSummary> {
  await prepareTransaction(client);
  const fingerprint = fingerprintSettings(settings);
  const [previous, loads] = [await findLastRun(client), await listLoadsInService(client)];
  await fillReglage(client, settings, options.now, previous);
  const isDelta = !options.full && (await prepareDelta(client, previous, fingerprint, loads));
  const mode = isDelta ? 'delta' : 'full';
  progress.step({ label: 'Rapprochement', total: undefined, unit: 'lignes' });
  const runId = await insertRun(client, {
    startedAt: new Date(),
    judgedAt: options.now,
    mode,
    loads: Object.fromEntries(loads.map((load) => [load.source, load.id])),
    settingsFingerprint: fingerprint,
  });
  let done = 0;
  const tick = (): void => {
    options.signal?.throwIfAborted();
    progress.update((done += 1));
  };
  const hasIdentites = loads.some((load) => load.source === 'identites');
  const faits = await buildFaits(client, { isDelta, hasIdentites }, tick);
  const { evaluated, notEvaluated } = splitRules(loads);
  for (const rule of evaluated) {
    await client.query(`insert into constat_trouve (code, domaine, adresse, precision, type_bal, valeurs)
      ${rule.sql}`);
    tick();
  }
  const merge = await mergeConstats(client, {
    runId,
    now: options.now,
    codesFait: codesOf(evaluated, 'fait'),
    codesParc: codesOf(evaluated, 'parc'),
    isDelta,
  });
  const balCount = isDelta ? await countBals(client) : faits.balCount;
  await finishRun(client, runId, { ...merge, balCount, sitesAmbigus: faits.sitesAmbigus });
  await recordMesures(client, {
    runId,
    now: options.now,
    sources: new Set(loads.map((load) => load.source)),
    domaines: settings.domaines.map(({ nom }) => nom),
  });
  progress.end();
  const summary = { runId, mode, balCount: faits.balCount, ...merge, notEvaluated } as const;
  await announce(client, summary, options.now);
  return summary;
}

/** For the programs of the opérateur. */
async function announce(client: Client, summary: ReconcileSummary, now: Date): Promise<void> {
  await publishEvenement(
    client,
    {
      type: 'rapprochement.termine',
      cle: `rapprochement.termine:${summary.runId}`,
      donnees: {
        rapprochement: summary.runId,
        mode: summary.mode === 'full' ? 'complet' : 'partiel',
        balsExaminees: summary.balCount,
        constatsOuverts: summary.openCount,
        nouveaux: summary.openedCount,
        modifies: summary.changedCount,
        clos: summary.closedCount,
        nonEvalues: summary.notEvaluated.map(({ code }) => code),
      },
    },
    now,
  );
}

/** BAL in scope: those of the inventory, and those that are published only. */
async function countBals(client: Client): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `select (select coalesce(sum(nombre), 0) from parc_domaine)::integer
       + (select count(*) from constat
         where code = 'ORPHELINE_ANNUAIRE' and closed_run_id is null)::integer as n`,
  );
  return rows[0]?.n ?? 0;
}

async function prepareTransaction(client: Client): Promise<void> {
  // Every statement must see the same loads, or a verdict would mix two days. A small sample tells the planner enough
  // about the tables of facts, and analysing them with the usual one takes a quarter of the run.
  await client.query('set transaction isolation level repeatable read');
  // The tables are in memory: reading a page of them costs next to nothing beside the work on its rows.
  await client.query(
    `select set_config('work_mem', '192MB', true), set_config('jit', 'off', true),
       set_config('statement_timeout', '0', true), set_config('timezone', 'UTC', true),
       set_config('default_statistics_target', '10', true),
       set_config('enable_mergejoin', 'off', true),
       set_config('seq_page_cost', '0.05', true), set_config('random_page_cost', '0.05', true)`,
  );
}

// The national extractions are daily; a weekend without one is no fault.
const confirmationJoursMax = 7;

async function fillReglage(
  client: Client,
  settings: ReconcileSettings,
  now: Date,
  previous: ReconcileRun | undefined,
): Promise<void> {
  await client.query(`create temp table domaine_declare (nom text collate "C" primary key,
    structure_id text collate "C") on commit drop`);
  await client.query(
    `insert into domaine_declare
     select lower(nom), nullif(upper(structure), '') from unnest($1::text[], $2::text[]) d (nom, structure)`,
    [
      settings.domaines.map((domaine) => domaine.nom),
      settings.domaines.map((domaine) => domaine.structure ?? ''),
    ],
  );
  await client.query('analyze domaine_declare');
  await client.query(`create temp table reglage (aujourd_hui date, aujourd_hui_precedent date,
    inactive_avant timestamptz, inactivite_jours integer, motif_adresse text,
    confirmee_avant timestamptz, confirmation_jours integer) on commit drop`);
  await client.query(
    `insert into reglage select ($1::timestamptz at time zone 'Europe/Paris')::date,
       ($2::timestamptz at time zone 'Europe/Paris')::date,
       $1::timestamptz - $3::integer * interval '24 hours', $3::integer, $4::text,
       $1::timestamptz - $5::integer * interval '24 hours', $5::integer`,
    [
      now,
      previous?.judgedAt ?? null,
      settings.inactiviteJours,
      settings.motifAdresse,
      settings.confirmationJoursMax ?? confirmationJoursMax,
    ],
  );
  await createConstatTrouve(client);
  await assertMotif(client);
}

async function assertMotif(client: Client): Promise<void> {
  await client.query(`select '' ~ motif_adresse from reglage`).catch((error: unknown) => {
    throw new UsageError(
      'REGLAGE_MOTIF_ADRESSE',
      'reconcile.motifAdresse n’est pas une expression régulière valable : corrigez ce réglage.',
      error,
    );
  });
}

async function prepareDelta(
  client: Client,
  previous: ReconcileRun | undefined,
  fingerprint: string,
  loads: readonly SourceLoad[],
): Promise<boolean> {
  const mode = await chooseMode(client, previous, fingerprint, loads);
  return mode.kind === 'delta' && (await fillPortee(client, mode));
}

function splitRules(loads: readonly SourceLoad[]): {
  evaluated: Rule[];
  notEvaluated: NotEvaluated[];
} {
  const loaded = new Set<LoadSource>(loads.map((load) => load.source));
  const missing = (code: CodeConstat): LoadSource[] =>
    catalogueConstats[code].sources.filter((source) => !loaded.has(source));
  return {
    evaluated: rules.filter((rule) => missing(rule.codes[0]).length === 0),
    notEvaluated: rules.flatMap((rule) =>
      rule.codes.flatMap((code) => {
        const sources = missing(code);
        return sources.length === 0 ? [] : [{ code, sources }];
      }),
    ),
  };
}

function codesOf(evaluated: readonly Rule[], portee: Rule['portee']): CodeConstat[] {
  return evaluated.filter((rule) => rule.portee === portee).flatMap((rule) => [...rule.codes]);
}
