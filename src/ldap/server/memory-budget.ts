// Bytes that all connections together may hold of one kind.

/** Whoever holds some says how much more or less than before; nothing is counted twice, everything is given back. */
export class MemoryBudget {
  readonly bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isExceeded(): boolean {
    return this.#bytes > this.bytesMax;
  }

  /** Whether `bytes` more would fit. */
  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= this.bytesMax;
  }

  /** @param bytes negative: given back */
  add(bytes: number): void {
    this.#bytes += bytes;
  }
}

/** What one of them holds. */
export class Holding {
  readonly #budget: MemoryBudget;
  #bytes = 0;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True when it is more than before. */
  set(bytes: number): boolean {
    const more = bytes - this.#bytes;
    this.#budget.add(more);
    this.#bytes = bytes;
    return more > 0;
  }
}
