// Sorting, virtual list views and pages: what their controls ask, and what they make of the hits of a search.
import {
  decodePagedResults,
  decodeSortRequest,
  decodeVirtualListView,
  encodePagedResults,
  encodeSortResponse,
  encodeVirtualListViewResult,
  type PagedResults,
  type SortKey,
  type VirtualListView,
} from '../../protocol/control.js';
import { controlOid } from '../../protocol/oid.js';
import type { SearchRequest } from '../../protocol/request.js';
import type { ResponseControl } from '../../protocol/response.js';
import { resultCode, type ResultCode } from '../../protocol/result-code.js';
import type { SearchInput, SearchResult } from '../../search/search-run.js';
import type { SortPlan } from '../../search/sort-plan.js';
import { sliceVirtualList } from '../../search/virtual-list.js';

export type SearchControls = {
  readonly paged: PagedResults | undefined;
  readonly sort: { readonly keys: readonly SortKey[]; readonly isCritical: boolean } | undefined;
  readonly view: VirtualListView | undefined;
};

/** `viewMax`: entries that a virtual list view may show, 0 = no limit. */
export type BoundedControls = SearchControls & { readonly viewMax: number };

/** A search whose controls cannot be done: its result, with the controls that say why. */
export type ControlRefusal = {
  readonly kind: 'refused';
  readonly code: ResultCode;
  readonly message: string;
  readonly controls: readonly ResponseControl[];
};

const noSearchControls: SearchControls = {
  paged: undefined,
  sort: undefined,
  view: undefined,
};

export function readSearchControls({
  controls,
}: Pick<SearchRequest, 'controls'>): SearchControls | ControlRefusal {
  if (controls.length === 0) return noSearchControls;
  const find = (type: string) => controls.find((control) => control.type === type);
  const [paged, sort, view] = [
    find(controlOid.pagedResults),
    find(controlOid.sortRequest),
    find(controlOid.virtualListViewRequest),
  ];
  const asked = {
    paged: paged && decodePagedResults(paged.value),
    sort: sort && decodeSortRequest(sort.value),
    view: view && decodeVirtualListView(view.value),
  };
  if (
    (paged !== undefined && asked.paged === undefined) ||
    (sort !== undefined && asked.sort === undefined) ||
    (view !== undefined && asked.view === undefined)
  ) {
    return refuse(resultCode.protocolError, 'malformed control value');
  }
  if (paged && view) {
    return refuse(
      resultCode.protocolError,
      'paged results and virtual list view exclude each other',
    );
  }
  if (asked.view && !asked.sort) {
    // draft-ietf-ldapext-ldapv3-vlv-09 section 6.2: the reason is in the control.
    const why = viewControl(resultCode.sortControlMissing, 0, 0, asked.view);
    return refuse(resultCode.virtualListViewError, 'virtual list view needs a sort control', [why]);
  }
  return {
    paged: asked.paged,
    view: asked.view,
    sort: sort && asked.sort && { keys: asked.sort, isCritical: sort.isCritical },
  };
}

export type Arranged = SearchResult & { readonly controls: readonly ResponseControl[] };

const noControls: readonly ResponseControl[] = [];

/** Named one by one: spreading takes longer than a small search. */
function withControls(
  { code, statics, hits }: SearchResult,
  controls: readonly ResponseControl[],
): Arranged {
  return { code, statics, hits, controls };
}

/** The search cannot be sorted as asked: what is answered instead, or undefined when its result is sent unsorted. */
export function refuseSort(
  plan: Extract<SortPlan, { kind: 'refused' }>,
  { sort, view }: SearchControls,
): ControlRefusal | undefined {
  // RFC 2891 section 2: unsorted is better than nothing, unless it was said to be critical. A view of it is nothing.
  if (!sort?.isCritical && !view) return undefined;
  const code = view ? resultCode.virtualListViewError : resultCode.unavailableCriticalExtension;
  const viewWhy = view ? [viewControl(plan.code, 0, 0, view)] : [];
  return refuse(code, 'cannot sort as asked', [sortControl(plan), ...viewWhy]);
}

/** Says how a result is sorted, and cuts the view; `viewMax`: entries that a view may show, 0 = no limit. */
export function arrange(
  { directory, snapshot }: SearchInput,
  result: SearchResult,
  plan: SortPlan | undefined,
  { view, viewMax }: BoundedControls,
): Arranged | ControlRefusal {
  if (!plan) return withControls(result, noControls);
  const sorted = sortControl(plan);
  if (!view || plan.kind === 'refused') return withControls(result, [sorted]);
  const { hits } = result;
  const list = sliceVirtualList(directory, snapshot, hits, plan.columns, view);
  const { code, targetPosition, contentCount } = list.result;
  const shown = viewControl(code, targetPosition, contentCount, view);
  if (code !== resultCode.success) {
    return refuse(resultCode.virtualListViewError, 'no such place in the list', [sorted, shown]);
  }
  const end = viewMax === 0 ? list.end : Math.min(list.end, list.first + viewMax);
  // A copy: a view that waits to be read does not keep the whole list.
  return {
    code: result.code,
    statics: [],
    hits: hits.slice(list.first, end),
    controls: [sorted, shown],
  };
}

export function pagedControl(total: number, cookie: Buffer): ResponseControl {
  const value = encodePagedResults({ size: total, cookie });
  return { type: controlOid.pagedResults, value };
}

function viewControl(
  code: ResultCode,
  targetPosition: number,
  contentCount: number,
  { contextId }: VirtualListView,
): ResponseControl {
  const value = encodeVirtualListViewResult({ code, targetPosition, contentCount, contextId });
  return { type: controlOid.virtualListViewResponse, value };
}

function sortControl(plan: SortPlan): ResponseControl {
  const value =
    plan.kind === 'refused'
      ? encodeSortResponse(plan.code, plan.attribute)
      : encodeSortResponse(resultCode.success);
  return { type: controlOid.sortResponse, value };
}

function refuse(
  code: ResultCode,
  message: string,
  controls: readonly ResponseControl[] = [],
): ControlRefusal {
  return { kind: 'refused', code, message, controls };
}
