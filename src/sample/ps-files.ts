// The three members of PS_LibreAcces.
import { diplAutExercHeader, personneActiviteHeader, savoirFaireHeader } from './headers.js';
import type { Person } from './people.js';
import { specialites } from './nomenclatures.js';
import type { PlantedPerson } from './planter.js';
import { createPsLines, type PsLines } from './ps-lines.js';
import type { Activity, Resident } from './population.js';
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
  const lines = createPsLines(world.country, world.structures);
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
  const { country } = world;
  const doubles = stream(country.seed, 'activite.double');
  for (const resident of allResidents(world)) {
    if (!resident.isInActivites) continue;
    const personCells = lines.personCells(resident.person);
    countPerson(world, resident);
    for (const activity of resident.activities) {
      const line = lines.activityLine(personCells, activity);
      countStructure(world, lines, activity);
      yield line;
      if (happens(doubles, activity.line, country.quirks.ligneEnDouble)) {
        world.quirks.ligneEnDouble += 1;
        yield line;
      }
    }
  }
}

/** A second ordinal speciality for a quarter of those who have one: about 430,000 lines nationally. */
function* savoirFaireRows(world: World, lines: PsLines): Generator<string> {
  const seconds = stream(world.country.seed, 'savoirFaire.second');
  for (const { person, isInSavoirFaire, isInActivites } of allResidents(world)) {
    if (!isInSavoirFaire) continue;
    if (!isInActivites) world.quirks.savoirFaireSeul += 1;
    const drawn = draw(seconds, person.index);
    yield lines.savoirFaireLine(person, person.savoirFaire ?? pick(specialites, drawn));
    if (drawn % 4 === 0) yield lines.savoirFaireLine(person, pick(specialites, (drawn >>> 3) + 3));
  }
}

function* diplomeRows(world: World, lines: PsLines): Generator<string> {
  const seconds = stream(world.country.seed, 'diplome.second');
  for (const { person } of allResidents(world)) {
    yield lines.diplomeLine(person, 0);
    if (draw(seconds, person.index) % 8 < 3) yield lines.diplomeLine(person, 1);
  }
}

function* allResidents(world: World): Generator<Resident> {
  yield* world.residents();
  for (const planted of world.planted.persons) yield plantedResident(planted);
}

function plantedResident({ person, places, listedIn }: PlantedPerson): Resident {
  const line = (place: Activity['place'], rank: number): Activity => ({
    person,
    place,
    line: person.index * 4 + rank,
    version: 0,
  });
  return {
    person,
    activities: places.length > 0 ? places.map(line) : [line(undefined, 0)],
    isInActivites: listedIn === 'activites',
    isInSavoirFaire: listedIn === 'savoir-faire',
  };
}

function countPerson({ quirks }: World, { person, activities }: Resident): void {
  if (person.type === '0') quirks.titulaireAdeli += 1;
  if (person.civiliteExercice.code === '') quirks.civiliteVide += 1;
  if (hasQuote(person)) quirks.guillemet += 1;
  if (activities.some((activity) => !activity.place)) quirks.sansActivite += 1;
}

function countStructure({ quirks }: World, lines: PsLines, { place }: Activity): void {
  if (!place) return;
  if (place.kind === 'ej') quirks.ejSeule += 1;
  for (const quirk of lines.structureOf(place).quirks) quirks[quirk] += 1;
}

function hasQuote(person: Person): boolean {
  return person.nomExercice.includes('"');
}
