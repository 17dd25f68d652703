import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { nommerAuteur } from '../../src/domain/auteur.js';
import { confirm, foresee, type Confirmation, type Issue } from '../../src/plan/confirmer.js';
import { approve } from '../../src/plan/decide.js';
import type { Intention } from '../../src/plan/effet.js';
import { silentProgress } from '../../src/progress.js';
import { load, type Etat } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { operations, planifier, reglagesPlan, socle, suivre, viderPlan } from '../support/plan.js';
import { maintenant, rapprocher } from '../support/rapprochement.js';

const rpps = '10000000018';
const autre = '10000000026';
const domaine = 'chu.mssante.fr';
const a = `a@${domaine}`;
const b = `b@${domaine}`;
const c = `c@${domaine}`;
const x = `x@${domaine}`;

const deux: Etat = {
  ...socle,
  inventaire: [
    { adresse: a, rpps },
    { adresse: b, rpps },
  ],
  bals: [{ adresse: x, rpps: autre }],
};

const jeanne = nommerAuteur({ nom: 'Jeanne Dupont', compte: 'jdupont' });
const approuverTout: Intention = {
  action: 'approve',
  choix: {},
  isOverride: false,
  auteur: jeanne,
  now: maintenant,
};

describe('a decision whose effect is shown first', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(() => viderPlan(db.pool));

  /** As a page shows it. */
  async function voir(intention: Intention, settings = reglagesPlan): Promise<Confirmation> {
    const prevu = await foresee(db.pool, settings, intention, undefined);
    if (prevu.kind !== 'prevu') throw new Error(prevu.kind);
    return {
      ...intention,
      vu: prevu.effet.vu,
      cle: `cle-${prevu.effet.vu.idMax}`,
      raison: undefined,
    };
  }

  async function changee(issue: Promise<Issue>): Promise<Extract<Issue, { kind: 'changee' }>> {
    const got = await issue;
    if (got.kind !== 'changee') throw new Error(got.kind);
    return got;
  }

  test('what is shown is what is done, and done once however often it is sent', async () => {
    await suivre(db.pool, deux);
    const prevu = await foresee(db.pool, reglagesPlan, approuverTout, undefined);
    if (prevu.kind !== 'prevu') throw new Error(prevu.kind);
    assert.equal(prevu.depasse, undefined);
    assert.deepEqual(
      prevu.effet.lignes.map(({ kind, nombre, approuvees }) => [kind, nombre, approuvees]),
      [
        ['delete', 1, 1],
        ['insert', 2, 2],
      ],
    );
    const vue = await voir(approuverTout);
    const [first, second] = [
      await confirm(db.pool, reglagesPlan, vue),
      await confirm(db.pool, reglagesPlan, vue),
    ];
    assert.equal(first.kind === 'approuvee' ? first.result.approuvees : first.kind, 3);
    assert.equal(second.kind === 'deja-faite' ? second.nombre : second.kind, 3);
    assert.equal((await operations(db.pool, 'approved')).length, 3);
    const { rows } = await db.pool.query(`select author, operation_count from plan_decision`);
    assert.deepEqual(rows, [{ author: jeanne, operation_count: 3 }]);
  });

  test('another person decided a part meanwhile: refused, with what went and by whom', async () => {
    await suivre(db.pool, deux);
    const vue = await voir(approuverTout);
    const options = { now: maintenant, auteur: 'martin', choix: { adresse: a } };
    await approve(db.pool, reglagesPlan, options, silentProgress);
    const { difference, effet } = await changee(confirm(db.pool, reglagesPlan, vue));
    assert.deepEqual(difference.avant, { insert: 2, replace: 0, delete: 1 });
    assert.deepEqual(difference.apres, { insert: 1, replace: 0, delete: 1 });
    assert.equal(difference.venues.nombre, 0);
    assert.equal(difference.parties.nombre, 1);
    assert.deepEqual(
      difference.parties.exemples.map(({ adresse, etat, par }) => [adresse, etat, par]),
      [[a, 'approved', 'martin']],
    );
    assert.equal((await operations(db.pool, 'approved')).length, 1);
    // What is shown now can be confirmed.
    const again = await confirm(db.pool, reglagesPlan, { ...vue, vu: effet.vu });
    assert.equal(again.kind === 'approuvee' ? again.result.approuvees : again.kind, 2);
  });

  test('computed again meanwhile: refused, with what came and what went', async () => {
    await suivre(db.pool, deux);
    const vue = await voir(approuverTout);
    await load(db.pool, {
      inventaire: [
        { adresse: a, rpps },
        { adresse: c, rpps: autre },
      ],
    });
    await rapprocher(db.pool);
    assert.equal((await confirm(db.pool, reglagesPlan, vue)).kind, 'overtaken');
    await planifier(db.pool);
    const { difference } = await changee(confirm(db.pool, reglagesPlan, vue));
    assert.deepEqual([difference.planAvant, difference.planApres], [1, 2]);
    assert.deepEqual(
      difference.venues.exemples.map(({ adresse }) => adresse),
      [c],
    );
    assert.deepEqual(
      difference.parties.exemples.map(({ adresse, etat }) => [adresse, etat]),
      [[b, 'superseded']],
    );
    assert.deepEqual(await operations(db.pool, 'approved'), []);
    const seen = await foresee(db.pool, reglagesPlan, approuverTout, vue.vu);
    assert.deepEqual(seen.kind === 'prevu' ? seen.difference : seen.kind, difference);
  });

  test('a guard tells that it holds; lifting it wants a reason, which is kept', async () => {
    const settings = { ...reglagesPlan, gardes: { ...reglagesPlan.gardes, changementsMax: 2 } };
    await suivre(db.pool, deux, settings);
    const held = await foresee(db.pool, settings, approuverTout, undefined);
    assert.deepEqual(
      held.kind === 'prevu' && held.effet.gardesQuiRetiennent.map(({ garde }) => garde),
      ['changements'],
    );
    await assert.rejects(confirm(db.pool, settings, await voir(approuverTout, settings)), {
      code: 'PLAN_BLOQUE',
    });
    const lever = await voir({ ...approuverTout, isOverride: true }, settings);
    await assert.rejects(confirm(db.pool, settings, lever), { code: 'RAISON' });
    assert.deepEqual(await operations(db.pool, 'approved'), []);
    const done = await confirm(db.pool, settings, { ...lever, raison: 'transfert, ticket 12' });
    assert.equal(done.kind === 'approuvee' ? done.result.gardesLevees.length : done.kind, 1);
    assert.equal(
      (await confirm(db.pool, settings, { ...lever, raison: 'autre' })).kind,
      'deja-faite',
    );
    const { rows } = await db.pool.query(`select action, reason from plan_decision order by id`);
    assert.deepEqual(rows, [
      { action: 'override', reason: 'transfert, ticket 12' },
      { action: 'approve', reason: null },
    ]);
  });

  test('four eyes: the same person on a page and on a terminal is one, and both steps say so', async () => {
    const settings = { ...reglagesPlan, quatreYeux: true };
    await suivre(db.pool, deux, settings);
    const choix = { kind: 'delete' } as const;
    await approve(db.pool, settings, { now: maintenant, auteur: 'jdupont', choix }, silentProgress);
    const sienne = await foresee(db.pool, settings, { ...approuverTout, choix }, undefined);
    assert.deepEqual(
      sienne.kind === 'prevu' &&
        sienne.effet.lignes.map(({ approuvees, premieres, dejaVues }) => [
          approuvees,
          premieres,
          dejaVues,
        ]),
      [[0, 0, 1]],
    );
    const seule = await confirm(
      db.pool,
      settings,
      await voir({ ...approuverTout, choix }, settings),
    );
    assert.equal(seule.kind === 'approuvee' ? seule.result.dejaVues : seule.kind, 1);
    assert.deepEqual(await operations(db.pool, 'approved'), []);
    const auteur = nommerAuteur({ nom: 'Ali Martin', compte: 'amartin' });
    const seconde = await voir({ ...approuverTout, choix, auteur }, settings);
    const done = await confirm(db.pool, settings, seconde);
    assert.equal(done.kind === 'approuvee' ? done.result.approuvees : done.kind, 1);
  });

  test('two people confirm at once: one decides, the other is told that it changed, or to come back', async () => {
    await suivre(db.pool, deux);
    const une = await voir(approuverTout);
    const autreAuteur = nommerAuteur({ nom: 'Ali Martin', compte: 'amartin' });
    const deuxieme = { ...(await voir({ ...approuverTout, auteur: autreAuteur })), cle: 'autre' };
    const issues = await Promise.all([
      confirm(db.pool, reglagesPlan, une),
      confirm(db.pool, reglagesPlan, deuxieme),
    ]);
    const kinds = issues.map(({ kind }) => kind);
    assert.ok(kinds.includes('approuvee'), kinds.join());
    assert.ok(kinds.includes('busy') || kinds.includes('changee'), kinds.join());
    assert.equal((await operations(db.pool, 'approved')).length, 3);
  });

  test('a rejection wants a reason', async () => {
    await suivre(db.pool, deux);
    const vue = await voir({ ...approuverTout, action: 'reject', choix: { adresse: a } });
    await assert.rejects(confirm(db.pool, reglagesPlan, vue), { code: 'RAISON' });
    const done = await confirm(db.pool, reglagesPlan, { ...vue, raison: 'en attente' });
    assert.equal(done.kind === 'ecartee' ? done.result.ecartees : done.kind, 1);
    // Taken up again by its number.
    await planifier(db.pool, {}, { isForced: true });
    const reprise = await voir({ ...approuverTout, choix: { operations: ['1'] } });
    const back = await confirm(db.pool, reglagesPlan, { ...reprise, cle: 'reprise' });
    assert.equal(back.kind === 'approuvee' ? back.result.reprises.size : back.kind, 1);
  });
});
