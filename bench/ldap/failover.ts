// What clients see when one of two nodes is killed: how many of their searches fail, and for how long.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  applicationTag,
  bindRequest,
  message,
  readElement,
  readElements,
  searchRequest,
} from '../../test/support/ldap-wire.js';
import { anyBal } from './probe.js';
import { baseDn } from './schema-names.js';

type Tally = { answers: number; faults: number; lastFaultMs: number; longestMs: number };

/** Half of the clients open a connection for each search, as Thunderbird; half keep theirs, and open another when it is cut. */
export async function measureFailover(
  port: number,
  forMs: number,
  kill: () => void,
  print: (line: string) => void,
): Promise<void> {
  const stop = new AbortController();
  const [brief, lasting] = [newTally(), newTally()];
  // Two and two: the balancer gives connections to one node, then to the other.
  const clients = Array.from({ length: clientsCount }, (_, index) =>
    index % 4 < 2
      ? client(port, 1, brief, stop.signal)
      : client(port, Infinity, lasting, stop.signal),
  );
  await delay(forMs);
  const faultsBefore = brief.faults + lasting.faults;
  const killedMs = performance.now();
  kill();
  await delay(forMs + 3_000);
  stop.abort();
  await Promise.all(clients);
  print(`\nun nœud sur deux tué (-9), ${clientsCount} clients ; fautes avant : ${faultsBefore}`);
  for (const [name, tally] of [
    ['une connexion par recherche', brief],
    ['connexions gardées', lasting],
  ] as const) {
    const cleanMs = tally.lastFaultMs === 0 ? 0 : tally.lastFaultMs - killedMs;
    print(
      `  ${name.padEnd(28)} ${tally.answers} réponses, ${tally.faults} fautes, la dernière ${Math.round(cleanMs)} ms après ; ` +
        `plus longue attente ${Math.round(tally.longestMs)} ms`,
    );
  }
}

async function client(
  port: number,
  searchesMax: number,
  tally: Tally,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    // A connection closed without an error gives no data, and would be waited for as a silent one.
    const closed = new AbortController();
    socket.once('close', () => closed.abort());
    const asking = { socket, closed: closed.signal };
    try {
      await once(socket, 'connect');
      await ask(asking, message(1, bindRequest()), 1);
      for (let done = 0; done < searchesMax; done += 1) {
        if (isStopped(stop)) break;
        const start = performance.now();
        const search = searchRequest({ base: baseDn, sizeLimit: 1, filter: anyBal });
        await ask(asking, message(2, search), 2);
        tally.longestMs = Math.max(tally.longestMs, performance.now() - start);
        tally.answers += 1;
        await delay(2);
      }
    } catch {
      tally.faults += 1;
      tally.lastFaultMs = performance.now();
      await delay(20);
    } finally {
      socket.destroy();
    }
  }
}

/** Asked anew at each turn: what the compiler knows of it is from before the waits. */
function isStopped(stop: AbortSignal): boolean {
  return stop.aborted;
}

type Asking = { readonly socket: Socket; readonly closed: AbortSignal };

/** Until the last message of the answer. */
async function ask({ socket, closed }: Asking, request: Uint8Array, id: number): Promise<void> {
  const signal = AbortSignal.any([closed, AbortSignal.timeout(answerMs)]);
  socket.write(request);
  let received = Buffer.alloc(0);
  for (;;) {
    for (let at = 0; ;) {
      const whole = readElement(received, at);
      if (!whole) break;
      const tag = readElements(received, whole.start, whole.end)[1]?.tag;
      if (tag !== applicationTag.searchResultEntry) {
        if (id === 2 && tag !== applicationTag.searchResultDone) throw new Error('not an answer');
        return;
      }
      at = whole.end;
    }
    const chunk: unknown = (await once(socket, 'data', { signal }))[0];
    if (Buffer.isBuffer(chunk)) received = Buffer.concat([received, chunk]);
  }
}

function newTally(): Tally {
  return { answers: 0, faults: 0, lastFaultMs: 0, longestMs: 0 };
}

const clientsCount = 32;
const answerMs = 5_000;
