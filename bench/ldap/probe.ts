// Free ports, and the wait until a server answers a search with an entry.
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
import type { Filter } from '../../src/ldap/protocol/request.js';
import { baseDn } from './schema-names.js';

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

/** What is found once a server has its data: a BAL, which the base entry is not. */
export const anyBal: Filter = { kind: 'present', attribute: 'mail' };

/** Milliseconds from now until something is found; `isAlive` tells when waiting is in vain. */
export async function untilFoundMs(
  port: number,
  filter: Filter,
  isAlive: () => boolean,
  patienceMs: number,
): Promise<number> {
  const start = performance.now();
  while (performance.now() - start < patienceMs) {
    if (!isAlive()) throw new Error('the server ended before it answered');
    if (await isFound(port, filter)) return performance.now() - start;
    await delay(10);
  }
  throw new Error(`no answer after ${patienceMs} ms`);
}

async function isFound(port: number, filter: Filter): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    socket.write(message(1, bindRequest()));
    await firstOperation(socket);
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
    const chunk: unknown = (await once(socket, 'data', { signal: AbortSignal.timeout(5_000) }))[0];
    if (Buffer.isBuffer(chunk)) received = Buffer.concat([received, chunk]);
  }
}
