// Has searches of all kinds run before clients send theirs: what a process runs for the first time is ten times slower, and
// the first wide filter made everybody wait for more than a tenth of a second.
import type { Directory, StaticEntry } from '../directory/directory.js';
import type { Filter } from '../protocol/request.js';
import type { SearchInput } from '../search/search-run.js';
import { startSearch } from '../search/start-search.js';
import type { Snapshot } from '../snapshot/segment.js';
import type { SlicedWork } from './scheduler.js';

export type WarmUpTarget = {
  readonly directory: Directory;
  readonly rootDse: StaticEntry;
  readonly snapshot: Snapshot;
};

/** So that what is run often is compiled for speed. */
const rounds = 2;
/** Of one search: some tenths of a millisecond. */
const docsMax = 200;

export class WarmUp implements SlicedWork {
  /** A turn among others, as one client has. */
  readonly address = '';
  readonly #inputs: Iterator<SearchInput>;

  constructor(target: WarmUpTarget) {
    this.#inputs = listInputs(target);
  }

  runSlice(deadlineMs: number): boolean {
    try {
      while (performance.now() < deadlineMs) {
        const next = this.#inputs.next();
        if (next.done === true) return false;
        runBriefly(next.value);
      }
      return true;
    } catch {
      // A client that searches so ends its connection by it, and the log tells: this is no place to.
      return false;
    }
  }
}

function runBriefly(input: SearchInput): void {
  const start = startSearch(input);
  if (start.kind !== 'running') return;
  start.run.step(docsMax);
  // Does nothing when it is done already.
  start.run.release();
}

function* listInputs({ directory, rootDse, snapshot }: WarmUpTarget): Generator<SearchInput> {
  const filters = listFilters(directory);
  for (let round = 0; round < rounds; round++) {
    for (const filter of filters) {
      const request = {
        kind: 'search',
        messageId: 1,
        controls: [],
        baseObject: directory.baseDn,
        scope: 'sub',
        sizeLimit: 20,
        timeLimitSeconds: 0,
        typesOnly: false,
        filter,
        attributes: [],
      } as const;
      const limits = { sizeMax: 20, candidatesMax: docsMax, deadlineMs: undefined };
      yield { directory, rootDse, snapshot, request, ...limits };
    }
  }
}

/** Each attribute in each way, alone and beside others. */
function listFilters({ schema, baseDn, rdnName }: Directory): Filter[] {
  const filters = schema.attributes.flatMap(({ name }) => assertionsOn(name));
  const dn = assertion('equality', 'entryDN', `${rdnName}=a@b.fr,${baseDn}`);
  const any: Filter = {
    kind: 'extensible',
    rule: 'caseIgnoreMatch',
    attribute: undefined,
    value: Buffer.from('martin'),
    dnAttributes: true,
  };
  const some = [dn, any, assertion('equality', 'name', 'martin'), contains('name', ['mar'])];
  return [
    ...filters,
    ...some,
    ...filters.map((filter): Filter => ({ kind: 'not', filter })),
    ...filters.map((filter, at): Filter => ({
      kind: at % 2 === 0 ? 'or' : 'and',
      filters: [filter, ...filters.slice(at, at + 4), ...some],
    })),
  ];
}

function assertionsOn(attribute: string): Filter[] {
  return [
    { kind: 'present', attribute },
    assertion('equality', attribute, 'inetOrgPerson'),
    assertion('equality', attribute, 'Hélène  MARTIN'),
    assertion('approx', attribute, 'martin'),
    assertion('greaterOrEqual', attribute, 'm'),
    assertion('lessOrEqual', attribute, 'm'),
    { kind: 'substrings', attribute, initial: Buffer.from('mar'), any: [], final: undefined },
    { kind: 'substrings', attribute, initial: undefined, any: [], final: Buffer.from('.fr') },
    contains(attribute, ['e']),
    contains(attribute, ['lè', 'mart']),
  ];
}

function assertion(
  kind: 'equality' | 'approx' | 'greaterOrEqual' | 'lessOrEqual',
  attribute: string,
  value: string,
): Filter {
  return { kind, attribute, value: Buffer.from(value) };
}

function contains(attribute: string, parts: readonly string[]): Filter {
  const any = parts.map((part) => Buffer.from(part));
  return { kind: 'substrings', attribute, initial: undefined, any, final: undefined };
}
