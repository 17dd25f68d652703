// The plan in the console, over HTTP: what is shown, what is decided, what is refused.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { createPlanPort } from '../../src/commands/console-plan.js';
import { approve } from '../../src/plan/decide.js';
import type { PlanSettings } from '../../src/plan/settings.js';
import { silentProgress } from '../../src/progress.js';
import { createEcranPlan } from '../../src/web/console/plan/ecran.js';
import { load, type Etat } from '../support/annuaire.js';
import { startConsole, type ConsoleEssai } from '../support/console.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { jetonDe, type Navigateur, type Reponse } from '../support/navigateur.js';
import { operations, planifier, reglagesPlan, socle, suivre, viderPlan } from '../support/plan.js';
import { maintenant, rapprocher } from '../support/rapprochement.js';

const rpps = '10000000018';
const autre = '10000000026';
const domaine = 'chu.mssante.fr';
const a = `a@${domaine}`;
const b = `b@${domaine}`;
const c = `c@${domaine}`;
const x = `x@${domaine}`;
const deux: Etat = {
  ...socle,
  inventaire: [
    { adresse: a, rpps },
    { adresse: b, rpps },
  ],
  bals: [{ adresse: x, rpps: autre }],
};
const toutApprouver = '/console/plan/effet?action=approve&tout=oui';

describe('the plan in the console', () => {
  let db: TestDatabase;
  let ouverte: ConsoleEssai | undefined;
  let close: () => Promise<void>;
  let derniereTrace = '0';
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(async () => {
    await viderPlan(db.pool);
    // The trail is never emptied.
    const { rows } = await db.pool.query<{ n: string }>(
      `select coalesce(max(sequence), 0) as n from trace`,
    );
    derniereTrace = rows[0]?.n ?? '0';
    close = () => Promise.resolve();
  });
  afterEach(async () => {
    await ouverte?.stop();
    await close();
  });

  async function demarrer(settings: Partial<PlanSettings> = {}): Promise<ConsoleEssai> {
    const controller = new AbortController();
    const { port, settled } = createPlanPort(
      db.pool,
      { ...reglagesPlan, ...settings },
      { now: () => maintenant, report: () => undefined, signal: controller.signal },
    );
    close = async () => {
      controller.abort();
      await settled();
    };
    const ecran = createEcranPlan({ plan: port, db: db.pool, now: () => maintenant });
    ouverte = await startConsole(db.pool, [ecran], () => maintenant);
    return ouverte;
  }

  /** The form of the page that says what will be done. */
  async function lire(navigateur: Navigateur, chemin: string): Promise<Record<string, string>> {
    const { texte, status } = await navigateur.get(chemin);
    assert.equal(status, 200, texte);
    return champs(texte);
  }

  function champs(html: string): Record<string, string> {
    const [, form = ''] =
      /<form method="post" action="\/console\/plan\/effet">(.*?)<\/form>/su.exec(html) ?? [];
    assert.notEqual(form, '', `no form to confirm in ${html}`);
    const hidden = form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/gu);
    return Object.fromEntries([...hidden].map(([, nom = '', valeur = '']) => [nom, valeur]));
  }

  const confirmer = (navigateur: Navigateur, form: Record<string, string>): Promise<Reponse> =>
    navigateur.post('/console/plan/effet', form);

  const traces = async (): Promise<unknown[]> => {
    const { rows } = await db.pool.query<{ ligne: string }>(
      `select action || ' ' || issue as ligne from trace where sequence > $1::bigint order by sequence`,
      [derniereTrace],
    );
    return rows.map(({ ligne }) => ligne);
  };

  test('without a plan, the page says what is missing; it is computed from there', async () => {
    const { connecter } = await demarrer();
    const navigateur = await connecter('gestionnaire');
    const vide = await navigateur.get('/console/plan');
    assert.match(vide.texte, /Aucun plan n’a encore été calculé/u);
    await load(db.pool, deux);
    await rapprocher(db.pool);
    const { vers } = await navigateur.post('/console/plan/calcul', { jeton: jetonDe(vide.texte) });
    assert.equal(vers, '/console/plan');
    const { texte } = await navigateur.get('/console/plan');
    assert.match(texte, /Plan n° 1/u);
    assert.match(texte, /Le plan en vigueur est le n° 1/u);
    assert.doesNotMatch(texte, /Tout approuver/u);
  });

  test('what is shown is what is approved, once, whoever clicks twice; it is traced', async () => {
    await suivre(db.pool, deux);
    const { connecter } = await demarrer();
    const navigateur = await connecter('approbateur', 'jdupont');
    const page = await navigateur.get(toutApprouver);
    assert.match(
      page.texte,
      /2 créations, 1 suppression partiront vers l’Annuaire au prochain envoi/u,
    );
    const form = champs(page.texte);
    const reponses = await Promise.all([confirmer(navigateur, form), confirmer(navigateur, form)]);
    assert.deepEqual(
      reponses.map(({ status }) => status),
      [303, 303],
    );
    assert.equal((await operations(db.pool, 'approved')).length, 3);
    const again = await confirmer(navigateur, form);
    assert.equal(again.vers, '/console/plan');
    assert.match(
      (await navigateur.get('/console/plan')).texte,
      /C’était déjà fait : jdupont l’a décidé/u,
    );
    const { rows } = await db.pool.query(`select author, operation_count from plan_decision`);
    assert.deepEqual(rows, [{ author: 'jdupont', operation_count: 3 }]);
    assert.deepEqual(await traces(), ['plan.approbation reussite']);
    assert.match((await navigateur.get('/console/plan/decisions')).texte, /Approbation/u);
  });

  test('a plan computed again meanwhile: refused with what came and what went, then confirmed anew', async () => {
    await suivre(db.pool, deux);
    const { connecter } = await demarrer();
    const navigateur = await connecter('approbateur', 'jdupont');
    const form = await lire(navigateur, toutApprouver);
    await load(db.pool, {
      inventaire: [
        { adresse: a, rpps },
        { adresse: c, rpps: autre },
      ],
    });
    await rapprocher(db.pool);
    // The world has changed, the plan has not been computed: it is, and the difference is told.
    const refused = await confirmer(navigateur, form);
    assert.equal(refused.status, 409);
    assert.match(refused.texte, /Le plan est dépassé : rien n’a été décidé/u);
    assert.match(refused.texte, /Venues : 1.*création de c@chu\.mssante\.fr/su);
    assert.match(
      refused.texte,
      /Parties : 1.*création de b@chu\.mssante\.fr : remplacée par un plan plus récent/su,
    );
    assert.deepEqual(await operations(db.pool, 'approved'), []);
    const stale = await confirmer(navigateur, form);
    assert.equal(stale.status, 409);
    assert.match(stale.texte, /Le plan a changé : rien n’a été décidé/u);
    const done = await confirmer(navigateur, champs(stale.texte));
    assert.equal(done.status, 303);
    assert.equal((await operations(db.pool, 'approved')).length, 3);
    assert.deepEqual(await traces(), [
      'plan.approbation refus',
      'plan.approbation refus',
      'plan.approbation reussite',
    ]);
  });

  test('two approvers at once: one decides, the other is shown what went, and by whom', async () => {
    await suivre(db.pool, deux);
    const { connecter } = await demarrer();
    const [une, deuxieme] = [
      await connecter('approbateur', 'jdupont'),
      await connecter('approbateur', 'amartin'),
    ];
    const [formUne, formDeux] = [
      await lire(une, toutApprouver),
      await lire(deuxieme, toutApprouver),
    ];
    const reponses = await Promise.all([confirmer(une, formUne), confirmer(deuxieme, formDeux)]);
    const statuses = reponses.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [303, 409]);
    const refused = reponses.find(({ status }) => status === 409)?.texte ?? '';
    assert.match(refused, /Parties : 3.*approuvée par (jdupont|amartin)/su);
    assert.match(refused, /Aucune opération à décider ne répond à ce choix/u);
    assert.equal((await operations(db.pool, 'approved')).length, 3);
  });

  test('approving while the plan is computed: either the plan that was read, or nothing', async () => {
    await suivre(db.pool, deux);
    const { connecter } = await demarrer();
    const navigateur = await connecter('approbateur', 'jdupont');
    const form = await lire(navigateur, toutApprouver);
    const [reponse] = await Promise.all([
      confirmer(navigateur, form),
      planifier(db.pool, {}, { isForced: true }).catch(() => undefined),
    ]);
    const approved = (await operations(db.pool, 'approved')).length;
    assert.deepEqual(
      [reponse.status, approved],
      reponse.status === 303 ? [303, 3] : [409, 0],
      reponse.texte,
    );
  });

  test('four eyes: the same person on a terminal and in the console is one', async () => {
    const settings = { quatreYeux: true };
    await suivre(db.pool, deux, settings);
    const { connecter } = await demarrer(settings);
    const choix = { kind: 'delete' } as const;
    await approve(
      db.pool,
      { ...reglagesPlan, ...settings },
      { now: maintenant, auteur: ' JDupont', choix },
      silentProgress,
    );
    const elle = await connecter('approbateur', 'jdupont');
    const page = await elle.get('/console/plan/effet?action=approve&kind=delete');
    assert.match(page.texte, /1 suppression : vous avez déjà donné votre accord/u);
    await confirmer(elle, champs(page.texte));
    assert.deepEqual(await operations(db.pool, 'approved'), []);
    const lui = await connecter('approbateur', 'amartin');
    const form = await lire(lui, '/console/plan/effet?action=approve&kind=delete');
    assert.equal((await confirmer(lui, form)).status, 303);
    assert.equal((await operations(db.pool, 'approved')).length, 1);
  });

  test('a guard holds; lifting it wants a reason, and a reason is text', async () => {
    const settings = { gardes: { ...reglagesPlan.gardes, changementsMax: 2 } };
    await suivre(db.pool, deux, settings);
    const { connecter } = await demarrer(settings);
    const navigateur = await connecter('approbateur', 'jdupont');
    const held = await navigateur.get(toutApprouver);
    assert.match(held.texte, /Des gardes retiennent ce choix.*plan\.gardes\.changementsMax/su);
    assert.doesNotMatch(held.texte, /name="cle"/u);
    const form = await lire(navigateur, `${toutApprouver}&lever=oui`);
    for (const raison of ['', ' ', 'ab', 'x'.repeat(1_001)]) {
      const refused = await confirmer(navigateur, { ...form, raison });
      assert.equal(refused.status, 422);
      assert.match(refused.texte, /Une raison de 3 à/u);
    }
    assert.deepEqual(await operations(db.pool, 'approved'), []);
    // What the form hid cannot be done by posting it all the same.
    assert.equal((await confirmer(navigateur, { ...form, lever: '' })).status, 409);
    const raison = 'transfert <script>alert(1)</script> & "ticket" 12';
    assert.equal((await confirmer(navigateur, { ...form, raison })).status, 303);
    assert.equal((await operations(db.pool, 'approved')).length, 3);
    for (const chemin of ['/console/plan', '/console/plan/decisions']) {
      const { texte } = await navigateur.get(chemin);
      assert.match(texte, /transfert &lt;script&gt;alert\(1\)/u);
      assert.doesNotMatch(texte, /<script/u);
    }
  });

  test('rejected with a reason, then taken up again by its number', async () => {
    await suivre(db.pool, deux);
    const { connecter } = await demarrer();
    const navigateur = await connecter('approbateur', 'jdupont');
    const form = await lire(navigateur, `/console/plan/effet?action=reject&adresse=${a}`);
    assert.equal((await confirmer(navigateur, form)).status, 422);
    const done = await confirmer(navigateur, { ...form, raison: 'le service déménage' });
    assert.equal(done.status, 303);
    await planifier(db.pool, {}, { isForced: true });
    const { texte } = await navigateur.get('/console/plan/retenues?code=ECARTEE');
    const [, href = ''] = /href="([^"]*plan\/effet[^"]*)"/u.exec(texte) ?? [];
    const reprise = await lire(navigateur, href.replaceAll('&amp;', '&'));
    assert.equal((await confirmer(navigateur, reprise)).status, 303);
    assert.equal((await operations(db.pool, 'approved')).length, 1);
  });

  test('the list: filtered, paged, chosen by number', async () => {
    const inventaire = Array.from({ length: 60 }, (_, i) => ({
      adresse: `p${i}@${domaine}`,
      rpps,
    }));
    await suivre(db.pool, { ...socle, inventaire });
    const { connecter } = await demarrer();
    const navigateur = await connecter('approbateur', 'jdupont');
    const first = await navigateur.get('/console/plan/operations?kind=insert');
    assert.equal(first.texte.match(/name="operation"/gu)?.length, 50);
    const [, suivant = ''] = /rel="next" href="([^"]+)"/u.exec(first.texte) ?? [];
    const second = await navigateur.get(suivant.replaceAll('&amp;', '&'));
    assert.equal(second.texte.match(/name="operation"/gu)?.length, 10);
    assert.match(second.texte, /rel="prev"/u);
    const none = await navigateur.get('/console/plan/operations?adresse=personne@chu.mssante.fr');
    assert.match(none.texte, /Aucune opération de ce plan ne répond à ce filtre/u);
    const form = await lire(
      navigateur,
      '/console/plan/effet?action=approve&operation=1&operation=2',
    );
    const both = new URLSearchParams(form);
    assert.equal(both.get('operation'), '2');
    const page = await navigateur.get('/console/plan/effet?action=approve&operation=1&operation=2');
    assert.match(page.texte, /2 créations partiront/u);
  });

  test('nobody below an approver decides; nothing is decided without a choice or with a forged one', async () => {
    await suivre(db.pool, deux);
    const { connecter } = await demarrer();
    const approbateur = await connecter('approbateur', 'jdupont');
    const form = await lire(approbateur, toutApprouver);
    for (const role of ['lecteur', 'gestionnaire'] as const) {
      const navigateur = await connecter(role, `un-${role}`);
      assert.equal((await navigateur.get('/console/plan')).status, 200);
      assert.equal((await navigateur.get(toutApprouver)).status, 403);
      const jeton = jetonDe((await navigateur.get('/console/plan')).texte);
      assert.equal((await confirmer(navigateur, { ...form, jeton })).status, 403);
    }
    assert.equal((await approbateur.get('/console/plan/effet?action=approve')).status, 400);
    assert.equal(
      (await approbateur.get('/console/plan/effet?action=detruire&tout=oui')).status,
      400,
    );
    assert.equal((await confirmer(approbateur, { ...form, vu: 'x' })).status, 400);
    // Another choice under the look of this one.
    assert.equal((await confirmer(approbateur, { ...form, kind: 'insert' })).status, 409);
    assert.deepEqual(await operations(db.pool, 'approved'), []);
  });
});
