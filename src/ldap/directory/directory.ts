// What the mirror publishes: a base entry, one entry for each BAL below it, and the schema they follow.
import type { ServedSchema } from '../schema/served-schema.js';

/** An entry as text, before it is encoded and indexed. */
export type DirectoryEntry = {
  /** RFC 4514, ready to be shown. */
  readonly dn: string;
  /** Values by attribute index; an empty list where there is none, objectClass included. */
  readonly values: readonly (readonly string[])[];
  /** Some of these lists, which many entries share: a hint for who keeps them all. */
  readonly parts?: readonly SharedValues[];
};

/** The very lists that `values` holds at `indexes`, unless an entry has its own instead. */
export type SharedValues = {
  readonly indexes: readonly number[];
  readonly values: readonly (readonly string[])[];
};

/** An entry that is not a BAL (root DSE, subschema, the base and those above it in the tree we serve). */
export type StaticEntry = {
  readonly dn: string;
  /** RFC 4514 normalised (see `dn/dn.ts`); '' is the root DSE. */
  readonly normalisedDn: string;
  readonly attributes: readonly {
    /** Canonical name. */
    readonly name: string;
    readonly values: readonly string[];
    readonly isOperational: boolean;
  }[];
};

export type Directory = {
  readonly schema: ServedSchema;
  /** RFC 4514, as the settings spell it. */
  readonly baseDn: string;
  readonly normalisedBaseDn: string;
  /** Type of the RDN of entries in canonical spelling, and the index of its attribute. */
  readonly rdnName: string;
  readonly rdnIndex: number;
  /** The one entry above those of BAL; in the scope of searches like them. */
  readonly baseEntry: StaticEntry;
  readonly subschema: StaticEntry;
  /** Documented extension: diacritics do not count, where that can only add matches. */
  readonly isAccentInsensitive: boolean;
};
