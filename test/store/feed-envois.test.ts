import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { transaction } from '../../src/db/transaction.js';
import { foreseeDecision, type Selection } from '../../src/store/feed-choix.js';
import {
  confirmDecision,
  type ConfirmedDecision,
  type Decision,
} from '../../src/store/feed-decision.js';
import { countEnvoisUpTo, countFailures, listEnvois } from '../../src/store/feed-envois.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { enfiler, operation, operations, viderFile } from '../support/feed-queue.js';

const now = new Date('2026-11-23T10:00:00Z');
const adresse = (n: number, domaine = 'chu.mssante.fr'): string => `a${n}@${domaine}`;

describe('the queue, page by page', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(() => viderFile(db.pool));

  test('the newest first, onward and back, without a gap', async () => {
    const ids = await enfiler(
      db.pool,
      Array.from({ length: 7 }, (_, i) => ({ adresse: adresse(i) })),
    );
    const newest = [...ids].reverse();
    const read = async (page: { apres?: number; avant?: number }): Promise<unknown> => {
      const { envois, hasPrevious, hasNext } = await listEnvois(
        db.pool,
        {},
        { ...page, taille: 3 },
      );
      return [envois.map(({ id }) => newest.indexOf(id)), hasPrevious, hasNext];
    };
    assert.deepEqual(await read({}), [[0, 1, 2], false, true]);
    assert.deepEqual(await read({ apres: newest[2] ?? 0 }), [[3, 4, 5], true, true]);
    assert.deepEqual(await read({ apres: newest[5] ?? 0 }), [[6], true, false]);
    assert.deepEqual(await read({ avant: newest[6] ?? 0 }), [[3, 4, 5], true, true]);
    assert.deepEqual(await read({ avant: newest[3] ?? 0 }), [[0, 1, 2], false, true]);
    assert.equal(await countEnvoisUpTo(db.pool, {}, 5), 5);
  });

  test('by state, domain, kind, reason, code, address and age, together', async () => {
    const [first = 0] = await enfiler(db.pool, [
      { adresse: adresse(1), state: 'dead', lastCode: 'VALEUR_REFUSEE' },
      { adresse: adresse(2), state: 'dead', lastCode: 'ERREUR_SERVEUR' },
      { adresse: adresse(3, 'autre.mssante.fr'), state: 'dead', lastCode: 'VALEUR_REFUSEE' },
      { adresse: adresse(4), state: 'held', lastCode: 'VALEUR_REFUSEE' },
      { adresse: adresse(5), state: 'approved' },
    ]);
    const filtre = {
      states: ['dead'],
      domaine: 'CHU.mssante.fr',
      kind: 'insert',
      motif: 'NON_PUBLIEE',
      code: 'VALEUR_REFUSEE',
      adresse: 'A1@chu.mssante.fr',
      avant: now,
    } as const;
    const { envois } = await listEnvois(db.pool, filtre, { taille: 10 });
    assert.deepEqual(
      envois.map(({ id }) => id),
      [first],
    );
    const tooYoung = { ...filtre, avant: new Date('2026-11-01T00:00:00Z') };
    assert.equal(await countEnvoisUpTo(db.pool, tooYoung, 10), 0);
    assert.equal(await countEnvoisUpTo(db.pool, { states: [] }, 10), 0);
    const failures = await countFailures(db.pool, 10);
    assert.deepEqual(
      failures.map(({ state, code, nombre }) => [state, code, nombre]),
      [
        ['dead', 'VALEUR_REFUSEE', 2],
        ['dead', 'ERREUR_SERVEUR', 1],
        ['held', 'VALEUR_REFUSEE', 1],
      ],
    );
  });
});

describe('a decision about the queue whose effect is shown first', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(() => viderFile(db.pool));

  const tous: Selection = { kind: 'all', filtre: { states: ['dead'], code: 'ERREUR_SERVEUR' } };

  function confirmer(
    action: Decision['action'],
    selection: Selection,
    empreinte: string,
    cle = 'formulaire-1',
  ): Promise<ConfirmedDecision> {
    return transaction(db.pool, (client) =>
      confirmDecision(
        client,
        { action, selection, author: 'dupont', reason: undefined, now, cle },
        empreinte,
      ),
    );
  }

  test('what was shown is done, once, even sent twice at the same time', async () => {
    await enfiler(db.pool, [
      { adresse: adresse(1), state: 'dead', lastCode: 'ERREUR_SERVEUR' },
      { adresse: adresse(2), state: 'dead', lastCode: 'ERREUR_SERVEUR' },
      { adresse: adresse(3), state: 'dead', lastCode: 'VALEUR_REFUSEE' },
    ]);
    const { nombre, empreinte } = await foreseeDecision(db.pool, 'replay', tous);
    assert.equal(nombre, 2);
    const issues = await Promise.all([
      confirmer('replay', tous, empreinte),
      confirmer('replay', tous, empreinte),
    ]);
    assert.deepEqual(issues.map(({ kind }) => kind).sort(), ['deja-faite', 'faite']);
    const states = (await operations(db.pool)).map(({ state }) => state);
    assert.deepEqual(states, ['approved', 'approved', 'dead']);
    const { rows } = await db.pool.query(`select filter, operation_count from plan_decision`);
    assert.deepEqual(rows, [
      {
        filter: { tout: true, states: ['dead'], code: 'ERREUR_SERVEUR', cle: 'formulaire-1' },
        operation_count: 2,
      },
    ]);
  });

  test('one came, one was replayed meanwhile: refused, with what it would be now', async () => {
    const [first = 0] = await enfiler(db.pool, [
      { adresse: adresse(1), state: 'dead', lastCode: 'ERREUR_SERVEUR' },
    ]);
    const { empreinte } = await foreseeDecision(db.pool, 'replay', tous);
    await db.pool.query(`update feed_operation set state = 'approved' where id = $1`, [first]);
    const [other = 0] = await enfiler(db.pool, [
      { adresse: adresse(2), state: 'dead', lastCode: 'ERREUR_SERVEUR' },
    ]);
    const issue = await confirmer('replay', tous, empreinte);
    assert.equal(issue.kind === 'changee' && issue.effet.nombre, 1);
    assert.equal((await operation(db.pool, other)).state, 'dead');
  });

  test('both halves of a change of type go together, however the choice was made', async () => {
    const moities = [
      { kind: 'delete', adresse: adresse(1), rpps: '10100000001', type: 'PER' },
      { kind: 'insert', adresse: adresse(1), rpps: '10100000001', type: 'CAB' },
    ] as const;
    await enfiler(db.pool, [
      { ...moities[0], state: 'dead', lastCode: 'ERREUR_SERVEUR' },
      { ...moities[1], state: 'held', lastCode: 'PORTEUR_INCONNU' },
    ]);
    const effet = await foreseeDecision(db.pool, 'replay', tous);
    assert.equal(effet.nombre, 2);
    assert.equal((await confirmer('replay', tous, effet.empreinte)).kind, 'faite');
    const states = (await operations(db.pool)).map(({ state }) => state);
    assert.deepEqual(states, ['approved', 'approved']);
  });
});
