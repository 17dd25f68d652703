// Faults of the machine, of the network and of the database, each provoked: what happened, where, what to do, and never a stack.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { explainFault } from '../../src/commands/known-fault.js';
import { openEngine } from '../../src/db/engine.js';
import { recordTrace } from '../../src/store/journal.js';
import { enqueueAvis } from '../../src/store/avis.js';
import { publishEvenement } from '../../src/store/evenement.js';
import { load } from '../support/annuaire.js';
import { nouvelAvis } from '../support/avis.js';
import type { CommandResult } from '../support/command.js';
import { runInProcess } from '../support/command-in-process.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import { cleEssai } from '../support/webhook.js';

const folder = tempFolder();
const role = `pannes_${process.pid}`;
const mountSkip = process.getuid?.() === 0 ? false : 'NOT TESTED: a mount needs root';
let db: TestDatabase;

before(async () => {
  db = await testDatabase();
  await load(db.pool, { bals: [{ adresse: 'a@exemple.mssante.fr', nom: 'a' }] });
  chmodSync(folder, 0o755);
});
type Change = { readonly url?: string; readonly dataDir?: string; readonly more?: string };

let files = 0;
function settings({ url = db.url, dataDir = join(folder, 'var'), more = '' }: Change = {}): string {
  const path = join(folder, `reglages-${(files += 1)}.yaml`);
  writeFileSync(
    path,
    `dataDir: ${dataDir}
${url === '' ? '' : `database: { url: '${url}' }`}
operateur: { nom: Exemple, domaines: [exemple.mssante.fr] }
reseau: { httpEnClair: true, tentativesMax: 1, attenteMinSecondes: 0, attenteMaxSecondes: 0, connexionSecondes: 5 }
${more}
`,
  );
  return path;
}

function withUrl(change: (url: URL) => void): string {
  const url = new URL(db.url);
  url.username = role;
  url.password = 'un-secret';
  change(url);
  return url.href;
}

async function told(
  change: Change,
  args: readonly string[],
  expected: { readonly status: number; readonly code: string; readonly message: RegExp },
): Promise<CommandResult> {
  const result = await runInProcess(settings(change), ['--json', ...args]);
  const { status, stdout, stderr } = result;
  assert.match(stderr, expected.message);
  assert.match(stdout, new RegExp(`"code":"${expected.code}"`, 'u'));
  assert.equal(status, expected.status, stderr);
  assert.doesNotMatch(stderr, /^\s+at |un-secret|Error:/mu);
  return result;
}

type CasBase = {
  readonly nom: string;
  readonly prepare?: string;
  readonly undo?: string;
  readonly url: (url: URL) => void;
  readonly args?: readonly string[];
  readonly status: number;
  readonly code: string;
  readonly message: RegExp;
};

const nothing = (): void => undefined;
const casBase: readonly CasBase[] = [
  {
    nom: 'a wrong password',
    url: (url) => (url.password = 'un-secret-de-trop'),
    status: 2,
    code: 'DATABASE_UNREACHABLE',
    message:
      /la base « \w+ » de 127\.0\.0\.1:\d+ .* mot de passe ou le compte est faux.*« database\.url »/u,
  },
  {
    nom: 'no such database',
    url: (url) => (url.pathname = '/absente'),
    status: 2,
    code: 'DATABASE_UNREACHABLE',
    message: /« absente ».*create database/u,
  },
  {
    nom: 'nobody listens',
    url: (url) => (url.port = '1'),
    status: 1,
    code: 'DATABASE_UNREACHABLE',
    message: /127\.0\.0\.1:1 .*démarrez PostgreSQL, ou corrigez le port/u,
  },
  {
    nom: 'a name that does not resolve',
    url: (url) => (url.hostname = 'base.invalid'),
    status: 1,
    code: 'DATABASE_UNREACHABLE',
    message: /base\.invalid.*(le DNS de cette machine)/u,
  },
  {
    nom: 'no connection left',
    prepare: `alter role ${role} connection limit 0`,
    undo: `alter role ${role} connection limit -1`,
    url: nothing,
    status: 1,
    code: 'DATABASE_UNREACHABLE',
    message: /augmentez max_connections, ou baissez « database\.poolMax »/u,
  },
  {
    nom: 'an account without privileges',
    url: nothing,
    args: ['report'],
    status: 1,
    code: 'DROITS_INSUFFISANTS',
    message: /Le compte de « database\.url » n'a pas les droits nécessaires/u,
  },
  {
    nom: 'an account that may only read',
    prepare: `grant select on all tables in schema public to ${role}`,
    undo: `revoke all on all tables in schema public from ${role}`,
    url: nothing,
    status: 3,
    code: 'BASE_EN_LECTURE_SEULE',
    message: /le compte de « database\.url » ne fait que lire/u,
  },
  {
    nom: 'sessions that only read',
    prepare: `alter role ${role} set default_transaction_read_only = on`,
    undo: `alter role ${role} reset default_transaction_read_only`,
    url: nothing,
    status: 3,
    code: 'BASE_EN_LECTURE_SEULE',
    message: /« annuaire-sync reconcile » écrit dans la base : rien n’a été fait.*nœud qui écrit/u,
  },
];

describe('the database refuses', () => {
  before(() => db.pool.query(`create role ${role} login password 'un-secret'`));
  after(() => db.pool.query(`drop role ${role}`));
  for (const { nom, prepare, undo, url, args = ['reconcile'], ...expected } of casBase) {
    test(nom, async () => {
      if (prepare !== undefined) await db.pool.query(prepare);
      try {
        await told({ url: withUrl(url) }, args, expected);
      } finally {
        if (undo !== undefined) await db.pool.query(undo);
      }
    });
  }
});

test('DNS: an extraction whose host does not resolve', async () => {
  const from = 'https://annuaire.invalid/Extraction.zip';
  const result = await runInProcess(settings(), ['extract', 'bals', '--from', from]);
  assert.equal(result.status, 1);
  assert.match(
    result.stdout + result.stderr,
    /https:\/\/annuaire\.invalid\/Extraction\.zip : (nom d'hôte inconnu. Vérifiez l'adresse, le DNS|le DNS ne répond pas)/u,
  );
  assert.doesNotMatch(result.stderr, /^\s+at /mu);
});

const dns = /(nom d[’']hôte inconnu|DNS)[^]*(Vérifiez|corrigez)/iu;

test('DNS: mails and webhooks whose host does not resolve wait, and say why', async () => {
  await enqueueAvis(db.pool, [nouvelAvis('dns')], new Date());
  await publishEvenement(
    db.pool,
    { type: 'plan.bloque', cle: 'dns', donnees: { plan: 1 } },
    new Date(),
  );
  const config = settings({
    more: `avis:
  smtp: { hote: courrier.invalid, port: 25, chiffrement: starttls }
  expediteur: 'Exemple <bal@operateur.example>'
  webhooks:
    - { nom: supervision, url: 'https://crochet.invalid/x', secret: 'whsec_${cleEssai.toString('base64')}' }`,
  });
  await runInProcess(config, ['notices', 'send']);
  const { stdout } = await runInProcess(config, ['notices', 'list', '--etat', 'a-envoyer']);
  for (const host of ['courrier.invalid', 'crochet.invalid']) {
    const told = stdout.split(/\n(?=\S)/u).find((one) => one.includes(host)) ?? stdout;
    assert.match(told, dns, host);
  }
});

test('DNS: a directory of mailboxes whose host does not resolve', async () => {
  const more = `inventaire:
  sources:
    - nom: annuaire
      type: ldap
      domaines: [exemple.mssante.fr]
      url: ldaps://annuaire.invalid
      base: dc=exemple
      dn: cn=lecture
      motDePasse: un-secret
      modele: inetorgperson
      attributs: { typeBal: { constante: ORG } }`;
  const { status, stderr, stdout } = await runInProcess(settings({ more }), ['inventory', 'sync']);
  assert.notEqual(status, 0);
  assert.match(stdout + stderr, /annuaire\.invalid/u);
  assert.match(stdout + stderr, dns);
});

test('the clock: a machine that is not at the time of its database writes nothing', async () => {
  const config = settings();
  const shifted = (ms: number) => (): Date => new Date(Date.now() + ms);
  const day = 86_400_000;
  for (const [ms, expected] of [
    [
      400 * day,
      /avance de 400 jours sur celle de la base.*Rien n’a été fait.*(timedatectl|chrony)/u,
    ],
    [-3 * 3_600_000, /retarde de 3 h sur celle de la base/u],
  ] as const) {
    const result = await runInProcess(config, ['hygiene', 'run'], undefined, shifted(ms));
    assert.equal(result.status, 3);
    assert.match(result.stderr, expected);
  }
  const reading = await runInProcess(config, ['report'], undefined, shifted(day));
  assert.equal(reading.status, 0);
  assert.match(reading.stderr, /avance de 24 h/u);
});

test('the clock: one that went back before what is written is told of', async () => {
  const own = await testDatabase();
  const later = new Date(Date.now() + 5 * 86_400_000);
  await recordTrace(
    own.pool,
    {
      action: 'rapprochement',
      issue: 'reussite',
      auteur: { genre: 'programme', id: 'annuaire-sync' },
      objets: [],
      poste: undefined,
    },
    later,
  );
  const { status, stderr } = await runInProcess(settings({ url: own.url }), ['reconcile']);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /La dernière trace du journal porte une date à venir.*a reculé de 5 jours/u);
  await own.drop();
});

function small(t: { after: (work: () => void) => void }, name: string, size: string): string {
  const place = join(folder, name);
  mkdirSync(place);
  const mounted = spawnSync('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${size},mode=0777`,
    'tmpfs',
    place,
  ]);
  assert.equal(mounted.status, 0, String(mounted.stderr));
  t.after(() => void spawnSync('umount', [place]));
  return place;
}

/** Bytes that no archive can hold less of; without a length, nobody knows beforehand that they are too many. */
async function serveBytes(
  hasLength: boolean,
): Promise<{ readonly url: string; readonly close: () => void }> {
  const bytes = randomBytes(3 * 1024 * 1024);
  const server = createServer((request, response) => {
    response.writeHead(200, {
      'content-type': 'application/zip',
      ...(hasLength && { 'content-length': bytes.length }),
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return { url: `http://127.0.0.1:${port}/Extraction.zip`, close: () => void server.close() };
}

for (const [hasLength, code] of [
  [true, 'ESPACE_INSUFFISANT'],
  [false, 'DISQUE_PLEIN'],
] as const) {
  test(`a full disk: the download of an extraction, ${code}`, { skip: mountSkip }, async (t) => {
    const place = small(t, `telechargement-${code}`, '1m');
    const server = await serveBytes(hasLength);
    t.after(() => server.close());
    const config = settings({ dataDir: place });
    const result = await runInProcess(config, ['--json', 'extract', 'bals', '--from', server.url]);
    assert.equal(result.status, 1);
    assert.match(result.stdout, new RegExp(code, 'u'));
    assert.match(result.stdout, /Lib[ée]rez de la place|disque est plein|place libre/iu);
    assert.doesNotMatch(result.stderr, /^\s+at /mu);
    const left = readdirSync(place, { recursive: true }).map(String);
    assert.deepEqual(
      left.filter((name) => name.endsWith('.zip')),
      [],
    );
  });
}

test('a full disk: an export', { skip: mountSkip }, async (t) => {
  const own = await testDatabase();
  t.after(() => own.drop());
  await load(own.pool, {
    bals: Array.from({ length: 3_000 }, (_, index) => ({
      adresse: `b${index}@exemple.mssante.fr`,
      nom: 'x'.repeat(100),
    })),
  });
  const place = small(t, 'export', '64k');
  const out = join(place, 'bals.csv');
  await told({ url: own.url }, ['export', 'csv', '--out', out], {
    status: 1,
    code: 'EXPORT_NON_ECRIT',
    message:
      /export\/bals\.csv : l'export n'a pas pu être écrit.*le disque est plein.*Libérez de la place/u,
  });
  assert.deepEqual(readdirSync(place), []);
});

test('a full disk: a private database that cannot be made', { skip: mountSkip }, async (t) => {
  const place = small(t, 'prive', '8m');
  await assert.rejects(
    openEngine({ dataDir: place, isDisposable: true }, () => undefined),
    {
      code: 'DATA_DIR_UNUSABLE',
      message: /Le disque est plein : libérez de la place|Il faut 60 Mo libres/u,
    },
  );
  assert.deepEqual(
    readdirSync(place).filter((name) => name.startsWith('postgres')),
    [],
  );
});

test('a full disk: that of the database', { skip: mountSkip }, async (t) => {
  const place = small(t, 'tables', '4m');
  const { rows } = await db.pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  const server = statSync(`/proc/${rows[0]?.pid ?? 0}`, { throwIfNoEntry: false });
  if (!server) {
    t.skip('NOT TESTED: the server is on another machine');
    return;
  }
  chownSync(place, server.uid, server.gid);
  const space = `pannes_${process.pid}`;
  await db.pool.query(`create tablespace ${space} location '${place}'`);
  await db.pool.query(`create table plein (texte text) tablespace ${space}`);
  const fault: unknown = await db.pool
    .query(`insert into plein select repeat('x', 1000) from generate_series(1, 20000)`)
    .catch((error: unknown) => error);
  await db.pool.query('drop table plein');
  await db.pool.query(`drop tablespace ${space}`);
  const known = explainFault(fault);
  assert.equal(known?.code, 'DISQUE_PLEIN');
  assert.match(
    known.message,
    /disque de la base de données est plein : libérez de la place.*annulé/u,
  );
});
