// Messages half received and answers half read, of all connections together: a flood of them ends itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectRaw, isNoticeOfDisconnection } from '../../support/ldap-raw-client.js';
import { baseDn, leftUntil, snapshotOf, startServer } from '../../support/ldap-server.js';
import { message, searchRequest } from '../../support/ldap-wire.js';
import type { LdapServer } from '../../../src/ldap/server/server.js';

const kib = 1024;

/** The most that was ever counted. */
function watchMost({ bufferMemory }: LdapServer): () => number {
  const add = bufferMemory.add.bind(bufferMemory);
  let most = 0;
  bufferMemory.add = (bytes) => {
    add(bytes);
    most = Math.max(most, bufferMemory.bytes);
  };
  return () => most;
}

test('of too many messages half received, the connections that hold most are told busy and closed', async () => {
  const { port, server } = await startServer({ limits: { bufferBytesMax: 1_024 * kib } });
  const most = watchMost(server);
  const small = await connectRaw(port);
  small.write(message(1, searchRequest({ base: baseDn, sizeLimit: 1 })).subarray(0, 20));
  const clients = await Promise.all(Array.from({ length: 40 }, () => connectRaw(port)));
  // Eleven of a hundred thousand bytes do not fit.
  const closed = leftUntil(server, 11);
  const half = Buffer.concat([Buffer.from('3083030000', 'hex'), Buffer.alloc(100_000)]);
  for (const client of clients) client.write(half);
  await closed;
  assert.ok(server.bufferMemory.bytes <= 1_024 * kib, `${server.bufferMemory.bytes} bytes`);
  assert.ok(most() < 2_048 * kib, `${most()} bytes`);
  const notice = await Promise.any(clients.map((client) => client.next()));
  assert.ok(isNoticeOfDisconnection(notice));
  assert.equal(notice?.kind === 'result' && notice.code, 51);
  // The least of them was left in peace.
  small.write(message(1, searchRequest({ base: baseDn, sizeLimit: 1 })).subarray(20));
  assert.equal((await small.collect(1)).result.code, 4);
  const left = leftUntil(server, 0);
  await Promise.all([small, ...clients].map((client) => client.drop()));
  await left;
  assert.equal(server.bufferMemory.bytes, 0);
});

test('what hundreds send at once is read a part at a time, and all of it', async () => {
  const { port, server } = await startServer();
  const clients = await Promise.all(Array.from({ length: 60 }, () => connectRaw(port)));
  const { scheduler } = server;
  const takeBytes = scheduler.takeBytes.bind(scheduler);
  let heldBack = 0;
  scheduler.takeBytes = (count, resume) => {
    // Clients in this very process never send that much between two looks.
    const isTaken = takeBytes(count * 20, resume);
    if (!isTaken) heldBack += 1;
    return isTaken;
  };
  const value = Buffer.alloc(200_000, 'x');
  const filter = { kind: 'equality', attribute: 'description', value } as const;
  const ids = clients.map((client) => client.send(searchRequest({ base: baseDn, filter })));
  for (const [index, client] of clients.entries()) {
    // Too long a value for one filter: read, and refused.
    assert.equal((await client.result(ids[index] ?? 0)).code, 11);
  }
  assert.ok(heldBack > 0, 'none was held back');
  assert.equal((await clients[0]?.bind())?.code, 0);
  await Promise.all(clients.map((client) => client.drop()));
});

test('of too many answers that nobody reads, the connections that hold most are cut', async () => {
  const limits = { bufferBytesMax: 320 * kib, writeMs: 60_000 };
  const { port, server } = await startServer({ limits });
  server.serve(snapshotOf(20_000, 'gros', 1_000));
  const readers = await Promise.all(Array.from({ length: 10 }, () => connectRaw(port)));
  const cut = leftUntil(server, 6);
  for (const reader of readers) {
    reader.socket.pause();
    reader.send(searchRequest({ base: baseDn }));
  }
  await cut;
  assert.ok(server.bufferMemory.bytes <= 320 * kib, `${server.bufferMemory.bytes} bytes`);
  assert.ok(server.connectionCount >= 3, `${server.connectionCount} left`);
  const other = await connectRaw(port);
  assert.equal((await other.search({ base: baseDn, sizeLimit: 5 })).result.code, 4);
  const left = leftUntil(server, 0);
  for (const reader of [...readers, other]) reader.socket.destroy();
  await left;
  assert.deepEqual([server.bufferMemory.bytes, server.searchMemory.bytes], [0, 0]);
});
