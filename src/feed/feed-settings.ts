// What the feed wants to know; the settings file is read elsewhere.
import type { ClientCertificate } from '../net/tls-context.js';
import type { Dialect } from './dialect.js';

export type FeedSettings = {
  /** undefined: no address is set, the feed is off. */
  readonly client: FeedClientSettings | undefined;
  readonly push: PushSettings;
};

export type FeedClientSettings = {
  /** Base of the API; its path is kept. */
  readonly url: URL;
  /** Base of the reads; the same as `url` unless set. */
  readonly lectureUrl: URL;
  /** Secret, for the header ESANTE-API-KEY. */
  readonly cleApi: string | undefined;
  readonly dialecte: Dialect;
  /** PEM, added to the public roots. */
  readonly ca: readonly string[];
  readonly clientCertificate: ClientCertificate | undefined;
  readonly oauth2: Oauth2Settings | undefined;
  /** `http(s)://[user:password@]host:port`, secret. */
  readonly proxy: string | undefined;
  readonly connectMs: number;
  /** From the request to the headers of its answer, and between two pieces of the body. */
  readonly answerMs: number;
  /** For one `patch` or `read`, with all the requests that it takes. */
  readonly totalMs: number;
  readonly answerBytesMax: number;
  readonly connectionsMax: number;
};

/** Client credentials (RFC 6749 §4.4); without a secret, the client certificate authenticates (RFC 8705 §2.1). */
export type Oauth2Settings = {
  readonly url: URL;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly portee: string | undefined;
};

export type PushSettings = {
  /** Documented quota of the ANS's read API: 17 calls a second for one application. */
  readonly appelsParSeconde: number;
  readonly simultanesMax: number;
  /** First one included. */
  readonly tentativesMax: number;
  readonly attenteMinMs: number;
  readonly attenteMaxMs: number;
  /** How long a claimed operation belongs to its pusher; longer than `totalMs`. */
  readonly bailMs: number;
  /** An accepted operation that nothing confirms after this long is told. */
  readonly confirmationJoursMax: number;
  readonly disjoncteur: { readonly echecsMax: number; readonly pauseMs: number };
  /** BAL of one porteur in one request; 1 unless `plusieursBalParAppel`. */
  readonly balsParAppelMax: number;
};
