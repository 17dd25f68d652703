// A part of the site for signed-in people, over the real server: who may enter, what a session is worth, what forms prove.
import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, test } from 'node:test';
import { Espace, suiteOf, type EspaceOptions } from '../../src/web/espace/espace.js';
import { Pages } from '../../src/web/page/pages.js';
import { PageError } from '../../src/web/page/page-error.js';
import { createStatique } from '../../src/web/page/statique.js';
import { WebServer } from '../../src/web/server.js';
import { deleteSessionsOf, listSessionsOf, purgeSessions } from '../../src/store/session-web.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { jetonDe, Navigateur, ouvrirSession } from '../support/navigateur.js';
import { webSettings } from '../support/web-server.js';

const minute = 60_000;
const debut = new Date('2026-11-02T08:00:00Z');
const lines: string[] = [];
let db: TestDatabase;
let server: WebServer | undefined;
let now = debut;
let bannis = new Set<string>();

before(async () => {
  db = await testDatabase();
});
beforeEach(async () => {
  now = debut;
  bannis = new Set();
  lines.length = 0;
  await db.pool.query('truncate session_web');
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

function makeEspace(changes: Partial<EspaceOptions<string>> = {}): Espace<string> {
  return new Espace<string>({
    nom: 'console',
    pages: new Pages({ operateur: 'CHU <Exemple>', contact: undefined }),
    db: db.pool,
    session: { inactiviteMs: 30 * minute, dureeMs: 240 * minute },
    urlPublique: undefined,
    isTls: false,
    now: () => now,
    report: (line) => void lines.push(line),
    identify: ({ titulaire }) =>
      Promise.resolve(titulaire !== undefined && bannis.has(titulaire) ? undefined : titulaire),
    allows: (qui, acces) =>
      acces === 'public' ? 'oui' : qui === undefined ? 'connexion' : acces === qui ? 'oui' : 'non',
    pageConnexion: '/console/connexion',
    cadre: 'demande/cadre',
    // The frame has a form, with its token, for whoever is named.
    autour: (qui) => ({ professionnel: { nom: qui ?? 'personne' } }),
    ...changes,
  });
}

async function demarrer(espace = makeEspace()): Promise<Navigateur> {
  const message = (texte: string) => ({
    gabarit: 'message',
    status: 200,
    titre: 'Essai',
    donnees: { message: texte },
  });
  server = new WebServer({
    settings: webSettings,
    report: (line) => void lines.push(line),
    plugins: [
      createStatique(),
      espace.plugin((app) => {
        app.get('/', { config: { acces: 'anne' } }, (request, reply) =>
          espace.show(request, reply, message(`Bonjour ${espace.who(request)}`)),
        );
        app.post('/agir', { config: { acces: 'anne' } }, async (request, reply) => {
          await espace.announce(request, { genre: 'fait', texte: 'C’est <fait>.' });
          return espace.redirect(reply, '/console');
        });
        app.get('/connexion', { config: { acces: 'public' } }, (request, reply) =>
          espace.show(request, reply, message('')),
        );
        app.post('/connexion', { config: { acces: 'public' } }, async (request, reply) => {
          await espace.session(request).renew('anne', {});
          return espace.redirect(reply, '/console');
        });
        app.post('/deconnexion', { config: { acces: 'public' } }, async (request, reply) => {
          await espace.session(request).close();
          return espace.redirect(reply, '/console/connexion');
        });
        app.get('/faute', { config: { acces: 'public' } }, () => {
          throw new Error('secret interne');
        });
        app.get('/refus', { config: { acces: 'public' } }, () => {
          throw new PageError(410, 'Trop <tard>', 'Voilà pourquoi.');
        });
      }),
    ],
  });
  return new Navigateur(await server.start());
}

const anne = { espace: 'console', titulaire: 'anne', donnees: {} } as const;

async function connecte(): Promise<Navigateur> {
  const navigateur = await demarrer();
  await ouvrirSession(db.pool, navigateur, { ...anne, now });
  return navigateur;
}

test('a route that does not say who may ask keeps the server from starting', async () => {
  const espace = makeEspace();
  const broken = new WebServer({
    settings: webSettings,
    report: () => undefined,
    plugins: [espace.plugin((app) => void app.get('/oubli', () => 'x'))],
  });
  await assert.rejects(broken.start(), /\/console\/oubli: does not say who may ask/u);
});

test('nobody enters without a session: a page leads to the sign-in, a form does nothing', async () => {
  const navigateur = await demarrer();
  const page = await navigateur.get('/console?x=1');
  assert.equal(page.status, 303);
  assert.equal(page.vers, '/console/connexion?suite=%2Fconsole%3Fx%3D1');
  const form = await navigateur.post('/console/agir', { jeton: 'x' });
  assert.equal(form.status, 403);
  assert.match(form.texte, /rien n’a été fait/u);
  assert.match(form.texte, /href="\/console\/connexion\?suite=%2Fconsole">Se reconnecter</u);
  assert.equal(
    (await db.pool.query('select from session_web')).rowCount,
    0,
    'visitors cost no row',
  );
});

test('a session opens what its holder may see, and nothing else', async () => {
  const navigateur = await connecte();
  const page = await navigateur.get('/console');
  assert.equal(page.status, 200);
  assert.match(page.texte, /Bonjour anne/u);
  await ouvrirSession(db.pool, navigateur, { ...anne, titulaire: 'jean', now });
  const refused = await navigateur.get('/console');
  assert.equal(refused.status, 403);
  assert.match(refused.texte, /Votre rôle ne permet pas/u);
  navigateur.cookies.set('annuaire-console', 'A'.repeat(43));
  assert.equal((await navigateur.get('/console')).status, 303);
});

test('a right taken away is gone at the next request', async () => {
  const navigateur = await connecte();
  assert.equal((await navigateur.get('/console')).status, 200);
  bannis.add('anne');
  assert.equal((await navigateur.get('/console')).status, 303);
});

test('a session ends unused, at its term, and when it is closed elsewhere', async () => {
  const navigateur = await connecte();
  for (const minutes of [29, 58, 87]) {
    now = new Date(debut.getTime() + minutes * minute);
    assert.equal((await navigateur.get('/console')).status, 200, `${minutes} min`);
  }
  now = new Date(debut.getTime() + 118 * minute);
  assert.equal((await navigateur.get('/console')).status, 303, 'unused for 31 minutes');
  now = debut;
  await ouvrirSession(db.pool, navigateur, { ...anne, now });
  for (let minutes = 20; minutes < 240; minutes += 20) {
    now = new Date(debut.getTime() + minutes * minute);
    assert.equal((await navigateur.get('/console')).status, 200, `${minutes} min`);
  }
  now = new Date(debut.getTime() + 240 * minute);
  assert.equal((await navigateur.get('/console')).status, 303, 'at its term');
  assert.equal(await purgeSessions(db.pool, now), 2);
  now = debut;
  await ouvrirSession(db.pool, navigateur, { ...anne, now });
  assert.equal((await listSessionsOf(db.pool, 'console', 'anne', now)).length, 1);
  assert.equal(await deleteSessionsOf(db.pool, 'console', 'anne'), 1);
  assert.equal((await navigateur.get('/console')).status, 303, 'closed');
});

test('signing in changes the token, and the one of before opens nothing', async () => {
  const navigateur = await demarrer();
  const plante = 'B'.repeat(43);
  navigateur.cookies.set('annuaire-console', plante);
  const { texte } = await navigateur.get('/console/connexion');
  assert.equal(
    (await navigateur.post('/console/connexion', { jeton: jetonDe(texte) })).status,
    303,
  );
  const token = navigateur.cookies.get('annuaire-console');
  assert.notEqual(token, plante);
  assert.equal((await navigateur.get('/console')).status, 200);
  navigateur.cookies.set('annuaire-console', plante);
  assert.equal((await navigateur.get('/console')).status, 303);
});

test('signing out ends the session on the server', async () => {
  const navigateur = await connecte();
  const token = navigateur.cookies.get('annuaire-console') ?? '';
  await navigateur.poster('/console', '/console/deconnexion', {});
  assert.notEqual(navigateur.cookies.get('annuaire-console'), token);
  navigateur.cookies.set('annuaire-console', token);
  assert.equal((await navigateur.get('/console')).status, 303);
});

test('the database holds nothing that opens a session', async () => {
  const navigateur = await connecte();
  const token = navigateur.cookies.get('annuaire-console') ?? '';
  const { rows } = await db.pool.query<{ ligne: string }>(
    `select encode(empreinte, 'base64') || donnees::text as ligne from session_web`,
  );
  assert.equal(rows.length, 1);
  assert.doesNotMatch(rows[0]?.ligne ?? '', new RegExp(token.slice(0, 20), 'u'));
});

const forged: [name: string, jeton: (mine: string) => string, headers: Record<string, string>][] = [
  ['no token', () => '', {}],
  ['a token altered', (mine) => `${mine.slice(0, -1)}${mine.endsWith('A') ? 'B' : 'A'}`, {}],
  ['another site, by Fetch Metadata', (mine) => mine, { 'sec-fetch-site': 'cross-site' }],
  ['another host of our domain', (mine) => mine, { 'sec-fetch-site': 'same-site' }],
  ['another site, by its origin', (mine) => mine, { origin: 'https://pirate.example' }],
  ['a frame without an origin', (mine) => mine, { origin: 'null', 'sec-fetch-site': 'cross-site' }],
];
for (const [name, jeton, headers] of forged) {
  test(`a form is refused: ${name}`, async () => {
    const navigateur = await connecte();
    const { texte } = await navigateur.get('/console');
    const answer = await navigateur.post(
      '/console/agir',
      { jeton: jeton(jetonDe(texte)) },
      headers,
    );
    assert.equal(answer.status, 403);
    assert.match(answer.texte, /rien n’a été fait/u);
    assert.match(answer.texte, /href="\/console">Reprendre</u);
    assert.doesNotMatch((await navigateur.get('/console')).texte, /C’est/u);
  });
}

test('a form of ours comes from nowhere: its page forbids the browser to tell', async () => {
  const navigateur = await connecte();
  const jeton = jetonDe((await navigateur.get('/console')).texte);
  const answer = await navigateur.post('/console/agir', { jeton }, { origin: 'null' });
  assert.equal(answer.status, 303);
});

test('the token of one session is worth nothing in another', async () => {
  const navigateur = await connecte();
  const jeton = jetonDe((await navigateur.get('/console')).texte);
  await ouvrirSession(db.pool, navigateur, { ...anne, now });
  assert.equal((await navigateur.post('/console/agir', { jeton })).status, 403);
});

test('what was done is told once, escaped', async () => {
  const navigateur = await connecte();
  const done = await navigateur.poster('/console', '/console/agir', {});
  assert.equal(done.status, 303);
  assert.match((await navigateur.get('/console')).texte, /C’est &lt;fait&gt;\./u);
  assert.doesNotMatch((await navigateur.get('/console')).texte, /C’est/u);
});

test('failures are pages: what to do, nothing of the inside', async () => {
  const navigateur = await connecte();
  const faute = await navigateur.get('/console/faute');
  assert.equal(faute.status, 500);
  assert.doesNotMatch(faute.texte, /secret interne/u);
  assert.match(lines.join(), /secret interne/u);
  const refus = await navigateur.get('/console/refus');
  assert.equal(refus.status, 410);
  assert.match(refus.texte, /Trop &lt;tard&gt;/u);
  const perdue = await navigateur.get('/console/nulle/part');
  assert.equal(perdue.status, 404);
  assert.match(perdue.texte, /Page introuvable/u);
  assert.equal((await navigateur.get('/console/%E0%A4%A')).status, 400);
});

test('headers and cookie, in clear on loopback and behind TLS', async () => {
  const clair = await demarrer();
  const page = await clair.get('/console/connexion');
  assert.match(
    page.headers.get('content-security-policy') ?? '',
    /^default-src 'none';.*frame-ancestors 'none'$/u,
  );
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(page.headers.get('cache-control'), 'no-store');
  assert.equal(page.headers.get('strict-transport-security'), null);
  assert.match(
    page.headers.get('set-cookie') ?? '',
    /^annuaire-console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/u,
  );
  await server?.stop();
  const chiffre = await demarrer(makeEspace({ urlPublique: new URL('https://annuaire.example') }));
  const other = await chiffre.get('/console/connexion');
  assert.match(other.headers.get('strict-transport-security') ?? '', /max-age=31536000/u);
  assert.match(
    other.headers.get('set-cookie') ?? '',
    /^__Host-annuaire-console=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/u,
  );
});

test('the style sheet is ours, kept by browsers under a name that changes with it', async () => {
  const navigateur = await demarrer();
  const [, href = ''] =
    /<link rel="stylesheet" href="([^"]+)">/u.exec(
      (await navigateur.get('/console/connexion')).texte,
    ) ?? [];
  const sheet = await navigateur.get(href);
  assert.equal(sheet.status, 200);
  assert.match(sheet.headers.get('cache-control') ?? '', /immutable/u);
  assert.match(sheet.texte, /prefers-color-scheme: dark/u);
});

const suites: [given: unknown, expected: string][] = [
  ['/console/constats?code=X', '/console/constats?code=X'],
  ['/console', '/console'],
  ['//pirate.example/console', '/console'],
  ['https://pirate.example/console', '/console'],
  ['/\\pirate.example', '/console'],
  ['/console/../api', '/console'],
  ['/console\r\nx: y', '/console'],
  ['/consoleur', '/console'],
  [['/console/plan'], '/console'],
  [undefined, '/console'],
];
for (const [given, expected] of suites) {
  test(`after the sign-in, ${JSON.stringify(given)} leads to ${expected}`, () => {
    assert.equal(suiteOf(given, '/console'), expected);
  });
}

test('a visitor who began a sign-in and left is forgotten after an hour', async () => {
  const row = { espace: 'console', donnees: { depart: 1 }, now: debut } as const;
  const navigateur = await demarrer();
  await ouvrirSession(db.pool, navigateur, { ...row, titulaire: 'anne' });
  await ouvrirSession(db.pool, navigateur, { ...row, titulaire: 'jean' });
  await db.pool.query(`update session_web set titulaire = null where titulaire = 'jean'`);
  const at = (minutes: number): Date => new Date(debut.getTime() + minutes * minute);
  assert.equal(await purgeSessions(db.pool, at(59)), 0);
  assert.equal(await purgeSessions(db.pool, at(60)), 1);
});
