// What two values must become before they are compared byte by byte (RFC 4517 section 4.2, RFC 4518). It runs for every
// value of half a million entries and for every assertion: plain text leaves by the first lines.
import { findObjectIdentifier } from './object-identifier.js';
import { foldCase, mapCharacters, isProhibited } from './string-preparation.js';
import { prepareDn } from './prepare-dn.js';
import { prepareGeneralizedTime } from './generalized-time.js';
import type { Matching } from './served-schema.js';

export { foldAccents } from './fold-accents.js';

export type SubstringPart = 'initial' | 'any' | 'final';

/**
 * The form in which values of a rule are equal when their texts are, and in order when their texts are (by code unit or by
 * UTF-8 byte; integers excepted, which no entry holds). Undefined: not a value of the syntax, or nothing is left of it;
 * an assertion that is so evaluates to Undefined.
 */
export function prepareValue(matching: Matching, text: string): string | undefined {
  switch (matching) {
    case 'caseIgnore':
      return prepareText(text, true, trimmed);
    case 'caseExact':
      return prepareText(text, false, trimmed);
    case 'caseIgnoreIa5':
      return prepareIa5(text, true);
    case 'caseExactIa5':
      return prepareIa5(text, false);
    case 'telephoneNumber':
      return prepareTelephone(text);
    case 'numericString':
      return prepareNumeric(text);
    case 'objectIdentifier':
      return findObjectIdentifier(text);
    case 'distinguishedName':
      return prepareDn(text);
    case 'generalizedTime':
      return prepareGeneralizedTime(text);
    case 'boolean':
      return text === 'TRUE' || text === 'FALSE' ? text : undefined;
    case 'integer':
      return /^(?:0|-?[1-9][0-9]*)$/.test(text) ? text : undefined;
    case 'uuid':
      return uuid.test(text) ? text.toLowerCase() : undefined;
    case 'octetString':
      return text;
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * A part of a substrings assertion, to be looked for in prepared values. Spaces are as slapd 2.5 has them: one of them is
 * kept where the part may meet the middle of a value. The empty string is a part of spaces that every value has.
 */
export function prepareSubstring(
  matching: Matching,
  part: string,
  place: SubstringPart,
): string | undefined {
  if (part === '') return undefined;
  switch (matching) {
    case 'caseIgnore':
      return prepareText(part, true, spacesOf[place]);
    case 'caseExact':
      return prepareText(part, false, spacesOf[place]);
    case 'caseIgnoreIa5':
    case 'caseExactIa5':
      return ascii.test(part) ? (prepareValue(matching, part) ?? '').trim() : undefined;
    case 'telephoneNumber':
    case 'numericString':
    case 'octetString':
      return prepareValue(matching, part);
    case 'objectIdentifier':
    case 'distinguishedName':
    case 'generalizedTime':
    case 'boolean':
    case 'integer':
    case 'uuid':
      // RFC 4517 gives them no substrings rule.
      return undefined;
  }
}

/** Whether a space at either end counts. */
type Spaces = { readonly leading: boolean; readonly trailing: boolean };

const trimmed: Spaces = { leading: false, trailing: false };
const spacesOf: Readonly<Record<SubstringPart, Spaces>> = {
  initial: { leading: false, trailing: true },
  any: { leading: true, trailing: true },
  final: { leading: true, trailing: false },
};

// Anything but letters whose lower case is one character that normalisation leaves alone, and single spaces inside.
const notPlain = /[^ -~À-ÖØ-Þà-öø-ÿŒœ–’]|^ | $| {2}/;
const ascii = /^[\u0000-\u007f]*$/;

function prepareText(text: string, isCaseIgnored: boolean, spaces: Spaces): string | undefined {
  if (text === '') return undefined;
  if (!notPlain.test(text)) return isCaseIgnored ? text.toLowerCase() : text;
  const mapped = mapCharacters(text);
  const normal = isCaseIgnored
    ? foldCase(foldCase(mapped).normalize('NFKC')).normalize('NFKC')
    : mapped.normalize('NFKC');
  if (normal === '' || isProhibited(normal)) return undefined;
  return collapseSpaces(normal, spaces);
}

/** RFC 4518 section 2.6.1, with one space where it says two, and none at the ends of a value. */
function collapseSpaces(text: string, { leading, trailing }: Spaces): string {
  let single = text.replace(/ {2,}/g, ' ');
  if (single === ' ') return leading && !trailing ? '' : ' ';
  if (!leading && single.startsWith(' ')) single = single.slice(1);
  if (!trailing && single.endsWith(' ')) single = single.slice(0, -1);
  return single;
}

/** An IA5 string may be empty (RFC 4517 section 3.3.15); then it equals nothing that an entry holds. */
function prepareIa5(text: string, isCaseIgnored: boolean): string | undefined {
  if (!ascii.test(text)) return undefined;
  if (text === '') return '';
  return prepareText(text, isCaseIgnored, trimmed);
}

const printable = /^[A-Za-z0-9'()+,\-./:?= ]+$/;

/** RFC 4518 section 2.6.3. */
function prepareTelephone(text: string): string | undefined {
  if (!printable.test(text)) return undefined;
  const digits = text.replace(/[- ]/g, '').toLowerCase();
  return digits === '' ? undefined : digits;
}

/** RFC 4518 section 2.6.2. */
function prepareNumeric(text: string): string | undefined {
  if (!/^[0-9 ]+$/.test(text)) return undefined;
  const digits = text.includes(' ') ? text.replaceAll(' ', '') : text;
  return digits === '' ? undefined : digits;
}
