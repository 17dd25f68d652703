// Pages, sorting and virtual list views, as clients ask for them on the wire.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  decodePagedResults,
  encodePagedResults,
  type PagedResults,
} from '../../../src/ldap/protocol/control.js';
import type { AnsweredResult } from '../../support/ldap-answer.js';
import { connectRaw, type RawClient } from '../../support/ldap-raw-client.js';
import {
  allowance,
  baseDn,
  snapshotOf,
  startServer,
  type RunningServer,
} from '../../support/ldap-server.js';
import {
  bool,
  integer,
  octets,
  readElements,
  sequence,
  tlv,
  type WireControl,
} from '../../support/ldap-wire.js';

const pagedOid = '1.2.840.113556.1.4.319';
const sortOid = '1.2.840.113556.1.4.473';
const sortedOid = '1.2.840.113556.1.4.474';
const viewOid = '2.16.840.1.113730.3.4.9';
const viewedOid = '2.16.840.1.113730.3.4.10';

let running: RunningServer;
const search = { base: baseDn, scope: 1 };

before(async () => {
  running = await startServer({ access: { anonymous: { ...allowance, sizeMax: 100 } } }, 50);
});

const paged = (size: number, cookie: Buffer = Buffer.alloc(0)): WireControl => ({
  type: pagedOid,
  value: encodePagedResults({ size, cookie }),
});
const sort = (attribute: string, isReverse = false, isCritical = false): WireControl => ({
  type: sortOid,
  isCritical,
  value: sequence(sequence(octets(attribute), ...(isReverse ? [bool(true, 0x81)] : []))),
});
const view = (before: number, after: number, offset: number, count = 0): WireControl => ({
  type: viewOid,
  isCritical: true,
  value: sequence(integer(before), integer(after), tlv(0xa0, integer(offset), integer(count))),
});

function pageOf(result: AnsweredResult): PagedResults {
  const control = result.controls.find(({ type }) => type === pagedOid);
  const page = decodePagedResults(control?.value);
  assert.ok(page, 'no paged results control');
  return page;
}

/** First number of a control's value, ENUMERATED or INTEGER. */
function numbersOf(result: AnsweredResult, oid: string): number[] {
  const value = result.controls.find(({ type }) => type === oid)?.value;
  assert.ok(value, `no control ${oid}`);
  return readElements(value, 2, value.length)
    .filter(({ tag }) => tag === 0x0a || tag === 0x02)
    .map(({ start, end }) => value.readIntBE(start, end - start));
}

async function withClient(work: (client: RawClient) => Promise<void>): Promise<void> {
  const client = await connectRaw(running.port);
  await work(client).finally(() => client.drop());
}

test('pages hold every entry once, the last has an empty cookie', () =>
  withClient(async (client) => {
    const seen = new Set<string>();
    const sizes: number[] = [];
    let cookie: Buffer = Buffer.alloc(0);
    do {
      const { entries, result } = await client.search(search, [paged(20, cookie)]);
      assert.equal(result.code, 0);
      for (const { dn } of entries) seen.add(dn);
      sizes.push(entries.length);
      cookie = pageOf(result).cookie;
    } while (cookie.length > 0);
    assert.deepEqual([sizes, seen.size], [[20, 20, 10], 50]);
  }));

test('a page after a swap is of the snapshot of the first one', () =>
  withClient(async (client) => {
    const first = await client.search(search, [paged(30)]);
    running.server.serve(snapshotOf(3, 'autre'));
    const { cookie } = pageOf(first.result);
    const second = await client.search(search, [paged(30, cookie)]);
    running.server.serve(snapshotOf(50));
    assert.deepEqual([second.result.code, second.entries.length], [0, 20]);
  }));

test('a cookie serves once, for its own search, on its own connection', () =>
  withClient(async (client) => {
    const { result } = await client.search(search, [paged(30)]);
    const { cookie } = pageOf(result);
    const other = await connectRaw(running.port);
    assert.equal((await other.search(search, [paged(30, cookie)])).result.code, 53);
    await other.drop();
    const changed = { ...search, scope: 2 };
    assert.equal((await client.search(changed, [paged(30, cookie)])).result.code, 53);
    assert.equal((await client.search(search, [paged(30, cookie)])).result.code, 0);
    assert.equal((await client.search(search, [paged(30, cookie)])).result.code, 53);
    assert.equal((await client.search(search, [{ type: pagedOid }])).result.code, 2);
  }));

test('sorting puts entries in order, or says why it did not', () =>
  withClient(async (client) => {
    const { entries, result } = await client.search(search, [sort('mail', true)]);
    const dns = entries.map(({ dn }) => dn);
    assert.deepEqual(dns, dns.toSorted().reverse());
    assert.deepEqual([dns.length, numbersOf(result, sortedOid)], [50, [0]]);
    const unsorted = await client.search(search, [sort('undef')]);
    assert.deepEqual([unsorted.result.code, unsorted.entries.length], [0, 50]);
    assert.notDeepEqual(numbersOf(unsorted.result, sortedOid), [0]);
    const refused = await client.search(search, [sort('undef', false, true)]);
    assert.deepEqual([refused.result.code, refused.entries.length], [12, 0]);
  }));

test('a view shows a part of the sorted list, and no more than a search may', () =>
  withClient(async (client) => {
    const { entries, result } = await client.search(search, [sort('mail'), view(1, 2, 10)]);
    assert.equal(result.code, 0);
    assert.equal(entries.length, 4);
    assert.deepEqual(numbersOf(result, viewedOid), [10, 50, 0]);
    const capped = await startServer({ access: { anonymous: { ...allowance, sizeMax: 5 } } }, 50);
    const other = await connectRaw(capped.port);
    const all = await other.search(search, [sort('mail'), view(0, 1_000, 1)]);
    assert.deepEqual([all.result.code, all.entries.length], [0, 5]);
    await other.drop();
  }));

test('a view without a sort is answered 76, with the reason in its control', () =>
  withClient(async (client) => {
    const { result } = await client.search(search, [view(0, 5, 1)]);
    assert.deepEqual([result.code, numbersOf(result, viewedOid).at(-1)], [76, 60]);
    const both = await client.search(search, [sort('mail'), view(0, 5, 1), paged(5)]);
    assert.equal(both.result.code, 2);
  }));
