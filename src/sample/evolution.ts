// How the country changes from one day to the next: 0.1 % of the records appear, 0.1 % go, 0.3 % change, every day.
import type { Country } from './country.js';
import { draw, happens, stream } from './random.js';

export const birthRate = 0.001;
const deathRate = 0.001;
const changeRate = 0.003;

export type Evolution = {
  /** False from the day on which the record is gone. `bornOn` is 1 for the first day's records. */
  readonly isAlive: (index: number, bornOn: number) => boolean;
  /** How often the record changed since day 1. */
  readonly version: (index: number) => number;
};

export function createEvolution(country: Country, kind: string): Evolution {
  const deaths = stream(country.seed, `${kind}.fin`);
  const changes = Array.from({ length: country.day - 1 }, (_, i) =>
    stream(country.seed, `${kind}.changement.${i + 2}`),
  );
  const goneWithin = Array.from(
    { length: country.day },
    (_, days) => (1 - (1 - deathRate) ** days) * 0x1_0000_0000,
  );
  return {
    isAlive: (index, bornOn) => {
      const threshold = goneWithin[country.day - bornOn] ?? 0;
      return draw(deaths, index) >= threshold;
    },
    version: (index) => {
      let version = 0;
      for (const change of changes) if (happens(change, index, changeRate)) version += 1;
      return version;
    },
  };
}

/** Records born after day 1 are numbered through the days: `perDay` on day 2, then `perDay` on day 3... */
export function* births(
  country: Country,
  perDay: number,
): Generator<{ readonly birth: number; readonly bornOn: number; readonly rankOfDay: number }> {
  for (let bornOn = 2; bornOn <= country.day; bornOn += 1) {
    for (let rankOfDay = 0; rankOfDay < perDay; rankOfDay += 1) {
      yield { birth: (bornOn - 2) * perDay + rankOfDay, bornOn, rankOfDay };
    }
  }
}
