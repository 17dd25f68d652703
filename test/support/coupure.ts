// A way to a server that can be cut: as a network that drops packets, it then says nothing and closes nothing.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after } from 'node:test';

export type Coupure = {
  readonly port: number;
  /** Nothing passes any more, in connections that are there and in new ones. */
  readonly couper: () => void;
  /** What comes from now on passes; what was cut is closed. */
  readonly retablir: () => void;
};

const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

export async function ouvrirCoupure(port: number): Promise<Coupure> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (isCut) return;
    const far = keep(connect(port, '127.0.0.1'));
    near.on('data', (chunk) => !isCut && far.write(chunk)).on('close', () => far.destroy());
    far.on('data', (chunk) => !isCut && near.write(chunk)).on('close', () => near.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    couper: () => (isCut = true),
    retablir: () => {
      isCut = false;
      for (const socket of sockets) socket.destroy();
    },
  };
}
