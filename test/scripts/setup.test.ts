// The set-up script on a small checkout, with a stand-in for npm: nothing is fetched.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { findMigrationsDirectory } from '../../src/db/migrate.js';

const scripts = join(dirname(findMigrationsDirectory()), 'scripts');

test('packages are installed and the program built once, then nothing is done', (t) => {
  const checkout = makeCheckout(t);
  // It makes no JavaScript: nothing is to be waited for.
  writeFileSync(join(checkout, 'src', 'paquet.d.ts'), 'declare module "paquet";');
  const first = runSetup(checkout);
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stderr, /Installation[^]*Compilation/);
  const second = runSetup(checkout);
  assert.deepEqual([second.status, second.stderr], [0, '']);
  assert.deepEqual(calls(checkout), ['npm', 'tsc']);
});

test('a changed source is built again, a removed one leaves nothing to run', (t) => {
  const checkout = makeCheckout(t);
  runSetup(checkout);
  writeFileSync(join(checkout, 'src', 'a.ts'), 'export const a = 2;');
  assert.doesNotMatch(runSetup(checkout).stderr, /Installation/);
  writeFileSync(join(checkout, 'src', 'b.ts'), '');
  runSetup(checkout);
  rmSync(join(checkout, 'src', 'b.ts'));
  runSetup(checkout);
  assert.deepEqual(calls(checkout), ['npm', 'tsc', 'tsc', 'tsc', 'tsc']);
  assert.deepEqual(readdirSync(join(checkout, 'dist', 'src')), ['a.js']);
});

test('a changed lock file installs again', (t) => {
  const checkout = makeCheckout(t);
  runSetup(checkout);
  writeLock(checkout, '2.0.0');
  runSetup(checkout);
  assert.deepEqual(calls(checkout).slice(0, 3), ['npm', 'tsc', 'npm']);
});

test('a linked node_modules is never installed into: it is another checkout’s', (t) => {
  const checkout = makeCheckout(t);
  const other = join(checkout, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'kept'), '');
  symlinkSync(other, join(checkout, 'node_modules'));
  const { status, stderr } = runSetup(checkout);
  assert.equal(status, 1);
  assert.match(stderr, /est un lien vers .*Rien n'a été modifié/);
  assert.deepEqual(calls(checkout), []);
  assert.deepEqual(readdirSync(other), ['kept']);
});

test('the lock of a killed set-up is taken over, and given back', (t) => {
  const checkout = makeCheckout(t);
  // Our own number: alive, and not a set-up.
  writeFileSync(join(checkout, '.setup.lock'), String(process.pid));
  assert.equal(runSetup(checkout).status, 0);
  assert.deepEqual(
    readdirSync(checkout).filter((name) => name.startsWith('.setup')),
    [],
  );
});

test('an install that fails says what to do, and builds nothing', (t) => {
  const checkout = makeCheckout(t);
  writeFileSync(join(checkout, 'npm.cjs'), 'process.exit(1)');
  const { status, stderr } = runSetup(checkout);
  assert.equal(status, 1);
  assert.match(stderr, /registre npm/);
  assert.equal(existsSync(join(checkout, 'dist')), false);
});

function makeCheckout(t: TestContext): string {
  const checkout = mkdtempSync(join(tmpdir(), 'setup-test-'));
  t.after(() => {
    rmSync(checkout, { recursive: true });
  });
  cpSync(scripts, join(checkout, 'scripts'), { recursive: true });
  mkdirSync(join(checkout, 'src'));
  writeFileSync(join(checkout, 'src', 'a.ts'), 'export const a = 1;');
  writeFileSync(join(checkout, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(checkout, 'tsconfig.json'), '{}');
  writeLock(checkout, '1.0.0');
  writeFileSync(join(checkout, 'npm.cjs'), npmStandIn);
  writeFileSync(join(checkout, 'calls'), '');
  return checkout;
}

function writeLock(checkout: string, version: string): void {
  const packages = { '': {}, 'node_modules/typescript': { version } };
  writeFileSync(join(checkout, 'package-lock.json'), JSON.stringify({ packages }));
}

function runSetup(checkout: string): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [join(checkout, 'scripts', 'setup.mjs')], {
    encoding: 'utf8',
    env: { ...process.env, npm_execpath: join(checkout, 'npm.cjs') },
  });
}

function calls(checkout: string): string[] {
  return readFileSync(join(checkout, 'calls'), 'utf8').split('\n').slice(0, -1);
}

// Leaves what npm leaves; the compiler that it installs makes an empty output for each source.
const npmStandIn = `
const fs = require('node:fs');
fs.appendFileSync('calls', 'npm\\n');
fs.mkdirSync('node_modules/typescript/bin', { recursive: true });
fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
fs.writeFileSync('node_modules/typescript/package.json', '{}');
fs.writeFileSync('node_modules/typescript/bin/tsc', \`
  const fs = require('node:fs');
  fs.appendFileSync('calls', 'tsc\\\\n');
  fs.mkdirSync('dist/src', { recursive: true });
  for (const name of fs.readdirSync('src')) {
    if (!name.endsWith('.d.ts')) fs.writeFileSync('dist/src/' + name.replace('.ts', '.js'), '');
  }
\`);
`;
