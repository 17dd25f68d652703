// Calls to the API as the ANS wants them: its headers, the key, the token, one retry when the token has run out.
import type { Exchange, Unavailable } from './feed-client.js';
import type { FeedClientSettings } from './feed-settings.js';
import { apiKeyHeader, fhirJson } from './fhir-names.js';
import { type HttpCall, type HttpReply, type HttpSender, exchangeOf } from './http-call.js';
import type { TokenAnswer, TokenSource } from './oauth2-token.js';
import type { Redactor } from './redactor.js';

export type Replied = {
  readonly kind: 'replied';
  readonly reply: HttpReply;
  readonly exchange: Exchange;
  /** For what the server says. */
  readonly redact: Redactor;
};

export type ApiCaller = {
  /** Unavailable only for want of a token. */
  call(
    asked: Pick<HttpCall, 'method' | 'url' | 'body'>,
    signal: AbortSignal,
  ): Promise<Replied | Unavailable>;
};

/**
 * Waits for the next call that the quota allows. Whoever asks for a patch or a read has taken the turn of its first call;
 * those that it takes besides (one signal = one patch or read) take theirs here.
 */
export type TakeTurn = (signal: AbortSignal) => Promise<void>;

export function createApiCaller(
  settings: Pick<FeedClientSettings, 'cleApi'>,
  sender: HttpSender,
  tokens: TokenSource | undefined,
  redact: Redactor,
  takeTurn?: TakeTurn,
): ApiCaller {
  const begun = new WeakSet<AbortSignal>();
  const send = async (asked: AskedCall, token: string | undefined, signal: AbortSignal) => {
    if (begun.has(signal)) await takeTurn?.(signal);
    begun.add(signal);
    const call = { ...asked, headers: apiHeaders(asked, settings.cleApi, token) };
    const reply = await sender.send(call, signal);
    return { kind: 'replied', reply, exchange: exchangeOf(call, reply, redact), redact } as const;
  };
  return {
    call: async (asked, signal) => {
      if (!tokens) return send(asked, undefined, signal);
      const first = await tokens.get(signal);
      if (first.kind === 'no-token') return tokenFault(first);
      const replied = await send(asked, first.token, signal);
      // A 401 says that nothing was done: the same call may leave again.
      if (replied.reply.kind !== 'answer' || replied.reply.status !== 401) return replied;
      const renewed = await tokens.get(signal, first.token);
      if (renewed.kind === 'no-token') return tokenFault(renewed);
      return send(asked, renewed.token, signal);
    },
  };
}

type AskedCall = Pick<HttpCall, 'method' | 'url' | 'body'>;

/** Names in lower case. The key and the token go nowhere else: redirects are not followed. */
export function apiHeaders(
  { body }: AskedCall,
  cleApi: string | undefined,
  token: string | undefined,
): Record<string, string> {
  return {
    accept: fhirJson,
    'accept-encoding': 'identity',
    'user-agent': 'annuaire-sante-sync',
    // Some servers answer a PATCH with nothing unless asked (R4, « http », §3.1.0.1.10).
    ...(body === undefined ? {} : { 'content-type': fhirJson, prefer: 'return=representation' }),
    ...(cleApi === undefined ? {} : { [apiKeyHeader]: cleApi }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
}

function tokenFault(fault: Exclude<TokenAnswer, { kind: 'token' }>): Unavailable {
  return {
    kind: 'unavailable',
    exchange: fault.exchange,
    cause: 'token',
    retryAfterMs: fault.retryAfterMs,
    isOutcomeUnknown: false,
    message: fault.message,
  };
}
