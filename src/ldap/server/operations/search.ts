// Search (RFC 4511 section 4.5): how much may be asked, and what is left to do after the first slice.
import { responseTag } from '../../protocol/operation-tag.js';
import type { SearchRequest } from '../../protocol/request.js';
import type { Connection } from '../connection.js';
import { admit } from './admission.js';
import { SearchOperation } from './search-operation.js';

/** Time that a search may take at once before it waits for its turn like others. */
const firstSliceMs = 2;

export function search(connection: Connection, request: SearchRequest): void {
  const admission = admit(connection, request);
  if (admission.kind === 'refused') {
    const { code, message } = admission;
    connection.answer(request.messageId, responseTag.searchDone, code, message);
    return;
  }
  const { allowance, snapshot } = admission;
  const { served, limits } = connection.host;
  const nowMs = performance.now();
  const timeMaxMs = lowerLimit(request.timeLimitSeconds * 1_000, allowance.timeMaxMs);
  const operation = SearchOperation.begin(connection, {
    directory: served.directory,
    rootDse: served.rootDse,
    snapshot,
    request,
    sizeMax: lowerLimit(request.sizeLimit, allowance.sizeMax),
    candidatesMax: limits.candidatesMax,
    deadlineMs: timeMaxMs === 0 ? undefined : nowMs + timeMaxMs,
  });
  if (!operation || operation.advance(connection, nowMs + firstSliceMs)) return;
  connection.operations.set(request.messageId, operation);
}

/** 0 = no limit, on either side. */
function lowerLimit(asked: number, allowed: number): number {
  if (asked === 0 || allowed === 0) return Math.max(asked, allowed);
  return Math.min(asked, allowed);
}
