// Gives back the memory of a base that was replaced. It is outside of V8's heap, which in a quiet process sees no reason to look
// for what is of no use any more: for hours, two bases would stay in memory.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Segment } from './segment.js';

/** Searches that began before the swap are done by then. */
const firstLooks = 4;
/** Pages of a search may keep the base for some minutes. */
const laterLooks = 60;

export class ReplacedBase {
  readonly #collect: () => void;
  #base: WeakRef<Segment> | undefined;
  #looksLeft = 0;

  constructor(collect: () => void = collectGarbage) {
    this.#collect = collect;
  }

  /** A base was read, in the place of `base` or of none: reading leaves garbage too. */
  replaced(base: Segment | undefined): void {
    this.#base = base && new WeakRef(base);
    this.#looksLeft = firstLooks;
  }

  /** To be called about twice a second. */
  look(): void {
    if (this.#looksLeft === 0 || --this.#looksLeft > 0) return;
    this.#collect();
    if (this.#base?.deref()) this.#looksLeft = laterLooks;
    else this.#base = undefined;
  }
}

let gc: (() => void) | undefined;

/** Some tens of milliseconds: arrays outside of the heap are not walked through. */
function collectGarbage(): void {
  gc ??= exposeGc();
  gc?.();
}

/** Node.js has no other way to ask for it while it runs. */
function exposeGc(): (() => void) | undefined {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return typeof found === 'function' ? () => void Reflect.apply(found, undefined, []) : undefined;
}
