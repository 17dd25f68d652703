// The cycle of an inactive BAL (CNIL, délibération 2014-239): told, given time to object, then proposed for deletion. Pure:
// what becomes of a case follows from the case, what the inventory shows, what came of its notices, and the clock.

export const etatsCas = [
  'a-prevenir',
  'prevenue',
  'delai-en-cours',
  'a-supprimer',
  'supprimee',
  'conservee',
  'reauthentifiee',
] as const;

export type EtatCas = (typeof etatsCas)[number];
export type EtatClos = 'supprimee' | 'conservee' | 'reauthentifiee';

const clotures: readonly EtatClos[] = ['supprimee', 'conservee', 'reauthentifiee'];

/** What may follow what; the database refuses the rest (migrations/0010_hygiene.sql). */
export const transitionsCas: Readonly<Record<EtatCas, readonly EtatCas[]>> = {
  'a-prevenir': ['prevenue', ...clotures],
  prevenue: ['delai-en-cours', ...clotures],
  'delai-en-cours': ['a-supprimer', ...clotures],
  'a-supprimer': clotures,
  supprimee: [],
  conservee: [],
  reauthentifiee: [],
};

export const etatsOuverts: readonly EtatCas[] = etatsCas.filter(
  (etat) => transitionsCas[etat].length > 0,
);

/** The states that `vers` may be reached from. */
export function originesDe(vers: EtatCas): readonly EtatCas[] {
  return etatsCas.filter((etat) => transitionsCas[etat].includes(vers));
}

/** Why a case ended: by the inventory (the first three), or by somebody. */
export type CauseCloture =
  'authentification' | 'absente' | 'plus-concernee' | 'opposition' | 'administrateur';

export type ReglagesCycle = {
  /** Days without an authentication: at most 365. */
  readonly limiteJours: number;
  /** How long before the limit the holder is told. */
  readonly preavisJours: number;
  /** From the leaving of the notice to the deletion, at least `delaiJoursMin`. */
  readonly delaiJours: number;
  /** From the reminder to the deletion; 0: no reminder. */
  readonly rappelJours: number;
};

/** What the links of the notices allow (domain/lien-signe.ts). */
export const usageInactivite = 'inactivite';

/** Two weeks: the holder may be on leave. The database refuses less. */
export const delaiJoursMin = 15;

export type CasSuivi = {
  readonly etat: EtatCas;
  /** The last sign of life when the case was opened: authentication, else creation. */
  readonly activiteLe: Date;
  /** Whether that sign was an authentication. */
  readonly estAuthentification: boolean;
  /** Nothing is deleted before. */
  readonly limiteLe: Date;
  /** The earliest deletion that the notices tell. */
  readonly annonceLe: Date | undefined;
  readonly echeanceLe: Date | undefined;
  readonly rappelLe: Date | undefined;
};

/** The BAL as the inventory in service has it. */
export type VueInventaire =
  | { readonly kind: 'absente' }
  | {
      readonly kind: 'presente';
      readonly estPer: boolean;
      readonly activiteLe: Date | undefined;
      readonly aAuthentification: boolean;
      /** The constat INACTIVE is open. */
      readonly estConstatee: boolean;
    };

/** What came of the notices of a case. */
export type SuiteAvis =
  | { readonly kind: 'en-file' }
  | { readonly kind: 'parti'; readonly le: Date }
  /** Refused, abandoned or cancelled, each of them. */
  | { readonly kind: 'echec' };

export const raisonsAttente = {
  AVIS_EN_FILE: 'l’avis n’est pas encore parti',
  AVIS_ECHOUE: 'aucun avis n’a pu partir (refusé ou abandonné pour chaque destinataire)',
  AVIS_LIMITE: 'la limite d’avis par passage est atteinte : au prochain passage',
  DELAI: 'le délai court',
  DATE_PERDUE: 'l’inventaire ne donne plus la date de dernière authentification',
  NON_CONSTATEE: 'le dernier rapprochement ne constate pas la BAL inactive',
  GARDE: 'trop de suppressions à la fois : une garde attend « --accept »',
} as const;

export type RaisonAttente = keyof typeof raisonsAttente;

export type DecisionCas =
  | { readonly kind: 'clore'; readonly vers: EtatClos; readonly cause: CauseCloture }
  | { readonly kind: 'attendre'; readonly raison: RaisonAttente }
  | { readonly kind: 'prevenir'; readonly annonceLe: Date }
  | { readonly kind: 'courir'; readonly partiLe: Date; readonly echeanceLe: Date }
  | { readonly kind: 'rappeler'; readonly echeanceLe: Date }
  | { readonly kind: 'supprimer' };

/** What the inventory alone ends, however old it is: a sign of life is one. Undefined: the case goes on. */
export function deciderCloture(
  cas: CasSuivi,
  vue: VueInventaire,
): (DecisionCas & { kind: 'clore' }) | undefined {
  if (vue.kind === 'absente') return { kind: 'clore', vers: 'supprimee', cause: 'absente' };
  if (vue.activiteLe && vue.activiteLe > cas.activiteLe) {
    return { kind: 'clore', vers: 'reauthentifiee', cause: 'authentification' };
  }
  if (!vue.estPer) return { kind: 'clore', vers: 'conservee', cause: 'plus-concernee' };
  return undefined;
}

/** The next step of an open case, from an inventory that can be trusted; one step at a time. */
export function deciderCas(
  cas: CasSuivi,
  vue: VueInventaire,
  avis: SuiteAvis,
  reglages: ReglagesCycle,
  now: Date,
): DecisionCas {
  const cloture = deciderCloture(cas, vue);
  if (cloture) return cloture;
  if (vue.kind === 'presente' && cas.estAuthentification && !vue.aAuthentification) {
    return attendre('DATE_PERDUE');
  }
  switch (cas.etat) {
    case 'a-prevenir':
      return { kind: 'prevenir', annonceLe: annonce(cas, reglages, now) };
    case 'prevenue':
      return suivreAvis(cas, avis, reglages, now);
    case 'delai-en-cours':
      return terminer(cas, vue, reglages, now);
    case 'a-supprimer':
    case 'supprimee':
    case 'conservee':
    case 'reauthentifiee':
      return attendre('DELAI');
    default:
      return cas.etat satisfies never;
  }
}

/** The earliest deletion, were the notice to leave now. */
export function annonce(cas: CasSuivi, { delaiJours }: ReglagesCycle, now: Date): Date {
  return latest(ajouterJours(now, delaiJours), cas.limiteLe, cas.annonceLe);
}

function suivreAvis(
  cas: CasSuivi,
  avis: SuiteAvis,
  { delaiJours }: ReglagesCycle,
  now: Date,
): DecisionCas {
  if (avis.kind === 'en-file') return attendre('AVIS_EN_FILE');
  if (avis.kind === 'echec') return attendre('AVIS_ECHOUE');
  // Another machine may have sent it, by a clock ahead of ours.
  const partiLe = avis.le > now ? now : avis.le;
  const echeanceLe = latest(ajouterJours(partiLe, delaiJours), cas.limiteLe, cas.annonceLe);
  return { kind: 'courir', partiLe, echeanceLe };
}

function terminer(
  cas: CasSuivi,
  vue: VueInventaire,
  { rappelJours }: ReglagesCycle,
  now: Date,
): DecisionCas {
  const { echeanceLe, rappelLe } = cas;
  if (!echeanceLe) throw new Error('a delay runs without an end');
  // Nobody loses his reminder to a service that was stopped: the end waits for it.
  if (rappelJours > 0 && !rappelLe && now >= ajouterJours(echeanceLe, -rappelJours)) {
    return { kind: 'rappeler', echeanceLe: latest(echeanceLe, ajouterJours(now, rappelJours)) };
  }
  if (now < echeanceLe) return attendre('DELAI');
  if (vue.kind !== 'presente' || !vue.estConstatee) return attendre('NON_CONSTATEE');
  return { kind: 'supprimer' };
}

function attendre(raison: RaisonAttente): DecisionCas {
  return { kind: 'attendre', raison };
}

/** Days of 24 hours, as the limit of INACTIVE is counted. */
export function ajouterJours(date: Date, jours: number): Date {
  return new Date(date.getTime() + jours * 86_400_000);
}

function latest(first: Date, ...others: readonly (Date | undefined)[]): Date {
  return others.reduce<Date>((max, date) => (date && date > max ? date : max), first);
}
