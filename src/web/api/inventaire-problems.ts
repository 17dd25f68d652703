// The refusals of the inventory's routes, as problem details.
import type { EtatImport, ProblemeRecu } from '../../domain/inventaire-recu.js';
import { ProblemError, type ProblemDetails } from '../problem.js';

/** What the content, a guard or the service refused. `suivi`: where the import can be read. */
export function problemOf(probleme: ProblemeRecu, status: number, suivi?: string): ProblemDetails {
  const { code, message, fautes, nombreFautes } = probleme;
  return {
    status,
    code,
    title: titles[code] ?? 'Inventaire refusé',
    detail: message,
    ...(status === 503 && { retryAfterSeconds: 5 }),
    ...(nombreFautes > 0 && {
      nombreErreurs: nombreFautes,
      erreurs: fautes.map(({ champ, ...faute }) => ({ champ: champ ?? '(tout)', ...faute })),
    }),
    ...(suivi !== undefined && { suivi }),
  };
}

const titles: Readonly<Record<string, string>> = {
  INVENTAIRE_INVALIDE: 'Des lignes sont fautives',
  EVENEMENTS_INVALIDES: 'Des événements sont fautifs',
  INVENTAIRE_VIDE: 'Instantané vide',
  INVENTAIRE_REDUIT: 'Trop de BAL disparaîtraient',
  INVENTAIRE_COLONNES: 'Des champs manquent',
  INVENTAIRE_REJETS: 'Trop de lignes fautives',
  INVENTAIRE_SUPPRESSIONS: 'Trop de suppressions',
  INSTANTANE_ATTENDU: 'Instantané attendu',
  INVENTAIRE_OCCUPE: 'Inventaire occupé',
  ADRESSE_AUTRE_SOURCE: 'Des adresses sont à une autre source',
  ECHEC_IMPORT: 'Import en échec',
  INTERROMPU: 'Import interrompu',
};

/** Of content that cannot be used as it is; the others are refused by the state of the inventory. */
const contentCodes: readonly string[] = [
  'INVENTAIRE_INVALIDE',
  'INVENTAIRE_VIDE',
  'INVENTAIRE_PAS_UN_CSV',
  'INVENTAIRE_TROP_GROS',
];

/** Of an import that ended badly. */
export function statusOf(etat: EtatImport, code: string): number {
  if (etat === 'interrompu') return 503;
  if (etat === 'echec') return 500;
  return contentCodes.includes(code) ? 422 : 409;
}

export function busySource(source: string): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'INVENTAIRE_OCCUPE',
    title: 'Inventaire occupé',
    detail: `Un instantané de la source « ${source} », ou trop d’autres, sont en cours de réception ou d’import : rien n’a été changé, renvoyez le vôtre plus tard.`,
    retryAfterSeconds: 10,
  });
}

export function busyInventaire(): ProblemError {
  return new ProblemError({
    status: 503,
    code: 'INVENTAIRE_OCCUPE',
    title: 'Inventaire occupé',
    detail:
      'Un import est en train d’être mis en service : rien n’a été appliqué, renvoyez ces événements sous la même clé.',
    retryAfterSeconds: 5,
  });
}

export function keyInUse(): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'CLE_IDEMPOTENCE_EN_COURS',
    title: 'Demande déjà en cours',
    detail:
      'Une demande sous la même Idempotency-Key est en train d’être traitée : réessayez, sa réponse vous sera donnée.',
    retryAfterSeconds: 1,
  });
}

export function keyOfOther(): ProblemError {
  return new ProblemError({
    status: 422,
    code: 'CLE_IDEMPOTENCE_REPRISE',
    title: 'Clé d’idempotence déjà employée',
    detail:
      'Cette Idempotency-Key a déjà servi pour un autre contenu : prenez-en une nouvelle pour chaque liste d’événements.',
  });
}

export function keyMissing(): ProblemError {
  return new ProblemError({
    status: 400,
    code: 'CLE_IDEMPOTENCE_ABSENTE',
    title: 'Clé d’idempotence absente',
    detail:
      'Envoyez un en-tête « Idempotency-Key », différent pour chaque liste d’événements (un UUID, par exemple ; ' +
      '128 caractères ASCII visibles au plus) : sans lui, une liste renvoyée après une coupure serait appliquée deux fois.',
  });
}

export function unknownSource(known: readonly string[], nom: string | undefined): ProblemError {
  const liste = known.map((source) => `« ${source} »`).join(', ');
  return new ProblemError({
    status: 404,
    code: 'SOURCE_INCONNUE',
    title: 'Source d’inventaire inconnue',
    detail:
      nom === undefined
        ? `Il n’y a pas une seule source de type http : nommez-la dans l’adresse (${liste || 'aucune n’est réglée'}).`
        : `Aucune source de type http ne s’appelle ainsi ; ${known.length > 0 ? `sources : ${liste}` : 'aucune n’est réglée'}.`,
  });
}

export function foreignSource(source: string, cle: string): ProblemError {
  return new ProblemError({
    status: 403,
    code: 'SOURCE_INTERDITE',
    title: 'Source d’inventaire interdite à cette clé',
    detail: `La clé « ${cle} » n’est pas pour la source « ${source} » (annuaire-sync api-key create --sources).`,
  });
}

export function unknownImport(): ProblemError {
  return new ProblemError({
    status: 404,
    code: 'IMPORT_INCONNU',
    title: 'Import inconnu',
    detail: 'Aucun import de ce numéro : les anciens sont oubliés.',
  });
}

export function badMediaType(accepted: readonly string[], header: string): ProblemError {
  return new ProblemError({
    status: 415,
    code: 'TYPE_NON_ACCEPTE',
    title: 'Type de contenu non accepté',
    detail: `Types acceptés ici : ${accepted.join(', ')}.`,
    // RFC 9110 §15.5.16, RFC 5789 §2.2.
    headers: { [header]: accepted.join(', ') },
  });
}
