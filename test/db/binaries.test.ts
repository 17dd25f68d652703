import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { locatePackage, prepareBinaries } from '../../src/db/embedded/binaries.js';
import { openHome } from '../../src/db/embedded/home.js';
import { openEngine } from '../../src/db/engine.js';

const isRoot = process.getuid?.() === 0;

test('the programs are used where they are, once the links that npm left out are made', async (t) => {
  const root = temporaryFolder(t);
  const installed = join(root, 'package');
  copyWithoutLinks(installed);
  const home = await openHome(join(root, 'var'), true);
  const binaries = await prepareBinaries(home, installed);
  assert.equal(binaries.postgres, join(installed, 'native', 'bin', 'postgres'));
  assert.match(binaries.version, new RegExp(`^${binaries.major}\\.\\d+$`));
  assert.deepEqual(readdirSync(join(root, 'var')), []);
});

test('the programs are copied beside the data when they are out of reach, or cannot be completed', async (t) => {
  const root = temporaryFolder(t);
  const closed = join(root, 'closed');
  const installed = join(closed, 'package');
  copyWithoutLinks(installed);
  // Root passes over file rights, but its server's account does not.
  chmodSync(isRoot ? closed : join(installed, 'native', 'lib'), isRoot ? 0o700 : 0o555);
  const home = await openHome(join(root, 'var'), true);
  const binaries = await prepareBinaries(home, installed);
  assert.ok(binaries.postgres.startsWith(join(root, 'var', 'postgresql-')));
  const again = await prepareBinaries(home, installed);
  assert.deepEqual(again, binaries);
  assert.equal(readdirSync(join(root, 'var')).length, 1);
  chmodSync(join(installed, 'native', 'lib'), 0o755);
});

test('a full disk is told as such', { skip: isRoot ? false : 'needs root' }, async (t) => {
  const small = mkdtempSync(join(tmpdir(), 'binaries-test-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=10m,mode=755', 'tmpfs', small]);
  if (mounted.status !== 0) {
    t.skip('no right to mount');
    return;
  }
  t.after(() => {
    spawnSync('umount', [small]);
    rmdirSync(small);
  });
  await assert.rejects(
    openEngine({ dataDir: join(small, 'var') }, () => undefined),
    { code: 'DATA_DIR_UNUSABLE', message: /Le disque est plein : libérez de la place/ },
  );
  assert.equal(existsSync(join(small, 'var', 'postgres')), false);
});

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'binaries-test-'));
  chmodSync(folder, 0o755);
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** As an install without post-install scripts leaves the package. */
function copyWithoutLinks(folder: string): void {
  mkdirSync(folder, { recursive: true });
  cpSync(locatePackage(), folder, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => extname(path) !== '.a',
  });
  const lib = join(folder, 'native', 'lib');
  for (const entry of readdirSync(lib, { withFileTypes: true })) {
    if (entry.isSymbolicLink()) rmSync(join(lib, entry.name));
  }
}
