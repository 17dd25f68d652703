// Sockets as they are accepted: whom to count them for, and the PROXY header of those that a balancer hands over.
import { createServer, type BlockList, type Server, type Socket } from 'node:net';
import { addressKey, assertStaysHere } from '../../domain/adresse-reseau.js';
import { AppError, messageOf } from '../../errors.js';
import { isInRanges } from './peer-address.js';
import { parseProxyHeader } from './proxy-header.js';
import type { ListenerSettings } from './server-settings.js';

export type Accept = (socket: Socket, address: string, isLdaps: boolean) => void;

export type ListenerOptions = {
  /** Balancers; undefined: no PROXY header is ever read. */
  readonly trusted: BlockList | undefined;
  readonly headerTimeoutMs: number;
  /** Sockets accepted and not yet handed over, at most. */
  readonly waitingMax: number;
};

export class Listener {
  readonly settings: ListenerSettings;
  readonly #options: ListenerOptions;
  readonly #accept: Accept;
  readonly #server: Server;
  readonly #waiting = new Set<Socket>();

  constructor(settings: ListenerSettings, options: ListenerOptions, accept: Accept) {
    this.settings = settings;
    this.#options = options;
    this.#accept = accept;
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#take(socket);
    });
  }

  /** The port that it listens on. Throws AppError, French, when it cannot. */
  async listen(): Promise<number> {
    const { host, port } = this.settings;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => {
        reject(listenFault(this.settings, error));
      });
      this.#server.listen({ host, port, backlog: 1_024 }, () => {
        this.#server.removeAllListeners('error');
        // Out of file descriptors: the next accept may succeed.
        this.#server.on('error', () => undefined);
        resolve();
      });
    });
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) return port;
    // Whoever started it closes every listener of a start that failed.
    if (!this.settings.isLdaps) assertStaysHere(host, address.address);
    return address.port;
  }

  /** Accepts nobody any more; what was accepted stays. */
  close(): void {
    this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
  }

  #take(socket: Socket): void {
    const peer = socket.remoteAddress;
    // Gone already.
    if (peer === undefined) return void socket.destroy();
    const { trusted } = this.#options;
    if (trusted && isInRanges(trusted, peer)) this.#readHeader(socket, peer);
    else this.#accept(socket, addressKey(peer), this.settings.isLdaps);
  }

  /** A balancer that is trusted always sends the header: without it nobody could tell its clients from itself. */
  #readHeader(socket: Socket, peer: string): void {
    if (this.#waiting.size >= this.#options.waitingMax) return void socket.destroy();
    this.#waiting.add(socket);
    let received: Buffer = Buffer.alloc(0);
    const leave = (): void => {
      this.#waiting.delete(socket);
      socket.setTimeout(0).off('data', onData).off('close', leave);
    };
    const onData = (chunk: Buffer): void => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const header = parseProxyHeader(received);
      if (header.kind === 'partial') return;
      leave();
      if (header.kind === 'invalid') return void socket.destroy();
      socket.off('error', ignore).off('timeout', destroy).pause();
      if (received.length > header.length) socket.unshift(received.subarray(header.length));
      this.#accept(socket, addressKey(header.address ?? peer), this.settings.isLdaps);
    };
    socket.on('data', onData).on('close', leave).on('error', ignore);
    socket.setTimeout(this.#options.headerTimeoutMs).on('timeout', destroy);
  }
}

function destroy(this: Socket): void {
  this.destroy();
}

function ignore(): void {
  // 'close' follows.
}

function listenFault({ host, port }: ListenerSettings, error: Error): AppError {
  const code = 'code' in error ? error.code : undefined;
  const place = `${host}:${port}`;
  const remedies: Readonly<Record<string, string>> = {
    EADDRINUSE: `le port ${port} de ${host} est déjà pris. Arrêtez l'autre programme, ou changez « ldap.port » (« ldap.portLdaps »).`,
    EACCES: `le port ${port} demande des droits que ce compte n'a pas (ports inférieurs à 1024). Prenez un autre port, ou donnez cap_net_bind_service au programme.`,
    EADDRNOTAVAIL: `l'adresse ${host} n'est pas une adresse de cette machine. Corrigez « ldap.adresses ».`,
    ENOTFOUND: `l'adresse ${host} est inconnue. Corrigez « ldap.adresses ».`,
  };
  const remedy = (typeof code === 'string' ? remedies[code] : undefined) ?? messageOf(error);
  return new AppError(
    'ECOUTE_IMPOSSIBLE',
    `Le serveur LDAP ne peut pas écouter sur ${place} : ${remedy}`,
    {
      cause: error,
    },
  );
}
