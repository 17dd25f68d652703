// Demandes in the console, over HTTP: who waits, the evidence, the answer.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { retirerDemande } from '../../src/demande/decider.js';
import { createEcranDemandes } from '../../src/web/console/demandes/ecran.js';
import { startConsole, type ConsoleEssai } from '../support/console.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  a,
  charger,
  courriels,
  deposee,
  demandeur,
  etapes,
  now,
  reglagesDemandes,
  rpps,
  viderDemandes,
} from '../support/demande.js';
import { jours } from '../support/hygiene.js';
import { jetonDe } from '../support/navigateur.js';
import { operations, suivre } from '../support/plan.js';

describe('demandes in the console', () => {
  let db: TestDatabase;
  let ouverte: ConsoleEssai;
  let at = now;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(async () => {
    at = now;
    await viderDemandes(db.pool);
    const ecran = createEcranDemandes({
      pool: db.pool,
      settings: reglagesDemandes,
      now: () => at,
    });
    ouverte = await startConsole(db.pool, [ecran], () => now);
  });
  afterEach(() => ouverte.stop());

  test('none, one that waits, one that is late; what he wrote is text', async () => {
    const navigateur = await ouverte.connecter('lecteur');
    const vide = await navigateur.get('/console/demandes');
    assert.match(vide.texte, /Aucun professionnel n’a encore rien demandé/u);
    await charger(db.pool);
    await deposee(db.pool, { commentaire: 'parti <script>alert(1)</script>' });
    const attente = await navigateur.get('/console/demandes');
    assert.match(attente.texte, new RegExp(a, 'u'));
    assert.doesNotMatch(attente.texte, /en retard<\/span>/u);
    at = jours(now, 31);
    const retard = await navigateur.get('/console/demandes?etat=retard');
    assert.match(retard.texte, /1 demande attend depuis plus de 30 jours/u);
    assert.match(retard.texte, /class="etiquette mal">en retard/u);
    const une = await navigateur.get('/console/demandes/1');
    assert.match(une.texte, /parti &lt;script&gt;/u);
    assert.match(
      une.texte,
      /Ce n’est pas une preuve|ne permet pas de dire|aucun fichier national/u,
    );
    assert.doesNotMatch(une.texte, /<script|Accepter…/u);
    assert.equal((await navigateur.get('/console/demandes/7')).status, 404);
  });

  test('accepted: it enters the plan, what remains to be done is said; twice is once', async () => {
    await charger(db.pool);
    await deposee(db.pool);
    const navigateur = await ouverte.connecter('gestionnaire', 'jdupont');
    const page = '/console/demandes/1/decision?action=accepter';
    const { texte } = await navigateur.get(page);
    assert.match(texte, /entre dans le prochain plan/u);
    assert.match(texte, /il vous restera à y supprimer la BAL/u);
    const form = { jeton: jetonDe(texte), action: 'accepter' };
    const done = await navigateur.post('/console/demandes/1/decision', form);
    assert.equal(done.vers, '/console/demandes/1');
    assert.match((await navigateur.get('/console/demandes/1')).texte, /Reste à faire/u);
    await navigateur.post('/console/demandes/1/decision', form);
    assert.match((await navigateur.get('/console/demandes/1')).texte, /C’était déjà fait/u);
    assert.deepEqual((await etapes(db.pool)).slice(-2), ['en-examen jdupont', 'acceptee jdupont']);
    await suivre(db.pool, {});
    assert.deepEqual(await operations(db.pool), [
      `delete ${a} situation:${rpps}:1750000001 DEMANDE_PS`,
    ]);
  });

  test('refused with a motive that he reads; without one, nothing is done', async () => {
    await charger(db.pool);
    await deposee(db.pool);
    const navigateur = await ouverte.connecter('gestionnaire', 'jdupont');
    const refuser = (motif: string) =>
      navigateur.poster(
        '/console/demandes/1/decision?action=refuser',
        '/console/demandes/1/decision',
        {
          action: 'refuser',
          motif,
        },
      );
    for (const motif of ['', ' \n ', 'x'.repeat(1_001)]) {
      const refused = await refuser(motif);
      assert.equal(refused.status, 422);
      assert.match(refused.texte, /Un motif d’au plus/u);
    }
    assert.deepEqual(await etapes(db.pool), ['recue EXEMPLE Anne']);
    assert.equal((await refuser('Vous y exercez <encore>.')).status, 303);
    const { texte } = await navigateur.get('/console/demandes/1');
    assert.match(texte, /Vous y exercez &lt;encore&gt;\./u);
    assert.ok((await courriels(db.pool)).some((one) => one.startsWith('demande-refusee ')));
  });

  test('taken back meanwhile: nothing is accepted, and it is said', async () => {
    await charger(db.pool);
    await deposee(db.pool);
    const navigateur = await ouverte.connecter('gestionnaire');
    const { texte } = await navigateur.get('/console/demandes/1/decision?action=accepter');
    const auteur = { genre: 'personne', id: demandeur.idNatPs } as const;
    await retirerDemande(db.pool, reglagesDemandes, 1, { rpps, auteur }, now);
    await navigateur.post('/console/demandes/1/decision', {
      jeton: jetonDe(texte),
      action: 'accepter',
    });
    const apres = await navigateur.get('/console/demandes/1');
    assert.match(apres.texte, /La demande est retirée : elle ne peut pas devenir acceptée/u);
    const { rows } = await db.pool.query(`select 1 from suppression_decidee`);
    assert.equal(rows.length, 0);
  });

  test('a reader answers nothing', async () => {
    await charger(db.pool);
    await deposee(db.pool);
    const lecteur = await ouverte.connecter('lecteur');
    const page = '/console/demandes/1/decision';
    assert.equal((await lecteur.get(`${page}?action=accepter`)).status, 403);
    const jeton = jetonDe((await lecteur.get('/console/demandes/1')).texte);
    assert.equal((await lecteur.post(page, { jeton, action: 'accepter' })).status, 403);
    assert.deepEqual(await etapes(db.pool), ['recue EXEMPLE Anne']);
  });
});
