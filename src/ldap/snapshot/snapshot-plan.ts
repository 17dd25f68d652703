// How BAL become a segment, from the settings.
import { createHash } from 'node:crypto';
import { compileEntryOfBal, type EntryOfBal } from '../directory/entry-of-bal.js';
import type { Layout } from '../directory/layout.js';
import type { ServedSchema } from '../schema/served-schema.js';

export type SnapshotPlan = {
  readonly schema: ServedSchema;
  readonly entryOf: EntryOfBal;
  /** Of all that entries and columns depend on: what was built with another is of no use. */
  readonly fingerprint: string;
};

/** To be raised when the same settings and BAL come to give other entries or columns. */
const revision = 1;

/** `schema` was created from the same layout. */
export function createSnapshotPlan(layout: Layout, schema: ServedSchema): SnapshotPlan {
  const { attributes, rdnIndex } = schema;
  const { baseDn, rdn, classes, attributs } = layout;
  const text = JSON.stringify([
    revision,
    // Cases, spaces and accents are prepared by this version of Unicode.
    process.versions['unicode'],
    [attributes, rdnIndex],
    [baseDn, rdn, classes, attributs],
  ]);
  return {
    schema,
    entryOf: compileEntryOfBal(layout, schema),
    fingerprint: createHash('sha256').update(text).digest('hex'),
  };
}
