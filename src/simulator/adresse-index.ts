// Which carriers hold an address: exact, by prefix, by fragment. The seed's addresses stand sorted in one array; those that
// came since stand sorted in a small one, merged into the first from time to time.

/** Above it, the small array costs more at each search than a merge. */
const recentMax = 4_096;

/** After any address. */
const end = '\u{10ffff}';

export class AdresseIndex {
  /** Lower-cased address -> carriers; a single one is kept without a list. */
  readonly #porteurs = new Map<string, string | readonly string[]>();
  #older: readonly string[] = [];
  #recent: string[] = [];
  #isSorted = true;

  get size(): number {
    return this.#porteurs.size;
  }

  add(adresse: string, key: string): void {
    const known = this.#porteurs.get(adresse);
    if (known === undefined) {
      this.#porteurs.set(adresse, key);
      this.#recent.push(adresse);
      this.#isSorted = false;
    } else if (typeof known === 'string') {
      if (known !== key) this.#porteurs.set(adresse, [known, key]);
    } else if (!known.includes(key)) {
      this.#porteurs.set(adresse, [...known, key]);
    }
  }

  remove(adresse: string, key: string): void {
    const known = this.#porteurs.get(adresse);
    if (known === key) this.#porteurs.delete(adresse);
    else if (typeof known === 'object') {
      const remaining = known.filter((one) => one !== key);
      this.#porteurs.set(adresse, remaining.length === 1 ? (remaining[0] ?? key) : remaining);
    }
  }

  porteursOf(adresse: string): readonly string[] {
    const known = this.#porteurs.get(adresse);
    return known === undefined ? [] : typeof known === 'string' ? [known] : known;
  }

  /** Addresses that begin so, in order, after `after`. */
  *byPrefix(prefix: string, after = ''): Generator<string> {
    this.#sort();
    const [older, recent] = [this.#older, this.#recent];
    const start = after > prefix ? after : prefix;
    let [at, other] = [rankOf(older, start), rankOf(recent, start)];
    let last = after;
    for (;;) {
      const [fromOlder = end, fromRecent = end] = [older[at], recent[other]];
      const adresse = fromOlder <= fromRecent ? fromOlder : fromRecent;
      if (adresse === end || !adresse.startsWith(prefix)) return;
      if (fromOlder <= fromRecent) at += 1;
      else other += 1;
      // What went and came back stands in both arrays.
      if (adresse === last || !this.#porteurs.has(adresse)) continue;
      last = adresse;
      yield adresse;
    }
  }

  *byFragment(fragment: string, after = ''): Generator<string> {
    for (const adresse of this.byPrefix('', after)) if (adresse.includes(fragment)) yield adresse;
  }

  #sort(): void {
    if (this.#isSorted) return;
    this.#recent.sort();
    this.#isSorted = true;
    if (this.#recent.length <= recentMax) return;
    this.#older = [...this.#porteurs.keys()].sort();
    this.#recent = [];
  }
}

/** Of the first that is not before `texte`. */
function rankOf(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
