// The three members of PS_LibreAcces.
import { diplAutExercHeader, personneActiviteHeader, savoirFaireHeader } from './headers.js';
import type { Person } from './people.js';
import { specialites } from './nomenclatures.js';
import { createPsLines, type PsLines } from './ps-lines.js';
import type { Activity } from './population.js';
import { draw, happens, pick, stream } from './random.js';
import type { TextContent } from './text-lines.js';
import type { World } from './world.js';

export type LineCount = { lines: number };

export type PsFiles = {
  readonly personneActivite: (counts: LineCount, onLines?: (count: number) => void) => TextContent;
  readonly savoirFaire: (counts: LineCount) => TextContent;
  readonly diplAutExerc: (counts: LineCount) => TextContent;
};

export function psFiles(world: World): PsFiles {
  const lines = createPsLines(world.country, world.structures, world.quirks);
  return {
    personneActivite: (counts, onLines) =>
      textContent(world, personneActiviteHeader, () => activityRows(world, lines), counts, onLines),
    savoirFaire: (counts) =>
      textContent(world, savoirFaireHeader, () => savoirFaireRows(world, lines), counts),
    diplAutExerc: (counts) =>
      textContent(world, diplAutExercHeader, () => diplomeRows(world, lines), counts),
  };
}

function textContent(
  world: World,
  header: string,
  rows: () => Iterable<string>,
  counts: LineCount,
  onLines?: (count: number) => void,
): TextContent {
  const end = world.country.quirks.barreFinale ? '|' : '';
  return {
    header: header + end,
    lineEnd: '\n',
    encoding: 'utf8',
    onLines,
    *rows() {
      for (const row of rows()) {
        counts.lines += 1;
        yield row + end;
      }
    },
  };
}

function* activityRows(world: World, lines: PsLines): Generator<string> {
  const { country, population, people } = world;
  const doubles = stream(country.seed, 'activite.double');
  for (const inhabitant of population.inhabitants()) {
    const person = people(inhabitant.index);
    const activities = population.activitiesOf(inhabitant, person);
    if (activities.length === 0) continue;
    const personCells = lines.personCells(person);
    countPerson(world, person, activities);
    for (const activity of activities) {
      const line = lines.activityLine(personCells, activity);
      yield line;
      if (happens(doubles, activity.line, country.quirks.ligneEnDouble)) {
        world.quirks.ligneEnDouble += 1;
        yield line;
      }
    }
  }
  for (const { person, places, listedIn } of world.planted.persons) {
    if (listedIn !== 'activites') continue;
    const personCells = lines.personCells(person);
    const listed = places.length > 0 ? places : [undefined];
    for (const [rank, place] of listed.entries()) {
      yield lines.activityLine(personCells, {
        person,
        place,
        line: person.index * 4 + rank,
        version: 0,
      });
    }
  }
}

/** A second ordinal speciality for a quarter of those who have one: about 430,000 lines nationally. */
function* savoirFaireRows(world: World, lines: PsLines): Generator<string> {
  const { country, population, people } = world;
  const seconds = stream(country.seed, 'savoirFaire.second');
  for (const inhabitant of population.inhabitants()) {
    const person = people(inhabitant.index);
    const isAlone = population.isInSavoirFaireOnly(inhabitant);
    if (!isAlone && !person.savoirFaire) continue;
    if (isAlone) world.quirks.savoirFaireSeul += 1;
    const drawn = draw(seconds, person.index);
    yield lines.savoirFaireLine(person, person.savoirFaire ?? pick(specialites, drawn));
    if (drawn % 4 === 0) yield lines.savoirFaireLine(person, pick(specialites, (drawn >>> 3) + 3));
  }
  for (const { person, listedIn } of world.planted.persons) {
    if (listedIn !== 'savoir-faire') continue;
    world.quirks.savoirFaireSeul += 1;
    yield lines.savoirFaireLine(person, person.savoirFaire ?? pick(specialites, person.index));
  }
}

function* diplomeRows(world: World, lines: PsLines): Generator<string> {
  const { country, population, people, planted } = world;
  const seconds = stream(country.seed, 'diplome.second');
  const rowsOf = function* (person: Person) {
    yield lines.diplomeLine(person, 0);
    if (draw(seconds, person.index) % 8 < 3) yield lines.diplomeLine(person, 1);
  };
  for (const { index } of population.inhabitants()) yield* rowsOf(people(index));
  for (const { person } of planted.persons) yield* rowsOf(person);
}

function countPerson({ quirks }: World, person: Person, activities: readonly Activity[]): void {
  if (person.type === '0') quirks.titulaireAdeli += 1;
  if (person.civiliteExercice.code === '') quirks.civiliteVide += 1;
  if (hasQuote(person)) quirks.guillemet += 1;
  if (activities.some((activity) => !activity.place)) quirks.sansActivite += 1;
}

function hasQuote(person: Person): boolean {
  return person.nomExercice.includes('"');
}
