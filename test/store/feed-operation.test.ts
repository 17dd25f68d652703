// The last line of defence: what the database itself refuses, whoever writes.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { etatsVivants, feedStates, feedTransitions } from '../../src/domain/feed-state.js';
import type { Pool } from '../../src/db/pool.js';
import { cleDuPorteur, type Porteur } from '../../src/domain/feed-operation.js';
import { parseIdNatStruct, parseRpps } from '../../src/domain/identifiers.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

const rpps = '10000000018';
const structure = '1750000011';

type Colonnes = Readonly<Record<string, string | null>>;

const per: Colonnes = {
  kind: 'insert',
  type_bal: 'PER',
  porteur_kind: 'professionnel',
  rpps,
  structure_id: null,
};
const org: Colonnes = {
  kind: 'insert',
  type_bal: 'ORG',
  porteur_kind: 'structure',
  rpps: null,
  structure_id: structure,
};
const type10: Colonnes = {
  kind: 'delete',
  type_bal: 'PER',
  porteur_kind: 'a-rechercher',
  rpps: null,
  structure_id: null,
};

const interdites: readonly (readonly [nom: string, colonnes: Colonnes])[] = [
  ['a PER without RPPS', { ...per, rpps: null }],
  ['a PER with an empty RPPS', { ...per, rpps: '' }],
  ['a PER whose RPPS is its address', { ...per, rpps: 'a@chu.mssante.fr' }],
  ['a PER whose RPPS ends a line', { ...per, rpps: `${rpps}\n` }],
  ['a PER to be searched for', { ...per, porteur_kind: 'a-rechercher', rpps: null }],
  ['a PER to be searched for, with an RPPS', { ...per, porteur_kind: 'a-rechercher' }],
  [
    'a PER carried by a structure',
    { ...per, porteur_kind: 'structure', rpps: null, structure_id: structure },
  ],
  [
    'a PER of a situation without RPPS',
    { ...per, porteur_kind: 'situation', rpps: null, structure_id: structure },
  ],
  ['a CAB without RPPS', { ...per, type_bal: 'CAB', rpps: null }],
  ['a CAB to be searched for', { ...type10, kind: 'insert', type_bal: 'CAB' }],
  ['a BAL without type', { ...per, type_bal: null }],
  ['a BAL without type, on a structure', { ...org, type_bal: null }],
  ['a BAL without type, to be searched for', { ...type10, kind: 'insert', type_bal: null }],
  ['a type that is none', { ...per, type_bal: 'per' }],
  ['an ORG to be searched for', { ...type10, kind: 'insert', type_bal: 'ORG' }],
  ['an ORG carried by a person', { ...per, type_bal: 'ORG' }],
];

async function prepare(pool: Pool): Promise<void> {
  await pool.query(
    `insert into reconcile_run (judged_at, mode, loads, settings_fingerprint) values (now(), 'full', '{}', '')`,
  );
  await pool.query(
    `insert into plan (computed_at, reconcile_run_id, loads, settings_fingerprint, suppressions_fingerprint,
       etat, insert_count, replace_count, delete_count, retenue_count)
     values (now(), 1, '{}', '', '', 'ouvert', 0, 0, 0, 0)`,
  );
}

async function insererDans(pool: Pool, colonnes: Colonnes, state = 'planned'): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `insert into feed_operation (plan_id, last_plan_id, kind, state, adresse, domaine, type_bal,
       porteur_kind, rpps, structure_id, motif, exigence, created_at)
     values (1, 1, $1::text, $2::text, 'a@chu.mssante.fr', 'chu.mssante.fr', $3::text, $4::text,
       $5::text, $6::text, 'NON_PUBLIEE', '', now()) returning id`,
    [
      colonnes['kind'],
      state,
      colonnes['type_bal'],
      colonnes['porteur_kind'],
      colonnes['rpps'],
      colonnes['structure_id'],
    ],
  );
  return rows[0]?.id ?? '';
}

describe('feed_operation', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
    await prepare(db.pool);
  });
  after(() => db.drop());
  beforeEach(() => db.pool.query('delete from feed_operation'));

  const insert = (colonnes: Colonnes, state?: string): Promise<string> =>
    insererDans(db.pool, colonnes, state);

  // A missing RPPS also leaves the porteur without a name, which a column that may not be null tells first.
  const refused = (error: { code?: string }): boolean =>
    error.code === '23514' || error.code === '23502';

  for (const kind of ['insert', 'replace']) {
    for (const [nom, colonnes] of interdites) {
      test(`${kind} of ${nom} is refused, in any state`, async () => {
        for (const state of ['planned', 'approved', 'sending', 'cancelled']) {
          await assert.rejects(insert({ ...colonnes, kind }, state), refused);
        }
      });
    }
  }

  test('a type 10 that exists can be deleted, and its deletion made nothing else', async () => {
    await insert(type10);
    for (const change of [
      `kind = 'insert'`,
      `kind = 'replace'`,
      `kind = 'insert', type_bal = null`,
      `kind = 'insert', type_bal = 'CAB'`,
      `kind = 'insert', porteur_kind = 'professionnel'`,
      `kind = 'insert', porteur_kind = 'professionnel', rpps = ''`,
      `kind = 'replace', state = 'approved'`,
    ]) {
      await assert.rejects(db.pool.query(`update feed_operation set ${change}`), refused, change);
    }
  });

  test('a PER on its holder cannot lose him, whatever its state', async () => {
    await insert(per);
    for (const change of [
      `rpps = null`,
      `rpps = ''`,
      `porteur_kind = 'a-rechercher'`,
      `porteur_kind = 'a-rechercher', rpps = null`,
      `porteur_kind = 'structure', rpps = null, structure_id = '${structure}'`,
      `type_bal = null`,
      `state = 'approved', rpps = null`,
    ]) {
      await assert.rejects(db.pool.query(`update feed_operation set ${change}`), refused, change);
    }
    const { rows } = await db.pool.query(`select rpps, state from feed_operation`);
    assert.deepEqual(rows, [{ rpps, state: 'planned' }]);
  });

  test('an ORG cannot become a PER of nobody', async () => {
    await insert(org);
    for (const change of [`type_bal = 'PER'`, `type_bal = 'CAB'`, `type_bal = null`]) {
      await assert.rejects(db.pool.query(`update feed_operation set ${change}`), refused, change);
    }
  });

  test('changes state as the domain says, and not otherwise', async () => {
    for (const from of feedStates) {
      for (const to of feedStates) {
        await db.pool.query('delete from feed_operation');
        await insert(per, from);
        const update = db.pool.query(`update feed_operation set state = $1::text`, [to]);
        if (from === to || feedTransitions[from].includes(to)) await update;
        else
          await assert.rejects(
            update,
            { constraint: 'feed_operation_transition' },
            `${from} -> ${to}`,
          );
      }
    }
  });

  test('lives once at a time, in the states that the domain says', async () => {
    for (const state of feedStates) {
      await db.pool.query('delete from feed_operation');
      await insert(per, state);
      const second = insert(per);
      if (etatsVivants.includes(state)) await assert.rejects(second, { code: '23505' }, state);
      else await second;
    }
  });

  test('names its porteur as the domain does', async () => {
    const unRpps = parseRpps(rpps);
    const uneStructure = parseIdNatStruct(structure);
    assert.ok(unRpps && uneStructure);
    const porteurs: readonly (readonly [Colonnes, Porteur])[] = [
      [per, { kind: 'professionnel', rpps: unRpps }],
      [
        { ...per, porteur_kind: 'situation', structure_id: structure },
        { kind: 'situation', rpps: unRpps, structure: uneStructure },
      ],
      [org, { kind: 'structure', structure: uneStructure }],
      [type10, { kind: 'a-rechercher', adresse: 'a@chu.mssante.fr' }],
    ];
    for (const [colonnes, porteur] of porteurs) {
      const id = await insert(colonnes);
      const { rows } = await db.pool.query<{ cle: string }>(
        `select porteur_cle as cle from feed_operation where id = $1::bigint`,
        [id],
      );
      assert.equal(rows[0]?.cle, cleDuPorteur(porteur));
    }
  });
});

describe('the constraint on type 10, alone', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
    await prepare(db.pool);
    await db.pool.query(
      `alter table feed_operation drop constraint feed_operation_porteur,
         drop constraint feed_operation_rpps, alter column porteur_cle drop not null`,
    );
  });
  after(() => db.drop());

  // The shape of an RPPS is the matter of another constraint.
  const parElle = interdites.filter(([, { rpps: id }]) => id === null || id === rpps);

  for (const [nom, colonnes] of parElle) {
    test(`refuses ${nom}, inserted or made so`, async () => {
      await db.pool.query('delete from feed_operation');
      const refusedByIt = { constraint: 'feed_operation_sans_type_10' };
      for (const kind of ['insert', 'replace']) {
        await assert.rejects(insererDans(db.pool, { ...colonnes, kind }), refusedByIt);
      }
      await insererDans(db.pool, { ...colonnes, kind: 'delete', type_bal: 'PER' });
      for (const kind of ['insert', 'replace']) {
        await assert.rejects(
          db.pool.query(`update feed_operation set kind = $1::text, type_bal = $2::text`, [
            kind,
            colonnes['type_bal'],
          ]),
          { code: '23514' },
        );
      }
    });
  }

  test('is what refuses: without it, they pass', async () => {
    await db.pool.query(`alter table feed_operation drop constraint feed_operation_sans_type_10`);
    assert.ok(parElle.length > 10);
    for (const [nom, colonnes] of parElle) {
      if (nom === 'a type that is none') continue;
      await db.pool.query('delete from feed_operation');
      await insererDans(db.pool, colonnes);
    }
  });
});
