// Who is in the files of professionals, and where each of them practises on the country's day.
import { births, createEvolution } from './evolution.js';
import { newPerson, personBirthsPerDay, type Bulk, type Slot } from './bulk.js';
import type { Country } from './country.js';
import type { Person } from './people.js';
import { draw, happens, stream } from './random.js';
import type { Place, Structures } from './structures.js';

/** One line of Personne_activite. */
export type Activity = {
  readonly person: Person;
  /** Undefined: a line whose activity cells are all empty. */
  readonly place: Place | undefined;
  /** Unique in the country: seeds the line's own details. */
  readonly line: number;
  readonly version: number;
};

/** Somebody of the ordinary country, before his activities are worked out. */
export type Inhabitant = {
  readonly index: number;
  readonly bornOn: number;
  /** The BAL of his number, if any; an ORG one is not his. */
  readonly slot: Slot | undefined;
};

/** People of the ordinary country; the planted ones are in the planter. */
export type Population = {
  readonly inhabitants: () => Generator<Inhabitant>;
  /** Lines of Personne_activite; none for those that it does not name. */
  readonly activitiesOf: (inhabitant: Inhabitant, person: Person) => readonly Activity[];
  /** Named by SavoirFaire though Personne_activite does not. */
  readonly isInSavoirFaireOnly: (inhabitant: Inhabitant) => boolean;
};

export function createPopulation(country: Country, structures: Structures, bulk: Bulk): Population {
  const evolution = createEvolution(country, 'activite');
  const where = createWhereabouts(country, structures);
  const numbers = stream(country.seed, 'population.nombre');
  const alones = stream(country.seed, 'population.savoirFaireSeul');
  const isInSavoirFaireOnly = ({ index, slot }: Inhabitant) =>
    !slot && happens(alones, index, country.quirks.savoirFaireSeul);

  return {
    inhabitants: () => inhabitants(country, bulk),
    isInSavoirFaireOnly,
    activitiesOf(inhabitant, person) {
      if (isInSavoirFaireOnly(inhabitant)) return [];
      const { index, bornOn, slot } = inhabitant;
      const held = slot && bulk.holderPlaces(slot);
      const isProtected = held !== undefined && slot?.domaine.isOperateur === true;
      const places = held ?? (where.isIdle(index) ? [] : [where.somewhere(person, 0)]);
      const activities: Activity[] = [];
      const add = (place: Place | undefined, rank: number, isKept: boolean) => {
        const line = index * 4 + rank;
        if (!isKept && !evolution.isAlive(line, bornOn)) return;
        activities.push({ person, place, line, version: evolution.version(line) });
      };
      if (places.length === 0) add(undefined, 0, isProtected);
      places.forEach((place, rank) => add(place, rank, isProtected));
      const last = lineCount(draw(numbers, index)) - 1;
      for (let rank = places.length; places.length > 0 && rank <= last; rank += 1) {
        // A second structure may not be one of ours: it would tie the holder to it.
        add(held ? where.cabinetOf(index, rank) : where.somewhere(person, rank), rank, false);
      }
      return activities;
    },
  };
}

function* inhabitants(country: Country, bulk: Bulk): Generator<Inhabitant> {
  for (const domaine of country.domaines) {
    for (let local = 0; local < domaine.size; local += 1) {
      const index = domaine.start + local;
      yield { index, bornOn: 1, slot: { domaine, local, person: index, bornOn: 1 } };
    }
  }
  for (let index = country.balCount; index < country.personCount; index += 1) {
    yield { index, bornOn: 1, slot: undefined };
  }
  const newBals = newSlotsByPerson(bulk);
  for (const { bornOn, rankOfDay } of births(country, personBirthsPerDay(country))) {
    const index = newPerson(country, bornOn, rankOfDay);
    yield { index, bornOn, slot: newBals.get(index) };
  }
}

/** Where people practise who have no BAL to tell it. */
function createWhereabouts(country: Country, structures: Structures) {
  const streams = {
    sansActivite: stream(country.seed, 'population.sansActivite'),
    ej: stream(country.seed, 'population.ej'),
    ejSeule: stream(country.seed, 'population.ejSeule'),
    cabinet: stream(country.seed, 'population.cabinet'),
  };
  const isIdle = (index: number) =>
    happens(streams.sansActivite, index, country.quirks.sansActivite);
  const cabinetOf = (index: number, rank: number): Place => ({
    kind: 'cabinet',
    cabinet: draw(streams.cabinet, index * 4 + rank) % country.cabinetCount,
  });
  const somewhere = (person: Person, rank: number): Place => {
    if (!person.isSalarie) return cabinetOf(person.index, rank);
    const key = person.index * 4 + rank;
    const drawn = draw(streams.ej, key);
    const ej = drawn % country.ejCount;
    if (happens(streams.ejSeule, key, country.quirks.ejSeule)) return { kind: 'ej', ej };
    return { kind: 'eg', ej, eg: ((drawn >>> 5) % structures.egCount(ej)) + 1 };
  };

  return { isIdle, cabinetOf, somewhere };
}

function newSlotsByPerson(bulk: Bulk): Map<number, Slot> {
  const byPerson = new Map<number, Slot>();
  for (const slot of bulk.newSlots()) byPerson.set(slot.person, slot);
  return byPerson;
}

/** 1.375 lines a person on average, as 2.2 million lines for 1.6 million people. */
function lineCount(drawn: number): number {
  const share = drawn / 0x1_0000_0000;
  if (share < 0.72) return 1;
  if (share < 0.92) return 2;
  return share < 0.985 ? 3 : 4;
}
