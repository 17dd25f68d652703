// The life of a demande: a professional asks that a PER BAL of his be deleted (EX_GBM_6021). Nothing of it is automatic: a
// person accepts or refuses, the plan's guards stand in the way of the deletion as of any other.

export const etatsDemande = [
  'recue',
  'en-examen',
  'acceptee',
  'refusee',
  'transmise',
  'confirmee',
  'retiree',
  'sans-objet',
] as const;
export type EtatDemande = (typeof etatsDemande)[number];

/** What may follow what; the database refuses the rest (migrations/0013_demandes.sql). */
export const transitionsDemande: Readonly<Record<EtatDemande, readonly EtatDemande[]>> = {
  recue: ['en-examen', 'retiree', 'sans-objet'],
  'en-examen': ['acceptee', 'refusee', 'retiree', 'sans-objet'],
  acceptee: ['transmise', 'retiree', 'sans-objet'],
  transmise: ['confirmee'],
  refusee: [],
  confirmee: [],
  retiree: [],
  'sans-objet': [],
};

/** The states that `vers` may be reached from. */
export function originesDemande(vers: EtatDemande): readonly EtatDemande[] {
  return etatsDemande.filter((etat) => transitionsDemande[etat].includes(vers));
}

export const etatsDemandeOuverts: readonly EtatDemande[] = etatsDemande.filter(
  (etat) => transitionsDemande[etat].length > 0,
);

/** Those that wait for the opérateur: late once the delay is over. */
export const etatsDemandeAttendus = ['recue', 'en-examen', 'acceptee'] as const;

/** `levee`: of a demande that is confirmed, a person says that the BAL was made anew on purpose. */
export type EtapeDemande = EtatDemande | 'levee';

export const motifsDemande = ['hors-structure', 'doublon', 'autre'] as const;
export type MotifDemande = (typeof motifsDemande)[number];

export const commentaireCharsMax = 500;
export const motifRefusCharsMax = 1_000;

/** As the professional reads it. */
export const libellesMotif: Readonly<Record<MotifDemande, string>> = {
  'hors-structure': 'Je n’exerce plus dans cette structure',
  doublon: 'J’ai une autre boîte aux lettres pour la même activité',
  autre: 'Autre raison',
};

export const libellesEtape: Readonly<Record<EtapeDemande, string>> = {
  recue: 'reçue',
  'en-examen': 'en examen',
  acceptee: 'acceptée',
  refusee: 'refusée',
  transmise: 'transmise à l’Annuaire',
  confirmee: 'confirmée',
  retiree: 'retirée',
  'sans-objet': 'sans objet',
  levee: 'décision levée',
};

/** How he signed in: Pro Santé Connect, or a link sent to another BAL of his. */
export type MoyenConnexion = 'psc' | 'lien';

export type Demandeur = {
  readonly idNatPs: string;
  readonly rpps: string;
  readonly nom: string | undefined;
  readonly moyen: MoyenConnexion;
};

/** Who did something, as the steps and the trail keep it. */
export type AuteurDemande = {
  readonly genre: 'personne' | 'client' | 'programme';
  readonly id: string;
  readonly nom?: string | undefined;
};

/** What the links of the mails allow (domain/lien-signe.ts). */
export const usageSuiviDemande = 'demande-suivi';

/** What the reference of a demande is in `suppression_decidee`. */
export function referenceDemande(id: number): string {
  return `demande-${id}`;
}

const jourMs = 86_400_000;

export function echeanceDemande(deposeeLe: Date, delaiJours: number): Date {
  return new Date(deposeeLe.getTime() + delaiJours * jourMs);
}

/** The opérateur should have carried it out, or refused it, by now. */
export function estDemandeEnRetard(
  { etat, deposeeLe }: { readonly etat: EtatDemande; readonly deposeeLe: Date },
  delaiJours: number,
  now: Date,
): boolean {
  return (
    etatsDemandeAttendus.some((attendu) => attendu === etat) &&
    echeanceDemande(deposeeLe, delaiJours) < now
  );
}

/** Text of a person, on several lines at most: nothing that cannot be seen, no line end but `\n`. Undefined when empty. */
export function nettoyerTexte(text: string): string | undefined {
  const clean = text
    .replace(/\r\n?/gu, '\n')
    .replace(/(?!\n)[\p{Control}\p{Format}\p{Surrogate}]/gu, ' ')
    .trim();
  return clean === '' ? undefined : clean;
}
