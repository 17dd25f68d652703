// Structures by their names: one Organization may be called by its FINESS, its SIRET or its RPPS-rang.
import { Cache } from './cache.js';
import type { StructureFacts } from '../store/simulator-structures.js';

export type Organization = {
  /** IdNatStruct that names it first: as the seed does, else as the national files do. */
  readonly key: string;
  readonly finess: string | undefined;
  readonly siret: string | undefined;
  readonly siren: string | undefined;
  readonly rppsRang: string | undefined;
};

export type FindFacts = (ids: readonly string[]) => Promise<readonly StructureFacts[]>;

const cacheMax = 50_000;

export class Structures {
  readonly #known = new Map<string, Organization>();
  /** Known although the seed does not name them. */
  readonly #kept = new Map<string, Organization>();
  readonly #cache = new Cache<readonly Organization[]>(cacheMax);
  readonly #findFacts: FindFacts;

  /** `findFacts`: what is in service now. */
  constructor(findFacts: FindFacts) {
    this.#findFacts = findFacts;
  }

  get knownCount(): number {
    return new Set(this.#known.values()).size;
  }

  /** Names that the seed uses, with their facts; those of one structure become one Organization. */
  seed(names: readonly string[], facts: readonly StructureFacts[]): void {
    const factsByName = new Map(facts.map((one) => [one.id, one]));
    const groups = new Map<string, string[]>();
    for (const name of [...names].sort()) {
      const canonical = canonicalName(name, factsByName.get(name));
      const group = groups.get(canonical);
      if (group) group.push(name);
      else groups.set(canonical, [name]);
    }
    for (const [canonical, group] of groups) {
      const key = group.includes(canonical) ? canonical : (group[0] ?? canonical);
      const organization = organizationOf(key, canonical, factsByName.get(key));
      for (const name of [...group, canonical]) this.#known.set(name, organization);
    }
  }

  /** Keeps an Organization that the seed does not name: from now on something is carried there. */
  keep(organization: Organization): void {
    if (this.#known.has(organization.key)) return;
    this.#known.set(organization.key, organization);
    this.#kept.set(organization.key, organization);
  }

  /** The Organization of that key when it is not the seed's; keeps it if it was only looked up so far. */
  keepSeen(key: string): Organization | undefined {
    const seen = this.seen(key);
    if (seen) this.keep(seen);
    return this.#kept.get(key);
  }

  /** One that is known already: seeded, or kept. */
  known(name: string): Organization | undefined {
    return this.#known.get(name);
  }

  /** As far as it was seeded or looked up. */
  seen(key: string): Organization | undefined {
    return this.#known.get(key) ?? this.#cache.get(key)?.find((one) => one.key === key);
  }

  /** The Organizations of that name; several when, say, sites share a SIRET. */
  async find(name: string): Promise<readonly Organization[]> {
    const known = this.#known.get(name);
    if (known) return [known];
    const cached = this.#cache.get(name);
    if (cached) return cached.map((one) => this.#known.get(one.key) ?? one);
    const [facts] = await this.#findFacts([name]);
    // What is not there yet may come with the next national file: not remembered.
    if (!facts) return [];
    const matches = this.#organizationsOf(name, facts);
    this.#cache.set(name, matches);
    return matches;
  }

  #organizationsOf(name: string, facts: StructureFacts): readonly Organization[] {
    const isShared = /^[23]/u.test(name) && facts.finess.length > 1;
    const canonicals = isShared
      ? facts.finess.map((finess) => `1${finess}`)
      : [canonicalName(name, facts)];
    return canonicals.map(
      (canonical) =>
        this.#known.get(canonical) ?? organizationOf(canonical, canonical, facts, isShared),
    );
  }
}

/** `1` + FINESS where there is one and no other, else `3` + SIRET, else the name itself. */
function canonicalName(name: string, facts: StructureFacts | undefined): string {
  if (name.startsWith('1') || !facts) return name;
  const [finess, ...others] = facts.finess;
  if (finess !== undefined) return others.length === 0 ? `1${finess}` : name;
  const [siret, ...otherSirets] = facts.sirets;
  return siret !== undefined && otherSirets.length === 0 && !name.startsWith('2')
    ? `3${siret}`
    : name;
}

function organizationOf(
  key: string,
  canonical: string,
  facts: StructureFacts | undefined,
  isShared = false,
): Organization {
  const named = (digit: string): string | undefined =>
    [key, canonical].find((name) => name.startsWith(digit))?.slice(1);
  return {
    key,
    finess: named('1'),
    siret: named('3') ?? (isShared ? undefined : unique(facts?.sirets)),
    siren: named('2') ?? unique(facts?.sirens),
    rppsRang: named('4'),
  };
}

function unique(values: readonly string[] | undefined): string | undefined {
  return values?.length === 1 ? values[0] : undefined;
}
