// What the verdicts depend on besides the data.
import type { AgesMaxHeures } from './sources.js';

export type DeclaredDomaine = {
  /** Lower-cased. */
  readonly nom: string;
  /** IdNatStruct of the structure that it belongs to, when declared. */
  readonly structure?: string | undefined;
};

export type VerificationSettings = {
  /** By their name, lower-cased. */
  readonly domaines: ReadonlyMap<string, DeclaredDomaine>;
  /** Regular expression (PostgreSQL's) of an address that the Annuaire accepts. */
  readonly motifAdresse: string;
  /** What an RPPS that is in no national file means: a new professional may be hours ahead of the extraction. */
  readonly rppsInconnu: 'refuser' | 'avertir';
  /** Age beyond which an answer says that a source is late. */
  readonly agesMaxHeures: AgesMaxHeures;
};
