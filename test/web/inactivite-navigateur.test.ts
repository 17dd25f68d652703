// The page of a notice as people meet it: on a phone, zoomed, at night, by keyboard, with a screen reader, without JavaScript.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, before, beforeEach } from 'node:test';
import { signLien } from '../../src/domain/lien-signe.js';
import { createInactivitePage } from '../../src/web/page/inactivite.js';
import { createStatique } from '../../src/web/page/statique.js';
import { WebServer } from '../../src/web/server.js';
import { testInBrowser } from '../support/browser.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { cas, envoyer, importer, jours, passer, viderHygiene } from '../support/hygiene.js';
import { assertNoSideScroll, inspectPage, tabOrder } from '../support/page-checks.js';
import { webSettings } from '../support/web-server.js';

const cle = randomBytes(32);
let db: TestDatabase;
let server: WebServer;
let url: string;
let now: Date;

const venue = new Date('2026-01-10T08:00:00Z');
const a = 'anne-charlotte.exemple-dont-le-nom-est-long@chu-exemple-de-la-ville.mssante.fr';
const inventaire = [
  { adresse: a, rpps: '10000000018', authentification: venue.toISOString() },
] as const;

before(async () => {
  db = await testDatabase();
});
afterEach(() => server.stop());

beforeEach(async () => {
  server = new WebServer({
    settings: webSettings,
    report: (line) => assert.fail(line),
    plugins: [
      createStatique(),
      createInactivitePage({
        pool: db.pool,
        cle,
        operateur: 'Groupement hospitalier d’exemple',
        contact: 'support.de.la.messagerie.securisee@groupement-hospitalier-exemple.mssante.fr',
        limiteJours: 365,
        now: () => now,
        report: (line) => assert.fail(line),
      }),
    ],
  });
  url = await server.start();
  await viderHygiene(db.pool);
  now = jours(venue, 340);
  await importer(db.pool, inventaire, now);
  await passer(db.pool, now);
});

const lien = (expireLe = jours(venue, 500), id = '1'): string =>
  `${url}/avis/inactivite/${signLien(cle, { usage: 'inactivite', id, expireLe })}`;

async function clore(etat: string, cloture: string): Promise<void> {
  await db.pool.query(
    `update cas_inactivite set etat = $1::text, cloture = $2::text, clos_le = $3::timestamptz`,
    [etat, cloture, now],
  );
}

async function proposer(): Promise<void> {
  await envoyer(db.pool, now);
  await passer(db.pool, now);
  now = jours(now, 30);
  for (let pass = 0; pass < 2; pass += 1) {
    now = jours(now, 8);
    await importer(db.pool, inventaire, now);
    await envoyer(db.pool, now);
    await passer(db.pool, now);
  }
  assert.match((await cas(db.pool)).join(), / a-supprimer/u);
}

const etats: [titre: string, prepare: () => Promise<string>][] = [
  ['Garder votre boîte aux lettres', () => Promise.resolve(lien())],
  ['Garder votre boîte aux lettres', () => proposer().then(() => lien())],
  ['Opposition enregistrée', () => clore('conservee', 'opposition').then(() => lien())],
  ['Boîte aux lettres conservée', () => clore('conservee', 'administrateur').then(() => lien())],
  [
    'Boîte aux lettres conservée',
    () => clore('reauthentifiee', 'authentification').then(() => lien()),
  ],
  ['Boîte aux lettres supprimée', () => clore('supprimee', 'absente').then(() => lien())],
  ['Ce lien n’est pas valable', () => Promise.resolve(lien(undefined, '999'))],
  ['Ce lien a expiré', () => Promise.resolve(lien(venue))],
];

for (const [index, [titre, prepare]] of etats.entries()) {
  testInBrowser(`state ${index + 1}, « ${titre} », can be read by everybody`, {}, async (tools) => {
    const { page } = tools;
    await page.goto(await prepare());
    assert.deepEqual(await page.getByRole('heading', { level: 1 }).allTextContents(), [titre]);
    assert.deepEqual(await inspectPage(page), { mineures: [], bonnesPratiques: [] });
  });
}

testInBrowser('by keyboard alone, one Tab and Enter keep the BAL', {}, async ({ page }) => {
  await page.goto(lien());
  assert.deepEqual(await tabOrder(page), ['button Je m’oppose à la suppression']);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Opposition enregistrée' }).waitFor();
  assert.deepEqual(await cas(db.pool), [`${a} conservee opposition`]);
  assert.deepEqual(await tabOrder(page), []);
});

testInBrowser(
  'without JavaScript, on a phone, the button keeps the BAL',
  { sansJavaScript: true, format: 'telephone' },
  async ({ page }) => {
    await page.goto(lien());
    await page.getByRole('button', { name: 'Je m’oppose' }).click();
    await page.getByRole('heading', { name: 'Opposition enregistrée' }).waitFor();
    await page.reload();
    assert.deepEqual(await cas(db.pool), [`${a} conservee opposition`]);
  },
);

testInBrowser('the letters twice as large, nothing is cut', {}, async ({ page }) => {
  // What « 200 % » makes of a screen of 1280 px (WCAG 1.4.4).
  await page.setViewportSize({ width: 640, height: 400 });
  await page.goto(lien());
  await assertNoSideScroll(page);
  assert.ok(await page.getByRole('button').isVisible());
});
