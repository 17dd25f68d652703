import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Pool } from '../../src/db/pool.js';
import { approve, reject, type ApproveOptions, type ApproveResult } from '../../src/plan/decide.js';
import type { PlanSettings } from '../../src/plan/settings.js';
import { silentProgress } from '../../src/progress.js';
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

function approuver(
  pool: Pool,
  options: Partial<ApproveOptions>,
  settings: Partial<PlanSettings> = {},
): Promise<ApproveResult> {
  return approve(
    pool,
    { ...reglagesPlan, ...settings },
    { now: maintenant, auteur: 'dupont', choix: {}, ...options },
    silentProgress,
  );
}

/** n BAL published under a domain and gone from the inventory. */
const orphelines = (n: number, domaine = 'chu.mssante.fr'): { adresse: string; rpps: string }[] =>
  Array.from({ length: n }, (_, i) => ({ adresse: `o${i}@${domaine}`, rpps }));

describe('decisions on a plan', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(() => viderPlan(db.pool));

  const decisions = async (): Promise<unknown[]> => {
    const { rows } = await db.pool.query<{ ligne: unknown }>(
      `select concat_ws(' ', action, author, operation_count, reason) as ligne from plan_decision order by id`,
    );
    return rows.map(({ ligne }) => ligne);
  };

  const deux: Etat = {
    ...socle,
    inventaire: [
      { adresse: a, rpps },
      { adresse: b, rpps },
    ],
    bals: [{ adresse: 'x@chu.mssante.fr', rpps: autre }],
  };

  test('all, by kind, by address, by number; each with its author and date', async () => {
    await suivre(db.pool, deux);
    assert.equal((await approuver(db.pool, { choix: { adresse: a } })).approuvees, 1);
    assert.equal((await approuver(db.pool, { choix: { kind: 'delete' } })).approuvees, 1);
    assert.equal((await approuver(db.pool, { choix: { motif: 'PER_TYPE_10' } })).approuvees, 0);
    const rest = await approuver(db.pool, { choix: { operations: ['2'] }, auteur: 'martin' });
    assert.deepEqual(rest.comptes, [{ domaine: 'chu.mssante.fr', kind: 'insert', nombre: 1 }]);
    assert.deepEqual(await operations(db.pool), []);
    assert.deepEqual(await decisions(), [
      'approve dupont 1',
      'approve dupont 1',
      'approve martin 1',
    ]);
    const { rows } = await db.pool.query(
      `select distinct decided_by, decided_at from feed_operation order by 1`,
    );
    assert.deepEqual(rows, [
      { decided_by: 'dupont', decided_at: maintenant },
      { decided_by: 'martin', decided_at: maintenant },
    ]);
  });

  test('a number that does not wait for a decision refuses the whole', async () => {
    await suivre(db.pool, deux);
    await assert.rejects(approuver(db.pool, { choix: { operations: ['1', '99'] } }), {
      code: 'OPERATION_INCONNUE',
    });
    assert.equal((await operations(db.pool)).length, 3);
  });

  test('without a plan, on another plan, on a plan that is overtaken: nothing is decided', async () => {
    await assert.rejects(approuver(db.pool, {}), { code: 'PLAN_ABSENT', exitCode: 3 });
    await suivre(db.pool, deux);
    await assert.rejects(approuver(db.pool, { planId: 7 }), /pas de plan n° 7.*le n° 1/u);
    await load(db.pool, { inventaire: [{ adresse: a, rpps }] });
    await assert.rejects(approuver(db.pool, {}), { code: 'RAPPROCHEMENT_DEPASSE' });
    await rapprocher(db.pool);
    await assert.rejects(
      approuver(db.pool, { planId: 1 }),
      /n° 1 proposait 2 créations, 0 modification, 1 suppression ; le n° 2 propose 1 création, 0 modification, 1 suppression/u,
    );
    assert.deepEqual(await decisions(), []);
    await assert.rejects(approuver(db.pool, { planId: 1 }), { code: 'PLAN_REMPLACE' });
    assert.equal((await approuver(db.pool, { planId: 2 })).approuvees, 2);
  });

  test('a rejection lasts; the operation can be taken up again by its number', async () => {
    await suivre(db.pool, deux);
    const { ecartees } = await reject(
      db.pool,
      reglagesPlan,
      { now: maintenant, auteur: 'dupont', choix: { adresse: a }, raison: 'en attente du service' },
      silentProgress,
    );
    assert.equal(ecartees, 1);
    assert.deepEqual(await decisions(), ['reject dupont 1 en attente du service']);
    await planifier(db.pool, {}, { isForced: true });
    assert.deepEqual(await retenues(db.pool), [`ECARTEE insert ${a}`]);
    const taken = await approuver(db.pool, { choix: { operations: ['1'] }, auteur: 'martin' });
    assert.deepEqual([...taken.reprises], [['1', '4']]);
    assert.deepEqual(await operations(db.pool, 'approved'), [
      `insert ${a} professionnel:${rpps} NON_PUBLIEE`,
    ]);
    await planifier(db.pool, {}, { isForced: true });
    assert.deepEqual(await retenues(db.pool), []);
    assert.equal((await operations(db.pool, 'approved')).length, 1);
  });

  test('four eyes: a deletion wants two people, and a new plan forgets neither', async () => {
    const settings = { quatreYeux: true };
    await suivre(db.pool, deux, settings);
    const first = await approuver(db.pool, {}, settings);
    assert.deepEqual([first.approuvees, first.premieres, first.dejaVues], [2, 1, 0]);
    for (const auteur of ['Dupont', ' DUPONT', 'Dupon\u200bt', 'D\u00fapo\u0302nt']) {
      const again = await approuver(db.pool, { auteur }, settings);
      assert.deepEqual([again.approuvees, again.premieres, again.dejaVues], [0, 0, 1], auteur);
    }
    await planifier(db.pool, settings, { isForced: true });
    const second = await approuver(db.pool, { auteur: 'martin' }, settings);
    assert.deepEqual([second.approuvees, second.premieres, second.dejaVues], [1, 0, 0]);
    assert.deepEqual(await decisions(), ['approve dupont 3', 'approve martin 1']);
  });

  test('the settings approve the kinds and reasons that they name, never past a guard nor for two eyes', async () => {
    await suivre(db.pool, deux, { approbation: ['insert', 'ORPHELINE_ANNUAIRE'] });
    assert.deepEqual(await operations(db.pool), []);
    assert.deepEqual(await decisions(), ['approve réglage plan.approbation (aucune personne) 3']);
    await viderPlan(db.pool);
    await suivre(db.pool, deux, { approbation: ['insert', 'delete'], quatreYeux: true });
    assert.equal((await operations(db.pool)).length, 1);
    await viderPlan(db.pool);
    const gardes = { ...reglagesPlan.gardes, changementsMax: 2 };
    const { plan } = await suivre(db.pool, deux, { approbation: ['insert'], gardes });
    assert.equal(plan.etat, 'bloque');
    assert.equal((await operations(db.pool)).length, 3);
  });

  test('a guard stops everything until somebody lifts it, which is traced', async () => {
    const gardes = { ...reglagesPlan.gardes, suppressionsMax: 4 };
    const settings = { gardes };
    await suivre(
      db.pool,
      { ...socle, inventaire: [{ adresse: a, rpps }], bals: orphelines(5) },
      settings,
    );
    await assert.rejects(approuver(db.pool, { choix: { kind: 'insert' } }, settings), {
      code: 'PLAN_BLOQUE',
      exitCode: 3,
      message: /5 suppressions ; la limite est de 4 \(plan\.gardes\.suppressionsMax\)/u,
    });
    const only = await approuver(
      db.pool,
      { choix: undefined, override: 'fermeture du service' },
      settings,
    );
    assert.equal(only.gardesLevees.length, 1);
    assert.equal((await approuver(db.pool, {}, settings)).approuvees, 6);
    assert.deepEqual(await decisions(), [
      'override dupont 6 fermeture du service',
      'approve dupont 6',
    ]);
  });

  test('a limit is not passed by instalments, sent or not; lifting the guard starts the count again', async () => {
    const settings = {
      gardes: { ...reglagesPlan.gardes, suppressionsMax: 4, suppressionsPlancher: 100 },
    };
    const heures = (n: number): Date => new Date(maintenant.getTime() + n * 3_600_000);
    const inventaire = [{ adresse: a, rpps }];
    const gardes = async (n: number): Promise<string[]> => {
      const { plan } = await planifier(db.pool, settings, { now: heures(n), isForced: true });
      return plan.gardes.map(({ garde, valeur }) => `${garde} ${valeur}`);
    };
    await suivre(db.pool, { ...socle, inventaire, bals: orphelines(3) }, settings);
    assert.equal((await approuver(db.pool, { choix: { kind: 'delete' } }, settings)).approuvees, 3);
    // Two more, while the first three wait to be sent; then once they were.
    await load(db.pool, { bals: orphelines(5) });
    await rapprocher(db.pool);
    assert.deepEqual(await gardes(1), ['suppressions 5']);
    await accepter(db.pool, heures(1), ['approved']);
    await load(db.pool, { bals: orphelines(5).slice(3) });
    await rapprocher(db.pool);
    assert.deepEqual(await gardes(2), ['suppressions 5']);
    const deux = { choix: { kind: 'delete' }, now: heures(2) } as const;
    await assert.rejects(approuver(db.pool, deux, settings), {
      code: 'PLAN_BLOQUE',
      message:
        /2 suppressions, et 3 déjà approuvées \(.*moins de 24 h\) : 5 en tout ; la limite est de 4/u,
    });
    // The day after, the three count no more.
    assert.deepEqual(await gardes(26), []);
    assert.deepEqual(await gardes(3), ['suppressions 5']);
    const override = { ...deux, now: heures(3), override: 'fermeture du service' };
    assert.equal((await approuver(db.pool, override, settings)).approuvees, 2);
    await load(db.pool, { bals: orphelines(8).slice(3) });
    await rapprocher(db.pool);
    assert.deepEqual(await gardes(4), []);
    const trois = { choix: { kind: 'delete' }, now: heures(5) } as const;
    assert.equal((await approuver(db.pool, trois, settings)).approuvees, 3);
    await load(db.pool, { bals: orphelines(10).slice(3) });
    await rapprocher(db.pool);
    assert.deepEqual(await gardes(6), ['suppressions 5']);
  });

  test('what is taken up again passes no guard unseen', async () => {
    const settings = { gardes: { ...reglagesPlan.gardes, suppressionsMax: 4 } };
    const inventaire = [{ adresse: a, rpps }];
    await suivre(db.pool, { ...socle, inventaire, bals: orphelines(5) }, settings);
    const { rows } = await db.pool.query<{ id: string }>(
      `select id::text from feed_operation where kind = 'delete'`,
    );
    const numeros = rows.map(({ id }) => id);
    await reject(
      db.pool,
      { ...reglagesPlan, ...settings },
      { now: maintenant, auteur: 'dupont', choix: { kind: 'delete' }, raison: 'non' },
      silentProgress,
    );
    const { plan } = await planifier(db.pool, settings, { isForced: true });
    assert.equal(plan.etat, 'ouvert');
    const choix = { operations: numeros };
    await assert.rejects(approuver(db.pool, { choix }, settings), { code: 'PLAN_BLOQUE' });
    assert.equal((await retenues(db.pool)).length, 5, 'nothing was taken up');
    const done = await approuver(db.pool, { choix, override: 'fermeture' }, settings);
    assert.deepEqual([done.approuvees, done.reprises.size, done.gardesLevees.length], [5, 5, 1]);
  });

  test('an override for one domain lets that domain go, the others stay', async () => {
    const domaines = ['chu.mssante.fr', 'parti.mssante.fr'];
    const gardes = { ...reglagesPlan.gardes, domaineSuppressionsMax: 4 };
    const settings = { domaines, gardes };
    await suivre(
      db.pool,
      {
        ...socle,
        listeBlanche: domaines.map((domaine) => ({ domaine })),
        inventaire: [{ adresse: a, rpps }],
        bals: [...orphelines(5), ...orphelines(6, 'parti.mssante.fr')],
      },
      settings,
    );
    const choix = { domaine: 'parti.mssante.fr' };
    await assert.rejects(approuver(db.pool, { choix }, settings), { code: 'PLAN_BLOQUE' });
    const done = await approuver(db.pool, { choix, override: 'transfert' }, settings);
    assert.equal(done.approuvees, 6);
    await assert.rejects(approuver(db.pool, {}, settings), { code: 'PLAN_BLOQUE' });
    assert.equal((await operations(db.pool)).length, 6);
    const { rows } = await db.pool.query(
      `select filter from plan_decision where action = 'override'`,
    );
    assert.deepEqual(rows, [
      {
        filter: {
          domaine: 'parti.mssante.fr',
          gardes: ['domaine-suppressions', 'domaine-suppressions'],
        },
      },
    ]);
  });

  test('a refused override changes nothing', async () => {
    const gardes = { ...reglagesPlan.gardes, suppressionsMax: 4 };
    const inventaire = [{ adresse: 'a@autre.mssante.fr', rpps }];
    const domaines = ['chu.mssante.fr', 'autre.mssante.fr'];
    const settings = { domaines, gardes };
    await suivre(
      db.pool,
      {
        ...socle,
        inventaire,
        bals: orphelines(5),
        listeBlanche: domaines.map((domaine) => ({ domaine })),
      },
      settings,
    );
    await assert.rejects(approuver(db.pool, { choix: {}, override: 'x', planId: 9 }, settings), {
      code: 'PLAN_REMPLACE',
    });
    assert.deepEqual(await decisions(), []);
  });
});

describe('what the sources are worth', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(() => viderPlan(db.pool));

  const orpheline: Etat = {
    ...socle,
    inventaire: [{ adresse: a, rpps }],
    bals: [{ adresse: b, rpps: autre }],
  };
  const vieillir = (source: string): Promise<unknown> =>
    db.pool.query(
      `update source_load set genere_le = $2::timestamptz - interval '72 hours',
         loaded_at = $2::timestamptz - interval '72 hours' where source = $1::text`,
      [source, maintenant],
    );

  test('nothing is planned before the sources, nor before a reconciliation, nor after a later load', async () => {
    await assert.rejects(planifier(db.pool), { code: 'PLAN_SANS_SOURCE', exitCode: 3 });
    await load(db.pool, { bals: [] });
    await assert.rejects(planifier(db.pool), /inventory import/u);
    await load(db.pool, { inventaire: [{ adresse: a, rpps }] });
    await assert.rejects(planifier(db.pool), { code: 'PLAN_SANS_RAPPROCHEMENT' });
    await rapprocher(db.pool);
    await planifier(db.pool);
    await load(db.pool, { bals: [] });
    await assert.rejects(planifier(db.pool), /« bals »/u);
  });

  for (const source of ['inventaire', 'bals']) {
    test(`an old ${source} blocks the plan and holds deletions back`, async () => {
      await load(db.pool, orpheline);
      await vieillir(source);
      await rapprocher(db.pool);
      const { plan } = await planifier(db.pool);
      assert.deepEqual(
        plan.gardes.map(({ garde }) => garde),
        [source === 'bals' ? 'annuaire-age' : 'inventaire-age'],
      );
      assert.deepEqual(await retenues(db.pool), [`SOURCE_PERIMEE delete ${b}`]);
      await assert.rejects(approuver(db.pool, {}), { code: 'PLAN_BLOQUE' });
      assert.equal((await approuver(db.pool, { override: 'panne connue' })).approuvees, 1);
    });
  }

  test('a source that ages between the plan and its approval overtakes the plan', async () => {
    await suivre(db.pool, orpheline);
    await vieillir('inventaire');
    await assert.rejects(approuver(db.pool, {}), { code: 'PLAN_DEPASSE' });
    await assert.rejects(approuver(db.pool, {}), { code: 'PLAN_BLOQUE' });
  });

  test('an inventory imported again without a change is fresh', async () => {
    await load(db.pool, orpheline);
    await vieillir('inventaire');
    await db.pool.query(
      `insert into source_run (source, inventaire_source, outcome, finished_at)
       values ('inventaire', 'fichier', 'unchanged', $1::timestamptz)`,
      [maintenant],
    );
    await rapprocher(db.pool);
    assert.equal((await planifier(db.pool)).plan.etat, 'ouvert');
  });

  test('a refused version says that the one in service is behind', async () => {
    await load(db.pool, orpheline);
    await db.pool.query(
      `insert into source_run (source, inventaire_source, outcome) values ('inventaire', 'fichier', 'refused')`,
    );
    await rapprocher(db.pool);
    const { plan } = await planifier(db.pool);
    assert.deepEqual(
      plan.gardes.map(({ garde }) => garde),
      ['inventaire-refuse'],
    );
    assert.deepEqual(await retenues(db.pool), [`SOURCE_PERIMEE delete ${b}`]);
  });

  test('an inventory with rejected lines proves no absence, but a closed BAL goes', async () => {
    await load(db.pool, {
      ...orpheline,
      inventaire: [
        { adresse: a, rpps },
        { adresse: 'f@chu.mssante.fr', rpps, etat: 'ferme' },
      ],
      bals: [
        { adresse: b, rpps: autre },
        { adresse: 'f@chu.mssante.fr', rpps },
      ],
    });
    await db.pool.query(`update source_load set rejected_count = 1 where source = 'inventaire'`);
    await rapprocher(db.pool);
    await planifier(db.pool);
    assert.deepEqual(await retenues(db.pool), [`INVENTAIRE_PARTIEL delete ${b}`]);
    assert.deepEqual(await operations(db.pool), [
      `insert ${a} professionnel:${rpps} NON_PUBLIEE`,
      `delete f@chu.mssante.fr professionnel:${rpps} ORPHELINE_ANNUAIRE`,
    ]);
  });

  test('an old liste blanche deletes nothing', async () => {
    await load(db.pool, {
      ...orpheline,
      bals: [{ adresse: a, rpps }],
      listeBlanche: [{ domaine: 'autre.mssante.fr' }],
    });
    await vieillir('liste-blanche');
    await rapprocher(db.pool);
    const { plan } = await planifier(db.pool);
    assert.equal(plan.etat, 'ouvert');
    assert.deepEqual(await operations(db.pool), []);
    assert.ok((await retenues(db.pool)).includes(`SOURCE_PERIMEE delete ${a}`));
  });
});
