// Decisions about operations whose request is on its way: what has left is not taken back, what is decided is not lost.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { transaction } from '../../src/db/transaction.js';
import { ClaimSize } from '../../src/feed/push/claim-size.js';
import { reject } from '../../src/plan/decide.js';
import { silentProgress } from '../../src/progress.js';
import { decideOperations, type DecisionResult } from '../../src/store/feed-decision.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { AnnuaireDEssai, panne, refus } from '../support/feed-annuaire.js';
import { Horloge, maintenant, pousser, reglagesEnvoi } from '../support/feed-push.js';
import { enfiler, operation, operations, viderFile } from '../support/feed-queue.js';
import { suivre, socle, reglagesPlan, viderPlan } from '../support/plan.js';

let database: TestDatabase;
let annuaire: AnnuaireDEssai;

before(async () => {
  database = await testDatabase();
});
after(() => database.drop());
beforeEach(async () => {
  await viderFile(database.pool);
  await viderPlan(database.pool);
  annuaire = new AnnuaireDEssai();
});

const anne = 'anne.exemple@chu.mssante.fr';

function decider(action: 'replay' | 'cancel', ids: readonly number[]): Promise<DecisionResult> {
  const decision = { action, author: 'essai', reason: undefined, now: maintenant } as const;
  return transaction(database.pool, (db) =>
    decideOperations(db, { ...decision, selection: { kind: 'ids', ids } }),
  );
}

/** What `whileAway` did between the departure of the first request and its answer. */
async function pendant<T>(whileAway: () => Promise<T>): Promise<T> {
  const real = annuaire.patch.bind(annuaire);
  let done: Promise<T> | undefined;
  annuaire.patch = async (request) => {
    const answer = await real(request);
    await (done ??= whileAway());
    return answer;
  };
  await pousser(database.pool, annuaire);
  annuaire.patch = real;
  assert.ok(done);
  return done;
}

for (const action of ['cancel', 'replay'] as const) {
  test(`${action} of an operation that is on its way is refused, and its answer counts`, async () => {
    const [id = 0] = await enfiler(database.pool, [{ adresse: anne }]);
    const result = await pendant(() => decider(action, [id]));
    assert.deepEqual(result, { ids: [], refused: [{ id, state: 'sending' }] });
    assert.equal((await operation(database.pool, id)).state, 'accepted');
    assert.equal(annuaire.inserts.get(anne), 1);
    const { rows } = await database.pool.query(`select 1 from plan_decision`);
    assert.equal(rows.length, 0);
  });
}

test('claimed behind another of its porteur: it is on its way too, and cannot be cancelled', async () => {
  const rpps = '10100000999';
  const [, second = 0] = await enfiler(database.pool, [
    { adresse: anne, rpps },
    { adresse: 'seconde@chu.mssante.fr', rpps },
  ]);
  // Both are claimed together: the second is being sent for whoever asks.
  const result = await pendant(() => decider('cancel', [second]));
  assert.deepEqual(result.refused, [{ id: second, state: 'sending' }]);
  assert.deepEqual(
    (await operations(database.pool)).map(({ state }) => state),
    ['accepted', 'accepted'],
  );
});

test('rejected by its plan while on its way: the answer counts, and the plan is not undone', async () => {
  await suivre(database.pool, { ...socle, inventaire: [{ adresse: anne, rpps: '10000000018' }] });
  const [one] = await operations(database.pool);
  assert.ok(one);
  await database.pool.query(`update feed_operation set state = 'approved'`);
  const rejected = await pendant(() =>
    reject(
      database.pool,
      reglagesPlan,
      {
        auteur: 'essai',
        now: new Date(),
        planId: undefined,
        choix: { adresse: anne },
        raison: 'essai',
      },
      silentProgress,
    ).then(
      ({ ecartees }) => ecartees,
      () => 0,
    ),
  );
  assert.equal(rejected, 0);
  assert.equal((await operation(database.pool, one.id)).state, 'accepted');
});

test('an operation that a newer plan superseded cannot be sent again', async () => {
  const [id = 0] = await enfiler(database.pool, [{ adresse: anne, state: 'superseded' }]);
  assert.deepEqual(await decider('replay', [id]), {
    ids: [],
    refused: [{ id, state: 'superseded' }],
  });
  await pousser(database.pool, annuaire);
  assert.equal(annuaire.seen.length, 0);
});

test('replayed after an unknown outcome: read back, never published twice', async () => {
  const [id = 0] = await enfiler(database.pool, [{ adresse: anne }]);
  annuaire.fautes.push((request) => {
    annuaire.carryOut(request);
    return panne('timeout');
  });
  await pousser(database.pool, annuaire, {}, { tentativesMax: 1 });
  assert.equal((await operation(database.pool, id)).state, 'dead');
  assert.deepEqual((await decider('replay', [id])).ids, [id]);
  await pousser(database.pool, annuaire, { clock: new Horloge() });
  assert.equal((await operation(database.pool, id)).state, 'accepted');
  assert.equal(annuaire.inserts.get(anne), 1);
});

test('replayed twice at once: one decision, one request', async () => {
  const [id = 0] = await enfiler(database.pool, [{ adresse: anne }]);
  annuaire.fautes.push(() => refus('bad-request', 400));
  await pousser(database.pool, annuaire);
  const results = await Promise.all([decider('replay', [id]), decider('replay', [id])]);
  assert.deepEqual(results.map(({ ids }) => ids.length).sort(), [0, 1]);
  await pousser(database.pool, annuaire);
  assert.equal(annuaire.inserts.get(anne), 1);
});

test('without a rate, a claim is as large as what leaves in two seconds', () => {
  const size = new ClaimSize({ ...reglagesEnvoi, simultanesMax: 4, appelsParSeconde: 0 }, 512);
  const at = (seconds: number): Date => new Date(maintenant.getTime() + seconds * 1_000);
  const sizes: number[] = [];
  // Quick at first, then slow; a claim that found less than it asked for says nothing of the pace.
  for (const [found, seconds] of [
    [16, 0],
    [32, 0.5],
    [64, 1],
    [64, 11],
    [1, 12],
    [1, 50],
  ] as const) {
    sizes.push(size.next(at(seconds)));
    size.note(found, at(seconds));
  }
  assert.deepEqual(sizes, [16, 32, 64, 13, 26, 26]);
  const rated = new ClaimSize({ ...reglagesEnvoi, simultanesMax: 4, appelsParSeconde: 17 }, 512);
  assert.equal(rated.next(at(0)), 34);
});
