// The border with the ANS's feed API: everything above speaks of BAL and porteurs, everything below of FHIR.
import type { BalAPublier, BalLue, FeedOperation, Porteur } from '../domain/feed-operation.js';

/** Operations of one porteur, in order, sent as one request: all of them are applied, or none. */
export type FeedRequest = {
  readonly porteur: Porteur;
  readonly operations: readonly [FeedOperation, ...FeedOperation[]];
};

/** What was exchanged, for the record: bounded, without keys. */
export type Exchange = {
  /** Method, path and body as sent; undefined when nothing left. */
  readonly request: string | undefined;
  readonly status: number | undefined;
  readonly response: string | undefined;
};

/** The ANS refuses, for good: the same request would be refused again. */
export type Rejected = {
  readonly kind: 'rejected';
  readonly exchange: Exchange;
  /**
   * bad-request 400 and other 4xx · unauthorized 401/403 · not-found 404 · ambiguous 412 · unprocessable 422 ·
   * redirect 3xx (never followed) · server-error 500 · refused-here: our own last check refused it, nothing left.
   */
  readonly cause:
    | 'bad-request'
    | 'unauthorized'
    | 'not-found'
    | 'ambiguous'
    | 'unprocessable'
    | 'redirect'
    | 'server-error'
    | 'refused-here';
  /** French, what to do included; holds no secret. */
  readonly message: string;
};

/** No usable answer: to try again later. */
export type Unavailable = {
  readonly kind: 'unavailable';
  readonly exchange: Exchange;
  readonly cause: 'throttled' | 'gateway' | 'timeout' | 'connection' | 'invalid-answer' | 'token';
  /** From `Retry-After`. */
  readonly retryAfterMs: number | undefined;
  /** The request may have been carried out all the same. */
  readonly isOutcomeUnknown: boolean;
  readonly message: string;
};

export type PatchAnswer =
  | {
      readonly kind: 'accepted';
      readonly exchange: Exchange;
      /** The mailboxes of the carrier after the change, as the answer tells; the pusher looks for its own in them. */
      readonly bals: readonly BalLue[];
    }
  | Rejected
  | Unavailable;

export type ReadAnswer =
  /** `bals`: the mailboxes of this porteur; empty when it exists and carries none. */
  | { readonly kind: 'found'; readonly exchange: Exchange; readonly bals: readonly BalLue[] }
  /** No such BAL on this porteur as far as the read API shows (it hides the liste rouge). */
  | { readonly kind: 'absent'; readonly exchange: Exchange }
  | Rejected
  | Unavailable;

/** Real: over HTTP. Dry run: only records. Both are given the same requests. */
export type FeedClient = {
  patch(request: FeedRequest, signal?: AbortSignal): Promise<PatchAnswer>;
  /** What the read side shows of this BAL on this porteur. */
  read(adresse: string, porteur: Porteur, signal?: AbortSignal): Promise<ReadAnswer>;
  /** Whether `read` can ever show this BAL (liste rouge is hidden): if not, a silent read proves nothing. */
  canShow(bal: BalAPublier): boolean;
  close(): Promise<void>;
};
