// The checks of the fault campaign can fail: each is shown the very harm that it is there to find.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findLostHistory, rememberHistory } from '../../bench/fiabilite/history.js';
import { judge, type InvariantName, type Observation } from '../../bench/fiabilite/invariants.js';
import { watched } from '../../bench/fiabilite/witness.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

let db: TestDatabase;

before(async () => {
  db = await testDatabase();
  await db.pool.query(past);
  await rememberHistory(db.pool);
});
after(() => db.drop());

/** Two loads: a line that stayed, one that went, a constat closed and one open, a trace, an operation. */
const past = `
  insert into source_load (source, version, origin, size_bytes, line_count, added_count, gone_count, is_full)
  values ('adeli-rpps', 'v1', 'essai', 1, 2, 2, 0, true), ('adeli-rpps', 'v2', 'essai', 1, 1, 0, 1, true);
  insert into correspondance_adeli (ligne_hash, first_load_id, gone_load_id, adeli, rpps)
  values (1, 1, null, 'a', '10000000017'), (2, 1, 2, 'b', '10000000025');
  insert into reconcile_run (judged_at, mode, loads, settings_fingerprint) values (now(), 'full', '{}', 'x'), (now(), 'full', '{}', 'x');
  insert into constat (code, groupe, domaine, adresse, valeurs, opened_run_id, opened_at, changed_at, closed_run_id, closed_at)
  values ('X', 'g', 'd', 'a@d', '{}', 1, now(), now(), null, null), ('Y', 'g', 'd', 'b@d', '{}', 1, now(), now(), 2, now());
  alter table trace disable trigger user;
  insert into trace (sequence, at, action, issue, empreinte, empreinte_precedente, empreinte_contenu, sel, auteur_genre, auteur_id)
  select 1, now(), 'essai', 'reussite', e, e, e, 's', 'programme', 'p' from (select decode(repeat('00', 32), 'hex') as e);
`;

test('nothing is found on what nobody touched', async () => {
  assert.deepEqual(await findLostHistory(db.pool), []);
});

const harms: readonly [name: string, sql: string, found: RegExp][] = [
  ['a line deleted', 'delete from correspondance_adeli where ligne_hash = 1', /a disparu/u],
  [
    'a line known since later',
    'update correspondance_adeli set first_load_id = 2 where ligne_hash = 1',
    /aussi longtemps/u,
  ],
  [
    'a closed line that ends otherwise',
    'update correspondance_adeli set gone_load_id = null where ligne_hash = 2',
    /changé de fin/u,
  ],
  [
    'an interval of no load',
    "insert into correspondance_adeli (ligne_hash, first_load_id, adeli, rpps) values (3, 99, 'c', '10000000033')",
    /hors de tout chargement/u,
  ],
  [
    'a line closed and opened anew',
    `update correspondance_adeli set gone_load_id = 2 where ligne_hash = 1;
     insert into correspondance_adeli (ligne_hash, first_load_id, adeli, rpps) values (1, 2, 'a', '10000000017')`,
    /fermée puis rouverte/u,
  ],
  ['a constat deleted', `delete from constat where code = 'X'`, /changé de naissance/u],
  [
    'a constat younger than it is',
    `update constat set opened_at = now() + interval '1 day' where code = 'X'`,
    /changé de naissance/u,
  ],
  [
    'a closed constat rewritten',
    `update constat set valeurs = '{"a": 1}' where code = 'Y'`,
    /clos avant a changé/u,
  ],
  ['a trace deleted', 'delete from trace', /une trace connue/u],
  [
    'a load deleted',
    `delete from correspondance_adeli; delete from source_load where version = 'v2'`,
    /chargement connu/u,
  ],
];

for (const [name, sql, found] of harms) {
  test(`found: ${name}`, async () => {
    const client = await db.pool.connect();
    try {
      await client.query('begin');
      await client.query(sql);
      assert.match((await findLostHistory(client)).join('\n'), found);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
}

const sound: Observation = {
  lostHistory: [],
  finalState: {
    bal_annuaire: ['100 lignes, abc'],
    'opérations acceptées': ['insert a@d', 'delete b@d'],
    'opérations confirmées': ['insert a@d'],
  },
  done: {
    'a@d': { insert: 1, replace: 0, delete: 0 },
    'r@d': { insert: 0, replace: 1, delete: 0 },
  },
  unknownReplacements: {},
  auditVerify: { code: 0, text: '' },
  seen: new Map(watched.map((table) => [table, new Map([[100, 3]])])),
  atBounds: new Map(watched.map((table) => [table, new Set([100])])),
  files: ['/var/a'],
  fileBytes: 10,
  processes: [],
  recovery: [],
  publishedLines: [101],
  readCount: 3,
};

const broken: readonly [InvariantName, Partial<Observation>][] = [
  ['historique', { lostHistory: ['x'] }],
  ['état final', { finalState: { ...sound.finalState, bal_annuaire: ['99 lignes, abd'] } }],
  ['état final', { finalState: { ...sound.finalState, 'opérations acceptées': ['insert a@d'] } }],
  [
    'état final',
    {
      finalState: {
        ...sound.finalState,
        'opérations acceptées': ['insert a@d', 'insert a@d', 'delete b@d'],
      },
    },
  ],
  ['opérations', { done: { ...sound.done, 'a@d': { insert: 2, replace: 0, delete: 0 } } }],
  ['opérations', { done: {} }],
  ['opérations', { done: { ...sound.done, 'c@d': { insert: 0, replace: 0, delete: 1 } } }],
  ['opérations', { done: { ...sound.done, 'c@d': { insert: 0, replace: 1, delete: 0 } } }],
  ['opérations', { done: { ...sound.done, 'r@d': { insert: 0, replace: 2, delete: 0 } } }],
  [
    'opérations',
    {
      done: { ...sound.done, 'r@d': { insert: 0, replace: 3, delete: 0 } },
      unknownReplacements: { 'r@d': 1 },
    },
  ],
  [
    'opérations',
    {
      done: { ...sound.done, 'c@d': { insert: 0, replace: 1, delete: 0 } },
      unknownReplacements: { 'c@d': 1 },
    },
  ],
  ['état final', { finalState: { ...sound.finalState, 'opérations confirmées': [] } }],
  ['opérations', { done: { 'a@d': { insert: 1, replace: 0, delete: 0 } } }],
  ['chaîne des traces', { auditVerify: { code: 1, text: 'trace 12' } }],
  ['service', { seen: new Map([...sound.seen, ['bal_annuaire', new Map([[37, 1]])]]) }],
  ['service', { seen: new Map() }],
  ['restes', { files: ['/var/a', '/var/oubli.dat'] }],
  ['restes', { fileBytes: 100_000_000 }],
  ['processus', { processes: [1234] }],
  ['reprise', { recovery: ['envoi : code 1'] }],
];

test('a sound round breaks no invariant', () => {
  assert.deepEqual(Object.values(judge(sound, sound, false)).flat(), []);
});

test('a replacement sent again because its outcome was not known is no fault', () => {
  const again = { ...sound.done, 'r@d': { insert: 0, replace: 2, delete: 0 } };
  const seen = { ...sound, done: again, unknownReplacements: { 'r@d': 1 } };
  assert.deepEqual(Object.values(judge(seen, sound, false)).flat(), []);
});

for (const [index, [name, harm]] of broken.entries()) {
  test(`judged: ${name} (${index + 1})`, () => {
    const verdict = judge({ ...sound, ...harm }, sound, false);
    const named = Object.entries(verdict).flatMap(([key, faults]) =>
      faults.length > 0 ? [key] : [],
    );
    assert.deepEqual(named, [name]);
  });
}
