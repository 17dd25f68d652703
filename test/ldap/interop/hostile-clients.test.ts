// What nobody sends by mistake: the process lives, its neighbours are answered right, and it keeps nothing.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startMirror, type Mirror } from '../../support/ldap-mirror.js';
import { connectRaw, type RawClient } from '../../support/ldap-raw-client.js';
import { leftUntil } from '../../support/ldap-server.js';
import { bindRequest, message, searchRequest } from '../../support/ldap-wire.js';
import { canonicalAttributes } from './compare-answers.js';
import { Draw } from './draw.js';
import { generateFilter } from './generated-filter.js';
import { inventedBals } from './invented-directory.js';
import { mutateRequest } from './mutated-requests.js';
import { listRawRequests } from './raw-requests.js';

const mutatedCount = Number(process.env['LDAP_MUTATED'] ?? 20_000);
const seed = Number(process.env['LDAP_SEED'] ?? 20_261_123);
const perConnection = 20;
const together = 8;
const entryCount = 60;

setFlagsFromString('--expose-gc');
// The engine's own function, which takes nothing and returns nothing.
const collectGarbage = runInNewContext('gc') as () => void;

test(`${mutatedCount} damaged messages leave the server as it was, and a neighbour's answers right`, async () => {
  const mirror = await startMirror(inventedBals(entryCount));
  const valid = validRequests(mirror);
  const neighbour = await Neighbour.start(mirror);
  const draw = new Draw(seed);
  const tally = { answers: 0 };
  const before = held();
  const connections = Math.ceil(mutatedCount / perConnection);
  for (let rank = 0; rank < connections; rank += together) {
    const few = Math.min(together, connections - rank);
    await Promise.all(Array.from({ length: few }, () => misbehave(mirror, draw, valid, tally)));
  }
  const asked = await neighbour.stop();
  await untilAlone(mirror);
  assert.deepEqual(mirror.lines, [], 'no fault was unforeseen');
  assert.ok(asked > connections / together / 4, `the neighbour searched ${asked} times only`);
  assert.ok(tally.answers > mutatedCount / 20, `${tally.answers} answers: too few got through`);
  assertNothingKept(before);
});

/** Sends its share on one connection, ends it, and holds the answers to being readable. */
async function misbehave(
  mirror: Mirror,
  draw: Draw,
  valid: readonly Buffer[],
  tally: { answers: number },
): Promise<void> {
  const client = await connectRaw(mirror.port);
  const messages = Array.from({ length: perConnection }, () => mutateRequest(draw, valid));
  for (const bytes of messages) client.write(bytes);
  await client.finish();
  if (client.fault) {
    const sent = messages.map((bytes) => bytes.toString('hex')).join(' ');
    throw new Error(`an answer that cannot be read, to ${sent}`, { cause: client.fault });
  }
  tally.answers += client.untaken.length;
}

function validRequests({ baseDn }: Mirror): Buffer[] {
  const target = { base: baseDn, entry: `mail=simple@hopital.mssante.fr,${baseDn}`, mail: 'x' };
  const draw = new Draw(1);
  const values = new Map([
    ['cn', ['Jean Dupont', 'Éléonore']],
    ['mail', ['simple@hopital.mssante.fr']],
    ['objectClass', ['person']],
  ]);
  const corpus = { baseDn, dns: [target.entry], values };
  const searches = Array.from({ length: 60 }, (_, rank) =>
    message(
      rank + 1,
      searchRequest({ base: baseDn, filter: generateFilter(draw, corpus, 4), sizeLimit: 3 }),
    ),
  );
  // StartTLS apart: what follows it is no LDAP any more.
  const others = listRawRequests(target).filter(({ name }) => !name.includes('StartTLS'));
  return [message(1, bindRequest()), ...searches, ...others.map(({ bytes }) => bytes)];
}

/** A client like all others, that searches without a pause and knows what it must find. */
class Neighbour {
  private readonly client: RawClient;
  private readonly base: string;
  private expected = '';
  private isStopping = false;
  private asked = 0;
  private work: Promise<void> = Promise.resolve();

  static async start(mirror: Mirror): Promise<Neighbour> {
    const neighbour = new Neighbour(await connectRaw(mirror.port), mirror.baseDn);
    neighbour.expected = await neighbour.ask();
    assert.ok(neighbour.expected.length > 1_000);
    neighbour.work = neighbour.run();
    // Told by `stop`, however early it failed.
    neighbour.work.catch(() => undefined);
    return neighbour;
  }

  constructor(client: RawClient, base: string) {
    this.client = client;
    this.base = base;
  }

  /** How many searches it made. */
  async stop(): Promise<number> {
    this.isStopping = true;
    await this.work;
    await this.client.drop();
    return this.asked;
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      assert.equal(await this.ask(), this.expected);
      this.asked++;
    }
  }

  private async ask(): Promise<string> {
    const { entries, result } = await this.client.search({
      base: this.base,
      attributes: ['*', '+'],
    });
    return [result.code, ...entries.map((entry) => entry.dn + canonicalAttributes(entry))].join(
      '\n',
    );
  }
}

type Held = { readonly descriptors: number; readonly bytes: number };

function held(): Held {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { descriptors: readdirSync('/proc/self/fd').length, bytes: heapUsed + arrayBuffers };
}

function assertNothingKept(before: Held): void {
  const after = held();
  assert.ok(after.descriptors <= before.descriptors + 2, `${after.descriptors} descriptors`);
  const grownMb = Math.round((after.bytes - before.bytes) / 2 ** 20);
  assert.ok(grownMb < 48, `${grownMb} MB are kept`);
}

/** The last sockets close in their own time. */
async function untilAlone({ server }: Mirror): Promise<void> {
  if (server.connectionCount > 0) await leftUntil(server, 0);
  assert.equal(server.connectionCount, 0);
}

test('200 connections that stop in the middle of a message delay nobody, and go when they end', async () => {
  const mirror = await startMirror(inventedBals(entryCount));
  const half = message(1, searchRequest({ base: mirror.baseDn })).subarray(0, 20);
  const before = held();
  const waiting = await Promise.all(Array.from({ length: 200 }, () => connectRaw(mirror.port)));
  for (const client of waiting) client.write(half);
  const neighbour = await connectRaw(mirror.port);
  assert.equal((await neighbour.search({ base: mirror.baseDn })).entries.length, entryCount);
  assert.equal(mirror.server.connectionCount, 201);
  await Promise.all([...waiting, neighbour].map((client) => client.drop()));
  await untilAlone(mirror);
  assertNothingKept(before);
});
