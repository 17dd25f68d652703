// What an answer means for an operation (docs/alimentation.md, « Ce que l'Annuaire répond »).
import { adresseDe } from '../../domain/feed-operation.js';
import type { ClaimedOperation } from '../../store/feed-outbox.js';
import type { AttemptRecord, Settlement } from '../../store/feed-settle.js';
import type { Rejected, Unavailable } from '../feed-client.js';
import type { PushSettings } from '../feed-settings.js';
import { backoffMs } from './backoff.js';

export type Verdict =
  | { readonly kind: 'accepted'; readonly code?: string; readonly message?: string }
  | {
      readonly kind: 'retry';
      readonly code: string;
      readonly message: string;
      readonly isOutcomeUnknown: boolean;
      readonly retryAfterMs?: number | undefined;
    }
  | { readonly kind: 'held' | 'dead'; readonly code: string; readonly message: string }
  /** The channel is refused, not the operation: it stays decided. */
  | { readonly kind: 'stopped'; readonly code: string; readonly message: string };

/** How the pushers' way to the API fares. */
export type ChannelSignal =
  | { readonly kind: 'answered' }
  | { readonly kind: 'unavailable'; readonly message: string }
  | {
      readonly kind: 'throttled';
      readonly retryAfterMs: number | undefined;
      readonly message: string;
    }
  | { readonly kind: 'stopped'; readonly code: string; readonly message: string };

/** Answers 500 after which an operation is no longer sent: a fault that repeats is in what is sent. */
const serverErrorsMax = 3;

const resume = 'Puis relancez « annuaire-sync push » : rien n’est perdu.';

/** The client's message says what to do about the cause: nothing of that kind is added here. */
export function verdictOnRejected(answer: Rejected): Verdict {
  const { message } = answer;
  switch (answer.cause) {
    case 'unauthorized':
      return {
        kind: 'stopped',
        code: 'ACCES_REFUSE',
        message: `${message} ${resume}`,
      };
    case 'redirect':
      return {
        kind: 'stopped',
        code: 'REDIRECTION',
        message: `${message} ${resume}`,
      };
    case 'not-found':
      return { kind: 'held', code: 'PORTEUR_INCONNU', message };
    case 'ambiguous':
      return { kind: 'held', code: 'PORTEUR_AMBIGU', message };
    case 'unprocessable':
      return { kind: 'dead', code: 'VALEUR_REFUSEE', message };
    case 'bad-request':
      return { kind: 'dead', code: 'REQUETE_REFUSEE', message };
    case 'refused-here':
      return { kind: 'dead', code: 'REFUSEE_ICI', message };
    case 'server-error':
      return { kind: 'retry', code: 'ERREUR_SERVEUR', message, isOutcomeUnknown: true };
  }
}

export function verdictOnUnavailable(answer: Unavailable): Verdict {
  const { message, isOutcomeUnknown, retryAfterMs } = answer;
  return {
    kind: 'retry',
    code: unavailableCodes[answer.cause],
    message,
    isOutcomeUnknown,
    retryAfterMs,
  };
}

const unavailableCodes: Readonly<Record<Unavailable['cause'], string>> = {
  throttled: 'LIMITE_DE_DEBIT',
  gateway: 'INDISPONIBLE',
  timeout: 'DELAI_DEPASSE',
  connection: 'CONNEXION',
  'invalid-answer': 'REPONSE_ILLISIBLE',
  token: 'JETON',
};

export function signalOf(answer: Rejected | Unavailable): ChannelSignal {
  const { message } = answer;
  if (answer.kind === 'rejected') {
    const verdict = verdictOnRejected(answer);
    return verdict.kind === 'stopped' ? verdict : { kind: 'answered' };
  }
  return answer.cause === 'throttled'
    ? { kind: 'throttled', retryAfterMs: answer.retryAfterMs, message }
    : { kind: 'unavailable', message };
}

export type SettlementContext = {
  readonly settings: PushSettings;
  readonly now: Date;
  readonly random: () => number;
  /** The circuit breaker is probing: a failure says nothing about the operation. */
  readonly isProbe: boolean;
};

/** How an operation is left after `verdict`; a retry too many is a dead letter. */
export function settlementOf(
  claimed: ClaimedOperation,
  verdict: Verdict,
  attempts: readonly AttemptRecord[],
  context: SettlementContext,
): Settlement {
  const status =
    attempts.findLast((record) => record.outcome !== 'read')?.status ?? attempts.at(-1)?.status;
  const base = {
    id: claimed.id,
    claim: claimed.claim,
    attempt: claimed.attempts + 1,
    nextAttemptAt: undefined,
    settledAt: context.now,
    status,
    attempts,
    isAttemptCounted: true,
    isOutcomeUnknown: false,
    code: verdict.code,
    message: verdict.message,
  };
  switch (verdict.kind) {
    case 'accepted':
      return { ...base, state: 'accepted' };
    case 'held':
    case 'dead':
      return {
        ...base,
        state: verdict.kind,
        isOutcomeUnknown: claimed.isOutcomeUnknown,
        message: `${verdict.message} ${whatToDo(claimed)}`,
      };
    case 'stopped':
      return {
        ...base,
        state: 'approved',
        isAttemptCounted: false,
        isOutcomeUnknown: claimed.isOutcomeUnknown,
      };
    case 'retry':
      return retryOf(claimed, verdict, base, context);
  }
}

function retryOf(
  claimed: ClaimedOperation,
  verdict: Extract<Verdict, { kind: 'retry' }>,
  base: Omit<Settlement, 'state'>,
  context: SettlementContext,
): Settlement {
  const { settings, now, random, isProbe } = context;
  const isChannelFault =
    verdict.code === 'LIMITE_DE_DEBIT' || (isProbe && verdict.code !== 'ERREUR_SERVEUR');
  const isOutcomeUnknown = verdict.isOutcomeUnknown || claimed.isOutcomeUnknown;
  const sent = claimed.attempts + (isChannelFault ? 0 : 1);
  const isServerErrorRepeated =
    verdict.code === 'ERREUR_SERVEUR' && claimed.serverErrorCount + 1 >= serverErrorsMax;
  if (isServerErrorRepeated || (!isChannelFault && sent >= settings.tentativesMax)) {
    return {
      ...base,
      state: 'dead',
      isOutcomeUnknown,
      code: isServerErrorRepeated ? 'ERREUR_SERVEUR' : 'TENTATIVES_EPUISEES',
      message: `${verdict.message} ${isServerErrorRepeated ? `Le serveur a répondu 500 ${serverErrorsMax} fois` : `${sent} envois sans succès`} : il n’y en aura plus d’autre. ${whatToDo(claimed)}`,
    };
  }
  const waitMs = backoffMs(
    Math.max(1, sent),
    { minMs: settings.attenteMinMs, maxMs: settings.attenteMaxMs },
    random,
  );
  const askedMs = Math.min(verdict.retryAfterMs ?? 0, settings.attenteMaxMs);
  return {
    ...base,
    state: 'retry',
    isOutcomeUnknown,
    isAttemptCounted: !isChannelFault,
    nextAttemptAt: new Date(now.getTime() + Math.max(waitMs, askedMs)),
  };
}

function whatToDo(claimed: ClaimedOperation): string {
  return `(${adresseDe(claimed.operation)}) Pour la renvoyer : « annuaire-sync push replay ${claimed.id} » ; pour y renoncer : « annuaire-sync push cancel ${claimed.id} ».`;
}
