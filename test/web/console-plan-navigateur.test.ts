// The journeys of the plan, the queue and the demandes in a real browser, without JavaScript.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach } from 'node:test';
import type { BrowserContext } from 'playwright-core';
import { createPlanPort } from '../../src/commands/console-plan.js';
import { approve } from '../../src/plan/decide.js';
import { silentProgress } from '../../src/progress.js';
import { createEcranDemandes } from '../../src/web/console/demandes/ecran.js';
import { createEcranEnvois } from '../../src/web/console/envois/ecran.js';
import { createEcranPlan } from '../../src/web/console/plan/ecran.js';
import { axe } from '../support/axe.js';
import { testInBrowser, type InBrowser } from '../support/browser.js';
import { startConsole, type ConsoleEssai } from '../support/console.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { charger, deposee, reglagesDemandes, viderDemandes } from '../support/demande.js';
import { assertNoSideScroll } from '../support/page-checks.js';
import { operations, reglagesPlan, suivre } from '../support/plan.js';
import { maintenant } from '../support/rapprochement.js';

const rpps = '10000000018';
const b = 'b@chu.mssante.fr';
const c = 'c@chu.mssante.fr';
let db: TestDatabase;
let ouverte: ConsoleEssai;
let stop: () => Promise<void>;

before(async () => {
  db = await testDatabase();
});
after(() => db.drop());
beforeEach(async () => {
  await viderDemandes(db.pool);
  await charger(db.pool);
  await suivre(db.pool, {
    inventaire: [
      { adresse: 'anne.exemple@chu.mssante.fr', rpps, structure: '1750000001' },
      { adresse: b, rpps },
      { adresse: c, rpps: '10000000026' },
    ],
  });
  const controller = new AbortController();
  const now = (): Date => maintenant;
  const surroundings = { now, report: () => undefined, signal: controller.signal };
  const { port, settled } = createPlanPort(db.pool, reglagesPlan, surroundings);
  const ecrans = [
    createEcranPlan({ plan: port, db: db.pool, now }),
    createEcranEnvois({ pool: db.pool, now }),
    createEcranDemandes({ pool: db.pool, settings: reglagesDemandes, now }),
  ];
  ouverte = await startConsole(db.pool, ecrans, now);
  stop = async () => {
    await ouverte.stop();
    controller.abort();
    await settled();
  };
});
afterEach(() => stop());

async function entrer(context: BrowserContext): Promise<void> {
  const { cookies } = await ouverte.connecter('approbateur', 'jdupont');
  await context.addCookies(
    [...cookies].map(([name, value]) => ({ name, value, url: ouverte.url })),
  );
}

async function regarder({ page }: Pick<InBrowser, 'page'>): Promise<void> {
  await axe(page);
  await assertNoSideScroll(page);
}

testInBrowser(
  'from the plan to what was approved; what changed in between is shown first',
  {},
  async ({ page, context }) => {
    await entrer(context);
    await page.goto(`${ouverte.url}/console/plan`);
    await regarder({ page });
    await page.getByRole('link', { name: 'Tout approuver…' }).click();
    await regarder({ page });
    assert.match(await page.locator('.effet').innerText(), /2 créations partiront/u);
    const options = { now: maintenant, auteur: 'amartin', choix: { adresse: b } };
    await approve(db.pool, reglagesPlan, options, silentProgress);
    await page.getByRole('link', { name: '← Le plan' }).click();
    await page.getByRole('link', { name: 'Tout approuver…' }).click();
    assert.match(await page.locator('.effet').innerText(), /1 création partira/u);
    await page.getByRole('button', { name: 'Approuver 1 opération' }).click();
    await page.waitForURL('**/console/plan');
    assert.match(await page.locator('.annonce.fait').first().innerText(), /1 opération approuvée/u);
    assert.equal((await operations(db.pool, 'approved')).length, 2);
    await page.goto(`${ouverte.url}/console/plan/decisions`);
    await regarder({ page });
  },
);

testInBrowser(
  'a plan that changed between the page and the click, on a phone: refused with its difference',
  { format: 'telephone', estSombre: true, fautesAttendues: [/409/u] },
  async ({ page, context }) => {
    await entrer(context);
    await page.goto(`${ouverte.url}/console/plan/effet?action=approve&tout=oui`);
    const options = { now: maintenant, auteur: 'amartin', choix: { adresse: b } };
    await approve(db.pool, reglagesPlan, options, silentProgress);
    await page.getByRole('button', { name: 'Approuver 2 opérations' }).click();
    await page.getByRole('heading', { name: /Le plan a changé : rien n’a été décidé/u }).waitFor();
    assert.match(await page.locator('.difference').innerText(), /approuvée par amartin/u);
    await regarder({ page });
    assert.equal((await operations(db.pool, 'approved')).length, 1);
  },
);

testInBrowser(
  'operations are ticked and rejected with a reason, then seen in the queue',
  { format: 'etroit' },
  async ({ page, context }) => {
    await entrer(context);
    await page.goto(`${ouverte.url}/console/plan/operations?kind=insert`);
    await regarder({ page });
    await page.getByRole('checkbox', { name: new RegExp(c, 'u') }).check();
    await page.getByRole('button', { name: 'Écarter les opérations cochées…' }).click();
    await regarder({ page });
    await page.getByLabel('Pourquoi').fill('le service déménage');
    await page.getByRole('button', { name: 'Écarter 1 opération' }).click();
    await page.waitForURL('**/console/plan');
    await page.goto(`${ouverte.url}/console/envois?etat=cancelled`);
    await regarder({ page });
    await page
      .getByRole('row', { name: new RegExp(c, 'u') })
      .getByRole('link')
      .first()
      .click();
    await regarder({ page });
    assert.match(await page.locator('main').innerText(), /annulée/u);
  },
);

testInBrowser(
  'a demande is looked at, then refused with a motive',
  {},
  async ({ page, context }) => {
    await deposee(db.pool);
    await entrer(context);
    await page.goto(`${ouverte.url}/console/demandes`);
    await regarder({ page });
    await page
      .getByRole('row', { name: /anne\.exemple/u })
      .getByRole('link')
      .first()
      .click();
    await regarder({ page });
    await page.getByRole('link', { name: 'Refuser…' }).click();
    await page.getByLabel('Motif du refus').fill('Vous y exercez encore.');
    await regarder({ page });
    await page.getByRole('button', { name: 'Refuser la demande' }).click();
    await page.waitForURL('**/console/demandes/1');
    assert.match(await page.locator('main').innerText(), /Vous y exercez encore\./u);
  },
);
