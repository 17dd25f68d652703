// What a client may ask, as values (RFC 4511 section 4). Decoding is in `decode-request.ts`.

/** RFC 4511 section 4.1.11. `value` is undefined when the control carries none. */
export type Control = {
  readonly type: string;
  readonly isCritical: boolean;
  readonly value: Buffer | undefined;
};

/** RFC 4511 section 4.5.1.7, as sent: attribute descriptions are not yet resolved, values not yet prepared. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | {
      readonly kind: 'equality' | 'greaterOrEqual' | 'lessOrEqual' | 'approx';
      readonly attribute: string;
      readonly value: Buffer;
    }
  | {
      readonly kind: 'substrings';
      readonly attribute: string;
      readonly initial: Buffer | undefined;
      readonly any: readonly Buffer[];
      readonly final: Buffer | undefined;
    }
  | { readonly kind: 'present'; readonly attribute: string }
  | {
      readonly kind: 'extensible';
      readonly rule: string | undefined;
      readonly attribute: string | undefined;
      readonly value: Buffer;
      readonly dnAttributes: boolean;
    }
  /** A choice that this version of the protocol does not have: evaluates to Undefined. */
  | { readonly kind: 'unknown' };

export type SearchScope = 'base' | 'one' | 'sub';

type Asked<Kind extends string> = {
  readonly kind: Kind;
  /** 1 to 2^31 - 1. */
  readonly messageId: number;
  readonly controls: readonly Control[];
};

export type SearchRequest = Asked<'search'> & {
  /** DN as sent, still to be parsed: a bad one is answered 34, not a fatal fault. */
  readonly baseObject: string;
  readonly scope: SearchScope;
  /** 0 = no limit asked. */
  readonly sizeLimit: number;
  readonly timeLimitSeconds: number;
  readonly typesOnly: boolean;
  readonly filter: Filter;
  readonly attributes: readonly string[];
};

export type BindRequest = Asked<'bind'> & {
  readonly version: number;
  readonly name: string;
  readonly authentication:
    | { readonly kind: 'simple'; readonly password: Buffer }
    | {
        readonly kind: 'sasl';
        readonly mechanism: string;
        readonly credentials: Buffer | undefined;
      }
    | { readonly kind: 'unknown' };
};

export type CompareRequest = Asked<'compare'> & {
  readonly entry: string;
  readonly attribute: string;
  readonly value: Buffer;
};

export type ExtendedRequest = Asked<'extended'> & {
  readonly name: string;
  readonly value: Buffer | undefined;
};

/** Add, delete, modify, modifyDN: decoded as far as their syntax must be checked, then refused. */
export type WriteRequest = Asked<'write'> & {
  readonly operation: 'add' | 'delete' | 'modify' | 'modifyDn';
  readonly entry: string;
};

export type Request =
  | BindRequest
  | Asked<'unbind'>
  | (Asked<'abandon'> & { readonly abandonedId: number })
  | SearchRequest
  | CompareRequest
  | ExtendedRequest
  | WriteRequest;
