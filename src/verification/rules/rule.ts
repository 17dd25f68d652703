import type { DeclaredDomaine } from '../settings.js';
import type { ReadDemande } from '../demande.js';
import type { SourcesFreshness } from '../sources.js';
import type { SeenStructure } from '../structure.js';
import type { FaitsCreation } from '../../store/verification.js';
import type { Remark } from '../verdict.js';

/** Everything that a rule on a creation may look at. */
export type CreationCase = {
  readonly demande: ReadDemande;
  readonly facts: FaitsCreation;
  readonly structure: SeenStructure | undefined;
  /** The domain as it is declared, and the structure that it belongs to; undefined: not declared. */
  readonly domaineDeclare: DeclaredDomaine | undefined;
  readonly structureDuDomaine: SeenStructure | undefined;
  readonly freshness: SourcesFreshness;
  readonly rppsInconnu: 'refuser' | 'avertir';
};

/** Pure: what it sees, in the order in which it is told. */
export type CreationRule = (creation: CreationCase) => readonly Remark[];
