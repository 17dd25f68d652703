// `doctor` on real servers and a real base: all in order, then each thing broken for real.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ResultatControle } from '../../src/diagnostic/controle.js';
import { load } from '../support/annuaire.js';
import { makeCertificates, type TestCertificates } from '../support/certificates.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import { faultyServer, silent, status, whole } from '../support/faulty-server.js';
import { runHere, type InProcessOptions } from '../support/in-process.js';
import { apiKey, TestSimulator } from '../support/simulator.js';

let database: TestDatabase;
let certificates: TestCertificates;

before(async () => {
  [database, certificates] = await Promise.all([testDatabase(), makeCertificates()]);
  await load(database.pool, { bals: [{ adresse: 'a@exemple.mssante.fr', nom: 'a' }] });
});
after(() => database.drop());

const sansSources = `  bals: { actif: false }
  professionnels: { actif: false }
  finess: { actif: false }
  liste-blanche: { actif: false }
`;

type Parts = { readonly url?: string; readonly sources?: string; readonly more?: string };

/** Settings whose every part is in order, but for what a test gives. */
function settings({ url = database.url, sources = sansSources, more = '' }: Parts = {}): string {
  const folder = tempFolder();
  const config = join(folder, 'reglages.yaml');
  writeFileSync(
    config,
    `dataDir: ${join(folder, 'var')}
database: { url: '${url}' }
operateur: { nom: Essai, domaines: [exemple.mssante.fr] }
sources:
${sources}web: { port: 0 }
ldap: { port: 0 }
${more}`,
    { mode: 0o600 },
  );
  return config;
}

type Diagnostic = { status: number; found: readonly string[]; all: readonly ResultatControle[] };

/** What is not in order, as « code: state text → remedy ». */
async function doctor(
  config: string,
  args: readonly string[] = [],
  options: InProcessOptions = {},
): Promise<Diagnostic> {
  const ran = await runHere(config, ['--json', 'doctor', ...args], options);
  const { controles } = JSON.parse(ran.stdout) as { controles: ResultatControle[] };
  const found = controles.flatMap(({ code, constatations }) =>
    constatations
      .filter(({ etat }) => etat !== 'bon')
      .map(({ etat, texte, remede }) => `${code}: ${etat} ${texte} → ${remede}`),
  );
  return { status: ran.status, found, all: controles };
}

/** What depends on the machine that runs the tests, and what a base that was just made still lacks. */
const horsSujet = /^(disque|memoire|descripteurs|exploitation): attention/u;

async function assertFault(config: string, expected: RegExp, args: string[] = []): Promise<void> {
  const { status: code, found } = await doctor(config, args);
  assert.match(found.join('\n'), expected);
  assert.equal(code, found.join('\n').includes(': faute ') ? 1 : 0);
}

test('a sound installation: every line is ✓, servers and feed included', async (t) => {
  const server = await faultyServer(t, [whole({ body: Buffer.from('x') })]);
  const simulator = await TestSimulator.open(database.pool, { now: () => new Date() });
  t.after(() => simulator.close());
  const config = settings({
    sources: `${sansSources}  adeli-rpps: { from: '${server.url}/adeli' }\n`,
    more: `alimentation: { url: '${simulator.url}', cleApi: ${apiKey} }\n`,
  });
  const { status: code, found, all } = await doctor(config);
  assert.deepEqual(
    found.filter((line) => !horsSujet.test(line)),
    [],
  );
  assert.equal(code, 0);
  assert.ok(all.length >= 10);
  // Nothing of a national file is asked for.
  assert.deepEqual(server.summary(), ['HEAD']);
});

test('settings: none, and several faults at once', async () => {
  await assertFault(join(tempFolder(), 'absent.yaml'), /^reglages: faute .*config init/u);
  const config = settings({ more: 'inconnue: 1\nreconcile: { inactiviteJours: -3 }\n' });
  const { status: code, found } = await doctor(config);
  assert.equal(code, 1);
  assert.match(found.join('\n'), /inconnue/u);
  assert.match(found.join('\n'), /reconcile\.inactiviteJours/u);
});

test('a file of secrets that anybody reads', async () => {
  const config = settings();
  chmodSync(config, 0o644);
  await assertFault(config, /^secrets: attention .*contient database\.url → « chmod 640/mu);
});

test('a data folder that cannot be made, and a disk that is full', async (t) => {
  const config = settings({ more: '' });
  const folder = join(tempFolder(), 'petit');
  mkdirSync(folder);
  const of = (dataDir: string): string => {
    const other = settings();
    const { stdout } = spawnSync('sed', [`s|^dataDir: .*|dataDir: ${dataDir}|`, other], {
      encoding: 'utf8',
    });
    writeFileSync(other, stdout);
    return other;
  };
  await assertFault(
    of(join(config, 'sous-un-fichier')),
    /^disque: faute .*écriture impossible.*chown/mu,
  );
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  if (mounted.status !== 0) return;
  t.after(() => spawnSync('umount', [folder]));
  spawnSync('dd', ['if=/dev/zero', `of=${join(folder, 'plein')}`, 'bs=4k']);
  await assertFault(of(folder), /^disque: faute .*ENOSPC.*libérez de la place/mu);
});

test('the base: a dead port, a wrong name, an older schema, an account without rights', async (t) => {
  const url = new URL(database.url);
  const other = (change: (url: URL) => void): string => {
    const copy = new URL(url);
    change(copy);
    return settings({ url: copy.href });
  };
  await assertFault(
    other((one) => (one.port = '1')),
    /^base: faute .*Rien n'écoute à cette adresse/mu,
  );
  await assertFault(
    other((one) => (one.pathname = '/nulle_part')),
    /^base: faute .*create database/mu,
  );
  const role = `sans_droits_${process.pid}`;
  await database.pool.query(`create role ${role} login password 'bon'`);
  await database.pool.query('revoke create on schema public from public');
  t.after(async () => {
    await database.pool.query(`drop owned by ${role}`);
    await database.pool.query(`drop role ${role}`);
  });
  await assertFault(
    other((one) => {
      one.username = role;
      one.password = 'bon';
    }),
    /^base: faute .*ne peut pas créer de table → « grant create on schema public/mu,
  );
  const last = await database.pool.query<{ number: number; name: string }>(
    `delete from schema_migration where number = (select max(number) from schema_migration)
     returning number, name`,
  );
  const [row] = last.rows;
  assert.ok(row);
  t.after(() =>
    database.pool.query('insert into schema_migration (number, name) values ($1, $2)', [
      row.number,
      row.name,
    ]),
  );
  await assertFault(settings(), /^base: attention .*1 migrations à venir/mu);
});

test('the clock of the base, an hour away from ours', async () => {
  const { found } = await doctor(settings(), [], { now: new Date(Date.now() - 3_600_000) });
  assert.match(found.join('\n'), /^base: faute 60 min de retard sur la base/mu);
});

test('servers: an expired certificate, another name, nobody there, refused', async (t) => {
  const tls = async (pair: { cert: string; key: string }): Promise<string> =>
    (await faultyServer(t, [status(200)], pair)).url;
  const ca = join(tempFolder(), 'ca.pem');
  writeFileSync(ca, certificates.ca);
  const refusing = await faultyServer(t, [status(403)]);
  const config = settings({
    sources: `  bals: { from: '${await tls(certificates.expired)}/a' }
  professionnels: { from: '${await tls(certificates.otherHost)}/a' }
  finess: { from: 'http://127.0.0.1:1/a' }
  liste-blanche: { from: '${refusing.url}/a' }
  adeli-rpps: { from: /nulle/part.csv }
`,
    more: `reseau: { ca: ['${ca}'] }\n`,
  });
  const { status: code, found } = await doctor(config);
  const told = found.join('\n');
  assert.equal(code, 1);
  assert.match(told, /^source\.bals: faute .*le certificat du serveur a expiré/mu);
  assert.match(told, /^source\.professionnels: faute .*n'est pas celui de ce serveur/mu);
  assert.match(told, /^source\.finess: faute .*connexion refusée/mu);
  assert.match(told, /^source\.liste-blanche: faute .*HTTP 403.*habilité/mu);
  assert.match(told, /^source\.adeli-rpps: faute .*introuvable/mu);
  assert.match(told, /^signataires: attention /mu);
  const offline = await doctor(config, ['--hors-ligne']);
  assert.doesNotMatch(offline.found.join('\n'), /source\.(bals|finess)/u);
  assert.match(offline.found.join('\n'), /source\.adeli-rpps/u);
});

test('a server that never answers is left at its delay', async (t) => {
  const mute = await faultyServer(t, [silent]);
  const config = settings({
    sources: `${sansSources}  identites: { from: '${mute.url}/a' }\n`,
  });
  const { found } = await doctor(config, ['--delai', '1']);
  assert.match(found.join('\n'), /^source\.identites: faute pas de réponse en 1 s/mu);
});

test('a wrong key of the feed, a mail server and a webhook that are not there', async (t) => {
  const simulator = await TestSimulator.open(database.pool);
  t.after(() => simulator.close());
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const config = settings({
    more: `alimentation: { url: '${simulator.url}', cleApi: fausse }
avis:
  expediteur: essai@exemple.fr
  smtp: { hote: 127.0.0.1, port: 1, chiffrement: aucun }
  webhooks: [{ nom: outil, url: 'http://127.0.0.1:1/', secret: '${secret}' }]
`,
  });
  const { found } = await doctor(config);
  const told = found.join('\n');
  assert.match(told, /^alimentation: faute .*HTTP 401.*cleApi/mu);
  assert.match(told, /^avis\.smtp: faute /mu);
  assert.match(told, /^avis\.webhook\.outil: faute .*connexion refusée/mu);
});

test('our own certificate: its end, and a key that is another’s; a port that somebody holds', async (t) => {
  const folder = tempFolder();
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const cert = file('expire.pem', certificates.expired.cert);
  const cle = file('autre.key', certificates.localhost.key);
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  t.after(() => holder.close());
  const { port } = holder.address() as AddressInfo;
  const config = settings();
  const { stdout } = spawnSync(
    'sed',
    [`s|^web: .*|web: { port: ${port}, tls: { certificat: '${cert}', cle: '${cle}' } }|`, config],
    { encoding: 'utf8' },
  );
  writeFileSync(config, stdout);
  const { status: code, found } = await doctor(config, ['--hors-ligne']);
  const told = found.join('\n');
  assert.equal(code, 1);
  assert.match(told, /^certificats: faute .*a expiré → Renouvelez-le/mu);
  assert.match(told, /^certificat\.web: faute .*la clé n’est pas celle du certificat/mu);
  assert.match(told, /^ecoute\.web\.\d+: attention .*port est pris.*ss -ltnp/mu);
});

test('in a terminal: a verdict, where to begin, no line too long, colours when they are wanted', async () => {
  const config = settings({ url: 'postgresql://a:b@127.0.0.1:1/x' });
  const plain = await runHere(config, ['doctor', '--hors-ligne'], { columns: 80 });
  assert.equal(plain.status, 1);
  assert.match(plain.stdout, /^✗ \d+ à corriger/mu);
  assert.match(plain.stdout, /^Commencez par : /mu);
  assert.ok(
    plain.stdout.split('\n').every((line) => line.length <= 80),
    plain.stdout,
  );
  assert.doesNotMatch(plain.stdout, /\u001b/u);
  const coloured = await runHere(config, ['doctor', '--hors-ligne'], {
    env: { FORCE_COLOR: '1' },
  });
  assert.match(coloured.stdout, /\u001b\[31m/u);
});
