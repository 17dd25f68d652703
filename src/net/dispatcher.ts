// How every outgoing HTTP connection of the program is made: TLS policy, own roots, client certificate, proxy, time limits.
import { Agent, type Dispatcher, Pool, ProxyAgent, buildConnector } from 'undici';
import type { VoirEchange } from '../domain/usage-interface.js';
import { UsageError } from '../errors.js';
import { seeingDispatcher } from './seeing-dispatcher.js';
import { type ClientCertificate, createTlsContext, tlsOptions } from './tls-context.js';

export type DispatcherOptions = {
  /** Up to the end of the TLS handshake. */
  readonly connectTimeoutMs: number;
  /** From the request to the headers of its answer. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of the body. */
  readonly bodyTimeoutMs: number;
  /** PEM, added to the public roots. */
  readonly ca?: readonly string[] | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** `http(s)://[user:password@]host:port` */
  readonly proxy?: string | undefined;
  /** To one origin; without it, as many as there are requests under way. */
  readonly connectionsMax?: number | undefined;
  /** Told of each request once it is over. */
  readonly voir?: VoirEchange | undefined;
};

/** HTTP/1.1 with kept connections, one pool for each origin. Throws UsageError for a certificate or a proxy unusable. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const dispatcher = connectedDispatcher(options);
  return options.voir ? seeingDispatcher(dispatcher, options.voir) : dispatcher;
}

function connectedDispatcher(options: DispatcherOptions): Dispatcher {
  const pool = options.connectionsMax === undefined ? {} : { connections: options.connectionsMax };
  const timeouts = {
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
  };
  const sockets = {
    timeout: options.connectTimeoutMs,
    autoSelectFamilyAttemptTimeout: addressAttemptTimeoutMs,
  };
  const connect = {
    ...sockets,
    ...tlsOptions(createTlsContext(options.ca, options.clientCertificate)),
  };
  if (options.proxy === undefined) {
    return new Agent({ ...timeouts, ...pool, connect: failingOnAlert(buildConnector(connect)) });
  }
  const proxy = parseProxy(options.proxy);
  return new ProxyAgent({
    ...timeouts,
    ...pool,
    uri: `${proxy.protocol}//${proxy.host}`,
    ...(proxy.username === '' ? {} : { token: basicOf(proxy) }),
    requestTls: connect,
    proxyTls: { ...sockets, ...tlsOptions(createTlsContext(options.ca, undefined)) },
    // The CONNECT itself has undici's own five minutes otherwise.
    clientFactory: (origin, poolOptions) => new Pool(origin, { ...poolOptions, ...timeouts }),
  });
}

/** Node.js gives each address of a host 250 ms by default, too little for a distant one. */
const addressAttemptTimeoutMs = 2_000;

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

/** The credentials of an address, as a header writes them. */
export function basicOf(url: URL): string {
  const pair = `${decodeCredential(url.username)}:${decodeCredential(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** A password with a bare « % » is taken as it is. */
export function decodeCredential(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
