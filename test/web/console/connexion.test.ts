// The sign-in of the console over the real server: both steps, activation, sessions, and what attackers try.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { disableCompte, resetCompte, setRole } from '../../../src/store/compte.js';
import {
  creerCompte,
  motDePasse,
  seConnecter,
  servirConsole,
  type CompteEssai,
  type ConsoleServie,
} from '../../support/console-servie.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { jetonDe, Navigateur } from '../../support/navigateur.js';

const debut = new Date('2026-11-23T09:00:10Z');
let now = debut;
let database: TestDatabase;
let servie: ConsoleServie;

before(async () => {
  database = await testDatabase();
  servie = await servirConsole(database, () => now);
});
after(() => servie.stop());
beforeEach(async () => {
  now = debut;
  await database.pool.query('truncate essai_connexion, session_web');
});

function plus(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1_000);
}

let count = 0;
function compte(role: 'lecteur' | 'gestionnaire' | 'approbateur' = 'lecteur', aActiver = false) {
  return creerCompte(database.pool, { nom: `compte-${(count += 1)}`, role, aActiver }, debut);
}

/** Whose first code was given already. */
async function connu(): Promise<CompteEssai> {
  const made = await compte();
  await database.pool.query('update compte set totp_confirme_le = $2 where id = $1', [
    made.compte.id,
    debut,
  ]);
  return made;
}

async function actions(): Promise<string[]> {
  const { rows } = await database.pool.query<{ action: string }>(
    'select action from trace order by sequence',
  );
  return rows.map(({ action }) => action);
}

test('name, password and code: a session under a new token, with the flags of a cookie that nobody else reads', async () => {
  const made = await connu();
  const navigateur = new Navigateur(servie.url);
  await navigateur.get('/console/connexion');
  const anonymous = navigateur.cookies.get('annuaire-console');
  const first = await navigateur.poster(
    '/console/connexion?suite=%2Fconsole%2Fcompte',
    '/console/connexion',
    { nom: made.compte.nom, motDePasse, suite: '/console/compte' },
  );
  assert.equal(first.status, 303);
  const pending = navigateur.cookies.get('annuaire-console');
  assert.notEqual(pending, anonymous);
  assert.equal((await navigateur.get('/console/compte')).status, 303, 'not signed in by half');
  const page = await navigateur.get('/console/connexion/code');
  const second = await navigateur.post('/console/connexion/code', {
    jeton: jetonDe(page.texte),
    code: made.codeAt(now),
  });
  assert.equal(second.vers, '/console/compte');
  const [cookie = ''] = second.headers.getSetCookie();
  assert.match(cookie, /^annuaire-console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/u);
  const mine = await navigateur.get('/console/compte');
  assert.equal(mine.status, 200);
  assert.match(mine.texte, new RegExp(made.compte.nom, 'u'));
  for (const old of [anonymous, pending]) {
    const thief = new Navigateur(servie.url);
    thief.cookies.set('annuaire-console', old ?? '');
    assert.equal((await thief.get('/console/compte')).status, 303);
  }
});

test('the first sign-in shows recovery codes once; one of them signs in once', async () => {
  const made = await compte();
  const { reponse, navigateur } = await seConnecter(servie.url, made, now);
  assert.equal(reponse.status, 200);
  const codes = [...reponse.texte.matchAll(/<code>([a-z2-7-]{19})<\/code>/gu)].map(([, c]) => c);
  assert.equal(codes.length, 10);
  assert.equal(reponse.headers.get('cache-control'), 'no-store');
  assert.match((await navigateur.get('/console/compte')).texte, /Il vous en reste 10/u);
  const { rows } = await database.pool.query<{ donnees: unknown }>(
    'select donnees from session_web',
  );
  assert.ok(!JSON.stringify(rows).includes(codes[0] ?? ''), 'kept nowhere');
  for (const status of [303, 403]) {
    const other = new Navigateur(servie.url);
    const connexion = '/console/connexion';
    await other.poster(connexion, connexion, { nom: made.compte.nom, motDePasse });
    const answer = await other.poster(`${connexion}/code`, `${connexion}/code`, {
      code: codes[0] ?? '',
    });
    assert.equal(answer.status, status);
  }
});

test('an account and a name that is none get the same answer, byte for byte but the name', async () => {
  const made = await connu();
  const seen = new Set<string>();
  for (const nom of [made.compte.nom, 'nul-ne-le-porte', "' or 1=1 --"]) {
    const navigateur = new Navigateur(servie.url);
    const answers: string[] = [];
    for (let i = 0; i < 6; i++) {
      const { status, texte } = await navigateur.poster(
        '/console/connexion',
        '/console/connexion',
        {
          nom,
          motDePasse: 'pas celui-ci du tout',
        },
      );
      const escaped = nom.replaceAll("'", '&#39;');
      answers.push(
        `${status} ${texte.replaceAll(jetonDe(texte), '').replaceAll(`value="${escaped}"`, '')}`,
      );
    }
    assert.ok(answers[0]?.startsWith('403'));
    assert.ok(answers[5]?.startsWith('429'));
    seen.add(answers.join('\n'));
  }
  assert.equal(seen.size, 1);
});

test('attempts at the same moment: five are looked at, whatever the browser', async () => {
  const made = await connu();
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const navigateur = new Navigateur(servie.url);
      const form = { nom: made.compte.nom, motDePasse: `faux numéro ${i}` };
      return (await navigateur.poster('/console/connexion', '/console/connexion', form)).status;
    }),
  );
  assert.equal(answers.filter((status) => status === 403).length, 5);
  assert.equal(answers.filter((status) => status === 429).length, 15);
});

test('one code given twice at the same moment signs one in', async () => {
  const made = await connu();
  const browsers = [1, 2, 3].map(() => new Navigateur(servie.url));
  for (const navigateur of browsers) {
    await navigateur.poster('/console/connexion', '/console/connexion', {
      nom: made.compte.nom,
      motDePasse,
    });
  }
  const jetons = await Promise.all(
    browsers.map(async (navigateur) =>
      jetonDe((await navigateur.get('/console/connexion/code')).texte),
    ),
  );
  const answers = await Promise.all(
    browsers.map((navigateur, i) =>
      navigateur.post('/console/connexion/code', {
        jeton: jetons[i] ?? '',
        code: made.codeAt(now),
      }),
    ),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 403, 403]);
});

test('the code must follow within five minutes, and the account must not have changed', async () => {
  const made = await connu();
  const connexion = '/console/connexion';
  const half = async (): Promise<Navigateur> => {
    const navigateur = new Navigateur(servie.url);
    await navigateur.poster(connexion, connexion, { nom: made.compte.nom, motDePasse });
    return navigateur;
  };
  const late = await half();
  const { texte } = await late.get(`${connexion}/code`);
  now = plus(301);
  const expired = await late.post(`${connexion}/code`, {
    jeton: jetonDe(texte),
    code: made.codeAt(now),
  });
  assert.equal(expired.vers, connexion);
  assert.match((await late.get(connexion)).texte, /Trop de temps est passé/u);
  const changed = await half();
  await setRole(database.pool, made.compte.nom, 'approbateur');
  const answer = await changed.poster(`${connexion}/code`, `${connexion}/code`, {
    code: made.codeAt(now),
  });
  assert.equal(answer.vers, connexion);
});

test('a session planted in somebody’s browser is never the one that he signs in to', async () => {
  const made = await connu();
  const victim = new Navigateur(servie.url);
  const planted = 'A'.repeat(43);
  victim.cookies.set('annuaire-console', planted);
  await seConnecter(servie.url, made, now, victim);
  const attacker = new Navigateur(servie.url);
  attacker.cookies.set('annuaire-console', planted);
  assert.equal((await victim.get('/console/compte')).status, 200);
  assert.equal((await attacker.get('/console/compte')).status, 303);
});

const suites: readonly (readonly [string, string])[] = [
  ['/console/compte', '/console/compte'],
  ['/console/constats?etat=ouvert&page=2', '/console/constats?etat=ouvert&page=2'],
  ['https://voleur.example/console', '/console'],
  ['//voleur.example/console', '/console'],
  ['/\\voleur.example', '/console'],
  ['/console\\@voleur.example', '/console'],
  ['/console/../demande', '/console'],
  ['/console/%2e%2e/demande', '/console'],
  ['/consoleur', '/console'],
  ['javascript:alert(1)', '/console'],
  ['/console\r\nset-cookie: x=1', '/console'],
  ['/console/connexion', '/console'],
  ['/console/deconnexion', '/console'],
  ['', '/console'],
];

test('after the sign-in, only a page of the console is next', async () => {
  const made = await connu();
  for (const [suite, expected] of suites) {
    now = plus(60);
    const navigateur = new Navigateur(servie.url);
    const connexion = '/console/connexion';
    const page = await navigateur.get(`${connexion}?suite=${encodeURIComponent(suite)}`);
    const [, shown] = /name="suite" value="([^"]*)"/u.exec(page.texte) ?? [];
    assert.equal(shown?.replaceAll('&amp;', '&'), expected, suite);
    await navigateur.post(connexion, {
      jeton: jetonDe(page.texte),
      nom: made.compte.nom,
      motDePasse,
      suite,
    });
    const answer = await navigateur.poster(`${connexion}/code`, `${connexion}/code`, {
      code: made.codeAt(now),
    });
    assert.equal(answer.vers, expected, suite);
    // Signed in already: the same holds.
    const again = await navigateur.get(`${connexion}?suite=${encodeURIComponent(suite)}`);
    assert.equal(again.vers, expected, suite);
  }
});

test('a session ends when it is idle, and whatever is done with it', async () => {
  const made = await connu();
  const { navigateur } = await seConnecter(servie.url, made, now);
  const opened = now;
  for (let minutes = 25; minutes < 600; minutes += 25) {
    now = new Date(opened.getTime() + minutes * 60_000);
    assert.equal((await navigateur.get('/console/compte')).status, 200, `${minutes} minutes`);
  }
  now = new Date(opened.getTime() + 600 * 60_000);
  assert.equal((await navigateur.get('/console/compte')).status, 303);
  const other = await seConnecter(servie.url, made, now);
  now = plus(31 * 60);
  assert.equal((await other.navigateur.get('/console/compte')).status, 303);
});

test('a role changed, an account disabled or begun anew end its sessions at the next request', async () => {
  const changes: ((nom: string) => Promise<unknown>)[] = [
    (nom) => setRole(database.pool, nom, 'gestionnaire'),
    (nom) => disableCompte(database.pool, nom, 'essai', now),
    (nom) =>
      resetCompte(
        database.pool,
        nom,
        {
          totpSecret: Buffer.alloc(48),
          ouverture: { kind: 'activation', empreinte: Buffer.alloc(32, 3), expireLe: plus(9) },
        },
        now,
      ),
  ];
  for (const change of changes) {
    const made = await connu();
    const { navigateur } = await seConnecter(servie.url, made, now);
    const { texte } = await navigateur.get('/console/compte');
    await change(made.compte.nom);
    assert.equal((await navigateur.get('/console/compte')).status, 303);
    const form = await navigateur.post('/console/compte/sessions', {
      jeton: jetonDe(texte),
      session: 'autres',
    });
    assert.equal(form.status, 403);
  }
});

test('one sees one’s sessions, ends the others, and never somebody else’s', async () => {
  const made = await connu();
  const stranger = await connu();
  const here = await seConnecter(servie.url, made, now);
  now = plus(60);
  const there = await seConnecter(servie.url, made, now);
  const elsewhere = await seConnecter(servie.url, stranger, now);
  const page = (await here.navigateur.get('/console/compte')).texte;
  const numeros = [...page.matchAll(/name="session" value="([0-9a-f]{64})"/gu)].map(([, n]) => n);
  assert.equal(numeros.length, 1);
  const { rows } = await database.pool.query<{ empreinte: Buffer }>(
    'select empreinte from session_web where titulaire = $1',
    [`compte:${stranger.compte.id}`],
  );
  const attack = await here.navigateur.post('/console/compte/sessions', {
    jeton: jetonDe(page),
    session: rows[0]?.empreinte.toString('hex') ?? '',
  });
  assert.equal(attack.status, 303);
  assert.equal((await elsewhere.navigateur.get('/console/compte')).status, 200);
  await here.navigateur.post('/console/compte/sessions', {
    jeton: jetonDe(page),
    session: numeros[0] ?? '',
  });
  assert.equal((await there.navigateur.get('/console/compte')).status, 303);
  assert.match(
    (await here.navigateur.get('/console/compte')).texte,
    /Ces sessions sont terminées/u,
  );
  now = plus(60);
  const again = await seConnecter(servie.url, made, now);
  await here.navigateur.post('/console/compte/sessions', {
    jeton: jetonDe(page),
    session: 'autres',
  });
  assert.equal((await again.navigateur.get('/console/compte')).status, 303);
  assert.equal((await here.navigateur.get('/console/compte')).status, 200);
  assert.equal((await elsewhere.navigateur.get('/console/compte')).status, 200);
});

test('leaving ends the session, also for whoever copied its cookie', async () => {
  const made = await connu();
  const { navigateur } = await seConnecter(servie.url, made, now);
  const copy = new Navigateur(servie.url);
  copy.cookies.set('annuaire-console', navigateur.cookies.get('annuaire-console') ?? '');
  const left = await navigateur.poster('/console/compte', '/console/deconnexion', {});
  assert.equal(left.vers, '/console/connexion');
  assert.equal((await copy.get('/console/compte')).status, 303);
});

test('an activation link: weak passwords and wrong codes are told, then it serves once', async () => {
  const made = await compte('gestionnaire', true);
  const lien = `/console/activation/${made.codeActivation ?? ''}`;
  const navigateur = new Navigateur(servie.url);
  const given = await navigateur.poster('/console/activation', '/console/activation', {
    activation: ` ${made.codeActivation ?? ''} `,
  });
  assert.equal(given.vers, lien);
  const page = await navigateur.get(lien);
  assert.match(page.texte, /<img src="data:image\/png;base64,/u);
  assert.match(page.texte, /(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}/u);
  const code = made.codeAt(now);
  const refused: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ motDePasse: 'court', confirmation: 'court', code }, /Au moins 12 caractères sont/u],
    [{ motDePasse, confirmation: `${motDePasse}.`, code }, /Les deux saisies diffèrent/u],
    [{ motDePasse, confirmation: motDePasse, code: '000000' }, /pas celui de l’application/u],
    [{}, /2 points sont à corriger/u],
  ];
  for (const [champs, message] of refused) {
    const answer = await navigateur.poster(lien, lien, champs);
    assert.equal(answer.status, 400);
    assert.match(answer.texte, message);
    assert.ok(!answer.texte.includes(motDePasse));
  }
  const good = { motDePasse, confirmation: motDePasse, code };
  const done = await navigateur.poster(lien, lien, good);
  assert.equal(done.status, 200);
  assert.match(done.texte, /<code>[a-z2-7-]{19}<\/code>/u);
  assert.equal((await navigateur.get('/console/compte')).status, 200);
  assert.equal((await new Navigateur(servie.url).get(lien)).status, 410);
  const replay = await seConnecter(servie.url, made, now);
  assert.equal(replay.reponse.status, 403, 'the code of the activation is used up');

  // Both refusals are traced, the wrong code of the application under its account; the one that serves is no refusal.
  now = plus(61);
  assert.equal((await new Navigateur(servie.url).get(lien)).status, 410);
  assert.equal((await new Navigateur(servie.url).get(lien)).status, 410);
  const { rows } = await database.pool.query<{ auteur: string; requete: string }>(
    `select coalesce(auteur_nom, auteur_id) as auteur, requete from trace
     where action = 'connexion.refus' and requete::jsonb ->> 'moyen' = 'activation'
       and (auteur_nom = $1 or at >= $2) order by sequence`,
    [made.compte.nom, now],
  );
  assert.deepEqual(
    rows.map(({ auteur, requete }) => [auteur, (JSON.parse(requete) as { motif: string }).motif]),
    [
      [made.compte.nom, 'code de l’application faux'],
      ['inconnu', 'code inconnu ou périmé'],
    ],
    'one a minute for each',
  );
  assert.ok(!JSON.stringify(rows).includes(made.codeActivation ?? '?'));
});

test('new recovery codes against a code of the application only', async () => {
  const made = await connu();
  const { navigateur } = await seConnecter(servie.url, made, now);
  const wrong = await navigateur.poster('/console/compte', '/console/compte/secours', {
    code: '123456',
  });
  assert.equal(wrong.status, 403);
  now = plus(60);
  const good = await navigateur.poster('/console/compte', '/console/compte/secours', {
    code: made.codeAt(now),
  });
  assert.equal([...good.texte.matchAll(/<code>/gu)].length, 10);
});

test('each step leaves its trace, never a name that is nobody’s nor a secret', async () => {
  const before = (await actions()).length;
  const made = await connu();
  const connexion = '/console/connexion';
  for (const nom of ['mon mot de passe ici', made.compte.nom]) {
    await new Navigateur(servie.url).poster(connexion, connexion, { nom, motDePasse: 'faux' });
  }
  const { navigateur } = await seConnecter(servie.url, made, now);
  await navigateur.poster('/console/compte', '/console/deconnexion', {});
  for (let i = 0; i < 7; i++) {
    await new Navigateur(servie.url).poster(connexion, connexion, {
      nom: made.compte.nom,
      motDePasse: 'faux',
    });
  }
  assert.deepEqual((await actions()).slice(before), [
    'connexion.refus',
    'connexion.refus',
    'connexion',
    'deconnexion',
    ...Array<string>(4).fill('connexion.refus'),
    'compte.verrouillage',
  ]);
  const traces = JSON.stringify((await database.pool.query('select * from trace')).rows);
  assert.doesNotMatch(traces, /mon mot de passe ici|quatre mots/u);
});

test('a console without local accounts has no form for them', async () => {
  const made = await connu();
  const { navigateur } = await seConnecter(servie.url, made, now);
  const other = await servirConsole(database, () => now, 'console: { comptesLocaux: false }\n');
  try {
    const page = await new Navigateur(other.url).get('/console/connexion');
    assert.match(page.texte, /Aucun moyen de connexion/u);
    const session = new Navigateur(other.url);
    session.cookies.set('annuaire-console', navigateur.cookies.get('annuaire-console') ?? '');
    assert.equal((await session.get('/console/compte')).status, 303);
    const closed = await servirConsole(database, () => now, 'console: { actif: false }\n');
    assert.equal((await new Navigateur(closed.url).get('/console/connexion')).status, 404);
    await closed.stop();
  } finally {
    await other.stop();
  }
});
