// What « comptes » tells, in French. Never a hash nor a secret.
import { formatDateHeure, grid } from '../report/layout.js';
import type { Compte } from '../store/compte.js';

const wholeWidth = Number.POSITIVE_INFINITY;

export function describeComptes(comptes: readonly Compte[], now: Date): string {
  if (comptes.length === 0) {
    return 'Aucun compte : « annuaire-sync comptes create NOM --role approbateur » en crée un.';
  }
  const rows = comptes.map((compte) => [
    compte.nom,
    compte.role,
    describeEtat(compte, now),
    compte.derniereConnexionLe
      ? `connecté le ${formatDateHeure(compte.derniereConnexionLe)}`
      : 'jamais connecté',
  ]);
  return grid(rows, wholeWidth, 4).join('\n');
}

function describeEtat(compte: Compte, now: Date): string {
  const { desactiveLe, motDePasse, activationExpireLe, totpConfirmeLe } = compte;
  if (desactiveLe) return `désactivé le ${formatDateHeure(desactiveLe)}`;
  if (motDePasse === undefined) {
    return activationExpireLe && activationExpireLe > now
      ? `à activer avant le ${formatDateHeure(activationExpireLe)}`
      : 'activation expirée (comptes reset)';
  }
  return totpConfirmeLe ? 'actif' : 'actif, second facteur à confirmer';
}

export function compteJson(compte: Compte): Record<string, unknown> {
  return {
    id: compte.id,
    nom: compte.nom,
    role: compte.role,
    estActive: compte.motDePasse !== undefined,
    secondFacteurConfirmeLe: compte.totpConfirmeLe ?? null,
    activationExpireLe: compte.activationExpireLe ?? null,
    creeLe: compte.creeLe,
    creePar: compte.creePar,
    desactiveLe: compte.desactiveLe ?? null,
    derniereConnexionLe: compte.derniereConnexionLe ?? null,
  };
}
