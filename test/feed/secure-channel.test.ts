// Client certificates, OAuth2 tokens, proxy; and our secrets, which appear in no message, exchange or error.
import assert from 'node:assert/strict';
import type { TLSSocket } from 'node:tls';
import { type TestContext, before, describe, it, test } from 'node:test';
import { inspect } from 'node:util';
import { UsageError } from '../../src/errors.js';
import type { FeedClient, PatchAnswer } from '../../src/feed/feed-client.js';
import type { FeedClientSettings, Oauth2Settings } from '../../src/feed/feed-settings.js';
import { createFeedClient } from '../../src/feed/fhir-feed-client.js';
import { type TestCertificates, makeCertificates, pfxPassphrase } from '../support/certificates.js';
import { connectProxy } from '../support/faulty-server.js';
import {
  type FeedServer,
  type FeedStep,
  adressePer,
  apiKey,
  deletionOf,
  feedClient,
  feedNow,
  feedServer,
  feedSettings,
  fhir,
  insertPer,
  outcome,
  practitioner,
  professionnel,
  raw,
  requestOf,
} from '../support/feed.js';

let certificates: TestCertificates;
before(async () => {
  certificates = await makeCertificates();
});

function mutualTls(): object {
  const { localhost, ca } = certificates;
  return { ...localhost, ca, requestCert: true, rejectUnauthorized: true };
}

describe('mutual TLS', () => {
  it('shows the client certificate, PEM or PKCS#12', async (t) => {
    const subjects: string[] = [];
    const server = await feedServer(
      t,
      (call, response) => {
        const socket = response.socket as TLSSocket;
        subjects.push(String(socket.getPeerCertificate().subject.CN));
        fhir(200, practitioner())(call, response);
      },
      mutualTls(),
    );
    const ca = [certificates.ca];
    for (const clientCertificate of [
      certificates.client,
      { pfx: certificates.clientPfx, passphrase: pfxPassphrase },
    ]) {
      const answer = await feedClient(t, server.url, { ca, clientCertificate }).patch(insertPer);
      assert.equal(answer.kind, 'accepted', JSON.stringify(answer));
    }
    assert.deepEqual(subjects, ['client', 'client']);
  });

  it('missing, is told as such, and nothing was done', async (t) => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const server = await feedServer(t, fhir(200, practitioner()), { ...mutualTls(), maxVersion });
      const answer = await feedClient(t, server.url, { ca: [certificates.ca] }).patch(insertPer);
      assert.ok(answer.kind === 'unavailable');
      assert.equal(answer.cause, 'connection');
      assert.match(answer.message, /« alimentation\.tls »/, maxVersion);
      assert.equal(server.seen.length, 0);
    }
  });

  it('does not trust a server of an authority unknown, or another host: the key is not sent', async (t) => {
    for (const [tls, ca] of [
      [certificates.localhost, []],
      [certificates.otherHost, [certificates.ca]],
      [certificates.expired, [certificates.ca]],
    ] as const) {
      const server = await feedServer(t, fhir(200, practitioner()), tls);
      const answer = await feedClient(t, server.url, { ca }).patch(insertPer);
      assert.ok(answer.kind === 'unavailable');
      assert.equal(answer.isOutcomeUnknown, false);
      assert.match(answer.message, /certificat/);
      assert.equal(server.seen.length, 0);
    }
  });

  it('refuses below TLS 1.2, and a certificate that cannot be used', async (t) => {
    const old = {
      ...certificates.localhost,
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL:@SECLEVEL=0',
    } as const;
    const server = await feedServer(t, fhir(200, practitioner()), old);
    const answer = await feedClient(t, server.url, { ca: [certificates.ca] }).patch(insertPer);
    assert.ok(answer.kind === 'unavailable');
    assert.match(answer.message, /EX_OPE_5010/);
    assert.throws(
      () =>
        createFeedClient(
          feedSettings(server.url, {
            clientCertificate: { pfx: certificates.clientPfx, passphrase: 'fausse-phrase' },
          }),
        ),
      (error: unknown) => error instanceof UsageError && !error.message.includes('fausse-phrase'),
    );
  });
});

const clientSecret = 'secret & client é';
const oauthNow = { now: feedNow };

function oauth2Of(url: URL, more: Partial<Oauth2Settings> = {}): Oauth2Settings {
  return {
    url: new URL('/token', url),
    clientId: 'moi:même',
    clientSecret,
    portee: 'mss.feed',
    ...more,
  };
}

/** Gives tokens `jeton-1`, `jeton-2`… */
function tokenStep(more: object = { expires_in: 300 }): FeedStep {
  let given = 0;
  return (_, response) => {
    given += 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ access_token: `jeton-${given}`, token_type: 'Bearer', ...more }));
  };
}

function bearers(server: FeedServer): (string | undefined)[] {
  return server.seen.map(({ headers }) => headers.authorization);
}

async function oauthPair(
  t: TestContext,
  step: FeedStep,
  api: FeedStep = fhir(200, practitioner()),
  more: Partial<FeedClientSettings> = {},
): Promise<{ tokens: FeedServer; server: FeedServer; client: FeedClient }> {
  const tokens = await feedServer(t, step);
  const server = await feedServer(t, api);
  oauthNow.now = feedNow;
  const oauth2 = oauth2Of(tokens.url);
  const client = feedClient(t, server.url, { oauth2, ...more }, () => oauthNow.now);
  return { tokens, server, client };
}

describe('an OAuth2 token', () => {
  it('is asked with client_secret_basic, without the key of the API, and kept until shortly before its end', async (t) => {
    const { tokens, server, client } = await oauthPair(t, tokenStep());
    await client.patch(insertPer);
    await client.patch(insertPer);
    oauthNow.now = new Date(feedNow.getTime() + 269_000);
    await client.patch(insertPer);
    assert.equal(tokens.seen.length, 1);
    oauthNow.now = new Date(feedNow.getTime() + 271_000);
    await client.patch(insertPer);
    assert.deepEqual(bearers(server), [
      'Bearer jeton-1',
      'Bearer jeton-1',
      'Bearer jeton-1',
      'Bearer jeton-2',
    ]);
    const [asked] = tokens.seen;
    assert.ok(asked);
    assert.equal(asked.method, 'POST');
    assert.equal(asked.body, 'grant_type=client_credentials&scope=mss.feed');
    assert.equal(asked.headers['content-type'], 'application/x-www-form-urlencoded');
    assert.equal(asked.headers['esante-api-key'], undefined);
    const [, basic = ''] = (asked.headers.authorization ?? '').split('Basic ');
    // RFC 6749 §2.3.1: form-encoded, then joined.
    assert.equal(
      Buffer.from(basic, 'base64').toString(),
      'moi%3Am%C3%AAme:secret+%26+client+%C3%A9',
    );
  });

  it('without a secret, names the client, whom the certificate proves', async (t) => {
    const { tokens, client } = await oauthPair(t, tokenStep(), fhir(200, practitioner()), {});
    await client.close();
    const own = feedClient(t, tokens.url, {
      oauth2: oauth2Of(tokens.url, { clientSecret: undefined, portee: undefined }),
    });
    await own.patch(insertPer);
    const [asked] = tokens.seen;
    assert.equal(asked?.body, 'grant_type=client_credentials&client_id=moi%3Am%C3%AAme');
    assert.equal(asked.headers.authorization, undefined);
  });

  it('is asked once, whoever waits for it', async (t) => {
    const { tokens, server, client } = await oauthPair(t, tokenStep());
    await Promise.all(Array.from({ length: 8 }, () => client.patch(insertPer)));
    assert.equal(tokens.seen.length, 1);
    assert.equal(server.seen.length, 8);
  });

  it('that the API refuses is renewed once', async (t) => {
    const { tokens, server, client } = await oauthPair(t, tokenStep(), (call, response) => {
      const isOld = call.headers.authorization === 'Bearer jeton-1';
      (isOld ? fhir(401, outcome('expiré')) : fhir(200, practitioner()))(call, response);
    });
    assert.equal((await client.patch(insertPer)).kind, 'accepted');
    assert.equal((await client.patch(insertPer)).kind, 'accepted');
    assert.deepEqual(bearers(server), ['Bearer jeton-1', 'Bearer jeton-2', 'Bearer jeton-2']);
    assert.equal(tokens.seen.length, 2);
  });

  it('refused again is a refusal: no third one is asked', async (t) => {
    const { tokens, server, client } = await oauthPair(t, tokenStep(), fhir(401, outcome('non')));
    const answer = await client.patch(insertPer);
    assert.ok(answer.kind === 'rejected');
    assert.equal(answer.cause, 'unauthorized');
    assert.equal(tokens.seen.length, 2);
    assert.equal(server.seen.length, 2);
  });

  it('lives no longer than a day, and five minutes when nothing is told', async (t) => {
    for (const [more, lastsMs, endsMs] of [
      [{ expires_in: 1e12 }, 23 * 3_600_000, 25 * 3_600_000],
      [{}, 200_000, 300_000],
      [{ expires_in: '60' }, 40_000, 60_000],
    ] as const) {
      const { tokens, client } = await oauthPair(t, tokenStep(more));
      await client.patch(insertPer);
      oauthNow.now = new Date(feedNow.getTime() + lastsMs);
      await client.patch(insertPer);
      assert.equal(tokens.seen.length, 1, JSON.stringify(more));
      oauthNow.now = new Date(feedNow.getTime() + endsMs);
      await client.patch(insertPer);
      assert.equal(tokens.seen.length, 2, JSON.stringify(more));
    }
  });

  const faults: [name: string, step: FeedStep, says: RegExp, waitMs?: number][] = [
    [
      'refused',
      fhir(401, { error: 'invalid_client' }),
      /nous refuse \(HTTP 401, invalid_client\).*clientSecret/,
    ],
    ['refused in words of ours', fhir(400, { error: clientSecret }), /nous refuse \(HTTP 400\)/],
    ['of another scope', fhir(400, { error: 'invalid_scope' }), /portée refusée.*oauth2\.portee/],
    ['later', raw(503, '', { 'retry-after': '9' }), /indisponible \(HTTP 503\)/, 9_000],
    ['elsewhere', raw(302, '', { location: 'https://ailleurs.example' }), /redirection/],
    ['a web page', raw(200, '<html>'), /réponse inutilisable/],
    ['without a token', fhir(200, { token_type: 'Bearer' }), /réponse inutilisable/],
    [
      'of another kind',
      fhir(200, { access_token: 'x', token_type: 'MAC' }),
      /réponse inutilisable/,
    ],
    [
      'that would break a header',
      fhir(200, { access_token: 'x\r\nhost: y', token_type: 'Bearer' }),
      /réponse inutilisable/,
    ],
    [
      'far too long',
      fhir(200, { access_token: 'x'.repeat(90_000), token_type: 'Bearer' }),
      /Jeton/,
    ],
    ['never', (_, response) => response.socket?.destroy(), /Jeton d'accès .*coupée/],
  ];
  for (const [name, step, says, waitMs] of faults) {
    it(`${name}: told apart from the API's own faults, nothing leaves`, async (t) => {
      const { server, client } = await oauthPair(t, step);
      const answer = await client.patch(insertPer);
      assert.ok(answer.kind === 'unavailable');
      assert.equal(answer.cause, 'token');
      assert.equal(answer.isOutcomeUnknown, false);
      assert.equal(answer.retryAfterMs, waitMs);
      assert.match(answer.message, says);
      assert.equal(server.seen.length, 0);
    });
  }

  it('that does not come in time leaves the rest of the program alone', async (t) => {
    const { server, client } = await oauthPair(t, () => undefined, fhir(200, practitioner()), {
      totalMs: 100,
    });
    const answer = await client.patch(insertPer);
    assert.ok(answer.kind === 'unavailable');
    assert.equal(answer.cause, 'token');
    assert.equal(server.seen.length, 0);
  });

  it('is asked again after a failure', async (t) => {
    let failed = false;
    const good = tokenStep();
    const { client } = await oauthPair(t, (call, response) => {
      (failed ? good : raw(503, ''))(call, response);
      failed = true;
    });
    assert.equal((await client.patch(insertPer)).kind, 'unavailable');
    assert.equal((await client.patch(insertPer)).kind, 'accepted');
  });
});

describe('a proxy', () => {
  it('carries the requests, and only it is told its password', async (t) => {
    const server = await feedServer(t, fhir(200, practitioner()), certificates.localhost);
    const proxy = await connectProxy(t);
    const client = feedClient(t, server.url, {
      ca: [certificates.ca],
      proxy: `http://moi:mdp-proxy@127.0.0.1:${proxy.port}`,
    });
    assert.equal((await client.patch(insertPer)).kind, 'accepted');
    const [tunnel] = proxy.tunnels;
    assert.equal(tunnel?.target, server.url.host);
    assert.equal(tunnel.authorization, `Basic ${Buffer.from('moi:mdp-proxy').toString('base64')}`);
    assert.equal(server.seen[0]?.headers['proxy-authorization'], undefined);
  });

  it('that refuses is told as such: nothing left', async (t) => {
    const server = await feedServer(t, fhir(200, practitioner()), certificates.localhost);
    const proxy = await connectProxy(t, 407);
    const client = feedClient(t, server.url, {
      ca: [certificates.ca],
      proxy: `http://127.0.0.1:${proxy.port}`,
    });
    const answer = await client.patch(insertPer);
    assert.ok(answer.kind === 'unavailable');
    assert.equal(answer.isOutcomeUnknown, false);
    assert.match(answer.message, /proxy.*407.*reseau\.proxy/);
  });
});

describe('our secrets', () => {
  const proxyPassword = 'mdp-proxy-é&';
  const secretTexts = [
    apiKey,
    clientSecret,
    'secret+%26+client',
    'jeton-1',
    Buffer.from('moi%3Am%C3%AAme:secret+%26+client+%C3%A9').toString('base64'),
    proxyPassword,
    pfxPassphrase,
    Buffer.from(apiKey).toString('base64'),
    '-----BEGIN',
  ];

  /** A server that says again all that it was told. */
  const echo =
    (status: number, type = 'application/fhir+json'): FeedStep =>
    ({ headers, body }, response) => {
      const all = `${JSON.stringify(headers)} ${apiKey} ${clientSecret} ${proxyPassword} ${body} ${Buffer.from(apiKey).toString('base64')}`;
      response.writeHead(status, {
        'content-type': type,
        location: `https://ailleurs.example/${apiKey}`,
        'retry-after': apiKey,
      });
      response.end(
        JSON.stringify({
          resourceType: 'OperationOutcome',
          message: all,
          error: apiKey,
          issue: [{ details: { text: all, coding: [{ code: apiKey }] }, diagnostics: all }],
        }),
      );
    };

  const statuses = [200, 201, 204, 301, 400, 401, 403, 404, 409, 412, 422, 429, 500, 502, 503];
  const apis: [name: string, step: FeedStep][] = [
    ...statuses.map((status): [string, FeedStep] => [String(status), echo(status)]),
    ['200 HTML', echo(200, `text/html; x=${apiKey}`)],
    ['a cut', (_, response) => response.socket?.destroy()],
    ['silence', () => undefined],
    [
      'another encoding',
      raw(200, apiKey, { 'content-encoding': apiKey, 'content-type': 'application/json' }),
    ],
  ];

  async function check(t: TestContext, api: FeedStep, token: FeedStep): Promise<void> {
    const tokens = await feedServer(t, token);
    const server = await feedServer(t, api);
    const { port } = await connectProxy(t);
    const client = feedClient(t, server.url, {
      proxy: `http://moi:${encodeURIComponent(proxyPassword)}@127.0.0.1:${port}`,
      oauth2: oauth2Of(tokens.url),
      clientCertificate: { pfx: certificates.clientPfx, passphrase: pfxPassphrase },
      totalMs: 300,
    });
    const answers = [
      await client.patch(insertPer),
      await client.read(adressePer, professionnel),
      await client.patch(
        requestOf(deletionOf({ kind: 'a-rechercher', adresse: adressePer }, adressePer)),
      ),
    ];
    for (const answer of answers) {
      const text = inspect(answer, { depth: 9, maxStringLength: null });
      for (const secret of secretTexts) assert.ok(!text.includes(secret), `${secret} in ${text}`);
    }
    assert.ok(server.seen.length > 0 || tokens.seen.length > 0);
  }

  for (const [name, step] of apis) {
    it(`are in nothing that comes of ${name} of the API`, (t) => check(t, step, tokenStep()));
  }
  for (const status of [200, 302, 400, 401, 500, 503]) {
    it(`are in nothing that comes of ${status} of the authorization server`, (t) =>
      check(t, fhir(200, practitioner()), echo(status)));
  }

  it('are in nothing that comes of a refused connection, even through the proxy', async (t) => {
    const proxy = await connectProxy(t, 503);
    const client = feedClient(t, new URL('https://127.0.0.1:9'), {
      proxy: `http://moi:${encodeURIComponent(proxyPassword)}@127.0.0.1:${proxy.port}`,
    });
    const text = inspect(await client.patch(insertPer), { depth: 9 });
    for (const secret of [...secretTexts, encodeURIComponent(proxyPassword)]) {
      assert.ok(!text.includes(secret), text);
    }
  });

  it('are not shown in part either, where a text is cut', async (t) => {
    for (let before = 470; before <= 500; before += 1) {
      const server = await feedServer(t, fhir(400, outcome(`${'x'.repeat(before)}${apiKey}`)));
      const answer = await feedClient(t, server.url).patch(insertPer);
      assert.ok(answer.kind === 'rejected');
      assert.ok(!answer.message.includes(apiKey.slice(0, 5)), answer.message);
    }
  });

  it('do not change what is read, even where they are a common word', async (t) => {
    const server = await feedServer(t, fhir(200, practitioner()));
    const answer = await feedClient(t, server.url, { cleApi: 'prenom' }).patch(insertPer);
    assert.ok(answer.kind === 'accepted');
    assert.deepEqual(
      answer.bals.map(({ adresse }) => adresse),
      [adressePer],
    );
  });

  it('are masked, not the rest', async (t) => {
    const server = await feedServer(t, fhir(400, outcome(`clé ${apiKey} refusée`)));
    const answer: PatchAnswer = await feedClient(t, server.url).patch(insertPer);
    assert.ok(answer.kind === 'rejected');
    assert.match(answer.message, /clé \*\*\* refusée/);
    assert.match(answer.exchange.response ?? '', /clé \*\*\* refusée/);
  });
});

test('a proxy that is no address is refused at once, without its password', () => {
  assert.throws(
    () =>
      createFeedClient(feedSettings(new URL('https://a.example'), { proxy: 'moi:mdp-proxy@x' })),
    (error: unknown) => error instanceof UsageError && !error.message.includes('mdp-proxy'),
  );
});
