// Records of the planted cases.
import type { Bal, Hebergement, Rattachement, Titulaire } from './bal.js';
import type { Domaine } from './country.js';
import type { Person } from './people.js';
import type { Place } from './structures.js';

export type PlantedPerson = {
  readonly person: Person;
  readonly listedIn: 'activites' | 'savoir-faire' | 'identites';
  /** None: a line with empty activity cells. */
  readonly places: readonly Place[];
};

export type PlantedBal = {
  readonly publiee: Bal | undefined;
  readonly inventaire: Bal | undefined;
  readonly hebergement: Hebergement;
};

export type PlantedDomaine = {
  readonly nom: string;
  readonly isDeclared: boolean;
  readonly isInListeBlanche: boolean;
};

/** How a planted BAL departs from a clean one. */
export type PerOptions = {
  /** Domain name when it is not the hospital's. */
  readonly domaine?: string;
  readonly hopital?: Domaine;
  /** How the holder is named; by default an RPPS of the national files. */
  readonly par?: 'rpps' | 'inconnu' | 'type10' | 'aucun' | 'adeli' | 'adeli-connu';
  /** Somebody who holds another BAL already. */
  readonly titulaire?: Titulaire & { readonly person: Person };
  /** Where the holder practises; by default in the structure. */
  readonly places?: readonly Place[];
  readonly listedIn?: PlantedPerson['listedIn'];
  readonly rattachements?: readonly Rattachement[];
  readonly service?: string;
  /** Added to the local part. */
  readonly suffixe?: string;
};
