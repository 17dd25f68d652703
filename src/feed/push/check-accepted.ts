// A 200 is believed when the carrier that it returns holds what we sent, or when a look shows it.
import {
  adresseDe,
  porteurDe,
  type BalLue,
  type FeedOperation,
} from '../../domain/feed-operation.js';
import type { ClaimedOperation } from '../../store/feed-outbox.js';
import type { FeedClient } from '../feed-client.js';
import { piecesOf, type Unit } from './chain.js';
import type { Conversation } from './conversation.js';
import { judgeOperation } from './evidence.js';
import type { Verdict } from './verdict.js';

/** What was sent for `unit`, and the mailboxes that the answer shows. */
export type AcceptedAnswer = {
  readonly operations: readonly FeedOperation[];
  readonly bals: readonly BalLue[];
  /** Of what is proven. */
  readonly verdict: Verdict;
};

/** One verdict for each operation of the unit. */
export async function checkAccepted(
  unit: Unit,
  { operations, bals, verdict }: AcceptedAnswer,
  talk: Conversation,
  client: FeedClient,
): Promise<Map<number, Verdict>> {
  const verdicts = new Map<number, Verdict>();
  for (const piece of piecesOf(unit)) {
    const operation = lastOf(piece, operations);
    const isProven =
      judgeOperation(bals, operation).kind === 'as-asked' ||
      (await isShown(piece[0], operation, talk, client));
    for (const claimed of piece) {
      verdicts.set(claimed.id, isProven ? verdict : contradicted(claimed, operation, bals));
    }
  }
  return verdicts;
}

/** What the address must look like after the request: of a delete and its insert, the insert. */
function lastOf(piece: Unit, operations: readonly FeedOperation[]): FeedOperation {
  const adresse = adresseDe(piece[0].operation);
  return operations.findLast((operation) => adresseDe(operation) === adresse) ?? piece[0].operation;
}

async function isShown(
  claimed: ClaimedOperation,
  operation: FeedOperation,
  talk: Conversation,
  client: FeedClient,
): Promise<boolean> {
  const bal = operation.kind === 'delete' ? claimed.bal : operation.bal;
  if (bal ? !client.canShow(bal) : claimed.listeRouge) return false;
  const answer = await talk.read(adresseDe(operation), porteurDe(operation));
  if (answer.kind !== 'found' && answer.kind !== 'absent') return false;
  const bals = answer.kind === 'found' ? answer.bals : [];
  return judgeOperation(bals, operation).kind === 'as-asked';
}

function contradicted(
  claimed: ClaimedOperation,
  operation: FeedOperation,
  bals: readonly BalLue[],
): Verdict {
  const evidence = judgeOperation(bals, operation);
  const champs = evidence.kind === 'different' ? evidence.champs : [];
  const what =
    operation.kind === 'delete'
      ? 'la BAL y est toujours'
      : champs.length > 0
        ? `la BAL n’y a pas les valeurs demandées (${champs.join(', ')})`
        : 'la BAL n’y est pas';
  const message = `L’Annuaire a répondu que c’était fait, mais sa réponse dit le contraire : ${what}.`;
  return claimed.lastCode === 'REPONSE_CONTREDITE'
    ? {
        kind: 'held',
        code: 'REPONSE_CONTREDITE',
        message: `${message} C’est la deuxième fois : signalez-le à l’ANS.`,
      }
    : { kind: 'retry', code: 'REPONSE_CONTREDITE', message, isOutcomeUnknown: true };
}
