// One event to one endpoint over HTTP, under the policy of EX_OPE_5010; its answer says what becomes of the delivery.
import { request, type Dispatcher } from 'undici';
import { AppError } from '../errors.js';
import { createDispatcher } from '../net/dispatcher.js';
import { transferFault } from '../net/network-faults.js';
import { parseRetryAfter } from '../net/retry-after.js';
import type { EnvoiEvenement } from '../store/evenement-envoi.js';
import type { Issue } from './reprise.js';
import type { PointSettings, WebhookSettings } from './settings.js';
import { signWebhook } from './signature.js';
import { orAborted } from '../net/or-aborted.js';

export type WebhookCall = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Exactly what leaves. */
export function webhookCall(envoi: EnvoiEvenement, point: PointSettings, now: Date): WebhookCall {
  const body = JSON.stringify({
    type: envoi.type,
    timestamp: envoi.survenuLe.toISOString(),
    data: envoi.donnees,
  });
  return {
    url: point.url,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'annuaire-sante-sync',
      // A small body must not become a large one.
      'accept-encoding': 'identity',
      ...signWebhook(envoi.webhookId, now, body, point.cles),
    },
    body,
  };
}

export function createWebhookDispatcher(settings: WebhookSettings): Dispatcher {
  return createDispatcher({
    connectTimeoutMs: settings.connexionMs,
    headersTimeoutMs: settings.reponseMs,
    bodyTimeoutMs: settings.reponseMs,
    ca: settings.ca,
    proxy: settings.proxy,
    connectionsMax: 1,
  });
}

/** An endpoint that is gone (410) is told apart: nothing more is for it. */
export type WebhookIssue = Issue & { readonly isGone?: boolean };

/** Never throws what the network did: how it ended is the result. */
export async function postWebhook(
  call: WebhookCall,
  dispatcher: Dispatcher,
  settings: WebhookSettings,
  { now, signal: stop }: { readonly now: Date; readonly signal: AbortSignal },
): Promise<WebhookIssue> {
  const deadline = AbortSignal.timeout(settings.totalMs);
  const signal = AbortSignal.any([deadline, stop]);
  try {
    const asked = request(call.url, {
      method: 'POST',
      headers: call.headers,
      body: call.body,
      dispatcher,
      signal,
    });
    const { statusCode, headers, body } = await orAborted(asked, signal);
    const text = await readStart(body, settings.reponseOctetsMax);
    return issueOfStatus(statusCode, text, parseRetryAfter(first(headers['retry-after']), now));
  } catch (error) {
    if (stop.aborted) {
      return {
        kind: 'doute',
        code: 'INTERROMPU',
        message: 'Envoi interrompu par l’arrêt du programme.',
      };
    }
    if (deadline.aborted) {
      return {
        kind: 'reporte',
        code: 'DELAI',
        message: 'Pas de réponse complète dans le délai (réglage « avis.webhook.totalSecondes »).',
      };
    }
    return faultOf(error, call, settings);
  }
}

const answerCharsMax = 200;

/** The first words of an answer, for a person; what follows the limit is not read. */
async function readStart(
  body: AsyncIterable<Buffer> & { destroy(): unknown },
  bytesMax: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    received += chunk.length;
    if (received > bytesMax) break;
  }
  if (received > bytesMax) body.destroy();
  return Buffer.concat(chunks)
    .subarray(0, answerCharsMax * 4)
    .toString('utf8')
    .replace(/[\p{Control}\p{Format}\s]+/gu, ' ')
    .trim()
    .slice(0, answerCharsMax);
}

function first(header: string | string[] | undefined): string | undefined {
  return [header ?? []].flat()[0];
}

/** Standard Webhooks: 2xx is a success, 410 means never again, anything else may be mended. */
function issueOfStatus(
  status: number,
  text: string,
  retryAfterMs: number | undefined,
): WebhookIssue {
  const code = `HTTP_${status}`;
  const said = text === '' ? '' : ` (${text})`;
  if (status >= 200 && status < 300) return { kind: 'parti', code, message: '' };
  if (status === 410) {
    return {
      kind: 'refuse',
      code,
      message: `Le point a répondu 410 : il ne veut plus rien${said}.`,
      isGone: true,
    };
  }
  if (status >= 300 && status < 400) {
    return {
      kind: 'reporte',
      code,
      message: `Le point a répondu par une redirection (HTTP ${status}), qui n’est pas suivie : corrigez son adresse.`,
    };
  }
  return {
    kind: 'reporte',
    code,
    message: `Le point a répondu HTTP ${status}${said}.`,
    retryAfterMs,
  };
}

function faultOf(error: unknown, { url }: WebhookCall, { proxy }: WebhookSettings): WebhookIssue {
  const fault = transferFault(error, {
    url,
    hasProxy: proxy !== undefined,
    settings: { adresse: 'avis.webhooks', certificat: 'avis.webhooks', secours: '' },
  });
  if (!(fault instanceof AppError)) throw error;
  return { kind: 'reporte', code: fault.code, message: fault.message };
}
