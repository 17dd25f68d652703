// Nodes that only read, on a real streaming replica: what goes on without the primary, what says why it cannot, and the promotion.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { load } from '../support/annuaire.js';
import { runInProcess } from '../support/command-in-process.js';
import { demandeCreation, etatCreation } from '../support/creation.js';
import { connectRaw } from '../support/ldap-raw-client.js';
import { openPool, serveurPrive, type ServeurPrive } from '../support/postgres-prive.js';
import { Programme } from '../support/programme.js';
import { makeKey } from '../support/web-server.js';

const folder = mkdtempSync(join(tmpdir(), 'annuaire-noeuds-'));
let primary: ServeurPrive;
let replica: ServeurPrive;
let headers: Record<string, string>;
let web: Programme;
let ldap: Programme;
let url = '';
let config = '';

before(async () => {
  primary = await serveurPrive();
  const pool = openPool(primary.url());
  await load(pool, etatCreation);
  const key = await makeKey(pool, ['verification', 'lecture', 'inventaire']);
  headers = { ...key.headers, 'content-type': 'application/json' };
  replica = await primary.replicate();
  // After the copy: what follows can only come by the stream.
  await load(pool, { bals: [...(etatCreation.bals ?? []), { adresse: 'flux@chu.mssante.fr' }] });
  await pool.end();
  await primary.caughtUp(replica);
  config = settings(replica.url());
  web = new Programme(config, 'web');
  ldap = new Programme(config, 'ldap');
  url = await web.url();
});
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function settings(databaseUrl: string, database = ''): string {
  const path = join(folder, `reglages-${(files += 1)}.yaml`);
  writeFileSync(
    path,
    `dataDir: ${join(folder, 'var')}
database: { url: '${databaseUrl}', noeudPrincipal: 'https://annuaire.exemple.fr'${database} }
operateur: { nom: CHU Exemple, domaines: [chu.mssante.fr] }
inventaire: { sources: [{ nom: plateforme, type: http, domaines: [chu.mssante.fr] }] }
web: { port: 0 }
ldap: { port: 0, consultationSecondes: 1 }
`,
  );
  return path;
}

test('API checks are answered on the replica, without their trace of call, and the count is told', async () => {
  await assertVerifies();
  const probe = await readyz('?verbose');
  assert.equal(probe.status, 200);
  assert.equal(probe.body.etat, 'degrade');
  assert.equal(probe.body.lectureSeule, true);
  assert.deepEqual(probe.codes, ['LECTURE_SEULE']);
  assert.equal(probe.body.reponsesSansTrace, 1);
  const [traces] = await primary.query('select count(*)::integer as n from api_call');
  assert.equal(traces?.['n'], 0);
  assert.match((await web.line('base')).message, /lecture seule : sa base est un réplica/u);
});

test('look-ups over LDAP see what came by the stream', async () => {
  assert.equal(await countByMail('flux@chu.mssante.fr'), 1);
});

test('pages that write say why not, and where to go', async () => {
  for (const path of ['/console', '/console/connexion', '/demande', '/avis/inactivite/abc']) {
    const response = await fetch(url + path, { redirect: 'manual' });
    assert.equal(response.status, 503, path);
    if (path.startsWith('/avis')) continue;
    const text = await response.text();
    assert.match(text, /<h1>Nœud en lecture seule<\/h1>/u, path);
    assert.match(text, /sa base est un réplica.*https:\/\/annuaire\.exemple\.fr/su, path);
  }
});

test('an inventory is refused before it is read', async () => {
  const response = await fetch(`${url}/api/v1/inventaire/plateforme`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'text/csv' },
    body: 'adresse\n',
  });
  const problem = (await response.json()) as { code: string; detail: string };
  assert.deepEqual([response.status, problem.code], [503, 'BASE_EN_LECTURE_SEULE']);
  assert.match(problem.detail, /réplica.*nœud qui écrit : https:\/\/annuaire\.exemple\.fr/u);
});

test('a command that writes refuses at once, one that reads works', async () => {
  for (const args of [['reconcile'], ['push'], ['audit', 'export'], ['api-key', 'create', 'x']]) {
    const { status, stderr } = await runInProcess(config, args);
    assert.equal(status, 3, args.join(' '));
    assert.match(
      stderr,
      new RegExp(`réplica\\. « annuaire-sync ${args.slice(0, 2).join(' ')}`, 'u'),
    );
    assert.match(stderr, /rien n’a été fait. Adressez-vous au nœud qui écrit : https:/u);
    assert.doesNotMatch(stderr, /\n\s+at /u);
  }
  for (const args of [
    ['status'],
    ['report'],
    ['plan', 'show'],
    ['export', 'csv'],
    ['api-key', 'list'],
  ]) {
    const { status, stderr } = await runInProcess(config, args);
    assert.equal(status, args[0] === 'plan' ? 3 : 0, `${args.join(' ')} ${stderr}`);
  }
});

test('« database.lectureSeule » makes a node of the primary read only as well', async () => {
  const own = settings(primary.url(), ', lectureSeule: true');
  const { status, stderr } = await runInProcess(own, ['reconcile']);
  assert.equal(status, 3, stderr);
  assert.match(stderr, /« database\.lectureSeule » le demande/u);
  assert.equal((await runInProcess(own, ['status'])).status, 0);
});

test('an account that only reads, and sees no secret, answers checks all the same', async () => {
  await primary.query(`create role consultation login password 'lecture'`);
  await primary.query('grant select on all tables in schema public to consultation');
  await primary.query('revoke all on cle_interne, session_web, compte from consultation');
  const account = new URL(primary.url());
  account.username = 'consultation';
  account.password = 'lecture';
  const listed = await runInProcess(settings(account.href), ['demandes', 'list']);
  assert.equal(listed.status, 0, listed.stderr);
  assert.match(listed.stderr, /elle n’est pas dans le journal/u);
  const reader = new Programme(settings(account.href), 'web');
  const before = url;
  url = await reader.url();
  await assertVerifies();
  assert.deepEqual((await readyz()).codes, ['LECTURE_SEULE']);
  assert.match(
    (await reader.line('base')).message,
    /le compte de « database\.url » ne fait que lire/u,
  );
  assert.equal(await reader.stop(), 0);
  url = before;
});

test('without the primary, look-ups go on and writes say why not', async () => {
  await primary.stop('SIGKILL');
  // The replica finds out, then the watch: a line says so.
  await web.line('base', 2);
  await assertVerifies();
  assert.equal(await countByMail('publiee@chu.mssante.fr'), 1);
  assert.equal((await fetch(`${url}/console`)).status, 503);
  const probe = await readyz();
  assert.equal(probe.status, 200);
  assert.deepEqual(probe.codes, ['LECTURE_SEULE', 'REPLICA_COUPE']);
});

test('once promoted, the replica is written again, without a restart', async () => {
  await replica.query('select pg_promote()');
  // Provisional keys are replaced by true ones: the pages are served anew.
  url = await web.url('ecoute', 2);
  assert.equal((await fetch(`${url}/console/connexion`)).status, 200);
  await assertVerifies();
  const [traces] = await replica.query('select count(*)::integer as n from api_call');
  assert.equal(traces?.['n'], 1);
  assert.deepEqual((await readyz()).codes, []);
  assert.equal((await runInProcess(config, ['reconcile'])).status, 0);
  assert.deepEqual([await web.stop(), await ldap.stop()], [0, 0]);
});

async function assertVerifies(): Promise<void> {
  const response = await fetch(`${url}/api/v1/bals/verifier-creation`, {
    method: 'POST',
    headers,
    body: JSON.stringify(demandeCreation),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.match(text, /"autorise":true/u);
}

type Probe = {
  readonly status: number;
  readonly codes: string[];
  readonly body: {
    readonly etat: string;
    readonly lectureSeule: boolean;
    readonly raisons: { readonly code: string }[];
    readonly reponsesSansTrace?: number;
  };
};

async function readyz(query = ''): Promise<Probe> {
  const response = await fetch(`${url}/readyz${query}`);
  const body = (await response.json()) as Probe['body'];
  return { status: response.status, body, codes: body.raisons.map(({ code }) => code) };
}

/** Once a snapshot is served. */
async function countByMail(mail: string): Promise<number> {
  await ldap.line('served');
  const client = await connectRaw(await ldap.port());
  await client.bind();
  const { entries } = await client.search({ base: `mail=${mail},ou=bal,o=mssante,c=fr` });
  await client.drop();
  return entries.length;
}
