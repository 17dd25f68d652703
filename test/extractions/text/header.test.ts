import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { AppError } from '../../../src/errors.js';
import { balsSpec } from '../../../src/extractions/rows/bals.js';
import { identitesSpec } from '../../../src/extractions/rows/identites.js';
import { personneActiviteSpec } from '../../../src/extractions/rows/personne-activite.js';
import { savoirFaireSpec } from '../../../src/extractions/rows/savoir-faire.js';
import { mapHeader } from '../../../src/extractions/text/header.js';
import type { TextFileSpec } from '../../../src/extractions/text/spec.js';

function firstLine(path: string, charset: BufferEncoding = 'utf8'): string {
  return readFileSync(`test/fixtures/${path}`).toString(charset).split('\n')[0] ?? '';
}

const psc = 'extraction-pro-sante-connect/Extraction_Pro';
const published: readonly [string, TextFileSpec, string, number][] = [
  ['BAL', balsSpec, firstLine('headers/Extraction_Correspondance_MSSante.header.txt'), 31],
  [
    'Personne_activite of 2026',
    personneActiviteSpec,
    firstLine('headers/PS_LibreAcces_Personne_activite.header.txt'),
    56,
  ],
  ['SavoirFaire', savoirFaireSpec, firstLine('headers/PS_LibreAcces_SavoirFaire.header.txt'), 13],
  [
    'Pro Santé Connect of 2021',
    identitesSpec,
    firstLine(`${psc}SanteConnect_Personne_activite_202112090858.txt`),
    49,
  ],
  [
    'Pro Santé Connect of 2023, ISO-8859-1',
    identitesSpec,
    firstLine(`${psc}_sante_connect_202403251635.txt`, 'latin1'),
    50,
  ],
  [
    'Pro Santé Connect of 2024',
    identitesSpec,
    firstLine(`${psc}_sante_connect_202403221829.txt`),
    51,
  ],
];

for (const [name, spec, line, count] of published) {
  test(`the published header of ${name} is known to its last column`, () => {
    const layout = mapHeader(spec, 'fichier.txt', line);
    assert.equal(layout.cellCount, count);
    assert.deepEqual(layout.unknown, []);
  });
}

const activite = firstLine('headers/PS_LibreAcces_Personne_activite.header.txt');

test('the 48 columns of 2018 and the 52 of 2021 are accepted, with or without a trailing separator', () => {
  for (const count of [48, 52]) {
    const line = activite.split('|').slice(0, count).join('|');
    for (const trailing of ['', '|']) {
      const layout = mapHeader(personneActiviteSpec, 'f.txt', line + trailing);
      assert.equal(layout.cellCount, count);
      assert.equal(layout.structure.length, 29);
    }
  }
});

test('columns are found by name wherever they stand, whatever case, accents and spaces', () => {
  const shuffled = activite.split('|').reverse();
  const layout = mapHeader(
    personneActiviteSpec,
    'f.txt',
    shuffled.map((name) => `  ${name.toUpperCase().replaceAll("'", '’')} `).join('|'),
  );
  const rpps = layout.kept.find(({ column }) => column.column === 'identifiant_pp');
  assert.equal(rpps?.cell, shuffled.indexOf('Identifiant PP'));
  assert.deepEqual(layout.unknown, []);
});

test('an unknown column is tolerated and named', () => {
  const layout = mapHeader(balsSpec, 'f.txt', `${published[0]?.[2] ?? ''}|Nouvelle colonne`);
  assert.deepEqual(layout.unknown, ['Nouvelle colonne']);
  assert.equal(layout.cellCount, 32);
});

const refusals: readonly [string, string, string, RegExp][] = [
  [
    'a missing needed column',
    activite.replace('Numéro FINESS site|', ''),
    'COLONNES_MANQUANTES',
    /Numéro FINESS site/u,
  ],
  [
    'a doubled column',
    `${activite}|Identifiant PP`,
    'COLONNE_EN_DOUBLE',
    /colonne 57.*Identifiant PP/u,
  ],
  ['a file that is something else', '<html>', 'ENTETE_ABSENT', /ligne 1/u],
];

for (const [name, line, code, message] of refusals) {
  test(`${name} is refused, naming the file and the place`, () => {
    assert.throws(
      () => mapHeader(personneActiviteSpec, 'PS.txt', line),
      (error) =>
        error instanceof AppError &&
        error.code === code &&
        message.test(error.message) &&
        error.message.includes('PS.txt'),
    );
  });
}
