// The relying party against a real provider over HTTP: what lets somebody in, and all that does not.
import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { commencer, type EtatConnexion } from '../../src/web/connexion/commencer.js';
import { Fournisseur } from '../../src/web/connexion/fournisseur.js';
import { adresseDeDeconnexion } from '../../src/web/connexion/quitter.js';
import type { FournisseurSettings } from '../../src/web/connexion/settings.js';
import { terminer, type Arrivee } from '../../src/web/connexion/terminer.js';
import { BrowserByHand, formOf } from '../support/browser-by-hand.js';
import {
  bacASable,
  camille,
  clientId,
  clientSecret,
  dominique,
  gestionnaire,
  startTestIdentityProvider,
  type FaultyIdentityProvider,
  type IdentityFaults,
} from '../support/identity-provider.js';

const retour = 'http://127.0.0.1:9/demande/retour';
const sortie = 'http://127.0.0.1:9/demande';
/** Tokens are dated by the provider's own clock. */
const now = new Date();

let provider: FaultyIdentityProvider;
let opened: Fournisseur[] = [];

before(async () => {
  provider = await startTestIdentityProvider({
    redirectUris: [retour],
    postLogoutRedirectUris: [sortie],
  });
});
afterEach(async () => {
  for (const name of Object.keys(provider.faults)) Reflect.deleteProperty(provider.faults, name);
  await Promise.all(opened.map((fournisseur) => fournisseur.close()));
  opened = [];
});
after(() => provider.close());

function open(more: Partial<FournisseurSettings> = {}): Fournisseur {
  const fournisseur = new Fournisseur({
    nom: 'Pro Santé Connect',
    reglage: 'professionnels.psc',
    decouverte: new URL(provider.discovery),
    emetteur: provider.issuer,
    clientId,
    methode: { genre: 'basic', secret: clientSecret },
    portees: 'openid scope_all',
    acrDemandes: ['eidas1'],
    acrAcceptes: new Set(['eidas1', 'eidas2']),
    adresseRetour: new URL(retour),
    adresseApresDeconnexion: new URL(sortie),
    connexionMs: 5_000,
    reponseMs: 10_000,
    reponseOctetsMax: 65_536,
    decouverteFraicheMs: 3_600_000,
    proxy: undefined,
    ca: [],
    ...more,
  });
  opened.push(fournisseur);
  return fournisseur;
}

type Trip = { readonly etat: EtatConnexion; readonly parametres: URLSearchParams };

/** From our page to the provider's and back, up to the address that the browser would ask of us. */
async function travel(
  fournisseur: Fournisseur,
  form: Readonly<Record<string, string>> = { personne: camille.id },
): Promise<Trip> {
  const depart = await commencer(fournisseur, now);
  assert.ok(depart.kind === 'parti');
  const browser = new BrowserByHand();
  const page = await browser.follow(depart.url);
  const back = await browser.follow(formOf(page).action, form, (location) =>
    location.startsWith(retour),
  );
  return { etat: depart.etat, parametres: new URL(back.location ?? '').searchParams };
}

async function arrive(
  fournisseur: Fournisseur,
  { etat, parametres }: Trip,
  at = now,
): Promise<Arrivee> {
  return terminer(fournisseur, { parametres, attendu: etat }, at);
}

function motifOf(arrivee: Arrivee): string {
  return arrivee.kind === 'refuse' ? arrivee.motif : arrivee.kind;
}

test('a professional comes in with what userinfo says of him, and may leave the provider', async () => {
  const fournisseur = open();
  const arrivee = await arrive(fournisseur, await travel(fournisseur));
  assert.ok(arrivee.kind === 'connecte');
  const { identite } = arrivee;
  assert.equal(identite.emetteur, provider.issuer);
  assert.equal(identite.sujet, camille.sub);
  assert.equal(identite.acr, 'eidas1');
  assert.equal(identite.revendications['SubjectNameID'], '810000000017');
  const url = await adresseDeDeconnexion(fournisseur, identite.jetonIdentite, now);
  const left = new URL(url ?? '');
  assert.equal(left.searchParams.get('post_logout_redirect_uri'), sortie);
  assert.equal(left.searchParams.get('id_token_hint'), identite.jetonIdentite);
});

test('the request asks for a code with PKCE S256, a nonce, a state and the level of the settings', async () => {
  const depart = await commencer(open(), now);
  assert.ok(depart.kind === 'parti');
  const asked = Object.fromEntries(new URL(depart.url).searchParams);
  assert.equal(asked['response_type'], 'code');
  assert.equal(asked['code_challenge_method'], 'S256');
  assert.equal(asked['scope'], 'openid scope_all');
  assert.equal(asked['acr_values'], 'eidas1');
  assert.equal(asked['state'], depart.etat.etat);
  assert.equal(asked['nonce'], depart.etat.nonce);
  assert.equal(asked['redirect_uri'], retour);
  assert.ok(!depart.url.includes(depart.etat.verifieur));
});

test('a card holder, whose level is eidas2, comes in like the others', async () => {
  const fournisseur = open();
  const trip = await travel(fournisseur, { personne: dominique.id });
  const arrivee = await arrive(fournisseur, trip);
  assert.ok(arrivee.kind === 'connecte');
  assert.equal(arrivee.identite.acr, 'eidas2');
});

test('a sandbox identity is told as it is: whether it is enough is for the caller', async () => {
  const fournisseur = open();
  const arrivee = await arrive(fournisseur, await travel(fournisseur, { personne: bacASable.id }));
  assert.ok(arrivee.kind === 'connecte');
  assert.equal(arrivee.identite.revendications['SubjectNameID'], 'ANS20210107161422');
});

test('the console has roles in the claims, and no level unless it asks for one', async () => {
  const fournisseur = open({
    portees: 'openid profile',
    acrDemandes: [],
    acrAcceptes: undefined,
  });
  const trip = await travel(fournisseur, { personne: gestionnaire.id });
  const arrivee = await arrive(fournisseur, trip);
  assert.ok(arrivee.kind === 'connecte');
  assert.deepEqual(arrivee.identite.revendications['roles'], ['annuaire-gestion']);
});

test('each way of proving who the client is works', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'cle-1', use: 'sig', alg: 'ES256' };
  const cases = [
    {
      methode: { genre: 'post', secret: clientSecret },
      client: { token_endpoint_auth_method: 'client_secret_post' },
    },
    {
      methode: { genre: 'jwt', cle: createPrivateKey(pem), algorithme: 'ES256', kid: 'cle-1' },
      client: {
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [jwk] },
        client_secret: undefined,
      },
    },
  ] as const;
  for (const { methode, client } of cases) {
    const other = await startTestIdentityProvider({ redirectUris: [retour], client });
    t.after(() => other.close());
    const fournisseur = open({
      methode,
      decouverte: new URL(other.discovery),
      emetteur: other.issuer,
    });
    const arrivee = await arrive(fournisseur, await travel(fournisseur));
    assert.equal(arrivee.kind, 'connecte', JSON.stringify(arrivee));
  }
});

const otherSub = { sub: dominique.sub };
const refusals: [name: string, faults: IdentityFaults, motif: string][] = [
  ['userinfo of somebody else', { userinfo: otherSub }, 'sujet'],
  ['a level that is not accepted', { idToken: { acr: 'eidas0' } }, 'niveau'],
  ['no level at all', { idToken: { acr: undefined } }, 'niveau'],
  ['another nonce', { idToken: { nonce: 'celui-d-un-autre' } }, 'reponse'],
  ['a token of another issuer', { idToken: { iss: 'https://ailleurs.example' } }, 'reponse'],
  ['a token for another client', { idToken: { aud: 'un-autre' } }, 'reponse'],
  ['a token out of date', { idToken: { exp: 1_700_000_000 } }, 'reponse'],
  ['a token whose signature does not hold', { isForged: true }, 'reponse'],
  [
    'an access token that userinfo does not accept any more',
    { status: { place: 'userinfo', status: 401 } },
    'reponse',
  ],
  [
    'a code that is refused',
    { status: { place: 'token', status: 400, body: '{"error":"invalid_grant"}' } },
    'code',
  ],
  [
    'a client that is refused',
    { status: { place: 'token', status: 401, body: '{"error":"invalid_client"}' } },
    'indisponible',
  ],
  ['a cut at the token endpoint', { down: 'token' }, 'indisponible'],
  ['a cut at userinfo', { down: 'userinfo' }, 'indisponible'],
  ['a cut at the keys', { down: 'jwks' }, 'indisponible'],
  ['a failure of the token endpoint', { status: { place: 'token', status: 503 } }, 'indisponible'],
  ['a failure of userinfo', { status: { place: 'userinfo', status: 500 } }, 'indisponible'],
  [
    'a token answer that is no JSON',
    { status: { place: 'token', status: 200, body: '<html>' } },
    'indisponible',
  ],
  ['an answer without end', { endless: 'userinfo' }, 'indisponible'],
];
for (const [name, faults, motif] of refusals) {
  test(`nobody comes in on ${name}`, async () => {
    const fournisseur = open();
    const trip = await travel(fournisseur);
    Object.assign(provider.faults, faults);
    const arrivee = await arrive(fournisseur, trip);
    assert.equal(motifOf(arrivee), motif, JSON.stringify(arrivee));
    assert.ok(arrivee.kind !== 'connecte' && arrivee.detail.length > 10);
  });
}

test('a provider that keeps silent is given up within the time of the settings', async () => {
  for (const place of ['token', 'userinfo'] as const) {
    const fournisseur = open();
    const trip = await travel(fournisseur);
    const hurried = open({ reponseMs: 200 });
    await hurried.configuration(now).catch(() => undefined);
    provider.faults.silent = place;
    const arrivee = await arrive(hurried, trip);
    assert.equal(arrivee.kind, 'indisponible', JSON.stringify(arrivee));
    provider.faults.silent = undefined;
  }
});

test('an expired, unknown, foreign or doubled state is refused before anything is asked', async () => {
  const fournisseur = open();
  const trip = await travel(fournisseur);
  const other = await commencer(fournisseur, now);
  assert.ok(other.kind === 'parti');
  const asked = provider.asked.length;
  const doubled = new URLSearchParams(trip.parametres);
  doubled.append('state', 'deux');
  const mixed = new URLSearchParams(trip.parametres);
  mixed.set('iss', 'https://ailleurs.example');
  const later = new Date(now.getTime() + 601_000);
  const motifs = [
    await terminer(fournisseur, { parametres: trip.parametres, attendu: undefined }, now),
    await terminer(fournisseur, { parametres: trip.parametres, attendu: other.etat }, now),
    await terminer(fournisseur, { parametres: doubled, attendu: trip.etat }, now),
    await terminer(fournisseur, { parametres: new URLSearchParams(), attendu: trip.etat }, now),
    await terminer(fournisseur, { parametres: mixed, attendu: trip.etat }, now),
    await terminer(
      open({ emetteur: 'https://autre.example' }),
      { ...trip, attendu: trip.etat },
      now,
    ),
    await arrive(fournisseur, trip, later),
  ].map(motifOf);
  assert.deepEqual(motifs, ['etat', 'etat', 'etat', 'etat', 'emetteur', 'emetteur', 'delai']);
  assert.equal(provider.asked.length, asked);
});

test('a code used twice is refused by the provider', async () => {
  const fournisseur = open();
  const trip = await travel(fournisseur);
  assert.equal((await arrive(fournisseur, trip)).kind, 'connecte');
  assert.equal(motifOf(await arrive(fournisseur, trip)), 'code');
});

test('who gives up is told apart, and what the browser says is not repeated', async () => {
  const fournisseur = open();
  const trip = await travel(fournisseur, { annuler: 'oui' });
  assert.equal(motifOf(await arrive(fournisseur, trip)), 'annule');
  const parametres = new URLSearchParams({
    state: trip.etat.etat,
    iss: provider.issuer,
    error: '<script>\nX',
    error_description: '<script>alert(1)</script>',
  });
  const arrivee = await terminer(fournisseur, { parametres, attendu: trip.etat }, now);
  assert.ok(
    arrivee.kind === 'refuse' && !/[<>\n]|alert/u.test(arrivee.detail),
    JSON.stringify(arrivee),
  );
});

const discoveries: [name: string, faults: IdentityFaults, detail: RegExp][] = [
  ['cut', { down: 'discovery' }, /coupée/u],
  ['of another issuer', { discovery: { issuer: 'https://ailleurs.example' } }, /autre émetteur/u],
  [
    'whose token endpoint is not encrypted',
    { discovery: { token_endpoint: 'http://psc.example/token' } },
    /token_endpoint/u,
  ],
  ['without keys', { discovery: { jwks_uri: undefined } }, /jwks_uri/u],
  ['that is no JSON', { status: { place: 'discovery', status: 200, body: 'oups' } }, /document/u],
  ['refused', { status: { place: 'discovery', status: 404 } }, /404/u],
  ['without end', { endless: 'discovery' }, /65536 octets/u],
];
for (const [name, faults, detail] of discoveries) {
  test(`nobody leaves for a provider whose discovery is ${name}`, async () => {
    Object.assign(provider.faults, faults);
    const depart = await commencer(open(), now);
    assert.ok(depart.kind === 'indisponible');
    assert.match(depart.detail, detail);
  });
}

test('discovery is asked once while fresh, again later, and a failure is not asked again at once', async () => {
  const fournisseur = open();
  const count = (): number => provider.asked.filter((path) => path.includes('.well-known')).length;
  const start = count();
  await Promise.all([commencer(fournisseur, now), commencer(fournisseur, now)]);
  await commencer(fournisseur, new Date(now.getTime() + 3_599_000));
  assert.equal(count() - start, 1);
  await commencer(fournisseur, new Date(now.getTime() + 3_601_000));
  assert.equal(count() - start, 2);
  provider.faults.down = 'discovery';
  const later = now.getTime() + 3 * 3_600_000;
  assert.equal((await commencer(fournisseur, new Date(later))).kind, 'parti', 'the last known');
  assert.equal((await commencer(fournisseur, new Date(later + 1_000))).kind, 'parti');
  assert.equal(count() - start, 3, 'not asked again within five seconds');
  const tooLate = await commencer(fournisseur, new Date(later + 25 * 3_600_000));
  assert.equal(tooLate.kind, 'indisponible', 'a day is the limit');
});

test('a provider that changes its issuer is not used any more, whatever was known of it', async () => {
  const fournisseur = open();
  assert.equal((await commencer(fournisseur, now)).kind, 'parti');
  provider.faults.discovery = { issuer: 'https://ailleurs.example' };
  const later = new Date(now.getTime() + 3_601_000);
  assert.equal((await commencer(fournisseur, later)).kind, 'indisponible');
  assert.equal((await commencer(fournisseur, later)).kind, 'indisponible');
});
