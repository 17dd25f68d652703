import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { RefusedError } from '../../src/errors.js';
import { readAdeliRpps } from '../../src/extractions/adeli-rpps/read.js';
import { createRemarks } from '../../src/extractions/remarks.js';
import type { Remarks } from '../../src/extractions/remarks.js';

const fixtures = 'test/fixtures/adeli-rpps';
const directory = mkdtempSync(join(tmpdir(), 'adeli-'));
after(() => rmSync(directory, { recursive: true }));

async function read(path: string, remarks = createRemarks(), maxBytes = 1e6): Promise<string[]> {
  const pairs: string[] = [];
  for await (const { adeli, rpps } of readAdeliRpps(path, { remarks, maxBytes })) {
    pairs.push(`${adeli}=${rpps}`);
  }
  return pairs;
}

function readText(
  content: string | Buffer,
  remarks?: Remarks,
  maxBytes?: number,
): Promise<string[]> {
  const path = join(directory, 'correspondance.csv');
  writeFileSync(path, content);
  return read(path, remarks, maxBytes);
}

describe('the published test files', () => {
  it('are read as they are, with a warning about the shape of their identifiers', async () => {
    const remarks = createRemarks();
    assert.deepEqual(await read(`${fixtures}/2_Correspondance_ADELI_RPPS_creations.csv`, remarks), [
      '00ALTAMAR01=00AMAR01',
      '00ALTAMAR08=00AMAR08',
    ]);
    assert.deepEqual(remarks.warnings(), [
      "Un numéro ADELI n'a pas 9 chiffres : gardé tel quel (2 fois, la première : ligne 2)",
      "Un numéro RPPS n'a pas 11 chiffres : gardé tel quel (2 fois, la première : ligne 2)",
    ]);
    assert.equal(remarks.rejectedCount, 0);
  });

  it('are read with all the lines of the second one', async () => {
    assert.deepEqual(await read(`${fixtures}/4_Correspondance_ADELI_RPPS_modifications.csv`), [
      '00ALTAMAR01=00AMAR01',
      '00ALTAMAR08=00AMAR08',
      '00ALTAMAR02=00AMAR02',
      'ALT00AMAR08=00AMAR08',
      '00AMAR08ALTALT=00AMAR08',
    ]);
  });
});

describe('a correspondence', () => {
  const pair = ['012345678=10100000001'];
  const body = '012345678;10100000001';
  const cases: readonly [string, string | Buffer, readonly string[]][] = [
    ['UTF-8 and LF', `N° ADELI;N° RPPS\n${body}\n`, pair],
    ['a BOM', `\ufeffN° ADELI;N° RPPS\n${body}\n`, pair],
    ['ISO-8859-1 and CRLF', Buffer.from(`N° ADELI;N° RPPS\r\n${body}\r\n`, 'latin1'), pair],
    ['no final newline', `N° ADELI;N° RPPS\n${body}`, pair],
    ['a mangled degree sign', `N\ufffd ADELI;N\ufffd RPPS\n${body}\n`, pair],
    ['names without a sign', `Numero ADELI;Numero RPPS\n${body}\n`, pair],
    ['quotes', `"N° ADELI";"N° RPPS"\n"012345678";"10100000001"\n`, pair],
    ['commas', `N° ADELI,N° RPPS\n012345678,10100000001\n`, pair],
    ['columns in another order', `N° RPPS;N° ADELI\n10100000001;012345678\n`, pair],
    ['spaces and empty lines', `N° ADELI;N° RPPS\n\n 012345678 ; 10100000001\n;\n\n`, pair],
    ['a Corsican number', `N° ADELI;N° RPPS\n2A1234567;10100000001\n`, ['2A1234567=10100000001']],
    ['nothing but a header', `N° ADELI;N° RPPS\n`, []],
    ['gzip', gzipSync(`N° ADELI;N° RPPS\n${body}\n`), pair],
    [
      'two RPPS for one ADELI',
      `N° ADELI;N° RPPS\n${body}\n012345678;10100000002\n`,
      [...pair, '012345678=10100000002'],
    ],
  ];
  for (const [name, content, expected] of cases) {
    it(`is read with ${name}`, async () => {
      const remarks = createRemarks();
      assert.deepEqual(await readText(content, remarks), expected);
      assert.deepEqual([remarks.warnings(), remarks.rejects], [[], []]);
    });
  }

  it('that lacks a number is rejected with its line and column', async () => {
    const remarks = createRemarks();
    const text = 'N° ADELI;N° RPPS\r\n\r\n012345678;\r\n;10100000001\r\n012345678;10100000001';
    assert.deepEqual(await readText(text, remarks), pair);
    assert.deepEqual(
      remarks.rejects.map(({ line, column, code }) => [line, column, code]),
      [
        [3, 'N° RPPS', 'VALEUR_ABSENTE'],
        [4, 'N° ADELI', 'VALEUR_ABSENTE'],
      ],
    );
  });

  it('keeps a bounded number of rejected lines and counts them all', async () => {
    const remarks = createRemarks(10);
    await readText(`N° ADELI;N° RPPS\n${'x;\n'.repeat(50)}`, remarks);
    assert.deepEqual([remarks.rejects.length, remarks.rejectedCount], [10, 50]);
  });
});

describe('a file that is not the correspondence', () => {
  const cases: readonly [string, string | Buffer, string, RegExp][] = [
    ['empty', '', 'COLONNE_ABSENTE', /vide/],
    ['of other columns', 'nom;prenom\na;b\n', 'COLONNE_ABSENTE', /ligne 1.*« nom;prenom »/],
    ['without header', '012345678;10100000001\n', 'COLONNE_ABSENTE', /en-tête/],
    ['of one endless line', `N° ADELI;N° RPPS\n${'x'.repeat(200_000)}`, 'CSV_ILLISIBLE', /ligne/],
    [
      'a cut gzip',
      gzipSync('N° ADELI;N° RPPS\n'.repeat(50)).subarray(0, 30),
      'GZIP_ILLISIBLE',
      /octets/,
    ],
    [
      'a bomb',
      gzipSync(`N° ADELI;N° RPPS\n${'1;1\n'.repeat(1_000_000)}`),
      'FICHIER_TROP_GROS',
      /1000000 octets/,
    ],
  ];
  for (const [name, content, code, text] of cases) {
    it(`is refused: ${name}`, async () => {
      await assert.rejects(readText(content), (error) => {
        assert.ok(error instanceof RefusedError, String(error));
        assert.equal(error.code, code);
        assert.match(error.message, text);
        return true;
      });
    });
  }
});
