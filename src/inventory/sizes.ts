// Sizes of one cell, in octets.
import { faultCell, valueCell, type Cell } from './values.js';

/**
 * Whole octets, with thousands separators where they cannot be a decimal mark, or a number and its unit.
 * Ko, Mo, Go are powers of 1000 and Kio, Mio, Gio of 1024, as the standard has it (IEC 80000-13).
 */
export function parseOctets(text: string): Cell<number> {
  if (/^[-−]/.test(text)) return faultCell('TAILLE_NEGATIVE', 'un nombre d’octets positif ou nul');
  const match =
    exchangePattern.exec(text) ?? /^([\d\s.,'’]*\d)\s*([a-z]*)$/iu.exec(text) ?? undefined;
  const number = match?.[1];
  const unit = units.get(match?.[2]?.toLowerCase() ?? '');
  if (number === undefined || unit === undefined) return shapeFault();
  const value = parseNumber(number, unit > 1);
  if (value === undefined) return shapeFault();
  const octets = Math.round(value * unit);
  return Number.isSafeInteger(octets)
    ? valueCell(octets)
    : faultCell('TAILLE_INVRAISEMBLABLE', 'un nombre d’octets vraisemblable');
}

/** A quota may also be said unlimited, which is no quota. */
export function parseQuota(text: string): Cell<number | undefined> {
  if (/^(illimit[ée]e?|unlimited)$/i.test(text.normalize('NFC'))) return valueCell(undefined);
  return parseOctets(text);
}

// What Exchange prints: « 1.5 GB (1,610,612,736 bytes) »; the octets are exact, the rest is rounded.
const exchangePattern = /^[\d.,\s]+[a-z]+\s*\(([\d\s.,]*\d)\s*(bytes|octets)\)$/iu;

const units = new Map<string, number>([
  ...['', 'o', 'b', 'octet', 'octets', 'byte', 'bytes'].map((name) => [name, 1] as const),
  ...['k', 'm', 'g', 't'].flatMap((prefix, index) => {
    const decimal = 1000 ** (index + 1);
    const binary = 1024 ** (index + 1);
    return [
      [`${prefix}o`, decimal],
      [`${prefix}b`, decimal],
      [`${prefix}io`, binary],
      [`${prefix}ib`, binary],
    ] as const;
  }),
]);

/** `1.234` is one thousand for some and one and a bit for others: refused. */
function parseNumber(text: string, mayBeDecimal: boolean): number | undefined {
  // \s holds the no-break spaces U+00A0 and U+202F that Excel and French locales put between thousands.
  const compact = /^\d{1,3}([\s'’]\d{3})+([.,]\d+)?$/u.test(text)
    ? text.replace(/[\s'’]/gu, '')
    : text;
  if (/^\d+$/.test(compact)) return Number(compact);
  const grouped = /^\d{1,3}(([.,])\d{3})(\2\d{3})+$/.exec(compact);
  if (grouped) return Number(compact.replace(/[.,]/g, ''));
  const decimal = /^(\d+)[.,](\d{1,2}|\d{4,})$/.exec(compact);
  if (!decimal?.[1] || !decimal[2]) return undefined;
  if (!mayBeDecimal && !/^0+$/.test(decimal[2])) return undefined;
  return Number(`${decimal[1]}.${decimal[2]}`);
}

function shapeFault(): Cell<never> {
  return faultCell(
    'TAILLE_MAL_FORMEE',
    'un nombre entier d’octets (1500000 ou 1 500 000), ou un nombre et son unité (1,5 Go, 500 Mo, 2 Gio)',
  );
}
