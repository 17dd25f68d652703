import type { ServedFiles } from '../net/served-certificate.js';

/** What the listener needs to know; durations in milliseconds. */
export type WebServerSettings = {
  readonly host: string;
  readonly port: number;
  readonly tls: ServedFiles | undefined;
  readonly bodyBytesMax: number;
  readonly connectionsMax: number;
  /** To receive one request whole. */
  readonly requestTimeoutMs: number;
  /** As requestTimeoutMs, for the routes whose content is long; undefined: there is none. */
  readonly slowRequestTimeoutMs?: number | undefined;
  /** Between two requests of one connection. */
  readonly idleTimeoutMs: number;
  /** For answers under way when the server stops. */
  readonly stopMs: number;
  /** Addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed; none by default. */
  readonly trustedProxies?: readonly string[];
  /** Of one key that has no limit of its own. */
  readonly requestsPerSecond: number;
};
