// The ANS's own texts contradict one another (facts of the draft, §0.3): each preset is one of them taken at its word, and
// `tolerant` accepts what any of them says.
import { systemeR256, systemeR257, systemesFiness, systemesSirene } from './systemes.js';

export const nomsDialectes = [
  'tolerant',
  'draft-2026-06',
  'draft-2026-06-corrections',
  'profile-1.2.0',
] as const;
export type NomDialecte = (typeof nomsDialectes)[number];

/** How the type of a BAL is coded in its ContactPoint. */
export type CodageType = 'R256' | 'R257' | 'code';

/** Parameters of the query that name a PractitionerRole. */
export type CleSituation = 'identifier' | 'practitionerRole.identifier' | 'praticien+structure';

export type Dialecte = {
  readonly nom: NomDialecte;
  readonly finess: readonly string[];
  readonly sirene: readonly string[];
  readonly isRppsRangAccepted: boolean;
  readonly clesSituation: readonly CleSituation[];
  readonly codagesType: readonly CodageType[];
  readonly emailType: 'facultatif' | 'exige';
  /** The swagger lists address and type among what can be changed; the guide says that the API refuses it. */
  readonly isAdresseModifiable: boolean;
  /** The swagger gives CAB a responsible, the guide does not. */
  readonly isResponsableDeCab: boolean;
  /** How the BAL of the seed are shown. */
  readonly rendu: { readonly codage: CodageType; readonly hasEmailType: boolean };
  /** First is what resources show. */
  readonly affiche: { readonly finess: string; readonly sirene: string };
};

const draft: Dialecte = {
  nom: 'draft-2026-06',
  finess: [systemesFiness.draft],
  sirene: [systemesSirene.draft],
  isRppsRangAccepted: false,
  clesSituation: ['praticien+structure'],
  codagesType: ['R256'],
  emailType: 'facultatif',
  isAdresseModifiable: true,
  isResponsableDeCab: true,
  rendu: { codage: 'R256', hasEmailType: false },
  affiche: { finess: systemesFiness.draft, sirene: systemesSirene.draft },
};

const corrections: Dialecte = {
  ...draft,
  nom: 'draft-2026-06-corrections',
  finess: [systemesFiness.corrections],
  isRppsRangAccepted: true,
  clesSituation: ['practitionerRole.identifier'],
  affiche: { finess: systemesFiness.corrections, sirene: systemesSirene.draft },
};

const profil: Dialecte = {
  nom: 'profile-1.2.0',
  finess: [systemesFiness.profil],
  sirene: [systemesSirene.profil],
  isRppsRangAccepted: true,
  clesSituation: ['identifier'],
  codagesType: ['R257'],
  emailType: 'exige',
  isAdresseModifiable: false,
  isResponsableDeCab: false,
  rendu: { codage: 'R257', hasEmailType: true },
  affiche: { finess: systemesFiness.profil, sirene: systemesSirene.profil },
};

const tolerant: Dialecte = {
  ...corrections,
  nom: 'tolerant',
  finess: Object.values(systemesFiness),
  sirene: Object.values(systemesSirene),
  clesSituation: ['identifier', 'practitionerRole.identifier', 'praticien+structure'],
  codagesType: ['R256', 'R257', 'code'],
};

const dialectes: Readonly<Record<NomDialecte, Dialecte>> = {
  tolerant,
  'draft-2026-06': draft,
  'draft-2026-06-corrections': corrections,
  'profile-1.2.0': profil,
};

export function dialecteNomme(nom: NomDialecte): Dialecte {
  return dialectes[nom];
}

export function systemeDuCodage(codage: 'R256' | 'R257'): string {
  return codage === 'R256' ? systemeR256 : systemeR257;
}
