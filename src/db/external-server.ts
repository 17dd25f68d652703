// The administrator's own PostgreSQL: checked before use, so that what is wrong is said once and plainly.
import pg from 'pg';
import { AppError, messageOf, UsageError } from '../errors.js';
import { describeConnectionFault } from './connection-fault.js';
import { securedUrl } from './connection-tls.js';
import { isTransientFault } from './transient-fault.js';

export type ExternalServer = { readonly version: string; readonly place: string };

/** Checks that `url` leads to a UTF-8 database of a PostgreSQL that we support. */
export async function checkExternalServer(url: string): Promise<ExternalServer> {
  const place = describeUrl(url);
  const client = new pg.Client({
    ...securedUrl(url),
    application_name: 'annuaire-sante-sync',
    connectionTimeoutMillis: connectTimeoutMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<ServerRow>(
      `select current_setting('server_version_num')::integer as number,
         split_part(current_setting('server_version'), ' ', 1) as version,
         current_setting('server_encoding') as encoding`,
    );
    const row = rows[0];
    if (!row) throw new Error('aucune réponse');
    assertSupported(row, place);
    return { version: row.version, place };
  } catch (error) {
    throw error instanceof AppError ? error : explain(error, place);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Host, port and database, without the password. */
function describeUrl(url: string): string {
  try {
    const parsed = new URL(url);
    if (!/^postgres(ql)?:$/.test(parsed.protocol)) throw new Error(`protocole ${parsed.protocol}`);
    const hosts = [parsed.hostname, parsed.searchParams.get('host') ?? '', 'localhost'];
    const host = hosts.find((candidate) => candidate !== '') ?? '';
    const name = decodeURIComponent(parsed.pathname.slice(1)) || '(par défaut)';
    return `la base « ${name} » de ${host}:${parsed.port || '5432'}`;
  } catch (error) {
    throw new UsageError(
      'DATABASE_URL_INVALID',
      `« database.url » n'est pas une adresse PostgreSQL. Forme attendue : ` +
        `postgresql://compte:motdepasse@serveur:5432/base (les caractères spéciaux du mot de passe encodés en %XX).`,
      error,
    );
  }
}

function assertSupported(row: ServerRow, place: string): void {
  if (row.number < versionMin * 10_000) {
    throw new UsageError(
      'DATABASE_TOO_OLD',
      `PostgreSQL ${row.version} (${place}) est trop ancien : il faut la version ${versionMin} ou plus récente.`,
    );
  }
  if (row.encoding !== 'UTF8') {
    throw new UsageError(
      'DATABASE_NOT_UTF8',
      `${place} est en ${row.encoding}, il faut UTF8 : ` +
        `« create database NOM encoding 'UTF8' template template0 ».`,
    );
  }
}

/** A server that is stopped or unreachable may be back a moment later (exit 1); any other fault is one of the settings (exit 2). */
function explain(error: unknown, place: string): AppError {
  const { remedy } = describeConnectionFault(error);
  return new AppError(
    'DATABASE_UNREACHABLE',
    `Connexion impossible à ${place} : ${messageOf(error)}. ${remedy}`,
    { exitCode: isTransientFault(error) ? 1 : 2, cause: error },
  );
}

const versionMin = 14;
const connectTimeoutMs = 15_000;

type ServerRow = { readonly number: number; readonly version: string; readonly encoding: string };
