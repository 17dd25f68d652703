// What TLS needs to reach a national server: the policy, the roots, the client certificate.
import { X509Certificate, createHash, createPrivateKey } from 'node:crypto';
import { type SecureContext, createSecureContext, rootCertificates } from 'node:tls';
import { tlsCommon, tlsConnecting } from '../domain/tls-policy.js';
import { UsageError, messageOf } from '../errors.js';
import { splitCertificates } from './pem.js';

export type ClientCertificate =
  | {
      /** PEM, the chain after the certificate. */
      readonly cert: string | Buffer;
      readonly key: string | Buffer;
      readonly passphrase?: string | undefined;
    }
  | { readonly pfx: Buffer; readonly passphrase?: string | undefined };

/** Throws UsageError, naming the setting, when a certificate or key cannot be used. */
export function createTlsContext(
  ca: readonly string[] | undefined,
  clientCertificate: ClientCertificate | undefined,
): SecureContext {
  const key = keyOf(ca, clientCertificate);
  const made = known.get(key) ?? makeContext(ca, clientCertificate);
  known.delete(key);
  known.set(key, made);
  for (const oldest of known.keys()) {
    if (known.size <= knownMax) break;
    known.delete(oldest);
  }
  return made;
}

/**
 * Contexts by what they are made of, the last used at the end: added roots make the public ones be parsed again, a hundred and more
 * each time. A context only holds what it was made of; a file that changed is another key.
 */
const known = new Map<string, SecureContext>();
const knownMax = 16;

/** A digest of every byte, each with its length: nothing of a private key stays in it. */
function keyOf(
  ca: readonly string[] | undefined,
  clientCertificate: ClientCertificate | undefined,
): string {
  const hash = createHash('sha256');
  const parts = Object.entries(withoutUndefined(clientCertificate)).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  for (const [name, part] of [...(ca ?? []).map((pem) => ['ca', pem] as const), ...parts]) {
    hash.update(`${name} ${Buffer.byteLength(part)} `).update(part);
  }
  return hash.digest('base64');
}

function makeContext(
  ca: readonly string[] | undefined,
  clientCertificate: ClientCertificate | undefined,
): SecureContext {
  // Without `ca`, Node.js's own store stays, with what NODE_EXTRA_CA_CERTS added to it.
  const added = (ca ?? []).flatMap(parseCaBundle);
  try {
    if (clientCertificate) assertOwnKey(clientCertificate);
    return createSecureContext({
      ...tlsCommon,
      ...(added.length > 0 ? { ca: [...rootCertificates, ...added] } : {}),
      ...withoutUndefined(clientCertificate),
    });
  } catch (error) {
    throw clientCertificateFault(error);
  }
}

/** What a connection needs besides its context: all of `tls.connect`'s options that the policy has something to say of. */
export function tlsOptions(secureContext: SecureContext): TlsConnection {
  return { ...tlsConnecting, secureContext };
}

export type TlsConnection = typeof tlsConnecting & { readonly secureContext: SecureContext };

/** OpenSSL accepts a key of another type (RSA, EC) than the certificate's, and then sends none. */
function assertOwnKey(certificate: ClientCertificate): void {
  if (!('cert' in certificate)) return;
  const { cert, key, passphrase } = certificate;
  const privateKey = createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) });
  if (!new X509Certificate(cert).checkPrivateKey(privateKey))
    throw new Error('key values mismatch');
}

function withoutUndefined(
  certificate: ClientCertificate | undefined,
): Readonly<Record<string, string | Buffer>> {
  const entries = Object.entries<string | Buffer | undefined>(certificate ?? {});
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

/** Node.js ignores in silence a `ca` that is no certificate. */
function parseCaBundle(pem: string): string[] {
  const blocks = splitCertificates(pem);
  if (blocks.length === 0) {
    throw new UsageError(
      'CA_INVALIDE',
      'Le réglage « reseau.ca » ne contient aucun certificat PEM (« -----BEGIN CERTIFICATE----- »). ' +
        'Un fichier .p7b se convertit par : openssl pkcs7 -inform DER -print_certs -in chaine.p7b -out chaine.pem',
    );
  }
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch (error) {
      throw new UsageError(
        'CA_INVALIDE',
        `Le certificat n° ${index + 1} du réglage « reseau.ca » est illisible : fournissez de nouveau le fichier PEM.`,
        error,
      );
    }
  }
  return blocks;
}

function clientCertificateFault(error: unknown): UsageError {
  const text = messageOf(error);
  return new UsageError('CERTIFICAT_CLIENT_INVALIDE', clientCertificateRemedy(text), error);
}

function clientCertificateRemedy(text: string): string {
  const setting = 'Réglage « tls.certificat »';
  if (/key values mismatch/i.test(text)) {
    return `${setting} : la clé privée n'est pas celle du certificat. Fournissez la paire du même fichier.`;
  }
  if (/unsupported/i.test(text)) {
    return (
      `${setting} : le fichier PKCS#12 est protégé par un algorithme ancien (RC2 ou 3DES). Convertissez-le : ` +
      'openssl pkcs12 -legacy -in ancien.p12 -out tout.pem, puis openssl pkcs12 -export -in tout.pem -out nouveau.p12'
    );
  }
  if (/mac verify|bad decrypt|bad password|interrupted or cancelled|passphrase/i.test(text)) {
    return `${setting} : la phrase secrète est absente ou fausse.`;
  }
  if (/key too small|md too weak/i.test(text)) {
    return `${setting} : clé RSA de moins de 2048 bits, ou signature SHA-1 : trop faible (EX_OPE_5010). Faites refaire ce certificat.`;
  }
  return `${setting} : certificat ou clé illisible (PEM ou PKCS#12 attendu).`;
}
