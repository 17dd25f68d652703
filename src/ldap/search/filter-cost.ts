// What a filter costs before its first entry is looked at: it is read, prepared and looked up in one go, so it is bounded.
import type { Directory } from '../directory/directory.js';
import type { Filter } from '../protocol/request.js';
import { isAsciiValue } from './plain-value.js';

/**
 * In microseconds or so, of which others wait for all. A thousand addresses looked up by one OR fit, and ten words
 * sought in every attribute.
 */
export const filterCostMax = 20_000;
/** What a plan keeps in memory while it runs, about a kilobyte for an assertion. */
export const planBytesPerCost = 85;
const assertionCost = 12;
/** Beginnings, words and n-grams are looked up. */
const substringsCost = 40;
/** Normalisation makes up to eighteen characters of one; plain ASCII is hardly looked at. */
const byteCost = 1;
const asciiByteCost = 1 / 4;

/**
 * Above `filterCostMax`, preparing alone would make others wait: such a filter is refused (adminLimitExceeded). Depth and
 * number of nodes are bounded by the decoder of requests.
 */
export function filterCost(directory: Directory, filter: Filter): number {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.reduce((sum, inner) => sum + filterCost(directory, inner), 1);
    case 'not':
      return 1 + filterCost(directory, filter.filter);
    case 'unknown':
      return 1;
    case 'present':
      return assertionCost;
    case 'substrings': {
      const { initial, any, final } = filter;
      const parts = [...(initial ? [initial] : []), ...any, ...(final ? [final] : [])];
      const ofParts = parts.reduce((sum, part) => sum + 1 + costOfBytes(part), substringsCost);
      return columnsOf(directory, filter.attribute) * ofParts;
    }
    case 'equality':
    case 'greaterOrEqual':
    case 'lessOrEqual':
    case 'approx':
    case 'extensible':
      return columnsOf(directory, filter.attribute) * (assertionCost + costOfBytes(filter.value));
  }
}

/** Columns that an assertion looks into: a supertype, or a rule without an attribute, has many. */
function columnsOf({ schema }: Directory, attribute: string | undefined): number {
  if (attribute === undefined) return schema.attributes.length;
  const resolved = schema.resolve(attribute);
  return resolved.kind === 'known' ? Math.max(1, resolved.indexes.length) : 1;
}

function costOfBytes(value: Buffer): number {
  return value.length * (isAsciiValue(value) ? asciiByteCost : byteCost);
}
