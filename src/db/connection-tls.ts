// How a connection to a PostgreSQL is secured: what libpq's `sslmode` asks, under the policy of EX_OPE_5010. `pg` alone would take
// any version and suite, and leave a distant server in clear when the address says nothing.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { createSecureContext, rootCertificates, type ConnectionOptions } from 'node:tls';
import { isLoopback } from '../domain/adresse-reseau.js';
import { tlsCommon, tlsConnecting } from '../domain/tls-policy.js';
import { messageOf, UsageError } from '../errors.js';

export type SecuredUrl = {
  /** Without what concerns TLS. */
  readonly connectionString: string;
  readonly ssl: ConnectionOptions | false;
};

/** Whatever encrypts is verified in full: a server that anybody may play is no protection. */
const verified = new Set(['require', 'verify-ca', 'verify-full']);
const sslParameters = [
  'ssl',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslpassword',
  'uselibpqcompat',
];

/**
 * Read each time a connection is made ready: renewed files are then used.
 *
 * @throws UsageError `DATABASE_TLS` for a mode that protects nothing, or files that cannot be used
 */
export function securedUrl(url: string): SecuredUrl {
  const parsed = parse(url);
  if (!parsed) return { connectionString: url, ssl: false };
  const { searchParams } = parsed;
  const host = (searchParams.get('host') ?? decodeURIComponent(parsed.hostname)).replace(
    /^\[(.*)\]$/u,
    '$1',
  );
  const place = `PostgreSQL ${host || 'localhost'}`;
  const mode = modeOf(parsed, host, place);
  const given = new Map(sslParameters.map((name) => [name, searchParams.get(name) ?? undefined]));
  const ssl = mode === 'disable' ? false : optionsOf(host, place, (name) => given.get(name));
  if (!sslParameters.some((name) => searchParams.has(name))) return { connectionString: url, ssl };
  for (const name of sslParameters) searchParams.delete(name);
  return { connectionString: parsed.href, ssl };
}

/** The files of certificates that an address names, for whoever watches over their end. */
export function certificatesOf(
  url: string,
): { readonly parametre: 'sslrootcert' | 'sslcert'; readonly chemin: string }[] {
  const parsed = parse(url);
  if (!parsed) return [];
  return (['sslrootcert', 'sslcert'] as const).flatMap((parametre) => {
    const chemin = parsed.searchParams.get(parametre);
    return chemin === null || chemin === 'system' ? [] : [{ parametre, chemin }];
  });
}

/** Undefined for what `pg` reads otherwise than as a URL: a local socket. */
function parse(url: string): URL | undefined {
  return URL.canParse(url) && /^postgres(ql)?:/iu.test(url) ? new URL(url) : undefined;
}

function modeOf({ searchParams }: URL, host: string, place: string): 'disable' | 'verify' {
  const mode = searchParams.get('sslmode') ?? fromSsl(searchParams.get('ssl'));
  if (mode === 'disable') return 'disable';
  if (mode !== undefined && !verified.has(mode)) {
    throw new UsageError(
      'DATABASE_TLS',
      `${place} : « sslmode=${mode} » n’assure pas que la connexion est chiffrée, ni que ce serveur est le bon. Mettez ` +
        '« sslmode=verify-full » ou, sur un réseau dont vous répondez, « sslmode=disable » (EX_OPE_5010).',
    );
  }
  if (mode !== undefined) return 'verify';
  const hasFiles = ['sslrootcert', 'sslcert'].some((name) => searchParams.has(name));
  // A path is a socket of this machine; without a host, pg takes localhost.
  return !hasFiles && (host === '' || host.startsWith('/') || isLoopback(host))
    ? 'disable'
    : 'verify';
}

function fromSsl(ssl: string | null): string | undefined {
  if (ssl === null) return undefined;
  if (['true', '1'].includes(ssl)) return 'verify-full';
  return ['false', '0'].includes(ssl) ? 'disable' : ssl;
}

function optionsOf(
  host: string,
  place: string,
  given: (name: string) => string | undefined,
): ConnectionOptions {
  const read = (name: string): string | undefined => readGiven(place, name, given(name));
  const [cert, key, passphrase] = [read('sslcert'), read('sslkey'), given('sslpassword')];
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError(
      'DATABASE_TLS',
      `${place} : sslcert et sslkey vont ensemble, il en manque un.`,
    );
  }
  const authorities = given('sslrootcert') === 'system' ? undefined : read('sslrootcert');
  try {
    assertUsable(authorities, cert, key, passphrase);
    return {
      ...tlsConnecting,
      host,
      ...(isIP(host) === 0 && { servername: host }),
      secureContext: createSecureContext({
        ...tlsCommon,
        ...(authorities !== undefined && { ca: [...rootCertificates, authorities] }),
        ...(cert !== undefined && { cert, key }),
        ...(passphrase !== undefined && { passphrase }),
      }),
    };
  } catch (error) {
    throw new UsageError(
      'DATABASE_TLS',
      `${place} : certificat ou clé inutilisables (sslrootcert, sslcert, sslkey) : ${messageOf(error)}. Donnez des fichiers PEM.`,
      error,
    );
  }
}

/** Node.js takes an empty file for none, and OpenSSL a key of another type than the certificate's; both in silence. */
function assertUsable(
  authorities: string | undefined,
  cert: string | undefined,
  key: string | undefined,
  passphrase: string | undefined,
): void {
  if (authorities !== undefined) new X509Certificate(authorities);
  if (cert === undefined || key === undefined) return;
  const secret = passphrase === undefined ? {} : { passphrase };
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey({ key, ...secret })))
    throw new Error('la clé n’est pas celle du certificat');
}

/** libpq takes a relative path from where it was started: a service is started from anywhere. */
function readGiven(place: string, name: string, path: string | undefined): string | undefined {
  if (path === undefined || path === 'system') return undefined;
  if (!isAbsolute(path)) {
    throw new UsageError(
      'DATABASE_TLS',
      `${place} : ${name} : chemin absolu attendu, et non « ${path} ».`,
    );
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      'DATABASE_TLS',
      `${place} : ${name} : fichier illisible : ${path} (${messageOf(error)}).`,
      error,
    );
  }
}

/** The server's answer « N » to a connection that asks for TLS. */
export const sansTls =
  'ce PostgreSQL ne parle pas TLS, et rien n’est envoyé en clair hors de cette machine (EX_OPE_5010). Activez TLS sur le serveur ' +
  '(ssl = on, ssl_cert_file, ssl_key_file) ou, sur un réseau dont vous répondez, ajoutez « ?sslmode=disable » à l’adresse.';
