// Why a PostgreSQL cannot be reached or refuses us: in French, without its address or any secret, with the remedy.
import { describeTlsFault } from '../domain/tls-faults.js';
import { codeOf, messageOf } from '../errors.js';
import { sansTls } from './connection-tls.js';

export type ConnectionFault = {
  /** Part of a sentence: may be shown to anybody. */
  readonly cause: string;
  /** A sentence, for the administrator. */
  readonly remedy: string;
};

/** Also for what nobody foresaw: the cause is then PostgreSQL's or the system's own words. */
export function describeConnectionFault(error: unknown): ConnectionFault {
  const code = codeOf(firstOf(error)) ?? '';
  const found = faults[code] ?? faultOfMessage(messageOf(error)) ?? faultOfTls(code, error);
  return (
    found ?? { cause: messageOf(error), remedy: "Vérifiez « database.url » et l'état du serveur." }
  );
}

/** The several addresses of a name make one error that holds the others. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError ? (error.errors[0] as unknown) : error;
}

function faultOfTls(code: string, error: unknown): ConnectionFault | undefined {
  const fault = describeTlsFault(code, tlsSettings, error);
  if (!fault) return undefined;
  const remedy = `${fault.text.charAt(0).toUpperCase()}${fault.text.slice(1)}`;
  return { cause: 'la connexion chiffrée avec elle est refusée', remedy };
}

const tlsSettings = {
  adresse: 'database.url',
  certificat: 'database.url (sslcert, sslkey)',
  autorite: 'database.url (sslrootcert)',
  secours: '',
  proxy: null,
};

function faultOfMessage(message: string): ConnectionFault | undefined {
  return byMessage.find(([pattern]) => pattern.test(message))?.[1];
}

const silent: ConnectionFault = {
  cause: 'elle ne répond pas dans le délai',
  remedy:
    'Vérifiez que la machine du serveur est en marche, le réseau et le pare-feu entre les deux (un paquet jeté ne dit rien).',
};

const unknownName: ConnectionFault = {
  cause: 'le nom de son serveur est inconnu',
  remedy: 'Corrigez le nom du serveur dans « database.url », ou le DNS de cette machine.',
};

const cut: ConnectionFault = {
  cause: 'la connexion a été coupée',
  remedy:
    'Voyez le journal de PostgreSQL : il a été arrêté, ou un équipement coupe les connexions.',
};

const unreachable: ConnectionFault = {
  cause: 'son serveur est injoignable',
  remedy: 'Vérifiez le réseau de cette machine, et l’adresse dans « database.url ».',
};

const starting: ConnectionFault = {
  cause: 'PostgreSQL démarre, s’arrête ou se remet en état',
  remedy: 'Attendez qu’il ait fini : son journal dit où il en est.',
};

const refusedAccount: ConnectionFault = {
  cause: 'elle refuse notre compte ou notre mot de passe',
  remedy: 'Le mot de passe ou le compte est faux : corrigez-le dans « database.url ».',
};

const faults: Readonly<Record<string, ConnectionFault>> = {
  ECONNREFUSED: {
    cause: 'rien ne répond à son adresse',
    remedy: "Rien n'écoute à cette adresse : démarrez PostgreSQL, ou corrigez le port.",
  },
  ENOTFOUND: unknownName,
  EAI_AGAIN: {
    cause: 'le DNS ne répond pas',
    remedy: 'Le DNS de cette machine ne répond pas : vérifiez /etc/resolv.conf et le réseau.',
  },
  ETIMEDOUT: silent,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ECONNRESET: cut,
  EPIPE: cut,
  '57P01': starting,
  '57P02': starting,
  '57P03': starting,
  '28P01': refusedAccount,
  '28000': {
    cause: 'elle refuse notre compte, ou exige TLS',
    remedy:
      'Le serveur refuse ce compte ou exige TLS : voyez son pg_hba.conf, ou ajoutez « ?sslmode=verify-full ».',
  },
  '3D000': {
    cause: 'elle n’existe pas sur son serveur',
    remedy: `Cette base n'existe pas : « create database NOM encoding 'UTF8' template template0 ».`,
  },
  '42501': {
    cause: 'elle refuse à notre compte le droit de s’y connecter',
    remedy: 'Donnez ce droit au compte : « grant connect on database NOM to COMPTE ».',
  },
  '53300': {
    cause: 'elle n’a plus de connexion libre',
    remedy:
      "Le serveur n'a plus de connexion libre : augmentez max_connections, ou baissez « database.poolMax ».",
  },
  CERT_HAS_EXPIRED: {
    cause: 'son certificat a expiré',
    remedy:
      'Le certificat de PostgreSQL a expiré : renouvelez-le (ssl_cert_file), puis « select pg_reload_conf() » ; vérifiez aussi l’heure de cette machine.',
  },
};

const byMessage: readonly (readonly [pattern: RegExp, fault: ConnectionFault])[] = [
  [/timeout expired|timeout exceeded|Query read timeout/, silent],
  [/^Connection terminated/, cut],
  [
    /does not support SSL/,
    {
      cause: 'elle ne parle pas TLS, que « database.url » demande',
      remedy: `${sansTls.charAt(0).toUpperCase()}${sansTls.slice(1)}`,
    },
  ],
  [
    /password must be a string/,
    { ...refusedAccount, remedy: 'Il manque le mot de passe dans « database.url ».' },
  ],
];
