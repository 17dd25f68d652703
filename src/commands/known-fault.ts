// What the machine or the database may refuse at any moment, in words that say what to do.
import { AppError, messageOf } from '../errors.js';

/** The AppError to tell in the place of `error`; undefined for what nobody foresaw. */
export function explainFault(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const fault = databaseFault(code, error) ?? fileFault(code, error);
  return fault && new AppError(fault.code, fault.message, { cause: error });
}

type Fault = { readonly code: string; readonly message: string };

function databaseFault(code: string, error: Error): Fault | undefined {
  if (isLostConnection(code, error)) {
    return {
      code: 'BASE_PERDUE',
      message:
        `La base de données ne répond plus (${messageOf(error)}). Ce qui était en cours est annulé, ` +
        `la dernière version bonne reste en service : relancez la commande ; si cela dure, voyez le journal de PostgreSQL.`,
    };
  }
  const remedy = databaseRemedies[code];
  return remedy === undefined
    ? undefined
    : {
        code: remedy.code,
        message: `${remedy.message} Ce qui était en cours est annulé, la dernière version bonne reste en service. (${messageOf(error)})`,
      };
}

function isLostConnection(code: string, error: Error): boolean {
  if (/^(57P0[1-5]|08\d{3})$/.test(code)) return true;
  if (
    /^Connection terminated|^Client (has encountered|was closed)|timeout exceeded when trying to connect|^Query read timeout|^timeout expired$/.test(
      error.message,
    )
  ) {
    return true;
  }
  // Downloads tell their own network faults: what is left is the database's.
  return /^(E(CONN(RESET|REFUSED|ABORTED)|PIPE|NOTFOUND|AI_AGAIN|TIMEDOUT|HOSTUNREACH|NETUNREACH))$/.test(
    code,
  );
}

const refusedBase = {
  code: 'BASE_REFUSEE',
  message:
    'Le serveur PostgreSQL refuse désormais notre compte, ou la base n’existe plus : vérifiez le compte, le mot de passe et la ' +
    'base de « database.url » (« annuaire-sync status » dit lequel manque).',
};

const brokenDisk = {
  code: 'BASE_ABIMEE',
  message:
    'PostgreSQL ne peut plus lire ses propres fichiers : vérifiez le disque du serveur et son journal, puis restaurez la dernière sauvegarde s’ils sont abîmés.',
};

const databaseRemedies: Readonly<Record<string, Fault>> = {
  '53100': {
    code: 'DISQUE_PLEIN',
    message: 'Le disque de la base de données est plein : libérez de la place, puis relancez.',
  },
  '53200': {
    code: 'MEMOIRE_INSUFFISANTE',
    message: 'La base de données manque de mémoire : libérez-en, puis relancez.',
  },
  '53300': {
    code: 'CONNEXIONS_EPUISEES',
    message:
      "Le serveur n'a plus de connexion libre : augmentez max_connections, ou baissez « database.poolMax ».",
  },
  '55P03': {
    code: 'BASE_OCCUPEE',
    message:
      'Un autre traitement (« push », « plan », une sauvegarde) tient les opérations depuis trop longtemps : ' +
      'attendez sa fin, puis relancez. S’il n’en reste aucun, pg_stat_activity dit quelle connexion les tient.',
  },
  '57014': {
    code: 'REQUETE_TROP_LONGUE',
    message:
      'Une requête a dépassé la durée permise : augmentez « database.requeteMaxSecondes », ou voyez ce qui occupe le serveur.',
  },
  '42501': {
    code: 'DROITS_INSUFFISANTS',
    message: "Le compte de « database.url » n'a pas les droits nécessaires sur la base.",
  },
  '25006': {
    code: 'BASE_EN_LECTURE_SEULE',
    message:
      'La base de données n’accepte plus d’écriture (réplica, ou default_transaction_read_only) : indiquez le serveur principal dans « database.url ».',
  },
  '28P01': refusedBase,
  '28000': refusedBase,
  '3D000': refusedBase,
  '58030': brokenDisk,
  '58P01': brokenDisk,
  XX001: brokenDisk,
  XX002: brokenDisk,
};

function fileFault(code: string, error: Error): Fault | undefined {
  const remedy = fileRemedies[code];
  if (remedy === undefined) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? `${error.path} : ` : '';
  return { code: remedy.code, message: `${path}${remedy.message}` };
}

const unwritable = {
  code: 'ACCES_REFUSE',
  message:
    'accès refusé. Donnez les droits au compte qui lance le programme, ou indiquez un autre dossier.',
};
const wrongPlace = {
  code: 'CHEMIN_INUTILISABLE',
  message: "ce chemin n'existe pas ou n'est pas un dossier utilisable. Vérifiez-le.",
};
const full = {
  code: 'DISQUE_PLEIN',
  message: 'le disque est plein (ou le quota atteint). Libérez de la place, puis relancez.',
};

const fileRemedies: Readonly<Record<string, Fault>> = {
  EACCES: unwritable,
  EPERM: unwritable,
  EROFS: {
    code: 'ACCES_REFUSE',
    message: 'ce disque est en lecture seule. Indiquez un autre dossier.',
  },
  ENOENT: wrongPlace,
  ENOTDIR: wrongPlace,
  EEXIST: wrongPlace,
  EISDIR: wrongPlace,
  ENAMETOOLONG: { code: 'CHEMIN_INUTILISABLE', message: 'ce chemin est trop long.' },
  ENOSPC: full,
  EDQUOT: full,
  EMFILE: {
    code: 'FICHIERS_OUVERTS',
    message: 'trop de fichiers ouverts : augmentez la limite du compte (ulimit -n), puis relancez.',
  },
  EIO: {
    code: 'DISQUE_DEFAILLANT',
    message: 'erreur de lecture ou d’écriture du disque. Vérifiez-le avant de relancer.',
  },
};
