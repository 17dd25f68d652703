// The ANS's own texts contradict one another (facts of the draft, §0.3): each preset is one of them taken at its word, and
// `tolerant` accepts what any of them says.
import { systemR256, systemR257, systemsFiness, systemsSirene } from './systems.js';

export const dialectNames = [
  'tolerant',
  'draft-2026-06',
  'draft-2026-06-corrections',
  'profile-1.2.0',
] as const;
export type DialectName = (typeof dialectNames)[number];

/** How the type of a BAL is coded in its ContactPoint. */
export type TypeEncoding = 'R256' | 'R257' | 'code';

/** Parameters of the query that name a PractitionerRole. */
export type SituationKey = 'identifier' | 'practitionerRole.identifier' | 'praticien+structure';

export type Dialect = {
  readonly name: DialectName;
  readonly finess: readonly string[];
  readonly sirene: readonly string[];
  readonly isRppsRangAccepted: boolean;
  readonly situationKeys: readonly SituationKey[];
  readonly typeEncodings: readonly TypeEncoding[];
  readonly emailType: 'optional' | 'required';
  /** The swagger lists address and type among what can be changed; the guide says that the API refuses it. */
  readonly isAdresseChangeable: boolean;
  /** The swagger gives CAB a responsible, the guide does not. */
  readonly isCabResponsableAllowed: boolean;
  /** How the BAL of the seed are shown. */
  readonly shown: { readonly encoding: TypeEncoding; readonly hasEmailType: boolean };
  /** First is what resources show. */
  readonly displayed: { readonly finess: string; readonly sirene: string };
};

const draft: Dialect = {
  name: 'draft-2026-06',
  finess: [systemsFiness.draft],
  sirene: [systemsSirene.draft],
  isRppsRangAccepted: false,
  situationKeys: ['praticien+structure'],
  typeEncodings: ['R256'],
  emailType: 'optional',
  isAdresseChangeable: true,
  isCabResponsableAllowed: true,
  shown: { encoding: 'R256', hasEmailType: false },
  displayed: { finess: systemsFiness.draft, sirene: systemsSirene.draft },
};

const corrections: Dialect = {
  ...draft,
  name: 'draft-2026-06-corrections',
  finess: [systemsFiness.corrections],
  isRppsRangAccepted: true,
  situationKeys: ['practitionerRole.identifier'],
  displayed: { finess: systemsFiness.corrections, sirene: systemsSirene.draft },
};

const profile: Dialect = {
  name: 'profile-1.2.0',
  finess: [systemsFiness.profile],
  sirene: [systemsSirene.profile],
  isRppsRangAccepted: true,
  situationKeys: ['identifier'],
  typeEncodings: ['R257'],
  emailType: 'required',
  isAdresseChangeable: false,
  isCabResponsableAllowed: false,
  shown: { encoding: 'R257', hasEmailType: true },
  displayed: { finess: systemsFiness.profile, sirene: systemsSirene.profile },
};

const tolerant: Dialect = {
  ...corrections,
  name: 'tolerant',
  finess: Object.values(systemsFiness),
  sirene: Object.values(systemsSirene),
  situationKeys: ['identifier', 'practitionerRole.identifier', 'praticien+structure'],
  typeEncodings: ['R256', 'R257', 'code'],
};

const dialects: Readonly<Record<DialectName, Dialect>> = {
  tolerant,
  'draft-2026-06': draft,
  'draft-2026-06-corrections': corrections,
  'profile-1.2.0': profile,
};

export function dialectNamed(name: DialectName): Dialect {
  return dialects[name];
}

export function systemOfEncoding(encoding: 'R256' | 'R257'): string {
  return encoding === 'R256' ? systemR256 : systemR257;
}
