// The demandes in « status »: those that wait, those that are late, what is left to do on the platform.
import type { Settings } from '../config/settings.js';
import type { Db } from '../db/pool.js';
import { echeanceDemande, etatsDemandeAttendus } from '../domain/demande.js';
import { countDemandes } from '../store/demande.js';
import { aSupprimerTexte } from './demandes-result.js';
import { formatDate } from './format-date.js';
import { nombre } from './push-result.js';

export type DemandesStatus = {
  /** Received, examined or accepted: they wait for the opérateur. */
  readonly enAttente: number;
  readonly enRetard: number;
  readonly plusAncienneLe: Date | undefined;
  readonly transmises: number;
  /** Decided, and still in the inventory. */
  readonly aSupprimer: number;
  readonly delaiJours: number;
};

export async function readDemandesStatus(
  db: Db,
  { demandes: { delaiJours } }: Settings,
  now: Date,
): Promise<DemandesStatus> {
  const { parEtat, ...comptes } = await countDemandes(db, echeanceDemande(now, -delaiJours));
  const enAttente = etatsDemandeAttendus.reduce((sum, etat) => sum + (parEtat.get(etat) ?? 0), 0);
  return { ...comptes, enAttente, transmises: parEtat.get('transmise') ?? 0, delaiJours };
}

/** No line while nothing is asked. */
export function describeDemandesStatus(status: DemandesStatus): string[] {
  const { enAttente, enRetard, plusAncienneLe, transmises, aSupprimer, delaiJours } = status;
  if (enAttente + transmises + aSupprimer === 0) return [];
  const since = plusAncienneLe ? ` (la plus ancienne du ${formatDate(plusAncienneLe)})` : '';
  const parts = [
    ...(enAttente > 0 ? [`${nombre(enAttente)} à traiter${since}`] : []),
    ...(enRetard > 0 ? [`${nombre(enRetard)} en retard (plus de ${delaiJours} jours)`] : []),
    ...(transmises > 0 ? [`${nombre(transmises)} en attente de l’extraction`] : []),
  ];
  return [
    ...(parts.length === 0
      ? []
      : [
          `${enRetard > 0 ? '!' : '✓'} demandes des professionnels : ${parts.join(', ')} (« annuaire-sync demandes list »)`,
        ]),
    ...(aSupprimer > 0 ? [`! ${aSupprimerTexte(aSupprimer)}`] : []),
  ];
}
