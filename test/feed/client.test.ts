// What becomes of a PATCH, whatever the server does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Socket, createServer } from 'node:net';
import { type TestContext, describe, it, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { PatchAnswer } from '../../src/feed/feed-client.js';
import type { FeedClientSettings } from '../../src/feed/feed-settings.js';
import {
  type FeedStep,
  adressePer,
  apiKey,
  balPer,
  bundle,
  deletionOf,
  feedClient,
  feedServer,
  fhir,
  insertPer,
  organization,
  outcome,
  practitioner,
  practitionerRole,
  professionnel,
  raw,
  requestOf,
  telecom,
} from '../support/feed.js';

async function patchAgainst(
  t: TestContext,
  step: FeedStep,
  more: Partial<FeedClientSettings> = {},
  request = insertPer,
): Promise<PatchAnswer> {
  const server = await feedServer(t, step);
  return feedClient(t, server.url, more).patch(request);
}

function assertUnavailable(
  answer: PatchAnswer,
): asserts answer is Extract<PatchAnswer, { kind: 'unavailable' }> {
  assert.equal(answer.kind, 'unavailable', JSON.stringify(answer));
}

function assertRejected(
  answer: PatchAnswer,
): asserts answer is Extract<PatchAnswer, { kind: 'rejected' }> {
  assert.equal(answer.kind, 'rejected', JSON.stringify(answer));
}

describe('a PATCH that the ANS accepts', () => {
  it('is sent to the carrier by its identifier, with the key, as FHIR', async (t) => {
    const server = await feedServer(t, fhir(200, practitioner()));
    const answer = await feedClient(t, server.url).patch(insertPer);
    assert.equal(answer.kind, 'accepted');
    const [call] = server.seen;
    assert.ok(call);
    assert.equal(server.seen.length, 1);
    assert.equal(call.method, 'PATCH');
    assert.equal(
      call.target,
      '/Practitioner?identifier=https%3A%2F%2Frpps.esante.gouv.fr%7C10003461033',
    );
    assert.equal(call.headers['esante-api-key'], apiKey);
    assert.equal(call.headers['content-type'], 'application/fhir+json');
    assert.equal(call.headers.accept, 'application/fhir+json');
    assert.equal(call.headers['accept-encoding'], 'identity');
    assert.equal(answer.exchange.status, 200);
    assert.equal(answer.exchange.request, `PATCH ${call.target}\n\n${call.body}`);
    assert.equal(answer.exchange.response, JSON.stringify(practitioner()));
  });

  it('gives the BAL of the carrier, whatever the dialect of the answer', async (t) => {
    const metadata = (type: object) => ({
      extension: [
        {
          url: 'https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata',
          extension: [
            { url: 'type', ...type },
            { url: 'description', valueString: 'Accueil' },
          ],
        },
      ],
    });
    const answer = await patchAgainst(
      t,
      fhir(200, {
        ...practitioner(),
        telecom: [
          { system: 'phone', value: '0102030405' },
          { system: 'email', value: 'ordinaire@exemple.fr' },
          telecom('Prenom.Nom@Domain.mssante.fr', 'PER', { rank: 1 }),
          telecom('b@x.mssante.fr', 'PER', metadata({ valueCode: 'CAB' })),
          telecom('c@x.mssante.fr', 'PER', metadata({ valueCoding: { code: 'PER' } })),
          telecom('d@x.mssante.fr', 'PER', metadata({ valueCodeableConcept: {} })),
          { system: 'email', value: 'e@x.mssante.fr' },
          {
            system: 'email',
            value: 'f@autre.example',
            extension: [
              {
                url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type',
                valueCoding: { code: 'MSSANTE' },
              },
            ],
          },
        ],
      }),
    );
    assert.ok(answer.kind === 'accepted');
    const read = answer.bals.map(({ adresse, typeBal }) => [adresse, typeBal]);
    assert.deepEqual(read, [
      [adressePer, 'PER'],
      ['b@x.mssante.fr', 'CAB'],
      ['c@x.mssante.fr', 'PER'],
      ['d@x.mssante.fr', undefined],
      ['e@x.mssante.fr', undefined],
      ['f@autre.example', undefined],
    ]);
    const [first, second] = answer.bals;
    assert.deepEqual([first?.rang, first?.listeRouge], [1, false]);
    assert.deepEqual([second?.description, second?.listeRouge], ['Accueil', undefined]);
  });

  it('may have lost its last BAL', async (t) => {
    const { telecom: none, ...bare } = practitioner();
    assert.ok(none);
    const request = requestOf(deletionOf(professionnel, adressePer, 'PER'));
    const answer = await patchAgainst(t, fhir(200, bare), {}, request);
    assert.ok(answer.kind === 'accepted');
    assert.deepEqual(answer.bals, []);
  });

  it('published in capitals is deleted as it is written: a path is exact', async (t) => {
    const written = 'Prenom.Nom@Domain.mssante.fr';
    const server = await feedServer(t, (call, response) => {
      const isDone = call.body.includes(`'${written}'`);
      const left = isDone ? [] : [telecom(written, 'PER')];
      fhir(200, practitioner({ telecom: left }))(call, response);
    });
    const client = feedClient(t, server.url);
    const answer = await client.patch(requestOf(deletionOf(professionnel, adressePer, 'PER')));
    assert.ok(answer.kind === 'accepted');
    assert.deepEqual(answer.bals, []);
    assert.equal(server.seen.length, 2);
  });

  const changed = { kind: 'replace', bal: balPer({ rang: 2 }), champs: ['rang'] } as const;
  const deleted = deletionOf(professionnel, adressePer, 'CAB');
  for (const [name, request] of [
    ['changed', requestOf(changed)],
    ['given another type', requestOf(deleted, { kind: 'insert', bal: balPer() })],
  ] as const) {
    it(`published in capitals and refused is ${name} under the address as it is written`, async (t) => {
      const written = 'Prenom.Nom@Domain.mssante.fr';
      const bearer = practitioner({ telecom: [telecom(written, 'PER')] });
      const server = await feedServer(t, (call, response) => {
        const isKnown = call.body.includes(`'${written}'`);
        if (call.method === 'GET') fhir(200, bundle([bearer]))(call, response);
        else if (isKnown) fhir(200, bearer)(call, response);
        else fhir(422, outcome('Aucune BAL de cette adresse'))(call, response);
      });
      const answer = await feedClient(t, server.url).patch(request);
      assert.equal(answer.kind, 'accepted', JSON.stringify(answer));
      assert.deepEqual(
        server.seen.map(({ method }) => method),
        ['PATCH', 'GET', 'PATCH'],
      );
    });
  }

  it('refused for another reason than its capitals is refused once', async (t) => {
    const server = await feedServer(t, (call, response) => {
      const isRead = call.method === 'GET';
      fhir(isRead ? 200 : 422, isRead ? bundle([practitioner()]) : outcome('refusé'))(
        call,
        response,
      );
    });
    assertRejected(await feedClient(t, server.url).patch(requestOf(changed)));
    assert.equal(server.seen.filter(({ method }) => method === 'PATCH').length, 1);
  });

  it('still published after its deletion is told so, and not deleted for ever', async (t) => {
    for (const adresse of [adressePer, adressePer.toUpperCase()]) {
      const step = fhir(200, practitioner({ telecom: [telecom(adresse, 'PER')] }));
      const server = await feedServer(t, step);
      const request = requestOf(deletionOf(professionnel, adressePer, 'PER'));
      const answer = await feedClient(t, server.url).patch(request);
      assert.ok(answer.kind === 'accepted');
      assert.equal(answer.bals[0]?.adresse, adressePer);
      assert.ok(server.seen.length <= 2);
    }
  });

  it('deleted then inserted is not deleted again', async (t) => {
    const server = await feedServer(
      t,
      fhir(200, practitioner({ telecom: [telecom(adressePer.toUpperCase(), 'CAB')] })),
    );
    const request = requestOf(deletionOf(professionnel, adressePer, 'PER'), {
      kind: 'insert',
      bal: balPer(),
    });
    await feedClient(t, server.url).patch(request);
    assert.equal(server.seen.length, 1);
  });

  it('is accepted in plain JSON, with a charset, or without identifiers to compare', async (t) => {
    for (const contentType of [
      'application/json',
      'application/json;charset=UTF-8',
      'application/fhir+json; charset=utf-8; fhirVersion=4.0',
      'application/json+fhir',
    ]) {
      const step = fhir(200, practitioner({ identifier: [] }), { 'content-type': contentType });
      assert.equal((await patchAgainst(t, step)).kind, 'accepted', contentType);
    }
  });

  it('keeps the order of several operations of one porteur', async (t) => {
    const server = await feedServer(t, fhir(200, practitioner()));
    await feedClient(t, server.url).patch(
      requestOf(
        deletionOf(professionnel, 'ancienne@domain.mssante.fr', 'PER'),
        { kind: 'insert', bal: balPer() },
        { kind: 'replace', bal: balPer({ adresse: 'z@domain.mssante.fr' }), champs: ['rang'] },
      ),
    );
    const body = JSON.parse(server.seen[0]?.body ?? '') as {
      parameter: { part: { name: string; valueCode?: string }[] }[];
    };
    const kinds = body.parameter.map(({ part }) => part[0]?.valueCode);
    assert.deepEqual(kinds, ['delete', 'insert', 'replace']);
  });

  it('keeps its connection for the next one', async (t) => {
    const ports = new Set<number | undefined>();
    const server = await feedServer(t, (call, response) => {
      ports.add(response.socket?.remotePort);
      fhir(200, practitioner())(call, response);
    });
    const client = feedClient(t, server.url, { connectionsMax: 1 });
    for (let i = 0; i < 3; i += 1) assert.equal((await client.patch(insertPer)).kind, 'accepted');
    assert.equal(ports.size, 1);
  });
});

const unknown200: [name: string, step: FeedStep, says: RegExp][] = [
  ['nothing', raw(200, '', { 'content-type': 'application/fhir+json' }), /ressource FHIR/],
  [
    'half a resource',
    raw(200, '{"resourceType":"Practit', { 'content-type': 'application/fhir+json' }),
    /ressource FHIR/,
  ],
  [
    'bytes that are no text',
    raw(200, Buffer.from([0xff, 0xfe, 0x00, 0x80]), { 'content-type': 'application/fhir+json' }),
    /ressource FHIR/,
  ],
  [
    'a page of the gateway',
    raw(200, '<html><body>Bienvenue</body></html>', { 'content-type': 'text/html' }),
    /FHIR en JSON/,
  ],
  [
    'FHIR under a wrong type',
    raw(200, JSON.stringify(practitioner()), { 'content-type': 'text/plain' }),
    /FHIR en JSON/,
  ],
  ['no type at all', raw(200, JSON.stringify(practitioner())), /FHIR en JSON/],
  ['another type of resource', fhir(200, organization()), /fiche attendue/],
  ['a Bundle', fhir(200, { resourceType: 'Bundle', entry: [] }), /fiche attendue/],
  ['an OperationOutcome', fhir(200, outcome('fait')), /fiche attendue/],
  [
    'somebody else',
    fhir(
      200,
      practitioner({
        identifier: [{ system: 'https://rpps.esante.gouv.fr', value: '10102727017' }],
      }),
    ),
    /fiche attendue pour le professionnel RPPS 10003461033/,
  ],
  [
    'somebody else, by IdNatPS alone',
    fhir(
      200,
      practitioner({
        identifier: [{ system: 'urn:oid:1.2.250.1.71.4.2.1', value: '810102727017' }],
      }),
    ),
    /fiche attendue/,
  ],
  ['a telecom that is no list', fhir(200, practitioner({ telecom: 'x' })), /ressource FHIR/],
  ['nothing, and says so (204)', raw(204, ''), /200 attendu, et non HTTP 204/],
  ['something created (201)', fhir(201, practitioner()), /200 attendu, et non HTTP 201/],
  [
    'compressed bytes that nobody asked for',
    raw(200, gzipSync(JSON.stringify(practitioner())), {
      'content-type': 'application/fhir+json',
      'content-encoding': 'gzip',
    }),
    /compressée \(gzip\)/,
  ],
  [
    'more than the limit',
    fhir(200, practitioner({ text: { div: 'x'.repeat(70_000) } })),
    /dépasse 65536 octets.*reponseOctetsMax/,
  ],
  [
    'more than the limit, without an end',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/fhir+json' });
      const more = (): void => {
        while (response.write('x'.repeat(16_384)));
        response.once('drain', more);
      };
      more();
    },
    /dépasse 65536 octets/,
  ],
];
for (const [name, step, says] of unknown200) {
  test(`a success that says ${name}: nobody knows whether it was done`, async (t) => {
    const answer = await patchAgainst(t, step);
    assertUnavailable(answer);
    assert.equal(answer.cause, 'invalid-answer');
    assert.equal(answer.isOutcomeUnknown, true);
    assert.match(answer.message, says);
  });
}

const proposedErrors = 'test/fixtures/feed-api/patch-examples-proposed-errors';
function proposed(name: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(`${proposedErrors}/error.${name}.json`, 'utf8')) as Readonly<
    Record<string, unknown>
  >;
}

const refusals: [status: number, body: FeedStep, cause: string, says: RegExp][] = [
  [
    400,
    fhir(400, proposed('BadRequest')),
    'bad-request',
    /HTTP 400 : Le format d'entrée du FHIR est invalide \[MSG_BAD_FORMAT\].*dialecte/,
  ],
  [
    401,
    fhir(401, proposed('Unauthorized')),
    'unauthorized',
    /HTTP 401 : Authentification requise.*cleApi/,
  ],
  [
    401,
    fhir(
      401,
      { message: 'Unauthorized', http_status_code: 401 },
      { 'content-type': 'application/json' },
    ),
    'unauthorized',
    /HTTP 401 : Unauthorized/,
  ],
  [403, raw(403, ''), 'unauthorized', /HTTP 403.*habilités/],
  [
    404,
    fhir(404, proposed('NotFound')),
    'not-found',
    /ne connaît pas le professionnel RPPS 10003461033 \(HTTP 404 : Ressource introuvable \[MSG_NO_EXIST\]/,
  ],
  [405, raw(405, ''), 'bad-request', /HTTP 405/],
  [
    412,
    fhir(412, proposed('PreconditionFailed')),
    'ambiguous',
    /Plusieurs fiches.*HTTP 412 : Multiple matches found.*SEARCH_MULTIPLE/,
  ],
  [
    422,
    fhir(422, proposed('UnprocessableEntity')),
    'unprocessable',
    /HTTP 422 : L'adresse mail .* existe déjà pour le professionnel \[MSG_PARAM_NO_REPEAT\]/,
  ],
  [
    422,
    fhir(422, outcome('refusé', { diagnostics: 'HAPI-0302: détail' })),
    'unprocessable',
    /HTTP 422 : refusé – HAPI-0302: détail/,
  ],
  [
    500,
    fhir(500, proposed('InternalServerError')),
    'server-error',
    /HTTP 500 : Erreur serveur inattendue\./,
  ],
  [500, raw(500, '<html>panne</html>'), 'server-error', /HTTP 500\)/],
  [501, raw(501, ''), 'server-error', /HTTP 501/],
];
for (const [status, step, cause, says] of refusals) {
  test(`${status} is a refusal that says why (${String(says)})`, async (t) => {
    const answer = await patchAgainst(t, step);
    assertRejected(answer);
    assert.equal(answer.cause, cause);
    assert.match(answer.message, says);
    assert.equal(answer.exchange.status, status);
    assert.ok(!answer.message.includes('<html>'));
  });
}

test('what the server says is bounded and without control characters', async (t) => {
  const answer = await patchAgainst(
    t,
    fhir(400, outcome(`a\u0000b\u001b[31m${'x'.repeat(9_000)}`)),
  );
  assertRejected(answer);
  assert.ok(answer.message.length < 1_000);
  assert.ok(!/\p{Cc}/u.test(answer.message), answer.message);
});

test('what is recorded can be stored: no NUL, no half of a pair, a bounded length', async (t) => {
  const body = `"a\0b\ud83d${'é'.repeat(60_000)}"`;
  const answer = await patchAgainst(t, raw(400, body), { answerBytesMax: 1024 * 1024 });
  const kept = answer.exchange.response ?? '';
  assert.ok(kept.startsWith('"ab'));
  assert.ok(!kept.includes('\0'));
  assert.ok(kept.length < 33_000, String(kept.length));
  assert.match(kept, /… \(\d+ caractères\)$/);
});

const later: [name: string, step: FeedStep, cause: string, isUnknown: boolean, waitMs?: number][] =
  [
    ['429', raw(429, ''), 'throttled', false],
    ['429, in seconds', raw(429, '', { 'retry-after': '17' }), 'throttled', false, 17_000],
    [
      '429, at a date',
      raw(429, '', { 'retry-after': 'Mon, 23 Nov 2026 10:02:00 GMT' }),
      'throttled',
      false,
      120_000,
    ],
    [
      '429, at a date gone by',
      raw(429, '', { 'retry-after': 'Mon, 23 Nov 2026 09:00:00 GMT' }),
      'throttled',
      false,
      0,
    ],
    [
      '429, in a century',
      raw(429, '', { 'retry-after': '999999999' }),
      'throttled',
      false,
      86_400_000,
    ],
    ['429, who knows when', raw(429, '', { 'retry-after': 'bientôt' }), 'throttled', false],
    ['502 without a body', raw(502, ''), 'gateway', true],
    ['503 of the gateway', raw(503, '<html>', { 'retry-after': '3' }), 'gateway', true, 3_000],
    ['504 without a body', raw(504, ''), 'gateway', true],
    ['408', raw(408, ''), 'gateway', true],
    ['409', fhir(409, outcome('version')), 'gateway', true],
  ];
for (const [name, step, cause, isUnknown, waitMs] of later) {
  test(`${name}: to be sent again later`, async (t) => {
    const answer = await patchAgainst(t, step);
    assertUnavailable(answer);
    assert.equal(answer.cause, cause);
    assert.equal(answer.isOutcomeUnknown, isUnknown);
    assert.equal(answer.retryAfterMs, waitMs);
  });
}

describe('a redirect', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    it(`${status} is not followed, and the key goes nowhere`, async (t) => {
      const elsewhere = await feedServer(t, fhir(200, practitioner()));
      const server = await feedServer(
        t,
        raw(status, '', { location: `${elsewhere.url.href}x?cle=${apiKey}` }),
      );
      const answer = await feedClient(t, server.url).patch(insertPer);
      assertRejected(answer);
      assert.equal(answer.cause, 'redirect');
      assert.match(answer.message, new RegExp(`vers ${elsewhere.url.host}`));
      assert.ok(!answer.message.includes(apiKey));
      assert.equal(elsewhere.seen.length, 0);
      assert.equal(server.seen.length, 1);
    });
  }
});

describe('a connection that fails', () => {
  it('before anything left: nothing was done', async (t) => {
    const server = await feedServer(t, fhir(200, practitioner()));
    const client = feedClient(t, new URL(`http://127.0.0.1:${await closedPort()}`));
    const answer = await client.patch(insertPer);
    assertUnavailable(answer);
    assert.equal(answer.cause, 'connection');
    assert.equal(answer.isOutcomeUnknown, false);
    assert.equal(answer.exchange.request, undefined);
    assert.match(answer.message, /connexion refusée/);
    assert.equal(server.seen.length, 0);
  });

  it('while it is being made: nothing was done', async (t) => {
    // Accepts the connection and never speaks TLS.
    const port = await silentPort(t);
    const client = feedClient(t, new URL(`https://127.0.0.1:${port}`), { connectMs: 100 });
    const answer = await client.patch(insertPer);
    assertUnavailable(answer);
    assert.equal(answer.cause, 'timeout');
    assert.equal(answer.isOutcomeUnknown, false);
    assert.equal(answer.exchange.request, undefined);
  });

  it('in the total time while it is being made: nothing was done', async (t) => {
    const port = await silentPort(t);
    const client = feedClient(t, new URL(`https://127.0.0.1:${port}`), { totalMs: 100 });
    const answer = await client.patch(insertPer);
    assertUnavailable(answer);
    assert.equal(answer.cause, 'timeout');
    assert.equal(answer.isOutcomeUnknown, false);
    assert.match(answer.message, /totalSecondes/);
  });

  const afterwards: [
    name: string,
    step: FeedStep,
    more: Partial<FeedClientSettings>,
    cause: string,
  ][] = [
    ['without a word', (_, response) => response.socket?.destroy(), {}, 'connection'],
    ['without headers in time', () => undefined, { answerMs: 100 }, 'timeout'],
    ['without an answer in the total time', () => undefined, { totalMs: 100 }, 'timeout'],
    [
      'in the middle of the body',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-length': 500 });
        response.write('{"resourceType":', () => response.socket?.destroy());
      },
      {},
      'connection',
    ],
    [
      'with a body that stops',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-length': 500 });
        response.write('{"resourceType":');
      },
      { answerMs: 100 },
      'timeout',
    ],
    [
      'with what is no HTTP',
      (_, response) => response.socket?.end('BONJOUR\r\n\r\n'),
      {},
      'connection',
    ],
  ];
  for (const [name, step, more, cause] of afterwards) {
    it(`${name} once the request has left: nobody knows whether it was done`, async (t) => {
      const answer = await patchAgainst(t, step, more);
      assertUnavailable(answer);
      assert.equal(answer.cause, cause, answer.message);
      assert.equal(answer.isOutcomeUnknown, true);
      assert.match(answer.exchange.request ?? '', /^PATCH \/Practitioner/);
    });
  }

  it('in the middle of a refusal: the status is enough', async (t) => {
    const answer = await patchAgainst(t, (_, response) => {
      response.writeHead(422, { 'content-type': 'application/fhir+json', 'content-length': 500 });
      response.write('{"resourceType":', () => response.socket?.destroy());
    });
    assertRejected(answer);
    assert.equal(answer.cause, 'unprocessable');
  });

  it('because the program stops: nobody knows, and it is said', async (t) => {
    const stop = new AbortController();
    const server = await feedServer(t, () => stop.abort());
    const answer = await feedClient(t, server.url).patch(insertPer, stop.signal);
    assertUnavailable(answer);
    assert.equal(answer.isOutcomeUnknown, true);
    assert.match(answer.message, /arrêt du programme/);
  });

  it('because the program has stopped already: nothing leaves', async (t) => {
    const server = await feedServer(t, fhir(200, practitioner()));
    const answer = await feedClient(t, server.url).patch(insertPer, AbortSignal.abort());
    assertUnavailable(answer);
    assert.equal(answer.isOutcomeUnknown, false);
    assert.equal(server.seen.length, 0);
  });
});

test('the path of the base stays in front', async (t) => {
  const server = await feedServer(t, fhir(200, practitioner()));
  for (const base of ['/a/definir', '/a/definir/']) {
    await feedClient(t, new URL(base, server.url)).patch(insertPer);
  }
  for (const { target } of server.seen) assert.match(target, /^\/a\/definir\/Practitioner\?/);
});

test('no more connections than asked are open at once', async (t) => {
  let open = 0;
  let most = 0;
  const server = await feedServer(t, (call, response) => {
    open += 1;
    most = Math.max(most, open);
    setImmediate(() => {
      open -= 1;
      fhir(200, practitioner())(call, response);
    });
  });
  const client = feedClient(t, server.url, { connectionsMax: 2 });
  const answers = await Promise.all(Array.from({ length: 12 }, () => client.patch(insertPer)));
  assert.ok(answers.every(({ kind }) => kind === 'accepted'));
  assert.ok(most <= 2, String(most));
});

test('an answer about a situation is checked by its references where they have identifiers', async (t) => {
  const other = { identifier: { system: 'https://rpps.esante.gouv.fr', value: '10102727017' } };
  const situationRequest = requestOf({
    kind: 'insert',
    bal: balPer({
      porteur: { kind: 'situation', rpps: professionnel.rpps, structure: '1540002698' as never },
    }),
  });
  const his = await patchAgainst(t, fhir(200, practitionerRole()), {}, situationRequest);
  assert.equal(his.kind, 'accepted');
  const step = fhir(200, practitionerRole({ practitioner: other }));
  const answer = await patchAgainst(t, step, {}, situationRequest);
  assertUnavailable(answer);
  assert.equal(answer.cause, 'invalid-answer');
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Accepts connections and says nothing. */
async function silentPort(t: TestContext): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}
