import type { LigneBal } from '../../../store/fiche-bal.js';
import type { Valeur } from './cotes.js';

/** RPPS as a link to the professional; other identifiers by their kind. */
export function decrireTitulaire({
  typeIdentifiantPp,
  identifiantPp,
}: Pick<LigneBal, 'typeIdentifiantPp' | 'identifiantPp'>): Valeur | undefined {
  if (identifiantPp === null) {
    return typeIdentifiantPp === null
      ? undefined
      : { texte: `type ${typeIdentifiantPp}`, chemin: null };
  }
  if (typeIdentifiantPp === '8') {
    const chemin = `/console/professionnels/${encodeURIComponent(identifiantPp)}`;
    return { texte: `RPPS ${identifiantPp}`, chemin };
  }
  const genre = typeIdentifiantPp === '0' ? 'ADELI' : `type ${typeIdentifiantPp ?? 'inconnu'}`;
  return { texte: `${genre} ${identifiantPp}`, chemin: null };
}
