// A database that stops, is killed, is cut off and comes back, under the program as it runs.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { load } from '../support/annuaire.js';
import { runInProcess } from '../support/command-in-process.js';
import { creerCompte, seConnecter } from '../support/console-servie.js';
import { ouvrirCoupure, type Coupure } from '../support/coupure.js';
import { demandeCreation, etatCreation } from '../support/creation.js';
import { connectRaw } from '../support/ldap-raw-client.js';
import type { Navigateur } from '../support/navigateur.js';
import { openPool, serveurPrive, type ServeurPrive } from '../support/postgres-prive.js';
import { Programme } from '../support/programme.js';
import { cleDesComptes } from '../support/site.js';
import { makeKey } from '../support/web-server.js';

const folder = mkdtempSync(join(tmpdir(), 'annuaire-base-'));
let server: ServeurPrive;
let reseau: Coupure;
let headers: Record<string, string>;
let config = '';
let web: Programme;
let ldap: Programme;
let url = '';
let navigateur: Navigateur;

before(async () => {
  server = await serveurPrive();
  reseau = await ouvrirCoupure(server.port);
  const pool = openPool(server.url());
  await load(pool, etatCreation);
  const key = await makeKey(pool, ['verification']);
  headers = { ...key.headers, 'content-type': 'application/json' };
  await pool.query(`insert into cle_interne (nom, valeur) values ('comptes', $1)`, [cleDesComptes]);
  const compte = await creerCompte(pool, { nom: 'a.martin', role: 'lecteur' }, new Date());
  await pool.end();
  config = join(folder, 'annuaire-sync.yaml');
  writeFileSync(
    config,
    `dataDir: ${join(folder, 'var')}
database: { url: '${server.url('annuaire', reseau.port)}' }
operateur: { nom: CHU Exemple, domaines: [chu.mssante.fr] }
web: { port: 0, delais: { baseSecondes: 1 } }
ldap: { port: 0, consultationSecondes: 1 }
`,
  );
  web = new Programme(config, 'web');
  ldap = new Programme(config, 'ldap');
  url = await web.url();
  ({ navigateur } = await seConnecter(url, compte, new Date()));
  await ldap.line('served');
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('stopped: each part says so at once, and what needs no database goes on', async () => {
  await server.stop();
  await assertGone(/rien ne répond à son adresse|la connexion a été coupée/u);
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  await web.line('base');
  await ldap.line('database-lost');
  assert.equal(await countEntries(), 4);
  const { status, stderr, stdout } = await runInProcess(config, ['--json', 'reconcile']);
  assert.equal(status, 1, stdout);
  assert.match(stdout, /"code":"DATABASE_UNREACHABLE"/u);
  assert.match(stderr, /Connexion impossible à la base « annuaire » de 127\.0\.0\.1/u);
});

test('started again: the same session, the same server, and LDAP hears of loads', async () => {
  await server.start();
  await assertBack();
  const page = await navigateur.get('/console');
  assert.equal(page.status, 200, page.texte);
  await ldap.line('database-back');
  const pool = openPool(server.url());
  await load(pool, { bals: [...(etatCreation.bals ?? []), { adresse: 'retour@chu.mssante.fr' }] });
  await pool.end();
  await ldap.line('served', 2);
  assert.equal(await countEntries(), 5);
});

test('killed and started at once: nothing to restart', async () => {
  await server.stop('SIGKILL');
  await server.start();
  await assertBack();
  assert.equal((await navigateur.get('/console')).status, 200);
});

test('cut off without a word: no request waits for the network', async () => {
  reseau.couper();
  await assertGone(/elle ne répond pas dans le délai/u);
  await assertGone(/elle ne répond pas dans le délai/u);
  reseau.retablir();
  await assertBack();
});

test('each loss and each return is told of once', async () => {
  const told = web.of('base').map(({ message }) => message.slice(0, 30));
  assert.ok(told.length >= 4 && told.length <= 6, told.join('\n'));
  for (const [index, line] of told.entries()) {
    assert.match(
      line,
      index % 2 === 0 ? /^Base de données injoignable/u : /^Base de données de nouveau/u,
    );
  }
  assert.ok(ldap.of('database-lost').length <= 3);
  assert.deepEqual([await web.stop(), await ldap.stop()], [0, 0]);
});

test('started without its database: alive, not ready, then in service by itself', async () => {
  await server.stop();
  web = new Programme(config, 'web');
  url = await web.url('attente');
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  await assertGone(/rien ne répond à son adresse|la connexion a été coupée/u);
  // As whoever renews its certificate sends it.
  web.child.kill('SIGHUP');
  await server.start();
  url = await web.url('ecoute');
  await assertBack();
});

test('migrated by a newer program: neither ready nor answering, and in service once that is undone', async () => {
  await server.query(`insert into schema_migration values (9999, '9999_suivante.sql')`);
  const probe = await untilReady(503);
  assert.match(await probe.text(), /"SCHEMA_DIFFERENT".*plus récent que ce programme/su);
  const refused = await verify();
  const { code } = (await refused.json()) as { code: string };
  assert.deepEqual([refused.status, code], [503, 'SCHEMA_DIFFERENT']);
  assert.equal((await fetch(`${url}/console`)).status, 503);
  await server.query(`delete from schema_migration where number = 9999`);
  await assertBack();
  assert.equal(await web.stop(), 0);
});

/** Once it is noticed: the API, the pages and the probe all say the same. */
async function assertGone(cause: RegExp): Promise<void> {
  const response = await verify();
  const problem = (await response.json()) as { code: string };
  assert.deepEqual([response.status, problem.code], [503, 'BASE_INDISPONIBLE']);
  assert.equal(response.headers.get('retry-after'), '2');
  const probe = await untilReady(503);
  assert.match(await probe.text(), /injoignable depuis le \d/u);
  const { detail } = (await (await verify()).json()) as { detail: string };
  assert.match(detail, /^La base de données est injoignable depuis le /u);
  assert.match(detail, cause);
  for (const path of ['/console', '/demande']) {
    const page = await fetch(url + path);
    assert.equal(page.status, 503);
    const text = await page.text();
    assert.match(text, /Service momentanément indisponible.*injoignable depuis le/su, path);
    assert.doesNotMatch(text, /127\.0\.0\.1|annuaire:/u);
  }
}

async function assertBack(): Promise<void> {
  await untilReady(200);
  assert.equal((await verify()).status, 200);
}

/** The probe is asked again until it says so; the server itself bounds how often it looks. */
async function untilReady(status: number): Promise<Response> {
  for (;;) {
    const response = await fetch(`${url}/readyz`);
    if (response.status === status) return response;
    await response.arrayBuffer();
  }
}

function verify(): Promise<Response> {
  return fetch(`${url}/api/v1/bals/verifier-creation`, {
    method: 'POST',
    headers,
    body: JSON.stringify(demandeCreation),
  });
}

async function countEntries(): Promise<number> {
  const client = await connectRaw(await ldap.port());
  const { entries } = await client.search({ base: 'ou=bal,o=mssante,c=fr' });
  await client.drop();
  return entries.length;
}
