// The schema that the mirror serves and matches with: what the settings chose among the standard definitions.

/**
 * How values of an attribute are prepared and compared (RFC 4517 section 4.2).
 * `caseExact` and `octetString` compare what was prepared without folding case.
 */
export type Matching =
  | 'caseIgnore'
  | 'caseIgnoreIa5'
  | 'caseExact'
  | 'caseExactIa5'
  | 'numericString'
  | 'telephoneNumber'
  | 'objectIdentifier'
  | 'distinguishedName'
  | 'generalizedTime'
  | 'boolean'
  | 'integer'
  | 'uuid'
  | 'octetString';

/**
 * What decides on the values of an attribute: the BAL itself, what kind of BAL it is (classes, type, profession), or the structure it
 * belongs to. Values of the last two repeat from entry to entry, and are kept once for all that share them.
 */
export type EntryPart = 'own' | 'kind' | 'structure';

/** One attribute that entries of BAL hold; its place in `ServedSchema.attributes` is its *attribute index*. */
export type ServedAttribute = {
  /** Canonical spelling, the one that answers carry (`givenName`). */
  readonly name: string;
  readonly oid: string;
  readonly equality: Matching | undefined;
  readonly ordering: Matching | undefined;
  readonly substring: Matching | undefined;
  /** Operational: returned for `+` or when named, never for `*`. */
  readonly isOperational: boolean;
  /** Of no meaning for an operational one. */
  readonly part: EntryPart;
  /** Has an index of n-grams: any substring of two characters or more is found without a scan. */
  readonly isSubstringIndexed: boolean;
};

/** What an attribute description of a request stands for. */
export type ResolvedAttribute =
  /** Indexes of the attribute and of its subtypes (`name` stands for cn, sn, o…); empty when no entry holds any. */
  | {
      readonly kind: 'known';
      readonly indexes: readonly number[];
      /** Rules of the attribute itself, for assertions on types that no entry holds. */
      readonly equality: Matching | undefined;
      readonly ordering: Matching | undefined;
      readonly substring: Matching | undefined;
    }
  /** In no definition, or not a description at all: Undefined in a filter, ignored in a selection. */
  | { readonly kind: 'unknown' };

export type ServedSchema = {
  /**
   * At most 31: a set of them is a bit mask. User attributes come first, in the order in which entries show them: own ones, those
   * of the kind, those of the structure; the one that names entries is the very first.
   */
  readonly attributes: readonly ServedAttribute[];
  /** Index of `objectClass`. */
  readonly objectClassIndex: number;
  /** Index of the attribute that names entries (mail unless set otherwise). */
  readonly rdnIndex: number;
  /** By name, alias or numeric OID in any case, with or without options; remembers what it was asked, within a bound. */
  resolve(description: string): ResolvedAttribute;
  /** Indexes of the attributes that an object class allows (RFC 4529 `@class`); undefined when unknown. */
  attributesOfClass(name: string): readonly number[] | undefined;
  /** Matching rule by name or OID (extensible filters, sort keys); undefined when unknown. */
  resolveRule(name: string): Matching | undefined;
};
