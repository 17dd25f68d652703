// TLS says in OpenSSL's words what an administrator can settle in a setting.
import { AppError, messageOf } from '../errors.js';

/** undefined when `code` is not one of TLS. Trying again would change nothing: none is transient. */
export function tlsFault(
  code: string,
  where: string,
  settings: SettingNames,
  cause: unknown,
): AppError | undefined {
  const fault = describeTlsFault(code, settings, cause);
  return fault && new AppError(fault.code, `${where} : ${fault.text}`, { cause });
}

/** `text`: begins in lower case, ends with a full stop. */
export function describeTlsFault(
  code: string,
  settings: SettingNames,
  cause: unknown,
): { readonly code: string; readonly text: string } | undefined {
  const fault =
    namedFaults.get(code) ?? weakFault(code, cause) ?? alertFault(reasonOf(code, cause));
  if (!fault) return undefined;
  const { adresse, certificat, secours, autorite = 'reseau.ca', proxy = 'reseau.proxy' } = settings;
  const text = fault[1]
    .replaceAll('{adresse}', `« ${adresse} »`)
    .replaceAll('{certificat}', `« ${certificat} »`)
    .replaceAll('{autorite}', `« ${autorite} »`)
    .replaceAll('{ et proxy}', proxy === null ? '' : ` et « ${proxy} »`)
    .replaceAll('{secours}', secours);
  return { code: fault[0], text };
}

/** What the caller's settings are called, for the messages. */
export type SettingNames = {
  readonly adresse: string;
  readonly certificat: string;
  /** Another way, « ou … »; empty when there is none. */
  readonly secours: string;
  /** Where its authority is given; `reseau.ca` unless said. */
  readonly autorite?: string;
  /** `reseau.proxy` unless said; null for what goes through none. */
  readonly proxy?: string | null;
};

type Fault = readonly [ownCode: string, remedy: string];

const unknownCa: Fault = [
  'TLS_AC_INCONNUE',
  'le certificat du serveur est signé par une autorité inconnue, ou le serveur n’envoie pas sa chaîne entière. ' +
    "S'il s'agit de l'IGC-Santé, ajoutez sa chaîne (PEM) au réglage {autorite} ; elle est publiée sur " +
    'http://igc-sante.esante.gouv.fr. Sinon, un équipement intercepte peut-être la connexion.',
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

/** On a socket that was in clear before, Node.js gives OpenSSL's reason in the message alone: « …:tlsv1 alert protocol version:… ». */
function reasonOf(code: string, error: unknown): string {
  const reason = /SSL routines:[^:]*:([^:]+):/u.exec(messageOf(error))?.[1];
  return code === 'EPROTO' && reason !== undefined
    ? `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`
    : code;
}

/** Of OpenSSL's level 2; Node.js has a word for none of them. */
const weakChain: Fault = [
  'TLS_CERTIFICAT_FAIBLE',
  'le certificat du serveur, ou celui d’une autorité de sa chaîne, a une clé RSA de moins de 2048 bits ou une signature SHA-1 ' +
    '(EX_OPE_5010). Demandez au serveur un certificat plus fort ; aucun réglage ne permet d’abaisser ce niveau.',
];

function weakFault(code: string, error: unknown): Fault | undefined {
  if (code !== 'UNSPECIFIED') return undefined;
  const inner = error instanceof Error ? messageOf(error.cause) : '';
  return /too weak|too small/iu.test(`${messageOf(error)} ${inner}`) ? weakChain : undefined;
}

const weakDh: Fault = [
  'TLS_VERSION',
  'le serveur propose un échange Diffie-Hellman de moins de 2048 bits, refusé (EX_OPE_5010). Demandez-lui des paramètres plus ' +
    'grands, ou ECDHE ; aucun réglage ne permet d’abaisser ce niveau.',
];

const weakExchange: Fault = [
  'TLS_VERSION',
  'le serveur propose une courbe ou une signature que l’exigence EX_OPE_5010 ne permet pas (courbes X25519, P-256, P-384, P-521 ; ' +
    'SHA-256 au moins). Demandez-lui de se mettre à niveau ; aucun réglage ne permet d’abaisser le nôtre.',
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
      "le certificat présenté n'est pas celui de ce serveur. Vérifiez le réglage {adresse} (nom exact){ et proxy}.",
    ],
  ],
  ['CERT_REVOKED', ['TLS_CERTIFICAT_REVOQUE', 'le certificat du serveur a été révoqué.']],
  ['ERR_TLS_DH_PARAM_SIZE', weakDh],
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
  [/DH_KEY_TOO_SMALL/, weakDh],
  [/EE_KEY_TOO_SMALL|CA_KEY_TOO_SMALL|MD_TOO_WEAK/, weakChain],
  [
    /WRONG_CURVE|ELLIPTIC_CURVE|WRONG_SIGNATURE|UNSUITABLE_SIGNATURE|SIGNATURE_ALGORITHM/,
    weakExchange,
  ],
  [
    /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_CIPHERS|INSUFFICIENT_SECURITY|UNSAFE_LEGACY|WRONG_CIPHER/,
    tooOld,
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/,
    [
      'TLS_ABSENT',
      "le serveur ne parle pas TLS sur ce port. Vérifiez l'adresse et le port{ et proxy}.",
    ],
  ],
  [
    /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_)|^EPROTO$/,
    [
      'TLS_ECHEC',
      "la connexion chiffrée a échoué. Vérifiez l'adresse et les réglages {autorite} et {certificat}.",
    ],
  ],
];
