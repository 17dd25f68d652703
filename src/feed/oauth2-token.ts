// The OAuth2 token of the feed: client credentials (RFC 6749 §4.4), by client_secret_basic or by the client certificate
// (RFC 8705 §2.1).
import { z } from 'zod';
import type { Exchange } from './feed-client.js';
import type { Oauth2Settings } from './feed-settings.js';
import { type HttpCall, type HttpReply, type HttpSender, exchangeOf } from './http-call.js';
import type { SecretKeeper } from './redactor.js';
import { retryAfterOf } from './retry-after.js';

export type TokenSource = {
  /** `refused`: the token that the API has just answered 401 to, not to be given again. */
  get(signal: AbortSignal, refused?: string): Promise<TokenAnswer>;
};

export type TokenAnswer =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'no-token';
      readonly exchange: Exchange;
      readonly retryAfterMs: number | undefined;
      /** French. */
      readonly message: string;
    };

type Surroundings = {
  readonly sender: HttpSender;
  readonly secrets: SecretKeeper;
  /** For one request of a token. */
  readonly totalMs: number;
  now(): Date;
};

type Held = { readonly token: string; readonly until: number };

/** Keeps one token until shortly before its end; asked for once, whoever waits for it. */
export function createTokenSource(settings: Oauth2Settings, around: Surroundings): TokenSource {
  let held: Held | undefined;
  let asking: Promise<TokenAnswer> | undefined;

  const ask = async (): Promise<TokenAnswer> => {
    const startedAt = around.now().getTime();
    const { answer, lifeMs } = await askToken(settings, around);
    held = answer.kind === 'token' ? { token: answer.token, until: startedAt + lifeMs } : undefined;
    return answer;
  };

  return {
    get: async (signal, refused) => {
      if (held && held.token !== refused && around.now().getTime() < held.until) {
        return { kind: 'token', token: held.token };
      }
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return waitFor(asking, signal);
    },
  };
}

/** The request goes on for the others when one who waits for it gives up. */
async function waitFor(asking: Promise<TokenAnswer>, signal: AbortSignal): Promise<TokenAnswer> {
  if (signal.aborted) return gaveUp;
  let stop = (): void => undefined;
  const stopped = new Promise<TokenAnswer>((resolve) => {
    stop = () => {
      resolve(gaveUp);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([asking, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const gaveUp: TokenAnswer = {
  kind: 'no-token',
  exchange: { request: undefined, status: undefined, response: undefined },
  retryAfterMs: undefined,
  message:
    "Le jeton d'accès n'est pas arrivé à temps (réglages « alimentation.oauth2 », « totalSecondes »).",
};

/** A longer life is not believed: a clock, or a server, may be wrong. */
const lifeSecondsMax = 24 * 3600;
/** RFC 6749 §5.1 only recommends `expires_in`. */
const lifeSecondsByDefault = 300;
/** Renewed this long before the end, so that none expires on its way. */
const marginSecondsMax = 30;

const tokenSchema = z.object({
  // RFC 6750 §2.1, b64token.
  access_token: z.string().regex(/^[A-Za-z0-9\-._~+/]{1,16384}=*$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.coerce.number().positive().max(Number.MAX_SAFE_INTEGER).optional(),
});

async function askToken(
  settings: Oauth2Settings,
  around: Surroundings,
): Promise<{ answer: TokenAnswer; lifeMs: number }> {
  const call = tokenCall(settings);
  const reply = await around.sender.send(call, AbortSignal.timeout(around.totalMs));
  const parsed = tokenSchema.safeParse(jsonOf(reply));
  if (reply.kind === 'answer' && reply.status === 200 && parsed.success) {
    const { access_token: token, expires_in: told = lifeSecondsByDefault } = parsed.data;
    around.secrets.add(token);
    const seconds = Math.min(told, lifeSecondsMax);
    const lifeMs = (seconds - Math.min(marginSecondsMax, seconds / 5)) * 1_000;
    return { answer: { kind: 'token', token }, lifeMs };
  }
  const { redact } = around.secrets;
  const answer: TokenAnswer = {
    kind: 'no-token',
    // The body of an answer that may hold a token is not kept.
    exchange: { ...exchangeOf(call, reply, redact), response: undefined },
    retryAfterMs: retryAfterOf(reply, around.now()),
    message: redact(faultMessage(reply, call.url)),
  };
  return { answer, lifeMs: 0 };
}

function tokenCall({ url, clientId, clientSecret, portee }: Oauth2Settings): HttpCall {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (portee !== undefined) form.set('scope', portee);
  if (clientSecret === undefined) form.set('client_id', clientId);
  return {
    method: 'POST',
    url,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/x-www-form-urlencoded',
      ...(clientSecret === undefined ? {} : { authorization: basicOf(clientId, clientSecret) }),
    },
    body: form.toString(),
  };
}

/** RFC 6749 §2.3.1: both are form-encoded first. */
export function basicOf(clientId: string, clientSecret: string): string {
  const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function formEncoded(text: string): string {
  return new URLSearchParams({ s: text }).toString().slice(2);
}

function jsonOf(reply: HttpReply): unknown {
  if (reply.kind !== 'answer' || reply.bodyFault) return undefined;
  try {
    return JSON.parse(reply.body) as unknown;
  } catch {
    return undefined;
  }
}

const errorSchema = z.object({ error: z.string().regex(/^[\x20-\x7e]{1,100}$/) });

/** RFC 6749 §5.2 names the fault; what the server explains beside is not shown. */
function faultMessage(reply: HttpReply, url: URL): string {
  const where = `Jeton d'accès (${url.host}) : `;
  if (reply.kind === 'failure') return `${where}${reply.message}`;
  const { status } = reply;
  const error = errorSchema.safeParse(jsonOf(reply)).data?.error;
  const named = error === undefined ? `HTTP ${status}` : `HTTP ${status}, ${error}`;
  if (error === 'invalid_scope') {
    return `${where}portée refusée (${named}). Vérifiez le réglage « alimentation.oauth2.portee ».`;
  }
  if (status === 400 || status === 401 || status === 403) {
    return (
      `${where}le serveur d'autorisation nous refuse (${named}). Vérifiez « alimentation.oauth2.clientId », ` +
      '« clientSecret » ou le certificat de « alimentation.tls ».'
    );
  }
  if (status >= 300 && status < 400) {
    return `${where}redirection (${named}), jamais suivie. Vérifiez « alimentation.oauth2.url ».`;
  }
  if (status === 200) {
    return `${where}réponse inutilisable (ni « access_token » ni type Bearer). Vérifiez « alimentation.oauth2.url ».`;
  }
  return `${where}serveur d'autorisation indisponible (${named}).`;
}
