// HEAD and GET over undici, with what a national server asks: own roots, client certificate, proxy, redirects followed
// by hand so that no secret reaches another host.
import { Agent, type Dispatcher, Pool, ProxyAgent, buildConnector, request } from 'undici';
import { tlsDhSizeMinBits } from '../domain/tls-policy.js';
import { AppError, UsageError } from '../errors.js';
import type { DownloadOptions } from './download-options.js';
import { displayUrl, transferFault } from './http-faults.js';
import { createTlsContext } from './tls-context.js';

export type HttpClientOptions = Pick<
  DownloadOptions,
  | 'connectTimeoutMs'
  | 'headersTimeoutMs'
  | 'bodyTimeoutMs'
  | 'ca'
  | 'clientCertificate'
  | 'proxy'
  | 'headers'
  | 'redirectsMax'
  | 'allowPlainHttp'
>;

export type Answer = {
  readonly status: number;
  /** Where the redirects led. */
  readonly url: URL;
  readonly body: Dispatcher.ResponseData['body'];
  header(name: string): string | undefined;
};

export type HttpRequest = {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

export type HttpClient = {
  /** Any status but a redirect is an answer; faults of network and TLS are thrown translated. */
  send(asked: HttpRequest, signal: AbortSignal): Promise<Answer>;
  /** Cuts what is under way. */
  close(): Promise<void>;
};

/** The own headers and the client certificate go to `trustedOrigin` alone. */
export function createHttpClient(options: HttpClientOptions, trustedOrigin: string): HttpClient {
  const trusted = createDispatcher(options, true);
  const other = options.clientCertificate ? createDispatcher(options, false) : trusted;
  const hop: Hop = async ({ method, url, headers }, startUrl, signal) => {
    assertAllowed(url, startUrl, options);
    const isTrusted = url.origin === trustedOrigin;
    const credentials = url.origin === startUrl.origin ? basicCredentials(startUrl) : {};
    const target = new URL(url);
    target.username = '';
    target.password = '';
    return request(target, {
      method,
      signal,
      dispatcher: isTrusted ? trusted : other,
      headers: { ...(isTrusted ? options.headers : {}), ...credentials, ...headers },
    });
  };
  return {
    send: (asked, signal) => sendFollowing(asked, signal, hop, options),
    close: async () => {
      await Promise.all([trusted.destroy(), other === trusted ? undefined : other.destroy()]);
    },
  };
}

type Hop = (
  asked: HttpRequest,
  startUrl: URL,
  signal: AbortSignal,
) => Promise<Dispatcher.ResponseData>;

async function sendFollowing(
  asked: HttpRequest,
  signal: AbortSignal,
  hop: Hop,
  options: HttpClientOptions,
): Promise<Answer> {
  let url = asked.url;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await sendOnce({ ...asked, url }, asked.url, signal, hop, options);
    if (!isRedirect(answer.status)) return answer;
    await discardBody(answer);
    if (redirects >= options.redirectsMax) {
      throw new AppError(
        'HTTP_REDIRECTIONS',
        `${displayUrl(asked.url)} : plus de ${options.redirectsMax} redirections. Vérifiez le réglage « from ».`,
      );
    }
    url = redirectTarget(answer);
  }
}

async function sendOnce(
  asked: HttpRequest,
  startUrl: URL,
  signal: AbortSignal,
  hop: Hop,
  options: HttpClientOptions,
): Promise<Answer> {
  try {
    const { statusCode, headers, body } = await hop(asked, startUrl, signal);
    const header = (name: string): string | undefined => [headers[name] ?? []].flat()[0];
    return { status: statusCode, url: asked.url, body, header };
  } catch (error) {
    throw transferFault(error, { url: asked.url, hasProxy: options.proxy !== undefined });
  }
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

const discardBytesMax = 64 * 1024;

/** Reads the body of an answer not wanted, up to a limit; beyond, the connection is cut. */
export async function discardBody(answer: Answer): Promise<void> {
  await answer.body.dump({ limit: discardBytesMax }).catch(() => undefined);
}

function redirectTarget(answer: Answer): URL {
  const location = answer.header('location');
  if (location === undefined || !URL.canParse(location, answer.url.href)) {
    throw new AppError(
      'HTTP_REDIRECTIONS',
      `${displayUrl(answer.url)} : redirection sans adresse valable. Vérifiez le réglage « from ».`,
    );
  }
  return new URL(location, answer.url);
}

function assertAllowed(url: URL, startUrl: URL, options: HttpClientOptions): void {
  if (url.protocol === 'https:') return;
  const where = displayUrl(url);
  if (url.protocol !== 'http:') {
    throw new UsageError(
      'URL_PROTOCOLE',
      `${where} : seules les adresses https (ou http) conviennent.`,
    );
  }
  if (startUrl.protocol === 'https:') {
    throw new AppError(
      'HTTP_DEGRADE',
      `${displayUrl(startUrl)} renvoie vers ${where}, non chiffrée : refusé. Vérifiez le réglage « from ».`,
    );
  }
  if (options.allowPlainHttp !== true && !isLoopback(url.hostname)) {
    throw new UsageError(
      'HTTP_NON_CHIFFRE',
      `${where} n'est pas chiffrée : utilisez https, ou autorisez-la par le réglage « reseau.httpEnClair ».`,
    );
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

function basicCredentials(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {};
  return { authorization: basic(url) };
}

function basic(url: URL): string {
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** Node.js gives each address of a host 250 ms by default, too little for a distant one. */
const addressAttemptTimeoutMs = 2_000;

function createDispatcher(options: HttpClientOptions, withCertificate: boolean): Dispatcher {
  const certificate = withCertificate ? options.clientCertificate : undefined;
  const timeouts = {
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
  };
  const sockets = {
    timeout: options.connectTimeoutMs,
    autoSelectFamilyAttemptTimeout: addressAttemptTimeoutMs,
    rejectUnauthorized: true,
    minDHSize: tlsDhSizeMinBits,
  };
  const connect = { ...sockets, secureContext: createTlsContext(options.ca, certificate) };
  if (options.proxy === undefined) {
    return new Agent({ ...timeouts, connect: failingOnAlert(buildConnector(connect)) });
  }
  const proxy = parseProxy(options.proxy);
  return new ProxyAgent({
    ...timeouts,
    uri: `${proxy.protocol}//${proxy.host}`,
    ...(proxy.username === '' ? {} : { token: basic(proxy) }),
    requestTls: connect,
    proxyTls: { ...sockets, secureContext: createTlsContext(options.ca, undefined) },
    // The CONNECT itself has undici's own five minutes otherwise.
    clientFactory: (origin, poolOptions) => new Pool(origin, { ...poolOptions, ...timeouts }),
  });
}

/**
 * In TLS 1.3 a server refuses a client certificate after the handshake: undici then tells of a closed connection, unless
 * the socket is destroyed with the alert itself.
 */
function failingOnAlert(connector: buildConnector.connector): buildConnector.connector {
  return (target, callback) => {
    connector(target, (...result) => {
      const [, socket] = result;
      socket?.on('error', (error: Error) => socket.destroy(error));
      callback(...result);
    });
  };
}

function parseProxy(text: string): URL {
  if (/^https?:/i.test(text) && URL.canParse(text)) return new URL(text);
  throw new UsageError(
    'PROXY_INVALIDE',
    "Le réglage « reseau.proxy » n'est pas une adresse valable : http://[utilisateur:motdepasse@]hote:port",
  );
}
