// The certificate of the web server, under the policy of EX_OPE_5010.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { tlsCiphers, tlsCurves, tlsMinVersion } from '../domain/tls-policy.js';
import { messageOf, UsageError } from '../errors.js';
import type { TlsFiles } from './server-settings.js';

/** Throws UsageError when the files cannot be used. */
export function readSecureContext({
  certificate,
  key,
  passphrase,
}: TlsFiles): SecureContextOptions {
  const secret = passphrase === undefined ? {} : { passphrase };
  try {
    const cert = readFileSync(certificate, 'utf8');
    const keyText = readFileSync(key, 'utf8');
    // OpenSSL accepts a key of another type than the certificate's, and no handshake ever succeeds.
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey({ key: keyText, ...secret }))) {
      throw new Error('la clé n’est pas celle du certificat');
    }
    const context: SecureContextOptions = {
      minVersion: tlsMinVersion,
      ciphers: tlsCiphers,
      ecdhCurve: tlsCurves,
      dhparam: 'auto',
      honorCipherOrder: true,
      cert,
      key: keyText,
      ...secret,
    };
    createSecureContext(context);
    return context;
  } catch (error) {
    throw new UsageError(
      'CERTIFICAT_WEB_INVALIDE',
      `Certificat ou clé du serveur web inutilisables (${certificate}, ${key}) : ${messageOf(error)}. ` +
        `Fournissez en PEM le certificat suivi de sa chaîne, et la clé du même certificat (web.tls).`,
      error,
    );
  }
}
