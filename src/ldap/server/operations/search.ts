// Search (RFC 4511 section 4.5): how much may be asked, and what is left to do after the first slice.
import { responseTag } from '../../protocol/operation-tag.js';
import type { SearchRequest } from '../../protocol/request.js';
import type { LdapResult, ResponseControl } from '../../protocol/response.js';
import { listFingerprint } from '../../search/search-fingerprint.js';
import type { SearchInput } from '../../search/search-run.js';
import { planSort } from '../../search/sort-plan.js';
import type { SortedLists } from '../../search/sorted-lists.js';
import { startSearch } from '../../search/start-search.js';
import { answerResult } from '../answers.js';
import type { Connection } from '../connection.js';
import { tellSearch } from '../consulted.js';
import { admit } from './admission.js';
import { readSearchControls, refuseSort, type BoundedControls } from './search-controls.js';
import { SearchOperation, type HitSource } from './search-operation.js';

/** Time that a search may take at once before it waits for its turn like others. */
const firstSliceMs = 2;

export function search(connection: Connection, request: SearchRequest, nowMs: number): void {
  const operation = start(connection, request, nowMs);
  if (operation && !runFirstSlice(connection, operation, nowMs)) {
    connection.operations.add(connection, operation, nowMs);
  } else connection.host.counters.searchesAtOnce += 1;
}

/** Undefined when it was refused, and answered. */
function start(
  connection: Connection,
  request: SearchRequest,
  nowMs: number,
): SearchOperation | undefined {
  const admission = admit(connection, request, nowMs);
  if (admission.kind === 'refused') {
    tellSearch(connection, request, admission.code, 0, 0);
    answerResult(connection, request.messageId, responseTag.searchDone, admission);
    return undefined;
  }
  const controls = readSearchControls(request);
  if ('kind' in controls) {
    const { messageId } = request;
    tellSearch(connection, request, controls.code, 0, 0);
    answerResult(connection, messageId, responseTag.searchDone, controls, controls.controls);
    return undefined;
  }
  const { allowance, snapshot } = admission;
  const { served, limits } = connection.host;
  const timeMaxMs = lowerLimit(request.timeLimitSeconds * 1_000, allowance.timeMaxMs);
  const sizeMax = lowerLimit(request.sizeLimit, allowance.sizeMax);
  const input = {
    directory: served.directory,
    rootDse: served.rootDse,
    snapshot,
    request,
    // A view is a part of the whole list: what is sent is bounded by what it shows.
    sizeMax: controls.view ? 0 : sizeMax,
    candidatesMax: limits.candidatesMax,
    deadlineMs: timeMaxMs === 0 ? undefined : nowMs + timeMaxMs,
  };
  const { paged, sort, view } = controls;
  return begin(connection, input, { paged, sort, view, viewMax: sizeMax });
}

/** True when it is done. */
function runFirstSlice(connection: Connection, operation: SearchOperation, nowMs: number): boolean {
  let isDone = true;
  try {
    isDone = operation.advance(connection, nowMs + firstSliceMs, nowMs);
  } finally {
    if (isDone) operation.release();
  }
  return isDone;
}

/** Undefined when it was refused, and answered. */
function begin(
  connection: Connection,
  input: SearchInput,
  controls: BoundedControls,
): SearchOperation | undefined {
  const { paged } = controls;
  const { request } = input;
  if (paged && paged.cookie.length > 0) {
    const nowMs = performance.now();
    const page = connection.pages.resume(request, paged.cookie, paged.size, nowMs);
    return new SearchOperation(input, controls, { kind: 'page', page });
  }
  const source = startSorted(connection.host.sortedLists, input, controls);
  if (source.kind === 'refused') {
    const { messageId } = request;
    answerResult(connection, messageId, responseTag.searchDone, source, source.controls);
    return undefined;
  }
  return new SearchOperation(input, controls, source);
}

type Refusal = LdapResult & {
  readonly kind: 'refused';
  readonly controls?: readonly ResponseControl[];
};

/** A search that nothing was done for yet, or the list of an earlier one that this is a view of. */
function startSorted(
  lists: SortedLists,
  input: SearchInput,
  controls: BoundedControls,
): HitSource | Refusal {
  const { directory, snapshot, request } = input;
  const start = startSearch(input);
  if (start.kind === 'refused') return start;
  const { run } = start;
  const plan = controls.sort && planSort(directory, controls.sort.keys);
  const refusal = plan?.kind === 'refused' && refuseSort(plan, controls);
  if (refusal) return refusal;
  if (!controls.view || plan?.kind !== 'columns')
    return { kind: 'run', run, plan, viewed: undefined };
  const key = listFingerprint(request, JSON.stringify(plan.columns));
  const hits = lists.find(key, snapshot, performance.now());
  return hits ? { kind: 'list', hits, plan } : { kind: 'run', run, plan, viewed: { lists, key } };
}

/** 0 = no limit, on either side. */
function lowerLimit(asked: number, allowed: number): number {
  if (asked === 0 || allowed === 0) return Math.max(asked, allowed);
  return Math.min(asked, allowed);
}
