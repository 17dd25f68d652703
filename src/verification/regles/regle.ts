import type { DomaineDeclare } from '../reglages.js';
import type { DemandeLue } from '../demande.js';
import type { Fraicheurs } from '../sources.js';
import type { StructureVue } from '../structure.js';
import type { FaitsCreation } from '../../store/verification.js';
import type { Remarque } from '../verdict.js';

/** Everything that a rule on a creation may look at. */
export type CasCreation = {
  readonly demande: DemandeLue;
  readonly faits: FaitsCreation;
  readonly structure: StructureVue | undefined;
  /** The domain as it is declared, and the structure that it belongs to; undefined: not declared. */
  readonly domaineDeclare: DomaineDeclare | undefined;
  readonly structureDuDomaine: StructureVue | undefined;
  readonly fraicheurs: Fraicheurs;
  readonly rppsInconnu: 'refuser' | 'avertir';
};

/** Pure: what it sees, in the order in which it is told. */
export type RegleCreation = (cas: CasCreation) => readonly Remarque[];
