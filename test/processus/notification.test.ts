// What systemd hears, on a real unix datagram socket; and the unit file, judged by systemd's own tool.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { findMigrationsDirectory } from '../../src/db/migrate.js';
import { Notification } from '../../src/processus/notification.js';
import { tempFolder } from '../support/extraction-files.js';

const receiver = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('pret', flush=True)
while True:
    data = s.recv(4096)
    print(data.decode().strip().replace('\\n', '|'), flush=True)
`;

const isThere = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined;
const skip = isThere('systemd-notify') && isThere('python3') ? false : 'systemd ou python3 absent';

test('systemd is told each state, in order', { skip }, async (t) => {
  const socket = join(tempFolder(), 'notify');
  const python = spawn('python3', ['-c', receiver, socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => python.kill('SIGKILL'));
  const heard: string[] = [];
  const lines = createInterface({ input: python.stdout });
  lines.on('line', (line) => heard.push(line));
  await once(lines, 'line');
  const faults: string[] = [];
  const notification = new Notification({
    env: { ...process.env, NOTIFY_SOCKET: socket, WATCHDOG_USEC: '3000000' },
    report: (message) => faults.push(message),
  });
  assert.equal(notification.watchdogMs, 1_000);
  await notification.ready();
  await notification.status('services prêts : 2/2');
  await notification.status('services prêts : 2/2');
  await notification.reloading();
  await notification.watchdog();
  await notification.stopping();
  while (heard.filter((line) => line === 'STOPPING=1').length === 0) await once(lines, 'line');
  const said = heard.slice(1).filter((line) => !line.startsWith('BARRIER'));
  assert.match(said[2] ?? '', /^RELOADING=1\|MONOTONIC_USEC=\d+$/u);
  assert.deepEqual(
    said.filter((_line, index) => index !== 2),
    ['READY=1', 'STATUS=services prêts : 2/2', 'WATCHDOG=1', 'STOPPING=1'],
  );
  assert.deepEqual(faults, []);
});

test('without systemd nothing is run; without its tool that is said once', async () => {
  const faults: string[] = [];
  const report = (message: string): void => void faults.push(message);
  const alone = new Notification({ env: { PATH: '/nowhere' }, report });
  assert.equal(alone.watchdogMs, undefined);
  await alone.ready();
  assert.deepEqual(faults, []);
  const env = { PATH: '/nowhere', NOTIFY_SOCKET: '/nowhere/notify' };
  const without = new Notification({ env, report });
  await without.ready();
  await without.stopping();
  assert.equal(faults.length, 1);
  assert.match(String(faults[0]), /systemd-notify/u);
});

const noAnalyze = isThere('systemd-analyze') ? false : 'systemd absent';

test(
  'systemd finds nothing to say against the unit, and little that it could still close',
  { skip: noAnalyze },
  () => {
    const unit = join(
      dirname(findMigrationsDirectory()),
      'docs',
      'systemd',
      'annuaire-sync.service',
    );
    const text = readFileSync(unit, 'utf8');
    assert.match(text, /^Type=notify$/mu);
    // The program is not installed where the unit looks for it.
    const copy = join(tempFolder(), 'annuaire-sync.service');
    writeFileSync(copy, text.replace(/^ExecStart=.*$/mu, 'ExecStart=/bin/true'));
    const verified = spawnSync('systemd-analyze', ['verify', copy], { encoding: 'utf8' });
    assert.deepEqual([verified.status, verified.stderr], [0, '']);
    // Its scale goes from 0, closed, to 10, open.
    const judged = spawnSync(
      'systemd-analyze',
      ['security', '--offline=yes', '--threshold=25', copy],
      { encoding: 'utf8', env: { ...process.env, SYSTEMD_COLORS: '0' } },
    );
    assert.equal(judged.status, 0, judged.stdout);
  },
);
