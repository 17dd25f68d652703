/** Remembers at most `max` answers; the oldest goes first. */
export class Cache<T extends object> {
  readonly #valeurs = new Map<string, T>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(cle: string): T | undefined {
    return this.#valeurs.get(cle);
  }

  set(cle: string, valeur: T): void {
    this.#valeurs.set(cle, valeur);
    if (this.#valeurs.size <= this.#max) return;
    for (const ancienne of this.#valeurs.keys()) {
      this.#valeurs.delete(ancienne);
      return;
    }
  }
}
