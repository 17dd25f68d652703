// One HTTP exchange over undici, with strict limits; says whether the request left, which decides what may be repeated.
import { type Dispatcher, request } from 'undici';
import type { VoirEchange } from '../domain/usage-interface.js';
import { AppError, codeOf } from '../errors.js';
import { createDispatcher } from '../net/dispatcher.js';
import { displayUrl, transferFault } from '../net/network-faults.js';
import type { SettingNames } from '../domain/tls-faults.js';
import type { FeedClientSettings } from './feed-settings.js';
import type { HttpAnswer, HttpCall, HttpFault, HttpReply, HttpSender } from './http-call.js';

type SenderSettings = Pick<
  FeedClientSettings,
  | 'ca'
  | 'clientCertificate'
  | 'proxy'
  | 'connectMs'
  | 'answerMs'
  | 'answerBytesMax'
  | 'connectionsMax'
>;

const settingNames: SettingNames = {
  adresse: 'alimentation.url',
  certificat: 'alimentation.tls',
  secours: '',
};

/** Throws UsageError for a certificate or a proxy that cannot be used. */
export function createHttpSender(settings: SenderSettings, voir?: VoirEchange): HttpSender {
  const connections = createDispatcher({
    connectTimeoutMs: settings.connectMs,
    headersTimeoutMs: settings.answerMs,
    bodyTimeoutMs: settings.answerMs,
    ca: settings.ca,
    clientCertificate: settings.clientCertificate,
    proxy: settings.proxy,
    connectionsMax: settings.connectionsMax,
    voir,
  });
  const dispatcher = connections.compose(noticingStart);
  return {
    send: (call, signal) => sendCall(dispatcher, call, signal, settings),
    close: () => connections.destroy(),
  };
}

/** What has become of one request; travels with it through undici. */
class Progress {
  isSent = false;
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** undici drops, unsent, a request whose signal was aborted while it waited for a connection. */
  start(): void {
    if (!this.#signal.aborted) this.isSent = true;
  }
}

function noticingStart(dispatch: Dispatcher.Dispatch): Dispatcher.Dispatch {
  return (options, handler) => {
    const progress = 'opaque' in options ? options.opaque : undefined;
    return dispatch(
      options,
      progress instanceof Progress ? noticeStart(handler, progress) : handler,
    );
  };
}

async function sendCall(
  dispatcher: Dispatcher,
  call: HttpCall,
  signal: AbortSignal,
  settings: SenderSettings,
): Promise<HttpReply> {
  const progress = new Progress(signal);
  try {
    signal.throwIfAborted();
    const { method, url, headers, body } = call;
    const asked = request(url, {
      method,
      headers,
      signal,
      body: body ?? null,
      dispatcher,
      opaque: progress,
    });
    return await readAnswer(await orAborted(asked, signal), call, signal, settings);
  } catch (error) {
    const { isRefusedBeforehand, ...fault } = faultOf(error, call, signal, settings);
    return { kind: 'failure', isSent: progress.isSent && !isRefusedBeforehand, ...fault };
  }
}

/** Before its connection is made, undici does not look at the signal of a request. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined);
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(new Error('aborted', { cause: signal.reason }));
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

/** `onRequestStart` comes once a connection is there, just before the request is written. */
function noticeStart(
  handler: Dispatcher.DispatchHandler,
  progress: Progress,
): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context) => {
      progress.start();
      handler.onRequestStart?.(controller, context);
    },
    onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
    onResponseStart: (...given) => handler.onResponseStart?.(...given),
    onResponseData: (...given) => handler.onResponseData?.(...given),
    onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
    onResponseError: (...given) => handler.onResponseError?.(...given),
  };
}

async function readAnswer(
  { statusCode, headers, body }: Dispatcher.ResponseData<Progress>,
  call: HttpCall,
  signal: AbortSignal,
  settings: SenderSettings,
): Promise<HttpAnswer> {
  const header = (name: string): string | undefined => [headers[name] ?? []].flat()[0];
  const chunks: Buffer[] = [];
  let bodyFault = encodingFault(header('content-encoding'));
  try {
    let received = 0;
    const pieces: AsyncIterable<Buffer> = body;
    for await (const chunk of pieces) {
      received += chunk.length;
      if (received > settings.answerBytesMax) {
        bodyFault = tooLong(settings.answerBytesMax);
        break;
      }
      chunks.push(chunk);
    }
  } catch (error) {
    const { cause, message } = faultOf(error, call, signal, settings);
    bodyFault = { cause, message };
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return { kind: 'answer', status: statusCode, body: text, bodyFault, header };
}

/** We ask for `identity`, so that a small body never becomes a large one. */
function encodingFault(encoding: string | undefined): HttpFault | undefined {
  if (encoding === undefined || /^(identity)?$/i.test(encoding.trim())) return undefined;
  // Whole or not at all: what is cut could not be masked.
  const named = encoding.length <= 40 ? ` (${encoding})` : '';
  return {
    cause: 'invalid-answer',
    message: `la réponse est compressée${named}, ce que nous n'avons pas demandé`,
  };
}

function tooLong(bytesMax: number): HttpFault {
  return {
    cause: 'invalid-answer',
    message: `la réponse dépasse ${bytesMax} octets (réglage « alimentation.reponseOctetsMax »)`,
  };
}

const timeoutCodes = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

type Fault = HttpFault & {
  /** The server refused our certificate: nothing that was written was read. */
  readonly isRefusedBeforehand: boolean;
};

/** Throws what is no fault of the network. */
function faultOf(
  error: unknown,
  { url }: HttpCall,
  signal: AbortSignal,
  { proxy }: SenderSettings,
): Fault {
  const where = displayUrl(url);
  if (signal.aborted) return { ...abortFault(signal, where), isRefusedBeforehand: false };
  const fault = transferFault(error, {
    url,
    hasProxy: proxy !== undefined,
    settings: settingNames,
  });
  if (!(fault instanceof AppError)) throw error;
  return {
    cause: timeoutCodes.has(codeOf(error) ?? '') ? 'timeout' : 'connection',
    message: fault.message,
    isRefusedBeforehand: fault.code === 'TLS_CERTIFICAT_CLIENT_REFUSE',
  };
}

function abortFault(signal: AbortSignal, where: string): HttpFault {
  const reason: unknown = signal.reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return {
      cause: 'timeout',
      message: `${where} : pas de réponse complète dans le délai (réglage « alimentation.totalSecondes »).`,
    };
  }
  return {
    cause: 'connection',
    message: `${where} : demande interrompue par l'arrêt du programme.`,
  };
}
