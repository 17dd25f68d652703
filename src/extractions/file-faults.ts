import { AppError, codeOf, messageOf } from '../errors.js';

/** What the file system refused, in words that say what to do; an AppError passes through. */
export function fileFault(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error;
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new AppError(
        'FICHIER_ABSENT',
        `${path} : ce fichier ou ce dossier n'existe pas. Vérifiez le chemin.`,
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
      return new AppError(
        'FICHIER_ILLISIBLE',
        `${path} : accès refusé. Donnez au compte qui exécute le programme le droit d'y accéder.`,
        { cause: error },
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path, error);
    case undefined:
    default:
      return new AppError(
        'FICHIER_ILLISIBLE',
        `${path} : accès impossible (${messageOf(error)}).`,
        {
          cause: error,
        },
      );
  }
}

function diskFull(path: string, cause: unknown): AppError {
  return new AppError(
    'DISQUE_PLEIN',
    `${path} : le disque est plein (ou le quota atteint) ; le fichier incomplet a été supprimé. ` +
      'Libérez de la place ou choisissez un autre dossier temporaire, puis relancez.',
    { cause },
  );
}

/** « 1,2 Go »: sizes as an administrator reads them. */
export function formatBytes(bytes: number): string {
  const units = ['octets', 'ko', 'Mo', 'Go', 'To'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : 1;
  return `${value.toLocaleString('fr-FR', { maximumFractionDigits: digits })} ${units[unit] ?? ''}`;
}
