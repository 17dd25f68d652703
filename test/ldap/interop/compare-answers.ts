// One generated search put to a server, and two servers' answers held against each other.
import {
  decodeAttributes,
  readInteger,
  type AnsweredEntry,
  type AnsweredResult,
} from '../../support/ldap-answer.js';
import type { RawClient } from '../../support/ldap-raw-client.js';
import {
  bool,
  integer,
  octets,
  readElements,
  readElement,
  sequence,
  type WireControl,
  type WireSearch,
} from '../../support/ldap-wire.js';
import type { GeneratedSearch, SortKey } from './generated-search.js';

export const pagedResultsType = '1.2.840.113556.1.4.319';
export const sortRequestType = '1.2.840.113556.1.4.473';
export const sortResponseType = '1.2.840.113556.1.4.474';

export type Outcome = {
  readonly code: number;
  readonly matchedDn: string;
  /** sortResult of the response control (RFC 2891), when there is one. */
  readonly sortCode: number | undefined;
  /** In the order sent. */
  readonly entries: readonly AnsweredEntry[];
  readonly pages: readonly number[];
};

/** Pages more than this many times the directory means a cookie that never ends. */
const pagesMax = 2_000;

export async function putSearch(client: RawClient, search: GeneratedSearch): Promise<Outcome> {
  const wire: WireSearch = search;
  const sort: WireControl[] = search.sort ? [sortControl(search.sort)] : [];
  if (search.pageSize === 0) {
    const { entries, result } = await client.search(wire, sort);
    return toOutcome(entries, result, []);
  }
  const entries: AnsweredEntry[] = [];
  const pages: number[] = [];
  let cookie: Buffer = Buffer.alloc(0);
  for (;;) {
    const page = await client.search(wire, [...sort, pagedControl(search.pageSize, cookie)]);
    entries.push(...page.entries);
    pages.push(page.entries.length);
    cookie = cookieOf(page.result) ?? Buffer.alloc(0);
    if (page.result.code !== 0 || cookie.length === 0)
      return toOutcome(entries, page.result, pages);
    if (pages.length > pagesMax) throw new Error('a paged search that does not end');
  }
}

function toOutcome(
  entries: readonly AnsweredEntry[],
  result: AnsweredResult,
  pages: readonly number[],
): Outcome {
  const { code, matchedDn } = result;
  return { code, matchedDn, sortCode: sortCodeOf(result), entries, pages };
}

export const pagedControl = (size: number, cookie: Buffer, isCritical = false): WireControl => ({
  type: pagedResultsType,
  isCritical,
  value: sequence(integer(size), octets(cookie)),
});

export const sortControl = (
  { attribute, rule, isReverse }: SortKey,
  isCritical = false,
): WireControl => ({
  type: sortRequestType,
  isCritical,
  value: sequence(
    sequence(
      octets(attribute),
      ...(rule === undefined ? [] : [octets(rule, 0x80)]),
      ...(isReverse ? [bool(true, 0x81)] : []),
    ),
  ),
});

/** Undefined when the answer carries no paged control. */
export function cookieOf(result: AnsweredResult): Buffer | undefined {
  const value = result.controls.find(({ type }) => type === pagedResultsType)?.value;
  if (!value) return undefined;
  const outer = readElement(value, 0);
  const [, cookie] = outer ? readElements(value, outer.start, outer.end) : [];
  if (!cookie) throw new Error('a paged control that cannot be read');
  return value.subarray(cookie.start, cookie.end);
}

function sortCodeOf(result: AnsweredResult): number | undefined {
  const value = result.controls.find(({ type }) => type === sortResponseType)?.value;
  if (!value) return undefined;
  const outer = readElement(value, 0);
  const [code] = outer ? readElements(value, outer.start, outer.end) : [];
  if (!code) throw new Error('a sort control that cannot be read');
  return readInteger(value, code);
}

/**
 * What the two say differently, in words; undefined when nothing. `whole` is the reference's answer without the size
 * limit, given when it may have cut: which entries are left out is the server's choice.
 */
export function findDifference(
  reference: Outcome,
  ours: Outcome,
  search: GeneratedSearch,
  whole: Outcome | undefined,
): string | undefined {
  if (reference.code !== ours.code) return `code ${reference.code}, ours ${ours.code}`;
  if (spellDn(reference.matchedDn) !== spellDn(ours.matchedDn)) {
    return `matchedDN "${reference.matchedDn}", ours "${ours.matchedDn}"`;
  }
  // slapd leaves the control out of an answer that a limit cut.
  if (reference.code === 0 && reference.sortCode !== ours.sortCode) {
    return `sort result ${reference.sortCode}, ours ${ours.sortCode}`;
  }
  if (reference.entries.length !== ours.entries.length) {
    return `${reference.entries.length} entries, ours ${ours.entries.length}; ${firstOnly(reference, ours)}`;
  }
  if (fullPages(reference) !== fullPages(ours)) {
    return `pages of ${reference.pages.join()}, ours of ${ours.pages.join()}`;
  }
  return (
    differentEntry(whole ?? reference, ours) ??
    (whole ? undefined : outOfOrder(reference, ours, search))
  );
}

/** Whether the limit is told with the last entries or on an empty page behind them is the server's choice. */
const fullPages = ({ pages }: Outcome): string => pages.filter((count) => count > 0).join();

/** One spelling of escapes: `\\2B` and `\\+` are the same DN (RFC 4514 section 2.4). */
const spellDn = (dn: string): string =>
  dn.replace(/\\([0-9a-f]{2})/gi, (_all, hex: string) => {
    const character = String.fromCharCode(parseInt(hex, 16));
    if (character === '=') return character;
    return /[ "#+,;<=>\\]/.test(character) ? `\\${character}` : `\\${hex.toUpperCase()}`;
  });

function firstOnly(reference: Outcome, ours: Outcome): string {
  const known = new Set(reference.entries.map(({ dn }) => spellDn(dn)));
  const found = new Set(ours.entries.map(({ dn }) => spellDn(dn)));
  const missing = [...known].filter((dn) => !found.has(dn)).slice(0, 3);
  const extra = [...found].filter((dn) => !known.has(dn)).slice(0, 3);
  return `missing ${JSON.stringify(missing)}, extra ${JSON.stringify(extra)}`;
}

function differentEntry(reference: Outcome, ours: Outcome): string | undefined {
  const expected = new Map(reference.entries.map((entry) => [spellDn(entry.dn), entry]));
  const seen = new Set<string>();
  for (const entry of ours.entries) {
    const one = expected.get(spellDn(entry.dn));
    if (!one) return `an entry that the other does not return: ${entry.dn}`;
    if (seen.has(entry.dn)) return `an entry returned twice: ${entry.dn}`;
    seen.add(entry.dn);
    const [left, right] = [canonicalAttributes(one), canonicalAttributes(entry)];
    if (left !== right)
      return `attributes of ${entry.dn}:\n  ${readable(left)}\n  ours ${readable(right)}`;
  }
  return undefined;
}

/** Attributes and values are sets (RFC 4511 section 4.1.7): their order says nothing. */
export function canonicalAttributes(entry: AnsweredEntry): string {
  const key = entry.bytes.toString('latin1');
  const known = canonicalByBytes.get(key);
  if (known !== undefined) return known;
  const attributes = decodeAttributes(entry).map(({ name, values }) => [
    name,
    ...values.map((value) => value.toString('latin1')).sort(),
  ]);
  const canonical = JSON.stringify(attributes.sort(byName));
  canonicalByBytes.set(key, canonical);
  return canonical;
}

const readable = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8');

const byName = ([a = '']: readonly string[], [b = '']: readonly string[]): number =>
  a < b ? -1 : a > b ? 1 : 0;

const canonicalByBytes = new Map<string, string>();

/** Entries with equal keys come in any order; so what is compared is the sequence of keys. */
function outOfOrder(
  reference: Outcome,
  ours: Outcome,
  search: GeneratedSearch,
): string | undefined {
  const attribute = search.sort?.attribute;
  if (attribute === undefined || reference.sortCode !== 0) return undefined;
  const keyOf = sortKeysByDn.get(attribute.toLowerCase());
  if (!keyOf) return undefined;
  const index = reference.entries.findIndex(
    ({ dn }, rank) => keyOf.get(dn) !== keyOf.get(ours.entries[rank]?.dn ?? ''),
  );
  if (index < 0) return undefined;
  return `sorted by ${attribute}, rank ${index}: ${reference.entries[index]?.dn}, ours ${ours.entries[index]?.dn}`;
}

const sortKeysByDn = new Map<string, ReadonlyMap<string, string>>();

/** Tells the comparison what each entry sorts by: values prepared roughly, enough to know equal keys. */
export function learnSortKeys(name: string, keys: ReadonlyMap<string, string>): void {
  sortKeysByDn.set(name.toLowerCase(), keys);
}
