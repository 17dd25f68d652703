// Search (RFC 4511 section 4.5): who may ask, how much, and what is left to do after the first slice.
import { responseTag } from '../../protocol/operation-tag.js';
import type { SearchRequest } from '../../protocol/request.js';
import { resultCode } from '../../protocol/result-code.js';
import type { Snapshot } from '../../snapshot/segment.js';
import type { Connection } from '../connection.js';
import { takeToken } from '../rate-limits.js';
import type { Allowance } from '../server-settings.js';
import { SearchOperation } from './search-operation.js';

/** Time that a search may take at once before it waits for its turn like others. */
const firstSliceMs = 2;

/** For the root DSE and the schema, which are there before any snapshot is. */
const emptySnapshot: Snapshot = {
  id: 'none',
  views: [],
  entryCount: 0,
  extractionDate: undefined,
  builtAt: new Date(0),
};

/** What may be asked for without an account where one is needed, as often as anybody likes. */
const discovery: Allowance = { sizeMax: 0, timeMaxMs: 0, searchesPerSecond: 0 };

export function search(connection: Connection, request: SearchRequest): void {
  const { host, identity } = connection;
  const { served } = host;
  const isDiscovery = isAboutServer(request, served.directory.subschema.dn);
  const allowance = isDiscovery ? (identity.allowance ?? discovery) : identity.allowance;
  const snapshot = served.snapshot ?? (isDiscovery ? emptySnapshot : undefined);
  const nowMs = performance.now();
  if (!allowance) {
    refuse(connection, request, resultCode.unwillingToPerform, 'authentication required');
  } else if (!takeToken(identity.bucket, nowMs)) {
    refuse(connection, request, resultCode.busy, 'too many searches, try again');
  } else if (!snapshot) {
    refuse(connection, request, resultCode.unavailable, 'no directory loaded yet');
  } else {
    const operation = SearchOperation.begin(connection, {
      directory: served.directory,
      snapshot,
      rootDse: served.rootDse,
      request,
      sizeMax: lowerLimit(request.sizeLimit, allowance.sizeMax),
      candidatesMax: host.limits.candidatesMax,
      deadlineMs: deadlineOf(
        lowerLimit(request.timeLimitSeconds * 1_000, allowance.timeMaxMs),
        nowMs,
      ),
    });
    if (!operation || operation.advance(connection, nowMs + firstSliceMs)) return;
    connection.operations.set(request.messageId, operation);
  }
}

function refuse(
  connection: Connection,
  { messageId }: SearchRequest,
  code: Parameters<Connection['answer']>[2],
  message: string,
): void {
  connection.answer(messageId, responseTag.searchDone, code, message);
}

/** The root DSE and the subschema, spelt in the ways that clients spell them. */
export function isAboutServer(
  { scope, baseObject }: Pick<SearchRequest, 'scope' | 'baseObject'>,
  subschemaDn: string,
): boolean {
  if (scope !== 'base') return false;
  if (baseObject === '') return true;
  return baseObject.toLowerCase().replaceAll(' ', '') === subschemaDn.toLowerCase();
}

/** 0 = no limit, on either side. */
function lowerLimit(asked: number, allowed: number): number {
  if (asked === 0 || allowed === 0) return Math.max(asked, allowed);
  return Math.min(asked, allowed);
}

function deadlineOf(timeMaxMs: number, nowMs: number): number | undefined {
  return timeMaxMs === 0 ? undefined : nowMs + timeMaxMs;
}
