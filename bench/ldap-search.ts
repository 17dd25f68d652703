// Time of whole searches (compile, run, write the entries) over an invented country, in this process and without sockets.
import { existsSync } from 'node:fs';
import { createDirectory } from '../src/ldap/directory/create-directory.js';
import { defaultLayout } from '../src/ldap/directory/layout.js';
import type { Directory, DirectoryEntry } from '../src/ldap/directory/directory.js';
import { ByteWriter } from '../src/ldap/ber/writer.js';
import type { Filter, SearchRequest } from '../src/ldap/protocol/request.js';
import { selectAttributes } from '../src/ldap/search/select-attributes.js';
import { startSearch } from '../src/ldap/search/start-search.js';
import { writeHit } from '../src/ldap/search/write-entry.js';
import { buildSegment } from '../src/ldap/snapshot/segment-builder.js';
import { readSegment, writeSegmentFile } from '../src/ldap/snapshot/segment-file.js';
import type { Segment, Snapshot } from '../src/ldap/snapshot/segment.js';

const entryCount = Number(process.argv[2] ?? 556_000);
/** Where the built segment is kept from one run to the next. */
const segmentPath = process.argv[3];
/** Measured for ten seconds: for a profile. */
const longKind = process.argv[4];
const secondsEach = 1.5;

type Kind = {
  readonly name: string;
  readonly sizeLimit: number;
  readonly filter: (person: Person) => Filter;
};

type Person = {
  readonly first: string;
  readonly last: string;
  readonly mail: string;
  readonly rpps: string;
  readonly city: string;
  readonly title: string;
};

const kinds: readonly Kind[] = [
  { name: 'mail', sizeLimit: 0, filter: ({ mail }) => equality('mail', mail) },
  { name: 'rpps', sizeLimit: 0, filter: ({ rpps }) => equality('rpps', rpps) },
  { name: 'not found', sizeLimit: 0, filter: ({ mail }) => equality('mail', `${mail}x`) },
  {
    name: 'prefix of 3, limit 50',
    sizeLimit: 50,
    filter: ({ last }) => substrings('sn', { initial: last.slice(0, 3) }),
  },
  {
    name: 'Thunderbird, 3 letters',
    sizeLimit: 100,
    filter: ({ last }) => thunderbird(last.slice(0, 3)),
  },
  {
    name: 'Thunderbird, 5 letters',
    sizeLimit: 100,
    filter: ({ last }) => thunderbird(last.slice(0, 5)),
  },
  {
    name: 'Thunderbird, first and last',
    sizeLimit: 100,
    filter: ({ first, last }) => thunderbird(`${first} ${last.slice(0, 3)}`),
  },
  {
    name: 'Outlook, 3 letters',
    sizeLimit: 100,
    filter: ({ last }) => outlook(last.slice(0, 3)),
  },
  {
    name: 'sn, l and title',
    sizeLimit: 0,
    filter: ({ last, city, title }) => ({
      kind: 'and',
      filters: [equality('sn', last), equality('l', city), equality('title', title)],
    }),
  },
  {
    name: 'present, limit 100',
    sizeLimit: 100,
    filter: () => ({ kind: 'present', attribute: 'objectClass' }),
  },
];

function equality(attribute: string, value: string): Filter {
  return { kind: 'equality', attribute, value: Buffer.from(value) };
}

function substrings(
  attribute: string,
  parts: { readonly initial?: string; readonly any?: readonly string[] },
): Filter {
  return {
    kind: 'substrings',
    attribute,
    initial: parts.initial === undefined ? undefined : Buffer.from(parts.initial),
    any: (parts.any ?? []).map((part) => Buffer.from(part)),
    final: undefined,
  };
}

/** `(|(cn=*a*b*)(mail=*a b*)(givenName=*a*)(sn=*a b*))`. */
function thunderbird(typed: string): Filter {
  const words = typed.toLowerCase().split(' ');
  return {
    kind: 'or',
    filters: [
      substrings('cn', { any: words }),
      substrings('mail', { any: [typed.toLowerCase()] }),
      substrings('givenName', { any: words.slice(0, 1) }),
      substrings('sn', { any: [typed.toLowerCase()] }),
    ],
  };
}

function outlook(typed: string): Filter {
  const initial = (attribute: string): Filter => substrings(attribute, { initial: typed });
  const names: Filter = { kind: 'or', filters: [initial('sn'), initial('givenName')] };
  const more: Filter = { kind: 'or', filters: [initial('cn'), names] };
  const any: Filter = { kind: 'or', filters: [initial('mail'), more] };
  return { kind: 'and', filters: [{ kind: 'present', attribute: 'mail' }, any] };
}

const random = mulberry(20261123);
const firstNames = invent(1500, 2, 3);
const lastNames = invent(60_000, 2, 4);
const cities = invent(9000, 2, 4);
const titles = invent(40, 3, 4);
const structures = invent(30_000, 3, 6);

const directory = createDirectory(defaultLayout);
const people: Person[] = [];
const started = performance.now();
const snapshot = await build(directory);
console.log(`${entryCount} entries in ${((performance.now() - started) / 1000).toFixed(1)} s`);

for (const kind of kinds) {
  if (longKind === undefined) measure(kind, secondsEach);
  else if (longKind === kind.name) measure(kind, 10);
}

async function build({ schema }: Directory): Promise<Snapshot> {
  const places = new Map(schema.attributes.map(({ name }, index) => [name, index]));
  const entries = function* (): Generator<DirectoryEntry> {
    for (let i = 0; i < entryCount; i++) {
      const person = inventPerson(i);
      if (people.length < 20_000 && i % 27 === 0) people.push(person);
      const values: (readonly string[])[] = schema.attributes.map(() => []);
      for (const [name, list] of Object.entries(attributesOf(person))) {
        values[places.get(name) ?? 0] = list;
      }
      yield { dn: `mail=${person.mail},${defaultLayout.baseDn}`, values };
    }
  };
  const segment = await keptSegment(entries());
  const builtAt = new Date();
  const views = [{ segment, removed: undefined }];
  return { id: 'bench', views, entryCount, extractionDate: undefined, builtAt };
}

async function keptSegment(entries: Iterable<DirectoryEntry>): Promise<Segment> {
  if (segmentPath !== undefined && existsSync(segmentPath)) {
    // People are invented along the way.
    for (const entry of entries) if (people.length >= 20_000 && entry.dn === '') break;
    return readSegment(segmentPath, 'bench', new AbortController().signal);
  }
  const segment = buildSegment(directory.schema, entries);
  if (segmentPath !== undefined) {
    await writeSegmentFile(segmentPath, { segment, aside: new Map(), fingerprint: 'bench' });
  }
  return segment;
}

function attributesOf(person: Person): Readonly<Record<string, readonly string[]>> {
  const { first, last, mail, rpps, city, title } = person;
  const structure = pick(structures);
  return {
    objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson', 'boiteLettreMss'],
    mail: [mail],
    cn: [`${first} ${last}`, `${last} ${first}`],
    sn: [last],
    givenName: [first],
    displayName: [`${first} ${last}`],
    title: [title],
    o: [`Centre ${structure}`],
    l: [city],
    postalCode: [String(10_000 + Math.floor(random() * 80_000))],
    typeBal: ['PER'],
    rpps: [rpps],
    finess: [String(100_000_000 + Math.floor(random() * 40_000))],
    structuralObjectClass: ['inetOrgPerson'],
    modifyTimestamp: ['20261120000000Z'],
  };
}

function inventPerson(i: number): Person {
  const first = pick(firstNames);
  // Common names are much more common than rare ones.
  const last = lastNames[Math.floor(random() ** 3 * lastNames.length)] ?? '';
  const mail = `${plain(first)}.${plain(last)}${i}@${plain(pick(structures)).slice(0, 6)}.mssante.fr`;
  return {
    first,
    last,
    mail,
    rpps: String(10_000_000_000 + i),
    city: pick(cities),
    title: pick(titles),
  };
}

function measure({ name, sizeLimit, filter }: Kind, seconds: number): void {
  const requests = people.slice(0, 4000).map((person) => requestOf(filter(person), sizeLimit));
  const writer = new ByteWriter();
  let entries = 0;
  let count = 0;
  const run = (request: SearchRequest): void => {
    const start = startSearch({
      directory,
      snapshot,
      rootDse: directory.baseEntry,
      request,
      sizeMax: request.sizeLimit,
      candidatesMax: 100_000,
      deadlineMs: undefined,
    });
    if (start.kind === 'refused') throw new Error(start.message);
    let result = start.run.step(10_000);
    while (!result) result = start.run.step(10_000);
    const selection = selectAttributes(directory, request.attributes, false);
    for (const hit of result.hits.subarray(0, 20)) {
      writeHit(writer, 7, { directory, snapshot }, hit, selection);
    }
    entries += result.hits.length;
    count++;
    writer.take();
  };
  for (const request of requests) run(request);
  entries = 0;
  count = 0;
  const times: number[] = [];
  const cpuBefore = process.cpuUsage();
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    for (const request of requests) {
      const from = performance.now();
      run(request);
      times.push(performance.now() - from);
      if ((count & 63) === 0 && performance.now() > end) break;
    }
  }
  const cpu = process.cpuUsage(cpuBefore).user / count;
  times.sort((a, b) => a - b);
  const at = (share: number): string =>
    ((times[Math.floor(times.length * share)] ?? 0) * 1000).toFixed(1);
  console.log(
    `${name.padEnd(28)} CPU ${cpu.toFixed(1).padStart(7)} µs  p50 ${at(0.5).padStart(7)}  p99 ${at(0.99).padStart(8)}  hits ${(entries / count).toFixed(1)}`,
  );
}

function requestOf(filter: Filter, sizeLimit: number): SearchRequest {
  return {
    kind: 'search',
    messageId: 7,
    controls: [],
    baseObject: defaultLayout.baseDn,
    scope: 'sub',
    sizeLimit,
    timeLimitSeconds: 0,
    typesOnly: false,
    filter,
    attributes: [],
  };
}

function invent(count: number, syllablesMin: number, syllablesMax: number): string[] {
  const heads = 'b ch d du f g j l m n p r s t v br gr pl st mar ber lau'.split(' ');
  const cores = 'a e i o u é è an on in ou ai eau ier ent'.split(' ');
  return Array.from({ length: count }, () => {
    const syllables = syllablesMin + Math.floor(random() * (syllablesMax - syllablesMin + 1));
    const text = Array.from({ length: syllables }, () => pick(heads) + pick(cores)).join('');
    return text.charAt(0).toUpperCase() + text.slice(1);
  });
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[éè]/gu, 'e');
}

function pick(list: readonly string[]): string {
  return list[Math.floor(random() * list.length)] ?? '';
}

/** A small generator of numbers, so that each run searches the same country. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
