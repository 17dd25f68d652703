import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import iconv from 'iconv-lite';
import { findMigrationsDirectory } from '../../src/db/migrate.js';
import { AppError, UsageError } from '../../src/errors.js';
import { readInventaire, type InventaireFile } from '../../src/inventory/csv.js';
import { describeFault } from '../../src/inventory/faults.js';
import type { InventaireReadOptions } from '../../src/inventory/reading.js';
import { inventaireColumns, inventaireTemplate } from '../../src/inventory/template.js';
import { inventaireFile } from '../support/inventaire-file.js';

const now = new Date('2026-06-15T10:00:00Z');

function read(
  content: string | Buffer,
  options: Partial<InventaireReadOptions> = {},
): Promise<InventaireFile> {
  return readInventaire(inventaireFile(content), { now, ...options });
}

/** « line column CODE » of every fault. */
function faultsOf(file: InventaireFile): string[] {
  return file.faults.map(({ line, column, code }) => `${line} ${column ?? '-'} ${code}`);
}

const sample = 'adresse;typeBal;service\na@chu.mssante.fr;PER;Médecine œdème €\n';

describe('encodings', () => {
  const bytes: [string, Buffer, string][] = [
    ['UTF-8', Buffer.from(sample), 'utf-8'],
    ['UTF-8 with a mark', Buffer.from('\ufeff' + sample), 'utf-8'],
    ['Windows-1252', iconv.encode(sample, 'win1252'), 'windows-1252'],
    ['UTF-16LE with a mark', iconv.encode('\ufeff' + sample, 'utf-16le'), 'utf-16le'],
  ];
  for (const [name, content, encoding] of bytes)
    it(`${name} is recognised`, async () => {
      const file = await read(content);
      assert.equal(file.encoding, encoding);
      assert.deepEqual(faultsOf(file), []);
      assert.equal(file.rows[0]?.serviceRattachement, 'Médecine œdème €');
      assert.equal(file.rows[0].adresse, 'a@chu.mssante.fr');
    });

  it('ISO-8859-1 is read as the Windows-1252 that it is a part of', async () => {
    const file = await read(Buffer.from('adresse;typeBal;service\na@b.fr;PER;été\n', 'latin1'));
    assert.equal(file.rows[0]?.serviceRattachement, 'été');
  });

  it('one Latin-1 line in a UTF-8 file is a fault of that line', async () => {
    const lines = ['adresse;typeBal;service', 'a@b.fr;PER;été', 'b@b.fr;PER;hémato', ''].join('\n');
    const bad = Buffer.concat([
      Buffer.from(lines),
      Buffer.from('c@b.fr;PER;\xe9t\xe9\n', 'latin1'),
    ]);
    const file = await read(bad);
    assert.equal(file.encoding, 'utf-8');
    assert.deepEqual(faultsOf(file), ['4 service CARACTERE_ILLISIBLE']);
  });

  it('a multi-byte character cut by a chunk border is whole again, in every encoding', async () => {
    const lines = Array.from({ length: 9000 }, (_, i) => `n${i}@b.fr;PER;${'é'.repeat(i % 7)}x`);
    const text = ['adresse;typeBal;service', ...lines, ''].join('\n');
    for (const encoding of ['utf8', 'utf-16le', 'win1252']) {
      const mark = encoding === 'utf-16le' ? '\ufeff' : '';
      const file = await read(iconv.encode(mark + text, encoding));
      assert.deepEqual(faultsOf(file), []);
      assert.equal(file.rows.length, 9000);
      assert.equal(file.rows.at(-1)?.serviceRattachement, `${'é'.repeat(8999 % 7)}x`);
    }
  });

  it('what is asked for wins over what is seen', async () => {
    const file = await read(Buffer.from(sample), { encoding: 'windows-1252' });
    assert.equal(file.rows[0]?.serviceRattachement?.startsWith('MÃ©decine'), true);
  });

  const foreign: [string, Buffer, RegExp][] = [
    ['a workbook', Buffer.from('PK\x03\x04rest'), /xlsx/],
    ['an old workbook', Buffer.from('d0cf11e0a1b1', 'hex'), /\.xls/],
    ['a gzip file', Buffer.from('1f8b0800', 'hex'), /gzip/],
    ['UTF-16 without a mark', iconv.encode(sample, 'utf-16le', { addBOM: false }), /UTF-16/],
  ];
  for (const [name, content, expected] of foreign)
    it(`${name} is refused by name`, async () => {
      await assert.rejects(read(content), (error) => {
        assert.ok(error instanceof AppError);
        assert.equal(error.code, 'INVENTAIRE_PAS_UN_CSV');
        assert.match(error.message, expected);
        return true;
      });
    });
});

describe('dialects', () => {
  const texts: [string, string, string][] = [
    ['semicolons', 'adresse;typeBal;description\na@b.fr;PER;"x, ""y""; z"\n', ';'],
    ['commas', 'adresse,typeBal,description\na@b.fr,PER,"x, ""y""; z"\n', ','],
    ['tabs', 'adresse\ttypeBal\tdescription\na@b.fr\tPER\tx, "y"; z\n', '\t'],
    ['quoted headers', '"adresse","typeBal","description"\na@b.fr,PER,"x, ""y""; z"\n', ','],
    ["Excel's sep= line", 'sep=,\nadresse,typeBal,description\na@b.fr,PER,"x, ""y""; z"\n', ','],
    ['CRLF', 'adresse;typeBal;description\r\na@b.fr;PER;"x, ""y""; z"\r\n', ';'],
    ['CR', 'adresse;typeBal;description\ra@b.fr;PER;"x, ""y""; z"\r', ';'],
    ['mixed ends', '\r\nadresse;typeBal;description\r\na@b.fr;PER;"x, ""y""; z"\n\r\n', ';'],
    ['no final line end', 'adresse;typeBal;description\na@b.fr;PER;"x, ""y""; z"', ';'],
    ['trailing empty cells', 'adresse;typeBal;description;;\na@b.fr;PER;"x, ""y""; z";;;;\n', ';'],
  ];
  for (const [name, text, delimiter] of texts)
    it(`${name} are understood`, async () => {
      const file = await read(text);
      assert.deepEqual(faultsOf(file), []);
      assert.equal(file.delimiter, delimiter);
      assert.deepEqual(
        file.rows.map(({ adresse, description }) => [adresse, description]),
        [['a@b.fr', 'x, "y"; z']],
      );
    });

  it('lines are counted through quoted line breaks and blank lines', async () => {
    const header = 'adresse;typeBal;description\r\n';
    const file = await read(`${header}a@b.fr;PER;"1\r\n2\r\n3"\r\n\r\n;;\r\nb@b.fr;XXX;\r\n`);
    assert.deepEqual(faultsOf(file), ['7 typeBal TYPE_BAL_INCONNU']);
    assert.equal(file.rows[0]?.description, '1\n2\n3');
    assert.equal(file.lineCount, 2);
  });

  it('a bare quote inside a cell is text', async () => {
    const file = await read('adresse;typeBal;description\na@b.fr;PER;salle 5" bis\n');
    assert.equal(file.rows[0]?.description, 'salle 5" bis');
  });
});

describe('header', () => {
  it('is matched whatever the order, case, accents, spaces and underscores', async () => {
    const file = await read('Préférée;LISTE_ROUGE;type bal;ADRESSE\noui;non;PER;a@b.fr\n');
    assert.deepEqual(faultsOf(file), []);
    assert.equal(file.rows[0]?.preferee, true);
  });

  it('an unknown column is named with the closest one, absent ones are noted', async () => {
    const { warnings } = await read('adresse;typeBal;identifantPp;couleur\na@b.fr;PER;1;2\n');
    assert.equal(
      warnings[0],
      'Colonne inconnue « identifantPp », ignorée : vouliez-vous dire « identifiantPp » ?',
    );
    assert.equal(warnings[1], 'Colonne inconnue « couleur », ignorée.');
    assert.match(warnings[2] ?? '', /absentes.*identifiantPp.*transfertVers/);
  });

  const headers: [string, string, string[]][] = [
    ['without a needed column', 'adresse;service\na@b.fr;x\n', ['1 typeBal COLONNE_ABSENTE']],
    ['with a column twice', 'adresse;typeBal;type_bal\n', ['1 typeBal COLONNE_REPETEE']],
    [
      'that is a line of data',
      'a@b.fr;PER\nb@b.fr;PER\n',
      ['1 adresse COLONNE_ABSENTE', '1 typeBal COLONNE_ABSENTE'],
    ],
    ['of an empty file', '', ['1 - EN_TETE_ABSENT']],
  ];
  for (const [name, text, expected] of headers)
    it(`a header ${name} stops the reading`, async () => {
      const file = await read(text);
      assert.deepEqual(faultsOf(file), expected);
      assert.equal(file.faults[0]?.isFatal, true);
      assert.deepEqual(file.rows, []);
    });
});

describe('faults', () => {
  it('are all told at once, with line, column, value and what was expected', async () => {
    const file = await read(
      [
        'adresse;typeBal;identifiantPp;listeRouge;dateCreation;tailleOctets',
        'a@b.fr;PER;10999999997;oui;2024-01-01;12',
        ';PER;1,09E+10;si;31/02/2024;-1',
        'sans-arobase;;;;;',
        'c@b.fr;PER;;;',
        'd@b.fr;PER;;;;;surplus',
      ].join('\n'),
    );
    assert.deepEqual(faultsOf(file), [
      '3 adresse VALEUR_ABSENTE',
      '3 identifiantPp NOMBRE_ABIME',
      '3 listeRouge OUI_NON_ATTENDU',
      '3 dateCreation DATE_IMPOSSIBLE',
      '3 tailleOctets TAILLE_NEGATIVE',
      '4 adresse ADRESSE_MAL_FORMEE',
      '4 typeBal VALEUR_ABSENTE',
      '5 - NOMBRE_DE_CELLULES',
      '6 - NOMBRE_DE_CELLULES',
    ]);
    assert.equal(file.rows.length, 1);
    assert.equal(file.rejectedLineCount, 4);
    const told = file.faults[1] && describeFault(file.faults[1]);
    assert.match(told ?? '', /^ligne 3, colonne identifiantPp : « 1,09E\+10 » — attendu : .*Texte/);
  });

  it('beyond the limit are counted, not kept', async () => {
    const lines = Array.from({ length: 50 }, () => 'x;y').join('\n');
    const file = await read(`adresse;typeBal\n${lines}\n`, { limits: { faultsKeptMax: 7 } });
    assert.equal(file.faults.length, 7);
    assert.equal(file.faultCount, 100);
  });

  it('show a value shortened and without control characters', async () => {
    const file = await read(`adresse;typeBal\n"x\u001b[31m${'y'.repeat(500)}";PER\n`);
    const value = file.faults[0]?.value ?? '';
    assert.equal(value.startsWith('x [31myyy'), true);
    assert.equal(value.length <= 61, true);
  });

  const conflicts: [string, string, string[]][] = [
    ['another structure is another attachment', 'A@b.fr;PER;10999999997;1;990000028;non', []],
    [
      'the same structure twice is a fault',
      'A@B.fr;PER;10999999997;FINESS EG;990000010;non',
      ['3 adresse RATTACHEMENT_REPETE'],
    ],
    [
      'another type is a fault',
      'a@b.fr;CAB;10999999997;1;990000028;non',
      ['3 adresse ADRESSE_DIVERGENTE'],
    ],
    [
      'another holder is a fault',
      'a@b.fr;PER;10999999989;1;990000028;non',
      ['3 adresse ADRESSE_DIVERGENTE'],
    ],
    [
      'another red list is a fault',
      'a@b.fr;PER;10999999997;1;990000028;oui',
      ['3 adresse ADRESSE_DIVERGENTE'],
    ],
  ];
  for (const [name, second, expected] of conflicts)
    it(`on one address, ${name}`, async () => {
      const header =
        'adresse;typeBal;identifiantPp;typeIdentifiantStructure;identifiantStructure;listeRouge';
      const first = 'a@b.fr;PER;10999999997;FINESS;990000010;non';
      const file = await read([header, first, second, ''].join('\n'));
      assert.deepEqual(faultsOf(file), expected);
      if (expected.length > 0) assert.match(file.faults[0]?.expected ?? '', /ligne 2/);
    });

  it('a third line is held against every earlier one', async () => {
    const file = await read(
      'adresse;typeBal;identifiantStructure\na@b.fr;ORG;990000010\na@b.fr;ORG;\na@b.fr;ORG;\n',
    );
    assert.deepEqual(faultsOf(file), ['4 adresse RATTACHEMENT_REPETE']);
    assert.match(file.faults[0]?.expected ?? '', /ligne 3/);
  });

  it('a quote that is never closed is told by the line that opens it', async () => {
    const file = await read('adresse;typeBal\na@b.fr;PER\n"b@b.fr;PER\nc@b.fr;PER\n');
    assert.deepEqual(faultsOf(file), ['3 - CSV_QUOTE']);
    assert.equal(file.faults[0]?.isFatal, true);
  });

  it('a record, a file, a number of lines above the limit are refused', async () => {
    const long = `adresse;typeBal;description\na@b.fr;PER;${'x'.repeat(5000)}\n`;
    const record = await read(long, { limits: { recordLengthMax: 1000 } });
    assert.deepEqual(faultsOf(record), ['2 - CSV_LENGTH']);
    const rows = await read('adresse;typeBal\na@b.fr;PER\nb@b.fr;PER\n', {
      limits: { rowsMax: 1 },
    });
    assert.deepEqual(faultsOf(rows), ['3 - TROP_DE_LIGNES']);
    await assert.rejects(read(long, { limits: { fileBytesMax: 100 } }), {
      code: 'INVENTAIRE_TROP_GROS',
    });
  });

  it('a missing file and a folder are wrong usage', async () => {
    await assert.rejects(readInventaire('/nulle/part.csv', { now }), UsageError);
    await assert.rejects(readInventaire('/', { now }), UsageError);
  });

  it('warnings of one kind are told once, with their count and first lines', async () => {
    const lines = Array.from(
      { length: 8 },
      (_, i) => `n${i}@b.fr;PER;1099999999${i === 7 ? 0 : i}`,
    );
    const { warnings } = await read(['adresse;typeBal;identifiantPp', ...lines].join('\n'));
    const told = warnings.filter((warning) => warning.includes('contrôle'));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /identifiantPp.*8 lignes : 2, 3, 4, 5, 6…/);
  });
});

describe('template', () => {
  it('is read without a fault nor a warning, and Excel opens it', async () => {
    const template = inventaireTemplate();
    const file = await read(template);
    assert.deepEqual(faultsOf(file), []);
    assert.deepEqual(file.warnings, []);
    assert.equal(file.rows.length, 3);
    assert.equal(template.startsWith('\ufeffadresse;typeBal;'), true);
    assert.equal(template.split('\r\n').length, 5);
  });

  it('has every documented column', () => {
    const header = inventaireTemplate().slice(1).split('\r\n')[0];
    assert.equal(header, inventaireColumns.map(({ name }) => name).join(';'));
    for (const { description } of inventaireColumns) assert.notEqual(description, '');
  });

  it('is documented column by column', () => {
    const page = readFileSync(
      join(findMigrationsDirectory(), '../docs/inventaire.md'),
      'utf8',
    ).replace(/ +/g, ' ');
    for (const { name, isNeeded, description } of inventaireColumns)
      assert.equal(
        page.includes(`| \`${name}\` |${isNeeded ? ' oui' : ''} | ${description} |`),
        true,
        name,
      );
  });
});
