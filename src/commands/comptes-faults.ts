import { AppError } from '../errors.js';

export function compteInconnu(nom: string): AppError {
  return new AppError(
    'COMPTE_INCONNU',
    `Aucun compte ne s’appelle « ${nom} » : voyez « annuaire-sync comptes list ».`,
  );
}

export function comptePris(nom: string): AppError {
  return new AppError(
    'COMPTE_PRIS',
    `Un compte s’appelle déjà « ${nom} », peut-être désactivé : prenez un autre nom, ou « comptes enable » ou « comptes reset ».`,
  );
}
