// Ports of servers that are told where to listen, and the wait for their first answer.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  applicationTag,
  bindRequest,
  message,
  readElement,
  readElements,
  searchRequest,
} from '../../test/support/ldap-wire.js';
import { baseDn } from './schema-names.js';

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

/** Milliseconds from now until a search is answered; `isAlive` tells when waiting is in vain. */
export async function firstAnswerMs(
  port: number,
  isAlive: () => boolean,
  patienceMs: number,
): Promise<number> {
  const start = performance.now();
  while (performance.now() - start < patienceMs) {
    if (!isAlive()) throw new Error('the server ended before it answered');
    if (await answers(port)) return performance.now() - start;
    await delay(10);
  }
  throw new Error(`no answer after ${patienceMs} ms`);
}

/** True when a BAL comes back: a server that listens before it has its data is not ready. */
async function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    socket.write(message(1, bindRequest()));
    await firstOperation(socket);
    const filter = { kind: 'present', attribute: 'mail' } as const;
    socket.write(message(2, searchRequest({ base: baseDn, sizeLimit: 1, filter })));
    return (await firstOperation(socket)) === applicationTag.searchResultEntry;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Tag of the operation of the next message. */
async function firstOperation(socket: Socket): Promise<number | undefined> {
  let received = Buffer.alloc(0);
  for (;;) {
    const whole = readElement(received, 0);
    if (whole) return readElements(received, whole.start, whole.end)[1]?.tag;
    const [chunk] = (await once(socket, 'data', { signal: AbortSignal.timeout(5_000) })) as [
      unknown,
    ];
    if (Buffer.isBuffer(chunk)) received = Buffer.concat([received, chunk]);
  }
}
