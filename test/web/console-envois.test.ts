// What is on its way to the Annuaire, in the console, over HTTP.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { masquerSecrets } from '../../src/domain/secrets-masques.js';
import { createEcranEnvois } from '../../src/web/console/envois/ecran.js';
import { startConsole, type ConsoleEssai } from '../support/console.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { enfiler, operation, operations, viderFile } from '../support/feed-queue.js';
import { jetonDe, type Navigateur } from '../support/navigateur.js';

const now = new Date('2026-11-23T10:00:00Z');
const adresse = (n: number): string => `a${n}@chu.mssante.fr`;

describe('the queue in the console', () => {
  let db: TestDatabase;
  let ouverte: ConsoleEssai;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(async () => {
    await viderFile(db.pool);
    const ecran = createEcranEnvois({ pool: db.pool, now: () => now });
    ouverte = await startConsole(db.pool, [ecran], () => now);
  });
  afterEach(() => ouverte.stop());

  async function lire(navigateur: Navigateur, chemin: string): Promise<Record<string, string>> {
    const { texte } = await navigateur.get(chemin);
    const [, form = ''] =
      /<form method="post" action="\/console\/envois\/effet">(.*?)<\/form>/su.exec(texte) ?? [];
    assert.notEqual(form, '', texte);
    const hidden = form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/gu);
    return Object.fromEntries([...hidden].map(([, nom = '', valeur = '']) => [nom, valeur]));
  }

  test('empty, then by state with the reasons of what failed; a message is text', async () => {
    const navigateur = await ouverte.connecter('lecteur');
    assert.match((await navigateur.get('/console/envois')).texte, /Aucune opération/u);
    await enfiler(db.pool, [
      { adresse: adresse(1), state: 'dead', lastCode: 'VALEUR_REFUSEE' },
      { adresse: adresse(2), state: 'approved' },
    ]);
    await db.pool.query(
      `update feed_operation set last_message = 'refus <script>x</script>' where last_code is not null`,
    );
    const { texte } = await navigateur.get('/console/envois');
    assert.match(texte, /VALEUR_REFUSEE/u);
    assert.match(texte, /refus &lt;script&gt;/u);
    assert.doesNotMatch(texte, /<script|Renvoyer/u);
    const filtree = await navigateur.get('/console/envois?etat=approved&age=24');
    assert.match(filtree.texte, /a2@chu/u);
    assert.doesNotMatch(filtree.texte, /a1@chu/u);
    assert.equal((await navigateur.get('/console/envois?etat=perdue')).status, 400);
  });

  test('one by one: replayed once, twice says that it was done, thrice that nothing is left', async () => {
    const [id = 0] = await enfiler(db.pool, [{ adresse: adresse(1), state: 'dead' }]);
    const navigateur = await ouverte.connecter('gestionnaire', 'jdupont');
    const effet = `/console/envois/effet?action=replay&operation=${id}`;
    const form = await lire(navigateur, effet);
    const une = await navigateur.post('/console/envois/effet', form);
    assert.equal(une.vers, `/console/envois/${id}`);
    assert.equal((await operation(db.pool, id)).state, 'approved');
    await navigateur.post('/console/envois/effet', form);
    const page = await navigateur.get(`/console/envois/${id}`);
    assert.match(page.texte, /C’était déjà fait : jdupont/u);
    const autreCle = { ...form, cle: '00000000-0000-4000-8000-000000000000' };
    const refused = await navigateur.post('/console/envois/effet', autreCle);
    assert.equal(refused.status, 409);
    assert.match(refused.texte, /Aucune de ces opérations n’est à renvoyer/u);
    const { rows } = await db.pool.query(`select author, action from plan_decision`);
    assert.deepEqual(rows, [{ author: 'jdupont', action: 'replay' }]);
  });

  test('by a filter: what came meanwhile refuses it, then it is confirmed anew', async () => {
    await enfiler(db.pool, [{ adresse: adresse(1), state: 'dead', lastCode: 'ERREUR_SERVEUR' }]);
    const navigateur = await ouverte.connecter('gestionnaire');
    const effet = '/console/envois/effet?action=cancel&etat=dead&code=ERREUR_SERVEUR&age=1';
    const form = await lire(navigateur, effet);
    await enfiler(db.pool, [{ adresse: adresse(2), state: 'dead', lastCode: 'ERREUR_SERVEUR' }]);
    const refused = await navigateur.post('/console/envois/effet', form);
    assert.equal(refused.status, 409);
    assert.match(refused.texte, /Vous en aviez vu 1 ; ce choix en prendrait maintenant 2/u);
    assert.deepEqual(
      (await operations(db.pool)).map(({ state }) => state),
      ['dead', 'dead'],
    );
    const again = await lire(navigateur, effet);
    assert.equal((await navigateur.post('/console/envois/effet', again)).status, 303);
    assert.deepEqual(
      (await operations(db.pool)).map(({ state }) => state),
      ['cancelled', 'cancelled'],
    );
  });

  test('a reader neither replays nor cancels; nothing is taken without a choice', async () => {
    const [id = 0] = await enfiler(db.pool, [{ adresse: adresse(1), state: 'dead' }]);
    const gestionnaire = await ouverte.connecter('gestionnaire');
    const form = await lire(gestionnaire, `/console/envois/effet?action=replay&operation=${id}`);
    assert.equal((await gestionnaire.get('/console/envois/effet?action=cancel')).status, 400);
    const lecteur = await ouverte.connecter('lecteur');
    assert.equal(
      (await lecteur.get(`/console/envois/effet?action=replay&operation=${id}`)).status,
      403,
    );
    const jeton = jetonDe((await lecteur.get('/console/envois')).texte);
    assert.equal((await lecteur.post('/console/envois/effet', { ...form, jeton })).status, 403);
    assert.equal((await operation(db.pool, id)).state, 'dead');
    assert.equal((await lecteur.get('/console/envois/999')).status, 404);
  });

  test('what was sent and answered, secrets masked', async () => {
    const [id = 0] = await enfiler(db.pool, [{ adresse: adresse(1), state: 'dead' }]);
    await db.pool.query(
      `insert into feed_attempt (operation_id, attempt, request_id, pusher, started_at, request, status, outcome, response)
       values ($1, 1, gen_random_uuid(), 'essai', $2, $3, 500, 'unavailable', $4)`,
      [
        id,
        now,
        'POST /fhir\nESANTE-API-KEY: cle-tres-secrete\nauthorization: Bearer abcdefgh12345\n\n{"a":1}',
        '<b>500</b> {"api_key":"cle-tres-secrete"}',
      ],
    );
    const navigateur = await ouverte.connecter('lecteur');
    const { texte } = await navigateur.get(`/console/envois/${id}`);
    assert.match(texte, /ESANTE-API-KEY: \*\*\*/u);
    assert.match(texte, /&lt;b&gt;500&lt;\/b&gt;/u);
    assert.doesNotMatch(texte, /secrete|abcdefgh12345|<b>/u);
  });
});

test('what looks like a secret is masked, the rest is left alone', () => {
  assert.equal(masquerSecrets('Cookie: a=b; c=d\nAccept: x'), 'Cookie: ***\nAccept: x');
  assert.equal(
    masquerSecrets('{"accessToken": "x\\"y", "n": 1}'),
    '{"accessToken": "***", "n": 1}',
  );
  assert.equal(masquerSecrets('jeton Bearer abcdefghij fin'), 'jeton Bearer *** fin');
  const innocent = 'PUT /Practitioner/1\ncontent-type: application/json\n\n{"telecom":[]}';
  assert.equal(masquerSecrets(innocent), innocent);
});
