// The program as it is run: killed in the middle of a snapshot and of events, and what the next one makes of it.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { mainProgram, runCommand } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { evenement, ndjson, park } from '../support/inventaire-push.js';
import { pushClient, type PushClient } from '../support/push-client.js';
import { makeKey } from '../support/web-server.js';

let db: TestDatabase;
let config: string;
const folder = mkdtempSync(join(tmpdir(), 'web-inventaire-'));
const received = join(folder, 'var', 'inventaire-recu');
const children: ChildProcess[] = [];
before(async () => {
  db = await testDatabase();
  config = join(folder, 'annuaire-sync.yaml');
  writeFileSync(
    config,
    [
      `database: { url: '${db.url}' }`,
      'operateur: { nom: Exemple, domaines: [chu.mssante.fr] }',
      'inventaire: { sources: [{ nom: plateforme, type: http, domaines: [chu.mssante.fr] }] }',
      'web: { port: 0 }',
      '',
    ].join('\n'),
  );
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await db.drop();
  rmSync(folder, { recursive: true, force: true });
});

type Web = {
  readonly url: string;
  readonly kill: () => Promise<number | null>;
  readonly stop: () => Promise<number | null>;
};

async function startWeb(): Promise<Web> {
  const child = spawn(process.execPath, [mainProgram, '-c', config, 'web'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  for await (const line of createInterface(child.stdout)) {
    const url = /https?:\/\/\S+/u.exec(line)?.[0];
    if (url === undefined) continue;
    const end = async (signal: NodeJS.Signals): Promise<number | null> => {
      child.kill(signal);
      return (await exited)[0];
    };
    return {
      url,
      kill: () => end('SIGKILL'),
      stop: () => end('SIGTERM'),
    };
  }
  throw new Error('the program ended before it listened');
}

async function clientOf(web: Web): Promise<PushClient> {
  return pushClient(web.url, (await makeKey(db.pool, ['inventaire'])).headers);
}

async function count(sql: string): Promise<number> {
  const { rows } = await db.pool.query<{ count: number }>(
    `select count(*)::integer as count ${sql}`,
  );
  return rows[0]?.count ?? 0;
}

const enService = `from bal_operateur where gone_load_id is null`;

/** Asks until it holds; each question waits for the database. */
async function until(sql: string): Promise<void> {
  while ((await count(sql)) === 0) continue;
}

/** Somebody waits for the lock of the inventory that this connection holds. */
const isHeldUp = `from pg_locks where relation = 'bal_operateur'::regclass and not granted`;

function listReceived(): string[] {
  try {
    return readdirSync(received);
  } catch {
    return [];
  }
}

test('a program killed while it receives leaves a file, which the next one removes', async () => {
  const web = await startWeb();
  const { headers } = await makeKey(db.pool, ['inventaire']);
  const socket: Socket = connect(Number(new URL(web.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `PUT /api/v1/inventaire HTTP/1.1\r\nhost: x\r\nauthorization: ${headers.authorization}\r\n` +
      `content-type: text/csv\r\ncontent-length: 1000\r\n\r\nadresse;typeBal\n`,
  );
  while (listReceived().length === 0) await new Promise((next) => setImmediate(next));
  await web.kill();
  assert.equal(listReceived().length, 1);
  const again = await startWeb();
  assert.deepEqual(listReceived(), []);
  assert.equal(await count('from inventaire_import'), 0);
  assert.equal(await again.stop(), 0);
});

test('killed in the middle of an import and of events, it has changed nothing; sent again, they pass', async () => {
  const first = await startWeb();
  const { status } = await (await clientOf(first)).put(ndjson(...park(5)));
  assert.equal(status, 200);
  const blocker = await db.pool.connect();
  await blocker.query('begin');
  await blocker.query('lock table bal_operateur in share row exclusive mode');
  const started = await (await clientOf(first)).put(ndjson(...park(6)), { prefer: '' });
  assert.equal(started.status, 202);
  await until(isHeldUp);
  await first.kill();
  await blocker.query('rollback');
  const second = await startWeb();
  const client = await clientOf(second);
  const { body } = await client.findImport(started.body.id ?? 0);
  assert.deepEqual([body.etat, body.probleme?.code], ['interrompu', 'INTERROMPU']);
  assert.deepEqual([listReceived(), await count(enService)], [[], 5]);
  assert.equal((await client.put(ndjson(...park(6)))).body.etat, 'charge');

  await blocker.query('begin');
  await blocker.query('lock table bal_operateur in share row exclusive mode');
  const now = new Date().toISOString();
  const events = [evenement('creee', 'neuve', { horodatage: now })];
  const key = { 'idempotency-key': 'tuee' };
  const cut = client.patch(events, key).then(
    () => false,
    () => true,
  );
  await until(isHeldUp);
  await second.kill();
  assert.equal(await cut, true);
  await blocker.query('rollback');
  blocker.release();
  assert.equal(await count(enService), 6);
  const third = await startWeb();
  const replayer = pushClient(third.url, (await makeKey(db.pool, ['inventaire'])).headers);
  const replayed = await replayer.patch(events, key);
  assert.deepEqual([replayed.status, replayed.body.compte?.['balsCreees']], [200, 1]);
  assert.equal(replayed.headers.get('idempotent-replayed'), null);
  assert.equal(await third.stop(), 0);
  assert.equal(await count(enService), 7);
});

test('an administrator accepts on the command line what a guard refused', async () => {
  const web = await startWeb();
  const client = await clientOf(web);
  const refused = await client.put(ndjson(...park(2)));
  assert.equal(refused.body.code, 'INVENTAIRE_REDUIT');
  assert.equal(await web.stop(), 0);
  const list = runCommand(config, ['inventory', 'accept']);
  assert.match(list.stdout, /« plateforme », reçu le .*disparaîtraient/u, list.stderr);
  const id = String(refused.body['suivi']).split('/').pop() ?? '';
  const accepted = runCommand(config, ['inventory', 'accept', id]);
  assert.deepEqual([accepted.status, accepted.stderr.includes('✗')], [0, false], accepted.stderr);
  assert.match(accepted.stdout, /2 BAL en service[^]*Garde-fou accepté par/u);
  const again = runCommand(config, ['inventory', 'accept', id]);
  assert.deepEqual([again.status, /RIEN|n’attend pas/u.test(again.stderr)], [2, true]);
});

test('without its database, nothing is taken and the client is told to come back', async () => {
  const own = await testDatabase();
  const ownConfig = join(folder, 'sans-base.yaml');
  writeFileSync(
    ownConfig,
    [
      `database: { url: '${own.url}' }`,
      'operateur: { nom: Exemple, domaines: [chu.mssante.fr] }',
      'inventaire: { sources: [{ nom: plateforme, type: http }] }',
      'web: { port: 0 }',
      'dataDir: ./var-sans-base',
      '',
    ].join('\n'),
  );
  const previous = config;
  config = ownConfig;
  const web = await startWeb();
  config = previous;
  const client = pushClient(web.url, (await makeKey(own.pool, ['inventaire'])).headers);
  assert.equal((await client.put(ndjson(...park(3)))).status, 200);
  await own.drop();
  for (const answer of [
    await client.put(ndjson(...park(4))),
    await client.patch([evenement('creee', 'a')]),
  ])
    assert.deepEqual([answer.status, answer.body.code], [503, 'BASE_INDISPONIBLE']);
  assert.deepEqual(readdirSync(join(folder, 'var-sans-base', 'inventaire-recu')), []);
  assert.equal(await web.stop(), 0);
});
