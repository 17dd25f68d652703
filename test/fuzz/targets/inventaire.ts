// Inventories as people send them, in every encoding, with anything wrong: each line is read or named, none is lost.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { readInventaire, type InventaireFile } from '../../../src/inventory/csv.js';
import { describeFault } from '../../../src/inventory/faults.js';
import { writeIn } from '../../support/zip-files.js';
import { mutateBytes } from '../mutate.js';
import { assertOurs, type Target } from '../target.js';

const now = new Date('2026-10-08T12:00:00Z');
const lines = [
  'adresse;typeBal;typeIdentifiantPp;identifiantPp;typeIdentifiantStructure;identifiantStructure;service;listeRouge;etat;tailleOctets',
  'estelle@chu-exemple.mssante.fr;PER;8;90307285982;1;039000013;Imagerie médicale;N;actif;7307503728',
  'urgences@chu-exemple.mssante.fr;ORG;;;1;039000013;"Urgences; ""jour""\r\net nuit";N;actif;',
  'automate@chu-exemple.mssante.fr;APP;;;3;26750045200011;;O;suspendu;12',
  '',
  'emma@chu-exemple.mssante.fr;PER;8;90925319973;1;039000021;Médecine polyvalente;Oui;fermé;',
];
const texts = ['\r\n', '\n'].map((end) => lines.join(end) + end);
const seeds = texts.flatMap((text) => [
  Buffer.from(text),
  Buffer.from(`\ufeff${text}`),
  iconv.encode(text, 'windows-1252'),
  iconv.encode(text, 'utf-16le', { addBOM: true }),
  Buffer.from(text.replaceAll(';', ',')),
  Buffer.from(text.replaceAll(';', '\t')),
]);
const words = [
  '"',
  '""',
  ';',
  '\r',
  '\n',
  '\0',
  '=cmd|',
  '\ufeff',
  'adresse',
  '0x',
  '٣',
  '𝒳',
  ';;;;;;;;;;;',
];

const limits = { recordLengthMax: 400, rowsMax: 200, faultsKeptMax: 5, fileBytesMax: 1 << 21 };

export const inventaireTarget: Target = {
  name: 'inventaire CSV',
  cases: 250,
  play: async (random) => {
    const bytes = mutateBytes(random.pick(seeds), random, words);
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-inventaire-'));
    try {
      const path = await writeIn(folder, 'inventaire.csv', bytes);
      const read = await readInventaire(path, { now, limits });
      check(read, bytes);
      return read.faultCount === 0 ? 'accepted' : 'refused';
    } catch (error) {
      assertOurs(error);
      return 'refused';
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function check(read: InventaireFile, bytes: Buffer): void {
  const { rows, faults, faultCount, rejectedLineCount, lineCount } = read;
  const breaks = bytes.toString('latin1').split(/[\r\n]/u).length;
  assert.ok(lineCount <= breaks, 'no line out of nothing');
  assert.ok(rejectedLineCount <= lineCount && faults.length <= limits.faultsKeptMax);
  assert.ok(faultCount >= faults.length && (faultCount > 0 || rejectedLineCount === 0));
  const adresses = rows.map(({ adresse }) => adresse);
  assert.equal(new Set(adresses).size, adresses.length, 'an address twice');
  for (const adresse of adresses) assert.match(adresse, /^[^\s@]+@[^\s@]+$/u);
  for (const fault of faults) {
    assert.ok(fault.line >= 0 && fault.line <= breaks + 1, `line ${fault.line}`);
    assert.doesNotMatch(describeFault(fault), /undefined|\[object|NaN/u);
    assert.ok(describeFault(fault).length < 1_000, 'a message, not the file');
  }
}
