// « push »: sends what was approved, and « push status | show | replay | cancel » for what did not go through.
import type { Command } from 'commander';
import type { ConfirmSummary } from '../feed/confirm.js';
import { push, type PushOptions } from '../feed/push/push.js';
import type { PushSummary } from '../feed/push/summary.js';
import {
  countStates,
  findNextDue,
  findPlanInForce,
  type PlanInForce,
} from '../store/feed-queue.js';
import { parseMinutes } from './option-values.js';
import { print, runWithProgram, type CommandContext } from './context.js';
import { suivreDemandes } from './demandes-suivi.js';
import { confirmWith, databaseClock, pacedClient, pusherName, realOutbox } from './feed-run.js';
import { marqueSupervise } from '../processus/supervise.js';
import type { OpenProgram } from './program.js';
import { dryRun } from './push-dry-run.js';
import { registerPushQueue } from './push-queue.js';
import { describePush } from './push-result.js';
import { assertPresentKnown } from './push-retenu.js';
import { tracer } from './tracer.js';

type Options = {
  readonly dryRun: boolean;
  readonly jusquAuBout: boolean;
  readonly dureeMax: number;
};

/** What is in flight when a stop is asked for gets this long. */
const graceMs = 15_000;
/** A daemon ends within 10 seconds. */
const supervisedGraceMs = 5_000;

export function registerPush(program: Command, context: CommandContext): void {
  const command = program
    .command('push')
    .description("envoie à l'Annuaire ce qui est approuvé")
    .option(
      '--dry-run',
      'écrit exactement ce qui partirait, sans rien envoyer ni rien changer',
      false,
    )
    .option(
      '--jusqu-au-bout',
      'attend les nouvelles tentatives et les pauses, jusqu’à ce qu’il ne reste rien à envoyer',
      false,
    )
    .option(
      '--duree-max <minutes>',
      'avec --jusqu-au-bout : s’arrête après ce temps',
      parseMinutes,
      1_440,
    )
    .addHelpText(
      'after',
      `
Codes de sortie : 0 fait (des reprises peuvent rester, dites à la fin) ; 1 canal arrêté ou en pause, ou opérations qui
demandent une décision ; 3 rien d'approuvé, et une garde retient le plan.

Exemples :
  annuaire-sync push --dry-run                          ce qui partirait
  annuaire-sync push --jusqu-au-bout
  annuaire-sync push status                             la file, et ce qui n'est pas passé
  annuaire-sync push replay 451 452`,
    )
    .action(async (options: Options, self: Command) => {
      await runWithProgram(context, self, (open) =>
        options.dryRun ? dryRun(context, open) : pushAll(context, open, options),
      );
    });
  registerPushQueue(command, context);
}

export type PushResult = PushSummary & {
  readonly confirmation: ConfirmSummary | undefined;
  /** Approved, or to be sent again. */
  readonly remainingCount: number;
  readonly nextDueAt: Date | undefined;
  readonly plan: PlanInForce | undefined;
  /** By the database's clock, as every date of the queue. */
  readonly endedAt: Date;
};

async function pushAll(
  context: CommandContext,
  open: OpenProgram,
  options: Options,
): Promise<void> {
  const result = await runPush(context, open, options);
  context.setExitCode(exitCodeOf(result));
  print(context, open.isJson, result, () => describePush(result));
}

export function runPush(
  context: CommandContext,
  open: OpenProgram,
  options: Pick<Options, 'jusquAuBout' | 'dureeMax'>,
): Promise<PushResult> {
  const { jusquAuBout, dureeMax } = options;
  return tracer(
    { ...context, pool: open.pool },
    { action: 'envoi', genre: 'programme', requete: { jusquAuBout, dureeMax } },
    () => pushOnce(context, open, options),
    (result) =>
      isIdle(result)
        ? undefined
        : {
            issue:
              (['reussite', 'echec', 'refus', 'refus'] as const)[exitCodeOf(result)] ?? 'echec',
            reponse: { ...result, failures: result.failures.length, plan: result.plan?.id },
          },
  );
}

/** Most runs find nothing to send, every five minutes: those are not traced. */
function isIdle(result: PushResult): boolean {
  const { callCount, takenOverCount, confirmation } = result;
  const confirmed = (confirmation?.byExtractionCount ?? 0) + (confirmation?.byReadingCount ?? 0);
  return exitCodeOf(result) === 0 && callCount + takenOverCount + confirmed === 0;
}

async function pushOnce(
  context: CommandContext,
  open: OpenProgram,
  options: Pick<Options, 'jusquAuBout' | 'dureeMax'>,
): Promise<PushResult> {
  const { surroundings } = context;
  await assertPresentKnown(open, surroundings);
  const clock = await databaseClock(open.pool);
  const outbox = realOutbox(open.pool);
  const client = pacedClient(open, clock);
  try {
    const total = await outbox.countDue(clock.now());
    open.progress.step({ label: 'Envoi à l’Annuaire', total, unit: 'opérations' });
    const summary = await push(outbox, client, {
      ...pushOptions(context, open, options),
      settings: open.settings.alimentation.push,
      clock,
    });
    open.progress.end();
    // A refused or silent channel would refuse these reads too.
    const isQuiet =
      summary.stop !== undefined || summary.pause !== undefined || summary.isInterrupted;
    const confirmation = isQuiet
      ? undefined
      : await confirmWith(open.pool, open.settings, client, clock, surroundings.signal);
    await suivreDemandes(open, surroundings);
    return await resultOf(open, summary, confirmation, clock.now());
  } finally {
    await client.close();
  }
}

function pushOptions(
  { surroundings }: CommandContext,
  open: OpenProgram,
  options: Pick<Options, 'jusquAuBout' | 'dureeMax'>,
): Omit<PushOptions, 'settings' | 'clock'> {
  return {
    pusher: pusherName(),
    random: Math.random,
    signal: surroundings.signal,
    isPatient: options.jusquAuBout,
    durationMsMax: options.dureeMax * 60_000,
    graceMs: surroundings.env[marqueSupervise] === undefined ? graceMs : supervisedGraceMs,
    onProgress: (tally) => open.progress.update(tally.doneCount),
    onNotice: (message) => {
      if (!open.isJson) surroundings.err.write(`\n${message}\n`);
    },
  };
}

async function resultOf(
  open: OpenProgram,
  summary: PushSummary,
  confirmation: ConfirmSummary | undefined,
  endedAt: Date,
): Promise<PushResult> {
  const states = await countStates(open.pool);
  const remainingCount = states
    .filter(({ state }) => state === 'approved' || state === 'retry' || state === 'sending')
    .reduce((sum, { count }) => sum + count, 0);
  return {
    ...summary,
    confirmation,
    remainingCount,
    nextDueAt: await findNextDue(open.pool),
    plan: await findPlanInForce(open.pool),
    endedAt,
  };
}

/** docs/alimentation.md, « Codes de sortie ». */
export function exitCodeOf(result: PushResult): number {
  const isCutShort = result.stop ?? result.pause;
  if (isCutShort || result.isInterrupted || result.deadCount + result.heldCount > 0) return 1;
  const { insert, replace, delete: deleted } = result.accepted;
  const isIdle = insert + replace + deleted === 0 && result.remainingCount === 0;
  return isIdle && result.plan?.etat === 'bloque' && result.plan.plannedCount > 0 ? 3 : 0;
}
