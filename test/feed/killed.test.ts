// Pushers as processes, at their worst moments: between an answer and its record, with a wrong clock, asked to stop, without
// their PostgreSQL. Nothing is lost, nothing is done twice.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openEngine, type Engine } from '../../src/db/engine.js';
import { migrate } from '../../src/db/migrate.js';
import { createPool, type Pool } from '../../src/db/pool.js';
import { load, vider } from '../support/annuaire.js';
import { mainProgram, writeCommandSettings } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import { enfiler, operations, rppsDe, viderFile } from '../support/feed-queue.js';
import { apiKey, TestSimulator } from '../support/simulator.js';

let database: TestDatabase;
const children = new Set<ChildProcess>();

before(async () => {
  database = await testDatabase();
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await database.drop();
});
beforeEach(async () => {
  await vider(database.pool);
  await viderFile(database.pool);
});

const adresse = (index: number): string => `bal${index}@chu-exemple.mssante.fr`;

/** Porteurs that the simulator knows, and an insert for each, in the queue of `pool`. */
async function approuver(count: number, pool: Pool = database.pool): Promise<void> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  await load(database.pool, {
    bals: [],
    activites: indexes.map((index) => ({ rpps: rppsDe(index), site: '750000011' })),
    finess: [{ finess: '750000011', nature: 'EG' }],
  });
  await enfiler(
    pool,
    indexes.map((index) => ({ adresse: adresse(index) })),
  );
}

function reglages(url: string, bailSecondes: number, databaseUrl = database.url): string {
  const config = writeCommandSettings(tempFolder(), databaseUrl);
  appendFileSync(
    config,
    `alimentation:
  url: ${url}
  cleApi: ${apiKey}
  appelsParSeconde: 0
  connexionSecondes: 2
  reponseSecondes: 2
  totalSecondes: 2
  bailSecondes: ${bailSecondes}
  attenteMinSecondes: 0
  attenteMaxSecondes: 1
  tentativesMax: 50
`,
  );
  return config;
}

type Pusher = {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly text: string }>;
};

function pousser(config: string, nodeOptions: readonly string[] = []): Pusher {
  const words = [...nodeOptions, mainProgram, '-c', config, 'push', '--jusqu-au-bout'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  }
  const ended = once(child, 'close').then(() => {
    children.delete(child);
    return { code: child.exitCode, text };
  });
  return { child, ended };
}

/** The condition decides, not the time: a failure is a test that does not end. */
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await delay(20);
}

async function assertAllDoneOnce(
  simulator: TestSimulator,
  count: number,
  pool = database.pool,
): Promise<void> {
  const rows = await operations(pool);
  assert.deepEqual(
    rows.filter(({ state }) => state !== 'accepted'),
    [],
  );
  const { json } = await simulator.get('/_simulation/etat');
  const done = json['adresses'] as Record<string, Record<string, number>>;
  for (let index = 0; index < count; index += 1) {
    assert.equal(done[adresse(index)]?.['insert'], 1, adresse(index));
  }
}

test('killed between the answers and their record: read back, never published twice', async (t) => {
  const count = 40;
  await approuver(count);
  const simulator = await TestSimulator.open(database.pool);
  const config = reglages(simulator.url, 3);
  const holder = await database.pool.connect();
  t.after(() => holder.release(true));
  // What was answered cannot be written.
  await holder.query('begin');
  await holder.query('lock table publication_connue in exclusive mode');
  const killed = pousser(config);
  await until(async () => {
    const { rowCount } = await holder.query(
      `select from pg_locks where relation = 'publication_connue'::regclass and not granted`,
    );
    return (rowCount ?? 0) > 0;
  });
  const answered = simulator.requests.filter(({ status }) => status === 200).length;
  assert.ok(answered > 0);
  killed.child.kill('SIGKILL');
  await killed.ended;
  await holder.query('rollback');
  const rows = await operations(database.pool);
  assert.ok(rows.every(({ state }) => state !== 'accepted'));
  assert.equal((await pousser(config).ended).code, 0);
  await assertAllDoneOnce(simulator, count);
  await simulator.close();
});

/** For node: every clock of the process is off by `ms`, or jumps by it after a while. */
function withClock(ms: number, afterReads = 0): readonly string[] {
  const source = `const real = Date; let reads = 0;
    const now = () => real.now() + ((reads += 1) > ${afterReads} ? ${ms} : 0);
    globalThis.Date = class extends real {
      constructor(...given) { if (given.length === 0) super(now()); else super(...given); }
      static now() { return now(); }
    };`;
  return ['--import', `data:text/javascript,${encodeURIComponent(source)}`];
}

test('pushers whose clocks are minutes apart, or jump by hours on the way, never take each other’s operations', async () => {
  const count = 200;
  await approuver(count);
  const simulator = await TestSimulator.open(database.pool, { faults: 'latence=20-60' });
  const config = reglages(simulator.url, 60);
  const hour = 3_600_000;
  // Far beyond a lease; beyond ten minutes a command refuses to begin.
  const minutes = 9 * 60_000;
  const pushers = [
    ...[withClock(minutes), withClock(-minutes)],
    ...[withClock(hour, 400), withClock(-hour, 400)],
  ];
  const ended = await Promise.all(pushers.map((clock) => pousser(config, clock).ended));
  for (const { code, text } of ended) assert.equal(code, 0, text);
  await assertAllDoneOnce(simulator, count);
  const { rows } = await database.pool.query(
    `select operation_id from feed_attempt where outcome = 'unknown' or status is distinct from 200`,
  );
  assert.deepEqual(rows, [], 'a lease was taken over from a pusher that was alive');
  await simulator.close();
});

test('asked to stop in the middle: nothing stays held, nothing is lost, the next push resumes', async () => {
  const count = 200;
  await approuver(count);
  const simulator = await TestSimulator.open(database.pool, {
    faults: 'latence=20-60,agir-puis-taire=0.1',
  });
  const config = reglages(simulator.url, 60);
  const stopped = pousser(config);
  await until(() => simulator.requests.length >= 40);
  stopped.child.kill('SIGTERM');
  const { code, text } = await stopped.ended;
  assert.equal(code, 1, text);
  const rows = await operations(database.pool);
  assert.ok(rows.some(({ state }) => state === 'approved'));
  assert.deepEqual(
    rows.filter(({ state, claimedBy }) => state === 'sending' || claimedBy !== null),
    [],
  );
  assert.equal((await pousser(config).ended).code, 0);
  await assertAllDoneOnce(simulator, count);
  await simulator.close();
});

for (const [name, bailSecondes] of [
  ['comes back in time: the pusher goes on', 60],
  ['stays away: the pusher says so in French and ends, the next one resumes', 3],
] as const) {
  test(`a PostgreSQL that crashes in the middle and ${name}`, async (t) => {
    const dataDir = tempFolder();
    let engine = await openEngine({ dataDir }, () => undefined);
    let pool = openPool(engine);
    await migrate(pool);
    const count = 200;
    await approuver(count, pool);
    const { rows } = await pool.query<{ folder: string }>(
      `select current_setting('data_directory') as folder`,
    );
    await pool.end();
    const simulator = await TestSimulator.open(database.pool, { faults: 'latence=20-60' });
    const relay = await openRelay(() => engine.connectionString);
    t.after(() => relay.server.close());
    const config = reglages(simulator.url, bailSecondes, relay.connectionString);
    const pusher = pousser(config);
    await until(() => simulator.requests.length >= 40);
    // A private server is started again by whoever holds it: what makes it stay away is the way to it.
    relay.isCut = bailSecondes < 60;
    killServer(rows[0]?.folder ?? '');
    if (bailSecondes < 60) {
      const { code, text } = await pusher.ended;
      assert.equal(code, 1, text);
      assert.match(text, /La base de données ne répond plus/);
      assert.doesNotMatch(text, /\n +at .+:\d+:\d+/, 'no stack is shown');
      relay.isCut = false;
    }
    await engine.close().catch(() => undefined);
    engine = await openEngine({ dataDir }, () => undefined);
    if (bailSecondes >= 60) {
      const { code, text } = await pusher.ended;
      assert.equal(code, 0, text);
      assert.match(text, /répond de nouveau/);
    } else {
      const { code, text } = await pousser(config).ended;
      assert.equal(code, 0, text);
    }
    pool = openPool(engine);
    await assertAllDoneOnce(simulator, count, pool);
    await pool.end();
    await engine.close();
    await simulator.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
}

function openPool({ connectionString }: Engine): Pool {
  return createPool(
    { connectionString, max: 2, statementTimeoutMs: 60_000, applicationName: 'test' },
    () => undefined,
  );
}

type Relay = {
  readonly server: Server;
  readonly connectionString: string;
  /** Nobody gets through. */
  isCut: boolean;
};

/** One address, wherever the server comes back: a private server that restarts may find its port taken. */
async function openRelay(target: () => string): Promise<Relay> {
  const server = createServer((near) => {
    near.on('error', () => undefined);
    if (relay.isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(new URL(target()).port), '127.0.0.1');
    near.on('close', () => far.destroy());
    far.on('error', () => undefined).on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target());
  url.port = String((server.address() as AddressInfo).port);
  const relay: Relay = { server, connectionString: url.href, isCut: false };
  return relay;
}

/** As a power cut would: connections end at once until somebody starts it again. */
function killServer(folder: string): void {
  const [pid = ''] = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(pid), 'SIGKILL');
}
