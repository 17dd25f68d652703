// Each route of the console × each role, over HTTP. The routes are those that the server itself knows: one without an
// expectation here fails, and so does an expectation without a route.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { roles, type Role } from '../../../src/domain/role.js';
import { disableCompte } from '../../../src/store/compte.js';
import {
  creerCompte,
  seConnecter,
  servirConsole,
  type ConsoleServie,
} from '../../support/console-servie.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { jetonDe, Navigateur, type Reponse } from '../../support/navigateur.js';

/** The least role of each; `public` for the sign-in alone. */
const attendu: Readonly<Record<string, Role | 'public'>> = {
  'GET /console/connexion': 'public',
  'POST /console/connexion': 'public',
  'GET /console/connexion/code': 'public',
  'POST /console/connexion/code': 'public',
  'GET /console/connexion/openid': 'public',
  'GET /console/retour': 'public',
  'GET /console/activation': 'public',
  'POST /console/activation': 'public',
  'GET /console/activation/:code': 'public',
  'POST /console/activation/:code': 'public',
  'POST /console/deconnexion': 'public',
  'GET /console/compte': 'lecteur',
  'POST /console/compte/sessions': 'lecteur',
  'POST /console/compte/secours': 'lecteur',
  'GET /console': 'lecteur',
  'GET /console/constats': 'lecteur',
  'GET /console/constats.csv': 'lecteur',
  'GET /console/constats/:id': 'lecteur',
  'GET /console/plan': 'lecteur',
  'GET /console/plan/operations': 'lecteur',
  'GET /console/plan/retenues': 'lecteur',
  'GET /console/plan/decisions': 'lecteur',
  'GET /console/plan/effet': 'approbateur',
  'POST /console/plan/effet': 'approbateur',
  'POST /console/plan/calcul': 'gestionnaire',
  'GET /console/envois': 'lecteur',
  'GET /console/envois/:id': 'lecteur',
  'GET /console/envois/effet': 'gestionnaire',
  'POST /console/envois/effet': 'gestionnaire',
  'GET /console/demandes': 'lecteur',
  'GET /console/demandes/:id': 'lecteur',
  'GET /console/demandes/:id/decision': 'gestionnaire',
  'POST /console/demandes/:id/decision': 'gestionnaire',
  'GET /console/journal': 'lecteur',
  'GET /console/journal.csv': 'lecteur',
  'GET /console/journal/:sequence': 'lecteur',
  'GET /console/noeuds': 'lecteur',
  'GET /console/bals/:id': 'lecteur',
  'GET /console/professionnels/:id': 'lecteur',
  'GET /console/structures/:id': 'lecteur',
  'GET /console/recherche': 'lecteur',
};

let now = new Date('2026-11-23T09:00:10Z');
let database: TestDatabase;
let servie: ConsoleServie;

/** `personne`: no session; `desactive` and `expire`: one that was good. */
type Visiteur = Role | 'personne' | 'desactive' | 'expire';
const visiteurs: readonly Visiteur[] = ['personne', ...roles, 'desactive', 'expire'];

before(async () => {
  database = await testDatabase();
  // The provider is never asked here: the routes are there, their answers without a sign-in begun are refusals.
  servie = await servirConsole(
    database,
    () => now,
    `web: { urlPublique: "http://127.0.0.1:9" }
console:
  openid: { decouverte: "http://127.0.0.1:9/d", emetteur: "http://127.0.0.1:9", clientId: x, secret: y, roles: { z: lecteur } }
`,
  );
});
after(() => servie.stop());

type Route = { readonly methode: string; readonly url: string; readonly acces: string };

function nameOf({ methode, url }: Route): string {
  return `${methode} ${url}`;
}

/** Values for the parameters of a path: the shape matters, not what they find. */
function cheminDe({ url }: Route): string {
  return url.replace(/:\w+/gu, '1').replace(/\*$/u, '');
}

let count = 0;
async function entrer(visiteur: Visiteur): Promise<Navigateur> {
  const navigateur = new Navigateur(servie.url);
  if (visiteur === 'personne') return navigateur;
  const role = visiteur === 'desactive' || visiteur === 'expire' ? 'approbateur' : visiteur;
  const nom = `matrice-${(count += 1)}`;
  const made = await creerCompte(database.pool, { nom, role }, now);
  await seConnecter(servie.url, made, now, navigateur);
  if (visiteur === 'desactive') await disableCompte(database.pool, nom, 'essai', now);
  if (visiteur === 'expire') {
    await database.pool.query(
      `update session_web set cree_le = cree_le - interval '1 day', expire_le = expire_le - interval '1 day'
       where titulaire = $1`,
      [`compte:${made.compte.id}`],
    );
  }
  return navigateur;
}

/** What stands between the visitor and the route; undefined: nothing. */
function barriere({ status, vers, texte }: Reponse): 'connexion' | 'refus' | 'perime' | undefined {
  if (status === 303 && vers?.startsWith('/console/connexion?suite=')) return 'connexion';
  if (status !== 403) return undefined;
  if (texte.includes('<h1>Accès refusé</h1>')) return 'refus';
  return texte.includes('<h1>Page périmée</h1>') ? 'perime' : undefined;
}

function barriereAttendue(
  route: Route,
  visiteur: Visiteur,
): 'connexion' | 'refus' | 'perime' | undefined {
  const least = attendu[nameOf(route)];
  if (least === 'public') return undefined;
  if (visiteur === 'personne' || visiteur === 'desactive' || visiteur === 'expire') {
    return route.methode === 'GET' ? 'connexion' : 'perime';
  }
  return least && roles.indexOf(visiteur) >= roles.indexOf(least) ? undefined : 'refus';
}

async function demander(navigateur: Navigateur, route: Route, jeton: string): Promise<Reponse> {
  return route.methode === 'GET'
    ? navigateur.get(cheminDe(route))
    : navigateur.post(cheminDe(route), { jeton });
}

test('every route has its expectation, every expectation its route', () => {
  const known = servie.espace.routes.map(nameOf).sort();
  assert.ok(known.length > 10);
  assert.deepEqual(known, Object.keys(attendu).sort());
  for (const route of servie.espace.routes) assert.equal(route.acces, attendu[nameOf(route)]);
  // Nothing answers a method that changes things by another name.
  for (const { methode } of servie.espace.routes) assert.match(methode, /^(GET|POST)$/u);
});

for (const visiteur of visiteurs) {
  test(`what stands before « ${visiteur} », route by route`, async () => {
    const navigateur = await entrer(visiteur);
    const saved = new Map(navigateur.cookies);
    for (const route of servie.espace.routes) {
      // A route before may have signed out: each begins with the same cookies, and a session of its own if need be.
      if (nameOf(route) === 'POST /console/deconnexion') continue;
      navigateur.cookies.clear();
      for (const [name, value] of saved) navigateur.cookies.set(name, value);
      const page = await navigateur.get('/console/activation');
      const answer = await demander(navigateur, route, jetonDe(page.texte));
      assert.equal(
        barriere(answer),
        barriereAttendue(route, visiteur),
        `${nameOf(route)} : ${answer.status}`,
      );
    }
    const refus = servie.espace.routes.filter(
      (route) => barriereAttendue(route, visiteur) === 'refus',
    );
    assert.deepEqual(await accesRefuses(`matrice-${count}`), refus.map(nameOf).sort());
  });
}

/** What the journal keeps of those who asked for more than their role. */
async function accesRefuses(nom: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ requete: string }>(
    `select requete from trace where action = 'acces.refus' and auteur_nom = $1`,
    [nom],
  );
  return rows
    .map(({ requete }) => JSON.parse(requete) as { methode: string; chemin: string })
    .map(({ methode, chemin }) => `${methode} ${chemin}`)
    .sort();
}

test('no form does anything without its token, with another session’s, or from another site', async () => {
  const mine = await entrer('approbateur');
  now = new Date(now.getTime() + 60_000);
  const other = await entrer('approbateur');
  const jeton = jetonDe((await mine.get('/console/compte')).texte);
  const stolen = jetonDe((await other.get('/console/compte')).texte);
  const forms = servie.espace.routes.filter(({ methode }) => methode === 'POST');
  assert.ok(forms.length >= 6);
  const attacks: readonly (readonly [Record<string, string>, Record<string, string>])[] = [
    [{}, {}],
    [{ jeton: '' }, {}],
    [{ jeton: stolen }, {}],
    [{ jeton: `${jeton}x` }, {}],
    [{ jeton }, { 'sec-fetch-site': 'cross-site' }],
    [{ jeton }, { 'sec-fetch-site': 'same-site' }],
    [{ jeton }, { origin: 'https://voleur.example' }],
    [{ jeton }, { 'sec-fetch-site': '', origin: 'null' }],
  ];
  for (const route of forms) {
    for (const [champs, headers] of attacks) {
      const answer = await mine.post(cheminDe(route), champs, headers);
      const what = `${nameOf(route)} ${JSON.stringify([champs, headers])}`;
      assert.equal(barriere(answer), 'perime', what);
    }
  }
  // The session still stands: none of them signed it out.
  assert.equal((await mine.get('/console/compte')).status, 200);
  // Each left its trace, by whom it would have been done, without what was posted.
  const { rows } = await database.pool.query<{ reponse: string; requete: string }>(
    `select requete, reponse from trace where action = 'acces.refus' and auteur_nom = $1 and issue = 'refus'`,
    [`matrice-${count - 1}`],
  );
  const closed = forms.filter(({ acces }) => acces !== 'public');
  assert.ok(closed.length >= 4);
  for (const { url } of closed) {
    const own = rows.filter(
      ({ requete }) => (JSON.parse(requete) as Route & { chemin: string }).chemin === url,
    );
    assert.equal(own.length, attacks.length, url);
    for (const { reponse } of own) assert.match(reponse, /formulaire d’une autre page/u);
  }
  assert.ok(!JSON.stringify(rows).includes(jeton) && !JSON.stringify(rows).includes(stolen));
});

test('a form in JSON, in several parts or with a token twice is nobody’s', async () => {
  const mine = await entrer('approbateur');
  const jeton = jetonDe((await mine.get('/console/compte')).texte);
  const cookie = `annuaire-console=${mine.cookies.get('annuaire-console') ?? ''}`;
  const bodies: readonly (readonly [string, string])[] = [
    ['application/json', JSON.stringify({ jeton })],
    ['text/plain', `jeton=${jeton}`],
    [
      'multipart/form-data; boundary=x',
      `--x\r\ncontent-disposition: form-data; name="jeton"\r\n\r\n${jeton}\r\n--x--`,
    ],
    ['application/x-www-form-urlencoded', `jeton=${jeton}&jeton=${jeton}`],
    ['application/x-www-form-urlencoded', `jeton=${jeton}&x=${'y'.repeat(20_000)}`],
  ];
  for (const [type, body] of bodies) {
    const { status } = await fetch(`${servie.url}/console/deconnexion`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': type, cookie },
      body,
    });
    assert.ok([403, 413, 415].includes(status), `${type}: ${status}`);
  }
  assert.equal((await mine.get('/console/compte')).status, 200);
});

test('every answer has the headers of a page of ours', async () => {
  const navigateur = await entrer('lecteur');
  for (const chemin of ['/console/compte', '/console/connexion', '/console/nulle-part']) {
    const { headers } = await navigateur.get(chemin);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/u);
    assert.match(policy, /frame-ancestors 'none'/u);
    assert.doesNotMatch(policy, /unsafe|\*/u);
    assert.equal(headers.get('x-frame-options'), 'DENY');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.ok(['no-referrer', 'same-origin'].includes(headers.get('referrer-policy') ?? ''));
  }
});
