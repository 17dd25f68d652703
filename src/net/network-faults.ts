// What goes wrong between us and a server before it answers, in words that say what to do, and whether trying again can
// help.
import { AppError, codeOf, messageOf } from '../errors.js';
import { type SettingNames, tlsFault } from '../domain/tls-faults.js';

/** A fault that may be gone a moment later. */
export class TransientFault extends AppError {
  readonly retryAfterMs: number | undefined;

  constructor(
    code: string,
    message: string,
    more: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(code, message, more.cause === undefined ? {} : { cause: more.cause });
    this.name = 'TransientFault';
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** For messages and `SourceFile.origin`: no credentials, no query, no fragment. */
export function displayUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** Statuses that a later try may not meet. */
export const transientStatuses: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

export type FaultPlace = {
  readonly url: URL;
  readonly hasProxy: boolean;
  readonly settings: SettingNames;
};

/** Translates what undici threw; what is no fault of the network is returned as it is. */
export function transferFault(error: unknown, place: FaultPlace): unknown {
  if (error instanceof AppError) return error;
  const cause = firstCause(error);
  const code = codeOf(cause) ?? parserCode(cause);
  if (code === undefined) return error;
  const where = displayUrl(place.url);
  const tls = tlsFault(code, where, place.settings, error);
  if (tls) return tls;
  const proxyStatus = /^Proxy response \((\d+)\)/.exec(messageOf(cause))?.[1];
  if (proxyStatus !== undefined) return proxyFault(Number(proxyStatus), where, error);
  const known = networkTexts.get(code);
  const text = known ?? (isNetworkCode(code) ? `la connexion a échoué (${code})` : undefined);
  if (text === undefined) return error;
  // A server that wants a certificate may say so by closing.
  const isCut = place.url.protocol === 'https:' && ['ECONNRESET', 'UND_ERR_SOCKET'].includes(code);
  const hint = isCut
    ? `. Si cela dure, le serveur exige peut-être un certificat client (réglage « ${place.settings.certificat} »), ou refuse le nôtre`
    : '';
  const through = place.hasProxy ? ' (par le proxy)' : '';
  return new TransientFault(`RESEAU_${code}`, `${where}${through} : ${text}${hint}.`, {
    cause: error,
  });
}

/** undici gives no code to what is no HTTP from the first byte on. */
function parserCode(error: unknown): string | undefined {
  return error instanceof Error && error.name === 'HTTPParserError' ? 'HPE_INVALID' : undefined;
}

function isNetworkCode(code: string): boolean {
  return /^(UND_ERR_|HPE_|E[A-Z]+$|EAI_)/.test(code);
}

const networkTexts = new Map([
  [
    'ENOTFOUND',
    "nom d'hôte inconnu. Vérifiez l'adresse, le DNS du serveur, et le réglage « reseau.proxy » s'il en faut un",
  ],
  ['EAI_AGAIN', 'le DNS ne répond pas. Vérifiez le réseau du serveur'],
  [
    'ECONNREFUSED',
    "connexion refusée. Vérifiez l'adresse et le pare-feu, ou le réglage « reseau.proxy »",
  ],
  ['ECONNRESET', 'la connexion a été coupée'],
  ['UND_ERR_SOCKET', 'la connexion a été coupée avant la fin'],
  [
    'UND_ERR_CONNECT_TIMEOUT',
    'pas de connexion dans le délai. Vérifiez le pare-feu ou le réglage « reseau.proxy »',
  ],
  [
    'ETIMEDOUT',
    'pas de connexion dans le délai. Vérifiez le pare-feu ou le réglage « reseau.proxy »',
  ],
  ['UND_ERR_HEADERS_TIMEOUT', 'le serveur ne répond pas dans le délai'],
  ['UND_ERR_BODY_TIMEOUT', "le serveur a cessé d'envoyer sa réponse"],
  ['HPE_INVALID', "ce qui répond à cette adresse ne parle pas HTTP. Vérifiez l'adresse et le port"],
  ['EHOSTUNREACH', 'serveur injoignable. Vérifiez le réseau'],
  ['ENETUNREACH', 'réseau injoignable. Vérifiez le réseau'],
]);

/** undici wraps, and the several addresses of a host make an AggregateError. */
function firstCause(error: unknown): unknown {
  if (codeOf(error) !== undefined) return error;
  if (error instanceof AggregateError && error.errors.length > 0)
    return firstCause(error.errors[0]);
  if (error instanceof Error && error.cause !== undefined) return firstCause(error.cause);
  return error;
}

function proxyFault(status: number, where: string, cause: unknown): AppError {
  const remedy =
    status === 407
      ? "il demande une authentification ; ajoutez l'utilisateur et le mot de passe au réglage « reseau.proxy »"
      : 'vérifiez le réglage « reseau.proxy » et que le proxy autorise cette adresse';
  const message = `${where} : le proxy refuse la connexion (HTTP ${status}) : ${remedy}.`;
  return transientStatuses.has(status)
    ? new TransientFault('PROXY_REFUSE', message, { cause })
    : new AppError('PROXY_REFUSE', message, { cause });
}
