// Chance of the campaign: the same seed and round draw the same fault at the same place.
import { Random } from '../../test/support/random.js';

export class Alea extends Random {
  /** `rank` spreads the draws of the rounds of one seed. */
  constructor(seed: number, rank: number) {
    super(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(rank + 1, 0x85ebca6b));
    this.fraction();
  }

  /** Both included. */
  integer(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }
}
