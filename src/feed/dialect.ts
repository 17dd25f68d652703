// How the ANS's feed API is spoken. Its published texts contradict one another (draft swagger, its open correction,
// profiles): each point where they do is a variant here, so that following the ANS is a setting, not a release.

/** How the type of a BAL is written in the metadata extension. */
export const codagesTypeBal = ['R257', 'R256', 'valueCode'] as const;

/** What names a PractitionerRole in a conditional PATCH; the two latter need the situation's own identifier. */
export const clesSituation = [
  'praticien-et-structure',
  'practitionerRole.identifier',
  'identifier',
] as const;

/** What names a Practitioner: the RPPS, or IdNatPS (`8` + RPPS). */
export const clesProfessionnel = ['rpps', 'idNatPs'] as const;

/** What names an Organization: its FINESS or SIRET where it has one, or always IdNat_Struct. */
export const clesStructure = ['finess-siret', 'idNatStruct'] as const;

/** A replace writes the whole ContactPoint, or the attribute alone when one alone changes. */
export const remplacements = ['entier', 'attribut'] as const;

export type Dialect = {
  readonly typeBal: (typeof codagesTypeBal)[number];
  /** The extension fr-core-contact-point-email-type (MSSANTE): 1..1 in the profile, absent from the draft's examples. */
  readonly emailType: boolean;
  /** Identifier systems: URIs. */
  readonly systemeFiness: string;
  readonly systemeSirene: string;
  readonly cleProfessionnel: (typeof clesProfessionnel)[number];
  readonly cleStructure: (typeof clesStructure)[number];
  readonly cleSituation: (typeof clesSituation)[number];
  /** Whether `responsible` is written on a CAB. */
  readonly responsableCab: boolean;
  /** Whether a replace may change the type; if not, the BAL is deleted and inserted anew in one PATCH. */
  readonly typeModifiable: boolean;
  readonly remplacement: (typeof remplacements)[number];
};

export const dialectNames = [
  'draft-2026-06',
  'draft-2026-06-corrections',
  'profile-1.2.0',
] as const;
export type DialectName = (typeof dialectNames)[number];

/**
 * `remplacement` is `entier` everywhere: a replace needs a node, an attribute may be absent, and the read side hides
 * some (open data: listeRouge, responsible), so that nobody can tell beforehand (FHIR R4, fhirpatch, « replace »).
 */
const draft: Dialect = {
  typeBal: 'R256',
  emailType: false,
  systemeFiness: 'http://finess.sante.gouv.fr',
  systemeSirene: 'http://sirene.fr',
  cleProfessionnel: 'rpps',
  cleStructure: 'finess-siret',
  cleSituation: 'praticien-et-structure',
  responsableCab: true,
  typeModifiable: true,
  remplacement: 'entier',
};

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  /** openapi-balmss.yaml, published 2026-06-18. */
  'draft-2026-06': draft,
  /** Its correction, open since 2026-06-24. */
  'draft-2026-06-corrections': {
    ...draft,
    systemeFiness: 'http://finess.esante.gouv.fr',
    cleSituation: 'practitionerRole.identifier',
  },
  /** Profiles of the Annuaire 1.2.0-snapshot-2 and the pages of the MSS guide. */
  'profile-1.2.0': {
    ...draft,
    typeBal: 'R257',
    emailType: true,
    systemeFiness: 'https://finess.esante.gouv.fr',
    systemeSirene: 'https://sirene.fr',
    cleSituation: 'identifier',
    responsableCab: false,
    typeModifiable: false,
  },
};

export type DialectVariants = { readonly [K in keyof Dialect]?: Dialect[K] | undefined };

/** The preset, with what of it is told otherwise. */
export function resolveDialect(base: DialectName, variants: DialectVariants = {}): Dialect {
  const told = Object.entries(variants).filter(([, value]) => value !== undefined);
  return { ...dialects[base], ...Object.fromEntries(told) };
}
