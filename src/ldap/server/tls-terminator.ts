// TLS on sockets that were accepted in clear (StartTLS, LDAPS behind a PROXY header), with certificates that can be replaced.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import {
  createSecureContext,
  createServer,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls';
import { tlsCiphers, tlsCurves, tlsMinVersion } from '../../domain/tls-policy.js';
import { messageOf, UsageError } from '../../errors.js';
import type { TlsFiles } from './server-settings.js';

/**
 * A `tls.Server` that never listens: sockets are handed to it (its documented 'connection' event), and it has what a
 * bare TLSSocket lacks: a handshake timeout, the check of client certificates, `setSecureContext`.
 */
export class TlsTerminator {
  readonly #files: TlsFiles;
  readonly #server: ReturnType<typeof createServer>;
  /** Who waits for the end of a handshake, by the four numbers of its connection. */
  readonly #waiting = new Map<string, (secured: TLSSocket) => void>();

  /** Throws UsageError when the files cannot be used. */
  constructor(files: TlsFiles, handshakeTimeoutMs: number) {
    this.#files = files;
    this.#server = createServer({
      ...readContext(files),
      handshakeTimeout: handshakeTimeoutMs,
      requestCert: files.clientAuthorities.length > 0,
      // Clients without a certificate stay welcome; whether one was valid is asked at the SASL EXTERNAL bind.
      rejectUnauthorized: false,
      sessionIdContext: 'annuaire-sync-ldap',
      noDelay: true,
    });
    this.#server.on('secureConnection', (secured) => {
      const key = keyOf(secured);
      const onSecure = this.#waiting.get(key);
      this.#waiting.delete(key);
      if (onSecure) onSecure(secured);
      else secured.destroy();
    });
    // Node.js leaves one whose time is up as it is; the connection learns it from the closing of its own socket.
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  /**
   * Starts a handshake on `socket`, which must be paused and without listeners for data; what it already gave must
   * have been put back (`unshift`). `onSecure` is called at most once.
   */
  secure(socket: Socket, onSecure: (secured: TLSSocket) => void): void {
    const key = keyOf(socket);
    this.#waiting.set(key, onSecure);
    socket.once('close', () => {
      if (this.#waiting.get(key) === onSecure) this.#waiting.delete(key);
    });
    this.#server.emit('connection', socket);
  }

  /** Reads the files again, for handshakes to come. Throws UsageError and keeps the old ones when they cannot be used. */
  reload(): void {
    this.#server.setSecureContext(readContext(this.#files));
  }
}

function keyOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0} ${socket.localAddress ?? ''} ${socket.localPort ?? 0}`;
}

function readContext(files: TlsFiles): SecureContextOptions {
  const options: SecureContextOptions = {
    minVersion: tlsMinVersion,
    ciphers: tlsCiphers,
    ecdhCurve: tlsCurves,
    dhparam: 'auto',
    honorCipherOrder: true,
    cert: readFile('ldap.tls.certificat', files.certificate),
    key: readFile('ldap.tls.cle', files.key),
    ...(files.passphrase === undefined ? {} : { passphrase: files.passphrase }),
    ...(files.clientAuthorities.length === 0
      ? {}
      : {
          ca: files.clientAuthorities.map((file) => readFile('ldap.tls.autoritesClientes', file)),
        }),
  };
  try {
    assertPair(options, files.passphrase);
    createSecureContext(options);
  } catch (error) {
    throw new UsageError(
      'CERTIFICAT_LDAP_INVALIDE',
      `Certificat ou clé du serveur LDAP inutilisables (${files.certificate}, ${files.key}) : ${messageOf(error)}. ` +
        `Fournissez en PEM le certificat suivi de sa chaîne, et la clé du même certificat.`,
      error,
    );
  }
  return options;
}

/** OpenSSL accepts a key of another type than the certificate's, and no handshake ever succeeds. */
function assertPair(options: SecureContextOptions, passphrase: string | undefined): void {
  const { cert, key } = options;
  if (typeof cert !== 'string' || typeof key !== 'string') return;
  const privateKey = createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) });
  if (!new X509Certificate(cert).checkPrivateKey(privateKey)) {
    throw new Error("la clé n'est pas celle du certificat");
  }
}

function readFile(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      'CERTIFICAT_LDAP_INVALIDE',
      `Réglage « ${setting} » : fichier illisible : ${path} (${messageOf(error)}).`,
      error,
    );
  }
}
