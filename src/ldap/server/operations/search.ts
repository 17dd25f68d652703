// Search (RFC 4511 section 4.5): how much may be asked, and what is left to do after the first slice.
import { responseTag } from '../../protocol/operation-tag.js';
import type { SearchRequest } from '../../protocol/request.js';
import { writeResult } from '../../protocol/response.js';
import type { SearchInput } from '../../search/search-run.js';
import { startSearch } from '../../search/start-search.js';
import type { Connection } from '../connection.js';
import { admit } from './admission.js';
import { readSearchControls, sortedMax } from './search-controls.js';
import { SearchOperation, type BoundedControls } from './search-operation.js';

/** Time that a search may take at once before it waits for its turn like others. */
const firstSliceMs = 2;

export function search(connection: Connection, request: SearchRequest): void {
  const admission = admit(connection, request);
  if (admission.kind === 'refused') {
    writeResult(connection.writer, request.messageId, responseTag.searchDone, admission);
    return;
  }
  const controls = readSearchControls(request);
  if ('kind' in controls) {
    const { messageId } = request;
    writeResult(connection.writer, messageId, responseTag.searchDone, controls, controls.controls);
    return;
  }
  const { allowance, snapshot } = admission;
  const { served, limits } = connection.host;
  const nowMs = performance.now();
  const timeMaxMs = lowerLimit(request.timeLimitSeconds * 1_000, allowance.timeMaxMs);
  const sizeMax = lowerLimit(request.sizeLimit, allowance.sizeMax);
  const input = {
    directory: served.directory,
    rootDse: served.rootDse,
    snapshot,
    request,
    // A view is a part of the whole list: what is sent is bounded by what it shows.
    sizeMax: controls.view ? sortedMax + 1 : sizeMax,
    candidatesMax: limits.candidatesMax,
    deadlineMs: timeMaxMs === 0 ? undefined : nowMs + timeMaxMs,
  };
  const operation = begin(connection, input, { ...controls, viewMax: sizeMax });
  if (!operation || operation.advance(connection, nowMs + firstSliceMs)) return;
  connection.operations.set(request.messageId, operation);
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
    return new SearchOperation(input, controls, { page });
  }
  const start = startSearch(input);
  if (start.kind === 'running') return new SearchOperation(input, controls, start);
  writeResult(connection.writer, request.messageId, responseTag.searchDone, start);
  return undefined;
}

/** 0 = no limit, on either side. */
function lowerLimit(asked: number, allowed: number): number {
  if (asked === 0 || allowed === 0) return Math.max(asked, allowed);
  return Math.min(asked, allowed);
}
