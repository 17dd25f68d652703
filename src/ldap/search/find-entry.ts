// From a DN to an entry: the tree is flat, so it is the value of the RDN that is looked up.
import { parentOf, parseDn } from '../dn/dn.js';
import type { Directory, StaticEntry } from '../directory/directory.js';
import { prepareValue } from '../schema/prepare.js';
import type { SegmentView, Snapshot } from '../snapshot/segment.js';
import { equalityTest } from './text-test.js';
import { readDn } from './entry-reader.js';
import { exhausted, type Meter } from './meter.js';
import { rank } from './text-pattern.js';
import { TextNode } from './text-node.js';

export type FoundEntry =
  | { readonly kind: 'static'; readonly entry: StaticEntry }
  | { readonly kind: 'doc'; readonly viewIndex: number; readonly doc: number }
  | { readonly kind: 'invalid' }
  /** `matchedDn`: the deepest entry that there is above it. */
  | { readonly kind: 'absent'; readonly matchedDn: string };

export function findEntry(
  directory: Directory,
  snapshot: Snapshot,
  rootDse: StaticEntry,
  dn: string,
): FoundEntry {
  // What most clients send, spelled as we do.
  if (dn === directory.baseDn) return { kind: 'static', entry: directory.baseEntry };
  const normalised = prepareValue('distinguishedName', dn);
  if (normalised === undefined) return { kind: 'invalid' };
  return (
    findStatic(directory, rootDse, normalised) ??
    findInViews(directory, snapshot, normalised) ?? {
      kind: 'absent',
      matchedDn: matchedDnOf(directory, snapshot, normalised),
    }
  );
}

function findStatic(
  directory: Directory,
  rootDse: StaticEntry,
  normalisedDn: string,
): FoundEntry | undefined {
  const { baseEntry, subschema } = directory;
  const entry = [baseEntry, subschema, rootDse].find(
    (candidate) => candidate.normalisedDn === normalisedDn,
  );
  return entry && { kind: 'static', entry };
}

function findInViews(
  directory: Directory,
  { views }: Snapshot,
  normalisedDn: string,
): FoundEntry | undefined {
  for (const [viewIndex, view] of views.entries()) {
    const doc = findDoc(directory, view, normalisedDn);
    if (doc >= 0) return { kind: 'doc', viewIndex, doc };
  }
  return undefined;
}

function matchedDnOf(directory: Directory, snapshot: Snapshot, normalisedDn: string): string {
  let above = parentOf(normalisedDn);
  while (above !== undefined && above !== '') {
    if (above === directory.normalisedBaseDn) return directory.baseDn;
    if (above === directory.subschema.normalisedDn) return directory.subschema.dn;
    const found = findInViews(directory, snapshot, above);
    const segment = found?.kind === 'doc' ? snapshot.views[found.viewIndex]?.segment : undefined;
    if (found?.kind === 'doc' && segment) return readDn(segment, found.doc);
    above = parentOf(above);
  }
  return '';
}

/** Doc of an entry that is still in the view, or -1. */
export function findDoc(directory: Directory, view: SegmentView, normalisedDn: string): number {
  if (parentOf(normalisedDn) !== directory.normalisedBaseDn) return -1;
  const value = rdnValue(directory, normalisedDn);
  const { equality } = directory.schema.attributes[directory.rdnIndex] ?? {};
  const column = view.segment.columns[directory.rdnIndex];
  if (value === undefined || !equality || !column) return -1;
  const test = equalityTest(equality, Buffer.from(value), true);
  if (!test || test === 'any') return -1;
  const meter: Meter = { examined: 0, pauseAt: Infinity, workLeft: Infinity };
  const cursor = new TextNode(column, test, meter).open(rank.exact, false);
  for (let doc = cursor.next(); doc !== exhausted; doc = cursor.next()) {
    // The value may be one of an entry that is named by another.
    const dn = isRemoved(view, doc) ? undefined : readDn(view.segment, doc);
    if (dn !== undefined && prepareValue('distinguishedName', dn) === normalisedDn) return doc;
  }
  return -1;
}

export function isRemoved({ removed }: SegmentView, doc: number): boolean {
  return removed !== undefined && ((removed[doc >> 3] ?? 0) & (1 << (doc & 7))) !== 0;
}

/** Undefined when the RDN is not of the one type that names entries. */
function rdnValue({ schema, rdnIndex }: Directory, normalisedDn: string): string | undefined {
  const [ava, ...others] = parseDn(normalisedDn)?.[0] ?? [];
  if (!ava || others.length > 0) return undefined;
  const resolved = schema.resolve(ava.type);
  const isNaming = resolved.kind === 'known' && resolved.indexes.includes(rdnIndex);
  return isNaming ? ava.value : undefined;
}
