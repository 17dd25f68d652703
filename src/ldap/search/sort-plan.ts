// What the keys of a sort control (RFC 2891) come to: columns, or the key at fault.
import type { Directory } from '../directory/directory.js';
import type { SortKey } from '../protocol/control.js';
import { resultCode, type ResultCode } from '../protocol/result-code.js';
import type { Matching, ResolvedAttribute } from '../schema/served-schema.js';
import { isCaseIgnored } from './text-test.js';

export type SortColumn = { readonly index: number; readonly isReverse: boolean };

export type SortPlan =
  | { readonly kind: 'columns'; readonly columns: readonly SortColumn[] }
  /** `attribute`: the key at fault, as the request names it. */
  | { readonly kind: 'refused'; readonly code: ResultCode; readonly attribute: string };

/** More keys than address books ever send; each costs a pass over all hits. */
const keysMax = 8;

/**
 * The order is that of the attribute's own index, by folded text and then with its diacritics: a directory in which
 * « Élodie » comes after « zoo » is of no use. Any rule of order or equality that the attribute has may be named, and for a
 * text without case the rule of any other: `caseIgnoreOrderingMatch` is the only rule of order that clients know.
 */
export function planSort({ schema }: Directory, keys: readonly SortKey[]): SortPlan {
  const columns: SortColumn[] = [];
  for (const { attribute, rule, isReverse } of keys) {
    const refuse = (code: ResultCode): SortPlan => ({ kind: 'refused', code, attribute });
    if (columns.length === keysMax) return refuse(resultCode.unwillingToPerform);
    const resolved = schema.resolve(attribute);
    if (resolved.kind === 'unknown') return refuse(resultCode.noSuchAttribute);
    const matching = rule === undefined ? resolved.equality : schema.resolveRule(rule);
    if (matching === undefined || !isFit(matching, resolved)) {
      return refuse(resultCode.inappropriateMatching);
    }
    // A supertype, or a type that no entry holds: the first that is there.
    columns.push({ index: resolved.indexes[0] ?? -1, isReverse });
  }
  return { kind: 'columns', columns };
}

function isFit(
  matching: Matching,
  { equality, ordering }: Extract<ResolvedAttribute, { kind: 'known' }>,
): boolean {
  if (matching === equality || matching === ordering) return true;
  return equality !== undefined && isCaseIgnored(matching) && isCaseIgnored(equality);
}
