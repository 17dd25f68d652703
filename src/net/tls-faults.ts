// TLS says in OpenSSL's words what an administrator can settle in a setting.
import { AppError } from '../errors.js';

/** undefined when `code` is not one of TLS. Trying again would change nothing: none is transient. */
export function tlsFault(
  code: string,
  where: string,
  settings: SettingNames,
  cause: unknown,
): AppError | undefined {
  const fault = namedFaults.get(code) ?? alertFault(code);
  if (!fault) return undefined;
  const [ownCode, remedy] = fault;
  const named = remedy
    .replaceAll('{adresse}', `« ${settings.adresse} »`)
    .replaceAll('{certificat}', `« ${settings.certificat} »`)
    .replaceAll('{secours}', settings.secours);
  return new AppError(ownCode, `${where} : ${named}`, { cause });
}

/** What the caller's settings are called, for the messages. */
export type SettingNames = {
  readonly adresse: string;
  readonly certificat: string;
  /** Another way, « ou … »; empty when there is none. */
  readonly secours: string;
};

type Fault = readonly [ownCode: string, remedy: string];

const unknownCa: Fault = [
  'TLS_AC_INCONNUE',
  "le certificat du serveur est signé par une autorité inconnue. S'il s'agit de l'IGC-Santé, ajoutez sa " +
    'chaîne (PEM) au réglage « reseau.ca » ; elle est publiée sur http://igc-sante.esante.gouv.fr. ' +
    'Sinon, un équipement intercepte peut-être la connexion.',
];

const clientRefused: Fault = [
  'TLS_CERTIFICAT_CLIENT_REFUSE',
  "le serveur refuse notre certificat client, ou l'exige. Vérifiez le réglage {certificat} : certificat " +
    "présent, non expiré, accompagné de sa chaîne et habilité par l'ANS.",
];

const tooOld: Fault = [
  'TLS_VERSION',
  'le serveur ne propose aucune version ou suite de chiffrement admise (TLS 1.2 ou 1.3, exigence EX_OPE_5010). ' +
    "Vérifiez l'adresse ; aucun réglage ne permet d'abaisser ce niveau.",
];

const namedFaults = new Map<string, Fault>([
  ['UNABLE_TO_GET_ISSUER_CERT', unknownCa],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', unknownCa],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', unknownCa],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', unknownCa],
  ['SELF_SIGNED_CERT_IN_CHAIN', unknownCa],
  ['CERT_UNTRUSTED', unknownCa],
  ['INVALID_CA', unknownCa],
  [
    'CERT_HAS_EXPIRED',
    [
      'TLS_CERTIFICAT_EXPIRE',
      "le certificat du serveur a expiré. Vérifiez l'heure de cette machine ; si elle est juste, attendez que " +
        'le serveur soit corrigé{secours}.',
    ],
  ],
  [
    'CERT_NOT_YET_VALID',
    [
      'TLS_CERTIFICAT_FUTUR',
      "le certificat du serveur n'est pas encore valable. Vérifiez l'heure de cette machine.",
    ],
  ],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    [
      'TLS_NOM',
      "le certificat présenté n'est pas celui de ce serveur. Vérifiez le réglage {adresse} (nom exact) et « reseau.proxy ».",
    ],
  ],
  ['CERT_REVOKED', ['TLS_CERTIFICAT_REVOQUE', 'le certificat du serveur a été révoqué.']],
  [
    'ERR_TLS_DH_PARAM_SIZE',
    [
      'TLS_VERSION',
      'le serveur propose un échange Diffie-Hellman de moins de 2048 bits (EX_OPE_5010).',
    ],
  ],
  [
    'UND_ERR_PRX_TLS',
    [
      'TLS_PROXY',
      'la connexion chiffrée avec le proxy a échoué. Vérifiez les réglages « reseau.proxy » et « reseau.ca ».',
    ],
  ],
]);

/** Alerts sent by the server, and handshakes that lead nowhere: the first pattern that fits. */
function alertFault(code: string): Fault | undefined {
  return patternFaults.find(([pattern]) => pattern.test(code))?.[1];
}

const patternFaults: readonly (readonly [pattern: RegExp, fault: Fault])[] = [
  [
    /ALERT_(BAD_|UNSUPPORTED_|NO_)?CERTIFICATE|ALERT_(UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)/,
    clientRefused,
  ],
  [
    /HANDSHAKE_FAILURE/,
    [
      'TLS_NEGOCIATION',
      'le serveur a refusé la négociation TLS : il exige un certificat client (réglage {certificat}), ou ' +
        "n'a aucune suite de chiffrement commune avec l'exigence EX_OPE_5010.",
    ],
  ],
  [
    /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_CIPHERS|DH_KEY_TOO_SMALL|INSUFFICIENT_SECURITY/,
    tooOld,
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/,
    [
      'TLS_ABSENT',
      "le serveur ne parle pas TLS sur ce port. Vérifiez l'adresse (https, port) et le réglage « reseau.proxy ».",
    ],
  ],
  [
    /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_)|^EPROTO$/,
    [
      'TLS_ECHEC',
      "la connexion chiffrée a échoué. Vérifiez l'adresse et les réglages « reseau.ca » et {certificat}.",
    ],
  ],
];
