// National identifiers of the invented country. All pass Luhn (extractions.md §3 verified it on real ones) and all are
// in ranges that no authority has given out: no value can belong to a real person or structure.
import { departements } from './places.js';

/** The digit that makes `body` + digit pass Luhn. Letters count as 0: the rule is unknown for Corsica's 2A and 2B. */
function luhnDigit(body: string): number {
  let sum = 0;
  let doubled = true;
  for (let i = body.length - 1; i >= 0; i -= 1) {
    const digit = body.charCodeAt(i) - 48;
    const value = digit >= 0 && digit <= 9 ? digit : 0;
    const weighted = doubled ? value * 2 : value;
    sum += weighted > 9 ? weighted - 9 : weighted;
    doubled = !doubled;
  }
  return (10 - (sum % 10)) % 10;
}

/** Real RPPS begin with 1 or 8; ours with 90. One RPPS per person index below 100 million, in no visible order. */
export function rpps(person: number): string {
  const body = `90${digits((person * 61_803_399 + 27_182_818) % 100_000_000, 8)}`;
  return body + String(luhnDigit(body));
}

/** Nine digits; 99 is no département. */
export function adeli(person: number): string {
  return `99${digits((person * 3_141_593 + 271_828) % 10_000_000, 7)}`;
}

/** EG of one EJ are numbered from 1; 0 is the EJ itself. */
export const egPerEjMax = 49;
const ejMax = departements.length * 1_990;

/** Real FINESS have 0 (rarely 8) after the département; ours have 9. */
export function finess(ej: number, eg: number): string {
  const departement = departements[ej % departements.length];
  if (departement === undefined || eg > egPerEjMax || ej >= ejMax) {
    throw new Error(`no FINESS for EJ ${ej}, EG ${eg}`);
  }
  const rank = Math.floor(ej / departements.length);
  const body = `${departement.code}9${digits(rank * (egPerEjMax + 1) + eg, 5)}`;
  return body + String(luhnDigit(body));
}

/** SIREN of an EJ begin with 29, of a cabinet with 28: neither prefix is used by the INSEE. */
export function siren(kind: 'ej' | 'cabinet', index: number): string {
  const body = `${kind === 'ej' ? '29' : '28'}${digits(index, 6)}`;
  return body + String(luhnDigit(body));
}

export function siret(ofSiren: string, site: number): string {
  const body = ofSiren + digits(site + 1, 4);
  return body + String(luhnDigit(body));
}

/** Technical number of a cabinet: 14 digits; real ones begin with 10. */
export function rppsRang(cabinet: number): string {
  return `90${digits((cabinet * 7_919 + 104_729) % 10_000_000_000, 10)}01`;
}

export function digits(value: number, length: number): string {
  const text = String(value);
  if (text.length > length) throw new Error(`${text} does not fit in ${length} digits`);
  return text.padStart(length, '0');
}
