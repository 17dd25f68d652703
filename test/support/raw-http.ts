// Bytes on a connection, well-formed or not, and what comes back until the server closes it.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Everything that the server answered, once it has closed: by itself, as a client that closes its side first gets nothing. */
export async function exchange(url: string, text: string): Promise<string> {
  const { socket, received } = await open(url);
  socket.write(text, 'latin1');
  return received;
}

/** One byte more each time, for as long as the server bears it: an attacker who holds a connection for nothing. */
export async function drip(url: string, beginning: string, everyMs: number): Promise<string> {
  const { socket, received } = await open(url);
  socket.write(beginning, 'latin1');
  const timer = setInterval(() => socket.write('a'), everyMs);
  return received.finally(() => clearInterval(timer));
}

export type Opened = { readonly socket: Socket; readonly received: Promise<string> };

export async function open(url: string): Promise<Opened> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let text = '';
  const received = new Promise<string>((resolve) => {
    socket
      .on('data', (chunk) => (text += chunk.toString('latin1')))
      // Closed on what we were still writing.
      .on('error', () => undefined)
      .on('close', () => resolve(text));
  });
  await once(socket, 'connect');
  return { socket, received };
}

/** The status of each answer that a connection got. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /gu)].map(([, status]) => Number(status));
}
