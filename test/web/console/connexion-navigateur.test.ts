// The sign-in of the console in a real browser: by keyboard and without JavaScript, on a phone, at night, for axe.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { testInBrowser } from '../../support/browser.js';
import {
  creerCompte,
  motDePasse,
  servirConsole,
  type ConsoleServie,
} from '../../support/console-servie.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { inspectPage } from '../../support/page-checks.js';

let now = new Date('2026-11-23T09:00:10Z');
let database: TestDatabase;
let servie: ConsoleServie;

before(async () => {
  database = await testDatabase();
  servie = await servirConsole(database, () => now);
});
after(() => servie.stop());

/** What the server answers on purpose, and Chromium tells as a fault. */
const refus = [/400|403|410|429/u];

testInBrowser(
  'an account is activated, leaves, and comes back with its code',
  { sansJavaScript: true, format: 'telephone', fautesAttendues: refus },
  async ({ page }) => {
    const made = await creerCompte(
      database.pool,
      { nom: 'm.durand', role: 'gestionnaire', aActiver: true },
      now,
    );
    await page.goto(`${servie.url}/console/activation/${made.codeActivation ?? ''}`);
    await page.getByLabel('Mot de passe').fill(motDePasse);
    await page.getByLabel('Le même, encore une fois').fill(motDePasse);
    await page.getByLabel('Code', { exact: true }).fill(made.codeAt(now));
    await page.getByRole('button', { name: 'Activer le compte' }).click();
    await page.getByRole('heading', { name: 'Vos codes de secours' }).waitFor();
    assert.equal(await page.locator('.codes code').count(), 10);
    await page.goto(`${servie.url}/console/compte`);
    await page.getByRole('button', { name: 'Se déconnecter' }).click();
    await page.getByRole('heading', { name: 'Se connecter à la console' }).waitFor();
    // The code of the activation is used up.
    now = new Date(now.getTime() + 60_000);
    await page.getByLabel('Nom du compte').fill('M.Durand');
    await page.getByLabel('Mot de passe').fill(motDePasse);
    await page.keyboard.press('Enter');
    await page.getByLabel('Code').fill(made.codeAt(now));
    await page.keyboard.press('Enter');
    await page.waitForURL(`${servie.url}/console`);
  },
);

testInBrowser(
  'axe finds nothing serious on any page of the sign-in, with and without a fault',
  { fautesAttendues: refus },
  async ({ page }) => {
    const activation = await creerCompte(
      database.pool,
      { nom: 'a.martin', role: 'lecteur', aActiver: true },
      now,
    );
    const made = await creerCompte(database.pool, { nom: 'l.roy', role: 'lecteur' }, now);
    const connexion = `${servie.url}/console/connexion`;
    await page.goto(connexion);
    await inspectPage(page);
    await page.getByLabel('Nom du compte').fill('l.roy');
    await page.getByLabel('Mot de passe').fill('pas celui-ci du tout');
    await page.getByRole('button', { name: 'Continuer' }).click();
    await page.getByText('ne vont pas ensemble').waitFor();
    await inspectPage(page);
    await page.goto(`${servie.url}/console/activation`);
    await inspectPage(page);
    await page.goto(`${servie.url}/console/activation/${activation.codeActivation ?? ''}`);
    await inspectPage(page);
    await page.getByLabel('Mot de passe').fill('court');
    await page.getByLabel('Le même, encore une fois').fill('court');
    await page.getByLabel('Code', { exact: true }).fill('000000');
    await page.getByRole('button', { name: 'Activer le compte' }).click();
    await page.getByText('2 points sont à corriger').waitFor();
    await inspectPage(page);
    await page.goto(connexion);
    await page.getByLabel('Nom du compte').fill('l.roy');
    await page.getByLabel('Mot de passe').fill(motDePasse);
    await page.getByRole('button', { name: 'Continuer' }).click();
    await page.getByRole('heading', { name: 'Second facteur' }).waitFor();
    await inspectPage(page);
    await page.getByLabel('Code').fill(made.codeAt(now));
    await page.getByRole('button', { name: 'Se connecter' }).click();
    await page.getByRole('heading', { name: 'Vos codes de secours' }).waitFor();
    await inspectPage(page);
    await page.goto(`${servie.url}/console/compte`);
    await inspectPage(page);
  },
);
