// From a request to a run: where the search begins, what it looks for.
import type { StaticEntry } from '../directory/directory.js';
import { resultCode } from '../protocol/result-code.js';
import { bindCondition } from './bind-condition.js';
import { compileFilter } from './compile-filter.js';
import type { Condition } from './condition.js';
import { filterCost, filterCostMax, planBytesPerCost } from './filter-cost.js';
import { findEntry, type FoundEntry } from './find-entry.js';
import { AndNode, DocNode, noneNode } from './logic-nodes.js';
import { matchesStatic } from './match-static.js';
import type { Meter } from './meter.js';
import { RankedSearch, type ViewPlan } from './ranked-search.js';
import type { SearchInput, SearchStart } from './search-run.js';

export function startSearch(input: SearchInput): SearchStart {
  const { directory, snapshot, rootDse, request } = input;
  const found = findEntry(directory, snapshot, rootDse, request.baseObject);
  if (found.kind === 'invalid') {
    const message = 'invalid DN';
    return { kind: 'refused', code: resultCode.invalidDnSyntax, matchedDn: '', message };
  }
  if (found.kind === 'absent') {
    const { matchedDn } = found;
    return { kind: 'refused', code: resultCode.noSuchObject, matchedDn, message: '' };
  }
  const cost = filterCost(directory, request.filter);
  if (cost > filterCostMax) {
    const message = 'filter too complex';
    return { kind: 'refused', code: resultCode.adminLimitExceeded, matchedDn: '', message };
  }
  const condition = compileFilter(directory, request.filter);
  const inScope = staticInScope(input, found);
  const statics = inScope && matchesStatic(directory, condition, inScope) ? [inScope] : noStatics;
  const meter: Meter = { examined: 0, pauseAt: 0, workLeft: 0 };
  const plans = planViews(input, found, condition, meter);
  const planBytes = cost * planBytesPerCost * plans.length;
  return { kind: 'running', run: new RankedSearch(input, plans, statics, meter, planBytes) };
}

const noStatics: readonly StaticEntry[] = [];

/**
 * The one in the scope, if any. The root DSE is below nothing, and what is below it is the base with its entries: a client
 * that names no base sees them all.
 */
function staticInScope(
  { directory, request: { scope } }: SearchInput,
  found: FoundEntry,
): StaticEntry | undefined {
  if (found.kind !== 'static') return undefined;
  const isRoot = found.entry.normalisedDn === '';
  if (isRoot && scope !== 'base') return directory.baseEntry;
  return scope === 'one' ? undefined : found.entry;
}

function planViews(
  input: SearchInput,
  found: FoundEntry,
  condition: Condition,
  meter: Meter,
): ViewPlan[] {
  const { directory, snapshot, request } = input;
  const { scope } = request;
  if (found.kind === 'doc' && scope !== 'one') {
    const view = snapshot.views[found.viewIndex];
    if (!view) return [];
    const node = bindCondition({ directory, view, meter }, condition);
    const only = new AndNode([new DocNode(found.doc), node], meter);
    return snapshot.views.map((each) => ({ view: each, node: each === view ? only : noneNode }));
  }
  if (found.kind !== 'static' || !reachesEntries(input, found.entry)) return [];
  return snapshot.views.map((view) => ({
    view,
    node: bindCondition({ directory, view, meter }, condition),
  }));
}

function reachesEntries(
  { directory, request: { scope } }: SearchInput,
  entry: StaticEntry,
): boolean {
  if (entry === directory.baseEntry) return scope !== 'base';
  return entry.normalisedDn === '' && scope === 'sub';
}
