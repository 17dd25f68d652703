// A daemon on its private PostgreSQL whose disk is not there, at its start and then while it serves: nobody restarts anything.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openEngine } from '../../src/db/engine.js';
import { Daemon, killDaemons, poll, seulement, type DaemonLine } from '../support/daemon.js';
import { tempFolder } from '../support/extraction-files.js';
import { freePort } from '../support/postgres-prive.js';

const folder = tempFolder();
const dataDir = join(folder, 'var');
const data = join(dataDir, 'postgres', 'data');
const wal = join(data, 'pg_wal');
const pidFile = join(data, 'postmaster.pid');
let daemon: Daemon;
let url = '';

before(async () => {
  // PostgreSQL's own account must get there.
  chmodSync(folder, 0o755);
  const engine = await openEngine({ dataDir, isDisposable: true }, () => undefined);
  await engine.close();
  const port = await freePort();
  url = `http://127.0.0.1:${port}/readyz`;
  const config = join(folder, 'annuaire-sync.yaml');
  writeFileSync(
    config,
    `dataDir: ${dataDir}
operateur: { nom: Essai, domaines: [x.mssante.fr] }
web: { port: ${port} }
${seulement([])}`,
  );
  renameSync(wal, `${wal}.away`);
  daemon = new Daemon(config, ['--sans', 'ldap']);
});
after(() => {
  killDaemons();
  // The server of a daemon that was killed stays.
  if (existsSync(pidFile)) process.kill(serverPid(), 'SIGKILL');
});

function serverPid(): number {
  return Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
}

async function ready(): Promise<number> {
  return poll(() =>
    fetch(url).then(
      ({ status }) => (status === 200 ? status : undefined),
      () => undefined,
    ),
  );
}

test('begun while it cannot start: in service once it can', async () => {
  const { message } = await daemon.event('ecoute');
  assert.match(message, /pas encore, elle attend sa base/u);
  await daemon.event('base-perdue');
  renameSync(`${wal}.away`, wal);
  assert.equal(await ready(), 200);
  await daemon.event('base-joignable');
});

test('lost while it serves and not to be started again for a while: back where it was', async () => {
  const said = daemon.lines.length;
  const isSince = (line: DaemonLine): boolean => daemon.lines.indexOf(line) >= said;
  const heard = (what: RegExp): Promise<unknown> =>
    daemon.line((line) => isSince(line) && what.test(line.message));
  const pid = serverPid();
  renameSync(wal, `${wal}.away`);
  process.kill(pid, 'SIGKILL');
  await heard(/^La base privée \(port \d+\) ne repart pas/u);
  // Not too soon to be noticed.
  await daemon.line((line) => isSince(line) && line.evenement === 'base-perdue');
  renameSync(`${wal}.away`, wal);
  await heard(/^La base de données répond/u);
  assert.equal(await ready(), 200);
  assert.equal(await daemon.end('SIGTERM'), 0);
});
