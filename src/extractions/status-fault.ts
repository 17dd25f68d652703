import { AppError } from '../errors.js';
import { TransientFault, displayUrl, transientStatuses } from '../net/network-faults.js';
import type { SettingNames } from '../domain/tls-faults.js';

/** What faults of the network call our settings. */
export const sourceSettingNames: SettingNames = {
  adresse: 'from',
  certificat: 'tls.certificat',
  secours: ' ou fournissez le fichier par --from',
};

/** What a status other than the expected ones means; the body is never shown. */
export function statusFault(
  status: number,
  url: URL,
  retryAfterMs: number | undefined,
  hasClientCertificate: boolean,
): AppError {
  const where = displayUrl(url);
  if (transientStatuses.has(status)) {
    const what = status === 429 ? 'trop de demandes' : 'serveur momentanément indisponible';
    const more = retryAfterMs === undefined ? {} : { retryAfterMs };
    return new TransientFault(`HTTP_${status}`, `${where} : ${what} (HTTP ${status}).`, more);
  }
  return new AppError(
    `HTTP_${status}`,
    `${where} : ${statusRemedy(status, hasClientCertificate)} (HTTP ${status}).`,
  );
}

function statusRemedy(status: number, hasClientCertificate: boolean): string {
  switch (status) {
    case 400:
    case 401:
    case 403:
      return hasClientCertificate
        ? "accès refusé. Vérifiez auprès de l'ANS que le certificat client (réglage « tls.certificat ») est habilité et non expiré"
        : 'accès refusé. Cette adresse demande sans doute un certificat client (réglage « tls.certificat »)';
    case 404:
    case 410:
      return "le fichier n'est pas, ou plus, à cette adresse. Vérifiez le réglage « from » de la source";
    case 407:
      return "le proxy demande une authentification. Ajoutez l'utilisateur et le mot de passe au réglage « reseau.proxy »";
    default:
      return status >= 500
        ? 'le serveur est en panne. Relancez plus tard, ou fournissez le fichier par --from'
        : 'le serveur refuse la demande. Vérifiez le réglage « from » de la source';
  }
}
