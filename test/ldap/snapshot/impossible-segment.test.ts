// Files whose checksums are right and whose content is impossible: refused, or of no harm to whoever searches.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from '../../support/fast-check.js';
import { ByteWriter } from '../../../src/ldap/ber/writer.js';
import type { Filter } from '../../../src/ldap/protocol/request.js';
import { selectAttributes } from '../../../src/ldap/search/select-attributes.js';
import { writeHit } from '../../../src/ldap/search/write-entry.js';
import { buildSegment } from '../../../src/ldap/snapshot/segment-builder.js';
import {
  readAside,
  readSegment,
  writeSegmentFile,
} from '../../../src/ldap/snapshot/segment-file.js';
import { SegmentFileError } from '../../../src/ldap/snapshot/segment-file-error.js';
import {
  decodeHeader,
  encodeHeader,
  type FileHeader,
  type FilePart,
} from '../../../src/ldap/snapshot/segment-file-header.js';
import { numbers } from '../../../src/ldap/snapshot/segment-sections.js';
import type { Segment } from '../../../src/ldap/snapshot/segment.js';
import { inputOf, run } from '../search/run-search.js';
import { entryOf, smallDirectory, smallSchema } from './small-schema.js';

const { signal } = new AbortController();
const value = (text: string): Buffer => Buffer.from(text);
const filters: readonly Filter[] = [
  { kind: 'present', attribute: 'mail' },
  { kind: 'equality', attribute: 'cn', value: value('durand 3') },
  {
    kind: 'substrings',
    attribute: 'cn',
    initial: undefined,
    any: [value('ran')],
    final: undefined,
  },
  { kind: 'substrings', attribute: 'mail', initial: value('e'), any: [], final: value('fr') },
  { kind: 'not', filter: { kind: 'present', attribute: 'employeeNumber' } },
];

describe('a segment file whose checksums are right', () => {
  let folder = '';
  let path = '';
  let whole: { readonly header: FileHeader; readonly data: Buffer };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'impossible-'));
    path = join(folder, 'a.segment');
    const aside = new Map([['removed', Uint32Array.of(3, 5, 8)]]);
    await writeSegmentFile(path, { segment: sampleSegment(), aside, fingerprint: 'f' });
    const bytes = await readFile(path);
    const { header, start } = decodeHeader(bytes);
    whole = { header, data: bytes.subarray(start) };
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const put = (header: FileHeader, data: Buffer): Promise<void> =>
    writeFile(path, Buffer.concat([...encodeHeader(header), data]));

  it('is served as it was, or refused, when some of its bytes are others', async () => {
    let refusals = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.data.length - 1), fc.integer({ min: 1, max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (changes) => {
          const data = Buffer.from(whole.data);
          for (const [at, change] of changes) data[at] = (data[at] ?? 0) ^ change;
          await put(seal(whole.header, data), data);
          if (!(await isHarmless(path))) refusals += 1;
        },
      ),
      { numRuns: 300 },
    );
    assert.ok(refusals > 100, `${refusals} refusals`);
  });

  it('is refused when an array has another length, place or name, or is not there', async () => {
    const { header, data } = whole;
    const change = (served: Partial<FilePart>): FileHeader => ({
      ...header,
      served: { ...header.served, ...served },
    });
    const { places } = header.served;
    for (const [index, place] of places.entries()) {
      const others = places.filter((other) => other !== place);
      const changed = [
        { ...place, size: place.size + 4 },
        { ...place, size: place.size - 4 },
        { ...place, size: place.size + 1 },
        { ...place, size: 2 ** 40 },
        { ...place, at: 1e300 },
        { ...place, at: -64 },
        { ...place, name: 'autre' },
      ].filter(({ size }) => size >= 0);
      for (const served of changed) {
        await put(change({ places: others.toSpliced(index, 0, served) }), data);
        await isHarmless(path);
      }
      await put(change({ places: others }), data);
      // Word starts and n-grams are not everywhere.
      if (/wordStart|grams/.test(place.name)) await isHarmless(path);
      else await assert.rejects(readSegment(path, 'f', signal), SegmentFileError, place.name);
    }
  });

  it('is refused when its header is not one', async () => {
    const { header, data } = whole;
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"served":{}}',
      JSON.stringify({ ...header, columnCount: 1e9 }),
    ]) {
      const [bytes = Buffer.alloc(0)] = encodeHeader(header);
      const head = Buffer.from(bytes);
      // Behind the mark, the byte order, the length and the checksum of the rest.
      const json = head.subarray(28).fill(' ');
      json.write(text);
      head.writeUInt32LE(crc32(json), 24);
      await writeFile(path, Buffer.concat([head, data]));
      await assert.rejects(readSegment(path, 'f', signal), SegmentFileError, text);
      await assert.rejects(readAside(path, signal), SegmentFileError, text);
    }
  });

  it('does not give what was put aside otherwise than it was written', async () => {
    const { header, data } = whole;
    const aside = { ...header.aside, places: [{ name: 'removed', at: 0, size: 7 }] };
    await put({ ...header, aside }, data);
    const find = await readAside(path, signal);
    assert.throws(() => numbers(find, 'removed'), SegmentFileError);
    assert.throws(() => numbers(find, 'absent'), SegmentFileError);
  });
});

/** Checksums of what is in the data now. */
function seal(header: FileHeader, data: Buffer): FileHeader {
  const { served, aside } = header;
  const sealed = (part: FilePart, bytes: Buffer): FilePart => ({ ...part, checksum: crc32(bytes) });
  return {
    ...header,
    served: sealed(served, data.subarray(0, served.size)),
    aside: sealed(aside, data.subarray(served.size)),
  };
}

/** False when it is refused; else everything that searches do with it ends, and well. */
async function isHarmless(path: string): Promise<boolean> {
  let segment: Segment;
  try {
    segment = await readSegment(path, 'f', signal);
  } catch (error) {
    assert.ok(error instanceof SegmentFileError, String(error));
    assert.match(error.message, /^contenu impossible|^section absente|^somme/);
    return false;
  }
  const snapshot = {
    id: 'essai',
    views: [{ segment, removed: undefined }],
    entryCount: segment.docCount,
    extractionDate: undefined,
    builtAt: new Date(0),
  };
  for (const filter of filters) {
    const options = { isAccentInsensitive: true, baseObject: '', scope: 'sub' } as const;
    const input = { ...inputOf(snapshot, filter, options), directory: smallDirectory };
    const { hits } = run(input, 10);
    for (const names of [[], ['cn']]) {
      const selection = selectAttributes(smallDirectory, names, false);
      for (const hit of hits) writeHit(new ByteWriter(), 1, input, hit, selection);
    }
  }
  return true;
}

function sampleSegment(): Segment {
  const list = Array.from({ length: 40 }, (_, rank) =>
    entryOf({
      cn: [`Élise Durand ${rank % 7}`, `Durand ${rank}`],
      mail: [`elise.durand.${rank}@exemple.mssante.fr`],
      ...(rank % 3 === 0 ? { employeeNumber: [`N${rank}`] } : {}),
    }),
  );
  return buildSegment(smallSchema, list);
}
