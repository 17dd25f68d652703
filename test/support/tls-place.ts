// A server whose TLS is as the test says, whatever the protocol begins with; it says which handshakes were completed, and hangs up.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { TestContext } from 'node:test';

/** What is said in clear before the handshake. */
export type Preamble = 'none' | 'smtp' | 'ldap' | 'postgresql';

export type TlsPlace = {
  readonly port: number;
  /** Suites of the handshakes completed. */
  readonly done: readonly string[];
};

export async function tlsPlace(
  t: TestContext,
  options: TlsOptions,
  preamble: Preamble = 'none',
): Promise<TlsPlace> {
  const done: string[] = [];
  const sockets = new Set<Socket>();
  const tls = createTlsServer(options, (secured) => {
    done.push(secured.getCipher().name);
    secured.on('error', () => undefined);
    secured.destroy();
  });
  tls.on('tlsClientError', (_error, socket) => socket.destroy());
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    preambles[preamble](socket, () => {
      socket.removeAllListeners('data');
      socket.pause();
      tls.emit('connection', socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, done };
}

const preambles: Readonly<Record<Preamble, (socket: Socket, secure: () => void) => void>> = {
  none: (_socket, secure) => secure(),
  smtp: (socket, secure) => {
    socket.write('220 essai ESMTP\r\n');
    socket.on('data', (chunk) => {
      if (/^STARTTLS/iu.test(chunk.toString())) {
        socket.write('220 allez-y\r\n');
        secure();
      } else socket.write('250-essai\r\n250 STARTTLS\r\n');
    });
  },
  // The extended response of success, to the messageID of one byte that the request has.
  ldap: (socket, secure) => {
    socket.once('data', (chunk) => {
      const id = (chunk[4] ?? 1).toString(16).padStart(2, '0');
      socket.write(Buffer.from(`300c0201${id}78070a010004000400`, 'hex'));
      secure();
    });
  },
  postgresql: (socket, secure) => {
    socket.once('data', () => {
      socket.write('S');
      secure();
    });
  },
};
