// What a directory answers, or does not, in words that say what to do.
import { AppError, codeOf, messageOf } from '../../errors.js';
import { tlsFault } from '../../domain/tls-faults.js';
import { LdapEnd, type FinLdap, type LdapSettings } from './client.js';

export type EtapeLdap = 'connexion' | 'startTls' | 'authentification' | 'recherche';

export function explainLdapFault(
  error: unknown,
  etape: EtapeLdap,
  settings: LdapSettings,
  diagnostic: string,
): AppError {
  const where = settings.url;
  if (error instanceof LdapEnd) {
    const text = endTexts[error.fin](settings, etape);
    return new AppError(`LDAP_${error.fin}`, `${where} : ${text}`, { cause: error.cause });
  }
  const result = resultCodeOf(error);
  if (result !== undefined) return resultFault(result, error, etape, settings, diagnostic);
  const code = codeOf(error);
  const tls = code === undefined ? undefined : tlsFault(code, where, settingNames, error);
  if (tls) return tls;
  const text = networkTexts.get(code ?? '') ?? `la connexion a échoué (${messageOf(error)})`;
  return new AppError(`LDAP_${code ?? 'CONNEXION'}`, `${where} : ${text}.`, { cause: error });
}

const settingNames = {
  adresse: 'url',
  certificat: 'tls.certificat',
  autorite: 'tls.ca',
  secours: '',
  proxy: null,
};

const etapes: Record<EtapeLdap, string> = {
  connexion: 'à la connexion',
  startTls: 'à StartTLS',
  authentification: 'à l’authentification',
  recherche: 'pendant la recherche',
};

const dernierEtat = 'Le dernier état en service est gardé';

const endTexts: Record<FinLdap, (settings: LdapSettings, etape: EtapeLdap) => string> = {
  CONNEXION_COUPEE: (_, etape) =>
    `le serveur a coupé la connexion ${etapes[etape]}. ${dernierEtat} ; relancez, et voyez le journal du serveur ` +
    '(durée ou volume limités pour ce compte, TLS exigé ?)',
  DELAI_TOTAL: ({ limites }) =>
    `tout n’a pas été lu en ${limites.totalMs / 1_000} s. ${dernierEtat} ; relevez « limites.totalSecondes », ou resserrez « base » et « filtre »`,
  SILENCE: ({ limites }, etape) =>
    `le serveur ne répond plus ${etapes[etape]} (rien reçu pendant ${(etape === 'connexion' ? limites.connexionMs : limites.silenceMs) / 1_000} s). ` +
    `${dernierEtat} ; vérifiez l’adresse, le pare-feu et la charge du serveur`,
  PAS_DU_LDAP: () =>
    'ce qui répond n’est pas du LDAP, ou un message démesuré. Vérifiez l’adresse et le port (636 : ldaps://, 389 : ldap://)',
  PAGES_SANS_FIN: () =>
    `le serveur envoie des pages vides sans fin. ${dernierEtat} ; essayez « pagination: 0 », ou une autre taille`,
  TROP_D_ENTREES: ({ limites }) =>
    `plus de ${limites.entreesMax.toLocaleString('fr-FR')} entrées. Resserrez « base » et « filtre », ou relevez « limites.entreesMax »`,
  RENVOI: () =>
    'le serveur renvoie vers un autre pour une partie de l’arbre, qui manquerait à l’inventaire. Interrogez ce serveur-là (ou, ' +
    'pour Active Directory, le catalogue global), resserrez « base », ou mettez « renvois: ignorer » si rien de ce qui est ailleurs ne compte',
};

/** The result code of RFC 4511 §A.1 that ldapjs puts on its errors. */
function resultCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'number' && error.code < 128 ? error.code : undefined;
}

function resultFault(
  result: number,
  cause: unknown,
  etape: EtapeLdap,
  settings: LdapSettings,
  diagnostic: string,
): AppError {
  const text =
    resultTexts.get(result)?.(settings) ??
    `le serveur a refusé ${etapes[etape]} (code ${result}). Voyez son journal`;
  const said = diagnostic
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
  const detail = said === '' ? '' : ` Le serveur dit : « ${said} ».`;
  const message = `${settings.url} : ${text}.${detail}`;
  return new AppError(`LDAP_RESULTAT_${result}`, message, { cause });
}

const resultTexts = new Map<number, (settings: LdapSettings) => string>([
  [
    1,
    () =>
      'le serveur exige une authentification avant la recherche : réglez « dn » et « motDePasse »',
  ],
  [
    3,
    () =>
      'le serveur a limité la durée de la recherche : demandez-lui une limite plus haute pour ce compte, ou resserrez « filtre »',
  ],
  [
    4,
    ({ pagination }) =>
      'le serveur limite le nombre d’entrées pour ce compte : demandez une limite plus haute (OpenLDAP : « limits … size=unlimited »)' +
      (pagination === 0 ? ', ou réglez « pagination » (500)' : ''),
  ],
  [
    8,
    () =>
      'le serveur exige une connexion chiffrée ou une authentification plus forte : utilisez ldaps:// ou « startTls: true »',
  ],
  [
    10,
    ({ base }) =>
      `le serveur renvoie vers un autre serveur pour « ${base} » : mettez son adresse dans « url », ou corrigez « base »`,
  ],
  [
    11,
    () =>
      'le serveur a atteint une limite d’administration : demandez-la plus haute pour ce compte',
  ],
  [13, () => 'le serveur exige une connexion chiffrée : utilisez ldaps:// ou « startTls: true »'],
  [
    32,
    ({ base }) =>
      `« ${base} » n’existe pas sur ce serveur, ou ce compte ne le voit pas : corrigez « base »`,
  ],
  [34, () => 'le serveur ne comprend pas un nom (« dn » ou « base ») : corrigez-le'],
  [48, () => 'le serveur refuse cette sorte d’authentification : réglez « dn » et « motDePasse »'],
  [
    49,
    ({ compte }) =>
      `le compte « ${compte?.dn ?? 'anonyme'} » ou son mot de passe est refusé : corrigez « dn » et « motDePasse »`,
  ],
  [
    50,
    ({ compte }) =>
      `le compte « ${compte?.dn ?? 'anonyme'} » n’a pas le droit de lire cet annuaire : donnez-le-lui`,
  ],
  [51, () => 'le serveur est occupé : relancez plus tard'],
  [52, () => 'le serveur est indisponible : relancez plus tard'],
  [53, () => 'le serveur refuse d’agir (compte verrouillé, ou accès anonyme interdit ?)'],
]);

const networkTexts = new Map([
  ['ENOTFOUND', 'nom d’hôte inconnu. Vérifiez le réglage « url » et le DNS'],
  ['EAI_AGAIN', 'le DNS ne répond pas. Vérifiez le réseau de cette machine'],
  ['ECONNREFUSED', 'connexion refusée. Vérifiez l’adresse, le port et le pare-feu'],
  [
    'ECONNRESET',
    'la connexion a été coupée. Vérifiez le port : 636 parle ldaps://, 389 ldap:// (et StartTLS)',
  ],
  ['ETIMEDOUT', 'pas de connexion dans le délai. Vérifiez le pare-feu'],
  ['EHOSTUNREACH', 'serveur injoignable. Vérifiez le réseau'],
]);
