import assert from 'node:assert/strict';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import type { Pool } from '../../src/db/pool.js';
import { sendWebhooks, type BilanWebhooks } from '../../src/notify/send-webhooks.js';
import type { WebhookSettings } from '../../src/notify/settings.js';
import { publishEvenement } from '../../src/store/evenement.js';
import { listEnvois, type EnvoiListe } from '../../src/store/evenement-envoi.js';
import { renvoyer } from '../../src/store/file-envoi.js';
import { retablirPoints } from '../../src/store/evenement.js';
import { etatsEnvoi } from '../../src/domain/avis.js';
import { envoiOptions, horlogeEssai, maintenant, plusTard } from '../support/avis.js';
import { testDatabase } from '../support/database.js';
import {
  cleEssai,
  pointEssai,
  startRecepteur,
  webhookSettings,
  type Appel,
  type Recepteur,
  type Reponse,
} from '../support/webhook.js';

async function base(t: TestContext): Promise<Pool> {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  return pool;
}

async function recepteur(t: TestContext, reponse?: Reponse): Promise<Recepteur> {
  const started = await startRecepteur(reponse);
  t.after(started.close);
  return started;
}

function envoyer(pool: Pool, settings: WebhookSettings, at = maintenant): Promise<BilanWebhooks> {
  return sendWebhooks(pool, settings, envoiOptions({ horloge: horlogeEssai(at) }));
}

async function publier(pool: Pool, ...cles: readonly string[]): Promise<void> {
  for (const cle of cles) {
    await publishEvenement(
      pool,
      { type: 'plan.bloque', cle, donnees: { plan: 12, é: 'à' } },
      maintenant,
    );
  }
}

function envois(pool: Pool): Promise<EnvoiListe[]> {
  return listEnvois(pool, { etats: etatsEnvoi, code: undefined, max: 100 });
}

/** As docs/avis.md tells receivers to. */
function isAuthentic({ headers, corps }: Appel, cle: Buffer): boolean {
  const id = String(headers['webhook-id']);
  const timestamp = String(headers['webhook-timestamp']);
  const expected = createHmac('sha256', cle).update(`${id}.${timestamp}.${corps}`).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice(3), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

test('an event arrives signed, once, at each endpoint that asks for its type', async (t) => {
  const pool = await base(t);
  const [a, b, c] = [await recepteur(t), await recepteur(t), await recepteur(t)];
  const settings = webhookSettings([
    pointEssai('a', `${a.url}/entree?jeton=x`),
    pointEssai('b', b.url),
    pointEssai('c', c.url, { evenements: ['canal.arrete'] }),
  ]);
  await publier(pool, 'un', 'un');
  const bilan = await envoyer(pool, settings);
  assert.deepEqual([bilan.partis, bilan.muets], [2, []]);
  assert.equal((await envoyer(pool, settings)).partis, 0);
  assert.deepEqual([a.appels.length, b.appels.length, c.appels.length], [1, 1, 0]);
  const [appel] = a.appels;
  assert.ok(appel);
  assert.equal(appel.chemin, '/entree?jeton=x');
  assert.equal(appel.headers['webhook-timestamp'], String(maintenant.getTime() / 1_000));
  assert.ok(isAuthentic(appel, cleEssai));
  assert.ok(!isAuthentic({ ...appel, corps: `${appel.corps} ` }, cleEssai));
  assert.ok(!isAuthentic(appel, Buffer.alloc(32, 6)));
  assert.deepEqual(JSON.parse(appel.corps), {
    type: 'plan.bloque',
    timestamp: maintenant.toISOString(),
    data: { plan: 12, é: 'à' },
  });
  assert.equal(b.appels[0]?.headers['webhook-id'], appel.headers['webhook-id']);
});

test('while a key is being changed, both sign', async (t) => {
  const pool = await base(t);
  const a = await recepteur(t);
  const cles = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  await publier(pool, 'un');
  await envoyer(pool, webhookSettings([pointEssai('a', a.url, { cles })]));
  assert.ok(a.appels[0]);
  for (const cle of cles) assert.ok(isAuthentic(a.appels[0], cle));
});

test('a failure is tried again later with the same id and a new time, Retry-After respected, then given up', async (t) => {
  const pool = await base(t);
  const a = await recepteur(t, (_appel, response) => {
    response.writeHead(503, { 'retry-after': '600' }).end('en \u0007travaux');
  });
  const settings = webhookSettings([pointEssai('a', a.url)]);
  await publier(pool, 'un');
  await envoyer(pool, settings);
  const [first] = await envois(pool);
  assert.deepEqual([first?.etat, first?.code], ['a-envoyer', 'HTTP_503']);
  assert.equal(first?.message, 'Le point a répondu HTTP 503 (en travaux).');
  assert.deepEqual(first.prochainEnvoiLe, plusTard(10));
  await envoyer(pool, settings, plusTard(9));
  assert.equal(a.appels.length, 1);
  await envoyer(pool, settings, plusTard(10));
  await envoyer(pool, settings, plusTard(60));
  const [last] = await envois(pool);
  assert.deepEqual([last?.etat, a.appels.length], ['abandonne', 3]);
  assert.equal(new Set(a.appels.map(({ headers }) => headers['webhook-id'])).size, 1);
  assert.equal(new Set(a.appels.map(({ headers }) => headers['webhook-timestamp'])).size, 3);
  assert.ok(a.appels.every((appel) => isAuthentic(appel, cleEssai)));
});

test('410: the endpoint is set aside and said so, until its address changes or a person asks again', async (t) => {
  const pool = await base(t);
  let status = 410;
  const a = await recepteur(t, (_appel, response) => {
    response.writeHead(status).end();
  });
  const settings = webhookSettings([pointEssai('a', a.url)]);
  await publier(pool, 'un', 'deux');
  const bilan = await envoyer(pool, settings);
  assert.deepEqual([bilan.refuses, bilan.muets[0]?.point, a.appels.length], [1, 'a', 1]);
  await envoyer(pool, settings);
  assert.equal(a.appels.length, 1, 'nothing more is sent there');
  status = 200;
  await envoyer(pool, webhookSettings([pointEssai('a', `${a.url}/nouvelle`)]));
  assert.equal(a.appels.length, 2, 'another address is another endpoint');
  const refused = (await envois(pool)).find(({ etat }) => etat === 'refuse');
  assert.ok(refused);
  await renvoyer(pool, 'evenement_envoi', [refused.id], maintenant);
  await retablirPoints(pool, ['a']);
  assert.equal((await envoyer(pool, settings)).partis, 1);
});

test('a redirection is not followed', async (t) => {
  const pool = await base(t);
  const elsewhere = await recepteur(t);
  const a = await recepteur(t, (_appel, response) => {
    response.writeHead(307, { location: elsewhere.url }).end();
  });
  await publier(pool, 'un');
  await envoyer(pool, webhookSettings([pointEssai('a', a.url)]));
  assert.equal(elsewhere.appels.length, 0);
  assert.equal((await envois(pool))[0]?.code, 'HTTP_307');
});

test('an endpoint that never answers holds no other, and is left alone after a few', async (t) => {
  const pool = await base(t);
  const hanging = await recepteur(t, () => undefined);
  const a = await recepteur(t);
  const points = [pointEssai('muet', hanging.url), pointEssai('a', a.url)];
  await publier(pool, '1', '2', '3', '4', '5');
  // The one that hangs is released only by the limit of time; by then the other has everything.
  const bilan = await envoyer(pool, webhookSettings(points, { totalMs: 400 }));
  assert.deepEqual([bilan.partis, bilan.reportes], [5, 3]);
  assert.deepEqual(
    bilan.muets.map(({ point }) => point),
    ['muet'],
  );
  assert.equal(hanging.appels.length, 3);
  const states = (await envois(pool)).filter(({ point }) => point === 'muet');
  assert.ok(states.every(({ etat }) => etat === 'a-envoyer'));
  assert.ok(states.some(({ code }) => code === 'DELAI'));
});

test('an answer without end is cut; its status counts', async (t) => {
  const pool = await base(t);
  const closed = { count: 0 };
  const a = await recepteur(t, (_appel, response) => {
    response.writeHead(200);
    response.on('close', () => (closed.count += 1));
    const pour = (): void => {
      if (!response.destroyed && response.write('x'.repeat(65_536))) setImmediate(pour);
    };
    response.on('drain', pour);
    pour();
  });
  await publier(pool, 'un');
  const bilan = await envoyer(
    pool,
    webhookSettings([pointEssai('a', a.url)], { reponseOctetsMax: 1_000 }),
  );
  assert.equal(bilan.partis, 1);
});

test('an address where nobody is: tried again, and said in words', async (t) => {
  const pool = await base(t);
  const a = await startRecepteur();
  await a.close();
  await publier(pool, 'un');
  await envoyer(pool, webhookSettings([pointEssai('a', a.url)]));
  const [one] = await envois(pool);
  assert.deepEqual([one?.etat, one?.code], ['a-envoyer', 'RESEAU_ECONNREFUSED']);
  assert.match(one?.message ?? '', /connexion refusée/u);
});

test('an endpoint added today is not told the past, nor anybody an event too old', async (t) => {
  const pool = await base(t);
  const a = await recepteur(t);
  await publier(pool, 'avant');
  await envoyer(pool, webhookSettings([]));
  await publier(pool, 'vieux');
  const settings = webhookSettings([pointEssai('a', a.url)]);
  await envoyer(pool, settings, plusTard(72 * 60 + 1));
  assert.equal(a.appels.length, 0);
  await publier(pool, 'neuf');
  assert.equal((await envoyer(pool, settings)).partis, 1);
});

test('two senders at once: each event leaves once', async (t) => {
  const pool = await base(t);
  const a = await recepteur(t);
  const settings = webhookSettings([pointEssai('a', a.url)]);
  await publier(pool, ...Array.from({ length: 30 }, (_, index) => `e${index}`));
  const bilans = await Promise.all([envoyer(pool, settings), envoyer(pool, settings)]);
  assert.equal(
    bilans.reduce((sum, { partis }) => sum + partis, 0),
    30,
  );
  assert.equal(new Set(a.appels.map(({ headers }) => headers['webhook-id'])).size, 30);
  assert.equal(a.appels.length, 30);
});

test('a stop asked for while an endpoint hangs is obeyed; nothing is lost', async (t) => {
  const pool = await base(t);
  const stop = new AbortController();
  const a = await recepteur(t, () => stop.abort());
  await publier(pool, 'un');
  const settings = webhookSettings([pointEssai('a', a.url)]);
  await sendWebhooks(pool, settings, envoiOptions({ signal: stop.signal }));
  const [one] = await envois(pool);
  assert.deepEqual([one?.etat, one?.code], ['a-envoyer', 'INTERROMPU']);
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
});
