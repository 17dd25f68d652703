// Whether two requests ask for the same: what pages and virtual lists are kept under.
import { createHash } from 'node:crypto';
import type { Filter, SearchRequest } from '../protocol/request.js';

/** Everything that must be the same from page to page: all of the request but its message ID and controls. */
export function fingerprintOf(request: SearchRequest): string {
  const { baseObject, scope, sizeLimit, timeLimitSeconds, typesOnly, filter, attributes } = request;
  const numbers = [scope, sizeLimit, timeLimitSeconds, typesOnly].join(' ');
  return digest([baseObject, numbers, ...attributes, '', ...listParts(filter)]);
}

/** What decides which entries are found, and `order`, in which order. */
export function listFingerprint(
  { baseObject, scope, filter }: SearchRequest,
  order: string,
): string {
  return digest([baseObject, scope, order, ...listParts(filter)]);
}

function digest(parts: readonly string[]): string {
  // With their lengths: two lists of parts never come to one text.
  const text = parts.map((part) => `${part.length}:${part}`).join('');
  return createHash('sha256').update(text).digest('base64');
}

/** The filter from left to right, each node with how many are below it. */
function listParts(root: Filter): string[] {
  const parts: string[] = [];
  const waiting: Filter[] = [root];
  for (let filter = waiting.pop(); filter; filter = waiting.pop()) {
    parts.push(filter.kind);
    switch (filter.kind) {
      case 'and':
      case 'or':
        parts.push(String(filter.filters.length));
        for (const inner of filter.filters) waiting.push(inner);
        break;
      case 'not':
        waiting.push(filter.filter);
        break;
      case 'unknown':
        break;
      case 'present':
        parts.push(filter.attribute);
        break;
      case 'equality':
      case 'approx':
      case 'greaterOrEqual':
      case 'lessOrEqual':
        parts.push(filter.attribute, textOf(filter.value));
        break;
      case 'substrings': {
        const { attribute, initial, any, final } = filter;
        parts.push(attribute, String(any.length), ...[initial, ...any, final].map(textOf));
        break;
      }
      case 'extensible': {
        const { attribute, rule, value, dnAttributes } = filter;
        parts.push(textOf(attribute), textOf(rule), textOf(value), String(dnAttributes));
      }
    }
  }
  return parts;
}

/** One character for each byte; an absent part is not an empty one. */
function textOf(value: Buffer | string | undefined): string {
  return value === undefined
    ? '-'
    : `=${typeof value === 'string' ? value : value.toString('latin1')}`;
}
