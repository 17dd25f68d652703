// Archives with wrong directories, sizes and data: what is read is what was put in, or nothing is.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMembers, type WantedMember } from '../../../src/extractions/archive.js';
import { patchHeaders, writeIn, zipOf } from '../../support/zip-files.js';
import { mutateBytes } from '../mutate.js';
import type { Random } from '../../support/random.js';
import { assertOurs, type Kind, type Target } from '../target.js';

const text = Buffer.from(Array.from({ length: 400 }, (_, line) => `ligne ${line}|é|\n`).join(''));
const wanted: WantedMember[] = [{ name: 'texte', pattern: /\.txt$/u, isRequired: true }];
const limits = {
  uncompressedBytesMax: 1 << 20,
  ratioMax: 200,
  ratioFromBytes: 1 << 16,
  entriesMax: 20,
};

const seeds = await Promise.all([
  zipOf({ 'essai.txt': text }),
  zipOf({ 'essai.txt': text }, { compress: false }),
  zipOf({ 'dossier/': '', 'dossier/essai.txt': text, 'autre.csv': 'a' }),
  zipOf({ 'essai.txt': text }, { forceZip64Format: true }),
]);

/** Fields that lie, by their place in the header (APPNOTE 4.3.7, 4.3.12): flags, method, CRC, sizes, lengths, offset. */
const localFields = [6, 8, 14, 18, 22, 26, 28];
const centralFields = [8, 10, 16, 20, 24, 28, 30, 32, 42];

export const zipTarget: Target = {
  name: 'archive zip',
  cases: 200,
  play: async (random) => {
    const seed = random.pick(seeds);
    const bytes = random.below(2) === 0 ? mutateBytes(seed, random) : lie(seed, random);
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-zip-'));
    try {
      return await read(await writeIn(folder, 'essai.zip', bytes));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function lie(seed: Buffer, random: Random): Buffer {
  return patchHeaders(seed, (header, kind) => {
    if (random.below(2) === 0) return;
    const at = random.pick(kind === 'local' ? localFields : centralFields);
    const value = random.pick([0, 1, 8, 0x7fff, 0xffff, random.below(0x10000)]);
    if (at + 2 <= header.length) header.writeUInt16LE(value, at);
  });
}

/** CRC and sizes are checked: an archive that is read whole gives the text that was put in. */
async function read(path: string): Promise<Kind> {
  const pieces: Buffer[] = [];
  try {
    for (const member of await openMembers(path, wanted, limits)) {
      let length = 0;
      for await (const piece of member.open()) {
        length += piece.length;
        assert.ok(length <= limits.uncompressedBytesMax + (1 << 20), 'no more than the limit');
        pieces.push(Buffer.from(piece));
      }
    }
  } catch (error) {
    assertOurs(error);
    return 'refused';
  }
  const whole = Buffer.concat(pieces);
  // What bears no zip signature any more is a plain text, and its lines will be refused one by one.
  if (whole.subarray(0, 5).equals(text.subarray(0, 5))) assert.deepEqual(whole, text);
  return 'accepted';
}
