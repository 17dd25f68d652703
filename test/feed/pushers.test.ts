// Pushers as they are run: several processes, killed; a database that goes away; a full disk; a dry run.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../src/feed/push/clock.js';
import type { Outbox } from '../../src/feed/push/outbox.js';
import { load, vider } from '../support/annuaire.js';
import { mainProgram, runCommand, writeCommandSettings } from '../support/command.js';
import { tempFolder } from '../support/extraction-files.js';
import { AnnuaireDEssai, panne } from '../support/feed-annuaire.js';
import { boite, Horloge, pousser, reglagesEnvoi } from '../support/feed-push.js';
import { enfiler, operation, operations, rppsDe, viderFile } from '../support/feed-queue.js';
import { apiKey, TestSimulator } from '../support/simulator.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;

before(async () => {
  database = await testDatabase();
});
after(() => database.drop());
beforeEach(async () => {
  await vider(database.pool);
  await viderFile(database.pool);
});

const adresse = (index: number): string => `bal${index}@chu-exemple.mssante.fr`;

async function connaitre(count: number): Promise<void> {
  await load(database.pool, {
    bals: [],
    activites: Array.from({ length: count }, (_, index) => ({
      rpps: rppsDe(index),
      site: '750000011',
      ej: '750000037',
    })),
    finess: [{ finess: '750000011', nature: 'EG', ej: '750000037' }],
  });
}

function reglages(url: string, more = ''): string {
  const config = writeCommandSettings(tempFolder(), database.url);
  appendFileSync(
    config,
    `alimentation:
  url: ${url}
  cleApi: ${apiKey}
  appelsParSeconde: 10000
  connexionSecondes: 2
  reponseSecondes: 2
  totalSecondes: 2
  bailSecondes: 3
  attenteMinSecondes: 0
  attenteMaxSecondes: 1
  tentativesMax: 50
${more}`,
  );
  return config;
}

test('three pushers killed again and again lose nothing and double nothing', async () => {
  const count = 300;
  await connaitre(count);
  await enfiler(
    database.pool,
    Array.from({ length: count }, (_, index) => ({ adresse: adresse(index) })),
  );
  const simulateur = await TestSimulator.open(database.pool, { faults: 'latence=20-60' });
  const config = reglages(simulateur.url);
  const children = new Set<ChildProcess>();
  const start = (): void => {
    const child = spawn(process.execPath, [mainProgram, '-c', config, 'push', '--jusqu-au-bout'], {
      stdio: 'ignore',
    });
    children.add(child);
    child.on('exit', () => children.delete(child));
  };
  try {
    for (let i = 0; i < 3; i += 1) start();
    let seen = 0;
    for (let kills = 0; kills < 6; kills += 1) {
      // Killed while requests are answered: not before the API was asked something more.
      await until(() => simulateur.requests.length >= seen + 20 || children.size === 0);
      seen = simulateur.requests.length;
      [...children][kills % 3]?.kill('SIGKILL');
      start();
    }
    await until(() => children.size === 0);
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
  const rows = await operations(database.pool);
  assert.deepEqual(
    rows.filter(({ state }) => state !== 'accepted'),
    [],
  );
  const bodies = simulateur.requests.filter(({ status }) => status === 200).length;
  assert.ok(bodies >= count);
  for (let index = 0; index < count; index += 50) {
    const read = await simulateur.get(
      `/Practitioner?identifier=https://rpps.esante.gouv.fr|${rppsDe(index)}`,
    );
    assert.equal(read.text.split(adresse(index)).length - 1, 1, read.text);
  }
  await simulateur.close();
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await delay(20);
}

test('a database that cuts its connections in the middle loses and doubles nothing', async () => {
  const annuaire = new AnnuaireDEssai();
  const count = 400;
  await enfiler(
    database.pool,
    Array.from({ length: count }, (_, index) => ({ adresse: adresse(index) })),
  );
  let cuts = 0;
  annuaire.toujours = () => {
    if (annuaire.seen.length % 100 === 50) {
      cuts += 1;
      void database.pool
        .query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid()`,
        )
        .catch(() => undefined);
    }
    return undefined;
  };
  const summary = await pousser(database.pool, annuaire, { clock: systemClock() });
  assert.ok(cuts >= 3);
  assert.equal(summary.accepted.insert, count);
  assert.ok((await operations(database.pool)).every(({ state }) => state === 'accepted'));
  for (let index = 0; index < count; index += 1)
    assert.equal(annuaire.inserts.get(adresse(index)), 1);
});

const diskFull = `create function disque_plein() returns trigger language plpgsql as $$
  begin raise exception 'could not extend file' using errcode = '53100'; end $$;
  create trigger disque_plein before update on feed_operation for each row
  when (new.state = 'accepted') execute function disque_plein()`;

test('a disk that is full when results are written stops the sending; what was sent is found again', async () => {
  const annuaire = new AnnuaireDEssai();
  // More than one claim holds: the second finds the sending stopped.
  const count = 1_500;
  await enfiler(
    database.pool,
    Array.from({ length: count }, (_, index) => ({ adresse: adresse(index) })),
  );
  await database.pool.query(diskFull);
  const notices: string[] = [];
  // Its own time: however busy the machine is, a lease lasts.
  const clock = new Horloge();
  try {
    await assert.rejects(
      pousser(
        database.pool,
        annuaire,
        { clock, onNotice: (message) => notices.push(message) },
        { bailMs: 30_000 },
      ),
      /could not extend file/,
    );
  } finally {
    await database.pool.query(`drop function disque_plein cascade`);
  }
  assert.match(notices[0] ?? '', /plus rien n’est envoyé/);
  assert.ok(annuaire.seen.length < count, `${annuaire.seen.length} were sent into a full disk`);
  clock.avancer(reglagesEnvoi.bailMs);
  await pousser(
    database.pool,
    annuaire,
    { clock, isPatient: true },
    { attenteMinMs: 1, attenteMaxMs: 1 },
  );
  assert.ok((await operations(database.pool)).every(({ state }) => state === 'accepted'));
  for (let index = 0; index < count; index += 1)
    assert.equal(annuaire.inserts.get(adresse(index)), 1);
});

for (const [share, says] of [
  [0.8, undefined],
  [1.1, /bailSecondes/],
] as const) {
  test(`a claim that takes ${share} of a lease ${says ? 'ends the run, nothing lost' : 'is kept'}`, async () => {
    const annuaire = new AnnuaireDEssai();
    await enfiler(
      database.pool,
      Array.from({ length: 20 }, (_, index) => ({ adresse: adresse(index) })),
    );
    const clock = new Horloge();
    const real = boite(database.pool);
    const outbox: Outbox = {
      ...real,
      claim: async (request) => {
        const claim = await real.claim(request);
        clock.avancer(reglagesEnvoi.bailMs * share);
        return claim;
      },
    };
    const pushed = pousser(database.pool, annuaire, { clock }, {}, outbox);
    if (says) await assert.rejects(pushed, says);
    else assert.equal((await pushed).accepted.insert, 20);
    const state = says ? 'approved' : 'accepted';
    assert.ok((await operations(database.pool)).every((one) => one.state === state));
    assert.equal(annuaire.seen.length, says ? 0 : 20);
  });
}

test('a stop that is asked for finishes what is in flight and gives the rest back', async () => {
  const annuaire = new AnnuaireDEssai();
  await enfiler(
    database.pool,
    Array.from({ length: 50 }, (_, index) => ({ adresse: adresse(index) })),
  );
  const stop = new AbortController();
  annuaire.toujours = () => {
    if (annuaire.seen.length === 10) stop.abort();
    return undefined;
  };
  const summary = await pousser(database.pool, annuaire, { signal: stop.signal });
  assert.equal(summary.isInterrupted, true);
  const rows = await operations(database.pool);
  assert.equal(rows.filter(({ state }) => state === 'accepted').length, annuaire.seen.length);
  assert.equal(rows.filter(({ state }) => state === 'approved').length, 50 - annuaire.seen.length);
  assert.ok(annuaire.seen.length < 20);
});

test('the circuit breaker opens, lets one request through after its pause, and closes', async () => {
  const annuaire = new AnnuaireDEssai();
  await enfiler(
    database.pool,
    Array.from({ length: 30 }, (_, index) => ({ adresse: adresse(index) })),
  );
  annuaire.toujours = () => panne('gateway', false);
  const clock = new Horloge();
  const first = await pousser(database.pool, annuaire, { clock }, { simultanesMax: 1 });
  assert.equal(annuaire.seen.length, 5);
  assert.match(first.pause?.reason ?? '', /Disjoncteur ouvert/);
  clock.avancer(300_001);
  const second = await pousser(database.pool, annuaire, { clock }, { simultanesMax: 1 });
  assert.equal(annuaire.seen.length, 6, 'one probe');
  // Twice as long as the first, and the probe was no attempt of its operation.
  assert.equal(second.pause?.until.getTime(), clock.now().getTime() + 600_000);
  assert.equal(
    (await operations(database.pool)).reduce((sum, { attempts }) => sum + attempts, 0),
    5,
  );
  clock.avancer(600_001);
  annuaire.toujours = undefined;
  assert.equal((await pousser(database.pool, annuaire, { clock })).accepted.insert, 30);
  const { rows } = await database.pool.query(
    `select opening_count, paused_until from feed_channel`,
  );
  assert.deepEqual(rows, [{ opening_count: 0, paused_until: null }]);
});

test('an API that nobody answers at: the pause is told, with what to do, and is no success', async () => {
  await enfiler(
    database.pool,
    Array.from({ length: 20 }, (_, index) => ({ adresse: adresse(index) })),
  );
  const config = reglages('http://127.0.0.1:9/fhir');
  for (const words of [['push'], ['push']]) {
    const { status, stdout } = runCommand(config, words);
    assert.equal(status, 1, stdout);
    assert.match(stdout, /Canal en pause jusqu’au .*connexion refusée/u);
    assert.match(stdout, /relancez « annuaire-sync push » après cette heure/u);
    assert.doesNotMatch(stdout, /✓/u);
  }
  assert.ok(
    (await operations(database.pool)).every(
      ({ state }) => state === 'approved' || state === 'retry',
    ),
  );
});

test('a dry run tells exactly what would leave, without the key, and changes no row', async () => {
  await enfiler(database.pool, [
    { adresse: adresse(0) },
    { adresse: adresse(1), kind: 'delete' },
    { adresse: adresse(2), type: 'ORG', service: 'Accueil' },
  ]);
  const digest = async (): Promise<string> => {
    const { rows } = await database.pool.query<{ d: string }>(
      `select md5(coalesce(string_agg(t::text, '|' order by id), '') || (select c::text from feed_channel c)
         || (select count(*) from feed_attempt)) as d from feed_operation t`,
    );
    return rows[0]?.d ?? '';
  };
  const before = await digest();
  const config = reglages('http://127.0.0.1:9/fhir');
  const text = runCommand(config, ['push', '--dry-run']);
  assert.equal(text.status, 0, text.stderr);
  assert.equal(text.stderr, '', 'nothing that an administrator would not understand');
  assert.match(text.stdout, /PATCH http:\/\/127\.0\.0\.1:9\/fhir\/Practitioner/);
  assert.match(text.stdout, /3 opérations partiraient ainsi/);
  const json = runCommand(config, ['--json', 'push', '--dry-run']);
  assert.equal((JSON.parse(json.stdout) as { appels: unknown[] }).appels.length, 3);
  assert.ok(!`${text.stdout}${text.stderr}${json.stdout}`.includes(apiKey));
  assert.equal(await digest(), before);
});

test('what did not go through is shown with its reason and command, sent again or given up, and traced', async () => {
  const [dead = 0, , half = 0, other = 0] = await enfiler(database.pool, [
    { adresse: adresse(0), state: 'dead', lastCode: 'REQUETE_REFUSEE', attempts: 3 },
    {
      adresse: adresse(1),
      state: 'held',
      lastCode: 'PORTEUR_INCONNU',
      motif: 'ORPHELINE_ANNUAIRE',
    },
    { adresse: adresse(2), state: 'dead', kind: 'delete', type: 'ORG' },
    { adresse: adresse(2), state: 'dead', kind: 'insert', type: 'ORG' },
  ]);
  const config = reglages('http://127.0.0.1:9/fhir');
  const status = runCommand(config, ['push', 'status']);
  assert.match(status.stdout, /refusées +3/);
  assert.match(
    status.stdout,
    new RegExp(`${dead} insert ${adresse(0)}, refusées \\(REQUETE_REFUSEE\\)`),
  );
  assert.equal(
    runCommand(config, ['push', 'replay', String(half), '--auteur', 'Anne', '--raison', 'corrigé'])
      .status,
    0,
  );
  // Half a change of type takes the other half along.
  for (const id of [half, other])
    assert.equal((await operation(database.pool, id)).state, 'approved');
  assert.equal(runCommand(config, ['push', 'cancel', '--motif', 'ORPHELINE_ANNUAIRE']).status, 0);
  assert.deepEqual(
    (await operations(database.pool)).map(({ state }) => state),
    ['dead', 'cancelled', 'approved', 'approved'],
  );
  const refused = runCommand(config, ['push', 'replay', String(half), '9999']);
  assert.equal(refused.status, 1);
  assert.match(refused.stdout, /9999 : cette opération n’existe pas/);
  assert.equal(runCommand(config, ['push', 'cancel']).status, 2);
  const { rows } = await database.pool.query(
    `select action, author, reason, operation_count from plan_decision order by id`,
  );
  assert.deepEqual(rows[0], {
    action: 'replay',
    author: 'Anne',
    reason: 'corrigé',
    operation_count: 2,
  });
  assert.match(runCommand(config, ['push', 'show', String(dead)]).stdout, /refusées, 3 envois/);
});
