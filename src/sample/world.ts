// Everything invented, put together: the country, its ordinary records and the planted cases.
import { createBulk, type Bulk } from './bulk.js';
import { casesDomaine } from './cases-domaine.js';
import { casesHygiene } from './cases-hygiene.js';
import { casesJours } from './cases-jours.js';
import { casesMultiples } from './cases-multiples.js';
import { casesPublication } from './cases-publication.js';
import { casesSansConstat } from './cases-sans-constat.js';
import { casesStructure } from './cases-structure.js';
import { casesTitulaire } from './cases-titulaire.js';
import { createCountry, type Country, type CountryOptions } from './country.js';
import { createPeople, type People } from './people.js';
import { Planter } from './planter.js';
import { createPopulation, type Population } from './population.js';
import { newQuirkCounts, type QuirkCounts } from './quirks.js';
import { createStructures, type Structures } from './structures.js';

export type World = {
  readonly country: Country;
  readonly structures: Structures;
  readonly people: People;
  readonly bulk: Bulk;
  readonly population: Population;
  readonly planted: Planter;
  /** Oddities written so far. */
  readonly quirks: QuirkCounts;
};

export function createWorld(options: CountryOptions): World {
  const country = createCountry(options);
  const structures = createStructures(country);
  const people = createPeople(country);
  const bulk = createBulk(country, structures, people);
  const population = createPopulation(country, structures, bulk);
  const planted = new Planter(country, people);
  const balCount = country.domaines
    .filter((one) => one.isOperateur)
    .reduce((sum, one) => sum + one.size, 0);
  planted.run(
    [
      ...casesTitulaire,
      ...casesStructure,
      ...casesPublication,
      ...casesHygiene,
      ...casesDomaine,
      ...casesSansConstat,
      ...casesMultiples,
      ...casesJours,
    ],
    balCount,
  );
  return { country, structures, people, bulk, population, planted, quirks: newQuirkCounts() };
}
