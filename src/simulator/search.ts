// GET: one resource, or a searchset in pages (swagger « Récupération »).
import type { CarriedBal } from './carried-bal.js';
import type { State } from './state.js';
import {
  conditionParameters,
  referenceParameters,
  findByIdentifiers,
  findByReferences,
  type Lookups,
} from './target.js';
import { isTypeBal, type TypeBal } from '../domain/bal-operateur.js';
import { resourceTypeOf, type PorteurKey } from './porteur.js';
import { malformed, type Refusal } from './refusal.js';
import { visibleBals, writeOpen, restrict, type Fhir } from './resource.js';
import { isResourceType, systemR256, systemR257, type ResourceType } from './systems.js';

const pageDefault = 50;
/** The ANS's own advice (July 2026); what is above is brought down to it, as FHIR lets servers do. */
const pageMax = 200;

type Adresse = { readonly mode: 'prefix' | 'fragment' | 'exact'; readonly text: string };

type Criteria = {
  readonly resourceTypes: readonly ResourceType[];
  readonly adresse: Adresse | undefined;
  readonly type: TypeBal | undefined;
  /** Raw query of the conditions on identifiers; undefined when there is none. */
  readonly condition: string | undefined;
  readonly elements: readonly string[];
  readonly perPage: number;
};

/** Where a page begins: after an address, or at a rank in the list of a resource's carriers. */
type Cursor = { readonly resourceIndex: number; readonly rank: number; readonly after: string };

export type Simulated = { readonly state: State; readonly lookups: Lookups };

/** `base`: origin of the links. `resourceType` undefined: search at the root, over `_type`. */
export async function search(
  resourceType: ResourceType | undefined,
  query: URLSearchParams,
  base: string,
  simulated: Simulated,
): Promise<object | Refusal> {
  const token = query.get('_page_token');
  const parsed = token === null ? undefined : readToken(token);
  if (token !== null && !parsed) return malformed('_page_token inconnu');
  const effective = parsed?.query ?? query.toString();
  const criteria = readCriteria(resourceType, new URLSearchParams(effective));
  if ('kind' in criteria) return criteria;
  const start = parsed?.cursor ?? { resourceIndex: 0, rank: 0, after: '' };
  const page = await readPage(criteria, start, simulated);
  if ('kind' in page) return page;
  const url = `${base}/${resourceType ?? ''}`;
  const next = page.next && writeToken(effective, page.next);
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(page.isWhole && start.after === '' && start.rank === 0 && { total: page.keys.length }),
    link: [
      { relation: 'self', url: `${url}?${effective}` },
      ...(next === undefined ? [] : [{ relation: 'next', url: `${url}?_page_token=${next}` }]),
    ],
    entry: page.keys.map((key) => toEntry(key, criteria, base, simulated)),
  };
}

function toEntry(key: PorteurKey, criteria: Criteria, base: string, simulated: Simulated): object {
  const fhir = readResource(key, simulated);
  return {
    fullUrl: `${base}/${fhir.resourceType}/${fhir.id}`,
    resource: criteria.elements.length > 0 ? restrict(fhir, criteria.elements) : fhir,
    search: { mode: 'match' },
  };
}

export function readResource(key: PorteurKey, { state, lookups }: Simulated): Fhir {
  return writeOpen(key, state.balsOf(key) ?? [], lookups, state.changedAt(key));
}

const commonParameters = ['_elements', '_count', '_page_token', 'mailbox-mss-type'];

function readCriteria(
  resourceType: ResourceType | undefined,
  query: URLSearchParams,
): Criteria | Refusal {
  const types = (query.get('_type') ?? '').split(',').filter((one) => one !== '');
  const resourceTypes = resourceType ? [resourceType] : types.filter(isResourceType);
  if (!resourceType && (resourceTypes.length === 0 || resourceTypes.length !== types.length)) {
    return malformed('_type : Practitioner, PractitionerRole ou Organization attendu');
  }
  let adresse: Adresse | undefined;
  const condition = new URLSearchParams();
  for (const [name, value] of query) {
    const mode = modes[name];
    if (mode !== undefined && !adresse && value !== '') adresse = { mode, text: value };
    else if (resourceType && parametersOf(resourceType).includes(name)) {
      condition.append(name, value);
    } else if (!commonParameters.includes(name) && (resourceType || name !== '_type')) {
      return malformed(`Paramètre inattendu, vide ou en double : ${name.slice(0, 100)}`);
    }
  }
  const type = readType(query.get('mailbox-mss-type'));
  if (typeof type === 'object') return type;
  const perPage = readCount(query.get('_count'));
  if (typeof perPage === 'object') return perPage;
  return {
    resourceTypes,
    adresse,
    type,
    condition: condition.size > 0 ? condition.toString() : undefined,
    elements: (query.get('_elements') ?? '').split(',').filter((one) => /^\w+$/u.test(one)),
    perPage,
  };
}

function parametersOf(resourceType: ResourceType): readonly string[] {
  const names = conditionParameters[resourceType];
  return resourceType === 'PractitionerRole' ? [...names, ...referenceParameters] : names;
}

/** A string search is by default on the beginning, without case (FHIR R4, search, string). */
const modes: Readonly<Record<string, Adresse['mode']>> = {
  'mailbox-mss': 'prefix',
  'mailbox-mss:contains': 'fragment',
  'mailbox-mss:exact': 'exact',
};

function readType(text: string | null): TypeBal | undefined | Refusal {
  if (text === null) return undefined;
  const at = text.lastIndexOf('|');
  const code = text.slice(at + 1);
  const isKnown = at < 0 || [systemR256, systemR257].includes(text.slice(0, at));
  if (isKnown && isTypeBal(code)) return code;
  return malformed('mailbox-mss-type : système|code attendu (PER, ORG, APP, CAB)');
}

function readCount(text: string | null): number | Refusal {
  if (text === null) return pageDefault;
  if (!/^[1-9]\d{0,5}$/u.test(text)) return malformed('_count : entier ≥ 1 attendu');
  return Math.min(pageMax, Number(text));
}

type Page = {
  readonly keys: readonly PorteurKey[];
  readonly next: Cursor | undefined;
  /** True when the page is also the last one. */
  readonly isWhole: boolean;
};

async function readPage(
  criteria: Criteria,
  start: Cursor,
  { state, lookups }: Simulated,
): Promise<Page | Refusal> {
  if (criteria.condition !== undefined) return pageByIdentifier(criteria, { state, lookups });
  const matches: { key: PorteurKey; next: Cursor }[] = [];
  const candidates = criteria.adresse
    ? byAdresse(criteria, criteria.adresse, start, state)
    : byRank(criteria, start, state);
  for (const candidate of candidates) {
    const last = matches.at(-1)?.next;
    // The carriers of one address stay together: a page begins after an address.
    if (matches.length >= criteria.perPage && !isSameAdresse(last, candidate.next)) {
      return { keys: keysOf(matches), next: last, isWhole: false };
    }
    if (isMatching(candidate.key, criteria, state)) matches.push(candidate);
  }
  return { keys: keysOf(matches), next: undefined, isWhole: true };
}

function isSameAdresse(left: Cursor | undefined, right: Cursor): boolean {
  return right.after !== '' && left?.after === right.after;
}

function keysOf(matches: readonly { key: PorteurKey }[]): PorteurKey[] {
  return matches.map(({ key }) => key);
}

/** Resources named by an identifier, whether they carry something or not. */
async function pageByIdentifier(criteria: Criteria, simulated: Simulated): Promise<Page | Refusal> {
  const [resourceType = 'Practitioner'] = criteria.resourceTypes;
  const query = new URLSearchParams(criteria.condition);
  const isReference = referenceParameters.some((name) => query.has(name));
  const matches = isReference
    ? await findByReferences(query, simulated.lookups)
    : await findByIdentifiers(resourceType, query, simulated.lookups);
  if ('kind' in matches) return matches;
  const isFiltered = criteria.adresse !== undefined || criteria.type !== undefined;
  const kept = isFiltered
    ? matches.filter(({ key }) => isMatching(key, criteria, simulated.state))
    : matches;
  return { keys: keysOf(kept), next: undefined, isWhole: true };
}

function* byAdresse(
  { resourceTypes }: Criteria,
  { mode, text }: Adresse,
  { after }: Cursor,
  state: State,
): Generator<{ key: PorteurKey; next: Cursor }> {
  const { adresses } = state;
  const lower = text.toLowerCase();
  const matches =
    mode === 'exact'
      ? [lower].filter((adresse) => adresse > after)
      : mode === 'prefix'
        ? adresses.byPrefix(lower, after)
        : adresses.byFragment(lower, after);
  for (const adresse of matches) {
    for (const key of adresses.porteursOf(adresse)) {
      if (!resourceTypes.includes(resourceTypeOf(key))) continue;
      // A carrier comes once, on whatever page its first address stands.
      if (adresse !== firstAdresse(state.balsOf(key) ?? [], { mode, text })) continue;
      yield { key, next: { resourceIndex: 0, rank: 0, after: adresse } };
    }
  }
}

/** The first address found, in the order of the search. */
function firstAdresse(bals: readonly CarriedBal[], adresse: Adresse): string | undefined {
  let found: string | undefined;
  for (const bal of visibleBals(bals)) {
    const lower = bal.adresse.toLowerCase();
    if (isAdresse(bal.adresse, adresse) && (found === undefined || lower < found)) found = lower;
  }
  return found;
}

function* byRank(
  { resourceTypes }: Criteria,
  start: Cursor,
  state: State,
): Generator<{ key: PorteurKey; next: Cursor }> {
  for (let at = start.resourceIndex; at < resourceTypes.length; at++) {
    const all = state.keysOf(resourceTypes[at] ?? 'Practitioner');
    for (let rank = at === start.resourceIndex ? start.rank : 0; rank < all.length; rank++) {
      const key = all[rank];
      if (key !== undefined) yield { key, next: { resourceIndex: at, rank: rank + 1, after: '' } };
    }
  }
}

/** Some visible BAL meets all the criteria. */
function isMatching(key: PorteurKey, { adresse, type }: Criteria, state: State): boolean {
  return visibleBals(state.balsOf(key) ?? []).some(
    (bal) =>
      (type === undefined || bal.typeBal === type) &&
      (adresse === undefined || isAdresse(bal.adresse, adresse)),
  );
}

function isAdresse(adresse: string, { mode, text }: Adresse): boolean {
  if (mode === 'exact') return adresse === text;
  const [whole, lower] = [adresse.toLowerCase(), text.toLowerCase()];
  return mode === 'prefix' ? whole.startsWith(lower) : whole.includes(lower);
}

function writeToken(query: string, cursor: Cursor): string {
  return Buffer.from(JSON.stringify([query, cursor])).toString('base64url');
}

function readToken(token: string): { query: string; cursor: Cursor } | undefined {
  try {
    const parsed = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown;
    if (!Array.isArray(parsed)) return undefined;
    const [query, cursor] = parsed as unknown[];
    return typeof query === 'string' && isCursor(cursor) ? { query, cursor } : undefined;
  } catch {
    return undefined;
  }
}

function isCursor(value: unknown): value is Cursor {
  if (typeof value !== 'object' || value === null) return false;
  const { resourceIndex, rank, after } = value as Record<string, unknown>;
  return (
    typeof resourceIndex === 'number' &&
    typeof rank === 'number' &&
    Number.isInteger(resourceIndex) &&
    Number.isInteger(rank) &&
    resourceIndex >= 0 &&
    rank >= 0 &&
    typeof after === 'string'
  );
}
