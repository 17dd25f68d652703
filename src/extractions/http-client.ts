// HEAD and GET over undici, with what a national server asks: own roots, client certificate, proxy, redirects followed
// by hand so that no secret reaches another host.
import { type Dispatcher, request } from 'undici';
import { AppError, UsageError } from '../errors.js';
import { basicOf, createDispatcher } from '../net/dispatcher.js';
import { isLoopbackUrl } from '../net/loopback.js';
import { displayUrl, transferFault } from '../net/network-faults.js';
import type { DownloadOptions } from './download-options.js';
import { sourceSettingNames } from './status-fault.js';

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
  | 'voir'
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
  const trusted = createDispatcher(options);
  const other = options.clientCertificate
    ? createDispatcher({ ...options, clientCertificate: undefined })
    : trusted;
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
    const hasProxy = options.proxy !== undefined;
    throw transferFault(error, { url: asked.url, hasProxy, settings: sourceSettingNames });
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
  if (options.allowPlainHttp !== true && !isLoopbackUrl(url)) {
    throw new UsageError(
      'HTTP_NON_CHIFFRE',
      `${where} n'est pas chiffrée : utilisez https, ou autorisez-la par le réglage « reseau.httpEnClair ».`,
    );
  }
}

function basicCredentials(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {};
  return { authorization: basicOf(url) };
}
