// TLS on sockets that were accepted in clear (StartTLS, LDAPS behind a PROXY header), with certificates that can be replaced.
import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { readServedTls, type ServedFiles } from '../../net/served-certificate.js';

/**
 * A `tls.Server` that never listens: sockets are handed to it (its documented 'connection' event), and it has what a
 * bare TLSSocket lacks: a handshake timeout, the check of client certificates, `setSecureContext`.
 */
export class TlsTerminator {
  readonly #files: ServedFiles;
  readonly #server: ReturnType<typeof createServer>;
  /** Who waits for the end of a handshake, by the four numbers of its connection. */
  readonly #waiting = new Map<string, (secured: TLSSocket) => void>();
  /** French sentences about the certificate in service. */
  readonly remarques: readonly string[];

  /** Throws UsageError when the files cannot be used. */
  constructor(files: ServedFiles, handshakeTimeoutMs: number) {
    const { context, remarques } = readServedTls(files, 'ldap');
    this.#files = files;
    this.remarques = remarques;
    this.#server = createServer({
      ...context,
      handshakeTimeout: handshakeTimeoutMs,
      requestCert: context.ca !== undefined,
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
  reload(): readonly string[] {
    const { context, remarques } = readServedTls(this.#files, 'ldap');
    this.#server.setSecureContext(context);
    return remarques;
  }
}

function keyOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0} ${socket.localAddress ?? ''} ${socket.localPort ?? 0}`;
}
