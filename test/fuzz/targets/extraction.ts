// A national text of wrong bytes, in chunks of any size: the lines and cells of a reading that could not be simpler.
import assert from 'node:assert/strict';
import { mapHeader } from '../../../src/extractions/text/header.js';
import { splitCells } from '../../../src/extractions/text/cells.js';
import { LineScanner } from '../../../src/extractions/text/line-scanner.js';
import { needed, optional, type TextFileSpec } from '../../../src/extractions/text/spec.js';
import { mutateBytes } from '../mutate.js';
import type { Random } from '../../support/random.js';
import { assertOurs, type Target } from '../target.js';

const lineBytesMax = 60;
const rows = [
  'Type de BAL|Adresse BAL|Service',
  'PER|a@x.fr|Médecine',
  'ORG|b@x.fr|',
  '',
  'APP||é"\'',
];
const seed = Buffer.from(rows.join('\r\n'));
const words = [
  '|',
  '\r',
  '\n',
  '\r\n\r\n',
  '\0',
  '\u0001',
  'é',
  Buffer.from([0xe9]),
  Buffer.from('\ufeff'),
];

type Read = { readonly line: number; readonly text: string };

export const extractionTarget: Target = {
  name: 'texte d’extraction',
  cases: 3_000,
  play: (random) => {
    const bytes = mutateBytes(seed, random, words);
    for (const charset of [undefined, 'iso-8859-1'] as const) {
      const found = scan(bytes, random, charset);
      assert.deepEqual(found, naive(bytes, charset));
      for (const { text } of found.lines) checkCells(Buffer.from(text, 'latin1'));
    }
    return headerIsRead(bytes) ? 'accepted' : 'refused';
  },
};

type Scanned = { readonly lines: readonly Read[]; readonly faults: readonly string[] };

function scan(bytes: Buffer, random: Random, charset: 'iso-8859-1' | undefined): Scanned {
  const [lines, faults]: [Read[], string[]] = [[], []];
  const scanner = new LineScanner(
    {
      line: (buffer, start, end, line) => {
        lines.push({ line, text: buffer.toString('latin1', start, end) });
      },
      fault: (code, line) => void faults.push(`${line} ${code}`),
    },
    lineBytesMax,
    charset,
  );
  // The byte order mark is looked for in the first chunk, which the reader makes at least that long.
  let at = Math.min(bytes.length, 3 + random.below(20));
  scanner.push(Buffer.from(bytes.subarray(0, at)));
  while (at < bytes.length) {
    const end = Math.min(bytes.length, at + 1 + random.below(20));
    scanner.push(Buffer.from(bytes.subarray(at, end)));
    at = end;
  }
  scanner.finish();
  return { lines, faults };
}

function naive(bytes: Buffer, charset: 'iso-8859-1' | undefined): Scanned {
  const [lines, faults]: [Read[], string[]] = [[], []];
  const isMarked = bytes.subarray(0, 3).toString('hex') === 'efbbbf';
  const texts = bytes
    .subarray(isMarked ? 3 : 0)
    .toString('latin1')
    .split('\n');
  texts.forEach((raw, index) => {
    const text = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (text === '') return;
    const line = index + 1;
    const decoded = Buffer.from(text, 'latin1').toString('utf8');
    const isUtf8 = Buffer.from(decoded).toString('latin1') === text;
    if (text.length > lineBytesMax) faults.push(`${line} LIGNE_TROP_LONGUE`);
    else if (/[\0\u0001\r]/u.test(text)) faults.push(`${line} CARACTERE_INTERDIT`);
    else if (isUtf8) lines.push({ line, text });
    else if (charset === undefined) faults.push(`${line} UTF8_INVALIDE`);
    else lines.push({ line, text: Buffer.from(text).toString('latin1') });
  });
  return { lines, faults };
}

function checkCells(line: Buffer): void {
  const ends = new Int32Array(3);
  const count = splitCells(line, 0, line.length, ends);
  const cells = line.toString('latin1').split('|');
  assert.equal(count, cells.length);
  let start = 0;
  for (const [index, cell] of cells.slice(0, 3).entries()) {
    assert.equal(line.toString('latin1', start, ends[index]), cell);
    start = (ends[index] ?? 0) + 1;
  }
}

const spec: TextFileSpec = {
  file: 'essai',
  table: 'bal_annuaire',
  columns: [needed('type_bal', 'Type de BAL'), optional('service', 'Service')],
  skipped: [],
  revision: 1,
  change: { kind: 'adresse', column: 'type_bal' },
};

function headerIsRead(bytes: Buffer): boolean {
  const [first = ''] = bytes.toString('utf8').split(/\r?\n/u);
  try {
    mapHeader(spec, 'essai.txt', first);
    return true;
  } catch (error) {
    assertOurs(error);
    return false;
  }
}
