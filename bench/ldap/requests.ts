// Files of requests for the load generator: a few thousand of each kind, drawn from the directory by a seed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { message, searchRequest } from '../../test/support/ldap-wire.js';
import { kinds, type Drawn, type Kind } from './kinds.js';
import { readLdif, type LdifEntry } from './ldif.js';
import { baseDn, balSchemaNames } from './schema-names.js';

export type RequestFile = {
  readonly path: string;
  readonly count: number;
  /** By the order of the file: index in `kinds`, and place in the file of that kind. */
  readonly origins: readonly Origin[];
};

export type Origin = { readonly kind: number; readonly place: number };

export type RequestFiles = {
  readonly byKind: ReadonlyMap<string, RequestFile>;
  readonly mix: RequestFile;
};

const perKind = 2_000;
const seed = 20_261_008;

export async function writeRequests(ldifPath: string, folder: string): Promise<RequestFiles> {
  const random = randomBy(seed);
  const entries = await drawEntries(ldifPath, 3 * perKind, random);
  const encoded = kinds.map((kind, index) =>
    Array.from({ length: perKind }, (_, place) => ({
      origin: { kind: index, place },
      bytes: encode(kind, pick(entries, random), random()),
    })),
  );
  const byKind = new Map(
    kinds.map(({ name }, index) => [name, write(folder, name, encoded[index] ?? [])]),
  );
  const shares = kinds.flatMap(({ weight }, index) =>
    (encoded[index] ?? []).slice(0, weight * perKind),
  );
  return { byKind, mix: write(folder, 'melange', shuffle(shares, random)) };
}

type Encoded = { readonly origin: Origin; readonly bytes: Buffer };

function encode({ sizeLimit, attributes, filterOf }: Kind, drawn: Drawn, roll: number): Buffer {
  const filter = filterOf(drawn, roll);
  return message(1, searchRequest({ base: baseDn, sizeLimit, filter, attributes }));
}

function write(folder: string, name: string, requests: readonly Encoded[]): RequestFile {
  const path = join(folder, `${name}.requetes`);
  const parts = requests.flatMap(({ origin, bytes }) => [
    u32(origin.kind),
    u32(bytes.length),
    bytes,
  ]);
  writeFileSync(path, Buffer.concat([u32(requests.length), ...parts]));
  return { path, count: requests.length, origins: requests.map(({ origin }) => origin) };
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Entries that hold all that any kind asks for, every one as likely as another (reservoir sampling). */
async function drawEntries(path: string, count: number, random: () => number): Promise<Drawn[]> {
  const kept: Drawn[] = [];
  let seen = 0;
  for await (const entry of readLdif(path)) {
    const drawn = drawnFrom(entry);
    if (!drawn) continue;
    seen += 1;
    const place = kept.length < count ? kept.length : Math.floor(random() * seen);
    if (place < count) kept[place] = drawn;
  }
  if (kept.length < count) throw new Error(`${path} holds ${kept.length} entries to draw from`);
  return kept;
}

function drawnFrom(entry: LdifEntry): Drawn | undefined {
  const first = (name: string): string => entry.get(name.toLowerCase())?.[0] ?? '';
  const drawn = {
    mail: first('mail'),
    rpps: first(balSchemaNames.rpps),
    sn: first('sn'),
    givenName: first('givenName'),
    l: first('l'),
    title: first('title'),
  };
  return Object.values(drawn).every((value) => value.length > 2) ? drawn : undefined;
}

function pick(entries: readonly Drawn[], random: () => number): Drawn {
  const drawn = entries[Math.floor(random() * entries.length)];
  if (!drawn) throw new Error('no entry to draw from');
  return drawn;
}

function shuffle(list: readonly Encoded[], random: () => number): Encoded[] {
  return list
    .map((item) => ({ item, key: random() }))
    .sort((left, right) => left.key - right.key)
    .map(({ item }) => item);
}

/** mulberry32: the same requests on every machine. */
function randomBy(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
