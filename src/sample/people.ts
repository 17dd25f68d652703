// People of the invented country, each a pure function of a number.
import type { Country } from './country.js';
import { adeli, rpps } from './identifiers.js';
import { doubleNameOf, nameOf, type PersonName } from './names.js';
import {
  professions,
  specialites,
  specialitesDentaires,
  type Profession,
  type SavoirFaire,
} from './nomenclatures.js';
import { draw, happens, pick, pickWeighted, stream, totalWeight, type Stream } from './random.js';

/** People from this number on belong to the planted cases. */
export const plantedPersonFirst = 50_000_000;

export type Person = {
  readonly index: number;
  /** TRE_G08. */
  readonly type: '8' | '0';
  readonly identifiant: string;
  readonly name: PersonName;
  /** The surname as the files write it: it may hold a bare ". */
  readonly nomExercice: string;
  readonly civiliteExercice: { readonly code: string; readonly libelle: string };
  readonly profession: Profession;
  readonly savoirFaire: SavoirFaire | undefined;
  readonly isMilitaire: boolean;
  readonly isSalarie: boolean;
};

export type People = (index: number) => Person;

export function createPeople(country: Country): People {
  const streams = personStreams(country.seed);
  return (index) => makePerson(country, streams, index);
}

const professionTotal = totalWeight(professions);
const noCivilite = { code: '', libelle: '' };

function makePerson(
  country: Country,
  streams: ReturnType<typeof personStreams>,
  index: number,
): Person {
  const isPlanted = index >= plantedPersonFirst;
  const profession = pickWeighted(professions, professionTotal, draw(streams.profession, index));
  const name = isPlanted ? doubleNameOf(index - plantedPersonFirst) : nameOf(index);
  const isAdeli =
    !isPlanted &&
    index >= country.balCount &&
    happens(streams.adeli, index, country.quirks.titulaireAdeli);
  const quoted = happens(streams.guillemet, index, country.quirks.guillemet);
  return {
    index,
    type: isAdeli ? '0' : '8',
    identifiant: isAdeli ? adeli(index) : rpps(index),
    name,
    nomExercice: quoted ? `${name.nom} "${name.prenom.toUpperCase()}` : name.nom,
    civiliteExercice: civiliteExerciceOf(country, streams, profession, name, index),
    profession,
    savoirFaire: savoirFaireOf(profession, draw(streams.savoirFaire, index)),
    isMilitaire: draw(streams.militaire, index) % 300 === 0,
    isSalarie: happens(streams.salarie, index, profession.salarie),
  };
}

function personStreams(seed: number) {
  const of = (name: string): Stream => stream(seed, `personne.${name}`);
  return {
    profession: of('profession'),
    adeli: of('adeli'),
    guillemet: of('guillemet'),
    civilite: of('civilite'),
    savoirFaire: of('savoirFaire'),
    militaire: of('militaire'),
    salarie: of('salarie'),
  };
}

function civiliteExerciceOf(
  country: Country,
  streams: ReturnType<typeof personStreams>,
  profession: Profession,
  name: PersonName,
  index: number,
) {
  if (happens(streams.civilite, index, country.quirks.civiliteVide)) return noCivilite;
  if (profession.code === '10' || profession.code === '40') {
    return draw(streams.civilite, index) % 40 === 0
      ? { code: 'PR', libelle: 'Professeur' }
      : { code: 'DR', libelle: 'Docteur' };
  }
  return name.isFeminine ? { code: 'MME', libelle: 'Madame' } : { code: 'M', libelle: 'Monsieur' };
}

function savoirFaireOf(profession: Profession, drawn: number): SavoirFaire | undefined {
  if (profession.code === '10') return pick(specialites, drawn % 10 < 6 ? drawn % 3 : drawn);
  if (profession.code === '40' && drawn % 12 === 0) return pick(specialitesDentaires, drawn >>> 4);
  return undefined;
}
