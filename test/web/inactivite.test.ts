// The page of a notice, over the real server: looking changes nothing, objecting keeps the BAL, a link that is not ours opens nothing.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, before, beforeEach, test } from 'node:test';
import { signLien } from '../../src/domain/lien-signe.js';
import { createInactivitePage } from '../../src/web/page/inactivite.js';
import { WebServer } from '../../src/web/server.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { avis, cas, envoyer, importer, jours, passer, viderHygiene } from '../support/hygiene.js';
import { webSettings } from '../support/web-server.js';

const cle = randomBytes(32);
const lines: string[] = [];
let db: TestDatabase;
let server: WebServer;
let url: string;
let now: Date;

const venue = new Date('2026-01-10T08:00:00Z');
const a = 'anne.exemple@chu.mssante.fr';
const rpps = '10000000018';

before(async () => {
  db = await testDatabase();
});
afterEach(() => server.stop());

beforeEach(async () => {
  lines.length = 0;
  server = new WebServer({
    settings: webSettings,
    report: (line) => void lines.push(line),
    plugins: [
      createInactivitePage({
        pool: db.pool,
        cle,
        operateur: 'CHU <Exemple>',
        contact: 'support@exemple.fr',
        limiteJours: 365,
        now: () => now,
        report: (line) => void lines.push(line),
      }),
    ],
  });
  url = await server.start();
  await viderHygiene(db.pool);
  now = jours(venue, 340);
  await importer(db.pool, [{ adresse: a, rpps, authentification: venue.toISOString() }], now);
  await passer(db.pool, now);
});

const jeton = (id = '1', usage = 'inactivite', expireLe = jours(venue, 500)): string =>
  signLien(cle, { usage, id, expireLe });
const page = (token = jeton()): string => `${url}/avis/inactivite/${token}`;

function post(token = jeton(), body = 'choix=conserver', headers = {}): Promise<Response> {
  return fetch(page(token), {
    method: 'POST',
    body,
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
}

test('looking at the page, however often, changes nothing', async () => {
  for (let i = 0; i < 3; i += 1) {
    const response = await fetch(page());
    assert.equal(response.status, 200);
    const html = await response.text();
    assert.match(html, /Je m’oppose à la suppression/u);
    assert.match(html, /a…@chu\.mssante\.fr/u);
    assert.match(html, /10 janvier 2026/u);
    assert.match(html, /CHU &lt;Exemple&gt;/u);
    assert.doesNotMatch(html, /anne\.exemple/u, 'the link alone tells no address');
    now = jours(now, 1);
  }
  assert.equal((await fetch(page(), { method: 'HEAD' })).status, 404);
  assert.deepEqual(await cas(db.pool), [`${a} prevenue AVIS_EN_FILE`]);
});

test('the page runs no script, loads nothing, and cannot be framed', async () => {
  const response = await fetch(page());
  const html = await response.text();
  assert.equal(
    response.headers.get('content-security-policy'),
    "default-src 'none';style-src 'self';img-src 'self' data:;form-action 'self';base-uri 'none';frame-ancestors 'none'",
  );
  assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.doesNotMatch(html, /<script|\ssrc=|url\(|style="|https?:/u);
  assert.match(html, /<html lang="fr">/u);
  assert.equal(html.match(/<h1>/gu)?.length, 1);
});

test('objecting keeps the BAL, traces the post, gives up the notices, and tells the BAL', async () => {
  await envoyer(db.pool, now);
  await passer(db.pool, now);
  const response = await post(jeton(), 'choix=conserver', {
    'user-agent': 'Navigateur d’essai/1.0'.normalize('NFKD').replace(/[^\x20-\x7e]/gu, ''),
    'x-forwarded-for': '192.0.2.7',
  });
  assert.equal(response.status, 303);
  assert.equal(new URL(response.headers.get('location') ?? '', page()).href, page());
  assert.deepEqual(await cas(db.pool), [`${a} conservee opposition`]);
  assert.deepEqual(await avis(db.pool), [
    `inactivite ${a} parti`,
    `inactivite-opposition ${a} a-envoyer`,
  ]);
  const { rows } = await db.pool.query<Record<string, unknown>>(
    `select auteur, poste_adresse, poste_agent, clos_le, conservee_jusqua from cas_inactivite`,
  );
  assert.deepEqual(rows, [
    {
      auteur: 'le titulaire, par le lien de son avis',
      poste_adresse: '127.0.0.1 (annoncée : 192.0.2.7)',
      poste_agent: 'Navigateur dessai/1.0',
      clos_le: now,
      conservee_jusqua: jours(now, 365),
    },
  ]);
  const html = await (await fetch(page())).text();
  assert.match(html, /Opposition enregistrée/u);
  assert.doesNotMatch(html, /<form/u);
  assert.deepEqual(await traces(), [`reussite cas:1,bal:${a}`]);
  // Sent again: the same answer, and nothing more but the trace of a refusal.
  now = jours(now, 3);
  assert.equal((await post()).status, 303);
  assert.equal((await avis(db.pool)).length, 2);
  assert.deepEqual(await traces(), [`reussite cas:1,bal:${a}`, `refus cas:1,bal:${a}`]);
});

async function traces(): Promise<string[]> {
  const { rows } = await db.pool.query<{ ligne: string }>(
    `select issue || ' ' || array_to_string(objets, ',') as ligne from trace
     where action = 'hygiene.opposition' and poste_adresse like '127.0.0.1%' order by sequence`,
  );
  return rows.map(({ ligne }) => ligne);
}

const refused: [name: string, token: () => string, status: number, title: RegExp][] = [
  ['made with another key', () => jeton().replace(/[^.]+$/u, 'A'.repeat(43)), 404, /pas valable/u],
  ['altered to name another case', () => jeton().replace('.1.', '.2.'), 404, /pas valable/u],
  [
    'altered to last longer',
    () => jeton().replace(/\.(\d+)\.([^.]+)$/u, '.9999999999.$2'),
    404,
    /pas valable/u,
  ],
  ['made for something else', () => jeton('1', 'demande'), 404, /pas valable/u],
  ['of a case that does not exist', () => jeton('999'), 404, /pas valable/u],
  ['of no number', () => jeton('x'), 404, /pas valable/u],
  ['of an impossible number', () => jeton('9'.repeat(20)), 404, /pas valable/u],
  ['that has expired', () => jeton('1', 'inactivite', jours(venue, 339)), 410, /a expiré/u],
  ['of nothing', () => 'rien', 404, /pas valable/u],
];
for (const [name, token, status, title] of refused) {
  test(`a link ${name} opens nothing`, async () => {
    for (const response of [await fetch(page(token())), await post(token())]) {
      assert.equal(response.status, status);
      assert.match(response.headers.get('content-type') ?? '', /^text\/html/u);
      assert.match(await response.text(), title);
    }
    assert.deepEqual(await cas(db.pool), [`${a} prevenue AVIS_EN_FILE`]);
    assert.deepEqual(lines, []);
  });
}

const badPosts: [name: string, body: string, headers: Record<string, string>, status: number][] = [
  ['without the choice of the button', '', {}, 400],
  ['with another choice', 'choix=supprimer', {}, 400],
  ['in JSON', '{"choix":"conserver"}', { 'content-type': 'application/json' }, 415],
  ['that is too large', `choix=conserver&x=${'x'.repeat(2_000)}`, {}, 413],
];
for (const [name, body, headers, status] of badPosts) {
  test(`a request ${name} keeps nothing, and says so in French`, async () => {
    const response = await post(jeton(), body, headers);
    assert.equal(response.status, status);
    assert.match(await response.text(), /<html lang="fr">[\s\S]*Ouvrez de nouveau le lien/u);
    assert.deepEqual(await cas(db.pool), [`${a} prevenue AVIS_EN_FILE`]);
  });
}

test('a case that ended otherwise is shown as it ended, and an objection changes it no more', async () => {
  await importer(db.pool, [{ adresse: a, rpps, authentification: now.toISOString() }], now);
  await passer(db.pool, now);
  assert.equal((await post()).status, 303);
  assert.match(await (await fetch(page())).text(), /Une connexion .* a été constatée/u);
  assert.deepEqual(await cas(db.pool), [`${a} reauthentifiee authentification`]);
});

test('who asks too fast about one case waits', async () => {
  const statuses = [];
  for (let i = 0; i < 7; i += 1) statuses.push((await fetch(page())).status);
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 429]);
});
