// Running one search to its end.
import assert from 'node:assert/strict';
import type { Filter, SearchRequest, SearchScope } from '../../../src/ldap/protocol/request.js';
import type { SearchInput, SearchResult } from '../../../src/ldap/search/search-run.js';
import { startSearch } from '../../../src/ldap/search/start-search.js';
import type { Snapshot } from '../../../src/ldap/snapshot/segment.js';
import { rootDse, sampleDirectory } from './sample-directory.js';

export const baseDn = 'ou=BAL,o=mssante,c=fr';

export function inputOf(
  snapshot: Snapshot,
  filter: Filter,
  options: {
    readonly isAccentInsensitive: boolean;
    readonly sizeMax?: number;
    readonly candidatesMax?: number;
    readonly baseObject?: string;
    readonly scope?: SearchScope;
  },
): SearchInput {
  const request: SearchRequest = {
    kind: 'search',
    messageId: 1,
    controls: [],
    baseObject: options.baseObject ?? baseDn,
    scope: options.scope ?? 'one',
    sizeLimit: 0,
    timeLimitSeconds: 0,
    typesOnly: false,
    filter,
    attributes: [],
  };
  return {
    directory: sampleDirectory(options.isAccentInsensitive),
    snapshot,
    rootDse,
    request,
    sizeMax: options.sizeMax ?? 0,
    candidatesMax: options.candidatesMax ?? Infinity,
    deadlineMs: undefined,
  };
}

export function run(input: SearchInput, docsMax = Infinity): SearchResult {
  const start = startSearch(input);
  assert.ok(start.kind === 'running');
  for (let slices = 0; slices < 100_000; slices++) {
    const result = start.run.step(docsMax);
    if (result) return result;
  }
  throw new Error('a search that does not end');
}
