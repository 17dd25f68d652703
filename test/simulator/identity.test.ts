// The simulated identity provider, asked by the certified client: what Pro Santé Connect is known to answer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as client from 'openid-client';
import { realmPath } from '../../src/simulator/identity/identity-provider.js';
import { BrowserByHand, formOf } from '../support/browser-by-hand.js';
import {
  clientId,
  clientSecret,
  dominique,
  startTestIdentityProvider,
  type FaultyIdentityProvider,
} from '../support/identity-provider.js';

const retour = 'http://127.0.0.1:9/demande/retour';
let provider: FaultyIdentityProvider;

before(async () => {
  provider = await startTestIdentityProvider({
    redirectUris: [retour],
    postLogoutRedirectUris: ['http://127.0.0.1:9/demande'],
  });
});
after(() => provider.close());

test('a professional signs in with the paths, claims and acr of Pro Santé Connect, then out', async () => {
  const config = await client.discovery(
    new URL(provider.discovery),
    clientId,
    {},
    client.ClientSecretBasic(clientSecret),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to stand out: this machine alone.
    { execute: [client.allowInsecureRequests] },
  );
  const metadata = config.serverMetadata();
  assert.equal(metadata.issuer, provider.url + realmPath);
  assert.equal(metadata.token_endpoint, `${provider.issuer}/protocol/openid-connect/token`);
  const verifier = client.randomPKCECodeVerifier();
  const asked = client.buildAuthorizationUrl(config, {
    redirect_uri: retour,
    scope: 'openid scope_all',
    acr_values: 'eidas1',
    state: 'etat',
    nonce: 'nonce',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const browser = new BrowserByHand();
  const page = await browser.follow(asked.href);
  assert.match(page.text, /Dominique MODELE/u);
  const back = await browser.follow(formOf(page).action, { personne: dominique.id }, (location) =>
    location.startsWith(retour),
  );
  const tokens = await client.authorizationCodeGrant(config, new URL(back.location ?? ''), {
    pkceCodeVerifier: verifier,
    expectedNonce: 'nonce',
    expectedState: 'etat',
  });
  assert.equal(tokens.claims()?.['acr'], 'eidas2');
  assert.equal(tokens.expires_in, 120);
  const sub = tokens.claims()?.sub ?? '';
  assert.match(sub, /^f:[0-9a-f-]{36}:810000000025$/u);
  const user = await client.fetchUserInfo(config, tokens.access_token, sub);
  assert.equal(user['SubjectNameID'], '810000000025');
  assert.equal(user.preferred_username, '810000000025');
  assert.ok(Array.isArray(user['otherIds']));
  const out = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token ?? '',
    post_logout_redirect_uri: 'http://127.0.0.1:9/demande',
    state: 'sortie',
  });
  const question = await browser.follow(out.href);
  const { action, fields } = formOf(question);
  const left = await browser.request(action, { ...fields, logout: 'yes' });
  assert.equal(left.location, 'http://127.0.0.1:9/demande?state=sortie');
});

test('who gives up comes back with access_denied', async () => {
  const asked = new URL(`${provider.issuer}/protocol/openid-connect/auth`);
  asked.search = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: retour,
    scope: 'openid scope_all',
    state: 'etat',
    code_challenge: await client.calculatePKCECodeChallenge('x'.repeat(43)),
    code_challenge_method: 'S256',
  }).toString();
  const browser = new BrowserByHand();
  const page = await browser.follow(asked.href);
  const back = await browser.follow(formOf(page).action, { annuler: 'oui' }, (location) =>
    location.startsWith(retour),
  );
  assert.equal(new URL(back.location ?? '').searchParams.get('error'), 'access_denied');
});
