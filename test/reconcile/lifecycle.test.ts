import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { withAdvisoryLock } from '../../src/db/advisory-lock.js';
import { load, vider, type Etat } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { constatsOuverts, maintenant, rapprocher } from '../support/rapprochement.js';

const a = 'a@chu.mssante.fr';
const vide: Etat = {
  bals: [],
  inventaire: [],
  activites: [],
  finess: [],
  listeBlanche: [],
  adeli: [],
};
const inconnu: Etat = { inventaire: [{ adresse: a, rpps: '10000000018' }] };

describe('a constat', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(() => vider(db.pool));

  const history = async (code: string): Promise<unknown[]> => {
    const { rows } = await db.pool.query<Record<string, unknown>>(
      `select opened_run_id as opened, closed_run_id as closed,
         opened_at as "openedAt", changed_at as "changedAt", closed_at as "closedAt"
       from constat where code = $1::text order by id`,
      [code],
    );
    return rows;
  };
  const le = (jour: number): Date => new Date(maintenant.getTime() + jour * 24 * 3600 * 1000);

  test('closes when it stops holding, and comes back as a new one', async () => {
    await load(db.pool, { ...vide, ...inconnu });
    await rapprocher(db.pool, {}, { now: le(0) });
    await load(db.pool, { activites: [{ rpps: '10000000018', mode: 'L' }] });
    const second = await rapprocher(db.pool, {}, { now: le(1) });
    assert.equal(second.mode, 'delta');
    await load(db.pool, { activites: [] });
    await rapprocher(db.pool, {}, { now: le(2) });
    assert.deepEqual(await history('TITULAIRE_INCONNU'), [
      { opened: 1, closed: 2, openedAt: le(0), changedAt: le(0), closedAt: le(1) },
      { opened: 3, closed: null, openedAt: le(2), changedAt: le(2), closedAt: null },
    ]);
  });

  test('keeps its opening when its values change, and is not written when they do not', async () => {
    await load(db.pool, { ...vide, ...inconnu });
    await rapprocher(db.pool, {}, { now: le(0) });
    await load(db.pool, {
      inventaire: [{ adresse: a, rpps: '10000000018', service: 'Chirurgie' }],
    });
    const second = await rapprocher(db.pool, {}, { now: le(1) });
    const third = await rapprocher(db.pool, {}, { now: le(2), full: true });
    assert.equal(second.changedCount, 2, 'TITULAIRE_INCONNU and NON_PUBLIEE');
    assert.equal(third.changedCount + third.openedCount + third.closedCount, 0);
    assert.deepEqual(await history('TITULAIRE_INCONNU'), [
      { opened: 1, closed: null, openedAt: le(0), changedAt: le(1), closedAt: null },
    ]);
  });

  test('of a rule whose source was never loaded is neither opened nor closed', async () => {
    await load(db.pool, { ...inconnu, bals: [] });
    const first = await rapprocher(db.pool);
    const codes = first.notEvaluated.map(({ code }) => code);
    assert.ok(codes.includes('TITULAIRE_INCONNU') && codes.includes('STRUCTURE_FERMEE'));
    assert.ok(codes.includes('DOMAINE_HORS_LISTE_BLANCHE') && !codes.includes('NON_PUBLIEE'));
    await db.pool.query(
      `insert into constat (code, groupe, domaine, adresse, valeurs, opened_run_id, opened_at, changed_at)
       values ('TITULAIRE_INCONNU', 'orphan', 'chu.mssante.fr', 'z@chu.mssante.fr', '{}', 1, now(), now())`,
    );
    await rapprocher(db.pool, {}, { full: true });
    assert.ok(
      (await constatsOuverts(db.pool)).some(({ cle }) => cle.startsWith('TITULAIRE_INCONNU')),
    );
  });

  test('is judged again in full when a setting, a source or a list of changes is new', async () => {
    await load(db.pool, { bals: [], inventaire: [], activites: [], finess: [] });
    const modes = async (settings = {}): Promise<string> =>
      (await rapprocher(db.pool, settings)).mode;
    assert.equal(await modes(), 'full');
    assert.equal(await modes(), 'delta');
    assert.equal(await modes({ inactiviteJours: 200 }), 'full');
    assert.equal(await modes({ inactiviteJours: 200 }), 'delta');
    await load(db.pool, { listeBlanche: [] });
    assert.equal(await modes({ inactiviteJours: 200 }), 'full');
    await load(db.pool, { bals: [{ adresse: a, rpps: '1' }] });
    await db.pool.query('delete from source_change');
    assert.equal(await modes({ inactiviteJours: 200 }), 'full');
  });

  test('of a domain that is no longer declared is closed', async () => {
    await load(db.pool, { ...vide, bals: [{ adresse: a, rpps: '1' }] });
    await rapprocher(db.pool);
    const { openCount } = await rapprocher(db.pool, { domaines: [] });
    assert.equal(openCount, 0);
  });
});

describe('a run', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());

  test('says so when another one is going on, and changes nothing', async () => {
    await withAdvisoryLock(db.pool, 'reconcile', async () => {
      await assert.rejects(rapprocher(db.pool), { code: 'RAPPROCHEMENT_EN_COURS' });
    });
  });

  test('refuses settings that mean nothing, naming them', async () => {
    await assert.rejects(rapprocher(db.pool, { motifAdresse: '(' }), {
      code: 'REGLAGE_MOTIF_ADRESSE',
      exitCode: 2,
    });
    for (const inactiviteJours of [0, 366]) {
      await assert.rejects(rapprocher(db.pool, { inactiviteJours }), {
        code: 'REGLAGE_INACTIVITE',
      });
    }
    await assert.rejects(rapprocher(db.pool, { domaines: [{ nom: 'A.fr' }, { nom: 'a.FR' }] }), {
      code: 'DOMAINE_EN_DOUBLE',
    });
    const { rows } = await db.pool.query('select from reconcile_run');
    assert.equal(rows.length, 0);
  });

  test('on nothing at all finds nothing and names every rule that it could not judge', async () => {
    const summary = await rapprocher(db.pool, { domaines: [] });
    assert.equal(summary.openCount, 0);
    assert.equal(summary.notEvaluated.length, 20);
  });
});
