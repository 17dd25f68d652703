// One request, with the looks that it takes before and after: what is not known is read, never guessed.
import {
  adresseDe,
  porteurDe,
  type BalAPublier,
  type BalLue,
  type FeedOperation,
} from '../../domain/feed-operation.js';
import type { ClaimedOperation } from '../../store/feed-outbox.js';
import type { AttemptRecord, Settlement } from '../../store/feed-settle.js';
import type { FeedClient, Rejected, Unavailable } from '../feed-client.js';
import type { PushSettings } from '../feed-settings.js';
import { isToBeReadBack, piecesOf, type Unit } from './chain.js';
import { checkAccepted, type AcceptedAnswer } from './check-accepted.js';
import type { Clock } from './clock.js';
import { Conversation } from './conversation.js';
import { champsDe, findBal, judgeBal, judgeOperation } from './evidence.js';
import type { Pace } from './pace.js';
import {
  settlementOf,
  signalOf,
  verdictOnRejected,
  verdictOnUnavailable,
  type ChannelSignal,
  type Verdict,
} from './verdict.js';

export type SendTools = {
  readonly client: FeedClient;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly random: () => number;
  readonly settings: PushSettings;
  readonly signal: AbortSignal | undefined;
  readonly isProbe: boolean;
};

export type Sent =
  /** One settlement for each operation of the unit. */
  | {
      readonly kind: 'settled';
      readonly settlements: readonly Settlement[];
      readonly signal: ChannelSignal;
      readonly callCount: number;
    }
  /** Several BAL were refused together: each is to be sent alone, so that only the guilty one is refused. */
  | { readonly kind: 'split'; readonly pieces: readonly Unit[]; readonly callCount: number };

export async function sendUnit(unit: Unit, tools: SendTools): Promise<Sent> {
  const talk = new Conversation(tools.client, tools.clock, tools.pace, tools.signal);
  const outcome = await converse(unit, talk, tools);
  const callCount = talk.records.length;
  if (outcome.kind === 'split') return { kind: 'split', pieces: piecesOf(unit), callCount };
  const context = { ...tools, now: tools.clock.now() };
  const settlements = unit.map((claimed, index) =>
    settlementOf(
      claimed,
      outcome.verdicts.get(claimed.id) ?? outcome.common,
      recordsFor(index, talk.records),
      context,
    ),
  );
  return { kind: 'settled', settlements, signal: outcome.signal, callCount };
}

/** The text of a request shared by several operations is kept once. */
function recordsFor(index: number, records: readonly AttemptRecord[]): readonly AttemptRecord[] {
  return index === 0
    ? records
    : records.map((record) => ({ ...record, request: undefined, response: undefined }));
}

type Outcome =
  | {
      readonly kind: 'settled';
      /** Of those that `verdicts` does not name. */
      readonly common: Verdict;
      readonly verdicts: ReadonlyMap<number, Verdict>;
      readonly signal: ChannelSignal;
    }
  | { readonly kind: 'split' };

const answered: ChannelSignal = { kind: 'answered' };
const accepted: Verdict = { kind: 'accepted' };

function settled(common: Verdict, signal: ChannelSignal = answered): Outcome {
  return { kind: 'settled', common, verdicts: new Map(), signal };
}

async function converse(unit: Unit, talk: Conversation, tools: SendTools): Promise<Outcome> {
  const asked = [unit[0].operation, ...unit.slice(1).map(({ operation }) => operation)] as const;
  if (!unit.some(isToBeReadBack)) return sendOperations(unit, asked, talk, tools);
  const back = await lookBack(unit, asked, talk, tools);
  return back.kind === 'send' ? sendOperations(unit, back.operations, talk, tools) : back.outcome;
}

type Operations = readonly [FeedOperation, ...FeedOperation[]];

type LookedBack =
  | { readonly kind: 'known'; readonly outcome: Outcome }
  | { readonly kind: 'send'; readonly operations: Operations };

/** Before an operation of unknown outcome is repeated: an insert sent twice could publish a BAL twice. */
async function lookBack(
  unit: Unit,
  asked: Operations,
  talk: Conversation,
  { client }: SendTools,
): Promise<LookedBack> {
  const last = asked.at(-1) ?? asked[0];
  const isContradicted = unit.some(({ lastCode }) => lastCode === 'REPONSE_CONTREDITE');
  const isSafeToRepeat = asked.every(({ kind }) => kind !== 'insert') && !isContradicted;
  const bal = last.kind === 'delete' ? unit[0].bal : last.bal;
  const canBeShown = bal ? client.canShow(bal) : !unit[0].listeRouge;
  if (isSafeToRepeat || !canBeShown) return { kind: 'send', operations: asked };
  const answer = await talk.read(adresseDe(last), porteurDe(last));
  if (answer.kind === 'rejected' || answer.kind === 'unavailable') {
    return { kind: 'known', outcome: notReadable(answer) };
  }
  const bals = answer.kind === 'found' ? answer.bals : [];
  if (judgeOperation(bals, last).kind === 'as-asked') {
    return { kind: 'known', outcome: settled(alreadyDone(last)) };
  }
  return { kind: 'send', operations: whatIsLeft(asked, last, bals) };
}

function alreadyDone(operation: FeedOperation): Verdict {
  return operation.kind === 'delete'
    ? {
        kind: 'accepted',
        code: 'DEJA_ABSENTE',
        message: 'La lecture montre que la BAL n’y est plus.',
      }
    : {
        kind: 'accepted',
        code: 'DEJA_PUBLIEE',
        message: 'La lecture montre la BAL telle que demandée.',
      };
}

/** A change of type whose delete was carried out needs its insert only; an insert carried out otherwise, a replace. */
function whatIsLeft(asked: Operations, last: FeedOperation, bals: readonly BalLue[]): Operations {
  if (last.kind !== 'insert') return asked;
  const lue = findBal(bals, last.bal.adresse);
  if (!lue) return [last];
  const isTypeWrong = lue.typeBal !== undefined && lue.typeBal !== last.bal.typeBal;
  return isTypeWrong && asked.length > 1 ? asked : [asReplace(last.bal)];
}

function asReplace(bal: BalAPublier): FeedOperation {
  return { kind: 'replace', bal, champs: champsDe(bal) };
}

/** A look that failed proves nothing: the outcome stays as unknown as it was. */
function notReadable(answer: Rejected | Unavailable): Outcome {
  if (answer.kind === 'unavailable') return settled(verdictOnUnavailable(answer), signalOf(answer));
  const verdict = verdictOnRejected(answer);
  if (verdict.kind === 'stopped') return settled(verdict, signalOf(answer));
  return settled({
    kind: 'retry',
    code: 'LECTURE_REFUSEE',
    message: `La lecture qui dirait si l’opération a eu lieu est refusée : ${answer.message}`,
    isOutcomeUnknown: true,
  });
}

async function sendOperations(
  unit: Unit,
  operations: Operations,
  talk: Conversation,
  tools: SendTools,
): Promise<Outcome> {
  const answer = await talk.patch({ porteur: porteurDe(operations[0]), operations });
  if (answer.kind === 'accepted') {
    return believed(unit, { operations, bals: answer.bals, verdict: accepted }, talk, tools);
  }
  if (answer.kind === 'unavailable') return settled(verdictOnUnavailable(answer), signalOf(answer));
  const signal = signalOf(answer);
  if (signal.kind !== 'stopped' && answer.cause !== 'server-error' && piecesOf(unit).length > 1) {
    return { kind: 'split' };
  }
  const [only] = operations;
  if (operations.length === 1 && answer.cause === 'unprocessable' && only.kind === 'insert') {
    return alreadyThere(unit, only.bal, talk, tools);
  }
  if (unit.length === 1 && answer.cause === 'not-found' && only.kind === 'delete') {
    return perhapsGone(unit[0], only, answer, talk, tools);
  }
  return settled(verdictOnRejected(answer), signal);
}

/** An insert refused because the address is there: done if it is as asked, otherwise replaced by what is asked. */
async function alreadyThere(
  unit: Unit,
  bal: BalAPublier,
  talk: Conversation,
  tools: SendTools,
): Promise<Outcome> {
  const done: Verdict = {
    kind: 'accepted',
    code: 'DEJA_PUBLIEE',
    message: 'L’Annuaire avait déjà cette BAL.',
  };
  if (tools.client.canShow(bal)) {
    const answer = await talk.read(bal.adresse, bal.porteur);
    if (answer.kind === 'rejected' || answer.kind === 'unavailable') return notReadable(answer);
    if (answer.kind === 'found' && judgeBal(answer.bals, bal).kind === 'as-asked')
      return settled(done);
  } else if (unit.some(({ isOutcomeUnknown }) => isOutcomeUnknown)) {
    return settled(done);
  }
  const replace = asReplace(bal);
  const answer = await talk.patch({ porteur: bal.porteur, operations: [replace] });
  if (answer.kind === 'accepted') {
    const verdict: Verdict = {
      kind: 'accepted',
      code: 'REMPLACEE',
      message:
        'L’Annuaire avait déjà cette BAL, autrement : elle a été remplacée par les valeurs demandées.',
    };
    return believed(unit, { operations: [replace], bals: answer.bals, verdict }, talk, tools);
  }
  if (answer.kind === 'unavailable') return settled(verdictOnUnavailable(answer), signalOf(answer));
  return settled(verdictOnRejected(answer), signalOf(answer));
}

/** 404 on a delete: the BAL is gone, or the porteur is not known. Only a look tells. */
async function perhapsGone(
  claimed: ClaimedOperation,
  operation: FeedOperation,
  refusal: Rejected,
  talk: Conversation,
  { client }: SendTools,
): Promise<Outcome> {
  const held = verdictOnRejected(refusal);
  const canBeShown = claimed.bal ? client.canShow(claimed.bal) : !claimed.listeRouge;
  if (!canBeShown) return settled(held);
  const answer = await talk.read(adresseDe(operation), porteurDe(operation));
  if (answer.kind === 'unavailable') return settled(verdictOnUnavailable(answer), signalOf(answer));
  if (answer.kind === 'rejected') {
    // A server that fails says nothing about the porteur: only the look is to be made again.
    return answer.cause === 'server-error' ? notReadable(answer) : settled(held, signalOf(answer));
  }
  const isGone = answer.kind === 'absent' || !findBal(answer.bals, adresseDe(operation));
  return settled(isGone ? alreadyDone(operation) : held);
}

async function believed(
  unit: Unit,
  answer: AcceptedAnswer,
  talk: Conversation,
  { client }: SendTools,
): Promise<Outcome> {
  const verdicts = await checkAccepted(unit, answer, talk, client);
  return { kind: 'settled', common: answer.verdict, verdicts, signal: answered };
}
