import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { RefusedError } from '../../src/errors.js';
import { readElements } from '../../src/extractions/finess/json-elements.js';
import { prepareFiness } from '../../src/extractions/finess/prepare.js';
import { readFiness } from '../../src/extractions/finess/read.js';
import type { ReadFinessOptions } from '../../src/extractions/finess/read.js';
import { parseDate, parseFiness, parseSiret } from '../../src/extractions/finess/row.js';
import type { FinessRow } from '../../src/extractions/finess/row.js';
import { createRemarks } from '../../src/extractions/remarks.js';

const fixtures = 'test/fixtures/finess';
const directory = mkdtempSync(join(tmpdir(), 'finess-'));
after(() => rmSync(directory, { recursive: true }));
const now = new Date('2026-10-09T06:00:00Z');

async function read(
  path: string,
  overrides: Partial<ReadFinessOptions> = {},
): Promise<FinessRow[]> {
  const rows: FinessRow[] = [];
  const options = { remarks: createRemarks(), codesFermes: [], now, maxBytes: 1e9, ...overrides };
  for await (const row of readFiness(path, options)) rows.push(row);
  return rows;
}

function readText(
  content: string | Buffer,
  overrides?: Partial<ReadFinessOptions>,
): Promise<FinessRow[]> {
  const path = join(directory, 'finess.dat');
  writeFileSync(path, content);
  return read(path, overrides);
}

function refusal(code: string, text: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RefusedError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, text);
    return true;
  };
}

type Json = Record<string, unknown>;

const eg = (numFinessEge: string, infos: Json = {}, others: Json = {}): Json => ({
  informationsGeneralesEGE: {
    numFinessEge,
    nomEgeCourt: 'EG',
    nomEgeLong: 'ÉTABLISSEMENT "D\'ESSAI" \\ {[',
    ...infos,
  },
  etatObjet: { code: 'A' },
  categorieEntiteGeographiqueExercice: { code: '355' },
  adresse: { coordonnees: { x: 870215.7 } },
  ...others,
});
const ej = (numFinessPm: string, ege: readonly Json[] = [], infos: Json = {}): Json => ({
  informationsGeneralesPmej: {
    numFinessPm,
    siren: '260104631',
    denominationPm: 'CH',
    denominationLonguePmSmsse: '',
    dateCreation: '1979-02-13',
    dateFermeture: '',
    ...infos,
  },
  etatObjet: { code: 'A' },
  ege,
});
const document = (...pmej: readonly Json[]): string => JSON.stringify({ pmej, gco: {}, gcc: {} });

const rowOfEj: FinessRow = {
  finess: '010780054',
  nature: 'EJ',
  finessEj: '010780054',
  siret: null,
  siren: '260104631',
  raisonSociale: 'CH',
  codeCategorie: null,
  dateOuverture: '1979-02-13',
  dateFermeture: null,
  isClosed: false,
};
const rowOfEg: FinessRow = {
  finess: '010000024',
  nature: 'EG',
  finessEj: '010780054',
  siret: '26010463100012',
  siren: '260104631',
  raisonSociale: 'ÉTABLISSEMENT "D\'ESSAI" \\ {[',
  codeCategorie: '355',
  dateOuverture: null,
  dateFermeture: null,
  isClosed: false,
};
const twoRows = document(ej('010780054', [eg('010000024', { siret: '26010463100012' })]));

describe('FINESS+', () => {
  const forms: readonly [string, string | Buffer][] = [
    ['one object', twoRows],
    ['several lines, with a BOM', `\ufeff${JSON.stringify(JSON.parse(twoRows), null, 2)}\n`],
    ['gzip', gzipSync(twoRows)],
    ['a wrapping array', `[${twoRows}]`],
    [
      'a bare array',
      JSON.stringify([ej('010780054', [eg('010000024', { siret: '26010463100012' })])]),
    ],
    [
      'other keys first',
      twoRows.replace('{"pmej"', '{"gco":{"a":[{"pmejDuGco":[{"pm_smsseId":"x"}]}]},"pmej"'),
    ],
    [
      'the SIRET one level up',
      document(ej('010780054', [eg('010000024', {}, { siret: '26010463100012' })])),
    ],
  ];
  for (const [name, content] of forms) {
    it(`gives the EJ then its EG from ${name}`, async () => {
      const remarks = createRemarks();
      assert.deepEqual(await readText(content, { remarks }), [rowOfEj, rowOfEg]);
      assert.deepEqual([remarks.warnings(), remarks.rejects], [[], []]);
    });
  }

  const closures: readonly [string, Json, Json, readonly string[], string | null, boolean][] = [
    ['a past date', { dateFermeture: '2026-08-31' }, {}, [], '2026-08-31', true],
    ['a past date one level up', {}, { dateFermeture: '31/08/2026' }, [], '2026-08-31', true],
    ["today's date", { dateFermeture: '2026-10-09T00:00:00' }, {}, [], '2026-10-09', true],
    ['a coming date', { dateFermeture: '2027-01-01' }, {}, [], '2027-01-01', false],
    ['the date that means none', { dateFermeture: '1900-01-01' }, {}, [], null, false],
    ['a state that means closed', {}, { etatObjet: { code: 'F' } }, ['F'], null, true],
    ['a state inside', { etatObjet: { code: 'F' } }, { etatObjet: null }, ['F'], null, true],
    ['a state that nothing says about', {}, { etatObjet: { code: 'F' } }, [], null, false],
  ];
  for (const [name, infos, others, codesFermes, dateFermeture, isClosed] of closures) {
    it(`tells whether an EG is closed from ${name}`, async () => {
      const text = document(ej('010780054', [eg('010000024', infos, others)]));
      const rows = await readText(text, { codesFermes });
      assert.deepEqual(
        rows.map((row) => [row.nature, row.dateFermeture, row.isClosed]),
        [
          ['EJ', null, false],
          ['EG', dateFermeture, isClosed],
        ],
      );
    });
  }

  it('closes an EJ by its own date', async () => {
    const [row] = await readText(document(ej('010780054', [], { dateFermeture: '2020-01-01' })));
    assert.deepEqual([row?.dateFermeture, row?.isClosed], ['2020-01-01', true]);
  });

  it('rejects what has no number, with its JSON path, and keeps the rest', async () => {
    const remarks = createRemarks();
    const rows = await readText(
      document(ej('010780054', [eg('abc'), eg('010000024')]), ej('', [eg('010000025')]), {}),
      { remarks },
    );
    assert.deepEqual(
      rows.map((row) => [row.finess, row.finessEj]),
      [
        ['010780054', '010780054'],
        ['010000024', '010780054'],
        ['010000025', null],
      ],
    );
    assert.deepEqual(
      remarks.rejects.map(({ line, column, code }) => [line, column, code]),
      [
        [1, 'pmej[0].ege[0].informationsGeneralesEGE.numFinessEge', 'FINESS_INVALIDE'],
        [2, 'pmej[1].informationsGeneralesPmej.numFinessPm', 'VALEUR_ABSENTE'],
        [3, 'pmej[2].informationsGeneralesPmej.numFinessPm', 'VALEUR_ABSENTE'],
      ],
    );
  });

  it('leaves an illegible SIRET or date empty, and says so', async () => {
    const remarks = createRemarks();
    const infos = { siret: '2,601E+13', dateOuverture: '2020-02-30' };
    const rows = await readText(document(ej('010780054', [eg('010000024', infos)])), { remarks });
    assert.deepEqual(
      [rows[1]?.siret, rows[1]?.siren, rows[1]?.dateOuverture],
      [null, '260104631', null],
    );
    assert.equal(remarks.warnings().length, 2);
  });

  const broken: readonly [string, string | Buffer, string, RegExp][] = [
    ['cut in an element', twoRows.slice(0, 200), 'JSON_ILLISIBLE', /octet 200 : .*tronqué/],
    [
      'cut after an element',
      twoRows.slice(0, twoRows.indexOf(']}],"gco"') + 2),
      'JSON_ILLISIBLE',
      /tronqué/,
    ],
    ['cut in the frame', twoRows.slice(0, -3), 'JSON_ILLISIBLE', /tronqué/],
    ['a cut gzip', gzipSync(twoRows).subarray(0, -20), 'GZIP_ILLISIBLE', /octets lus/],
    [
      'a damaged gzip',
      Buffer.concat([gzipSync(twoRows).subarray(0, 60), Buffer.alloc(300, 7)]),
      'GZIP_ILLISIBLE',
      /octets lus/,
    ],
    [
      'a fault in an element',
      twoRows.replace('"siren":', '"siren"'),
      'JSON_ILLISIBLE',
      /octet 9 : pmej\[0\] illisible/,
    ],
    [
      'a missing comma',
      document(ej('010780054'), ej('010780055')).replace('},{', '} {'),
      'JSON_ILLISIBLE',
      /rang 1/,
    ],
    ['an element that is no object', '{"pmej":[null]}', 'JSON_ILLISIBLE', /rang 0/],
    ['a mismatched bracket', '{"gco":[}', 'JSON_ILLISIBLE', /octet 8/],
    ['text after the end', `${twoRows}x`, 'JSON_ILLISIBLE', /suit la fin/],
    ['bytes that are not UTF-8', Buffer.from(twoRows, 'latin1'), 'JSON_ILLISIBLE', /UTF-8/],
    ['nesting without end', '['.repeat(1000), 'JSON_ILLISIBLE', /rang 0|imbrication/],
    [
      'nesting without end elsewhere',
      `{"gco":${'['.repeat(1000)}`,
      'JSON_ILLISIBLE',
      /imbrication/,
    ],
    ['the activities file', '{"activites":[{"a":1}]}', 'FINESS_SANS_PMEJ', /activités/],
  ];
  for (const [name, content, code, text] of broken) {
    it(`is refused, saying where, when it is ${name}`, async () => {
      await assert.rejects(readText(content), refusal(code, text));
    });
  }

  it('is refused when it decompresses beyond the limit', async () => {
    const bomb = gzipSync(`{"pmej":[${' '.repeat(3_000_000)}]}`);
    await assert.rejects(
      readText(bomb, { maxBytes: 1e6 }),
      refusal('FICHIER_TROP_GROS', /1000000/),
    );
  });
});

describe('the elements of a JSON array', () => {
  const options = { file: 'f', key: 'pmej', elementBytesMax: 1e6 };
  const escapes = '{"gcc":"a\\"]}\\\\","pmej":[{"a":"}\\"{\\\\"},\n{"b":[{"c":"]"}]}],"pmej2":[]}';

  it('are the same wherever the chunks are cut', async () => {
    const bytes = Buffer.from(escapes);
    for (let size = 1; size <= bytes.length; size++) {
      const found: string[] = [];
      for await (const element of readElements(slices(bytes, size), options)) {
        assert.equal(bytes.subarray(element.offset, element.offset + 1).toString(), '{');
        found.push(element.bytes.toString());
      }
      assert.deepEqual(found, ['{"a":"}\\"{\\\\"}', '{"b":[{"c":"]"}]}'], `chunks of ${size}`);
    }
  });

  it('are refused when one of them is too large', async () => {
    const chunks = slices(Buffer.from(`{"pmej":[{"a":"${'x'.repeat(2_000_000)}"}]}`), 65_536);
    await assert.rejects(
      readElements(chunks, options).next(),
      refusal('JSON_ILLISIBLE', /dépasse 1000000 octets/),
    );
  });

  it('take no more memory than one of them, however many there are', async () => {
    const element = JSON.stringify(ej('010780054', [eg('010000024'), eg('010000032')]));
    const block = Buffer.from(Array(500).fill(element).join(','));
    const blocks = Math.ceil(100_000_000 / block.length);
    let count = 0;
    let peakBytes = 0;
    const startBytes = usedBytes();
    for await (const { bytes } of readElements(repeated(block, blocks), options)) {
      count += bytes.length > 0 ? 1 : 0;
      if (count % 5000 === 0) peakBytes = Math.max(peakBytes, usedBytes() - startBytes);
    }
    assert.equal(count, 500 * blocks);
    assert.ok(peakBytes < 64e6, `${peakBytes} bytes`);
  });
});

function usedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

// eslint-disable-next-line @typescript-eslint/require-await -- stands for a file
async function* slices(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size)
    yield bytes.subarray(start, start + size);
}

// eslint-disable-next-line @typescript-eslint/require-await -- stands for a file
async function* repeated(block: Buffer, times: number): AsyncGenerator<Buffer> {
  yield Buffer.from('{"pmej":[');
  for (let index = 0; index < times; index++) {
    yield block;
    yield Buffer.from(index < times - 1 ? ',' : ']}');
  }
}

describe('the etalab files', () => {
  it('give the Excel-damaged lines of 2016 as they are', async () => {
    const remarks = createRemarks();
    const rows = await read(`${fixtures}/etalab-cs1100502-lines.txt`, { remarks });
    assert.deepEqual(rows, [
      {
        finess: '010000024',
        nature: 'EG',
        finessEj: '010780054',
        siret: null,
        siren: null,
        raisonSociale: 'CH FLEYRIAT',
        codeCategorie: '355',
        dateOuverture: '1979-02-13',
        dateFermeture: null,
        isClosed: false,
      },
      { ...rowOfEj, siren: null, raisonSociale: null, dateOuverture: null },
    ]);
    assert.deepEqual(remarks.warnings(), [
      'Un SIRET est illisible : laissé vide (etalab-cs1100502-lines.txt, ligne 1)',
    ]);
  });

  it('give the annual variant with header', async () => {
    const rows = await read(`${fixtures}/etalab-42-columns-line.txt`);
    assert.deepEqual(
      rows.map((row) => [row.finess, row.nature, row.siret, row.siren, row.dateOuverture]),
      [
        ['010000024', 'EG', '26010004500012', '260100045', '1979-02-13'],
        ['010780054', 'EJ', null, null, null],
      ],
    );
    assert.equal(rows[0]?.raisonSociale, 'CENTRE HOSPITALIER DE BOURG-EN-BRESSE FLEYRIAT');
  });

  const et = (finess: string, finessEj: string, changes: Record<number, string> = {}): string =>
    Array.from({ length: 32 }, (_, index) => {
      const known: Record<number, string> = {
        0: 'structureet',
        1: finess,
        2: finessEj,
        3: 'SITE',
        ...changes,
      };
      return known[index] ?? '';
    }).join(';');
  const comment = 'finess;etalab;93;2026-05-12';

  it('skip the first line and the sections that are not structures', async () => {
    const text = [
      comment,
      et('010000024', '010780054'),
      'geolocalisation;010000024;1;2;x;2026-01-01',
      '',
    ];
    const rows = await readText(text.join('\r\n'));
    assert.deepEqual(
      rows.map((row) => row.finess),
      ['010000024', '010780054'],
    );
  });

  it('give back the zero that a spreadsheet took, when the check digit agrees', async () => {
    const remarks = createRemarks();
    const rows = await readText([et('10000024', '10780054'), et('10000025', '')].join('\n'), {
      remarks,
    });
    assert.deepEqual(
      rows.map((row) => row.finess),
      ['010000024', '010780054'],
    );
    assert.deepEqual(
      remarks.rejects.map(({ line, column, code }) => [line, column, code]),
      [[2, 'nofinesset', 'FINESS_INVALIDE']],
    );
  });

  it('are read in UTF-8 and in ISO-8859-1, quotes being ordinary characters', async () => {
    const text = et('010000024', '010780054', { 4: '"LES ÉRABLES" EHPAD' });
    for (const bytes of [Buffer.from(text), Buffer.from(text, 'latin1')]) {
      assert.equal((await readText(bytes))[0]?.raisonSociale, '"LES ÉRABLES" EHPAD');
    }
  });

  it('take 1900-01-01 for a missing date', async () => {
    const [row] = await readText(et('010000024', '010780054', { 28: '1900-01-01' }));
    assert.equal(row?.dateOuverture, null);
  });

  it('reject a line whose cells are shifted', async () => {
    const remarks = createRemarks();
    const shifted = et('010000024', '010780054', { 3: 'A;B;C' });
    const rows = await readText([shifted, et('010000032', '010780054')].join('\n'), { remarks });
    assert.deepEqual(
      rows.map((row) => row.finess),
      ['010000032', '010780054'],
    );
    assert.deepEqual(
      remarks.rejects.map(({ line, code }) => [line, code]),
      [[1, 'NOMBRE_CELLULES']],
    );
  });

  it('of one delivery are read together from their folder, EJ described by their own file', async () => {
    const folder = join(directory, 'livraison');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'a-et.csv'),
      `${comment}\n${et('010000024', '010780054')}\n${et('010000032', '010780062')}\n`,
    );
    writeFileSync(
      join(folder, 'b-ej.csv'),
      `${comment}\nstructureej;010780054;CH;CENTRE HOSPITALIER;x\n`,
    );
    const rows = await read(folder);
    assert.deepEqual(
      rows.map((row) => [row.finess, row.nature, row.raisonSociale]),
      [
        ['010780054', 'EJ', 'CENTRE HOSPITALIER'],
        ['010000024', 'EG', 'SITE'],
        ['010000032', 'EG', 'SITE'],
        ['010780062', 'EJ', null],
      ],
    );
    writeFileSync(join(folder, 'c.json'), twoRows);
    await assert.rejects(read(folder), refusal('FINESS_FORMES_MELEES', /un seul fichier/));
  });

  it('tell their date in their first line, which a prepared source carries', async () => {
    const path = join(directory, 'cs1100501.csv');
    writeFileSync(path, `${comment}\nstructureej;010780054;CH\n`);
    const source = await prepareFiness(
      { path, version: 'v', genereLe: undefined, sizeBytes: 1, origin: path, isTemporary: false },
      { codesFermes: [] },
      { now },
    );
    assert.deepEqual(source.genereLe, new Date('2026-05-12T00:00:00Z'));
    for await (const row of source.rows()) assert.equal(row.length, source.table.columns.length);
    assert.match(source.warnings().join(), /Aucune entité géographique/);
  });
});

describe('a file that is not FINESS', () => {
  const cases: readonly [string, string, RegExp][] = [
    ['empty', '', /vide/],
    ['the XML flow', '<?xml version="1.0"?><structureej/>', /XML/],
    ['a page', 'Not found', /« Not found »/],
    ['another CSV', 'a;b;c\n1;2;3\n', /cs1100502/],
  ];
  for (const [name, content, text] of cases) {
    it(`is refused: ${name}`, async () => {
      await assert.rejects(readText(content), refusal('FINESS_FORMAT_INCONNU', text));
    });
  }
});

describe('the cells of FINESS', () => {
  it('are read one by one', () => {
    assert.equal(parseFiness(' 2a0000014 '), '2A0000014');
    assert.equal(parseFiness('0100000240'), undefined);
    assert.equal(parseSiret('260 100 045 00012'), '26010004500012');
    assert.equal(parseSiret('MONACOCONFO001'), 'MONACOCONFO001');
    assert.equal(parseSiret('2,601E+13'), undefined);
    assert.deepEqual(parseDate('29/02/2024'), { kind: 'date', date: '2024-02-29' });
    assert.deepEqual(parseDate('29/02/2023'), { kind: 'invalid' });
    assert.deepEqual(parseDate('20240101'), { kind: 'invalid' });
    assert.deepEqual(parseDate('0000-00-00'), { kind: 'invalid' });
  });
});
