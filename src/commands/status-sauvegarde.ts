// The line of the last backup on the 8 o'clock screen (pure).
import { formatDate } from './format-date.js';
import { nombre } from './push-result.js';
import type { Matin } from './status-matin.js';
import { enGio, estSauvegardee } from './status-points.js';

/** Undefined: the base is the opérateur's. */
export function rubriqueSauvegarde(
  { sauvegarde: une }: Pick<Matin, 'sauvegarde'>,
  now: Date,
): { readonly nom: string; readonly estBon: boolean; readonly texte: string } | undefined {
  if (!une) return undefined;
  const { derniere } = une;
  return {
    nom: 'Sauvegarde',
    estBon: estSauvegardee(une, now),
    texte: derniere
      ? `le ${formatDate(new Date(derniere.finieLe))}, ${tailleDe(derniere.octets)}, ${derniere.verifieeLe === undefined ? 'pas encore vérifiée' : `vérifiée le ${formatDate(new Date(derniere.verifieeLe))}`}`
      : 'jamais faite (« annuaire-sync backup »)',
  };
}

function tailleDe(octets: number): string {
  return octets >= 1024 ** 3 ? enGio(octets) : `${nombre(Math.ceil(octets / 1024 ** 2))} Mio`;
}
