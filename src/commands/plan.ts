// « plan show | approve | reject »: what would be told to the Annuaire, and who decides.
import { InvalidArgumentError, type Command } from 'commander';
import { auteurAutomatique, estMemeAuteur } from '../domain/auteur.js';
import type { ChoixOperations } from '../domain/choix-plan.js';
import { kindsOperation, type KindOperation } from '../domain/feed-operation.js';
import { motifsOperation, type MotifPlan } from '../domain/plan.js';
import { parseRaison, raisonMax, raisonMin } from '../domain/raison.js';
import { AppError, RefusedError, UsageError } from '../errors.js';
import { refuseWriting } from '../db/read-only.js';
import { approve, reject } from '../plan/decide.js';
import { printable } from '../report/layout.js';
import { writePlan } from '../report/plan.js';
import {
  authorOf,
  globalOptions,
  print,
  runWithProgram,
  type CommandContext,
  runReading,
} from './context.js';
import { correlationOf } from './correlation.js';
import { parseCount } from './option-values.js';
import { describeApproval, describeRejection } from './plan-result.js';
import type { OpenProgram } from './program.js';
import { planSettings } from './source-settings.js';
import { tracer, tracerLecture } from './tracer.js';
import {
  computePlanTraced,
  traceOfApproval,
  traceOfRejection,
  traceOfRequest,
} from './plan-trace.js';
import { writeTo } from './write-to.js';

const formats = ['table', 'csv', 'json'] as const;

type ShowOptions = {
  readonly domaine?: string;
  readonly detail: boolean;
  readonly format?: (typeof formats)[number];
  readonly exemples: number;
  readonly recalculer: boolean;
};

type DecisionOptions = {
  readonly tout: boolean;
  readonly domaine?: string;
  readonly kind?: KindOperation;
  readonly motif?: MotifPlan;
  readonly adresse?: string;
  readonly operation?: readonly string[];
  readonly plan?: number;
  readonly auteur?: string;
  readonly override?: string;
  readonly motifDuRefus?: string;
};

export function registerPlan(program: Command, context: CommandContext): void {
  const plan = program
    .command('plan')
    .description("ce qui serait transmis à l'Annuaire : le lire, l'approuver, l'écarter");
  registerShow(plan, context);
  registerApprove(plan, context);
  registerReject(plan, context);
}

function registerShow(plan: Command, context: CommandContext): void {
  plan
    .command('show', { isDefault: true })
    .description('le plan en vigueur, recalculé si quelque chose a changé')
    .option('--domaine <domaine>', 'un domaine seulement')
    .option('--detail', 'toutes les opérations et toutes les retenues', false)
    .option(
      '--format <format>',
      `${formats.join(', ')} (par défaut table, ou json avec --json)`,
      oneOf(formats),
    )
    .option('--exemples <n>', 'exemples de chaque sorte, au format table', parseCount, 3)
    .option('--recalculer', 'recalcule même si rien n’a changé', false)
    .action(async (options: ShowOptions, command: Command) => {
      const format = options.format ?? (globalOptions(command).json ? 'json' : 'table');
      await runReading(context, command, (open) => show(context, open, format, options));
    });
}

async function show(
  context: CommandContext,
  open: OpenProgram,
  format: (typeof formats)[number],
  options: ShowOptions,
): Promise<void> {
  const { surroundings } = context;
  const now = surroundings.now();
  const fault = await refresh(context, open, now, options.recalculer);
  const domaine = options.domaine?.trim().toLowerCase();
  const write = (): Promise<boolean> =>
    writePlan(
      open.pool,
      {
        ...{ format, domaine, now },
        isDetailed: options.detail,
        examplesMax: options.exemples,
        width: surroundings.out.columns ?? 100,
        avertissements:
          fault === undefined
            ? []
            : [`Ce plan n’a pas pu être recalculé, il ne peut pas être approuvé. ${fault.message}`],
      },
      writeTo(surroundings.out),
    );
  // A daemon computes a plan every day, and nobody reads what this shows of it.
  const isRead = correlationOf(surroundings.env) === undefined;
  const isShown =
    isRead && (format !== 'table' || options.detail)
      ? await tracerLecture(
          { surroundings, pool: open.pool },
          { action: 'consultation', requete: { liste: 'plan', format, domaine } },
          write,
          (isShown) => ({ issue: isShown ? 'reussite' : 'refus' }),
        )
      : await write();
  if (!isShown && fault) throw fault;
}

/** Why the plan could not be computed; the one in force, if any, is then shown as it is. */
async function refresh(
  context: CommandContext,
  open: OpenProgram,
  now: Date,
  isForced: boolean,
): Promise<AppError | undefined> {
  if (open.readOnly !== undefined) {
    return refuseWriting(
      open.readOnly,
      open.settings.database.noeudPrincipal,
      'Le calcul d’un plan',
    );
  }
  try {
    await computePlanTraced(context, open, { now, isForced });
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) return error;
    if (error instanceof AppError && error.code === 'PLAN_EN_COURS') return error;
    throw error;
  }
}

function withChoice(command: Command): Command {
  return command
    .option('--tout', 'toutes les opérations à décider', false)
    .option('--domaine <domaine>', 'celles d’un domaine')
    .option('--kind <sorte>', kindsOperation.join(', '), oneOf(kindsOperation))
    .option('--motif <code>', motifsOperation.join(', '), oneOf(motifsOperation))
    .option('--adresse <adresse>', 'celles d’une BAL')
    .option('--operation <n...>', 'celles qui portent ces numéros', parseNumbers)
    .option(
      '--plan <n>',
      'le numéro du plan lu : s’il a changé depuis, rien n’est décidé',
      parsePlan,
    )
    .option('--auteur <nom>', 'qui décide (par défaut : le compte du système)');
}

function registerApprove(plan: Command, context: CommandContext): void {
  withChoice(plan.command('approve'))
    .description('approuve ce que les options choisissent : ce sera envoyé')
    .option(
      '--override <raison>',
      'lève les gardes passées (avec --domaine : pour ce domaine), et garde la raison',
      parseReason,
    )
    .addHelpText(
      'after',
      `
Exemples :
  annuaire-sync plan approve --plan 12 --kind insert
  annuaire-sync plan approve --domaine chu.mssante.fr --override "transfert du domaine, ticket 4312"
  annuaire-sync plan approve --operation 451 452`,
    )
    .action(async (options: DecisionOptions, command: Command) => {
      const choix = choiceOf(options);
      if (!choix && options.override === undefined) throw noChoice('approve');
      await runWithProgram(context, command, async (open) => {
        const decision = { ...decisionOf(context, options), choix, override: options.override };
        const result = await tracer(
          { ...context, pool: open.pool },
          traceOfRequest(choix ? 'plan.approbation' : 'plan.levee', decision),
          () => approve(open.pool, planSettings(open.settings), decision, open.progress),
          traceOfApproval,
        );
        const json = { ...result, reprises: Object.fromEntries(result.reprises) };
        print(context, open.isJson, json, () => describeApproval(result));
      });
    });
}

function registerReject(plan: Command, context: CommandContext): void {
  withChoice(plan.command('reject'))
    .description(
      'écarte ce que les options choisissent : ce ne sera pas envoyé, ni reproposé à l’identique',
    )
    .requiredOption('--motif-du-refus <raison>', 'pourquoi ; gardé avec votre nom', parseReason)
    .action(async (options: DecisionOptions, command: Command) => {
      const choix = choiceOf(options);
      if (!choix) throw noChoice('reject');
      await runWithProgram(context, command, async (open) => {
        const decision = { ...decisionOf(context, options), choix, raison: options.motifDuRefus };
        const result = await tracer(
          { ...context, pool: open.pool },
          traceOfRequest('plan.rejet', decision),
          () => reject(open.pool, planSettings(open.settings), decision, open.progress),
          traceOfRejection,
        );
        print(context, open.isJson, result, () => describeRejection(result));
      });
    });
}

function decisionOf(
  { surroundings }: CommandContext,
  { plan, auteur }: DecisionOptions,
): { now: Date; auteur: string; planId: number | undefined; signal: AbortSignal } {
  const nom = (auteur ?? authorOf(surroundings)).trim();
  if (nom.length > 200 || estMemeAuteur(nom, '') || printable(nom) !== nom) {
    throw new UsageError('AUTEUR', '--auteur : un nom lisible de 1 à 200 caractères est attendu.');
  }
  if (estMemeAuteur(nom, auteurAutomatique)) {
    throw new UsageError('AUTEUR', '--auteur : ce nom est celui du réglage, pas d’une personne.');
  }
  return { now: surroundings.now(), auteur: nom, planId: plan, signal: surroundings.signal };
}

/** Undefined when nothing was chosen: « everything » must be said. */
function choiceOf(options: DecisionOptions): ChoixOperations | undefined {
  const { tout, domaine, kind, motif, adresse, operation } = options;
  const filters = [domaine, kind, motif, adresse, operation].filter((f) => f !== undefined);
  if (tout && filters.length > 0) {
    throw new UsageError('CHOIX', '--tout ne va pas avec un filtre : gardez l’un ou l’autre.');
  }
  if (!tout && filters.length === 0) return undefined;
  return {
    domaine: domaine?.trim().toLowerCase(),
    kind,
    motif,
    adresse: adresse?.trim().toLowerCase(),
    operations: operation,
  };
}

function noChoice(verb: string): UsageError {
  return new UsageError(
    'CHOIX',
    `plan ${verb} : dites quoi : --tout, ou --domaine, --kind, --motif, --adresse, --operation.`,
  );
}

function oneOf<T extends string>(values: readonly T[]): (text: string) => T {
  return (text) => {
    const found = values.find((value) => value.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`Valeurs : ${values.join(', ')}.`);
  };
}

function parsePlan(text: string): number {
  if (/^\d{1,9}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError('Numéro de plan attendu.');
}

/** « 451 452 » and « 451,452 »; commander gives them one by one. */
function parseNumbers(text: string, previous: readonly string[] | undefined): readonly string[] {
  const numbers = text.split(',').map((part) => part.trim());
  if (!numbers.every((part) => /^\d{1,18}$/u.test(part))) {
    throw new InvalidArgumentError('Numéros d’opérations attendus.');
  }
  const all = [...(previous ?? []), ...numbers];
  if (all.length > 10_000) {
    throw new InvalidArgumentError('10 000 numéros au plus : choisissez par un filtre.');
  }
  return all;
}

function parseReason(text: string): string {
  const reason = parseRaison(text);
  if (reason !== undefined) return reason;
  throw new InvalidArgumentError(
    `Une raison de ${raisonMin} à ${raisonMax.toLocaleString('fr-FR')} caractères est attendue.`,
  );
}
