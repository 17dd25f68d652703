// A purge on a real database: what goes, what stays and why, killed and taken up, alone, within its guards.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { verifyJournal } from '../../src/audit/verify.js';
import { purger, type BilanPurge, type PurgeOptions } from '../../src/conservation/purger.js';
import { prevoir } from '../../src/conservation/prevoir.js';
import type { PurgeSettings } from '../../src/conservation/settings.js';
import { reverifier } from '../../src/conservation/verifier.js';
import { withAdvisoryLock } from '../../src/db/advisory-lock.js';
import type { Pool } from '../../src/db/pool.js';
import {
  categoriesConservation,
  durees,
  type DureesConservation,
} from '../../src/domain/conservation.js';
import { silentProgress } from '../../src/progress.js';
import { recordTrace } from '../../src/store/journal.js';
import { cibles } from '../../src/store/purge/cibles.js';
import { purgeLot } from '../../src/store/purge/lot.js';
import { listPassages } from '../../src/store/purge/passage.js';
import { mainProgram, runCommand, writeCommandSettings } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

const jours = Object.fromEntries(
  categoriesConservation.map((nom) => [nom, durees[nom].defaut]),
) as DureesConservation;

const reglages: PurgeSettings = {
  jours,
  gardes: { partMax: 1, plancher: 0, horlogeEcartMaxSecondes: 300, silenceMaxJours: 45 },
  lotPages: 1,
  evenementJoursMax: 30,
  dossiers: [],
};

function lancer(
  pool: Pool,
  settings: Partial<PurgeSettings> = {},
  options: Partial<PurgeOptions> = {},
  progress = silentProgress,
): Promise<BilanPurge> {
  return purger(
    pool,
    { ...reglages, ...settings },
    {
      now: () => new Date(),
      categories: [],
      isAccepted: false,
      auteur: 'dpo',
      version: '0',
      correlation: 'essai',
      signal: new AbortController().signal,
      ...options,
    },
    progress,
  );
}

async function base(t: TestContext): Promise<TestDatabase> {
  const database = await testDatabase();
  t.after(() => database.drop());
  return database;
}

/** Calls of the API so many days ago. */
async function appels(pool: Pool, nombre: number, jours: number): Promise<void> {
  await pool.query(
    `insert into api_call (at, origine, action, status, duree_ms)
     select now() - $2::integer * interval '1 day', '192.0.2.1', 'verification', 200, 1
     from generate_series(1, $1::integer)`,
    [nombre, jours],
  );
}

async function nombreDe(pool: Pool, table: string): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(`select count(*)::integer as n from ${table}`);
  return rows[0]?.n ?? 0;
}

test('every statement of every target runs, on an empty database', async (t) => {
  const { pool } = await base(t);
  const { passage, comptes } = await lancer(pool);
  assert.equal(passage.etat, 'termine');
  const facultatives = cibles.filter(({ estFacultative }) => estFacultative).length;
  assert.ok(comptes.length >= cibles.length + 1 - facultatives, String(comptes.length));
  // With nothing at its term a batch is never asked for: ask for one of each.
  for (const cible of cibles) {
    const { rows } = await pool.query<{ found: boolean }>(
      `select to_regclass($1::text) is not null as found`,
      [cible.table],
    );
    if (rows[0]?.found !== true) continue;
    const avant = new Date('2020-01-01');
    const lot = await purgeLot(pool, cible, { passageId: 1, avant, now: avant, pages: 1 }, '');
    assert.deepEqual(lot, { traites: 0, suite: undefined }, cible.nom);
  }
});

test('what is older than its duration goes, in batches; the run proves it, again whenever asked', async (t) => {
  const { pool } = await base(t);
  await appels(pool, 300, 400);
  await appels(pool, 200, 300);
  const demande = { reference: new Date(), categories: ['appelsApi'] as const };
  const { signal } = new AbortController();
  const [prevu] = await prevoir(pool, reglages, { ...demande, signal }, silentProgress);
  assert.deepEqual([prevu?.nom, prevu?.totalAvant, prevu?.aTerme], ['api_call', 500, 300]);
  assert.equal(await nombreDe(pool, 'api_call'), 500, 'a forecast takes nothing');

  const { passage, comptes } = await lancer(pool, {}, { categories: ['appelsApi'] });
  const [compte] = comptes;
  assert.equal(comptes.length, 1, 'of the category asked for only');
  assert.equal(await nombreDe(pool, 'api_call'), 200);
  const { cible, totalAvant, aTerme, traites, totalApres, restants } = compte ?? {};
  assert.deepEqual(
    { cible, totalAvant, aTerme, traites, totalApres, restants },
    { cible: 'api_call', totalAvant: 500, aTerme: 300, traites: 300, totalApres: 200, restants: 0 },
  );
  assert.equal(passage.etat, 'termine');
  assert.deepEqual(await reverifier(pool, comptes), [{ cible: 'api_call', restants: 0 }]);
  await appels(pool, 2, 500);
  assert.deepEqual(await reverifier(pool, comptes), [{ cible: 'api_call', restants: 2 }]);
});

test('a share of a table that nobody expects to lose stops it, unless it is small or accepted', async (t) => {
  const { pool } = await base(t);
  await appels(pool, 30, 400);
  await appels(pool, 20, 1);
  const gardes = { ...reglages.gardes, partMax: 0.5, plancher: 10 };
  await assert.rejects(lancer(pool, { gardes }), (error: Error) => {
    assert.match(error.message, /appels de l’API .*30 sur 50/u);
    assert.match(error.message, /--accept/u);
    return true;
  });
  assert.equal(await nombreDe(pool, 'api_call'), 50);
  assert.equal(await nombreDe(pool, 'purge_passage'), 0);
  await lancer(pool, { gardes: { ...gardes, plancher: 30 } });
  await appels(pool, 31, 400);
  const { passage } = await lancer(pool, { gardes }, { isAccepted: true });
  assert.deepEqual(passage.gardesLevees, ['silence', 'part']);
  assert.equal(await nombreDe(pool, 'api_call'), 20);
});

test('a clock that jumped purges nothing: against the server’s, then by the silence of the trail', async (t) => {
  const { pool } = await base(t);
  await appels(pool, 10, 1);
  const dansDixAns = (): Date => new Date(Date.now() + 3_650 * 86_400_000);
  await assert.rejects(
    lancer(pool, {}, { now: dansDixAns, isAccepted: true }),
    /horloge .* diffèrent de/u,
  );
  const trace = {
    action: 'export',
    issue: 'reussite',
    auteur: { genre: 'personne', id: 'x' },
    objets: [],
  } as const;
  // On one machine both clocks jump together.
  await recordTrace(pool, trace, new Date(Date.now() - 46 * 86_400_000));
  const silence = /aucune trace pendant 46 jours/u;
  await assert.rejects(lancer(pool), silence);
  // The refusal itself is traced, and the other stages run on: the next night must refuse as well, to the same end.
  await recordTrace(pool, trace, new Date());
  await recordTrace(pool, trace, new Date(Date.now() + 3_600_000));
  await assert.rejects(lancer(pool), silence);
  await lancer(pool, {}, { isAccepted: true });
  await lancer(pool);
  // Put right, the clock leaves dates to come behind it.
  await pool.query(`update purge_passage set commence_le = commence_le + interval '10 years',
    termine_le = termine_le + interval '10 years' where id = 2`);
  await lancer(pool);
  assert.equal(await nombreDe(pool, 'api_call'), 10);
});

test('of two at once the second says so', async (t) => {
  const { pool } = await base(t);
  const second = await withAdvisoryLock(pool, 'purge', () =>
    lancer(pool).then(
      () => 'done',
      (error: unknown) => String(error),
    ),
  );
  assert.match(second.kind === 'done' ? second.value : '', /Une autre purge est en cours/u);
});

test('stopped between two batches, it is taken up with the dates that it began with', async (t) => {
  const { pool } = await base(t);
  await appels(pool, 2_000, 400);
  const stop = new AbortController();
  let steps = 0;
  const progress = {
    ...silentProgress,
    update: (): void => {
      steps += 1;
      if (steps === 2) stop.abort();
    },
  };
  const options = { categories: ['appelsApi'] as const };
  await assert.rejects(
    purger(
      pool,
      reglages,
      {
        now: () => new Date(),
        isAccepted: false,
        ...{ auteur: 'dpo', version: '0', correlation: 'essai', signal: stop.signal },
        ...options,
      },
      progress,
    ),
    /abort/iu,
  );
  const reste = await nombreDe(pool, 'api_call');
  assert.ok(reste > 0 && reste < 2_000, String(reste));
  const [ouvert] = await listPassages(pool, 1);
  assert.equal(ouvert?.etat, 'en-cours');
  const { passage, comptes } = await lancer(pool, {}, options);
  assert.equal(passage.id, ouvert.id);
  assert.equal(passage.reprises, 2);
  assert.deepEqual(passage.referenceLe, ouvert.referenceLe);
  assert.equal(comptes[0]?.traites, 2_000, 'both parts are in one proof');
  assert.equal(await nombreDe(pool, 'api_call'), 0);
  // Other durations are another purge.
  await appels(pool, 1, 400);
  await pool.query(`update purge_passage set etat = 'en-cours', termine_le = null`);
  const autre = await lancer(pool, { jours: { ...jours, appelsApi: 30 } }, options);
  assert.notEqual(autre.passage.id, passage.id);
  assert.deepEqual(
    (await listPassages(pool, 2)).map(({ etat }) => etat),
    ['termine', 'interrompu'],
  );
});

test('killed with -9, nothing is lost nor done twice, and the next run ends it', async (t) => {
  const { pool, url } = await base(t);
  const config = writeCommandSettings(tempFolder(), url);
  writeFileSync(config, `conservation: { lotPages: 1 }\n`, { flag: 'a' });
  await appels(pool, 8_000, 400);
  // Each batch is slow: the kill falls inside of the work.
  await pool.query(`create function lent() returns trigger language plpgsql as $$
    begin perform pg_sleep(0.02); return null; end $$`);
  await pool.query(
    `create trigger lent after delete on api_call for each statement execute function lent()`,
  );
  const child = spawn(
    process.execPath,
    [mainProgram, '-c', config, 'purge', '--accept', '--categorie', 'appelsApi'],
    {
      stdio: 'ignore',
    },
  );
  const traites = async (): Promise<number> => {
    const { rows } = await pool.query<{ n: number }>(
      `select coalesce(sum(traites), 0)::integer as n from purge_compte`,
    );
    return rows[0]?.n ?? 0;
  };
  while ((await traites()) < 500 && child.exitCode === null) await new Promise(setImmediate);
  assert.equal(child.exitCode, null, 'it was still at work');
  child.kill('SIGKILL');
  await once(child, 'exit');
  await pool.query(`drop trigger lent on api_call`);
  const { rows: sessions } = await pool.query<{ pid: number }>(
    `select pg_terminate_backend(pid), pid from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and application_name = 'annuaire-sante-sync'`,
  );
  while (sessions.length > 0) {
    const { rows } = await pool.query<{ n: number }>(
      `select count(*)::integer as n from pg_stat_activity where pid = any($1::integer[])`,
      [sessions.map(({ pid }) => pid)],
    );
    if (rows[0]?.n === 0) break;
  }
  const gone = 8_000 - (await nombreDe(pool, 'api_call'));
  assert.equal(await traites(), gone, 'the proof says exactly what went');
  const { status, stderr, stdout } = runCommand(config, [
    'purge',
    '--accept',
    '--categorie',
    'appelsApi',
  ]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /reprise 1 fois/u);
  assert.match(stdout, /appels de l’API .*8.000 .*8.000 .*8.000 .* 0 .* 0/u);
  assert.match(stdout, /✓ Plus rien de ce qui était à terme/u);
  assert.equal(await nombreDe(pool, 'api_call'), 0);
  const { rows: traces } = await pool.query<{ action: string; issue: string }>(
    `select action, issue from trace where action = 'purge' order by sequence`,
  );
  assert.deepEqual(traces, [
    { action: 'purge', issue: 'echec' },
    { action: 'purge', issue: 'reussite' },
  ]);
  const shown = runCommand(config, ['purge', 'show', '--verifie', '--json']);
  assert.equal(shown.status, 0, shown.stderr);
  assert.match(shown.stdout, /"reverification":\[/u);
});

test('the trail is intact after its contents are erased, and across the purge; nothing under six months', async (t) => {
  const { pool } = await base(t);
  const { signal } = new AbortController();
  const trace = {
    action: 'plan.rejet',
    issue: 'refus',
    auteur: { genre: 'personne', id: 'a.martin' },
    objets: [{ genre: 'bal', id: 'a@chu.mssante.fr' }],
  } as const;
  for (const age of [500, 400, 300, 0]) {
    await recordTrace(pool, trace, new Date(Date.now() - age * 86_400_000));
  }
  const verify = (points: readonly { sequence: number; empreinte: string }[] = []) =>
    verifyJournal(pool, points, { progress: silentProgress, signal });
  const { point } = await verify();
  await lancer(pool, {}, { isAccepted: true });
  const apres = await verify([point]);
  assert.deepEqual([apres.fautes, apres.effaceesCount], [[], 2]);
  // A run that is left open once it has erased some of the trail, and that other durations replace.
  for (let n = 0; n < 11; n += 1) {
    await recordTrace(pool, trace, new Date(Date.now() - 390 * 86_400_000));
  }
  const stop = new AbortController();
  const progress = { ...silentProgress, update: (): void => stop.abort() };
  await assert.rejects(lancer(pool, {}, { isAccepted: true, signal: stop.signal }, progress));
  await lancer(pool, { jours: { ...jours, traces: 250 } }, { isAccepted: true });
  const { rows: effacements } = await pool.query(
    `select p.etat, (t.reponse::jsonb ->> 'effacees')::integer as effacees
     from trace t join purge_passage p on p.id = (t.requete::jsonb ->> 'passage')::integer
     where t.action = 'journal.effacement' order by t.sequence`,
  );
  assert.deepEqual(effacements, [
    { etat: 'termine', effacees: 2 },
    { etat: 'interrompu', effacees: 10 },
    { etat: 'termine', effacees: 2 },
  ]);
  await assert.rejects(
    pool.query(`select trace_effacer_contenus(now() - interval '179 days', 10, now())`),
    /younger than/u,
  );
});

test('old files of the folders of dataDir go, the young ones and the other folders stay', async (t) => {
  const { pool } = await base(t);
  const dossier = tempFolder();
  for (const [nom, age] of [
    ['vieux.partial', 31],
    ['jeune.partial', 29],
  ] as const) {
    writeFileSync(join(dossier, nom), 'x');
    const le = new Date(Date.now() - age * 86_400_000);
    await utimes(join(dossier, nom), le, le);
  }
  const { comptes } = await lancer(
    pool,
    { dossiers: [dossier, join(dossier, 'absent')] },
    { categories: ['fichiers'] },
  );
  const [{ totalAvant, traites, totalApres, restants } = { totalAvant: 0 }] = comptes;
  assert.deepEqual([totalAvant, traites, totalApres, restants], [2, 1, 1, 0]);
});
