// A BAL as the Annuaire holds it on one carrier.
import type { TypeBal } from '../domain/bal-operateur.js';
import type { CodageType } from './dialecte.js';
import type { Ressource } from './systemes.js';

/** How its ContactPoint is written; shared by all the BAL written alike. */
export type FormeContact = {
  readonly codage: CodageType;
  readonly hasEmailType: boolean;
  readonly use: string | undefined;
};

export type BalPortee = {
  /** As published, capitals included. */
  readonly adresse: string;
  readonly typeBal: TypeBal;
  /** Undefined: the attribute is absent. */
  readonly listeRouge: boolean | undefined;
  readonly rang: number | undefined;
  readonly description: string | undefined;
  readonly service: string | undefined;
  readonly responsable: string | undefined;
  readonly forme: FormeContact;
  /** As the seed gave it: its lines are published again as they were. */
  readonly isInitiale: boolean;
  /** IdNatStruct by which the opérateur named the structure; undefined: the carrier's own. */
  readonly structureNommee: string | undefined;
};

/** What one operation does once it is known to be possible. Also what the journal keeps. */
export type Effet =
  | { readonly k: 'insert'; readonly i: number; readonly bal: BalPortee }
  | { readonly k: 'replace'; readonly a: string; readonly bal: BalPortee }
  | { readonly k: 'delete'; readonly a: string };

const typesDe: Readonly<Record<Ressource, readonly TypeBal[]>> = {
  Practitioner: ['PER', 'CAB'],
  PractitionerRole: ['PER'],
  Organization: ['ORG', 'APP'],
};

export function isTypePorte(ressource: Ressource, type: TypeBal): boolean {
  return typesDe[ressource].includes(type);
}

export function typesPortes(ressource: Ressource): string {
  return typesDe[ressource].join(', ');
}

/** Applies in order; the array given is left as it is. */
export function appliquerEffets(
  bals: readonly BalPortee[],
  effets: readonly Effet[],
): readonly BalPortee[] {
  const after = [...bals];
  for (const effet of effets) {
    switch (effet.k) {
      case 'insert':
        after.splice(effet.i, 0, effet.bal);
        break;
      case 'replace': {
        const at = after.findIndex(({ adresse }) => adresse === effet.a);
        if (at >= 0) after[at] = effet.bal;
        break;
      }
      case 'delete': {
        const at = after.findIndex(({ adresse }) => adresse === effet.a);
        if (at >= 0) after.splice(at, 1);
        break;
      }
    }
  }
  return after;
}
