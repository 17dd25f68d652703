import type { SourceFile } from '../domain/source.js';
import type { VoirEchange } from '../domain/usage-interface.js';
import type { ClientCertificate } from '../net/tls-context.js';

export type DownloadOptions = {
  readonly url: string;
  /** Tried in turn when `url` fails; headers and client certificate are never sent to another host. */
  readonly fallbackUrls?: readonly string[] | undefined;
  /** Where the file is written; created when missing. */
  readonly tempDir: string;
  /** The version in service: met again, nothing is downloaded. */
  readonly knownVersion?: string | undefined;
  readonly connectTimeoutMs: number;
  /** From the request to the headers of its answer. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of the body. */
  readonly bodyTimeoutMs: number;
  /** For the whole download, waits and retries included. */
  readonly totalTimeoutMs: number;
  readonly maxBytes: number;
  readonly retries: RetryPolicy;
  /** PEM, added to the public roots. */
  readonly ca?: readonly string[] | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** `http(s)://[user:password@]host:port`; its credentials never appear in a message. */
  readonly proxy?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly nothingNewStatuses?: readonly number[] | undefined;
  readonly redirectsMax: number;
  /** Otherwise only loopback may be reached without TLS. */
  readonly allowPlainHttp?: boolean | undefined;
  /** Left free on the disk beyond the file itself. */
  readonly diskMarginBytes: number;
  /** Temporary files older than this are removed. */
  readonly staleAfterDays: number;
  /** Told of each request once it is over. */
  readonly voir?: VoirEchange | undefined;
};

export type RetryPolicy = {
  /** After the first attempt. */
  readonly max: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** A server that asks for a longer wait (Retry-After) is not waited for. */
  readonly retryAfterMaxMs: number;
};

export type DownloadResult = DownloadOutcome & {
  /** French: what the administrator should know of a success, e.g. that the fallback was used. */
  readonly warnings: readonly string[];
};

export type DownloadOutcome =
  | { readonly kind: 'unchanged'; readonly version: string; readonly origin: string }
  | { readonly kind: 'nothing-new'; readonly origin: string }
  | { readonly kind: 'downloaded'; readonly file: SourceFile };
