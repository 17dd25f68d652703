// One whole HTTP exchange whose answer is small: read entirely, within a size and a time, no redirect followed.
import { request, type Dispatcher } from 'undici';
import { AppError } from '../errors.js';
import { displayUrl, TransientFault, transferFault } from './network-faults.js';
import type { SettingNames } from '../domain/tls-faults.js';
import { orAborted } from './or-aborted.js';

export type BoundedRequest = {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Ends it earlier than `totalMs`. */
  readonly signal?: AbortSignal | undefined;
};

export type BoundedLimits = {
  readonly dispatcher: Dispatcher;
  /** From the connection to the last byte of the answer. */
  readonly totalMs: number;
  readonly bodyBytesMax: number;
  readonly hasProxy: boolean;
  /** How messages name the settings. */
  readonly settings: SettingNames;
};

export type BoundedAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/** Any status is an answer. Throws TransientFault or AppError, in French, for whatever the network did. */
export async function requestBounded(
  asked: BoundedRequest,
  limits: BoundedLimits,
): Promise<BoundedAnswer> {
  const deadline = AbortSignal.timeout(limits.totalMs);
  const signal = asked.signal ? AbortSignal.any([deadline, asked.signal]) : deadline;
  try {
    return await orAborted(exchange(asked, limits, signal), signal);
  } catch (error) {
    if (signal.aborted && !(error instanceof AppError)) {
      throw new TransientFault(
        'RESEAU_DELAI',
        `${displayUrl(asked.url)} : pas de réponse complète dans le délai de ${limits.totalMs / 1_000} s.`,
        { cause: error },
      );
    }
    const { hasProxy, settings } = limits;
    throw transferFault(error, { url: asked.url, hasProxy, settings });
  }
}

async function exchange(
  { url, method, headers, body }: BoundedRequest,
  { dispatcher, bodyBytesMax }: BoundedLimits,
  signal: AbortSignal,
): Promise<BoundedAnswer> {
  const answer = await request(url, {
    method,
    // A small body must not become a large one.
    headers: { ...headers, 'accept-encoding': 'identity' },
    dispatcher,
    signal,
    ...(body !== undefined && { body }),
  });
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    received += chunk.length;
    // Leaving the loop cuts the connection.
    if (received > bodyBytesMax) throw tooLong(url, bodyBytesMax);
    chunks.push(chunk);
  }
  const single = Object.entries(answer.headers).map(([name, value]): [string, string] => [
    name,
    [value ?? ''].flat().join(', '),
  ]);
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(single),
    body: Buffer.concat(chunks),
  };
}

function tooLong(url: URL, bytesMax: number): AppError {
  return new AppError(
    'REPONSE_TROP_LONGUE',
    `${displayUrl(url)} : réponse de plus de ${bytesMax} octets, abandonnée.`,
  );
}
