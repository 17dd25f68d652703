// What goes over the wire, without a word of FHIR.
import type { Exchange } from './feed-client.js';
import type { Redactor } from './redactor.js';

export type HttpCall = {
  readonly method: 'GET' | 'PATCH' | 'POST';
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
};

export type HttpReply = HttpAnswer | HttpFailure;

/** A status came. */
export type HttpAnswer = {
  readonly kind: 'answer';
  readonly status: number;
  /** What was received of it, at most the limit. */
  readonly body: string;
  /** Why the body is not whole, or not readable. */
  readonly bodyFault: HttpFault | undefined;
  header(name: string): string | undefined;
};

/** No status came. */
export type HttpFailure = HttpFault & {
  readonly kind: 'failure';
  /** The request may have reached the server. */
  readonly isSent: boolean;
};

export type HttpFault = {
  readonly cause: 'timeout' | 'connection' | 'invalid-answer';
  /** French. */
  readonly message: string;
};

export type HttpSender = {
  /** Never follows a redirect, never tries again. */
  send(call: HttpCall, signal: AbortSignal): Promise<HttpReply>;
  /** Cuts what is under way. */
  close(): Promise<void>;
};

export const nothingExchanged: Exchange = {
  request: undefined,
  status: undefined,
  response: undefined,
};

export function exchangeOf(call: HttpCall, reply: HttpReply, redact: Redactor): Exchange {
  const hasLeft = reply.kind === 'answer' || reply.isSent;
  return {
    request: hasLeft ? recordable(describeCall(call), redact) : undefined,
    status: reply.kind === 'answer' ? reply.status : undefined,
    response: reply.kind === 'answer' ? recordable(reply.body, redact) : undefined,
  };
}

function describeCall({ method, url, body }: HttpCall): string {
  const head = `${method} ${url.pathname}${url.search}`;
  return body === undefined ? head : `${head}\n\n${body}`;
}

/** Kept for each attempt: a whole PATCH of twenty BAL fits. */
const recordedCharactersMax = 32_768;

/** Bounded, without secrets, and without what PostgreSQL cannot store (NUL, halves of surrogate pairs). */
function recordable(text: string, redact: Redactor): string {
  const clean = redact(text).replaceAll('\0', '');
  if (clean.length <= recordedCharactersMax) return wellFormed(clean);
  return `${wellFormed(clean.slice(0, recordedCharactersMax))}… (${clean.length} caractères)`;
}

/** Most texts have no surrogate at all: looking is quicker than copying. */
function wellFormed(text: string): string {
  return /[\ud800-\udfff]/.test(text) ? Buffer.from(text).toString() : text;
}
