// What is told of a look-up to whoever counts them: who, what came of it, and on demand what was asked, with its values or without.
import type { Filter, SearchRequest } from '../protocol/request.js';
import { resultCode, type ResultCode } from '../protocol/result-code.js';
import type { Connection } from './connection.js';

export function tellSearch(
  connection: Connection,
  request: SearchRequest,
  code: ResultCode,
  entrees: number,
  dureeMs: number,
): void {
  const { host, identity, address } = connection;
  host.consulter?.({
    interface: 'ldap',
    compte: identity.account?.name ?? '',
    operation: 'search',
    resultat: String(code),
    ...{ entrees, dureeMs, adresse: address },
    demande: () => ({
      noms: describeFilter(request.filter, false, 0),
      valeurs: `${request.baseObject} ${describeFilter(request.filter, true, 0)}`,
    }),
  });
}

/** Not anonymous ones: they change nothing. `compte`: an account, whether it signed in or was refused. */
export function tellBind(connection: Connection, compte: string, code: ResultCode): void {
  if (compte === '' && code === resultCode.success) return;
  connection.host.consulter?.({
    interface: 'ldap',
    compte,
    operation: 'bind',
    resultat: String(code),
    ...{ entrees: 0, dureeMs: 0, adresse: connection.address },
    demande: () => ({ noms: '', valeurs: '' }),
  });
}

const depthMax = 8;
const signs = {
  equality: '=',
  greaterOrEqual: '>=',
  lessOrEqual: '<=',
  approx: '~=',
} as const;

/** RFC 4515 in short: `?` in the place of each value unless they are asked for. */
function describeFilter(filter: Filter, withValues: boolean, depth: number): string {
  if (depth > depthMax) return '…';
  const value = (bytes: Buffer): string =>
    withValues
      ? bytes
          .toString('utf8')
          .replace(/\p{Control}/gu, ' ')
          .slice(0, 200)
      : '?';
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.filters
        .slice(0, 20)
        .map((part) => describeFilter(part, withValues, depth + 1));
      return `(${filter.kind === 'and' ? '&' : '|'}${parts.join('')})`;
    }
    case 'not':
      return `(!${describeFilter(filter.filter, withValues, depth + 1)})`;
    case 'equality':
    case 'greaterOrEqual':
    case 'lessOrEqual':
    case 'approx':
      return `(${filter.attribute}${signs[filter.kind]}${value(filter.value)})`;
    case 'substrings': {
      const { initial, any, final } = filter;
      const pieces = [initial, ...any, final].map((piece) => (piece ? value(piece) : ''));
      return `(${filter.attribute}=${pieces.join('*')})`;
    }
    case 'present':
      return `(${filter.attribute}=*)`;
    case 'extensible':
      return `(${filter.attribute ?? ''}:${filter.rule ?? ''}:=${value(filter.value)})`;
    case 'unknown':
      return '(?)';
  }
}
