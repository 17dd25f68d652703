// Bytes that no library would send, put to OpenLDAP and to the mirror: the same answer, and the same fate of the connection.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { once } from 'node:events';
import { startMirror, type Mirror } from '../../support/ldap-mirror.js';
import {
  connectRaw,
  isNoticeOfDisconnection,
  type RawClient,
} from '../../support/ldap-raw-client.js';
import type { Answer } from '../../support/ldap-answer.js';
import { slapdSkip, type Slapd } from '../../support/slapd.js';
import { message, searchRequest } from '../../support/ldap-wire.js';
import { inventedBals } from './invented-directory.js';
import { startSlapdLike } from './mirror-in-slapd.js';
import { listRawRequests, oversized, type RawTarget } from './raw-requests.js';
import { ownAnswers } from './raw-request-differences.js';

const base = 'ou=bal,o=mssante,c=fr';
const target: RawTarget = {
  base,
  entry: `mail=simple@hopital.mssante.fr,${base}`,
  mail: 'simple@hopital.mssante.fr',
};
const requests = listRawRequests(target);

describe('raw requests', { skip: slapdSkip }, () => {
  let mirror: Mirror;
  let slapd: Slapd;
  before(async () => {
    mirror = await startMirror(inventedBals(40), { isAccentInsensitive: false });
    slapd = await startSlapdLike(mirror, 'config');
  });
  after(() => assert.deepEqual(mirror.lines, []));

  it('are many, and each is named once', () => {
    assert.ok(requests.length > 100);
    assert.equal(new Set(requests.map(({ name }) => name)).size, requests.length);
    const names = new Set(requests.map(({ name }) => name));
    assert.deepEqual(
      Object.keys(ownAnswers).filter((name) => !names.has(name)),
      [],
    );
  });

  for (const { name, bytes } of requests) {
    it(name, async () => {
      const [theirs, ours] = await Promise.all([
        fateOf(slapd.port, bytes),
        fateOf(mirror.port, bytes),
      ]);
      const own = ownAnswers[name];
      // slapd closes with a word or without, and sometimes after one request more; the mirror always says why.
      const isEnded = /notice|closed/.test(theirs);
      assert.equal(ours, own?.ours ?? (isEnded ? 'notice 2, closed' : theirs));
      // A difference that is no more is taken off the list.
      assert.equal(theirs, own?.slapd ?? theirs);
    });
  }

  it('cut at each byte, then ended, are never answered and hurt nobody', async () => {
    const neighbour = await connectRaw(mirror.port);
    const whole = message(5, searchRequest({ base, attributes: ['mail', 'cn'] }));
    for (let length = 0; length < whole.length; length++) {
      const client = await connectRaw(mirror.port);
      client.write(whole.subarray(0, length));
      await client.finish();
      assert.equal(client.untaken.filter((answer) => answer.id === 5).length, 0, `${length} bytes`);
    }
    assert.equal((await neighbour.search({ base })).entries.length, 40);
    await neighbour.drop();
  });

  it('larger than is allowed before a bind end the connection before they are whole', async () => {
    const client = await connectRaw(mirror.port);
    client.write(oversized(300_000).subarray(0, 20));
    await client.closed;
    assert.ok(client.untaken.every(isNoticeOfDisconnection));
  });
});

/** Result codes in order, then whether the connection still answers. */
async function fateOf(port: number, bytes: Buffer): Promise<string> {
  const client = await connectRaw(port);
  client.write(bytes);
  // A message that is not whole leaves the server waiting: what is seen then is that it answers nothing more.
  client.send(searchRequest({ base: '', scope: 0, attributes: ['1.1'] }), [], 99);
  const isAlive = await Promise.race([
    client
      .next(({ kind, id }) => kind === 'result' && id === 99)
      .then((answer) => answer !== undefined),
    client.closed.then(() => false),
    patience(client),
  ]);
  // slapd answers two requests in any order: the second may well come first.
  if (isAlive === true && !client.untaken.some(isFirstResult)) await lateAnswer(client);
  const codes = client.untaken.flatMap((answer) => {
    if (answer.kind !== 'result' || !isFirstResult(answer)) return [];
    return isNoticeOfDisconnection(answer) ? [`notice ${answer.code}`] : [`${answer.code}`];
  });
  const fate = isAlive === 'waiting' ? 'waiting' : isAlive ? 'open' : 'closed';
  await client.drop();
  if (client.fault) throw client.fault;
  return [...codes, fate].join(', ');
}

/** The end of what was asked first, the notice of a disconnection included: neither an entry nor of the request that follows. */
function isFirstResult({ kind, id }: Answer): boolean {
  return kind === 'result' && id !== 99;
}

/** Waits for the answer to what was asked first, which some requests never get. */
async function lateAnswer(client: RawClient): Promise<void> {
  const signal = AbortSignal.timeout(1_000);
  while (!client.untaken.some(isFirstResult)) {
    const data = await once(client.socket, 'data', { signal }).catch(() => undefined);
    if (data === undefined) return;
  }
}

/** Two servers that both wait for the rest of a message are alike; told apart from a slow answer by a generous delay. */
function patience(client: RawClient): Promise<'waiting'> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('waiting'), 2_000);
    void client.closed.then(() => clearTimeout(timer));
  });
}
