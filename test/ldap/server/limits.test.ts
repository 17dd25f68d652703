// What one address may have: searches a second, connections, time. Whoever has more is told, or closed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectRaw, isNoticeOfDisconnection } from '../../support/ldap-raw-client.js';
import { allowance, baseDn, startServer } from '../../support/ldap-server.js';
import { bindRequest, message } from '../../support/ldap-wire.js';

test('searches beyond the rate of an address are answered busy, and its other requests as ever', async () => {
  const anonymous = { ...allowance, searchesPerSecond: 5 };
  const { port } = await startServer({ access: { anonymous } });
  const client = await connectRaw(port);
  const codes: number[] = [];
  for (let turn = 0; turn < 40; turn++) {
    codes.push((await client.search({ base: baseDn, scope: 0 })).result.code);
  }
  assert.deepEqual(codes.slice(0, 10), Array<number>(10).fill(0));
  assert.ok(codes.includes(51));
  assert.equal((await client.bind()).code, 0);
  await client.drop();
});

test('where nothing is read without an account, the root DSE and the schema are, at the rate of an address', async () => {
  const { port } = await startServer({ access: { anonymous: undefined, discoveriesPerSecond: 5 } });
  for (const base of ['', 'cn=subschema']) {
    const codes: number[] = [];
    for (let turn = 0; turn < 40; turn++) {
      // A connection each: a new one does not count anew.
      const client = await connectRaw(port);
      codes.push((await client.search({ base, scope: 0 })).result.code);
      await client.drop();
    }
    assert.ok(codes.includes(51), codes.join());
    if (base === '') assert.deepEqual(codes.slice(0, 10), Array<number>(10).fill(0));
  }
  const client = await connectRaw(port);
  assert.equal((await client.search({ base: baseDn })).result.code, 53);
  await client.drop();
});

test('connections beyond the limit, of all or of one address, are told so and closed', async () => {
  for (const limits of [{ connectionsMax: 2 }, { connectionsPerAddressMax: 2 }]) {
    const { port } = await startServer({ limits });
    const kept = [await connectRaw(port), await connectRaw(port)];
    for (const client of kept) assert.equal((await client.bind()).code, 0);
    const refused = await connectRaw(port);
    assert.ok(isNoticeOfDisconnection(await refused.next()));
    await refused.closed;
    await kept[0]?.drop();
    await kept[1]?.bind();
    const again = await connectRaw(port);
    assert.equal((await again.bind()).code, 0);
    await Promise.all([again.drop(), kept[1]?.drop()]);
  }
});

test('who says nothing, says half a message or falls silent is told so and closed', async () => {
  const { port } = await startServer({ limits: { firstMessageMs: 120, idleMs: 120 } });
  for (const first of [Buffer.alloc(0), Buffer.from('3005', 'hex'), message(1, bindRequest())]) {
    const client = await connectRaw(port);
    client.write(first);
    const notice = await client.next((answer) => answer.id === 0);
    assert.ok(isNoticeOfDisconnection(notice));
    await client.closed;
  }
});

test('a clock that is set, forward or back, ends no connection and refuses no search', async (t) => {
  const anonymous = { ...allowance, searchesPerSecond: 20, timeMaxMs: 5_000 };
  // Looked at every twenty milliseconds.
  const limits = { firstMessageMs: 80, idleMs: 60_000, writeMs: 60_000 };
  const { port, server } = await startServer({ access: { anonymous }, limits });
  const client = await connectRaw(port);
  await client.bind();
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  for (const year of ['2090', '1990', '2026']) {
    t.mock.timers.setTime(Date.parse(`${year}-11-23T00:00:00Z`));
    const lookedAt = server.nowMs;
    while (server.nowMs === lookedAt) await new Promise(setImmediate);
    for (let turn = 0; turn < 5; turn++) {
      assert.equal((await client.search({ base: baseDn, scope: 0 })).result.code, 0, year);
    }
  }
  await client.drop();
});
