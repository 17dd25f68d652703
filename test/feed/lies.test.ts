// The real client and the real queue before a server that says 200 and does as it likes: what is accepted is carried out.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test, type TestContext } from 'node:test';
import { transaction } from '../../src/db/transaction.js';
import { createFeedClient } from '../../src/feed/fhir-feed-client.js';
import type { PushSummary } from '../../src/feed/push/summary.js';
import { decideOperations } from '../../src/store/feed-decision.js';
import { load, vider } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { feedSettings, practitioner, type SeenCall } from '../support/feed.js';
import { Horloge, pousser } from '../support/feed-push.js';
import { enfiler, operations, rppsDe, viderFile, type LigneFile } from '../support/feed-queue.js';
import { endless, lies, lyingProxy, type Lie, type LyingProxy } from '../support/lying-proxy.js';
import { apiKey, TestSimulator } from '../support/simulator.js';

let database: TestDatabase;

before(async () => {
  database = await testDatabase();
});
after(() => database.drop());
beforeEach(async () => {
  await vider(database.pool);
  await viderFile(database.pool);
});

const adresse = (index: number): string => `bal${index}@chu-exemple.mssante.fr`;
const kindOf = (index: number): 'insert' | 'replace' | 'delete' =>
  (['insert', 'replace', 'delete'] as const)[index % 3] ?? 'insert';

/** One operation for each of `count` porteurs: inserts, replaces and deletes in turn. */
async function approuver(count: number): Promise<TestSimulator> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  await load(database.pool, {
    bals: indexes
      .filter((index) => kindOf(index) !== 'insert')
      .map((index) => ({ adresse: adresse(index), rpps: rppsDe(index) })),
    activites: indexes.map((index) => ({ rpps: rppsDe(index), site: '750000011' })),
    finess: [{ finess: '750000011', nature: 'EG' }],
  });
  const lignes = indexes.map((index): LigneFile => {
    const kind = kindOf(index);
    const isReplace = kind === 'replace';
    return {
      adresse: adresse(index),
      kind,
      ...(isReplace ? { rang: 1, champs: ['rang'] } : {}),
    };
  });
  await enfiler(database.pool, lignes);
  return TestSimulator.open(database.pool);
}

async function envoyer(t: TestContext, url: URL, more: object = {}): Promise<PushSummary> {
  const client = createFeedClient(
    feedSettings(url, { cleApi: apiKey, totalMs: 2_000, answerMs: 2_000, ...more }),
  );
  t.after(() => client.close());
  return pousser(
    database.pool,
    client,
    { clock: new Horloge(new Date()), isPatient: true },
    {
      tentativesMax: 100,
      attenteMinMs: 1,
      attenteMaxMs: 1,
      disjoncteur: { echecsMax: 1_000, pauseMs: 1 },
    },
  );
}

/** What the simulated Annuaire holds is what was asked for; each address was inserted once at most. */
async function assertCarriedOut(simulator: TestSimulator, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const { json } = await simulator.get(`/_simulation/etat?adresse=${adresse(index)}`);
    const adresses = json['adresses'] as Record<string, Record<string, number>>;
    const done = adresses[adresse(index)] ?? {};
    const kind = kindOf(index);
    assert.ok((done[kind] ?? 0) >= 1, `${kind} ${adresse(index)} : ${JSON.stringify(done)}`);
    if (kind !== 'replace') assert.equal(done[kind], 1, `${kind} ${adresse(index)}`);
    const bals = await simulator.get(`/Practitioner?mailbox-mss:exact=${adresse(index)}`);
    const copies = bals.text.split(`"value":"${adresse(index)}"`).length - 1;
    assert.equal(copies, kind === 'delete' ? 0 : 1, bals.text);
  }
}

const rppsOf = (call: SeenCall): string =>
  /\d{11}/.exec(decodeURIComponent(call.target))?.[0] ?? '';

for (const isCarriedOut of [true, false]) {
  const how = isCarriedOut ? 'although it was done' : 'and nothing was done';
  test(`each lie once, ${how}: everything ends done, once`, async (t) => {
    const all: Record<string, Lie> = {
      ...lies,
      // Right resource, without what was asked: the BAL is not there, or still is.
      'the resource as it was': (call, response) => {
        response.writeHead(200, { 'content-type': 'application/fhir+json' });
        const value = rppsOf(call);
        const index = Number(value) - Number(rppsDe(0));
        const telecom =
          kindOf(index) === 'delete' ? [{ system: 'email', value: adresse(index) }] : [];
        const identifier = [{ system: 'https://rpps.esante.gouv.fr', value }];
        response.end(JSON.stringify(practitioner({ identifier, telecom })));
      },
      'an answer without end': endless(() => proxy),
    };
    const names = Object.keys(all);
    const count = names.length * 3;
    const simulator = await approuver(count);
    const told = new Set<string>();
    const proxy: LyingProxy = await lyingProxy(t, simulator.url, (call) => {
      const rpps = rppsOf(call);
      if (told.has(rpps)) return undefined;
      told.add(rpps);
      const index = Math.floor((Number(rpps) - Number(rppsDe(0))) / 3);
      const lie = all[names[index] ?? ''];
      return lie && { lie, isCarriedOut };
    });
    const summary = await envoyer(t, proxy.server.url);
    assert.equal(proxy.lies, count);
    const rows = await operations(database.pool);
    assert.deepEqual(
      rows.filter(({ state }) => state !== 'accepted'),
      [],
    );
    assert.equal(summary.heldCount + summary.deadCount, 0);
    await assertCarriedOut(simulator, count);
    // The limit of one answer, and what sockets hold at both ends, thrice.
    assert.ok(proxy.endlessBytes < 64 * 1024 * 1024, `${proxy.endlessBytes} bytes were taken`);
    await simulator.close();
  });
}

for (const [name, lie] of Object.entries(lies)) {
  test(`always ${name}, and nothing was done: never accepted, and done once the lies end`, async (t) => {
    const simulator = await approuver(3);
    let isLying = true;
    const proxy = await lyingProxy(t, simulator.url, () =>
      isLying ? { lie, isCarriedOut: false } : undefined,
    );
    const client = createFeedClient(feedSettings(proxy.server.url, { cleApi: apiKey }));
    t.after(() => client.close());
    const short = { tentativesMax: 3, attenteMinMs: 1, attenteMaxMs: 1 };
    const options = { clock: new Horloge(new Date()), isPatient: true };
    await pousser(database.pool, client, options, {
      ...short,
      disjoncteur: { echecsMax: 1_000, pauseMs: 1 },
    });
    const rows = await operations(database.pool);
    assert.deepEqual(
      rows.filter(({ state }) => state !== 'dead' && state !== 'held'),
      [],
      'none may be believed',
    );
    isLying = false;
    await transaction(database.pool, (db) =>
      decideOperations(db, {
        action: 'replay',
        selection: { kind: 'all', filtre: {} },
        author: 'essai',
        reason: undefined,
        now: new Date(),
      }),
    );
    await envoyer(t, proxy.server.url);
    assert.ok((await operations(database.pool)).every(({ state }) => state === 'accepted'));
    await assertCarriedOut(simulator, 3);
    await simulator.close();
  });
}

// A perfect lie (`mentir`) shows what was asked for: only the next extraction tells (test/feed/confirm.test.ts).
test('a tenth of each fault: all is done in the end, nothing twice', async (t) => {
  const kinds = ['429', '500', '503', 'couper', 'couper-apres', 'type', 'charabia'];
  const count = 30;
  const first = await approuver(count);
  const { dataDir } = first;
  await first.close();
  const faulty = await TestSimulator.open(database.pool, {
    dataDir,
    faults: kinds.map((kind) => `${kind}=0.1`).join(','),
  });
  const isDone = async (): Promise<boolean> =>
    (await operations(database.pool)).every(({ state }) => state === 'accepted');
  for (let round = 0; round < 40 && !(await isDone()); round += 1) {
    // What faults in a row made a dead letter of is sent again, as an administrator would.
    await transaction(database.pool, (db) =>
      decideOperations(db, {
        action: 'replay',
        selection: { kind: 'all', filtre: {} },
        author: 'essai',
        reason: undefined,
        now: new Date(),
      }),
    );
    await envoyer(t, new URL(faulty.url));
  }
  assert.ok(await isDone(), JSON.stringify(await operations(database.pool)));
  await faulty.close();
  const simulator = await TestSimulator.open(database.pool, { dataDir });
  await assertCarriedOut(simulator, count);
  await simulator.close();
});
