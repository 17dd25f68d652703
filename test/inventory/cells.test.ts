import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDate, parseInstant } from '../../src/inventory/dates.js';
import { parseOctets, parseQuota } from '../../src/inventory/sizes.js';
import {
  parseIdentifiantStructure,
  parseTypeIdentifiantStructure,
} from '../../src/inventory/structure.js';
import { parseIdentifiantPp, parseTypeIdentifiantPp } from '../../src/inventory/titulaire.js';
import {
  cleanCell,
  parseAdresse,
  parseBoolean,
  parseEtat,
  parseText,
  parseTypeBal,
  type Cell,
} from '../../src/inventory/values.js';

/** The value, `!CODE` of a fault, or [value, warning code]. */
function outcomeOf(cell: Cell<unknown>): unknown {
  if (cell.kind === 'fault') return `!${cell.code}`;
  return cell.warning === undefined ? cell.value : [cell.value, cell.warning.code];
}

function table(
  name: string,
  parse: (text: string) => Cell<unknown>,
  cases: readonly (readonly [string, unknown])[],
): void {
  describe(name, () => {
    for (const [text, expected] of cases)
      it(`${JSON.stringify(text)} → ${JSON.stringify(expected)}`, () => {
        assert.deepEqual(outcomeOf(parse(text)), expected);
      });
  });
}

table('an address', parseAdresse, [
  ['Camille.Exemple@chu.mssante.fr', 'Camille.Exemple@chu.mssante.fr'],
  ["o'neil+x@chu.mssante.fr", "o'neil+x@chu.mssante.fr"],
  ['sans-arobase.mssante.fr', '!ADRESSE_MAL_FORMEE'],
  ['a@b@chu.mssante.fr', '!ADRESSE_MAL_FORMEE'],
  ['a@domaine', '!ADRESSE_MAL_FORMEE'],
  ['a@chu..mssante.fr', '!ADRESSE_MAL_FORMEE'],
  ['a@chu.mssante.fr.', '!ADRESSE_MAL_FORMEE'],
  ['a b@chu.mssante.fr', '!ADRESSE_MAL_FORMEE'],
  ['a\u00a0b@chu.mssante.fr', '!ADRESSE_MAL_FORMEE'],
  ['a\u200bb@chu.mssante.fr', '!ADRESSE_MAL_FORMEE'],
  ['a@chu.mssante.fr, b@chu.mssante.fr', '!ADRESSE_MAL_FORMEE'],
  ['Camille <a@chu.mssante.fr>', '!ADRESSE_MAL_FORMEE'],
  ['caf\ufffd@chu.mssante.fr', '!ADRESSE_MAL_FORMEE'],
  [`${'a'.repeat(65)}@chu.mssante.fr`, '!ADRESSE_MAL_FORMEE'],
]);

table('a type of BAL', parseTypeBal, [
  ['PER', 'PER'],
  ['org', 'ORG'],
  ['App', 'APP'],
  ['cab', 'CAB'],
  ['Cabinet', 'CAB'],
  ['PERS', '!TYPE_BAL_INCONNU'],
]);

table('a boolean', parseBoolean, [
  ...['oui', 'Oui', 'O', '1', 'TRUE', 'vrai', 'VRAI'].map((text) => [text, true] as const),
  ...['non', 'N', '0', 'false', 'Faux'].map((text) => [text, false] as const),
  ['peut-être', '!OUI_NON_ATTENDU'],
  ['2', '!OUI_NON_ATTENDU'],
]);

table('an état', parseEtat, [
  ['actif', 'actif'],
  ['Active', 'actif'],
  ['suspendue', 'suspendu'],
  ['Fermée', 'ferme'],
  ['ferme', 'ferme'],
  ['supprimée', 'ferme'],
  ['en cours', '!ETAT_INCONNU'],
]);

table('a text', parseText, [
  ['=2+3', '=2+3'],
  ['un\r\ndeux\rtrois', 'un\ndeux\ntrois'],
  ['Me\u0301decine', 'Médecine'],
  ['M\ufffddecine', '!CARACTERE_ILLISIBLE'],
  ['a\u0000b', '!CARACTERE_DE_CONTROLE'],
  ['a\u001bb', '!CARACTERE_DE_CONTROLE'],
  ['a\u0085b', '!CARACTERE_DE_CONTROLE'],
  ['x'.repeat(2001), '!TEXTE_TROP_LONG'],
]);

it('a cell loses its margins and the ="…" that keeps zeros in Excel', () => {
  assert.equal(cleanCell('  a \u00a0'), 'a');
  assert.equal(cleanCell('="010000024"'), '010000024');
  assert.equal(cleanCell('="a"&"b"'), '="a"&"b"');
});

const now = new Date('2026-06-15T10:00:00Z');

table('a date', (text) => parseDate(text, now), [
  ['2024-02-29', '2024-02-29'],
  ['2024-2-9', '2024-02-09'],
  ['2024/02/09', '2024-02-09'],
  ['2024-02-29T23:30:00Z', '2024-02-29'],
  ['29/02/2024', '2024-02-29'],
  ['1/3/2024 08:05', '2024-03-01'],
  ['01.03.2024', '2024-03-01'],
  ['1er août 2024', '2024-08-01'],
  ['12 déc. 2024', '2024-12-12'],
  ['3 juil 2024', '2024-07-03'],
  ['3 jui 2024', '!DATE_MAL_FORMEE'],
  ['31/02/2024', '!DATE_IMPOSSIBLE'],
  ['29/02/2023', '!DATE_IMPOSSIBLE'],
  ['12/31/2024', '!DATE_IMPOSSIBLE'],
  ['2024-13-01', '!DATE_IMPOSSIBLE'],
  ['01/02/2024 25:00', '!DATE_IMPOSSIBLE'],
  ['01/02/24', '!DATE_AMBIGUE'],
  ['45231', '!DATE_NUMERO_EXCEL'],
  ['45231,5', '!DATE_NUMERO_EXCEL'],
  ['hier', '!DATE_MAL_FORMEE'],
  ['2024-01/02', '!DATE_MAL_FORMEE'],
  ['20240102', '!DATE_MAL_FORMEE'],
  ['1601-01-01', '!DATE_INVRAISEMBLABLE'],
  ['01/01/1970', '!DATE_INVRAISEMBLABLE'],
  ['2027-01-01', ['2027-01-01', 'DATE_FUTURE']],
]);

table('an instant', (text) => parseInstant(text, now), [
  ['2026-01-15', new Date('2026-01-14T23:00:00Z')],
  ['15/07/2025 08:30', new Date('2025-07-15T06:30:00Z')],
  ['15/07/2025 à 8h30', new Date('2025-07-15T06:30:00Z')],
  ['2025-07-15T08:30:01.123Z', new Date('2025-07-15T08:30:01Z')],
  ['2025-07-15 08:30:01+02:00', new Date('2025-07-15T06:30:01Z')],
  ['2025-07-15 08:30 -0500', new Date('2025-07-15T13:30:00Z')],
  ['2026-06-16 09:00', new Date('2026-06-16T07:00:00Z')],
  ['2026-06-17', '!DATE_FUTURE'],
  ['2025-07-15 08:60', '!DATE_IMPOSSIBLE'],
  ['2025-07-15T08:30+99:00', '!DATE_IMPOSSIBLE'],
]);

it('French legal time agrees with the time zone database, around each change of hour', () => {
  const paris = new Intl.DateTimeFormat('fr-FR', {
    timeZone: 'Europe/Paris',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  for (let year = 1997; year < 2026; year++)
    for (const month of [2, 9])
      for (let day = 24; day <= 31; day++)
        // Not between 01:00 and 01:59 UTC in October: those local times exist twice.
        for (const hours of [0, 2, 12]) {
          const instant = new Date(Date.UTC(year, month, day, hours, 20, 0));
          const local = paris.format(instant);
          assert.deepEqual(outcomeOf(parseInstant(local, now)), instant, local);
        }
});

table('a size', parseOctets, [
  ['0', 0],
  ['1500000', 1_500_000],
  ['1 500 000', 1_500_000],
  ['1\u202f500\u00a0000', 1_500_000],
  ['1.500.000', 1_500_000],
  ['1,500,000', 1_500_000],
  ['1500000.0', 1_500_000],
  ['1,5 Go', 1_500_000_000],
  ['1.5Go', 1_500_000_000],
  ['500 Mo', 500_000_000],
  ['2 Gio', 2_147_483_648],
  ['64KiB', 65_536],
  ['1 234,5 Ko', 1_234_500],
  ['12 octets', 12],
  ['1.5 GB (1,610,612,736 bytes)', 1_610_612_736],
  ['1.234', '!TAILLE_MAL_FORMEE'],
  ['1,234 Go', '!TAILLE_MAL_FORMEE'],
  ['1,5', '!TAILLE_MAL_FORMEE'],
  ['15 00', '!TAILLE_MAL_FORMEE'],
  ['beaucoup', '!TAILLE_MAL_FORMEE'],
  ['5 zo', '!TAILLE_MAL_FORMEE'],
  ['1e9', '!TAILLE_MAL_FORMEE'],
  ['-5', '!TAILLE_NEGATIVE'],
  ['99999 To', '!TAILLE_INVRAISEMBLABLE'],
]);

table('a quota', parseQuota, [
  ['illimité', undefined],
  ['Unlimited', undefined],
  ['2 Go', 2_000_000_000],
]);

table('a type of holder identifier', parseTypeIdentifiantPp, [
  ['8', '8'],
  ['10', '10'],
  ['rpps', '8'],
  ['ADELI', '0'],
  ['Adresse MSSanté', '10'],
  ['FINESS/N° registre', '3'],
  ['2', '!TYPE_IDENTIFIANT_PP_INCONNU'],
  ['11', '!TYPE_IDENTIFIANT_PP_INCONNU'],
]);

const rpps = { type: '8', identifiant: '10999999997' };

describe('a holder', () => {
  const cases: [string, string | undefined, unknown][] = [
    ['10999999997', undefined, rpps],
    ['10999999997', '8', rpps],
    ['10 999 999 997', '8', rpps],
    ['10.999.999.997', '8', rpps],
    ["'10999999997", '8', rpps],
    ['10999999997.0', '8', rpps],
    ['810999999997', undefined, [rpps, 'IDNATPS_DECOUPE']],
    ['810999999997', '8', [rpps, 'IDNATPS_DECOUPE']],
    ['10999999998', '8', [{ type: '8', identifiant: '10999999998' }, 'CLE_RPPS']],
    ['1,10E+10', '8', '!NOMBRE_ABIME'],
    ['1.09E10', undefined, '!NOMBRE_ABIME'],
    ['1099999999', '8', '!IDENTIFIANT_PP_MAL_FORME'],
    ['abc', '8', '!IDENTIFIANT_PP_MAL_FORME'],
    ['990000010', undefined, { type: '0', identifiant: '990000010' }],
    ['2a9999999', '0', { type: '0', identifiant: '2A9999999' }],
    ['0990000010', undefined, [{ type: '0', identifiant: '990000010' }, 'IDNATPS_DECOUPE']],
    ['99000001', '0', '!IDENTIFIANT_PP_MAL_FORME'],
    ['123', undefined, '!IDENTIFIANT_PP_MAL_FORME'],
    ['A@chu.mssante.fr', '10', { type: '10', identifiant: 'a@chu.mssante.fr' }],
    ['a@chu.mssante.fr', undefined, { type: '10', identifiant: 'a@chu.mssante.fr' }],
    ['10999999997', '10', '!IDENTIFIANT_PP_MAL_FORME'],
    ['990000010/000123', '3', { type: '3', identifiant: '990000010/000123' }],
    ['990000010 é', '3', '!IDENTIFIANT_PP_MAL_FORME'],
  ];
  for (const [text, type, expected] of cases)
    it(`${text} of type ${type ?? '(empty)'} → ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(outcomeOf(parseIdentifiantPp(text, type)), expected);
    });
});

table('a type of structure identifier', parseTypeIdentifiantStructure, [
  ['FINESS', '1'],
  ['finess ej', '5'],
  ['FINESS_EG', '6'],
  ['Siret', '3'],
  ['SIREN', '2'],
  ['40', '40'],
  ['7', '!TYPE_IDENTIFIANT_STRUCTURE_INCONNU'],
]);

describe('a structure', () => {
  const finess = { type: '1', identification: '990000010' };
  const siret = { type: '3', identification: '99999999800019' };
  const cases: [string, string | undefined, unknown][] = [
    ['990000010', undefined, finess],
    ['990000010', '1', finess],
    ['1990000010', undefined, finess],
    ['1990000010', '1', finess],
    ['990000010', '5', { type: '5', identification: '990000010' }],
    ['2b0000012', '1', { type: '1', identification: '2B0000012' }],
    ['990000011', '1', [{ type: '1', identification: '990000011' }, 'CLE_FINESS']],
    ['10000024', '1', [{ type: '1', identification: '010000024' }, 'ZEROS_FINESS']],
    ['10000025', '1', '!IDENTIFIANT_STRUCTURE_MAL_FORME'],
    ['10000024', undefined, '!IDENTIFIANT_STRUCTURE_MAL_FORME'],
    ['9,90E+08', '1', '!NOMBRE_ABIME'],
    ['99999999800019', undefined, siret],
    ['399999999800019', undefined, siret],
    ['999 999 998 00019', '3', siret],
    ['99999999800018', '3', [{ type: '3', identification: '99999999800018' }, 'CLE_SIRET']],
    ['9999999980001', '3', '!IDENTIFIANT_STRUCTURE_MAL_FORME'],
    ['MONACOCONFO001', undefined, { type: '3', identification: 'MONACOCONFO001' }],
    ['999999998', '2', { type: '2', identification: '999999998' }],
    ['2999999998', undefined, { type: '2', identification: '999999998' }],
    ['410999999997001', undefined, { type: '4', identification: '10999999997001' }],
    ['10999999997001', '4', { type: '4', identification: '10999999997001' }],
    ['x-12', '40', { type: '40', identification: 'X-12' }],
    ['CHU', undefined, '!IDENTIFIANT_STRUCTURE_MAL_FORME'],
  ];
  for (const [text, type, expected] of cases)
    it(`${text} of type ${type ?? '(empty)'} → ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(outcomeOf(parseIdentifiantStructure(text, type)), expected);
    });
});
