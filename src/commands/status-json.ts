// The 8 o'clock screen for programs: keys beside those that « status --json » always had.
import type { Matin } from './status-matin.js';
import { compterPoints, type PointMatin } from './status-points.js';

export function matinJson(
  { accueil, passages, noeuds, nouveaux, envois, cycle, verification, ...fichiers }: Matin,
  points: readonly PointMatin[],
): Readonly<Record<string, unknown>> {
  return {
    toutVaBien: compterPoints(points) === 0,
    points,
    passages,
    noeuds: noeuds.map(({ nom, version, demarreLe, vuLe, arreteLe, etat }) => ({
      ...{ nom, version, demarreLe, vuLe, arreteLe, services: etat.services },
    })),
    nouveauxConstats: Object.fromEntries(nouveaux),
    envoisDepuisHier: envois,
    inactivite: { casOuverts: accueil.cas.total, cycle },
    journal: { verification },
    ...fichiers,
  };
}
