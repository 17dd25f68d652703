// The sign-in in a real browser: by keyboard, on a telephone, without JavaScript, and each of its pages under axe.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Page } from 'playwright-core';
import { testInBrowser } from '../support/browser.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startDemandeServer, type DemandeServer } from '../support/demande-server.js';
import { inspectPage } from '../support/page-checks.js';

let db: TestDatabase;
let site: DemandeServer;
/** Filled before the tests run: where the browser may go besides our pages. */
const origines: string[] = [];

before(async () => {
  db = await testDatabase();
  site = await startDemandeServer({
    pool: db.pool,
    lien: {
      cle: Buffer.alloc(32, 7),
      domaine: 'chu.mssante.fr',
      contact: 'support@exemple.fr',
      reponseMinMs: 0,
    },
  });
  origines.push(new URL(site.provider.issuer).origin);
});
after(() => site.close());

const nomDuBouton = 'S’identifier avec Pro Santé Connect';

async function signIn(page: Page): Promise<void> {
  await page.goto(`${site.url}/demande/connexion`);
  await page.getByRole('link', { name: nomDuBouton, exact: true }).click();
  await page.getByRole('button', { name: /Camille EXEMPLE/u }).click();
  await page.getByRole('heading', { level: 1, name: 'Vos boîtes aux lettres' }).waitFor();
}

testInBrowser(
  'he signs in and out on a telephone, without JavaScript',
  { format: 'telephone', sansJavaScript: true, origines },
  async ({ page }) => {
    await signIn(page);
    assert.ok(page.url().startsWith(`${site.url}/demande/bals`));
    await page.getByRole('button', { name: 'Se déconnecter' }).click();
    await page.getByRole('button', { name: 'Se déconnecter' }).click();
    await page.getByRole('heading', { level: 1, name: 'Vous êtes déconnecté' }).waitFor();
    await page.goto(`${site.url}/demande/bals`);
    await page.getByRole('link', { name: nomDuBouton, exact: true }).waitFor();
  },
);

testInBrowser('the page of the sign-in is fit for everybody', { origines }, async ({ page }) => {
  await page.goto(`${site.url}/demande/connexion`);
  await inspectPage(page);
  await page.getByLabel('Adresse de votre boîte aux lettres MSSanté').fill('camille');
  await page.getByRole('button', { name: 'Recevoir un lien' }).click();
  await page.getByRole('alert').waitFor();
  assert.match(await page.title(), /^Erreur/u);
});

testInBrowser(
  'its failures are fit for everybody too',
  { origines, fautesAttendues: [/400|404|502|403|Bad Request/u] },
  async ({ page }) => {
    for (const path of ['retour?state=x&code=y', 'connexion/lien/x', 'deconnecte']) {
      await page.goto(`${site.url}/demande/${path}`);
      await inspectPage(page);
    }
  },
);
