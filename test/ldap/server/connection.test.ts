// One client must not cost another anything: bytes in any pieces, readers that stop, floods, faults, limits.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { connectRaw, isNoticeOfDisconnection } from '../../support/ldap-raw-client.js';
import { baseDn, leftUntil, snapshotOf, startServer } from '../../support/ldap-server.js';
import {
  abandonRequest,
  bindRequest,
  extendedRequest,
  integer,
  message,
  searchRequest,
  sequence,
} from '../../support/ldap-wire.js';

const find = (cn: string): Buffer =>
  searchRequest({
    base: baseDn,
    filter: { kind: 'equality', attribute: 'cn', value: Buffer.from(cn) },
  });
const dump = searchRequest({ base: baseDn });
const cancel = (id: number): Buffer => extendedRequest('1.3.6.1.1.8', sequence(integer(id)));

test('requests are answered the same in one piece, in two at every place, and byte by byte', async () => {
  const { port } = await startServer();
  const bytes = Buffer.concat([
    message(1, bindRequest()),
    message(2, find('nom 3')),
    message(3, find('nom 19')),
  ]);
  const cuts = Array.from({ length: bytes.length }, (_, at) => [at]);
  for (const cut of [[0], ...cuts, bytes.map((_, at) => at)]) {
    const client = await connectRaw(port);
    let from = 0;
    for (const to of [...cut, bytes.length]) {
      if (to === from) continue;
      client.socket.write(bytes.subarray(from, to));
      from = to;
      // The piece has left before the next is written.
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal((await client.result(1)).code, 0);
    for (const [id, entry] of [
      [2, `mail=n3@x.mssante.fr,${baseDn}`],
      [3, `mail=n19@x.mssante.fr,${baseDn}`],
    ] as const) {
      const { entries, result } = await client.collect(id);
      assert.deepEqual([result.code, entries.map(({ dn }) => dn)], [0, [entry]]);
    }
    await client.drop();
  }
});

test('a thousand requests in one write are all answered, in order, in few writes', async () => {
  const { port } = await startServer();
  const client = await connectRaw(port);
  let chunks = 0;
  client.socket.on('data', () => (chunks += 1));
  const ids = Array.from({ length: 1_000 }, (_, index) => index + 1);
  client.write(Buffer.concat(ids.map((id) => message(id, find(`nom ${id % 20}`)))));
  for (const id of ids) assert.equal((await client.collect(id)).entries.length, 1);
  assert.ok(chunks < 200, `${chunks} chunks`);
  await client.drop();
});

test('a reader that stops reading costs little, delays nobody, and is cut', async () => {
  const { port, server } = await startServer({ limits: { writeMs: 400 } });
  server.serve(snapshotOf(20_000, 'gros', 1_000));
  const slow = connect({ port, host: '127.0.0.1' });
  slow.on('error', () => undefined);
  await once(slow, 'connect');
  slow.pause();
  const before = process.memoryUsage().arrayBuffers;
  slow.write(Buffer.concat([1, 2, 3, 4, 5].map((id) => message(id, dump))));
  const other = await connectRaw(port);
  assert.equal((await other.search({ base: baseDn, sizeLimit: 5 })).entries.length, 5);
  let most = before;
  // Looked at while answers are written, turn after turn, until it is cut.
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }, 5);
  await leftUntil(server, 1);
  clearInterval(watch);
  // Each dump is 24 MB of answers.
  assert.ok(most - before < 10e6, `${most - before} bytes more`);
  assert.equal((await other.search({ base: baseDn, sizeLimit: 5 })).result.code, 4);
  slow.destroy();
  await other.drop();
});

test('a dump reaches a reader that pauses and goes on, whole', async () => {
  const { port, server } = await startServer();
  server.serve(snapshotOf(20_000, 'gros', 1_000));
  const client = await connectRaw(port);
  const id = client.send(dump);
  client.socket.pause();
  const other = await connectRaw(port);
  await other.bind();
  client.socket.resume();
  assert.equal((await client.collect(id)).entries.length, 20_001);
  await Promise.all([client.drop(), other.drop()]);
});

test('a search is answered while others dump, and the dumps are whole', async () => {
  const { port, server } = await startServer();
  server.serve(snapshotOf(10_000, 'gros', 500));
  const clients = await Promise.all([1, 2, 3].map(() => connectRaw(port)));
  const ids = clients.map((client) => client.send(dump));
  const other = await connectRaw(port);
  for (let turn = 0; turn < 20; turn++) {
    assert.equal((await other.search({ base: baseDn, sizeLimit: 1 })).result.code, 4);
  }
  for (const [index, client] of clients.entries()) {
    assert.equal((await client.collect(ids[index] ?? 0)).entries.length, 10_001);
    await client.drop();
  }
  await other.drop();
});

test('a cancelled dump ends with 118, an abandoned one without a word', async () => {
  const { port, server } = await startServer();
  server.serve(snapshotOf(20_000, 'gros', 1_000));
  const client = await connectRaw(port);
  const cancelled = client.send(dump);
  await client.next();
  const cancelId = client.send(cancel(cancelled));
  assert.equal((await client.result(cancelId)).code, 0);
  const { entries, result } = await client.collect(cancelled);
  assert.equal(result.code, 118);
  assert.ok(entries.length < 20_000, `${entries.length} entries`);
  const abandoned = client.send(dump);
  await client.next();
  client.send(abandonRequest(abandoned));
  const after = client.send(cancel(abandoned));
  assert.equal((await client.result(after)).code, 119);
  await client.drop();
});

test('a bind stops what was asked before it', async () => {
  const { port, server } = await startServer();
  server.serve(snapshotOf(20_000, 'gros', 1_000));
  const client = await connectRaw(port);
  const id = client.send(dump);
  await client.next();
  assert.equal((await client.bind()).code, 0);
  assert.equal((await client.ask(cancel(id))).code, 119);
  await client.drop();
});

test('two requests of the same message ID at once end the connection', async () => {
  const { port, server } = await startServer();
  server.serve(snapshotOf(20_000, 'gros', 1_000));
  const client = await connectRaw(port);
  client.write(Buffer.concat([message(7, dump), message(7, dump)]));
  const notice = await client.next((answer) => answer.id === 0);
  assert.ok(isNoticeOfDisconnection(notice));
  await client.closed;
});

test('too many operations at once are answered busy', async () => {
  const { port, server } = await startServer({ limits: { pendingMax: 2 } });
  server.serve(snapshotOf(20_000, 'gros', 1_000));
  const client = await connectRaw(port);
  const ids = [1, 2, 3].map(() => client.send(dump));
  const codes = await Promise.all(ids.map(async (id) => (await client.result(id)).code));
  assert.deepEqual(codes, [0, 0, 51]);
  await client.drop();
});

test('while messages wait for a turn, no more of them are read', async () => {
  const { server, port } = await startServer();
  // As on a server where others take all turns.
  server.scheduler.runOnArrival = () => false;
  server.scheduler.add = () => undefined;
  const client = await connectRaw(port);
  const request = message(1, searchRequest({ base: baseDn }));
  client.write(Buffer.concat(Array<Buffer>(200_000).fill(request)));
  while (server.bufferMemory.bytes === 0) await new Promise(setImmediate);
  for (let look = 0; look < 500; look++) await new Promise(setImmediate);
  assert.ok(server.bufferMemory.bytes <= 256 * 1024, `${server.bufferMemory.bytes} bytes`);
  await client.drop();
});

test('an unforeseen fault ends its connection alone, and is told once', async () => {
  const { port, server, lines } = await startServer();
  const other = await connectRaw(port);
  await other.bind();
  const { served } = server;
  const broken = {
    ...served.directory,
    get subschema(): never {
      throw new Error('panne inventée');
    },
  };
  server.served = { ...served, directory: broken };
  const client = await connectRaw(port);
  client.send(dump);
  const notice = await client.next();
  assert.ok(isNoticeOfDisconnection(notice));
  await client.closed;
  server.served = served;
  assert.equal((await other.search({ base: baseDn, scope: 0 })).result.code, 0);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /connexion 2, fermée[^]*panne inventée/u);
  await other.drop();
});

test('a stop lets a dump end and says goodbye to those who wait', async () => {
  const { port, server } = await startServer();
  server.serve(snapshotOf(5_000, 'gros', 1_000));
  const [idle, busy] = [await connectRaw(port), await connectRaw(port)];
  await idle.bind();
  const id = busy.send(dump);
  await busy.next();
  const stopped = server.stop(5_000);
  const notice = await idle.next();
  assert.ok(isNoticeOfDisconnection(notice));
  assert.equal(notice?.kind === 'result' && notice.code, 52);
  // One entry was taken above.
  assert.equal((await busy.collect(id)).entries.length, 5_000);
  await Promise.all([stopped, idle.closed, busy.closed]);
  assert.equal(server.connectionCount, 0);
});
