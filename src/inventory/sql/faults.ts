// What the opérateur's own PostgreSQL answers, or does not, in words that say what to do.
import { sansTls } from '../../db/connection-tls.js';
import { TotalTimeout } from '../../db/foreign-select.js';
import { AppError, codeOf, messageOf } from '../../errors.js';
import { tlsFault } from '../../domain/tls-faults.js';
import type { SourceSql } from './ouvrir.js';

/** Host, port and database, without the account. */
export function describeSqlUrl(url: string): string {
  if (!URL.canParse(url)) return 'une adresse illisible';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

export function explainSqlFault(error: unknown, origin: string, sql: SourceSql): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof TotalTimeout)
    return new AppError(
      'SQL_DELAI_TOTAL',
      `${origin} : tout n’a pas été lu en ${sql.totalMs / 1_000} s. Le dernier état en service est gardé ; relevez « totalSecondes », ou allégez la requête.`,
    );
  const code = codeOf(error) ?? 'CONNEXION';
  const tls = tlsFault(code, origin, settingNames, error);
  if (tls) return tls;
  if (messageOf(error).includes('does not support SSL'))
    return new AppError('SQL_SANS_TLS', `${origin} : ${sansTls}`, { cause: error });
  const remedy = remedies.get(code) ?? remedies.get(code.slice(0, 2)) ?? defaultRemedy;
  return new AppError(`SQL_${code}`, `${origin} : ${messageOf(error)}. ${remedy}`, {
    cause: error,
  });
}

const settingNames = {
  adresse: 'url',
  certificat: 'url (sslcert, sslkey)',
  autorite: 'url (sslrootcert)',
  secours: '',
  proxy: null,
};

const defaultRemedy = 'Vérifiez le réglage « url » de la source et l’état du serveur.';

const remedies = new Map([
  ['ECONNREFUSED', 'Rien n’écoute à cette adresse : corrigez « url », ou démarrez le serveur.'],
  ['ENOTFOUND', 'Ce nom de serveur est inconnu : corrigez « url ».'],
  ['28P01', 'Le compte ou le mot de passe de « url » est faux.'],
  [
    '28000',
    'Le serveur refuse ce compte ou exige TLS : ajoutez « ?sslmode=verify-full » à « url ».',
  ],
  ['3D000', 'Cette base n’existe pas : corrigez « url ».'],
  ['25006', 'La requête écrit : elle n’a droit qu’à la lecture.'],
  ['57014', 'La requête est trop longue : relevez « requeteMaxSecondes », ou allégez-la.'],
  ['42501', 'Donnez à ce compte le droit de lire ces tables (grant select).'],
  ['42', 'Corrigez la requête : un seul « select », sans point-virgule au milieu.'],
  ['57', 'Le serveur s’arrête : relancez quand il sera revenu.'],
]);
