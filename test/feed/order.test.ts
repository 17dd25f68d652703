// Order, changes of type, groups of BAL, several claimers: what may leave, and when.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { AnnuaireDEssai, panne, refus } from '../support/feed-annuaire.js';
import {
  enfiler,
  operation,
  operations,
  viderFile,
  type LigneFile,
} from '../support/feed-queue.js';
import { boite, Horloge, maintenant, pousser, reglagesEnvoi } from '../support/feed-push.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { chooseChains } from '../../src/feed/push/chain.js';
import type { Claim } from '../../src/store/feed-outbox.js';

let database: TestDatabase;
let annuaire: AnnuaireDEssai;

before(async () => {
  database = await testDatabase();
});
after(() => database.drop());
beforeEach(async () => {
  await viderFile(database.pool);
  annuaire = new AnnuaireDEssai();
});

const org = (nom: string, options: Partial<LigneFile> = {}): LigneFile => ({
  adresse: `${nom}@chu.mssante.fr`,
  type: 'ORG',
  ...options,
});

test('operations of one porteur leave one at a time, in their order', async () => {
  await enfiler(database.pool, [
    org('c'),
    org('a'),
    org('b'),
    org('autre', { structure: '1990000013' }),
  ]);
  await pousser(database.pool, annuaire);
  assert.deepEqual(annuaire.collisions, []);
  assert.deepEqual(
    annuaire.journal.filter((line) => !line.includes('autre')),
    ['+ c@chu.mssante.fr', '+ a@chu.mssante.fr', '+ b@chu.mssante.fr'],
  );
});

test('what has to be sent again holds up the later ones of its porteur, and only those', async () => {
  await enfiler(database.pool, [org('a'), org('b'), org('autre', { structure: '1990000013' })]);
  annuaire.toujours = (request) =>
    JSON.stringify(request).includes('a@chu') ? panne('gateway') : undefined;
  await pousser(database.pool, annuaire);
  assert.deepEqual(
    (await operations(database.pool)).map(({ state }) => state),
    ['retry', 'approved', 'accepted'],
  );
  annuaire.toujours = undefined;
  await pousser(database.pool, annuaire, {
    clock: new Horloge(new Date(maintenant.getTime() + 86_400_000)),
  });
  assert.deepEqual(annuaire.journal.slice(-3), [
    '? a@chu.mssante.fr',
    '+ a@chu.mssante.fr',
    '+ b@chu.mssante.fr',
  ]);
});

test('what is refused for good does not hold up its porteur', async () => {
  await enfiler(database.pool, [org('a'), org('b')]);
  annuaire.fautes.push(() => refus('bad-request', 400));
  await pousser(database.pool, annuaire);
  assert.deepEqual(
    (await operations(database.pool)).map(({ state }) => state),
    ['dead', 'accepted'],
  );
});

test('the delete of a change of address waits until the new address is accepted', async () => {
  const [insert = 0] = await enfiler(database.pool, [org('nouvelle', { state: 'planned' })]);
  await enfiler(database.pool, [
    org('ancienne', { kind: 'delete', apresId: insert, structure: '1990000013' }),
    org('suivante', { structure: '1990000013' }),
  ]);
  await pousser(database.pool, annuaire);
  // It holds up nobody while it waits for something else than its turn.
  assert.deepEqual(annuaire.journal, ['+ suivante@chu.mssante.fr']);
  await database.pool.query(`update feed_operation set state = 'approved' where id = $1`, [insert]);
  annuaire.bals.set(
    'structure:1990000013',
    new Map([['ancienne@chu.mssante.fr', lueOrg('ancienne')]]),
  );
  await pousser(database.pool, annuaire);
  assert.deepEqual(annuaire.journal.slice(1), [
    '+ nouvelle@chu.mssante.fr',
    '- ancienne@chu.mssante.fr',
  ]);
});

function lueOrg(nom: string, typeBal: 'ORG' | 'APP' = 'ORG') {
  const vide = {
    rang: undefined,
    description: undefined,
    service: undefined,
    responsable: undefined,
  };
  return { adresse: `${nom}@chu.mssante.fr`, typeBal, listeRouge: false, ...vide };
}

test('a change of type leaves as one request, the delete first, whatever the order of the rows', async () => {
  for (const kinds of [
    ['delete', 'insert'],
    ['insert', 'delete'],
  ] as const) {
    await viderFile(database.pool);
    annuaire = new AnnuaireDEssai();
    annuaire.bals.set('structure:1750000001', new Map([['a@chu.mssante.fr', lueOrg('a', 'APP')]]));
    await enfiler(database.pool, [
      org('a', { kind: kinds[0], type: kinds[0] === 'delete' ? 'APP' : 'ORG' }),
      org('b'),
      org('a', { kind: kinds[1], type: kinds[1] === 'delete' ? 'APP' : 'ORG' }),
    ]);
    await pousser(database.pool, annuaire);
    assert.deepEqual(annuaire.journal, [
      '- a@chu.mssante.fr + a@chu.mssante.fr',
      '+ b@chu.mssante.fr',
    ]);
    assert.ok((await operations(database.pool)).every(({ state }) => state === 'accepted'));
  }
});

test('half a change of type never leaves alone', async () => {
  for (const state of ['planned', 'held', 'dead'] as const) {
    await viderFile(database.pool);
    await enfiler(database.pool, [org('a', { kind: 'delete', type: 'APP' }), org('a', { state })]);
    const summary = await pousser(database.pool, annuaire);
    assert.equal(summary.callCount, 0, state);
  }
});

test('half a change of type that somebody is deciding about keeps the other half', async () => {
  const [, insert = 0] = await enfiler(database.pool, [
    org('a', { kind: 'delete', type: 'APP' }),
    org('a'),
  ]);
  const client = await database.pool.connect();
  try {
    await client.query('begin');
    await client.query(`select from feed_operation where id = $1 for update`, [insert]);
    assert.equal((await pousser(database.pool, annuaire)).callCount, 0);
    await client.query('rollback');
  } finally {
    client.release();
  }
  assert.equal((await pousser(database.pool, annuaire)).callCount > 0, true);
});

test('a change of type of unknown outcome: only what is missing is sent', async () => {
  const lignes: LigneFile[] = [
    org('a', { kind: 'delete', type: 'APP', state: 'retry', attempts: 1, isOutcomeUnknown: true }),
    org('a', { state: 'retry', attempts: 1, isOutcomeUnknown: true }),
  ];
  const cases = [
    [lueOrg('a', 'APP'), ['? a@chu.mssante.fr', '- a@chu.mssante.fr + a@chu.mssante.fr']],
    [lueOrg('a', 'ORG'), ['? a@chu.mssante.fr']],
    [undefined, ['? a@chu.mssante.fr', '+ a@chu.mssante.fr']],
  ] as const;
  for (const [lue, journal] of cases) {
    await viderFile(database.pool);
    annuaire = new AnnuaireDEssai();
    annuaire.bals.set('structure:1750000001', new Map(lue ? [[lue.adresse, lue]] : []));
    await enfiler(database.pool, lignes);
    await pousser(database.pool, annuaire);
    assert.deepEqual(annuaire.journal, journal);
    assert.ok((await operations(database.pool)).every(({ state }) => state === 'accepted'));
  }
});

test('several BAL of one porteur leave together when allowed, and alone once they are refused together', async () => {
  const noms = ['a', 'b', 'c', 'd', 'e'];
  await enfiler(
    database.pool,
    noms.map((nom) => org(nom)),
  );
  await pousser(database.pool, annuaire, {}, { balsParAppelMax: 3 });
  assert.deepEqual(
    annuaire.seen.map(({ operations: sent }) => sent.length),
    [3, 2],
  );
  const { rows } = await database.pool.query<{ n: number; textes: number }>(
    `select count(distinct request_id)::integer as n, count(request)::integer as textes from feed_attempt`,
  );
  assert.deepEqual(rows, [{ n: 2, textes: 2 }]);

  await viderFile(database.pool);
  annuaire = new AnnuaireDEssai();
  annuaire.toujours = (request) =>
    JSON.stringify(request).includes('b@chu') ? refus('bad-request', 400) : undefined;
  await enfiler(
    database.pool,
    noms.map((nom) => org(nom)),
  );
  await pousser(database.pool, annuaire, {}, { balsParAppelMax: 5 });
  assert.deepEqual(
    (await operations(database.pool)).map(({ state }) => state),
    ['accepted', 'dead', 'accepted', 'accepted', 'accepted'],
  );
});

test('after an unknown outcome the BAL of a shared request are looked at one by one', async () => {
  await enfiler(database.pool, [org('a'), org('b')]);
  annuaire.fautes.push((request) => {
    annuaire.carryOut(request);
    return panne('timeout');
  });
  const clock = new Horloge();
  await pousser(database.pool, annuaire, { clock, isPatient: true }, { balsParAppelMax: 5 });
  assert.deepEqual(annuaire.journal.slice(1), ['? a@chu.mssante.fr', '? b@chu.mssante.fr']);
  assert.ok((await operations(database.pool)).every(({ state }) => state === 'accepted'));
});

const claim = (name: string): Promise<Claim> =>
  boite(database.pool).claim({
    claim: name,
    now: maintenant,
    leaseUntil: new Date(maintenant.getTime() + reglagesEnvoi.bailMs),
    porteursMax: 100,
    chainMax: 3,
    attemptsMax: 4,
    choose: (candidates, isFree) => chooseChains(candidates, isFree, 1_000),
  });

test('claims made at once share the operations and never a porteur', async () => {
  const lignes = Array.from({ length: 300 }, (_, index) =>
    org(`bal${index}`, { structure: `1${String(750_000_000 + (index % 60))}` }),
  );
  await enfiler(database.pool, lignes);
  const claims = await Promise.all(
    Array.from({ length: 6 }, (_, index) => claim(`essai#${index}`)),
  );
  const owners = new Map<string, string>();
  const seen = new Set<number>();
  for (const one of claims) {
    assert.equal(one.kind, 'claimed');
    for (const { id, porteurCle, claim: owner } of one.kind === 'claimed' ? one.operations : []) {
      assert.ok(!seen.has(id), `operation ${id} was claimed twice`);
      seen.add(id);
      assert.equal(owners.get(porteurCle) ?? owner, owner, porteurCle);
      owners.set(porteurCle, owner);
    }
  }
  assert.equal(seen.size, 180);
});

test('a replayed operation waits while a later one of its porteur is in flight', async () => {
  const [first = 0] = await enfiler(database.pool, [org('a', { state: 'dead' }), org('b')]);
  assert.equal((await claim('essai#1')).kind, 'claimed');
  await database.pool.query(`update feed_operation set state = 'approved' where id = $1`, [first]);
  const again = await claim('essai#2');
  assert.deepEqual(again.kind === 'claimed' && again.operations, []);
});

test('a lease that ended is taken over as an unknown outcome, and its late result is not believed', async () => {
  const [id = 0] = await enfiler(database.pool, [org('a')]);
  await claim('mort#1');
  const later = new Date(maintenant.getTime() + reglagesEnvoi.bailMs + 1);
  const summary = await pousser(database.pool, annuaire, { clock: new Horloge(later) });
  assert.deepEqual([summary.takenOverCount, summary.accepted.insert], [1, 1]);
  assert.deepEqual(annuaire.journal, ['? a@chu.mssante.fr', '+ a@chu.mssante.fr']);
  const settled = await boite(database.pool).settle(
    [
      {
        id,
        claim: 'mort#1',
        state: 'dead',
        isOutcomeUnknown: false,
        isAttemptCounted: true,
        attempt: 1,
        nextAttemptAt: undefined,
        settledAt: later,
        status: 400,
        code: 'TARD',
        message: undefined,
        attempts: [],
      },
    ],
    { pusher: 'mort', now: later, isRepeated: false },
  );
  assert.deepEqual(settled, []);
  assert.equal((await operation(database.pool, id)).state, 'accepted');
});

test('taking over has a limit too', async () => {
  const [id = 0] = await enfiler(database.pool, [org('a', { attempts: 3, state: 'retry' })]);
  await claim('mort#1');
  await pousser(database.pool, annuaire, {
    clock: new Horloge(new Date(maintenant.getTime() + reglagesEnvoi.bailMs + 1)),
  });
  const row = await operation(database.pool, id);
  assert.deepEqual([row.state, row.code, annuaire.seen.length], ['dead', 'TENTATIVES_EPUISEES', 0]);
});

test('a BAL of type 10 that got into the queue all the same is a dead letter and never leaves', async () => {
  await database.pool.query(
    `alter table feed_operation drop constraint feed_operation_sans_type_10`,
  );
  try {
    const [id = 0] = await enfiler(database.pool, [org('a')]);
    await database.pool.query(`update feed_operation set type_bal = 'PER' where id = $1`, [id]);
    const summary = await pousser(database.pool, annuaire);
    const row = await operation(database.pool, id);
    assert.deepEqual(
      [row.state, row.code, summary.callCount, summary.deadCount],
      ['dead', 'OPERATION_IMPOSSIBLE', 0, 1],
    );
    assert.match(row.message ?? '', /type 10.*push cancel/);
  } finally {
    await viderFile(database.pool);
    await database.pool
      .query(`alter table feed_operation add constraint feed_operation_sans_type_10 check (kind = 'delete'
      or (type_bal = 'PER' and porteur_kind in ('professionnel', 'situation') and rpps is not null)
      or (type_bal = 'CAB' and porteur_kind = 'professionnel' and rpps is not null)
      or (type_bal in ('ORG', 'APP') and porteur_kind = 'structure' and rpps is null))`);
  }
});

test('whatever fails on the way, each porteur gets its operations in order and nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ porteur: fc.nat(3), bal: fc.nat(3) }), { minLength: 1, maxLength: 14 }),
      fc.array(fc.constantFrom('ok', 'timeout-done', 'timeout-lost', 'gateway', '429', '500'), {
        maxLength: 12,
      }),
      fc.integer({ min: 1, max: 4 }),
      async (steps, faults, balsParAppelMax) => {
        await viderFile(database.pool);
        annuaire = new AnnuaireDEssai();
        const lignes = steps.map(({ porteur, bal }, index) =>
          org(`p${porteur}b${bal}n${index}`, { structure: `1${750_000_000 + porteur}` }),
        );
        await enfiler(database.pool, lignes);
        let serverErrors = 0;
        for (const fault of faults) {
          annuaire.fautes.push((request) => {
            if (fault === 'timeout-done') annuaire.carryOut(request);
            if (fault === 'ok') return undefined;
            // A third one would be a dead letter, which is right but not what is looked at here.
            if (fault === '500' && (serverErrors += 1) < 3) return refus('server-error', 500);
            if (fault === '429') return panne('throttled', false, 5_000);
            return panne(fault === 'gateway' ? 'gateway' : 'timeout');
          });
        }
        await pousser(
          database.pool,
          annuaire,
          { isPatient: true },
          {
            balsParAppelMax,
            tentativesMax: 50,
            simultanesMax: 3,
            disjoncteur: { echecsMax: 3, pauseMs: 10_000 },
            attenteMinMs: 1_000,
            attenteMaxMs: 10_000,
          },
        );
        assert.deepEqual(annuaire.collisions, []);
        for (const { adresse } of lignes)
          assert.equal(annuaire.inserts.get(adresse) ?? 0, 1, adresse);
        assertInOrder(lignes);
      },
    ),
    { numRuns: 25 },
  );
});

/** The first effective insert of each BAL, porteur by porteur. */
function assertInOrder(lignes: readonly LigneFile[]): void {
  for (const [cle, bals] of annuaire.bals) {
    const wanted = lignes
      .filter(({ structure = '' }) => cle === `structure:${structure}`)
      .map(({ adresse }) => adresse);
    assert.deepEqual([...bals.keys()], wanted, cle);
  }
}
