// The certificate of a server of ours, under the policy of EX_OPE_5010: read, checked, and what is to be known of it said.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { tlsRsaSizeMinBits, tlsServing } from '../domain/tls-policy.js';
import { messageOf, UsageError } from '../errors.js';

/** Absolute paths, read again at each reload. */
export type ServedFiles = {
  readonly certificate: string;
  readonly key: string;
  readonly passphrase: string | undefined;
  /** Authorities of client certificates; empty or absent: none is asked for. */
  readonly clientAuthorities?: readonly string[];
};

export type ServedTls = {
  readonly context: SecureContextOptions;
  /** French sentences about what works less well than it should. */
  readonly remarques: readonly string[];
};

/** `section`: of the settings, `web` or `ldap`. Throws UsageError when the files cannot be used. */
export function readServedTls(
  { certificate, key, passphrase, clientAuthorities = [] }: ServedFiles,
  section: 'web' | 'ldap',
): ServedTls {
  const secret = passphrase === undefined ? {} : { passphrase };
  try {
    const cert = readSetting(`${section}.tls.certificat`, certificate);
    const keyText = readSetting(`${section}.tls.cle`, key);
    const leaf = new X509Certificate(cert);
    assertStrong(leaf);
    // OpenSSL accepts a key of another type than the certificate's, and no handshake ever succeeds.
    if (!leaf.checkPrivateKey(createPrivateKey({ key: keyText, ...secret }))) {
      throw new Error('la clé n’est pas celle du certificat');
    }
    const authorities = clientAuthorities.map((file) =>
      readSetting(`${section}.tls.autoritesClientes`, file),
    );
    const context: SecureContextOptions = {
      ...tlsServing,
      cert,
      key: keyText,
      ...secret,
      ...(authorities.length > 0 && { ca: authorities }),
    };
    createSecureContext(context);
    return { context, remarques: remarquesCertificat(leaf) };
  } catch (error) {
    throw new UsageError(
      `CERTIFICAT_${section.toUpperCase()}_INVALIDE`,
      `Certificat ou clé du serveur ${section === 'web' ? 'web' : 'LDAP'} inutilisables (${certificate}, ${key}) : ` +
        `${explain(error)}. Fournissez en PEM le certificat suivi de sa chaîne, et la clé du même certificat (${section}.tls).`,
      error,
    );
  }
}

/** What is no reason to refuse it. */
export function remarquesCertificat({ publicKey }: X509Certificate): string[] {
  const type = publicKey.asymmetricKeyType ?? '';
  if (type.startsWith('rsa')) return [];
  return [
    'Ce certificat n’est pas RSA : les quatre suites que le référentiel permet en TLS 1.2 le sont toutes, et seuls les ' +
      'clients qui parlent TLS 1.3 pourront se connecter. Pour les autres, prenez un certificat RSA (docs/tls.md).',
  ];
}

const curves = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

function assertStrong({ publicKey }: X509Certificate): void {
  const type = publicKey.asymmetricKeyType ?? 'inconnu';
  const { modulusLength = 0, namedCurve = '' } = publicKey.asymmetricKeyDetails ?? {};
  const fault = type.startsWith('rsa')
    ? modulusLength < tlsRsaSizeMinBits &&
      `clé RSA de ${modulusLength} bits, il en faut ${tlsRsaSizeMinBits} au moins`
    : type === 'ec'
      ? !curves.has(namedCurve) && `clé sur la courbe ${namedCurve}, il faut P-256, P-384 ou P-521`
      : type !== 'ed25519' && `clé de type ${type}, il faut RSA (2048 bits au moins)`;
  if (fault !== false) throw new Error(`${fault} (EX_OPE_5010)`);
}

function explain(error: unknown): string {
  const text = messageOf(error);
  if (/md too weak/i.test(text)) return 'signature SHA-1 ou plus faible (EX_OPE_5010)';
  if (/key too small/i.test(text)) return 'une clé de la chaîne est trop courte (EX_OPE_5010)';
  if (/bad decrypt|interrupted or cancelled|passphrase/i.test(text))
    return 'la phrase secrète de la clé est absente ou fausse';
  if (/PEM|no start line|asn1|wrong tag|unsupported/i.test(text))
    return `fichier illisible ou incomplet (${text})`;
  return text;
}

function readSetting(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`réglage « ${setting} » : fichier illisible : ${path} (${messageOf(error)})`, {
      cause: error,
    });
  }
}
