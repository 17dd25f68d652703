// National identifiers: shape is the hard rule, the check digit only a warning. Sources: ANS terminologies TRE_G07
// and TRE_G08, etalab XSD `typeNumeroFiness`. Luhn holds on every real FINESS and SIRET examined (white-list
// certificates), but the ANS's own RPPS examples and synthetic FINESS fail it, and no official text states the rule.

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** 11 digits; IdNatPS is `8` + this and is not an Rpps. */
export type Rpps = Branded<'Rpps'>;
/** 9 characters; letters in the second place for Corsica (2A, 2B). Decommissioned in 2024, still found in files. */
export type Adeli = Branded<'Adeli'>;
/** 9 characters, of an EJ or of an EG: the number does not tell. */
export type Finess = Branded<'Finess'>;
export type Siret = Branded<'Siret'>;
export type Siren = Branded<'Siren'>;
/** TRE_G07 digit + identifier: `1` + FINESS, `3` + SIRET, `4` + RPPS-rang… The SQL function id_nat_struct makes it. */
export type IdNatStruct = Branded<'IdNatStruct'>;

export function parseRpps(text: string): Rpps | undefined {
  return /^\d{11}$/.test(text) ? (text as Rpps) : undefined;
}

export function parseAdeli(text: string): Adeli | undefined {
  const upper = text.toUpperCase();
  return /^\d[0-9A-Z]\d{7}$/.test(upper) ? (upper as Adeli) : undefined;
}

export function parseFiness(text: string): Finess | undefined {
  const upper = text.toUpperCase();
  return /^\d[0-9A-Z]\d{7}$/.test(upper) ? (upper as Finess) : undefined;
}

/** Monaco has no SIRET: the directory writes `MONACOCONFO` and a number. */
export function parseSiret(text: string): Siret | undefined {
  const upper = text.toUpperCase();
  return /^(\d{14}|MONACOCONFO\d{3})$/.test(upper) ? (upper as Siret) : undefined;
}

export function parseSiren(text: string): Siren | undefined {
  return /^\d{9}$/.test(text) ? (text as Siren) : undefined;
}

export function parseIdNatStruct(text: string): IdNatStruct | undefined {
  const upper = text.toUpperCase();
  return /^[0-46][0-9A-Z]{8,40}$/.test(upper) ? (upper as IdNatStruct) : undefined;
}

/** False for anything but digits. */
export function isLuhnValid(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    if (digit < 0 || digit > 9) return false;
    const weighted = i % 2 === 1 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return digits.length > 0 && sum % 10 === 0;
}

/** Luhn is not defined on letters: such a FINESS cannot be doubted. */
export function isFinessKeyValid(finess: Finess): boolean {
  return !/^\d{9}$/.test(finess) || isLuhnValid(finess);
}

const laPosteSiren = '356000000';

/** La Poste's offices outgrew Luhn: the sum of their 14 digits is a multiple of 5 instead. */
export function isSiretKeyValid(siret: Siret): boolean {
  if (!/^\d{14}$/.test(siret) || isLuhnValid(siret)) return true;
  return siret.startsWith(laPosteSiren) && digitSum(siret) % 5 === 0;
}

function digitSum(digits: string): number {
  let sum = 0;
  for (const digit of digits) sum += Number(digit);
  return sum;
}
