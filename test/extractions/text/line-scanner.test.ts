import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { test } from 'node:test';
import fc from '../../support/fast-check.js';
import { splitCells } from '../../../src/extractions/text/cells.js';
import { LineScanner, type LineFault } from '../../../src/extractions/text/line-scanner.js';

type Read = { readonly lines: string[]; readonly faults: string[]; readonly lineCount: number };

function scan(chunks: readonly Buffer[], lineBytesMax = 1000, fallback?: 'iso-8859-1'): Read {
  const lines: string[] = [];
  const faults: string[] = [];
  const scanner = new LineScanner(
    {
      line: (buffer: Buffer, start: number, end: number, lineNumber: number) => {
        lines.push(`${lineNumber}:${buffer.toString('latin1', start, end)}`);
      },
      fault: (code: LineFault, lineNumber: number) => {
        faults.push(`${lineNumber}:${code}`);
      },
    },
    lineBytesMax,
    fallback,
  );
  // The scanner may not keep a chunk: overwritten afterwards, it must not change what was read.
  for (const chunk of chunks) {
    const copy = Buffer.from(chunk);
    scanner.push(copy);
    copy.fill(0x2a);
  }
  scanner.finish();
  return { lines, faults, lineCount: scanner.lineCount };
}

/** The obvious way: everything in memory, one line after the other. */
function naive(whole: Buffer, lineBytesMax: number): Read {
  const bytes = whole.subarray(whole.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf)) ? 3 : 0);
  const parts = bytes.toString('latin1').split('\n');
  if (parts.at(-1) === '') parts.pop();
  const lines: string[] = [];
  const faults: string[] = [];
  parts.forEach((part, index) => {
    const text = part.endsWith('\r') ? part.slice(0, -1) : part;
    const number = index + 1;
    if (text === '' && part.length <= lineBytesMax) return;
    if (part.length > lineBytesMax && text.length > lineBytesMax)
      faults.push(`${number}:LIGNE_TROP_LONGUE`);
    else if (/[\r\0\x01]/u.test(text)) faults.push(`${number}:CARACTERE_INTERDIT`);
    else if (!isUtf8(Buffer.from(text, 'latin1'))) faults.push(`${number}:UTF8_INVALIDE`);
    else lines.push(`${number}:${text}`);
  });
  return { lines, faults, lineCount: parts.length };
}

const byte = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom(...Buffer.from('ab|"é\\')) },
  { weight: 4, arbitrary: fc.constant(10) },
  { weight: 1, arbitrary: fc.constantFrom(13, 0, 1, 0xff) },
);

test('whatever the bytes and wherever the chunks are cut, lines are those of a naive reading', () => {
  fc.assert(
    fc.property(
      fc.array(byte, { maxLength: 200 }),
      fc.array(fc.nat(20), { minLength: 1, maxLength: 60 }),
      fc.boolean(),
      (bytes, cuts, hasBom) => {
        const whole = Buffer.from([...(hasBom ? [0xef, 0xbb, 0xbf] : []), ...bytes]);
        const chunks: Buffer[] = [];
        let at = 0;
        // A mark cut in two is not recognised: real chunks are a thousand times longer.
        for (const cut of [4, ...cuts]) {
          chunks.push(whole.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(whole.subarray(at));
        assert.deepEqual(scan(chunks.filter((chunk) => chunk.length > 0)), naive(whole, 1000));
      },
    ),
    { numRuns: 2000 },
  );
});

const cases: readonly [string, string | Buffer, string[], string[]][] = [
  ['a last line without newline counts', 'a\nb', ['1:a', '2:b'], []],
  ['a final newline makes no empty line', 'a\nb\n', ['1:a', '2:b'], []],
  ['CRLF ends a line like LF', 'a\r\nb\r\n', ['1:a', '2:b'], []],
  ['a byte order mark is dropped', '\uFEFFa\n', ['1:a'], []],
  ['empty lines are passed over but counted', 'a\n\n\nb\n', ['1:a', '4:b'], []],
  ['a lone carriage return is refused', 'a\rb\nc\n', ['2:c'], ['1:CARACTERE_INTERDIT']],
  ['a NUL is refused', 'a\0b\nc\n', ['2:c'], ['1:CARACTERE_INTERDIT']],
  ['a bare quote is a character like another', 'a|"|b\n', ['1:a|"|b'], []],
  ['a backslash is a character like another', 'a\\|b\\\n', ['1:a\\|b\\'], []],
  [
    'a line that is not UTF-8 is refused alone',
    Buffer.from('a\né\nc\n', 'latin1'),
    ['1:a', '3:c'],
    ['2:UTF8_INVALIDE'],
  ],
];

for (const [name, input, lines, faults] of cases) {
  test(name, () => {
    const read = scan([Buffer.from(input as string)]);
    assert.deepEqual({ lines: read.lines, faults: read.faults }, { lines, faults });
  });
}

test('a line beyond the limit is refused, whether in one chunk or in many, and the next is read', () => {
  const long = Buffer.concat([Buffer.alloc(50, 'x'), Buffer.from('\nok\n')]);
  for (const size of [1, 7, 53]) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < long.length; at += size) chunks.push(long.subarray(at, at + size));
    assert.deepEqual(scan(chunks, 20), {
      lines: ['2:ok'],
      faults: ['1:LIGNE_TROP_LONGUE'],
      lineCount: 2,
    });
  }
});

test('a line just as long as it may be is read wherever chunks are cut, between its CR and its LF too', () => {
  const just = Buffer.from(`${'x'.repeat(20)}\r\n${'y'.repeat(21)}\r\nok\r\n`);
  for (let size = 1; size <= just.length; size += 1) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < just.length; at += size) chunks.push(just.subarray(at, at + size));
    assert.deepEqual(scan(chunks, 20), {
      lines: [`1:${'x'.repeat(20)}`, '3:ok'],
      faults: ['2:LIGNE_TROP_LONGUE'],
      lineCount: 3,
    });
  }
});

test('with a declared fallback charset, a line that is not UTF-8 is read in it', () => {
  const read = scan([Buffer.from('a\ncaf\u00e9\n', 'latin1')], 1000, 'iso-8859-1');
  assert.deepEqual(
    read.lines.map((line) => Buffer.from(line, 'latin1').toString('utf8')),
    ['1:a', '2:café'],
  );
  assert.deepEqual(read.faults, []);
});

test('cells are those of split, even more of them than there is room for', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '|', '"'), { maxLength: 30 }), (chars) => {
      const text = chars.join('');
      const buffer = Buffer.from(`##${text}##`);
      const ends = new Int32Array(8);
      const count = splitCells(buffer, 2, 2 + text.length, ends);
      const expected = text.split('|');
      assert.equal(count, expected.length);
      let start = 2;
      const cells = Array.from({ length: Math.min(count, 8) }, (_, cell) => {
        const value = buffer.toString('latin1', start, ends[cell]);
        start = (ends[cell] ?? 0) + 1;
        return value;
      });
      assert.deepEqual(cells, expected.slice(0, 8));
    }),
  );
});
