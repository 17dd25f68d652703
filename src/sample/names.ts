// Names of invented people: usual first names, surnames made of syllables.
import { slug } from './places.js';

const feminine = (
  'Adèle Agathe Alice Amandine Anaïs Anne Aurélie Béatrice Camille Caroline Catherine Cécile Céline Charlotte Chloé ' +
  'Claire Clémence Corinne Delphine Élise Élodie Émilie Emma Estelle Fanny Florence Françoise Hélène Inès Isabelle ' +
  'Jeanne Julie Juliette Laure Léa Lucie Manon Margaux Marion Mathilde Mélanie Nathalie Nora Pauline Sabrina Sarah ' +
  'Solène Sophie Stéphanie Sylvie Valérie Zoé'
).split(' ');
const masculine = (
  'Adrien Alain Alexandre Antoine Arnaud Baptiste Benoît Bruno Cédric Christophe Clément Damien Denis Émile Éric ' +
  'Étienne Fabien Farid François Frédéric Gaël Georges Grégoire Guillaume Hugo Jacques Jérôme Joël Julien Karim ' +
  'Laurent Loïc Luc Marc Mathieu Maxime Michel Nicolas Olivier Pascal Patrick Paul Philippe Quentin Rémi Romain ' +
  'Samuel Sébastien Simon Théo Thomas Vincent Xavier Yann'
).split(' ');

const starts = (
  'BAR BEL BRA CAL CHAN COR DAL DEL DOR FAL FLOR GAR GRI JAN LAN LAV MAL MAR MER MOR NAR ORS PAR PEL QUEN RAV ROS ' +
  'SAR SAV SER TAL TER TOR TRA VAL VAR VER VIL'
).split(' ');
const middles =
  'AB AGU AL AND ARD AST AV EB ECH EL EMB END ER EST IC IGN IL INT IR IV OB OL OND ORD'.split(' ');
const ends = (
  'ACQ AGNOUX AIDRE ALOUX ANCIER ARGUES AUDRIX EILLOT ENCEAU ERIOUX ESQUIN EVRIER IBERGE IGNAUD INQUET ISSART ' +
  'OBERT OCHARD OIGNY OMBRIN ONVAL OUDRY OUVIER UGEON'
).split(' ');

const surnames: readonly string[] = [
  ...new Set(
    ends.flatMap((end) => middles.flatMap((middle) => starts.map((start) => start + middle + end))),
  ),
];
const firstNames: readonly string[] = [...feminine, ...masculine];
const firstSlugs = firstNames.map(slug);

/** Number of distinct (first name, surname) pairs. */
export const nameCount = firstNames.length * surnames.length;

export type PersonName = {
  readonly nom: string;
  readonly prenom: string;
  readonly isFeminine: boolean;
  /** prenom.nom, lower-case ASCII: distinct for two distinct names. */
  readonly slug: string;
};

/** The name number `index`; indexes that differ (modulo `nameCount`) give names that differ, neighbours unrelated. */
export function nameOf(index: number): PersonName {
  // 1,000,003 is prime and divides no factor of nameCount (checked by a test): the product is a permutation.
  const shuffled = (index * 1_000_003 + 17) % nameCount;
  const first = shuffled % firstNames.length;
  const nom = surnames[Math.floor(shuffled / firstNames.length)];
  const prenom = firstNames[first];
  const firstSlug = firstSlugs[first];
  if (nom === undefined || prenom === undefined || firstSlug === undefined) {
    throw new Error(`no name ${index}`);
  }
  const isFeminine = first < feminine.length;
  return { nom, prenom, isFeminine, slug: `${firstSlug}.${nom.toLowerCase()}` };
}

/** A double surname, as no other person bears: planted cases never share an address with anybody. */
export function doubleNameOf(index: number): PersonName {
  const name = nameOf(index);
  const second = surnames[(index * 7 + 3) % surnames.length] ?? 'ORVAL';
  const nom = `${name.nom}-${second}`;
  return { ...name, nom, slug: `${name.slug}-${second.toLowerCase()}` };
}
