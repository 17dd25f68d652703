// The invented country: how many of everything, which domains, which of them the demonstration opérateur hosts.
import { communes, slug } from './places.js';
import { draw, stream } from './random.js';
import { withDefaults, type QuirkRates } from './quirks.js';

export const scales = ['demo', 'tenth', 'half', 'national'] as const;
export type Scale = (typeof scales)[number];

/** Deterministic evolution loops over the days passed: keep it bounded. */
export const dayMax = 60;
const defaultSeed = 20_261_008;
const defaultDate = '2026-10-08';

export type DeclaredStructure =
  | { readonly kind: 'aucune' }
  | { readonly kind: 'ej'; readonly ej: number }
  | { readonly kind: 'eg'; readonly ej: number; readonly eg: number };

export type Domaine = {
  /** Its place by size; a hospital's EJ has the same number. */
  readonly rank: number;
  readonly nom: string;
  readonly kind: 'hopital' | 'liberal';
  /** BAL on day 1, planted cases apart. */
  readonly size: number;
  /** Number of its first BAL in the country. */
  readonly start: number;
  readonly isOperateur: boolean;
  readonly declaration: DeclaredStructure;
};

export type Country = {
  readonly scale: Scale;
  readonly seed: number;
  readonly day: number;
  /** Midnight UTC of day 1. */
  readonly firstDay: Date;
  /** People on day 1; the first `balCount` of them each have one BAL (or stand behind an ORG one). */
  readonly personCount: number;
  readonly balCount: number;
  readonly ejCount: number;
  readonly cabinetCount: number;
  readonly domaines: readonly Domaine[];
  readonly quirks: QuirkRates;
};

type Dimensions = {
  readonly persons: number;
  readonly bals: number;
  readonly domaines: number;
  readonly ejs: number;
  readonly cabinets: number;
  /** BAL of the largest domains (national: as measured, extractions.md §1.1). */
  readonly largest: readonly number[];
};

const national: Dimensions = {
  persons: 1_600_000,
  bals: 556_000,
  domaines: 5_000,
  ejs: 45_000,
  cabinets: 250_000,
  largest: [62_151, 23_904],
};

const dimensions: Readonly<Record<Scale, Dimensions>> = {
  demo: {
    persons: 14_400,
    bals: 5_800,
    domaines: 60,
    ejs: 400,
    cabinets: 2_200,
    largest: [1_600, 620],
  },
  tenth: shrink(0.1),
  half: shrink(0.5),
  national,
};

export type CountryOptions = {
  readonly scale: Scale;
  readonly day: number;
  readonly seed?: number | undefined;
  /** AAAA-MM-JJ of day 1. */
  readonly date?: string | undefined;
  readonly quirks?: Partial<QuirkRates> | undefined;
};

export function createCountry(options: CountryOptions): Country {
  const seed = options.seed ?? defaultSeed;
  const size = dimensions[options.scale];
  return {
    scale: options.scale,
    seed,
    day: options.day,
    firstDay: new Date(`${options.date ?? defaultDate}T00:00:00Z`),
    personCount: size.persons,
    balCount: size.bals,
    ejCount: size.ejs,
    cabinetCount: size.cabinets,
    domaines: makeDomaines(seed, options.scale, size),
    quirks: withDefaults(options.scale, options.quirks),
  };
}

/** Midnight UTC, `days` after that of the country's day (0: the day of the files). */
export function dateAt(country: Country, days: number): Date {
  return new Date(country.firstDay.getTime() + (country.day - 1 + days) * 86_400_000);
}

/** The instant that truth.json's constats are judged at. */
export function judgedAt(country: Country): Date {
  return new Date(dateAt(country, 0).getTime() + 12 * 3_600_000);
}

/** The domain of one of the first `balCount` BAL. */
export function domaineOfBal(country: Country, bal: number): Domaine {
  let low = 0;
  let high = country.domaines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((country.domaines[middle]?.start ?? Infinity) <= bal) low = middle;
    else high = middle - 1;
  }
  const found = country.domaines[low];
  if (!found) throw new Error(`no domain for BAL ${bal}`);
  return found;
}

function shrink(factor: number): Dimensions {
  return {
    persons: national.persons * factor,
    bals: national.bals * factor,
    domaines: national.domaines * factor,
    ejs: national.ejs * factor,
    cabinets: national.cabinets * factor,
    largest: national.largest.map((count) => Math.round(count * factor)),
  };
}

function makeDomaines(seed: number, scale: Scale, size: Dimensions): Domaine[] {
  const kinds = stream(seed, 'domaine.nature');
  let start = 0;
  return domaineSizes(size).map((count, rank) => {
    const isOperateur = isOfOperateur(scale, rank);
    const kind =
      rank < size.largest.length || (!isOperateur && draw(kinds, rank) % 7 === 0)
        ? 'liberal'
        : 'hopital';
    const domaine: Domaine = {
      rank,
      nom: domaineName(rank, kind),
      kind,
      size: count,
      start,
      isOperateur,
      declaration: isOperateur && kind === 'hopital' ? declarationOf(scale, rank) : none,
    };
    start += count;
    return domaine;
  });
}

/** Half of the domains hold at most 4 BAL; the others fall off as a power of their rank. */
function domaineSizes(size: Dimensions): number[] {
  const small = Math.floor(size.domaines / 2);
  const sizes = [...size.largest];
  const tail = Array.from({ length: small }, (_, i) => 4 - Math.floor((i * 4) / small));
  const middleCount = size.domaines - small - sizes.length;
  const middleTotal = size.bals - sum(sizes) - sum(tail);
  const weights = Array.from({ length: middleCount }, (_, i) => (i + 2 + 25) ** -1.5);
  const scaleFactor = middleTotal / sum(weights);
  const middle = weights.map((weight) => Math.max(5, Math.floor(weight * scaleFactor)));
  let rest = middleTotal - sum(middle);
  for (let i = 0; rest !== 0; i = (i + 1) % middleCount) {
    const step = Math.sign(rest);
    const current = middle[i] ?? 0;
    if (current + step < 5) continue;
    middle[i] = current + step;
    rest -= step;
  }
  return [...sizes, ...middle.sort((a, b) => b - a), ...tail];
}

const demoOperateurRanks = new Set([2, 3, 4, 5, 7, 9, 12, 16]);

/** The demonstration hosts eight hospitals; elsewhere the opérateur hosts the largest domain and a few hundred more. */
function isOfOperateur(scale: Scale, rank: number): boolean {
  if (scale === 'demo') return demoOperateurRanks.has(rank);
  return rank === 0 || (rank % 16 === 0 && rank >= dimensions[scale].domaines * 0.12);
}

const none: DeclaredStructure = { kind: 'aucune' };

/** One domain in four is declared for one EG, one in four for its EJ. */
function declarationOf(scale: Scale, rank: number): DeclaredStructure {
  const turn = scale === 'demo' ? [...demoOperateurRanks].indexOf(rank) : Math.floor(rank / 16);
  if (turn % 4 === 2) return { kind: 'eg', ej: rank, eg: 1 };
  return turn % 4 === 3 ? { kind: 'ej', ej: rank } : none;
}

/** What a hospital's domain and its EJ are called, by rank. */
export const hospitalKinds = [
  { prefix: 'ch', nom: 'CENTRE HOSPITALIER' },
  { prefix: 'chu', nom: 'CENTRE HOSPITALIER UNIVERSITAIRE' },
  { prefix: 'clinique', nom: 'CLINIQUE' },
  { prefix: 'hopital', nom: 'HOPITAL' },
  { prefix: 'ght', nom: 'GROUPEMENT HOSPITALIER' },
  { prefix: 'ehpad', nom: 'EHPAD' },
  { prefix: 'polyclinique', nom: 'POLYCLINIQUE' },
  { prefix: 'centre-sante', nom: 'CENTRE DE SANTE' },
] as const;

/** The town of the domain or EJ of that rank: with its kind, it makes a name of its own up to rank 6,400. */
export function communeOfRank(rank: number): string {
  return communes[(Math.floor(rank / 8) * 769 + (rank % 8) * 37) % 800] ?? '';
}

/** Every name ends with -exemple: no real domain does. */
function domaineName(rank: number, kind: Domaine['kind']): string {
  if (rank === 0) return 'medecine-exemple.mssante.fr';
  if (rank === 1) return 'interop-exemple.mssante.fr';
  const kindOf = hospitalKinds[(rank * 5) % 8]?.prefix ?? 'ch';
  const prefix = kind === 'liberal' ? `sante${(rank % 8) + 1}` : kindOf;
  return `${prefix}-${slug(communeOfRank(rank))}-exemple.mssante.fr`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
