// A professional signs in to /demande by Pro Santé Connect, over real HTTP, and everything that must not let anybody in.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { BrowserByHand, formOf, type Visit } from '../support/browser-by-hand.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startDemandeServer, type DemandeServer } from '../support/demande-server.js';
import { bacASable, camille, dominique } from '../support/identity-provider.js';

let db: TestDatabase;
let site: DemandeServer;
let clock = new Date();

before(async () => {
  db = await testDatabase();
  site = await startDemandeServer({ pool: db.pool, now: () => clock });
});
afterEach(() => {
  // On, so that one test's beginnings do not slow the next one's.
  clock = new Date(Math.max(clock.getTime(), Date.now()) + 60_000);
  site.lines.length = 0;
  for (const name of Object.keys(site.provider.faults)) {
    Reflect.deleteProperty(site.provider.faults, name);
  }
});
after(() => site.close());

const cookie = 'annuaire-demande';

/** Up to the address that the provider sends the browser back to, not asked yet. */
async function leave(
  browser: BrowserByHand,
  { suite = '', form }: { suite?: string; form?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const isBack = (location: string): boolean => location.startsWith(`${site.url}/demande/retour`);
  const page = await browser.follow(`${site.url}/demande/connexion/psc${suite}`, undefined, isBack);
  // The provider still knows him.
  if (page.location !== undefined) return page.location;
  const fields = form ?? { personne: camille.id };
  const back = await browser.follow(formOf(page).action, fields, isBack);
  assert.ok(back.location !== undefined && isBack(back.location), back.text);
  return back.location;
}

async function signIn(browser: BrowserByHand, suite = ''): Promise<Visit> {
  return browser.follow(await leave(browser, { suite }));
}

async function isIn(browser: BrowserByHand): Promise<boolean> {
  return (await browser.request(`${site.url}/demande/bals`)).status === 200;
}

test('he presses the button, comes back as himself, and his session has a new number', async () => {
  const browser = new BrowserByHand();
  const landing = await browser.follow(`${site.url}/demande/bals`);
  assert.match(landing.text, /S’identifier avec Pro Santé Connect/u);
  const back = await leave(browser);
  const before = browser.cookie(site.url, cookie);
  const page = await browser.follow(back);
  assert.equal(page.url, `${site.url}/demande/bals`);
  assert.match(page.text, /Camille EXEMPLE, 10000000017, par psc/u);
  assert.notEqual(browser.cookie(site.url, cookie), before);
  const old = new BrowserByHand();
  old.setCookie(site.url, cookie, before ?? '');
  assert.equal(await isIn(old), false, 'the number from before the sign-in opens nothing');
});

test('the sign-in and the sign-out are traced with who, from where and how', async () => {
  const browser = new BrowserByHand();
  const page = await signIn(browser);
  const { action, fields } = formOf(page, 'deconnexion');
  const left = await browser.request(action, fields);
  assert.equal(left.status, 303);
  const traces = await tracesOf('810000000017');
  assert.deepEqual(traces.slice(-2), [
    { action: 'connexion', issue: 'reussite', moyen: 'psc' },
    { action: 'deconnexion', issue: 'reussite', moyen: 'psc' },
  ]);
});

async function tracesOf(auteur: string): Promise<object[]> {
  const { rows } = await db.pool.query<object>(
    `select action, issue, requete::jsonb ->> 'moyen' as moyen from trace
     where auteur_id = $1::text order by sequence`,
    [auteur],
  );
  return rows;
}

test('leaving closes our session first, then the provider\u2019s, and comes back to a page that says so', async () => {
  const browser = new BrowserByHand();
  const page = await signIn(browser);
  const { action, fields } = formOf(page, 'deconnexion');
  const question = await browser.follow(action, fields);
  assert.ok(question.url.startsWith(site.provider.issuer), question.url);
  assert.equal(await isIn(browser), false);
  const confirm = formOf(question);
  const out = await browser.follow(confirm.action, { ...confirm.fields, logout: 'yes' });
  assert.match(out.text, /Vous êtes déconnecté/u);
  const again = await browser.follow(`${site.url}/demande/connexion/psc`);
  assert.match(again.text, /Qui voulez-vous être/u, 'the provider asks again');
});

test('leaving works when the provider is down', async () => {
  const browser = new BrowserByHand();
  const page = await signIn(browser);
  site.provider.faults.down = 'all';
  const { action, fields } = formOf(page, 'deconnexion');
  assert.equal((await browser.request(action, fields)).status, 303);
  assert.equal(await isIn(browser), false);
});

test('half an hour without a page, or four hours, end a session', async () => {
  const browser = new BrowserByHand();
  await signIn(browser);
  const start = clock.getTime();
  for (let minutes = 20; minutes <= 220; minutes += 20) {
    clock = new Date(start + minutes * 60_000);
    assert.equal(await isIn(browser), true, `${minutes} minutes`);
  }
  clock = new Date(start + 241 * 60_000);
  assert.equal(await isIn(browser), false);
  const idle = new BrowserByHand();
  await signIn(idle);
  clock = new Date(clock.getTime() + 31 * 60_000);
  assert.equal(await isIn(idle), false);
});

test('a return used twice lets nobody in a second time', async () => {
  const [browser, thief] = [new BrowserByHand(), new BrowserByHand()];
  const back = await leave(browser);
  const state = browser.cookie(site.url, cookie) ?? '';
  await browser.follow(back);
  thief.setCookie(site.url, cookie, state);
  const replayed = await thief.request(back);
  assert.equal(replayed.status, 400);
  assert.match(replayed.text, /Recommencer la connexion/u);
  assert.equal(await isIn(thief), false);
  const same = await browser.follow(back);
  assert.equal(
    same.url,
    `${site.url}/demande/bals`,
    'the « back » of his own browser does no harm',
  );
});

test('of two identical returns at once, one goes in and the other is told to begin again', async () => {
  const browser = new BrowserByHand();
  const back = await leave(browser);
  const state = browser.cookie(site.url, cookie) ?? '';
  const twins = [new BrowserByHand(), new BrowserByHand()];
  for (const twin of twins) twin.setCookie(site.url, cookie, state);
  const exchanges = (): number =>
    site.provider.asked.filter((path) => path.endsWith('/token')).length;
  const before = exchanges();
  const statuses = await Promise.all(twins.map(async (twin) => (await twin.request(back)).status));
  assert.deepEqual(statuses.sort(), [303, 400]);
  assert.equal(exchanges() - before, 1, 'the other is stopped by us, not by the provider');
});

test('the return of another browser lets nobody in: neither with a session of its own, nor without', async () => {
  const [attacker, victim, fresh] = [new BrowserByHand(), new BrowserByHand(), new BrowserByHand()];
  const back = await leave(attacker, { form: { personne: dominique.id } });
  await leave(victim);
  for (const other of [victim, fresh]) {
    const answer = await other.request(back);
    assert.equal(answer.status, 400);
    assert.match(answer.text, /autre fenêtre ou un autre appareil/u);
    assert.equal(await isIn(other), false);
  }
});

test('a session number chosen by somebody else is not the one of the sign-in', async () => {
  const planted = 'A'.repeat(43);
  const victim = new BrowserByHand();
  victim.setCookie(site.url, cookie, planted);
  await signIn(victim);
  assert.equal(await isIn(victim), true);
  const attacker = new BrowserByHand();
  attacker.setCookie(site.url, cookie, planted);
  assert.equal(await isIn(attacker), false);
  assert.notEqual(victim.cookie(site.url, cookie), planted);
});

test('two tabs that began both come back', async () => {
  const browser = new BrowserByHand();
  const first = await leave(browser);
  const second = await leave(browser);
  assert.equal((await browser.request(first)).status, 303);
  assert.equal((await browser.request(second)).status, 303, 'he is in: sent to his page');
});

test('a browser that begins again and again keeps the last five beginnings', async () => {
  const browser = new BrowserByHand();
  const backs: string[] = [];
  for (let count = 0; count < 6; count += 1) {
    clock = new Date(clock.getTime() + 1_000);
    backs.push(await leave(browser));
  }
  const [oldest = '', ...others] = backs;
  assert.equal((await browser.request(oldest)).status, 400);
  assert.equal((await browser.request(others[0] ?? '')).status, 303);
});

const forged: [name: string, query: (back: URL) => void, status: number][] = [
  ['without a code', ({ searchParams }) => searchParams.delete('code'), 502],
  ['with a code of his own', ({ searchParams }) => searchParams.set('code', 'invente'), 400],
  ['with another issuer', ({ searchParams }) => searchParams.set('iss', 'https://x.example'), 502],
  ['without an issuer', ({ searchParams }) => searchParams.delete('iss'), 502],
  ['with two states', ({ searchParams }) => searchParams.append('state', 'y'), 400],
  ['with another state', ({ searchParams }) => searchParams.set('state', 'x'.repeat(43)), 400],
  ['with the name of an object', ({ searchParams }) => searchParams.set('state', '__proto__'), 400],
  [
    'with a state of 8,000 signs',
    ({ searchParams }) => searchParams.set('state', 'x'.repeat(8_000)),
    400,
  ],
];
for (const [name, change, status] of forged) {
  test(`a return forged ${name} lets nobody in`, async () => {
    const browser = new BrowserByHand();
    const back = new URL(await leave(browser));
    change(back);
    const answer = await browser.request(back.href);
    assert.equal(answer.status, status, answer.text);
    assert.equal(await isIn(browser), false);
    assert.match(answer.text, /Recommencer la connexion/u);
  });
}

test('nothing of a forged return is repeated on the page or in the journal', async () => {
  const browser = new BrowserByHand();
  const back = new URL(await leave(browser));
  back.searchParams.delete('code');
  back.searchParams.set('error', '<script>alert(1)</script>');
  back.searchParams.set('error_description', 'ecrivez-nous au 08 99');
  const answer = await browser.request(back.href);
  assert.doesNotMatch(answer.text, /<script|alert\(|08 99/u);
  assert.doesNotMatch(site.lines.join('\n'), /[<>]|08 99/u);
});

test('a return that nobody began writes nothing: neither line, nor trace, nor session', async () => {
  const counts = async (): Promise<unknown> =>
    (
      await db.pool.query(
        `select (select count(*) from trace) as traces, (select count(*) from session_web) as sessions`,
      )
    ).rows[0];
  const before = await counts();
  for (let count = 0; count < 5; count += 1) {
    const answer = await new BrowserByHand().request(`${site.url}/demande/retour?state=x&code=y`);
    assert.equal(answer.status, 400);
  }
  assert.deepEqual(await counts(), before);
  assert.deepEqual(site.lines, []);
});

const suites: [suite: string, arrival: string][] = [
  ['/demande/suivi/12', '/demande/suivi/12'],
  ['https://ailleurs.example/', '/demande/bals'],
  ['//ailleurs.example/demande', '/demande/bals'],
  ['/demande/../../ailleurs', '/demande/bals'],
  ['/demande/\\ailleurs.example', '/demande/bals'],
  ['/demande\r\nset-cookie: x=y', '/demande/bals'],
  ['javascript:alert(1)', '/demande/bals'],
  ['/console', '/demande/bals'],
  ['/demande/connexion/psc', '/demande/bals'],
  ['/demande/retour?state=x', '/demande/bals'],
];
for (const [suite, arrival] of suites) {
  test(`« ${suite.replace(/[\r\n]/gu, ' ')} » asked before the sign-in leads to ${arrival}`, async () => {
    const browser = new BrowserByHand();
    const back = await leave(browser, { suite: `?suite=${encodeURIComponent(suite)}` });
    const entered = await browser.request(back);
    assert.equal(entered.location, site.url + arrival);
    // Also once in, by the page itself.
    const chosen = await browser.request(
      `${site.url}/demande/connexion?suite=${encodeURIComponent(suite)}`,
    );
    assert.equal(chosen.location, site.url + arrival);
  });
}

test('a return after more than ten minutes asks to begin again', async () => {
  const browser = new BrowserByHand();
  const back = await leave(browser);
  clock = new Date(clock.getTime() + 601_000);
  const answer = await browser.request(back);
  assert.equal(answer.status, 400);
  assert.match(answer.text, /Trop de temps a passé/u);
});

test('the provider down at the start: a page that says so, in the journal too, and nothing kept', async () => {
  const lonely = await startDemandeServer({ pool: db.pool });
  try {
    lonely.provider.faults.down = 'all';
    const browser = new BrowserByHand();
    const answer = await browser.request(
      `${lonely.url}/demande/connexion/psc?suite=/demande/suivi`,
    );
    assert.equal(answer.status, 503);
    assert.match(answer.text, /Pro Santé Connect ne répond pas/u);
    assert.match(answer.text, /suite=%2Fdemande%2Fsuivi/u, 'where he was going is not lost');
    assert.match(lonely.lines.join('\n'), /coupée/u);
  } finally {
    await lonely.close();
  }
});

const midway = [
  ['down at the exchange', { down: 'token' }, 503],
  ['down at userinfo', { down: 'userinfo' }, 503],
  ['telling of somebody else', { userinfo: { sub: dominique.sub } }, 502],
  ['not sure of who it is', { idToken: { acr: 'eidas0' } }, 403],
  ['giving another nonce', { idToken: { nonce: 'x' } }, 502],
] as const;
for (const [name, faults, status] of midway) {
  test(`the provider ${name}: a clear page, nobody in, and the next try goes through`, async () => {
    const browser = new BrowserByHand();
    const back = await leave(browser);
    Object.assign(site.provider.faults, faults);
    const answer = await browser.request(back);
    assert.equal(answer.status, status);
    assert.match(answer.text, /Recommencer la connexion/u);
    assert.equal(await isIn(browser), false);
    assert.equal(site.lines.length, 1);
    for (const fault of Object.keys(faults)) Reflect.deleteProperty(site.provider.faults, fault);
    const page = await browser.follow(`${site.url}/demande/connexion/psc`);
    assert.equal(page.url, `${site.url}/demande/bals`, 'the provider still knows him');
  });
}

test('who gives up at the provider is told so, and may begin again', async () => {
  const browser = new BrowserByHand();
  const answer = await browser.request(await leave(browser, { form: { annuler: 'oui' } }));
  assert.equal(answer.status, 200);
  assert.match(answer.text, /Connexion annulée/u);
});

test('a sandbox identity is refused with the way out of it', async () => {
  const browser = new BrowserByHand();
  const answer = await browser.request(await leave(browser, { form: { personne: bacASable.id } }));
  assert.equal(answer.status, 403);
  assert.match(answer.text, /identité d’essai/u);
  assert.match(answer.text, /Se déconnecter de Pro Santé Connect/u);
  assert.equal(await isIn(browser), false);
  assert.deepEqual((await tracesOf(bacASable.sub)).at(-1), {
    action: 'connexion.refus',
    issue: 'refus',
    moyen: 'psc',
  });
});

test('a flood of beginnings from one address is slowed', async () => {
  const statuses = await Promise.all(
    Array.from({ length: 30 }, async () => {
      const answer = await new BrowserByHand().request(`${site.url}/demande/connexion/psc`);
      return answer.status;
    }),
  );
  assert.ok(statuses.includes(429));
});
