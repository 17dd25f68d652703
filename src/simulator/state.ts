// Everything that is carried, in memory: the seed and what was done since.
import { AdresseIndex } from './adresse-index.js';
import { applyEffects, type CarriedBal, type Effect } from './carried-bal.js';
import { resourceTypeOf, type PorteurKey } from './porteur.js';
import { resourceTypes, type ResourceType } from './systems.js';

export type OperationCounts = { insert: number; replace: number; delete: number };

/** What one address went through, all carriers together: a lost or doubled operation shows here. */
export type AdresseTally = OperationCounts;

export class State {
  readonly #porteurs = new Map<PorteurKey, readonly CarriedBal[]>();
  readonly #byResourceType = new Map<ResourceType, PorteurKey[]>(
    resourceTypes.map((one) => [one, []]),
  );
  readonly #changes = new Map<PorteurKey, string>();
  readonly #tallies = new Map<string, AdresseTally>();
  readonly adresses = new AdresseIndex();
  readonly totals: OperationCounts = { insert: 0, replace: 0, delete: 0 };
  /** PATCH that changed something. */
  patchCount = 0;
  #balCount = 0;

  get balCount(): number {
    return this.#balCount;
  }

  get porteurCount(): number {
    return this.#porteurs.size;
  }

  /** Undefined: nothing was ever carried there, which does not mean that it does not exist. */
  balsOf(key: PorteurKey): readonly CarriedBal[] | undefined {
    return this.#porteurs.get(key);
  }

  /** Carriers that something was ever carried by, in an order that only grows. */
  keysOf(resourceType: ResourceType): readonly PorteurKey[] {
    return this.#byResourceType.get(resourceType) ?? [];
  }

  /** When it was last changed by an operation, ISO 8601. */
  changedAt(key: PorteurKey): string | undefined {
    return this.#changes.get(key);
  }

  changes(): ReadonlyMap<PorteurKey, string> {
    return this.#changes;
  }

  tallies(): ReadonlyMap<string, AdresseTally> {
    return this.#tallies;
  }

  /** One BAL of the seed; a second line of the same BAL on the same carrier adds nothing. */
  seed(key: PorteurKey, bal: CarriedBal): void {
    const bals = this.#porteurs.get(key);
    const adresse = bal.adresse.toLowerCase();
    if (bals?.some((known) => known.adresse.toLowerCase() === adresse)) return;
    this.#put(key, bals ? [...bals, bal] : [bal]);
    this.adresses.add(adresse, key);
    this.#balCount += 1;
  }

  /** Applies what is known to be possible. `at`: ISO 8601. */
  apply(key: PorteurKey, effects: readonly Effect[], at: string): void {
    const before = this.#porteurs.get(key) ?? [];
    const after = applyEffects(before, effects);
    this.replace(key, after, at);
    this.patchCount += 1;
    for (const effect of effects) {
      const adresse = (effect.k === 'insert' ? effect.bal.adresse : effect.a).toLowerCase();
      this.count(adresse, effect.k, 1);
    }
  }

  /** Sets all that a carrier holds. */
  replace(key: PorteurKey, after: readonly CarriedBal[], at: string): void {
    const before = this.#porteurs.get(key) ?? [];
    this.#put(key, after);
    this.#changes.set(key, at);
    this.#balCount += after.length - before.length;
    const remaining = new Set(after.map(({ adresse }) => adresse.toLowerCase()));
    for (const { adresse } of before) {
      const lower = adresse.toLowerCase();
      if (!remaining.has(lower)) this.adresses.remove(lower, key);
    }
    for (const adresse of remaining) this.adresses.add(adresse, key);
  }

  count(adresse: string, kind: keyof OperationCounts, count: number): void {
    this.totals[kind] += count;
    let tally = this.#tallies.get(adresse);
    if (!tally) this.#tallies.set(adresse, (tally = { insert: 0, replace: 0, delete: 0 }));
    tally[kind] += count;
  }

  #put(key: PorteurKey, bals: readonly CarriedBal[]): void {
    if (!this.#porteurs.has(key)) this.#byResourceType.get(resourceTypeOf(key))?.push(key);
    this.#porteurs.set(key, bals);
  }
}
