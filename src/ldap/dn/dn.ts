// Distinguished names as text (RFC 4514), with what RFC 1779 and 2253 allowed on input and slapd still takes: spaces
// around separators, `;` for `,`, quoted values, `oid.` before a number.
import { readDnValue } from './dn-value.js';

/** One type and value: the type as written, without `oid.`; the value as it is, nothing escaped. */
export type Ava = { readonly type: string; readonly value: string };
export type Rdn = readonly Ava[];
/** From the entry up; empty for the root. */
export type Dn = readonly Rdn[];

/** How the schema sees names. Either may refuse, which makes the whole DN invalid. */
export type DnRules = {
  /** One spelling for all names and OIDs of a type. */
  canonicalType(type: string): string | undefined;
  /** The value prepared by the matching rule of that (canonical) type. */
  prepareValue(type: string, value: string): string | undefined;
};

/** In UTF-16 units; slapd has 8192 bytes. */
export const dnLengthMax = 8192;
const rdnsMax = 100;
const avasMax = 16;

const descriptorPattern = /^[a-z][a-z0-9-]*$/i;
const numericOidPattern = /^(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))+$/;
/** What must not stand as it is in a normalised value: so a raw `,` or `+` is always a separator. */
const normalEscapePattern = /^[ #]|[\0-\x1f"+,;<>\\]| $/g;
const printEscapePattern = /^[ #]|["+,;<>\\]| $/g;
const controlPattern = /[\0-\x1f\x7f]/g;

/** @returns undefined when the text is not a DN or goes over a limit */
export function parseDn(text: string): Dn | undefined {
  if (text.length > dnLengthMax) return undefined;
  let position = skipSpaces(text, 0);
  if (position === text.length) return [];
  const dn: Rdn[] = [];
  let rdn: Ava[] = [];
  for (;;) {
    const equals = text.indexOf('=', position);
    if (equals < 0) return undefined;
    const type = parseType(text.slice(position, equals));
    const read = type === undefined ? undefined : readDnValue(text, skipSpaces(text, equals + 1));
    if (type === undefined || read === undefined) return undefined;
    rdn.push({ type, value: read.value });
    if (rdn.length > avasMax) return undefined;
    const separator = text[read.end];
    if (separator !== '+') {
      dn.push(rdn);
      if (dn.length > rdnsMax) return undefined;
      rdn = [];
    }
    if (separator === undefined) return dn;
    position = skipSpaces(text, read.end + 1);
  }
}

/**
 * The one text that all spellings of a DN have in common: types and values by `rules`, RDN of several values sorted,
 * special characters as \hex. Two DN are the same when these are. Undefined when the rules refuse, or when a type
 * occurs twice in one RDN (RFC 4512 section 2.3.1).
 */
export function normaliseDn(dn: Dn, rules: DnRules): string | undefined {
  const rdns: string[] = [];
  for (const rdn of dn) {
    const normalised = normaliseRdn(rdn, rules);
    if (normalised === undefined) return undefined;
    rdns.push(normalised);
  }
  return rdns.join(',');
}

/** RFC 4514 section 2.4; control characters as \hex, so that a log or an LDIF file shows them. */
export function escapeRdnValue(value: string): string {
  return value.replace(printEscapePattern, '\\$&').replace(controlPattern, toHexPair);
}

/** Of a normalised DN, normalised: '' is the root, which has none. */
export function parentOf(normalisedDn: string): string | undefined {
  if (normalisedDn === '') return undefined;
  const comma = normalisedDn.indexOf(',');
  return comma < 0 ? '' : normalisedDn.slice(comma + 1);
}

function normaliseRdn(rdn: Rdn, rules: DnRules): string | undefined {
  const types = new Set<string>();
  const avas: string[] = [];
  for (const ava of rdn) {
    const type = rules.canonicalType(ava.type);
    if (type === undefined || types.has(type)) return undefined;
    types.add(type);
    const value = rules.prepareValue(type, ava.value);
    if (value === undefined) return undefined;
    avas.push(`${type}=${value.replace(normalEscapePattern, toHexPair)}`);
  }
  return avas.length === 1 ? avas[0] : avas.sort().join('+');
}

function parseType(text: string): string | undefined {
  const type = text.trimEnd();
  if (descriptorPattern.test(type)) return type;
  const oid = /^oid\./i.test(type) ? type.slice(4) : type;
  return numericOidPattern.test(oid) ? oid : undefined;
}

function skipSpaces(text: string, from: number): number {
  let position = from;
  while (isSpace(text.charCodeAt(position))) position++;
  return position;
}

/** What slapd takes for a space around separators. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

function toHexPair(character: string): string {
  return `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
