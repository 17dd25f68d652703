// Which stage is to be begun at this instant: pure decisions over what the database and the clock say.
import { createHash } from 'node:crypto';
import type { IssuePassage } from '../domain/etat-noeud.js';

/** What is known of the last run of a stage. */
export type DernierPassage = {
  readonly prevuLe: Date;
  readonly commenceLe: Date;
  readonly finiLe: Date | undefined;
  readonly issue: IssuePassage | undefined;
  /** How often it was begun. */
  readonly tentative: number;
};

export type VueEtape = {
  readonly dernier: DernierPassage | undefined;
  /** Some process, on any node, works on it. */
  readonly estPris: boolean;
};

/** When the stage is due by itself: an instant of its cron expression, or the run of the stage that it follows. */
export type Appel =
  | {
      readonly kind: 'horaire';
      readonly precedente: Date | undefined;
      readonly prochaine: Date | undefined;
      /** How long after its instant this node begins it. */
      readonly gigueMs: number;
    }
  /** `prochaine`: when its chain begins. */
  | {
      readonly kind: 'suite';
      readonly amont: VueEtape;
      readonly prochaine: Date | undefined;
    };

export type Decision =
  | { readonly kind: 'attendre'; readonly prochaine: Date | undefined }
  | { readonly kind: 'lancer'; readonly prevuLe: Date; readonly raison: Raison };

/** `rattrapage`: its instant was missed; `reprise`: whoever did it is gone; `reessai`: it had failed. */
export type Raison = 'prevu' | 'rattrapage' | 'reprise' | 'reessai';

/** After so many failures, a run is left for the next instant. */
export const echecsMax = 4;
/** A run whose processes die again and again is left too. */
export const tentativesMax = 10;
/** Later than this after its instant, a run was missed. */
const retardMs = 10 * 60_000;

export function decider(vue: VueEtape, appel: Appel, now: Date): Decision {
  const { dernier, estPris } = vue;
  const attendre = { kind: 'attendre', prochaine: appel.prochaine } as const;
  if (estPris) return attendre;
  const voulu = dueInstant(appel, now);
  if (voulu && (!dernier || dernier.prevuLe < voulu)) {
    // A run that was cut short is finished first only when nothing newer takes its place.
    const isLate = dernier !== undefined && now.getTime() - voulu.getTime() > retardMs;
    return { kind: 'lancer', prevuLe: voulu, raison: isLate ? 'rattrapage' : 'prevu' };
  }
  const again = dernier && secondChance(dernier);
  if (!again) return attendre;
  if (again.apres > now) return { kind: 'attendre', prochaine: again.apres };
  return { kind: 'lancer', prevuLe: dernier.prevuLe, raison: again.raison };
}

/** Its last run will not be begun again: whoever follows may go on. */
export function estRegle({ dernier, estPris }: VueEtape): boolean {
  return dernier !== undefined && !estPris && secondChance(dernier) === undefined;
}

/**
 * Since when a stage should have succeeded at least once: an instant whose run had all the time until the next one.
 * Undefined: there was none, or a run that began before it is still at work.
 */
export function succesAttenduDepuis(
  { dernier, estPris }: VueEtape,
  avantDerniere: Date | undefined,
): Date | undefined {
  const isLong = estPris && dernier && avantDerniere && dernier.commenceLe < avantDerniere;
  return isLong ? undefined : avantDerniere;
}

/** The same for one node and one instant; between 0 and a tenth of the time to the next instant, `gigueMaxMs` at most. */
export function gigue(
  noeud: string,
  etape: string,
  {
    precedente,
    prochaine,
  }: { readonly precedente: Date | undefined; readonly prochaine: Date | undefined },
  gigueMaxMs: number,
): number {
  if (!precedente) return 0;
  const intervalMs = prochaine ? prochaine.getTime() - precedente.getTime() : Infinity;
  const draw = createHash('sha256')
    .update(`${noeud}\n${etape}\n${precedente.toISOString()}`)
    .digest()
    .readUInt32BE();
  return Math.floor((draw / 2 ** 32) * Math.min(gigueMaxMs, intervalMs / 10));
}

function dueInstant(appel: Appel, now: Date): Date | undefined {
  if (appel.kind === 'suite') {
    return estRegle(appel.amont) ? appel.amont.dernier?.prevuLe : undefined;
  }
  const { precedente, gigueMs } = appel;
  if (!precedente || now.getTime() < precedente.getTime() + gigueMs) return undefined;
  return precedente;
}

/** Whether and when the run is begun again: at once when it was interrupted, later and later when it fails. */
function secondChance(
  dernier: DernierPassage,
): { readonly apres: Date; readonly raison: Raison } | undefined {
  const { issue, tentative, commenceLe, finiLe } = dernier;
  if (issue === 'echec') {
    if (tentative >= echecsMax || !finiLe) return undefined;
    return { apres: later(finiLe, 60_000 * 4 ** (tentative - 1)), raison: 'reessai' };
  }
  if (issue !== undefined && issue !== 'interrompu') return undefined;
  if (tentative >= tentativesMax) return undefined;
  // The first time at once; what dies again and again is not to occupy the machine.
  const waitMs = tentative === 1 ? 0 : 5_000 * 2 ** (tentative - 1);
  return { apres: later(finiLe ?? commenceLe, waitMs), raison: 'reprise' };
}

function later(date: Date, ms: number): Date {
  return new Date(date.getTime() + ms);
}
