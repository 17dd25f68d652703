import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from '../support/fast-check.js';
import iconv from 'iconv-lite';
import { etatsBal, typesBal, type BalOperateur } from '../../src/domain/bal-operateur.js';
import {
  delimiters,
  inventaireColumnNames,
  type InventaireColumn,
} from '../../src/inventory/columns.js';
import { readInventaire } from '../../src/inventory/csv.js';
import { inventaireFile } from '../support/inventaire-file.js';

const now = new Date('2026-06-15T10:00:00Z');

/** Printable in every dialect, Windows-1252 included; trimmed, never the `="…"` of Excel, never empty. */
const text = fc
  .array(fc.constantFrom(...Array.from('aZ09é€œ \t\n;,"\'=-+@|\\./')), {
    minLength: 1,
    maxLength: 20,
  })
  .map((characters) => characters.join('').trim())
  .filter((value) => value !== '' && !value.startsWith('="'));
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const digits = (count: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...Array.from('0123456789')), { minLength: count, maxLength: count })
    .map((d) => d.join(''));
const adresse = fc
  .tuple(fc.stringMatching(/^[a-zA-Z0-9._-]{1,12}$/), fc.stringMatching(/^[a-z0-9]{1,8}$/))
  .map(([local, domaine]) => `${local}@${domaine}.mssante.fr`);
const octets = fc.nat({ max: Number.MAX_SAFE_INTEGER });

const bal: fc.Arbitrary<BalOperateur> = fc
  .record({
    adresseSaisie: adresse,
    typeBal: fc.constantFrom(...typesBal),
    rpps: optional(digits(11)),
    structure: optional(
      fc.oneof(
        fc.tuple(fc.constantFrom('1', '5', '6'), digits(9)),
        fc.tuple(fc.constant('2'), digits(9)),
        fc.tuple(fc.constant('3'), digits(14)),
      ),
    ),
    serviceRattachement: optional(text),
    responsable: optional(text),
    description: optional(text),
    listeRouge: fc.boolean(),
    preferee: fc.boolean(),
    etat: fc.constantFrom(...etatsBal),
    dateCreation: optional(
      fc
        .date({ min: new Date('2000-01-01'), max: now, noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10)),
    ),
    transfertVers: optional(adresse.map((value) => value.toLowerCase())),
    derniereAuthentification: optional(
      fc
        .date({ min: new Date('2000-01-01'), max: now, noInvalidDate: true })
        .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000)),
    ),
    tailleOctets: optional(octets),
    quotaOctets: optional(octets),
  })
  .map(({ rpps, structure, ...rest }) => ({
    ...rest,
    adresse: rest.adresseSaisie.toLowerCase(),
    typeIdentifiantPp: rpps === undefined ? undefined : '8',
    identifiantPp: rpps,
    typeIdentifiantStructure: structure?.[0],
    identificationStructure: structure?.[1],
  }));

const bals = fc.uniqueArray(bal, { selector: ({ adresse: key }) => key, maxLength: 30 });

const cellOf: Record<InventaireColumn, (line: BalOperateur) => string | number | undefined> = {
  adresse: (line) => line.adresseSaisie,
  typeBal: (line) => line.typeBal,
  typeIdentifiantPp: (line) => line.typeIdentifiantPp,
  identifiantPp: (line) => line.identifiantPp,
  typeIdentifiantStructure: (line) => line.typeIdentifiantStructure,
  identifiantStructure: (line) => line.identificationStructure,
  service: (line) => line.serviceRattachement,
  responsable: (line) => line.responsable,
  description: (line) => line.description,
  listeRouge: (line) => (line.listeRouge ? 'oui' : 'non'),
  preferee: (line) => (line.preferee ? 'VRAI' : 'FAUX'),
  etat: (line) => line.etat,
  dateCreation: (line) => line.dateCreation,
  derniereAuthentification: (line) => line.derniereAuthentification?.toISOString(),
  tailleOctets: (line) => line.tailleOctets,
  quotaOctets: (line) => line.quotaOctets,
  transfertVers: (line) => line.transfertVers,
};

const dialect = fc.record({
  delimiter: fc.constantFrom(...delimiters),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  encoding: fc.constantFrom('utf8', 'utf8-bom', 'win1252', 'utf-16le'),
  columns: fc.shuffledSubarray([...inventaireColumnNames], {
    minLength: inventaireColumnNames.length,
  }),
  isAllQuoted: fc.boolean(),
});

it('any inventory written in any dialect is read back the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      bals,
      dialect,
      async (lines, { delimiter, lineEnd, encoding, columns, isAllQuoted }) => {
        const quote = (cell: string): string =>
          isAllQuoted || /[;,\t"\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
        const cells = lines.map((line) => columns.map((name) => String(cellOf[name](line) ?? '')));
        const content = [columns, ...cells].map((row) => row.map(quote).join(delimiter) + lineEnd);
        const mark = encoding === 'utf8-bom' || encoding === 'utf-16le' ? '\ufeff' : '';
        const bytes = iconv.encode(mark + content.join(''), encoding.replace('-bom', ''));
        const file = await readInventaire(inventaireFile(bytes, 'aller-retour.csv'), { now });
        assert.deepEqual(file.faults, []);
        assert.deepEqual(file.rows, lines);
        assert.equal(file.delimiter, delimiter);
      },
    ),
    { numRuns: 150 },
  );
});
