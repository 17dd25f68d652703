import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { openEngine } from '../../src/db/engine.js';
import { AppError } from '../../src/errors.js';
import { emptyTestDatabase } from '../support/database.js';

const isRoot = process.getuid?.() === 0;
const nobody = 65534;
const program = fileURLToPath(new URL('../support/engine-program.js', import.meta.url));
const quiet = (): void => undefined;

describe('the private PostgreSQL', () => {
  let root = '';
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'engine-test-'));
    chmodSync(root, 0o755);
  });
  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const folder = (name: string): string => join(root, name);

  test('starts on an empty folder, keeps what is written, and stops with its last user', async () => {
    const dataDir = folder('first');
    const messages: string[] = [];
    const engine = await openEngine({ dataDir }, (message) => messages.push(message));
    assert.equal(engine.isEmbedded, true);
    assert.match(messages.join('\n'), /Création de la base privée PostgreSQL \d+\.\d+/);
    await run(engine.connectionString, `create table kept (id integer)`);
    const pid = serverPid(dataDir);
    await engine.close();
    await until(() => !isAlive(pid));

    const again = await openEngine({ dataDir }, quiet);
    assert.equal(await value(again.connectionString, `select count(*)::int from kept`), 0);
    await again.close();
  });

  test('is durable, checksummed, UTF-8, and deaf but on the loopback', async () => {
    const engine = await openEngine({ dataDir: folder('first') }, quiet);
    for (const [setting, expected] of Object.entries({
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      data_checksums: 'on',
      server_encoding: 'UTF8',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      wal_level: 'replica',
      jit: 'off',
    })) {
      const found = await value(engine.connectionString, `select current_setting('${setting}')`);
      assert.equal(found, expected, setting);
    }
    await engine.close();
  });

  test('asks for its password, which only its account can read', async () => {
    const dataDir = folder('first');
    const engine = await openEngine({ dataDir }, quiet);
    const wrong = new URL(engine.connectionString);
    wrong.password = 'autre';
    await assert.rejects(value(wrong.href, 'select 1'), { code: '28P01' });
    assert.equal(statSync(join(dataDir, 'postgres', 'password')).mode & 0o777, 0o600);
    assert.equal(statSync(join(dataDir, 'postgres')).mode & 0o777, 0o700);
    assert.doesNotMatch(engine.description, new RegExp(wrong.username + ':'));
    await engine.close();
  });

  test('serves two users at once, and stays until the second leaves', async () => {
    const dataDir = folder('shared');
    const [first, second] = await Promise.all([
      openEngine({ dataDir }, quiet),
      openEngine({ dataDir }, quiet),
    ]);
    assert.equal(first.connectionString, second.connectionString);
    await first.close();
    assert.equal(await value(second.connectionString, 'select 1'), 1);
    const pid = serverPid(dataDir);
    await second.close();
    await until(() => !isAlive(pid));
  });

  test('is one server for programs that start at the same moment', async (t) => {
    const programs = await Promise.all([1, 2, 3].map(() => startProgram(t, folder('raced'))));
    const urls = new Set(programs.map((started) => started.url));
    assert.equal(urls.size, 1);
    await Promise.all(programs.map((started) => started.end()));
    assert.equal(existsSync(pidFile(folder('raced'))), false);
    assert.deepEqual(readdirSync(folder('raced')), ['postgres']);
  });

  test('is served anew to whoever comes while its last user stops it', async () => {
    const dataDir = folder('handover');
    let engine = await openEngine({ dataDir }, quiet);
    for (let turn = 0; turn < 5; turn += 1) {
      const [, next] = await Promise.all([engine.close(), openEngine({ dataDir }, quiet)]);
      assert.equal(await value(next.connectionString, 'select 1'), 1);
      engine = next;
    }
    await engine.close();
  });

  test('survives kill -9 of the program that started it, and serves the next one', async (t) => {
    const dataDir = folder('orphaned');
    const killed = await startProgram(t, dataDir);
    const pid = serverPid(dataDir);
    await killed.kill();
    assert.equal(isAlive(pid), true);
    const engine = await openEngine({ dataDir }, quiet);
    assert.equal(engine.connectionString, killed.url);
    assert.equal(serverPid(dataDir), pid);
    await engine.close();
    await until(() => !isAlive(pid));
  });

  test('recovers after kill -9 of the server, on the same port, with all that was committed', async (t) => {
    const dataDir = folder('crashed');
    const killed = await startProgram(t, dataDir);
    await run(killed.url, `create table kept as select generate_series(1, 1000) as id`);
    await killed.kill();
    await killServer(dataDir);
    assert.equal(existsSync(pidFile(dataDir)), true);
    const engine = await openEngine({ dataDir }, quiet);
    assert.equal(engine.connectionString, killed.url);
    assert.equal(await value(engine.connectionString, `select count(*)::int from kept`), 1000);
    await engine.close();
  });

  test('is started again under a program that uses it when it dies', async () => {
    const dataDir = folder('restarted');
    const messages: string[] = [];
    const engine = await openEngine({ dataDir }, (message) => messages.push(message));
    await killServer(dataDir);
    await until(() => value(engine.connectionString, 'select 1').catch(() => undefined));
    assert.match(messages.join('\n'), /relancée/);
    await engine.close();
    assert.equal(existsSync(pidFile(dataDir)), false);
  });

  test('is started again where it was when somebody stops it in order, under all who use it', async (t) => {
    const dataDir = folder('stopped');
    const engine = await openEngine({ dataDir }, quiet);
    const others = await Promise.all([1, 2].map(() => startProgram(t, dataDir)));
    const pid = serverPid(dataDir);
    process.kill(pid, 'SIGINT');
    await until(() => !isAlive(pid));
    await until(() => existsSync(pidFile(dataDir)));
    const port = new URL(engine.connectionString).port;
    await until(() => readFileSync(pidFile(dataDir), 'utf8').split('\n')[3] !== undefined);
    assert.equal(readFileSync(pidFile(dataDir), 'utf8').split('\n')[3], port);
    await until(() => value(engine.connectionString, 'select 1').catch(() => undefined));
    await Promise.all(others.map((other) => other.end()));
    await engine.close();
  });

  test('is tried again until it starts, where it was, under a program that uses it when its disk is back', async () => {
    const dataDir = folder('unmounted');
    const messages: string[] = [];
    const engine = await openEngine({ dataDir }, (message) => messages.push(message));
    const wal = join(dataDir, 'postgres', 'data', 'pg_wal');
    renameSync(wal, `${wal}.away`);
    await killServer(dataDir);
    const log = join(dataDir, 'postgres', 'postgres.log');
    await until(() => readFileSync(log, 'utf8').split('"pg_wal" does not exist').length > 2);
    // What a failed start leaves behind names no port.
    await until(() => !existsSync(pidFile(dataDir)));
    await assert.rejects(openEngine({ dataDir }, quiet), { code: 'POSTGRES_NOT_STARTED' });
    renameSync(`${wal}.away`, wal);
    const other = await openEngine({ dataDir }, quiet);
    assert.equal(other.connectionString, engine.connectionString);
    await other.close();
    await until(() => value(engine.connectionString, 'select 1').catch(() => undefined));
    await until(() => messages.some((message) => message.includes('est repartie')));
    assert.equal(messages.filter((message) => message.includes('ne repart pas')).length, 1);
    await engine.close();
    assert.equal(existsSync(pidFile(dataDir)), false);
  });

  test('takes another port when its last one is taken, and is not misled by a reused process number', async () => {
    const dataDir = folder('stale');
    const first = await openEngine({ dataDir }, quiet);
    const left = readFileSync(pidFile(dataDir), 'utf8').split('\n');
    await first.close();
    const squatter = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    // Our own process: alive, and not a server. The port answers, and is not PostgreSQL.
    left[0] = String(process.pid);
    left[3] = String((squatter.address() as AddressInfo).port);
    writeFileSync(pidFile(dataDir), left.join('\n'));
    giveAway(pidFile(dataDir), join(dataDir, 'postgres'));
    const engine = await openEngine({ dataDir }, quiet);
    assert.notEqual(new URL(engine.connectionString).port, left[3]);
    assert.equal(await value(engine.connectionString, 'select 1'), 1);
    await engine.close();
    squatter.close();
  });

  test('starts over a pid file that a power cut left empty', async () => {
    const dataDir = folder('stale');
    writeFileSync(pidFile(dataDir), '');
    giveAway(pidFile(dataDir), join(dataDir, 'postgres'));
    const engine = await openEngine({ dataDir }, quiet);
    assert.equal(await value(engine.connectionString, 'select 1'), 1);
    await engine.close();
  });

  test('makes its files again when their first making was killed', async () => {
    const dataDir = folder('half');
    const draft = join(dataDir, `postgres.init-${deadPid()}-abcd`, 'data');
    mkdirSync(draft, { recursive: true });
    writeFileSync(join(draft, 'PG_VERSION'), '18\n');
    const engine = await openEngine({ dataDir }, quiet);
    await engine.close();
    assert.deepEqual(readdirSync(dataDir), ['postgres']);
  });

  for (const [major, remedy] of [
    ['99', /plus récente/],
    ['9', /version précédente/],
  ] as const) {
    test(`refuses files of PostgreSQL ${major}, and leaves them alone`, async () => {
      const dataDir = folder(`major-${major}`);
      const data = join(dataDir, 'postgres', 'data');
      mkdirSync(data, { recursive: true });
      writeFileSync(join(data, 'PG_VERSION'), `${major}\n`);
      await assert.rejects(openEngine({ dataDir }, quiet), (error) => {
        assert.ok(error instanceof AppError);
        assert.deepEqual([error.code, error.exitCode], ['POSTGRES_MAJOR_DIFFERS', 3]);
        assert.match(error.message, new RegExp(`PostgreSQL ${major} ; .*PostgreSQL \\d+`));
        assert.match(error.message, remedy);
        return true;
      });
      assert.deepEqual(readdirSync(data), ['PG_VERSION']);
    });
  }

  test('says what to do about damaged files, and leaves them alone', async () => {
    const dataDir = folder('damaged');
    mkdirSync(join(dataDir, 'postgres', 'data'), { recursive: true });
    await assert.rejects(openEngine({ dataDir }, quiet), { code: 'CLUSTER_UNREADABLE' });
    assert.deepEqual(readdirSync(join(dataDir, 'postgres', 'data')), []);
  });

  test('says what to do when the folder cannot be made', async () => {
    writeFileSync(folder('file'), '');
    const dataDir = join(folder('file'), 'var');
    await assert.rejects(openEngine({ dataDir }, quiet), { code: 'DATA_DIR_UNUSABLE' });
  });

  test('keeps its log bounded', async () => {
    const dataDir = folder('first');
    const log = join(dataDir, 'postgres', 'postgres.log');
    writeFileSync(log, 'x'.repeat(5 * 2 ** 20));
    const engine = await openEngine({ dataDir }, quiet);
    await engine.close();
    assert.ok(statSync(log).size < 2 ** 20);
    assert.equal(statSync(`${log}.1`).size, 5 * 2 ** 20);
  });

  describe('as root', { skip: isRoot ? false : 'needs root' }, () => {
    test('lives in the system folder when dataDir is closed to other accounts', async () => {
      const closed = folder('closed');
      mkdirSync(closed, { mode: 0o700 });
      const dataDir = join(closed, 'checkout', 'var');
      const engine = await openEngine({ dataDir }, quiet);
      const base = readFileSync(join(dataDir, 'postgres.location'), 'utf8').trim();
      try {
        assert.match(base, /^\/var\/lib\/annuaire-sante-sync\/base-/);
        await run(engine.connectionString, `create table kept ()`);
        await engine.close();
        const again = await openEngine({ dataDir }, quiet);
        await run(again.connectionString, `select from kept`);
        await again.close();

        cpSync(join(closed, 'checkout'), join(closed, 'copy'), { recursive: true });
        const copy = openEngine({ dataDir: join(closed, 'copy', 'var') }, quiet);
        await assert.rejects(copy, { code: 'DATA_DIR_COPIED' });
      } finally {
        rmSync(base, { recursive: true });
      }
    });

    test('leaves an ordinary user his own folder, and takes turns with him', async (t) => {
      const dataDir = folder('his');
      mkdirSync(dataDir);
      chownSync(dataDir, nobody, nobody);
      const engine = await openEngine({ dataDir }, quiet);
      await engine.close();
      assert.equal(statSync(join(dataDir, 'postgres')).uid, nobody);
      const his = await startProgram(t, dataDir, nobody);
      const ours = await openEngine({ dataDir }, quiet);
      assert.equal(ours.connectionString, his.url);
      await ours.close();
      await his.end();
    });

    test('works for an ordinary user from nothing', async (t) => {
      const dataDir = folder('ordinary');
      mkdirSync(dataDir);
      chownSync(dataDir, nobody, nobody);
      const his = await startProgram(t, dataDir, nobody);
      assert.equal(await value(his.url, 'select 1'), 1);
      await his.end();
      assert.equal(existsSync(pidFile(dataDir)), false);
    });

    test('tells an ordinary user whose files they are', async (t) => {
      const dataDir = folder('first');
      await assert.rejects(
        startProgram(t, dataDir, nobody),
        /ne sont pas lisibles .* compte qui a créé/,
      );
      const readOnly = folder('read-only');
      mkdirSync(readOnly);
      await assert.rejects(startProgram(t, readOnly, nobody), /le droit d'écrire/);
    });

    test('refuses an account that is not in the password file', async (t) => {
      const dataDir = folder('unknown');
      mkdirSync(dataDir);
      chownSync(dataDir, 54321, 54321);
      await assert.rejects(startProgram(t, dataDir, 54321), /uid 54321.*\/etc\/passwd/);
    });
  });
});

describe("the administrator's own server", () => {
  const cases: [name: string, url: string, code: string, expected: RegExp][] = [
    ['not a URL', 'host=localhost', 'DATABASE_URL_INVALID', /postgresql:\/\/compte/],
    ['another protocol', 'mysql://localhost/x', 'DATABASE_URL_INVALID', /postgresql:\/\/compte/],
    [
      'nobody listens',
      'postgresql://u:secret@127.0.0.1:1/x',
      'DATABASE_UNREACHABLE',
      /Rien n'écoute/,
    ],
    ['unknown name', 'postgresql://u:secret@h.invalid/x', 'DATABASE_UNREACHABLE', /h\.invalid/],
  ];
  for (const [name, url, code, expected] of cases) {
    test(`is refused with a remedy: ${name}`, async () => {
      await assert.rejects(openEngine({ url, dataDir: '/nonexistent' }, quiet), (error) => {
        assert.ok(error instanceof AppError);
        // A server that is not there may be back: no fault of the settings.
        assert.deepEqual(
          [error.code, error.exitCode],
          [code, code === 'DATABASE_UNREACHABLE' ? 1 : 2],
        );
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
    });
  }

  test('is refused with a remedy: unknown database, or not in UTF-8; else used and described', async () => {
    const { url, drop } = await emptyTestDatabase('SQL_ASCII');
    const good = await emptyTestDatabase();
    try {
      const dataDir = '/nonexistent';
      await assert.rejects(openEngine({ url, dataDir }, quiet), {
        code: 'DATABASE_NOT_UTF8',
        message: /SQL_ASCII.*create database/,
      });
      const missing = new URL(url);
      missing.pathname = '/absente';
      await assert.rejects(openEngine({ url: missing.href, dataDir }, quiet), {
        code: 'DATABASE_UNREACHABLE',
        message: /« absente ».*create database/,
      });
      const engine = await openEngine({ url: good.url, dataDir }, quiet);
      assert.equal(engine.isEmbedded, false);
      assert.equal(engine.connectionString, good.url);
      assert.match(engine.description, /^PostgreSQL \d+\.\d+, la base « annuaire_test_/);
      await engine.close();
      assert.equal(await value(good.url, 'select 1'), 1);
    } finally {
      await drop();
      await good.drop();
    }
  });
});

type StartedProgram = {
  readonly url: string;
  readonly end: () => Promise<void>;
  readonly kill: () => Promise<void>;
};

/** Another process with the engine open; rejects with what it says when it cannot open it. */
async function startProgram(
  t: TestContext,
  dataDir: string,
  uid?: number,
): Promise<StartedProgram> {
  const child = spawn(process.execPath, [program, dataDir], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  t.after(() => child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const said = JSON.parse(line) as { url?: string; error?: string };
  if (said.url === undefined) throw new Error(said.error);
  return {
    url: said.url,
    end: async () => {
      child.stdin.end();
      await exited(child);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited(child);
    },
  };
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function value(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

async function run(url: string, sql: string): Promise<void> {
  await value(url, sql);
}

function pidFile(dataDir: string): string {
  return join(dataDir, 'postgres', 'data', 'postmaster.pid');
}

function serverPid(dataDir: string): number {
  return Number(readFileSync(pidFile(dataDir), 'utf8').split('\n')[0]);
}

async function killServer(dataDir: string): Promise<void> {
  const pid = serverPid(dataDir);
  process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed child of ours that was not yet waited for still has a number.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** The number of a process that ended. */
function deadPid(): number {
  return 2 ** 22 - 1;
}

/** Files written here as root belong to the server's account when it writes them itself. */
function giveAway(path: string, like: string): void {
  const { uid, gid } = statSync(like);
  chownSync(path, uid, gid);
}

/** Waits for a condition outside of this process, without a deadline of its own: the runner has one. */
async function until(condition: () => unknown): Promise<void> {
  while (!(await condition())) await delay(10);
}
