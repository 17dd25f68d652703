// RFC 4511 section 4.10. Diacritics count here: the extension is about searches.
import type { Directory, StaticEntry } from '../directory/directory.js';
import { prepareValue } from '../schema/prepare.js';
import type { CompareRequest } from '../protocol/request.js';
import type { LdapResult } from '../protocol/response.js';
import { resultCode } from '../protocol/result-code.js';
import type { Snapshot } from '../snapshot/segment.js';
import { generateAttributes, isSameOrSubtype } from './attribute-names.js';
import { readDn, readPrepared, readValueIds } from './entry-reader.js';
import { findEntry, type FoundEntry } from './find-entry.js';
import { prepareAssertion } from './text-test.js';
import { valuesOf } from './match-static.js';

export type CompareInput = {
  readonly directory: Directory;
  readonly snapshot: Snapshot;
  readonly rootDse: StaticEntry;
  readonly request: CompareRequest;
};

/** Far more than any entry holds; what normalisation makes of a message of ligatures takes a tenth of a second. */
const valueBytesMax = 8 * 1024;

export function compareEntry(input: CompareInput): LdapResult {
  const { directory, snapshot, rootDse, request } = input;
  const found = findEntry(directory, snapshot, rootDse, request.entry);
  if (found.kind === 'invalid') return { code: resultCode.invalidDnSyntax, message: 'invalid DN' };
  if (found.kind === 'absent') {
    return { code: resultCode.noSuchObject, matchedDn: found.matchedDn };
  }
  const resolved = directory.schema.resolve(request.attribute);
  if (resolved.kind === 'unknown') return { code: resultCode.undefinedAttributeType };
  const { equality } = resolved;
  if (!equality) return { code: resultCode.inappropriateMatching };
  const isLong = request.value.length > valueBytesMax;
  const wanted = isLong ? undefined : prepareAssertion(equality, request.value);
  if (wanted === undefined) return { code: resultCode.invalidAttributeSyntax };
  const values =
    found.kind === 'doc'
      ? preparedOf(input, found, resolved.indexes)
      : valuesOf(found.entry, { indexes: resolved.indexes, name: request.attribute });
  if (values.length === 0) return { code: resultCode.noSuchAttribute };
  const isEqual = values.some((value) => prepareValue(equality, value) === wanted);
  return { code: isEqual ? resultCode.compareTrue : resultCode.compareFalse };
}

/** Prepared already, which preparing again leaves as it is; generated ones as sent. */
function preparedOf(
  { directory, snapshot, request }: CompareInput,
  { viewIndex, doc }: Extract<FoundEntry, { kind: 'doc' }>,
  indexes: readonly number[],
): string[] {
  const segment = snapshot.views[viewIndex]?.segment;
  if (!segment) return [];
  const stored = indexes.flatMap((index) => {
    const column = segment.columns[index];
    return column ? readValueIds(column, doc).map((value) => readPrepared(column, value)) : [];
  });
  const generated = generateAttributes(directory, readDn(segment, doc))
    .filter(({ name }) => isSameOrSubtype(name, request.attribute))
    .map(({ value }) => value);
  return [...stored, ...generated];
}
