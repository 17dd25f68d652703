import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from '../../support/fast-check.js';
import type { Segment } from '../../../src/ldap/snapshot/segment.js';
import { buildSegment } from '../../../src/ldap/snapshot/segment-builder.js';
import {
  readAside,
  readSegment,
  writeSegmentFile,
} from '../../../src/ldap/snapshot/segment-file.js';
import { SegmentFileError } from '../../../src/ldap/snapshot/segment-file-error.js';
import { entryOf, smallSchema } from './small-schema.js';

const signal = new AbortController().signal;
const fingerprint = 'abc';

describe('a segment file', () => {
  let folder = '';
  let path = '';
  let size = 0;
  const segment = sampleSegment();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'segment-'));
    path = join(folder, 'whole.segment');
    const aside = new Map([['removed', Uint32Array.of(3, 5, 8)]]);
    size = await writeSegmentFile(path, { segment, aside, fingerprint });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('gives back what was written', async () => {
    assert.deepEqual(await readSegment(path, fingerprint, signal), segment);
    const removed = (await readAside(path, signal))('removed');
    assert.deepEqual(
      removed && [...new Uint32Array(removed.buffer, removed.byteOffset, 3)],
      [3, 5, 8],
    );
    assert.equal((await readFile(path)).length, size);
  });

  it('holds once what two attributes share, in memory too', async () => {
    const list = [entryOf({ cn: ['Même'], mail: ['a@b.fr'] })];
    const schema = {
      ...smallSchema,
      attributes: [...smallSchema.attributes, ...smallSchema.attributes.slice(1, 2)],
    };
    const shared = list.map((entry) => ({
      ...entry,
      values: [...entry.values, entry.values[1] ?? []],
    }));
    const built = buildSegment(schema, shared);
    assert.equal(built.columns[5], built.columns[1]);
    const other = join(folder, 'shared.segment');
    await writeSegmentFile(other, { segment: built, aside: new Map(), fingerprint });
    const read = await readSegment(other, fingerprint, signal);
    assert.deepEqual(read, built);
    assert.equal(read.columns[5]?.folded.byteOffset, read.columns[1]?.folded.byteOffset);
  });

  it('is refused when any byte was altered', async () => {
    const bytes = await readFile(path);
    const altered = join(folder, 'altered.segment');
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.nat(size - 1),
          // The header, the beginning of the data and the very end, whatever the seed.
          fc.constantFrom(0, 15, 16, 20, 24, 30, 200, size - 1, size - 40),
        ),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const copy = Buffer.from(bytes);
          copy[at] = (copy[at] ?? 0) ^ change;
          await writeFile(altered, copy);
          await assert.rejects(async () => {
            await readSegment(altered, fingerprint, signal);
            await readAside(altered, signal);
          }, SegmentFileError);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is refused when cut short or grown', async () => {
    const bytes = await readFile(path);
    const cut = join(folder, 'cut.segment');
    for (const length of [0, 1, 20, 40, 500, size >> 1, size - 64, size - 1]) {
      await writeFile(cut, bytes);
      await truncate(cut, length);
      await assert.rejects(readSegment(cut, fingerprint, signal), SegmentFileError, `${length}`);
    }
    await writeFile(cut, Buffer.concat([bytes, Buffer.from('x')]));
    await assert.rejects(readSegment(cut, fingerprint, signal), SegmentFileError);
  });

  it('is refused when it was built for other settings', async () => {
    await assert.rejects(readSegment(path, 'other', signal), SegmentFileError);
  });

  it('is not written over', async () => {
    const content = { segment, aside: new Map(), fingerprint };
    await assert.rejects(writeSegmentFile(path, content), { code: 'EEXIST' });
  });

  it('stops being read when told to', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'));
    await assert.rejects(readSegment(path, fingerprint, stopped), /stopped/);
  });
});

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
