// What searches hold from one slice to the next: shared where it can be, bounded, and given back however they end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Filter } from '../../../src/ldap/protocol/request.js';
import { scratchPool } from '../../../src/ldap/search/scratch.js';
import { connectRaw, type RawClient } from '../../support/ldap-raw-client.js';
import {
  baseDn,
  leftUntil,
  snapshotOf,
  startServer,
  type RunningServer,
} from '../../support/ldap-server.js';
import {
  abandonRequest,
  extendedRequest,
  integer,
  message,
  octets,
  searchRequest,
  sequence,
  tlv,
  type WireControl,
} from '../../support/ldap-wire.js';

const whoAmI = extendedRequest('1.3.6.1.4.1.4203.1.11.3');

const many: Filter = {
  kind: 'or',
  filters: Array.from({ length: 300 }, (_, i) => ({
    kind: 'substrings',
    attribute: 'cn',
    initial: undefined,
    any: [Buffer.from(`a${i}b`)],
    final: Buffer.from('nom'),
  })),
};
const absent: Filter = { kind: 'not', filter: { kind: 'present', attribute: 'mail' } };

/** Looks at every entry three hundred times and finds none: some hundred slices. */
const slow = searchRequest({
  base: baseDn,
  scope: 1,
  filter: { kind: 'and', filters: [{ kind: 'not', filter: many }, absent] },
});

async function startSlow(limits = {}): Promise<RunningServer> {
  const running = await startServer({ limits });
  running.server.serve(snapshotOf(20_000, 'gros', 10));
  return running;
}

/** Message IDs of searches that are in the middle of their work. */
async function sendSlow(client: RawClient, count = 3): Promise<number[]> {
  const ids = Array.from({ length: count }, () => client.send(slow));
  await client.ask(whoAmI);
  return ids;
}

type End = readonly [name: string, end: (client: RawClient, ids: number[]) => Promise<unknown>];

const ends: readonly End[] = [
  [
    'abandoned',
    async (client, ids) => {
      for (const id of ids) client.send(abandonRequest(id));
      await client.ask(whoAmI);
    },
  ],
  [
    'cancelled',
    (client, ids) =>
      Promise.all(
        ids.map((id) => client.ask(extendedRequest('1.3.6.1.1.8', sequence(integer(id))))),
      ),
  ],
  ['stopped by a bind', (client) => client.bind()],
  ['done', (client, ids) => Promise.all(ids.map((id) => client.result(id)))],
];

for (const [name, end] of ends) {
  test(`a search gives its memory back when it is ${name}`, async () => {
    const { port, server } = await startSlow();
    const client = await connectRaw(port);
    const ids = await sendSlow(client);
    assert.equal(scratchPool.borrowedCount, ids.length);
    assert.ok(server.searchMemory.bytes >= ids.length * 20_000, `${server.searchMemory.bytes}`);
    await end(client, ids);
    assert.equal(scratchPool.borrowedCount, 0);
    assert.equal(server.searchMemory.bytes, 0);
    await client.drop();
  });
}

test('a search gives its memory back when its client has gone, or is thrown out', async () => {
  const { port, server } = await startSlow();
  for (const leave of [
    (client: RawClient) => client.socket.resetAndDestroy(),
    (client: RawClient) => client.write(Buffer.from('3000', 'hex')),
  ]) {
    const client = await connectRaw(port);
    await sendSlow(client);
    assert.equal(scratchPool.borrowedCount, 3);
    const left = leftUntil(server, 0);
    leave(client);
    await left;
    assert.equal(scratchPool.borrowedCount, 0);
    assert.equal(server.searchMemory.bytes, 0);
  }
});

test('a client that has gone is seen to have, though its messages wait or it does not read', async () => {
  const limits = { writeMs: 60_000, idleMs: 60_000, firstMessageMs: 60_000 };
  const { port, server } = await startServer({ limits });
  server.serve(snapshotOf(20_000, 'gros', 1_000));
  const leave = [
    (client: RawClient) => client.socket.resetAndDestroy(),
    // Behind something else, as an unbind is, that waits too.
    (client: RawClient) => client.socket.end(message(9, abandonRequest(8))),
  ];
  for (const go of leave) {
    const client = await connectRaw(port);
    client.socket.pause();
    client.send(searchRequest({ base: baseDn }));
    // Until an answer waits for it to read.
    while (server.bufferMemory.bytes === 0) await new Promise(setImmediate);
    go(client);
    while (server.searchMemory.bytes > 0) await new Promise(setImmediate);
    client.socket.destroy();
  }
  await leftUntil(server, 0);
  // As on a server where others take all turns.
  server.scheduler.runOnArrival = () => false;
  server.scheduler.add = () => undefined;
  for (const go of leave) {
    const client = await connectRaw(port);
    client.send(slow);
    while (server.bufferMemory.bytes === 0) await new Promise(setImmediate);
    const left = leftUntil(server, 0);
    go(client);
    await left;
    assert.equal(server.bufferMemory.bytes, 0);
  }
});

test('searches that there is no memory for are answered busy, the others as ever', async () => {
  const one = await startSlow();
  const first = await connectRaw(one.port);
  await sendSlow(first, 1);
  const bytesOfOne = one.server.searchMemory.bytes;
  await first.drop();
  const { port, server } = await startSlow({ searchBytesMax: bytesOfOne * 2.5 });
  const client = await connectRaw(port);
  const ids = await sendSlow(client, 5);
  const codes = await Promise.all(ids.map(async (id) => (await client.result(id)).code));
  assert.deepEqual(codes.toSorted(), [0, 0, 51, 51, 51]);
  assert.equal(server.searchMemory.bytes, 0);
  assert.equal((await client.search({ base: baseDn, scope: 0 })).result.code, 0);
  await client.drop();
});

const byName: WireControl = {
  type: '1.2.840.113556.1.4.473',
  value: sequence(sequence(octets('cn'), tlv(0x81, Buffer.from('ff', 'hex')))),
};
const viewAt = (offset: number): WireControl => ({
  type: '2.16.840.1.113730.3.4.9',
  isCritical: true,
  value: sequence(integer(0), integer(1), tlv(0xa0, integer(offset), integer(0))),
});

test('views of one list, on any connection, sort it once; another snapshot sorts anew', async () => {
  const { port, server } = await startServer({}, 30_000);
  const search = { base: baseDn, scope: 1 };
  const seen: string[][] = [];
  for (const offset of [1, 2, 29_999]) {
    const client = await connectRaw(port);
    const { entries, result } = await client.search(search, [byName, viewAt(offset)]);
    assert.equal(result.code, 0);
    seen.push(entries.map(({ dn }) => dn));
    assert.equal(server.sortedLists.count, 1);
    await client.drop();
  }
  const dn = (index: number): string => `mail=n${index}@x.mssante.fr,${baseDn}`;
  assert.deepEqual(seen, [
    [dn(9_999), dn(9_998)],
    [dn(9_998), dn(9_997)],
    [dn(1), dn(0)],
  ]);
  const client = await connectRaw(port);
  await client.search({ ...search, scope: 2 }, [byName, viewAt(1)]);
  assert.equal(server.sortedLists.count, 2);
  server.serve(snapshotOf(3, 'autre'));
  assert.equal(server.sortedLists.count, 0);
  const { entries } = await client.search(search, [byName, viewAt(1)]);
  assert.deepEqual(
    entries.map(({ dn }) => dn),
    [dn(2), dn(1)],
  );
  assert.equal(server.sortedLists.count, 1);
  await client.drop();
});
