// A BAL as the Annuaire holds it on one carrier.
import type { TypeBal } from '../domain/bal-operateur.js';
import type { TypeEncoding } from './dialect.js';
import type { ResourceType } from './systems.js';

/** How its ContactPoint is written; shared by all the BAL written alike. */
export type ContactForm = {
  readonly encoding: TypeEncoding;
  readonly hasEmailType: boolean;
  readonly use: string | undefined;
};

export type CarriedBal = {
  /** As published, capitals included. */
  readonly adresse: string;
  readonly typeBal: TypeBal;
  /** Undefined: the attribute is absent. */
  readonly listeRouge: boolean | undefined;
  readonly rank: number | undefined;
  readonly description: string | undefined;
  readonly service: string | undefined;
  readonly responsable: string | undefined;
  readonly form: ContactForm;
  /** As the seed gave it: its lines are published again as they were. */
  readonly isSeeded: boolean;
  /** IdNatStruct by which the opérateur named the structure; undefined: the carrier's own. */
  readonly namedStructure: string | undefined;
};

/** What one operation does once it is known to be possible. Also what the journal keeps. */
export type Effect =
  | { readonly k: 'insert'; readonly i: number; readonly bal: CarriedBal }
  | { readonly k: 'replace'; readonly a: string; readonly bal: CarriedBal }
  | { readonly k: 'delete'; readonly a: string };

const typesOf: Readonly<Record<ResourceType, readonly TypeBal[]>> = {
  Practitioner: ['PER', 'CAB'],
  PractitionerRole: ['PER'],
  Organization: ['ORG', 'APP'],
};

export function isTypeCarried(resourceType: ResourceType, type: TypeBal): boolean {
  return typesOf[resourceType].includes(type);
}

export function typesCarried(resourceType: ResourceType): string {
  return typesOf[resourceType].join(', ');
}

/** Applies in order; the array given is left as it is. */
export function applyEffects(
  bals: readonly CarriedBal[],
  effects: readonly Effect[],
): readonly CarriedBal[] {
  const after = [...bals];
  for (const effect of effects) {
    switch (effect.k) {
      case 'insert':
        after.splice(effect.i, 0, effect.bal);
        break;
      case 'replace': {
        const at = after.findIndex(({ adresse }) => adresse === effect.a);
        if (at >= 0) after[at] = effect.bal;
        break;
      }
      case 'delete': {
        const at = after.findIndex(({ adresse }) => adresse === effect.a);
        if (at >= 0) after.splice(at, 1);
        break;
      }
    }
  }
  return after;
}
