// « push status | show | replay | cancel »: the queue, one operation, and decisions about what did not go through.
import { InvalidArgumentError, type Command } from 'commander';
import { feedStates, libellesEtat } from '../domain/feed-state.js';
import { transaction } from '../db/transaction.js';
import { AppError, UsageError } from '../errors.js';
import { findChannel } from '../store/feed-channel.js';
import { countConfirmations } from '../store/feed-confirm.js';
import type { Selection } from '../store/feed-choix.js';
import { decideOperations, type Decision, type DecisionResult } from '../store/feed-decision.js';
import {
  countStates,
  countWaitingForAnother,
  findOperation,
  listStuck,
  type OperationDetail,
} from '../store/feed-queue.js';
import { authorOf, print, runWithProgram, type CommandContext, runReading } from './context.js';
import type { OpenProgram } from './program.js';
import { nombre } from './push-result.js';
import { formatDate } from './format-date.js';
import { tracer } from './tracer.js';

const stuckShownMax = 50;

export function registerPushQueue(push: Command, context: CommandContext): void {
  push
    .command('status')
    .description('la file : combien, depuis quand, ce qui n’est pas passé et pourquoi')
    .action(async (_options: unknown, command: Command) => {
      await runReading(context, command, async (open) => {
        const status = await readQueue(open);
        print(context, open.isJson, status, () => describeQueue(status));
      });
    });
  push
    .command('show')
    .argument('<numero>', 'numéro de l’opération', parseId)
    .description('une opération : ses tentatives, ce qui a été envoyé et répondu')
    .action(async (id: number, _options: unknown, command: Command) => {
      await runReading(context, command, async (open) => {
        const operation = await findOperation(open.pool, id);
        if (!operation)
          throw new AppError(
            'OPERATION_INCONNUE',
            `L’opération ${id} n’existe pas : « annuaire-sync push status » donne les numéros.`,
          );
        print(context, open.isJson, operation, () => describeOperation(operation));
      });
    });
  registerDecision(push, context, 'replay', 'renvoie des opérations refusées ou retenues');
  registerDecision(push, context, 'cancel', 'renonce à des opérations qui ne sont pas parties');
}

type DecisionOptions = {
  readonly tout: boolean;
  readonly motif?: string;
  readonly code?: string;
  readonly auteur?: string;
  readonly raison?: string;
};

function registerDecision(
  push: Command,
  context: CommandContext,
  action: Decision['action'],
  description: string,
): void {
  const command = push
    .command(action)
    .argument('[numeros...]', 'numéros des opérations', collectIds)
    .description(description);
  if (action === 'replay') command.option('--tout', 'toutes', false);
  command
    .option('--motif <code>', 'celles qui ont ce motif (un code de constat)')
    .option('--code <code>', 'celles dont le dernier échec a ce code')
    .option('--auteur <nom>', 'qui décide (par défaut : le compte du système)')
    .option('--raison <texte>', 'pourquoi, pour la trace')
    .action(async (ids: number[] | undefined, options: DecisionOptions, self: Command) => {
      const decision: Decision = {
        action,
        selection: selectionOf(ids ?? [], options, action),
        author: options.auteur ?? authorOf(context.surroundings),
        reason: options.raison,
        now: context.surroundings.now(),
      };
      await runWithProgram(context, self, async (open) => {
        const result = await decide(context, open, decision);
        if (result.refused.length > 0) context.setExitCode(1);
        print(context, open.isJson, result, () => describeDecision(action, result));
      });
    });
}

function decide(
  { surroundings }: CommandContext,
  { pool }: OpenProgram,
  decision: Decision,
): Promise<DecisionResult> {
  const { action, author, selection, reason } = decision;
  return tracer(
    { pool, surroundings },
    {
      action: action === 'replay' ? 'envoi.rejeu' : 'envoi.annulation',
      auteur: author,
      requete: { choix: selection, raison: reason },
    },
    () => transaction(pool, (db) => decideOperations(db, decision)),
    ({ ids, refused }) => ({
      issue: refused.length > 0 ? 'refus' : 'reussite',
      objets: ids.map((id) => ({ genre: 'operation', id: String(id) })),
      reponse: { operations: ids.length, refusees: refused.slice(0, stuckShownMax) },
    }),
  );
}

function selectionOf(ids: readonly number[], options: DecisionOptions, action: string): Selection {
  const { tout, motif, code } = options;
  const isFiltered = tout || motif !== undefined || code !== undefined;
  if (ids.length > 0 && !isFiltered) return { kind: 'ids', ids };
  if (ids.length === 0 && isFiltered) return { kind: 'all', filtre: { motif, code } };
  throw new UsageError(
    'CHOIX_OPERATIONS',
    `Indiquez des numéros (« push ${action} 451 452 »), ou bien --motif ou --code${action === 'replay' ? ' ou --tout' : ''}.`,
  );
}

function describeDecision(action: Decision['action'], { ids, refused }: DecisionResult): string {
  const done =
    action === 'replay'
      ? `${nombre(ids.length)} opérations seront renvoyées au prochain « push »`
      : `${nombre(ids.length)} opérations annulées`;
  const list = ids.length > 0 && ids.length <= 20 ? ` : ${ids.join(', ')}` : '';
  return [
    `${ids.length > 0 ? '✓' : '!'} ${done}${list}`,
    ...refused.map(({ id, state }) =>
      state === undefined
        ? `! ${id} : cette opération n’existe pas`
        : `! ${id} : impossible dans son état (${etat(state)})`,
    ),
  ].join('\n');
}

function etat(state: string): string {
  const known = feedStates.find((one) => one === state);
  return known === undefined ? state : libellesEtat[known];
}

async function readQueue({ pool }: OpenProgram) {
  const [states, channel, stuck, confirmations, waitingForAnotherCount] = [
    await countStates(pool),
    await findChannel(pool),
    await listStuck(pool, stuckShownMax),
    await countConfirmations(pool),
    await countWaitingForAnother(pool),
  ];
  return { states, channel, stuck, confirmations, waitingForAnotherCount };
}

type Queue = Awaited<ReturnType<typeof readQueue>>;

function describeQueue({
  states,
  channel,
  stuck,
  confirmations,
  waitingForAnotherCount,
}: Queue): string {
  const rows = feedStates.flatMap((state) => {
    const found = states.find((one) => one.state === state);
    return found
      ? [
          `  ${libellesEtat[state].padEnd(36)}${nombre(found.count).padStart(9)}   la plus ancienne : ${formatDate(found.oldestAt)}`,
        ]
      : [];
  });
  const total = stuck.length === stuckShownMax ? ` (les ${stuckShownMax} dernières)` : '';
  return [
    ...(rows.length === 0 ? ['Aucune opération.'] : ['Opérations', ...rows]),
    ...(waitingForAnotherCount > 0
      ? [
          `  dont ${nombre(waitingForAnotherCount)} attendent une opération qui n’est pas approuvée ou n’est pas passée`,
        ]
      : []),
    ...(confirmations.unverifiableCount > 0
      ? [
          `  acceptées et non vérifiables (liste rouge, ou absentes de toute lecture) : ${nombre(confirmations.unverifiableCount)}`,
        ]
      : []),
    ...(confirmations.overtakenCount > 0
      ? [
          `  acceptées puis suivies d’une plus récente sur la même BAL : ${nombre(confirmations.overtakenCount)}`,
        ]
      : []),
    ...(channel.stop
      ? [
          `! Canal arrêté le ${formatDate(channel.stop.at)} (${channel.stop.code}) : ${channel.stop.message}`,
        ]
      : []),
    ...(channel.pausedUntil
      ? [
          `  Dernière pause du canal : jusqu’au ${formatDate(channel.pausedUntil)}. ${channel.pauseReason}`,
        ]
      : []),
    ...(stuck.length > 0 ? ['', `À décider${total}`] : []),
    ...stuck.map(
      ({ id, kind, state, adresse, code, message }) =>
        `  ${id} ${kind} ${adresse}, ${libellesEtat[state]} (${code ?? '?'})\n      ${message ?? ''}`,
    ),
  ].join('\n');
}

function describeOperation(operation: OperationDetail): string {
  const { id, kind, adresse, typeBal, porteurCle, state, motif, exigence } = operation;
  const dates = [
    ['créée', operation.createdAt],
    [`décidée par ${operation.decidedBy ?? '?'}`, operation.decidedAt],
    ['acceptée', operation.acceptedAt],
    [`confirmée par ${operation.confirmedBy ?? '?'}`, operation.confirmedAt],
    ['prochain envoi', operation.nextAttemptAt],
  ] as const;
  return [
    `Opération ${id} : ${kind} ${adresse} (${typeBal ?? 'type inconnu'}) sur ${porteurCle}`,
    `  ${libellesEtat[state]}, ${operation.attempts} envois, motif ${motif}, ${exigence}`,
    ...dates.flatMap(([label, date]) => (date ? [`  ${label} : ${formatDate(date)}`] : [])),
    ...(operation.claimedBy === undefined ? [] : [`  tenue par ${operation.claimedBy}`]),
    ...(operation.isOutcomeUnknown
      ? ['  un envoi est resté sans résultat connu : elle sera lue avant d’être renvoyée']
      : []),
    ...(operation.message === undefined ? [] : [`  ${operation.message}`]),
    ...operation.tentatives.flatMap((one) => [
      '',
      `Tentative ${one.attempt}, ${formatDate(one.startedAt)}, ${one.pusher} : ${one.outcome ?? ''} ${one.status ?? ''}`.trimEnd(),
      ...[one.message, one.request, one.response].flatMap((text) =>
        text === undefined ? [] : [indent(text)],
      ),
    ]),
  ].join('\n');
}

function indent(text: string): string {
  // What an answer holds must not drive the terminal of whoever reads it.
  const safe = text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
  return safe.replace(/^/gm, '    ');
}

function parseId(text: string): number {
  const id = Number(text);
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new InvalidArgumentError('numéro d’opération attendu');
}

function collectIds(text: string, previous: number[] | undefined): number[] {
  return [...(previous ?? []), parseId(text)];
}
