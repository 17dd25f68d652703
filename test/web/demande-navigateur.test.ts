// The pages of the professionals as people meet them: on a phone, zoomed, at night, by keyboard, without JavaScript.
import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { avancerDemandes } from '../../src/demande/avancer.js';
import { accepterDemande, prendreEnExamen, refuserDemande } from '../../src/demande/decider.js';
import { load } from '../support/annuaire.js';
import { testInBrowser } from '../support/browser.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  admin,
  charger,
  deposee,
  now,
  reglagesDemandes,
  rpps,
  viderDemandes,
} from '../support/demande.js';
import { connecter, lienSuivi, servirDemandes, type PagesDemande } from '../support/demande-web.js';
import { jours } from '../support/hygiene.js';
import { assertNoSideScroll, inspectPage, tabOrder } from '../support/page-checks.js';
import { accepter, suivre } from '../support/plan.js';

let db: TestDatabase;
let pages: PagesDemande;

const a = 'anne-charlotte.exemple-dont-le-nom-est-long@chu.mssante.fr';
const structure = '1750000001';
const nomLong =
  'CENTRE HOSPITALIER UNIVERSITAIRE DE LA VILLE D’EXEMPLE-SUR-INVENTION, SITE DES GRANDS-JARDINS-PARTAGÉS';

before(async () => {
  db = await testDatabase();
  let seconds = 0;
  pages = await servirDemandes(
    db.pool,
    { devenirMessages: { ...reglagesDemandes.devenirMessages, effacesApresJours: 90 } },
    () => new Date(now.getTime() + 1_000 * seconds++),
  );
});
after(() => pages.stop());
beforeEach(async () => {
  await viderDemandes(db.pool);
  await charger(db.pool, {
    bals: [
      { adresse: a, rpps, structure },
      { adresse: 'anne@clinique.mssante.fr', rpps, structure: '1750000002' },
      { adresse: 'anne@inconnu.mssante.fr', rpps },
      { adresse: 'partagee@chu.mssante.fr', rpps, structure },
      { adresse: 'partagee@chu.mssante.fr', rpps: '10000000026', structure },
    ],
    inventaire: [{ adresse: a, rpps, structure }],
    activites: [{ rpps, site: '750000002', raisonSociale: 'CLINIQUE DES ÉRABLES' }],
    finess: [
      { finess: '750000001', nature: 'EG', raisonSociale: nomLong },
      { finess: '750000002', nature: 'EG', raisonSociale: 'CLINIQUE DES ÉRABLES' },
    ],
    listeBlanche: [{ domaine: 'chu.mssante.fr' }, { domaine: 'clinique.mssante.fr' }],
  });
  await db.pool.query(
    `update domaine_liste_blanche set operateur = 'OPÉRATEUR D’EXEMPLE', support_contact = '01 99 00 00 01, support@operateur.example'`,
  );
});

async function entrer(context: BrowserContext): Promise<void> {
  const { cookies } = await connecter(db.pool, pages.url, { rpps, nom: 'EXEMPLE Anne-Charlotte' });
  await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: pages.url })));
}

const inspecter = async (page: Page): Promise<void> => {
  assert.equal(await page.locator('h1').count(), 1);
  assert.deepEqual(await inspectPage(page), { mineures: [], bonnesPratiques: [] });
};

for (const [name, sansJavaScript] of [
  ['with', false],
  ['without', true],
] as const) {
  testInBrowser(
    `from his mailboxes to a request that is taken back, on a phone, ${name} JavaScript`,
    { format: 'telephone', sansJavaScript },
    async ({ page, context }) => {
      await entrer(context);
      await page.goto(`${pages.url}/demande`);
      await page.getByRole('link', { name: 'Voir vos boîtes aux lettres' }).click();
      await page.getByRole('link', { name: `Demander la suppression de ${a}` }).click();
      await page.getByRole('button', { name: 'Continuer' }).click();
      await page.getByRole('link', { name: 'Choisissez une raison.' }).click();
      assert.match(page.url(), /#motif-hors-structure$/u);
      await page.getByLabel('Je n’exerce plus dans cette structure').check();
      await page.getByLabel('Votre commentaire').fill('Partie en mai.\nMerci.');
      await page.getByLabel('Votre adresse de courriel').fill('anne@');
      await page.getByRole('button', { name: 'Continuer' }).click();
      assert.equal(
        await page.getByLabel('Votre commentaire').inputValue(),
        'Partie en mai.\nMerci.',
      );
      await page.getByLabel('Votre adresse de courriel').fill('anne@exemple.fr');
      await page.getByRole('button', { name: 'Continuer' }).click();
      assert.match((await page.textContent('main')) ?? '', /effacés 90 jours après l’acceptation/u);
      await page.getByRole('button', { name: 'Modifier' }).click();
      assert.ok(await page.getByLabel('Je n’exerce plus dans cette structure').isChecked());
      await page.getByRole('button', { name: 'Continuer' }).click();
      await page.getByRole('button', { name: 'Confirmer ma demande de suppression' }).click();
      assert.match((await page.textContent('[role=status]')) ?? '', /enregistrée sous le n° 1/u);
      await page.reload();
      assert.equal(await page.locator('[role=status]').count(), 0);
      await page.getByRole('link', { name: 'Retirer ma demande' }).click();
      await page.getByRole('button', { name: 'Retirer ma demande' }).click();
      assert.match((await page.textContent('[role=status]')) ?? '', /Votre demande est retirée/u);
    },
  );
}

testInBrowser('every page and state can be read by everybody', {}, async ({ page, context }) => {
  await page.goto(`${pages.url}/demande`);
  await inspecter(page);
  await entrer(context);
  await page.goto(`${pages.url}/demande`);
  await inspecter(page);
  for (const chemin of [
    '/demande/bals',
    '/demande/suivi',
    `/demande/bals/${encodeURIComponent(a)}`,
  ]) {
    await page.goto(pages.url + chemin);
    await inspecter(page);
  }
  await page.getByLabel('Votre adresse de courriel').fill('x');
  await page.getByLabel('Votre commentaire').fill('y'.repeat(501));
  await page.getByRole('button', { name: 'Continuer' }).click();
  assert.equal(await page.locator('#erreurs a').count(), 3);
  await inspecter(page);
  await page.getByLabel('Autre raison').check();
  await page.getByLabel('Votre commentaire').fill('mot-sans-fin-'.repeat(38));
  await page.getByLabel('Votre adresse de courriel').fill('anne@exemple.fr');
  await page.getByRole('button', { name: 'Continuer' }).click();
  await inspecter(page);
  await page.getByRole('button', { name: 'Confirmer ma demande de suppression' }).click();
  await inspecter(page);
  await page.goto(`${pages.url}/demande/suivi/1/retrait`);
  await inspecter(page);
  await page.goto(`${pages.url}/demande/suivi`);
  await inspecter(page);
  await page.goto(pages.url + lienSuivi(1, jours(now, 1)));
  await inspecter(page);
  await page.goto(`${pages.url}/demande/suivi/99`);
  await inspecter(page);
});

testInBrowser(
  'each step of a demande that goes on, and its ends',
  {},
  async ({ page, context }) => {
    await entrer(context);
    const voir = async (id: number, attendu: RegExp): Promise<void> => {
      await page.goto(`${pages.url}/demande/suivi/${id}`);
      assert.match((await page.textContent('main')) ?? '', attendu);
      await inspecter(page);
    };
    await deposee(db.pool, { adresse: a });
    await prendreEnExamen(db.pool, reglagesDemandes, 1, admin, now);
    await voir(1, /En examen/u);
    await accepterDemande(db.pool, reglagesDemandes, 1, admin, now);
    await voir(1, /Votre demande est acceptée/u);
    await suivre(db.pool, {});
    await accepter(db.pool, jours(now, 1));
    await avancerDemandes(db.pool, reglagesDemandes, jours(now, 1));
    await voir(1, /a accepté la suppression/u);
    await load(db.pool, { bals: [] });
    await db.pool.query('update source_load set genere_le = $1::timestamptz', [jours(now, 2)]);
    await avancerDemandes(db.pool, reglagesDemandes, jours(now, 2));
    await voir(1, /C’est fait/u);
    await deposee(db.pool, { adresse: a });
    const motif = `Vous y exercez encore. ${'mot-sans-fin-'.repeat(40)}`;
    await refuserDemande(db.pool, reglagesDemandes, 2, { ...admin, motif }, now);
    await voir(2, /n’est pas acceptée/u);
    await deposee(db.pool, { adresse: a });
    await load(db.pool, { inventaire: [] });
    await avancerDemandes(db.pool, reglagesDemandes, jours(now, 2));
    await voir(3, /n’a plus d’objet/u);
  },
);

testInBrowser(
  'by keyboard alone, as narrow as « 200 % » makes a screen',
  { format: 'etroit' },
  async ({ page, context }) => {
    await entrer(context);
    await page.goto(`${pages.url}/demande/bals/${encodeURIComponent(a)}`);
    const stops = await tabOrder(page);
    assert.equal(stops[0], 'a Aller au contenu');
    assert.deepEqual(
      stops.filter((stop) => /^(?:input|textarea|button)/u.test(stop)),
      [
        'button Se déconnecter',
        'input Je n’exerce plus dans cette structure',
        'textarea Votre commentaire (facultatif)',
        'input Votre adresse de courriel',
        'button Continuer',
      ],
    );
    await assertNoSideScroll(page);
  },
);
