// The addresses of the feed API.
import type { CarrierQuery, CarrierType, Identifier } from './carrier.js';

/** PATCH by logical id. */
export function resourceUrl(base: URL, type: CarrierType, id: string): URL {
  return withPath(base, `${type}/${encodeURIComponent(id)}`);
}

/** Conditional PATCH: the server looks for the one resource that these parameters name. */
export function conditionalUrl(base: URL, type: CarrierType, query: CarrierQuery): URL {
  return withQuery(
    base,
    type,
    query.map(([name, value]) => [name, tokenOf(value)]),
  );
}

/** Enough for any carrier; the ANS advises 200 at most. */
const pageSize = '50';

/**
 * Search by address, with the draft's own parameter. Not `:exact`, which sees no BAL published in capitals (R4, « string »:
 * only the plain form ignores case): a prefix, of which the caller keeps the whole address.
 */
export function mailboxSearchUrl(base: URL, type: CarrierType, adresse: string): URL {
  return withQuery(base, type, [
    ['mailbox-mss', adresse],
    ['_count', pageSize],
  ]);
}

/** Search by identifier: not in the draft, but in the read API that it extends (v2). */
export function identifierSearchUrl(base: URL, type: CarrierType, identifier: Identifier): URL {
  return withQuery(base, type, [
    ['identifier', tokenOf(identifier)],
    ['_count', pageSize],
  ]);
}

/** The situations of a Practitioner in an Organization: read API v2, parameters of references. */
export function situationSearchUrl(base: URL, practitionerId: string, organizationId: string): URL {
  return withQuery(base, 'PractitionerRole', [
    ['practitioner', `Practitioner/${practitionerId}`],
    ['organization', `Organization/${organizationId}`],
    ['_count', pageSize],
  ]);
}

function tokenOf({ system, value }: Identifier): string {
  return `${system}|${value}`;
}

function withQuery(
  base: URL,
  type: CarrierType,
  query: readonly (readonly [name: string, value: string])[],
): URL {
  const url = withPath(base, type);
  // Every name and value encoded, spaces as %20: some gateways do not read `+`.
  url.search = query
    .map(([name, value]) => `${encodeName(name)}=${encodeURIComponent(value)}`)
    .join('&');
  return url;
}

/** The colon of a modifier stays as FHIR writes it. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replaceAll('%3A', ':');
}

function withPath(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/, '')}/${path}`;
  return url;
}
