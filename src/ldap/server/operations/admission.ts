// Who may read what, how often, and out of which snapshot.
import type { SearchRequest } from '../../protocol/request.js';
import { resultCode, type ResultCode } from '../../protocol/result-code.js';
import type { Snapshot } from '../../snapshot/segment.js';
import type { Connection } from '../connection.js';
import { takeToken } from '../rate-limits.js';
import type { Allowance } from '../server-settings.js';

export type Admission =
  | { readonly kind: 'refused'; readonly code: ResultCode; readonly message: string }
  | { readonly kind: 'admitted'; readonly allowance: Allowance; readonly snapshot: Snapshot };

/** For the root DSE and the schema, which are there before any snapshot is. */
const emptySnapshot: Snapshot = {
  id: 'none',
  views: [],
  entryCount: 0,
  extractionDate: undefined,
  builtAt: new Date(0),
};

/** What may be asked without an account, where everything else needs one. */
const discovery: Allowance = { sizeMax: 0, timeMaxMs: 0, searchesPerSecond: 0 };

type Target = Pick<SearchRequest, 'scope' | 'baseObject'>;

export function admit({ host, identity }: Connection, target: Target, nowMs: number): Admission {
  const { allowance } = identity;
  const { snapshot, directory } = host.served;
  const isDiscovery = (!allowance || !snapshot) && isAboutServer(target, directory.subschema.dn);
  if (!allowance && !isDiscovery) {
    // As slapd does under « require authc ».
    return refused(resultCode.unwillingToPerform, 'authentication required');
  }
  if (!takeToken(identity.bucket, nowMs)) {
    return refused(resultCode.busy, 'too many searches, try again');
  }
  if (!snapshot && !isDiscovery) return refused(resultCode.unavailable, 'no directory loaded yet');
  return {
    kind: 'admitted',
    allowance: allowance ?? discovery,
    snapshot: snapshot ?? emptySnapshot,
  };
}

function refused(code: ResultCode, message: string): Admission {
  return { kind: 'refused', code, message };
}

/** The root DSE and the subschema, spelt in the ways that clients spell them. */
export function isAboutServer({ scope, baseObject }: Target, subschemaDn: string): boolean {
  if (scope !== 'base') return false;
  if (baseObject === '') return true;
  return baseObject.toLowerCase().replaceAll(' ', '') === subschemaDn.toLowerCase();
}
