// The console behind the opérateur's own provider: roles by a claim, no role, faults, and what attackers try.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { consolePerson } from '../../../src/simulator/identity/person.js';
import { roleDe } from '../../../src/web/console/connexion/openid.js';
import { BrowserByHand, formOf, type Visit } from '../../support/browser-by-hand.js';
import { servirConsole, type ConsoleServie } from '../../support/console-servie.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import {
  clientId,
  clientSecret,
  startTestIdentityProvider,
  type FaultyIdentityProvider,
} from '../../support/identity-provider.js';

/** What the provider and the settings know us by; the browser of these tests asks the port that the server got instead. */
const publique = 'http://127.0.0.1:9';
let database: TestDatabase;
/** Tokens are dated by the provider's own clock: ours is the same, a little later at each sign-in that is begun. */
let avanceMs = 0;
let now = (): Date => new Date(Date.now() + avanceMs);
let provider: FaultyIdentityProvider;
let servie: ConsoleServie;

const persons = [
  consolePerson({ id: 'alix', nom: 'Alix Gestion', roles: ['autre-chose', 'annuaire-gestion'] }),
  consolePerson({ id: 'bo', nom: 'Bo Lecture', roles: ['annuaire-lecture'] }),
  consolePerson({ id: 'cam', nom: 'Cam Sans', roles: ['comptabilite'] }),
];

before(async () => {
  database = await testDatabase();
  provider = await startTestIdentityProvider({
    redirectUris: [`${publique}/console/retour`],
    postLogoutRedirectUris: [`${publique}/console/connexion`],
    persons,
  });
  servie = await servirConsole(
    database,
    () => now(),
    `web: { urlPublique: "${publique}" }
console:
  openid:
    nom: mon établissement
    decouverte: "${provider.discovery}"
    emetteur: "${provider.issuer}"
    clientId: ${clientId}
    secret: ${clientSecret}
    revendicationRoles: roles
    roles: { annuaire-lecture: lecteur, annuaire-gestion: gestionnaire }
`,
  );
});
afterEach(() => {
  for (const name of Object.keys(provider.faults)) Reflect.deleteProperty(provider.faults, name);
});
after(async () => {
  await servie.stop();
  await provider.close();
});

/** From our button to the provider's page. */
async function partir(browser: BrowserByHand, suite = ''): Promise<Visit> {
  avanceMs += 250;
  return browser.follow(`${servie.url}/console/connexion/openid${suite}`);
}

/** Signs in there, up to the address of ours that the provider leads to. */
async function signer(browser: BrowserByHand, page: Visit, personne: string): Promise<string> {
  const back = await browser.follow(formOf(page).action, { personne }, (location) =>
    location.startsWith(`${publique}/console/retour`),
  );
  assert.ok(back.location, back.text);
  return back.location.replace(publique, servie.url);
}

async function entrer(personne: string, suite?: string): Promise<[BrowserByHand, Visit]> {
  const browser = new BrowserByHand();
  const retour = await signer(browser, await partir(browser, suite), personne);
  return [browser, await browser.request(retour)];
}

async function compteDe(browser: BrowserByHand): Promise<Visit> {
  return browser.request(`${servie.url}/console/compte`);
}

test('the role is the one that the claim gives, under a new token, on the page first asked', async () => {
  const browser = new BrowserByHand();
  const page = await browser.request(`${servie.url}/console/connexion?suite=%2Fconsole%2Fcompte`);
  assert.match(page.text, /Se connecter avec mon établissement/u);
  const depart = await partir(browser, '?suite=%2Fconsole%2Fcompte');
  const before = browser.cookie(servie.url, 'annuaire-console');
  const arrived = await browser.request(await signer(browser, depart, 'alix'));
  assert.equal(arrived.location, `${servie.url}/console/compte`);
  assert.notEqual(browser.cookie(servie.url, 'annuaire-console'), before);
  const mine = await compteDe(browser);
  assert.match(mine.text, /Alix Gestion/u);
  assert.match(mine.text, /<dd>gestionnaire<\/dd>/u);
  const { rows } = await database.pool.query<Record<string, unknown>>(
    `select action, auteur_id, auteur_nom from trace order by sequence desc limit 1`,
  );
  assert.deepEqual(rows[0], {
    action: 'connexion',
    auteur_id: 'openid:interne-alix',
    auteur_nom: 'Alix Gestion',
  });
});

test('whoever has no role is told whom to ask, and is not signed in', async () => {
  const [browser, answer] = await entrer('cam');
  assert.equal(answer.status, 403);
  assert.match(answer.text, /aucun rôle de la console ne vous est donné/u);
  assert.match(answer.text, /Demandez à la personne qui administre/u);
  assert.equal((await compteDe(browser)).status, 303);
});

test('an answer used before, brought by another browser or never asked for signs nobody in', async () => {
  const browser = new BrowserByHand();
  const retour = await signer(browser, await partir(browser), 'bo');
  const thief = new BrowserByHand();
  assert.equal((await thief.request(retour)).status, 400);
  assert.equal((await compteDe(thief)).status, 303);
  // In the thief's hands with a sign-in of his own begun: the state is not his.
  await partir(thief);
  assert.equal((await thief.request(retour)).status, 400);
  const answers = await Promise.all([browser.request(retour), browser.request(retour)]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 400]);
  assert.equal((await browser.request(retour)).status, 400);
  const bare = await new BrowserByHand().request(`${servie.url}/console/retour?code=x&state=y`);
  assert.equal(bare.status, 400);
});

test('the provider down, another subject or a forged token: a clear page, and nobody signed in', async () => {
  provider.faults.down = 'token';
  const [down, unavailable] = await entrer('bo');
  assert.equal(unavailable.status, 503);
  assert.match(unavailable.text, /mon établissement ne répond pas/u);
  assert.equal((await compteDe(down)).status, 303);
  delete provider.faults.down;
  provider.faults.userinfo = { sub: 'interne-alix' };
  assert.equal((await entrer('bo'))[1].status, 502);
  delete provider.faults.userinfo;
  provider.faults.isForged = true;
  assert.equal((await entrer('bo'))[1].status, 502);
  provider.faults.isForged = false;
  assert.equal((await entrer('bo'))[1].status, 303);
});

test('leaving ends the session here, and leads to the provider to end it there', async () => {
  const [browser] = await entrer('bo');
  const page = await compteDe(browser);
  const { action, fields } = formOf(page, 'Se déconnecter');
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.ok(policy.includes(`form-action 'self' ${new URL(provider.issuer).origin}`), policy);
  const left = await browser.request(action, fields);
  assert.ok(left.location?.startsWith(new URL(provider.issuer).origin), left.location);
  assert.equal((await compteDe(browser)).status, 303);
});

test('sign-ins that are begun and never ended are bounded by address', async () => {
  const moment = new Date(now().getTime() + 10_000);
  now = () => moment;
  const statuses: number[] = [];
  for (let i = 0; i < 7; i++) {
    const { status } = await new BrowserByHand().request(`${servie.url}/console/connexion/openid`);
    statuses.push(status);
  }
  assert.deepEqual(statuses, [303, 303, 303, 303, 303, 429, 429]);
});

const roles = new Map([
  ['l', 'lecteur'],
  ['g', 'gestionnaire'],
  ['a', 'approbateur'],
  ['deux mots', 'approbateur'],
] as const);
const claims: readonly (readonly [string, Record<string, unknown>, string, string | undefined])[] =
  [
    ['a text', { roles: 'g' }, 'roles', 'gestionnaire'],
    ['texts separated by spaces or commas', { roles: 'x, l g' }, 'roles', 'gestionnaire'],
    ['a text with a space', { roles: 'deux mots' }, 'roles', 'approbateur'],
    ['a list, the highest', { roles: ['l', 'a', 'g'] }, 'roles', 'approbateur'],
    ['a path', { realm_access: { roles: ['l'] } }, 'realm_access.roles', 'lecteur'],
    ['a name with dots', { 'https://chu.fr/roles': ['l'] }, 'https://chu.fr/roles', 'lecteur'],
    ['another case', { roles: ['A'] }, 'roles', undefined],
    ['none', {}, 'roles', undefined],
    ['none on the path', { realm_access: 'l' }, 'realm_access.roles', undefined],
    ['numbers and objects', { roles: [1, { g: 'g' }, null] }, 'roles', undefined],
    ['an object', { roles: { g: true } }, 'roles', undefined],
    ['what every object has', { roles: ['constructor'] }, 'constructor.name', undefined],
  ];
for (const [name, revendications, revendication, expected] of claims) {
  test(`roles of a claim: ${name}`, () => {
    assert.equal(roleDe(revendications, { revendication, roles }), expected);
  });
}
