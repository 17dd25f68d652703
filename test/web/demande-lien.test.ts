// The second way in over real HTTP: a link to another BAL of the same holder, once, and nothing told to whoever guesses.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { BrowserByHand, formOf, type Visit } from '../support/browser-by-hand.js';
import { load, vider } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startDemandeServer, type DemandeServer } from '../support/demande-server.js';

const rpps = '10000000017';
const autreRpps = '10000000025';
const ancienne = 'camille.exemple@chu.mssante.fr';
const recente = 'camille.exemple@cabinet.mssante.fr';

let db: TestDatabase;
let site: DemandeServer;
let clock = new Date();

before(async () => {
  db = await testDatabase();
  site = await startDemandeServer({
    pool: db.pool,
    hasPsc: false,
    now: () => clock,
    lien: {
      cle: Buffer.alloc(32, 7),
      domaine: 'chu.mssante.fr',
      contact: 'support@exemple.fr',
      reponseMinMs: 0,
    },
  });
});
beforeEach(async () => {
  clock = new Date();
  await vider(db.pool);
  await db.pool.query('truncate avis, lien_connexion, essai_connexion cascade');
  await publish();
});
afterEach(() => {
  assert.deepEqual(site.lines, []);
});
after(() => site.close());

async function publish(): Promise<void> {
  const camille = { rpps, prenom: 'Camille', nom: 'EXEMPLE' };
  await load(db.pool, { bals: [{ adresse: ancienne, ...camille }] });
  await load(db.pool, {
    bals: [
      { adresse: ancienne, ...camille },
      { adresse: recente, ...camille },
      { adresse: 'seule@chu.mssante.fr', rpps: autreRpps, nom: 'SEULE' },
      { adresse: 'accueil@chu.mssante.fr', type: 'ORG', structure: '1750000001' },
      { adresse: 'adeli@chu.mssante.fr', typePp: '0', pp: '759912345', nom: 'ADELI' },
      { adresse: 'partagee@chu.mssante.fr', rpps, nom: 'EXEMPLE' },
      { adresse: 'partagee@chu.mssante.fr', rpps: autreRpps, nom: 'SEULE' },
    ],
  });
}

async function ask(browser: BrowserByHand, adresse: string): Promise<Visit> {
  const page = await browser.request(`${site.url}/demande/connexion`);
  const { action, fields } = formOf(page, 'adresse');
  return browser.follow(action, { ...fields, adresse });
}

type Envoi = { readonly destinataire: string; readonly lien: string };

async function sent(): Promise<Envoi[]> {
  const { rows } = await db.pool.query<Envoi>(
    `select destinataire, donnees ->> 'lien' as lien from avis where gabarit = 'connexion-lien' order by id`,
  );
  return rows;
}

async function linkSent(): Promise<string> {
  await ask(new BrowserByHand(), ancienne);
  const lien = (await sent()).at(-1)?.lien ?? '';
  assert.ok(lien.startsWith(`${site.url}/demande/connexion/lien/`));
  return lien;
}

async function isIn(browser: BrowserByHand): Promise<boolean> {
  return (await browser.request(`${site.url}/demande/bals`)).status === 200;
}

test('the link goes to another BAL of the holder, and its button lets him in', async () => {
  const lien = await linkSent();
  assert.deepEqual(
    (await sent()).map(({ destinataire }) => destinataire),
    [recente],
  );
  const browser = new BrowserByHand();
  const page = await browser.request(lien);
  assert.equal(page.status, 200);
  assert.equal(await isIn(browser), false, 'looking does nothing');
  const before = browser.cookie(site.url, 'annuaire-demande');
  const { action, fields } = formOf(page, 'Me connecter');
  const entered = await browser.follow(action, fields);
  assert.match(entered.text, /Camille EXEMPLE, 10000000017, par lien/u);
  assert.notEqual(browser.cookie(site.url, 'annuaire-demande'), before);
  const { rows } = await db.pool.query(
    `select action, auteur_id from trace order by sequence desc limit 2`,
  );
  assert.deepEqual(rows, [
    { action: 'connexion', auteur_id: `8${rpps}` },
    { action: 'connexion.lien', auteur_id: 'inconnu' },
  ]);
});

test('given the recent one, it goes to the older one: never to the one given', async () => {
  await ask(new BrowserByHand(), `  ${recente.toUpperCase()} `);
  assert.deepEqual(
    (await sent()).map(({ destinataire }) => destinataire),
    [ancienne],
  );
});

const nothing: [name: string, adresse: string][] = [
  ['unknown', 'personne@nulle-part.mssante.fr'],
  ['the only one of its holder', 'seule@chu.mssante.fr'],
  ['of a structure', 'accueil@chu.mssante.fr'],
  ['of an ADELI', 'adeli@chu.mssante.fr'],
  ['of two holders', 'partagee@chu.mssante.fr'],
];
for (const [name, adresse] of nothing) {
  test(`an address that is ${name} gets the same answer, and nothing is sent`, async () => {
    const known = await ask(new BrowserByHand(), ancienne);
    const unknown = await ask(new BrowserByHand(), adresse);
    assert.equal(unknown.status, known.status);
    assert.equal(unknown.url, known.url);
    const withoutToken = ({ text }: Visit): string => text.replace(/value="[^"]+"/gu, '');
    assert.equal(withoutToken(unknown), withoutToken(known));
    assert.equal((await sent()).length, 1);
  });
}

test('a link opens once', async () => {
  const lien = await linkSent();
  for (const [rank, status] of [303, 410].entries()) {
    const browser = new BrowserByHand();
    const { action, fields } = formOf(await browser.request(lien), 'Me connecter');
    assert.equal((await browser.request(action, fields)).status, status);
    assert.equal(await isIn(browser), rank === 0);
  }
});

test('of twenty attempts at once, one gets in', async () => {
  const lien = await linkSent();
  const attempts = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const browser = new BrowserByHand();
      const { action, fields } = formOf(await browser.request(lien), 'Me connecter');
      return { browser, action, fields };
    }),
  );
  const statuses = await Promise.all(
    attempts.map(
      async ({ browser, action, fields }) => (await browser.request(action, fields)).status,
    ),
  );
  assert.deepEqual(statuses.sort(), [303, ...Array.from({ length: 19 }, () => 410)]);
});

test('after half an hour a link opens nothing, even one whose page is open', async () => {
  const lien = await linkSent();
  const browser = new BrowserByHand();
  const { action, fields } = formOf(await browser.request(lien), 'Me connecter');
  clock = new Date(clock.getTime() + 30 * 60_000 + 1_000);
  assert.equal((await browser.request(action, fields)).status, 410);
  assert.equal((await new BrowserByHand().request(lien)).status, 410);
  assert.equal(await isIn(browser), false);
});

test('a link changed by one sign, of another use, or without the token of its page opens nothing', async () => {
  const lien = await linkSent();
  const last = lien.at(-1) === 'A' ? 'B' : 'A';
  for (const other of [
    `${lien.slice(0, -1)}${last}`,
    lien.replace('/connexion.', '/inactivite.'),
    `${site.url}/demande/connexion/lien/x`,
  ]) {
    assert.equal((await new BrowserByHand().request(other)).status, 404);
  }
  const browser = new BrowserByHand();
  const { fields } = formOf(await browser.request(lien), 'Me connecter');
  assert.equal((await browser.request(lien, {})).status, 403);
  assert.equal((await new BrowserByHand().request(lien, fields)).status, 403, 'another browser');
  assert.equal(await isIn(browser), false);
});

test('the table of links keeps the hash of a link, not what opens it', async () => {
  const lien = await linkSent();
  const id = /\/connexion\.([A-Za-z0-9_-]{22})\./u.exec(lien)?.[1] ?? '';
  assert.notEqual(id, '');
  const { rows } = await db.pool.query<{ row: string }>(
    `select to_jsonb(l)::text as row from lien_connexion l`,
  );
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.row.includes(id), false);
});

test('an address asked again and again is slowed, whether it exists or not', async () => {
  const statuses = async (adresse: string): Promise<number[]> => {
    const all: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      all.push((await ask(new BrowserByHand(), adresse)).status);
    }
    return all;
  };
  assert.deepEqual(await statuses(ancienne), [200, 200, 200, 429]);
  assert.deepEqual(await statuses('personne@nulle-part.mssante.fr'), [200, 200, 200, 429]);
  assert.equal((await sent()).length, 3);
});

test('one post that tries many addresses is slowed', async () => {
  const browser = new BrowserByHand();
  const statuses: number[] = [];
  for (let count = 0; count < 21; count += 1) {
    statuses.push((await ask(browser, `essai-${count}@chu.mssante.fr`)).status);
  }
  assert.equal(statuses.indexOf(429), 20);
});

test('what is no address is said on the form, beside what was written', async () => {
  for (const wrong of ['', 'camille', 'a@b@c', 'x\r\nbcc: y@z.fr', `${'a'.repeat(900)}@x.fr`]) {
    const page = await ask(new BrowserByHand(), wrong);
    assert.equal(page.status, 400);
    assert.match(page.text, /Écrivez une adresse entière/u);
    assert.match(page.text, /href="#adresse"/u);
  }
  const script = await ask(new BrowserByHand(), '"><script>alert(1)</script>');
  assert.doesNotMatch(script.text, /<script/u);
  assert.equal((await sent()).length, 0);
});
