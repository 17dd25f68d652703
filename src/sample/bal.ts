// A BAL as the sample knows it: what the opérateur hosts and what the Annuaire publishes.
import type { Person } from './people.js';
import { idNatStructOf, type Place } from './structures.js';

export type TypeBal = 'PER' | 'ORG' | 'APP' | 'CAB';

export type Titulaire = {
  /** TRE_G08. */
  readonly type: '8' | '0' | '10';
  readonly identifiant: string;
  /** Who it is, for the name columns; unknown holders have none. */
  readonly person: Person | undefined;
};

/** One structure that the BAL is attached to. */
export type Rattachement = {
  /** TRE_G07 digit + identifier. */
  readonly idNatStruct: string;
  /** Where the address columns come from; undefined: the structure exists nowhere. */
  readonly place: Place | undefined;
};

export type Bal = {
  readonly adresse: string;
  readonly typeBal: TypeBal;
  readonly titulaire: Titulaire | undefined;
  readonly rattachements: readonly Rattachement[];
  readonly service: string;
  readonly dematerialisation: 'O' | 'N';
};

/** What only the opérateur knows of a BAL. */
export type Hebergement = {
  readonly etat: 'actif' | 'suspendu' | 'ferme';
  readonly listeRouge: boolean;
  readonly preferee: boolean;
  /** AAAA-MM-JJ. */
  readonly dateCreation: string;
  /** ISO 8601, '' when there never was one. */
  readonly derniereAuthentification: string;
  readonly tailleOctets: number | undefined;
  readonly quotaOctets: number | undefined;
  readonly transfertVers: string;
  readonly responsable: string;
  readonly description: string;
};

export function rattachementTo(place: Place): Rattachement {
  return { idNatStruct: idNatStructOf(place), place };
}

export function titulaireOf(person: Person): Titulaire {
  return { type: person.type, identifiant: person.identifiant, person };
}
