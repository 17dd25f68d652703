// What can be asked of the Annuaire about one BAL on one porteur. A PER or a CAB can only be published for an Rpps: a
// BAL of type 10 cannot be written down here (EX_GBM_4312). One of type 10 that exists can be deleted, nothing else.
import type { CodeConstat } from './constat.js';
import type { IdNatStruct, Rpps } from './identifiers.js';
import type { TypeBal } from './bal-operateur.js';

/** The holder alone. */
export type PorteurProfessionnel = { readonly kind: 'professionnel'; readonly rpps: Rpps };

/** The holder in one structure. */
export type PorteurSituation = {
  readonly kind: 'situation';
  readonly rpps: Rpps;
  readonly structure: IdNatStruct;
};

export type PorteurStructure = { readonly kind: 'structure'; readonly structure: IdNatStruct };

/** What carries a BAL whose holder has no RPPS (type 10, ADELI): found by the address, just before it is deleted. */
export type PorteurARechercher = { readonly kind: 'a-rechercher'; readonly adresse: string };

export type PorteurNomme = PorteurProfessionnel | PorteurSituation | PorteurStructure;
export type Porteur = PorteurNomme | PorteurARechercher;

type Publiable = {
  /** Lower-cased: the key of a BAL. */
  readonly adresse: string;
  readonly listeRouge: boolean;
  /** 1 = preferred; undefined = no rank. */
  readonly rang: number | undefined;
};

type Decrite = {
  readonly description: string | undefined;
  readonly responsable: string | undefined;
};

/** A BAL as it is to be published on one porteur; each type has the data that the ANS gives it (IGM, §0.2). */
export type BalAPublier =
  | (Publiable & {
      readonly typeBal: 'PER';
      readonly porteur: PorteurProfessionnel | PorteurSituation;
    })
  | (Publiable & Decrite & { readonly typeBal: 'CAB'; readonly porteur: PorteurProfessionnel })
  | (Publiable &
      Decrite & {
        readonly typeBal: 'ORG' | 'APP';
        readonly porteur: PorteurStructure;
        readonly service: string | undefined;
      });

/** A BAL as the ANS's side holds it; what a read profile hides is undefined. */
export type BalLue = {
  readonly adresse: string;
  readonly typeBal: TypeBal | undefined;
  readonly listeRouge: boolean | undefined;
  readonly rang: number | undefined;
  readonly description: string | undefined;
  readonly service: string | undefined;
  readonly responsable: string | undefined;
};

export const champsBal = [
  'typeBal',
  'listeRouge',
  'rang',
  'description',
  'service',
  'responsable',
] as const;
export type ChampBal = (typeof champsBal)[number];

export const kindsOperation = ['insert', 'replace', 'delete'] as const;
export type KindOperation = (typeof kindsOperation)[number];

export type FeedOperation =
  | { readonly kind: 'insert'; readonly bal: BalAPublier }
  /** `champs`: what differs from what is published, as far as it is known. */
  | { readonly kind: 'replace'; readonly bal: BalAPublier; readonly champs: readonly ChampBal[] }
  | {
      readonly kind: 'delete';
      readonly adresse: string;
      readonly typeBal: TypeBal | undefined;
      readonly porteur: Porteur;
    };

/** Why an operation is proposed: a constat, or what no constat tells. */
export type MotifOperation =
  | CodeConstat
  | 'DEMANDE_PS'
  /** Data that no extraction shows (rank, description, responsable, APP, CAB, liste rouge) changed in the inventory. */
  | 'INVENTAIRE_MODIFIE';

/** Operations of one porteur are sent in order; the key names it (also computed in SQL, see migrations/0005). */
export function cleDuPorteur(porteur: Porteur): string {
  switch (porteur.kind) {
    case 'professionnel':
      return `professionnel:${porteur.rpps}`;
    case 'situation':
      return `situation:${porteur.rpps}:${porteur.structure}`;
    case 'structure':
      return `structure:${porteur.structure}`;
    case 'a-rechercher':
      return `a-rechercher:${porteur.adresse}`;
  }
}

export function adresseDe(operation: FeedOperation): string {
  return operation.kind === 'delete' ? operation.adresse : operation.bal.adresse;
}

export function porteurDe(operation: FeedOperation): Porteur {
  return operation.kind === 'delete' ? operation.porteur : operation.bal.porteur;
}
