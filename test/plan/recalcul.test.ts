import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { withAdvisoryLock } from '../../src/db/advisory-lock.js';
import type { Client, Db, Pool } from '../../src/db/pool.js';
import { computePlan } from '../../src/plan/compute.js';
import { readMonde } from '../../src/plan/world.js';
import { recordPublication } from '../../src/store/publication-connue.js';
import { load, type Etat } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  accepter,
  operations,
  planifier,
  reglagesPlan,
  retenues,
  socle,
  suivre,
  viderPlan,
} from '../support/plan.js';
import { maintenant, rapprocher } from '../support/rapprochement.js';

const rpps = '10000000018';
const autre = '10000000026';
const a = 'a@chu.mssante.fr';
const b = 'b@chu.mssante.fr';
const s = '1750000011';

const etats = async (pool: Pool): Promise<string[]> => {
  const { rows } = await pool.query<{ ligne: string }>(
    `select concat_ws(' ', id, kind, adresse, state, plan_id, last_plan_id) as ligne from feed_operation order by id`,
  );
  return rows.map(({ ligne }) => ligne);
};

/** Until a planner waits for a table: the operations unless told. */
async function waitForLock(pool: Pool, table = 'feed_operation'): Promise<void> {
  for (let looks = 0; looks < 100_000; looks += 1) {
    const { rows } = await pool.query(
      `select from pg_locks where relation = $1::regclass and not granted
         and database = (select oid from pg_database where datname = current_database())`,
      [table],
    );
    if (rows.length > 0) return;
  }
  throw new Error(`nobody waits for ${table}`);
}

/** After the extraction in service, which the tests load at the real time. */
const apresLExtraction = new Date(Date.now() + 3_600_000);
const avantLExtraction = new Date('2020-01-01T00:00:00Z');

describe('a plan computed again', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(() => viderPlan(db.pool));

  const setState = async (id: number, ...states: string[]): Promise<void> => {
    for (const state of states) {
      await db.pool.query(`update feed_operation set state = $2::text where id = $1::integer`, [
        id,
        state,
      ]);
    }
  };

  test('stays the same while nothing changed, and is a new one when something did', async () => {
    const first = await suivre(db.pool, { ...socle, inventaire: [{ adresse: a, rpps }] });
    assert.equal(first.isNew, true);
    const again = await planifier(db.pool);
    assert.deepEqual([again.isNew, again.plan.id], [false, first.plan.id]);
    const settings = await planifier(db.pool, { quatreYeux: true });
    assert.equal(settings.isNew, true);
    await db.pool.query(
      `insert into suppression_decidee (adresse, motif, reference, decided_at, decided_by)
       values ('x@chu.mssante.fr', 'DEMANDE_PS', '1', now(), 'dupont')`,
    );
    assert.equal((await planifier(db.pool, { quatreYeux: true })).isNew, true);
    await db.pool.query(`update suppression_decidee set withdrawn_at = now()`);
    assert.equal((await planifier(db.pool, { quatreYeux: true })).isNew, true);
    await rapprocher(db.pool);
    assert.equal((await planifier(db.pool, { quatreYeux: true })).isNew, true);
    const { rows } = await db.pool.query(`select id from plan where etat <> 'remplace'`);
    assert.equal(rows.length, 1);
  });

  test('takes no reconciliation made while the world is read for one that is missing', async () => {
    await suivre(db.pool, { ...socle, inventaire: [{ adresse: a, rpps }] });
    let isMoved = false;
    // Between the first statement and those that follow it, the world moves on.
    const query = async (text: string, values?: unknown[]): Promise<unknown> => {
      const result = await db.pool.query(text, values);
      if (!isMoved) {
        isMoved = true;
        await load(db.pool, { inventaire: [{ adresse: b, rpps: autre }] });
        await rapprocher(db.pool);
      }
      return result;
    };
    const monde = await readMonde({ query } as unknown as Db, reglagesPlan, maintenant);
    assert.equal(monde.run.loads['inventaire'], monde.inventaire.load.id);
  });

  test('keeps what is still wanted with its decision, and supersedes the rest', async () => {
    await suivre(db.pool, {
      ...socle,
      inventaire: [
        { adresse: a, rpps },
        { adresse: b, rpps },
        { adresse: 'o@chu.mssante.fr', type: 'ORG', structure: s, service: 'Nord' },
      ],
    });
    await db.pool.query(`update feed_operation set state = 'approved', decided_by = 'dupont'`);
    await suivre(db.pool, {
      inventaire: [
        { adresse: a, rpps },
        { adresse: 'o@chu.mssante.fr', type: 'ORG', structure: s, service: 'Sud' },
      ],
    });
    assert.deepEqual(await etats(db.pool), [
      `1 insert ${a} approved 1 2`,
      `2 insert ${b} superseded 1 1`,
      '3 insert o@chu.mssante.fr superseded 1 1',
      '4 insert o@chu.mssante.fr planned 2 2',
    ]);
  });

  test('touches nothing that is being sent, and says so', async () => {
    await suivre(db.pool, {
      ...socle,
      inventaire: [{ adresse: 'o@chu.mssante.fr', type: 'ORG', structure: s, service: 'Nord' }],
    });
    await setState(1, 'approved', 'sending');
    await suivre(db.pool, {
      inventaire: [{ adresse: 'o@chu.mssante.fr', type: 'ORG', structure: s, service: 'Sud' }],
    });
    assert.deepEqual(await etats(db.pool), ['1 insert o@chu.mssante.fr sending 1 1']);
    assert.deepEqual(await retenues(db.pool), ['ENVOI_EN_COURS insert o@chu.mssante.fr']);
    assert.equal((await planifier(db.pool)).isNew, false);
    await setState(1, 'retry');
    assert.equal((await planifier(db.pool)).isNew, true, 'it is waited for no longer');
    assert.deepEqual(await etats(db.pool), [
      '1 insert o@chu.mssante.fr superseded 1 1',
      '2 insert o@chu.mssante.fr planned 3 3',
    ]);
  });

  test('supersedes what was approved beside what is being sent, when it is no longer wanted', async () => {
    const bals = [{ adresse: 'o@chu.mssante.fr', type: 'ORG', structure: s, service: 'Nord' }];
    const inventaire = [{ adresse: 'o@chu.mssante.fr', type: 'ORG', structure: s, service: 'Sud' }];
    await suivre(db.pool, { ...socle, bals, inventaire });
    await setState(1, 'approved', 'sending');
    await suivre(db.pool, { inventaire: [] });
    assert.deepEqual(await retenues(db.pool), ['ENVOI_EN_COURS delete o@chu.mssante.fr']);
    await db.pool.query(
      `insert into feed_operation (plan_id, last_plan_id, kind, state, adresse, domaine, type_bal,
         porteur_kind, structure_id, motif, exigence, created_at)
       values (1, 1, 'delete', 'approved', 'o@chu.mssante.fr', 'chu.mssante.fr', 'ORG', 'structure',
         $1::text, 'ORPHELINE_ANNUAIRE', '', now())`,
      [s],
    );
    await suivre(db.pool, { inventaire });
    assert.deepEqual(await etats(db.pool), [
      '1 replace o@chu.mssante.fr sending 1 1',
      '2 delete o@chu.mssante.fr superseded 1 1',
    ]);
  });

  test('waits for a pusher that is claiming, and sees what it claimed', async () => {
    await suivre(db.pool, { ...socle, inventaire: [{ adresse: a, rpps }] });
    await setState(1, 'approved');
    const pusher = await db.pool.connect();
    try {
      await pusher.query('begin');
      await pusher.query(`select id from feed_operation where state = 'approved' for update`);
      const planned = suivre(db.pool, { inventaire: [] });
      await waitForLock(db.pool);
      await pusher.query(`update feed_operation set state = 'sending' where id = 1`);
      await pusher.query('commit');
      await planned;
    } finally {
      pusher.release();
    }
    assert.deepEqual(await etats(db.pool), [`1 insert ${a} sending 1 1`]);
  });

  /** Stops the planner in the middle of its computation, lets `meanwhile` happen, and waits for the plan. */
  const pendantLeCalcul = async (meanwhile: (pusher: Client) => Promise<void>): Promise<void> => {
    const blocker = await db.pool.connect();
    const pusher = await db.pool.connect();
    try {
      await blocker.query('begin');
      await blocker.query('lock table bal_annuaire in access exclusive mode');
      const planned = planifier(db.pool, {}, { isForced: true });
      await waitForLock(db.pool, 'bal_annuaire');
      await pusher.query(`set lock_timeout = '5s'`);
      await meanwhile(pusher);
      await blocker.query('commit');
      await planned;
    } finally {
      blocker.release(true);
      pusher.release(true);
    }
  };

  for (const [moment, accepteeLe, attendues] of [
    ['in time', apresLExtraction, { operation: 'replace', retenues: [] }],
    [
      'too late to be seen',
      avantLExtraction,
      { operation: undefined, retenues: ['ENVOI_EN_COURS insert o@chu.mssante.fr'] },
    ],
  ] as const) {
    test(`lets a pusher settle while it is computed; what was accepted ${moment} is not proposed again`, async () => {
      const inventaire = (nom: string): NonNullable<Etat['inventaire']> => [
        { adresse: a, rpps },
        { adresse: 'o@chu.mssante.fr', type: 'ORG', structure: s, service: nom },
      ];
      const bals = [{ adresse: b, rpps }];
      await suivre(db.pool, { ...socle, inventaire: inventaire('Nord'), bals });
      await setState(1, 'approved', 'sending');
      await setState(2, 'approved', 'sending');
      await load(db.pool, { inventaire: inventaire('Sud') });
      await rapprocher(db.pool);
      await pendantLeCalcul(async (pusher) => {
        await pusher.query('begin');
        await pusher.query(
          `update feed_operation set state = 'accepted', accepted_at = $1::timestamptz where state = 'sending'`,
          [accepteeLe],
        );
        await recordPublication(pusher, [1, 2]);
        await pusher.query('commit');
      });
      assert.deepEqual(await etats(db.pool), [
        `1 insert ${a} accepted 1 1`,
        '2 insert o@chu.mssante.fr accepted 1 1',
        `3 delete ${b} planned 1 2`,
        ...(attendues.operation ? ['4 replace o@chu.mssante.fr planned 2 2'] : []),
      ]);
      assert.deepEqual(await retenues(db.pool), attendues.retenues);
      assert.equal((await planifier(db.pool)).isNew, attendues.retenues.length > 0);
    });
  }

  test('starts again when a source changes while it is computed', async () => {
    await suivre(db.pool, { ...socle, inventaire: [{ adresse: a, rpps }] });
    await pendantLeCalcul(async (pusher) => {
      await pusher.query(
        `insert into suppression_decidee (adresse, motif, reference, decided_at, decided_by)
         values ($1::text, 'DEMANDE_PS', '1', now(), 'dupont')`,
        [a],
      );
    });
    assert.deepEqual(await etats(db.pool), [`1 insert ${a} superseded 1 1`]);
    assert.equal((await planifier(db.pool)).isNew, false);
  });

  test('does not propose again what failed or waits, but proposes what is now different', async () => {
    await suivre(db.pool, {
      ...socle,
      inventaire: [
        { adresse: a, rpps },
        { adresse: b, rpps },
      ],
    });
    await setState(1, 'approved', 'sending', 'dead');
    await setState(2, 'approved', 'sending', 'held');
    await planifier(db.pool, {}, { isForced: true });
    assert.deepEqual(await etats(db.pool), [`1 insert ${a} dead 1 2`, `2 insert ${b} held 1 2`]);
    assert.deepEqual(await retenues(db.pool), [`EN_ATTENTE insert ${b}`, `EN_ECHEC insert ${a}`]);
    await suivre(db.pool, { inventaire: [{ adresse: a, rpps: autre }] });
    assert.deepEqual(await etats(db.pool), [
      `1 insert ${a} superseded 1 2`,
      `2 insert ${b} superseded 1 2`,
      `3 insert ${a} planned 3 3`,
    ]);
  });

  test('leaves out what the ANS accepted after the extraction, until the next one says', async () => {
    const etat = {
      inventaire: [
        { adresse: a, rpps },
        { adresse: 'o@chu.mssante.fr', type: 'ORG', structure: s, service: 'Nord' },
      ],
      bals: [{ adresse: b, rpps }],
    };
    await suivre(db.pool, { ...socle, ...etat });
    await accepter(db.pool, apresLExtraction);
    await planifier(db.pool, {}, { isForced: true });
    assert.deepEqual(await operations(db.pool), []);
    assert.deepEqual(await retenues(db.pool), []);
    // The inventory changes its mind before any extraction shows it.
    await suivre(db.pool, {
      inventaire: [{ adresse: 'o@chu.mssante.fr', type: 'ORG', structure: s }],
    });
    assert.deepEqual(await operations(db.pool), [
      `replace o@chu.mssante.fr structure:${s} INVENTAIRE_MODIFIE service`,
      `delete ${a} professionnel:${rpps} INVENTAIRE_MODIFIE`,
    ]);
  });

  test('proposes anew what an extraction made afterwards does not show', async () => {
    await suivre(db.pool, { ...socle, inventaire: [{ adresse: a, rpps }] });
    await accepter(db.pool, avantLExtraction);
    await planifier(db.pool, {}, { isForced: true });
    assert.deepEqual(await operations(db.pool), [`insert ${a} professionnel:${rpps} NON_PUBLIEE`]);
    assert.equal((await operations(db.pool, 'accepted')).length, 1);
  });

  test('does not bring back each night what a person rejected, until its cause is another', async () => {
    await suivre(db.pool, { ...socle, inventaire: [{ adresse: a, rpps }] });
    await db.pool.query(
      `update feed_operation set state = 'cancelled', decided_by = 'dupont', decided_at = '2026-10-08T08:00:00Z'`,
    );
    await suivre(db.pool, { bals: [] });
    assert.deepEqual(await operations(db.pool), []);
    const { rows } = await db.pool.query<{ message: string }>(`select message from plan_retenue`);
    assert.deepEqual(rows, [
      { message: 'L’opération n° 1 a été écartée le 08/10/2026 par dupont.' },
    ]);
    // The finding closes, then comes back: that is another occasion.
    await suivre(db.pool, { bals: [{ adresse: a, rpps }] });
    await suivre(db.pool, { bals: [] });
    assert.deepEqual(await operations(db.pool), [`insert ${a} professionnel:${rpps} NON_PUBLIEE`]);
  });

  test('keeps the deletion back when the creation that it follows was rejected', async () => {
    await suivre(db.pool, {
      ...socle,
      inventaire: [{ adresse: a, rpps }],
      bals: [{ adresse: a, rpps: autre }],
    });
    const { rows } = await db.pool.query(`select id, apres_id from feed_operation order by id`);
    assert.deepEqual(rows, [
      { id: '1', apres_id: null },
      { id: '2', apres_id: '1' },
    ]);
    await setState(1, 'cancelled');
    await planifier(db.pool, {}, { isForced: true });
    assert.deepEqual(await operations(db.pool), []);
    assert.deepEqual(await retenues(db.pool), [
      `CREATION_ECARTEE delete ${a}`,
      `ECARTEE insert ${a}`,
    ]);
  });

  test('chains: address change, type 10 found before it is published elsewhere', async () => {
    await suivre(db.pool, {
      ...socle,
      inventaire: [
        { adresse: b, rpps },
        { adresse: 't@chu.mssante.fr', rpps: autre, structure: s },
      ],
      bals: [
        { adresse: a, rpps },
        { adresse: 't@chu.mssante.fr', typePp: '10', pp: 't@chu.mssante.fr' },
      ],
    });
    const { rows } = await db.pool.query(
      `select id, kind, adresse, apres_id as apres, valeurs ->> 'autreAdresse' as autre from feed_operation order by id`,
    );
    assert.deepEqual(rows, [
      { id: '1', kind: 'delete', adresse: 't@chu.mssante.fr', apres: null, autre: null },
      { id: '2', kind: 'insert', adresse: b, apres: null, autre: null },
      { id: '3', kind: 'insert', adresse: 't@chu.mssante.fr', apres: '1', autre: null },
      { id: '4', kind: 'delete', adresse: a, apres: '2', autre: b },
    ]);
  });

  test('one planner at a time', async () => {
    await suivre(db.pool, { ...socle, inventaire: [{ adresse: a, rpps }] });
    await withAdvisoryLock(db.pool, 'plan', async () => {
      await assert.rejects(planifier(db.pool, {}, { isForced: true }), { code: 'PLAN_EN_COURS' });
    });
  });

  test('two planners at once: one computes, the other is told, one plan is in force', async () => {
    await load(db.pool, { ...socle, inventaire: [{ adresse: a, rpps }] });
    await rapprocher(db.pool);
    const both = await Promise.allSettled([planifier(db.pool), planifier(db.pool)]);
    for (const result of both) {
      if (result.status === 'rejected') {
        assert.match(String(result.reason), /Un plan est déjà en cours/u);
      }
    }
    assert.ok(both.some(({ status }) => status === 'fulfilled'));
    await planifier(db.pool);
    assert.deepEqual(await etats(db.pool), [`1 insert ${a} planned 1 1`]);
  });

  test('stopped in the middle leaves the last plan in force', async () => {
    const first = await suivre(db.pool, { ...socle, inventaire: [{ adresse: a, rpps }] });
    await load(db.pool, { inventaire: [] });
    await rapprocher(db.pool);
    for (const step of [1, 12, 24, 36, 48]) {
      const controller = new AbortController();
      let steps = 0;
      await assert.rejects(
        computePlan(
          db.pool,
          reglagesPlan,
          { now: maintenant, signal: controller.signal },
          {
            step: () => undefined,
            update: () => {
              if ((steps += 1) === step) controller.abort();
            },
            end: () => undefined,
          },
        ),
        { name: 'AbortError' },
        `step ${step}`,
      );
      const { rows } = await db.pool.query(`select id, etat from plan`);
      assert.deepEqual(rows, [{ id: first.plan.id, etat: 'ouvert' }]);
      assert.deepEqual(await etats(db.pool), [`1 insert ${a} planned 1 1`]);
    }
    assert.equal((await planifier(db.pool)).isNew, true);
    assert.deepEqual(await operations(db.pool), []);
  });

  // The planner waits for what another holds, so that it is killed there and nowhere else.
  for (const [moment, table, mode] of [
    ['computed', 'bal_annuaire', 'access exclusive'],
    ['written', 'plan_retenue', 'share'],
  ] as const) {
    test(`a backend killed while the plan is ${moment} leaves the last plan in force`, async () => {
      await suivre(db.pool, { ...socle, inventaire: [{ adresse: a, rpps }] });
      await load(db.pool, { inventaire: [] });
      await rapprocher(db.pool);
      const blocker = await db.pool.connect();
      try {
        await blocker.query('begin');
        await blocker.query(`lock table ${table} in ${mode} mode`);
        const planned = assert.rejects(planifier(db.pool));
        await waitForLock(db.pool, table);
        await db.pool.query(
          `select pg_terminate_backend(pid) from pg_locks
           where relation = $1::regclass and not granted
             and database = (select oid from pg_database where datname = current_database())`,
          [table],
        );
        await planned;
      } finally {
        blocker.release(true);
      }
      assert.deepEqual(await etats(db.pool), [`1 insert ${a} planned 1 1`]);
      await planifier(db.pool);
      assert.deepEqual(await etats(db.pool), [`1 insert ${a} superseded 1 1`]);
    });
  }
});

describe('a deletion decided', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(() => viderPlan(db.pool));

  test('stays done while the inventory forgets to follow, and is undone when it is withdrawn', async () => {
    await db.pool.query(
      `insert into suppression_decidee (adresse, motif, reference, decided_at, decided_by)
       values ($1::text, 'DEMANDE_PS', 'D-1', '2026-10-01T08:00:00Z', 'dupont')`,
      [a],
    );
    await suivre(db.pool, {
      ...socle,
      inventaire: [{ adresse: a, rpps }],
      bals: [{ adresse: a, rpps }],
    });
    assert.deepEqual(await operations(db.pool), [`delete ${a} professionnel:${rpps} DEMANDE_PS`]);
    await accepter(db.pool, apresLExtraction);
    await suivre(db.pool, { bals: [] });
    assert.deepEqual(await operations(db.pool), []);
    assert.deepEqual(await retenues(db.pool), [`SUPPRESSION_DECIDEE insert ${a}`]);
    await db.pool.query(`update suppression_decidee set withdrawn_at = now()`);
    await planifier(db.pool);
    assert.deepEqual(await operations(db.pool), [`insert ${a} professionnel:${rpps} NON_PUBLIEE`]);
  });
});

describe('what no extraction shows', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(() => viderPlan(db.pool));

  const cachees = [
    { adresse: 'app@chu.mssante.fr', type: 'APP', structure: s, description: 'Laboratoire' },
    { adresse: 'cab@chu.mssante.fr', type: 'CAB', rpps },
    { adresse: 'rouge@chu.mssante.fr', rpps, listeRouge: true },
  ];

  test('is presumed published at first sight, then followed', async () => {
    await suivre(db.pool, { ...socle, inventaire: cachees });
    assert.deepEqual(await operations(db.pool), []);
    await suivre(db.pool, {
      inventaire: [
        { adresse: 'app@chu.mssante.fr', type: 'APP', structure: s, description: 'Pharmacie' },
        { adresse: 'rouge@chu.mssante.fr', rpps },
        { adresse: 'neuve@chu.mssante.fr', type: 'APP', structure: s },
      ],
    });
    assert.deepEqual(await operations(db.pool), [
      `insert neuve@chu.mssante.fr structure:${s} INVENTAIRE_MODIFIE`,
      `replace app@chu.mssante.fr structure:${s} INVENTAIRE_MODIFIE description`,
      `replace rouge@chu.mssante.fr professionnel:${rpps} NON_PUBLIEE listeRouge`,
      `delete cab@chu.mssante.fr professionnel:${rpps} INVENTAIRE_MODIFIE`,
    ]);
    await accepter(db.pool, apresLExtraction);
    await planifier(db.pool, {}, { isForced: true });
    assert.deepEqual(await operations(db.pool), []);
    // Back to what it was: these are new operations.
    await suivre(db.pool, { inventaire: cachees });
    assert.deepEqual(await operations(db.pool), [
      `insert cab@chu.mssante.fr professionnel:${rpps} INVENTAIRE_MODIFIE`,
      `replace app@chu.mssante.fr structure:${s} INVENTAIRE_MODIFIE description`,
      `replace rouge@chu.mssante.fr professionnel:${rpps} INVENTAIRE_MODIFIE listeRouge`,
      `delete neuve@chu.mssante.fr structure:${s} INVENTAIRE_MODIFIE`,
    ]);
  });

  test('is presumed of every porteur of a BAL that one line puts in the liste rouge', async () => {
    const inventaire = [
      { adresse: a, rpps, listeRouge: true },
      { adresse: a, rpps: autre },
    ];
    // Shown on somebody else, so that the plan looks at it.
    await suivre(db.pool, { ...socle, inventaire, bals: [{ adresse: a, rpps: '10000000034' }] });
    const kinds = (await operations(db.pool)).map((operation) => operation.split(' ')[0]);
    assert.deepEqual(kinds, ['delete']);
  });

  test('is proposed whole with premierPlan: publier', async () => {
    await suivre(
      db.pool,
      {
        ...socle,
        inventaire: [...cachees, { adresse: a, rpps: autre, preferee: true }],
        bals: [{ adresse: a, rpps: autre }],
      },
      { premierPlan: 'publier' },
    );
    assert.deepEqual(await operations(db.pool), [
      `insert app@chu.mssante.fr structure:${s} INVENTAIRE_MODIFIE`,
      `insert cab@chu.mssante.fr professionnel:${rpps} INVENTAIRE_MODIFIE`,
      `insert rouge@chu.mssante.fr professionnel:${rpps} INVENTAIRE_MODIFIE`,
      `replace ${a} professionnel:${autre} INVENTAIRE_MODIFIE rang`,
    ]);
  });

  test('the rank of a BAL that is shown is followed, and forgotten when it is taken back', async () => {
    const bals = [{ adresse: a, rpps }];
    await suivre(db.pool, { ...socle, bals, inventaire: [{ adresse: a, rpps, preferee: true }] });
    assert.deepEqual(await operations(db.pool), []);
    await suivre(db.pool, { inventaire: [{ adresse: a, rpps }] });
    assert.deepEqual(await operations(db.pool), [
      `replace ${a} professionnel:${rpps} INVENTAIRE_MODIFIE rang`,
    ]);
    await accepter(db.pool, avantLExtraction);
    await planifier(db.pool, {}, { isForced: true });
    assert.deepEqual(await operations(db.pool), []);
  });

  test('a liste rouge that an extraction still shows is to be said again', async () => {
    const bals = [{ adresse: a, rpps }];
    await suivre(db.pool, { ...socle, bals, inventaire: [{ adresse: a, rpps, listeRouge: true }] });
    await accepter(db.pool, avantLExtraction);
    await planifier(db.pool, {}, { isForced: true });
    assert.deepEqual(await operations(db.pool), [
      `replace ${a} professionnel:${rpps} LISTE_ROUGE_PUBLIEE listeRouge`,
    ]);
  });
});
