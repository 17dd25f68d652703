// How long one client makes the others wait: longest turns of the server's own thread, in time on the processor, so that
// what else this machine does counts as little as it can. node dist/bench/ldap/fairness.js FOLDER, the folder of a snapshot.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Filter } from '../../src/ldap/protocol/request.js';
import { message, searchRequest } from '../../test/support/ldap-wire.js';
import { serveFolder, type LoopFigures } from './fairness-server.js';
import { baseDn } from './schema-names.js';

/** What a server process tells once it listens. */
type Ready = { readonly port: number };
type Crowd = { readonly label: string; readonly run: (port: number) => Promise<unknown> };

const measureMs = 6_000;

const crowds: readonly Crowd[] = [
  { label: 'seul', run: () => Promise.resolve() },
  { label: '4 copies entières', run: (port) => dump(port, 4) },
  { label: '490 demandes à moitié envoyées (250 Ko)', run: (port) => sendHalves(port, 490) },
  { label: 'filtre large : 1 000 adresses', run: (port) => repeat(port, addresses(1_000)) },
  { label: 'filtre large : 480 morceaux', run: (port) => repeat(port, parts(480)) },
];

const [, program = '', folder = '', role, portText] = process.argv;
if (role === 'serve') await serveFolder(folder);
else if (portText !== undefined) await crowds[Number(role)]?.run(Number(portText));
else await measure(folder, role);

async function measure(place: string, only: string | undefined): Promise<void> {
  for (const [index, { label }] of crowds.entries()) {
    if (!label.includes(only ?? '')) continue;
    const { execArgv } = process;
    const server = fork(program, [place, 'serve'], { execArgv });
    const [{ port }] = (await once(server, 'message')) as [Ready];
    const single = await probe(port, 1_000, server);
    process.stdout.write(`${label}\n`);
    // A process of its own: what it does must not make the probe late.
    const crowd = fork(program, [place, String(index), String(port)], { execArgv });
    const crowded = await probe(port, measureMs, server);
    crowd.kill('SIGKILL');
    process.stdout.write(`  avant   ${single}\n  pendant ${crowded}\n`);
    server.kill();
    await once(server, 'exit');
  }
}

/** Single searches, one after the other, and what the server's thread did meanwhile. */
async function probe(port: number, forMs: number, server: ChildProcess): Promise<string> {
  server.send('reset');
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const waits: number[] = [];
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) {
    const start = performance.now();
    socket.write(message(1, searchRequest({ base: baseDn, filter: addresses(1), sizeLimit: 5 })));
    await once(socket, 'data');
    waits.push(performance.now() - start);
    await delay(2);
  }
  socket.destroy();
  server.send('tell');
  const [figures] = (await once(server, 'message')) as [LoopFigures];
  waits.sort((left, right) => left - right);
  const at = (share: number): string => (waits[Math.floor(waits.length * share)] ?? 0).toFixed(1);
  const { longestMs, gcMs, turns } = figures;
  return (
    `attente p50 ${at(0.5)} p99 ${at(0.99)} max ${at(0.9999)} ms (${waits.length}) ; ` +
    `tours les plus longs, temps processeur : ${longestMs.map((ms) => ms.toFixed(1)).join(' ')} ms sur ${turns} ; ` +
    `ramasse-miettes : ${gcMs.map((ms) => ms.toFixed(1)).join(' ')} ms`
  );
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function dump(port: number, count: number): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: count }, () => open(port)));
  for (const socket of sockets) {
    socket.resume();
    for (let id = 1; id <= 10; id++) socket.write(message(id, searchRequest({ base: baseDn })));
  }
}

async function sendHalves(port: number, count: number): Promise<void> {
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index++) sockets.push(await open(port));
  const half = Buffer.concat([Buffer.from('308303f000', 'hex'), Buffer.alloc(250_000)]);
  for (const socket of sockets) socket.resume().write(half);
}

async function repeat(port: number, filter: Filter): Promise<void> {
  const socket = await open(port);
  const ask = (): boolean =>
    socket.write(message(1, searchRequest({ base: baseDn, filter, sizeLimit: 500 })));
  // The end of the answer is not looked for: an answer is asked for again as long as some come.
  setInterval(ask, 50);
  socket.resume();
}

function addresses(count: number): Filter {
  return {
    kind: 'or',
    filters: Array.from({ length: count }, (_, index) => ({
      kind: 'equality',
      attribute: 'mail',
      value: Buffer.from(`personne.${index}@exemple.mssante.fr`),
    })),
  };
}

function parts(count: number): Filter {
  return {
    kind: 'or',
    filters: Array.from({ length: count }, (_, index) => ({
      kind: 'substrings',
      attribute: 'cn',
      initial: undefined,
      any: [Buffer.from(`a${index % 10}${String.fromCharCode(97 + (index % 26))}`)],
      final: undefined,
    })),
  };
}
