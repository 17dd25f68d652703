// Reads: what is published of a BAL on a porteur, and who carries what has no RPPS.
import assert from 'node:assert/strict';
import { type TestContext, describe, it, test } from 'node:test';
import { resolveDialect } from '../../src/feed/dialect.js';
import type { ReadAnswer } from '../../src/feed/feed-client.js';
import {
  type FeedServer,
  type FeedStep,
  type FhirExample,
  type SeenCall,
  adresseOrg,
  adressePer,
  apiKey,
  balOrg,
  balPer,
  bundle,
  deletionOf,
  feedClient,
  feedNow,
  feedServer,
  fhir,
  organization,
  outcome,
  practitioner,
  practitionerRole,
  professionnel,
  raw,
  requestOf,
  situation,
  structure,
  structureSiret,
  telecom,
} from '../support/feed.js';

/** Answers each GET by the resources of its type, each PATCH by `patched`. */
function apiOf(
  resources: Readonly<Record<string, readonly FhirExample[]>>,
  patched: FhirExample = practitioner(),
): FeedStep {
  return (call, response) => {
    const type = new URL(call.target, 'http://api').pathname.split('/').at(-1) ?? '';
    const step =
      call.method === 'GET' ? fhir(200, bundle(resources[type] ?? [])) : fhir(200, patched);
    step(call, response);
  };
}

function adresses(answer: ReadAnswer): readonly string[] {
  assert.ok(answer.kind === 'found', JSON.stringify(answer));
  return answer.bals.map(({ adresse }) => adresse);
}

function firstHeaders({ seen: [first] }: FeedServer): SeenCall['headers'] {
  return first?.headers ?? assert.fail();
}

describe('a BAL on a professional', () => {
  it('is asked by its exact address, and shown with the others of the same carrier', async (t) => {
    const other = telecom('autre@x.mssante.fr', 'CAB');
    const his = practitioner({ telecom: [telecom(adressePer, 'PER'), other] });
    const server = await feedServer(t, apiOf({ Practitioner: [his] }));
    const answer = await feedClient(t, server.url).read(adressePer, professionnel);
    assert.deepEqual(adresses(answer), [adressePer, 'autre@x.mssante.fr']);
    assert.deepEqual(server.summary(), [`GET /Practitioner?mailbox-mss=${adressePer}&_count=50`]);
    assert.equal(firstHeaders(server)['esante-api-key'], apiKey);
    assert.equal(firstHeaders(server)['content-type'], undefined);
  });

  it('is found by IdNatPS alone', async (t) => {
    const identifier = [{ system: 'urn:oid:1.2.250.1.71.4.2.1', value: '810003461033' }];
    const server = await feedServer(t, apiOf({ Practitioner: [practitioner({ identifier })] }));
    const answer = await feedClient(t, server.url).read(adressePer, professionnel);
    assert.deepEqual(adresses(answer), [adressePer]);
  });

  const absences: [name: string, resource: FhirExample][] = [
    [
      'on somebody else',
      practitioner({
        identifier: [{ system: 'https://rpps.esante.gouv.fr', value: '10102727017' }],
      }),
    ],
    ['on somebody without identifiers', practitioner({ identifier: [] })],
    ['deleted', practitioner({ active: false })],
    [
      'another address, from a server that ignores the parameter',
      practitioner({ telecom: [telecom('z@x.mssante.fr', 'PER')] }),
    ],
    [
      'on an Organization that comes along',
      organization({ telecom: [telecom(adressePer, 'PER')] }),
    ],
  ];
  for (const [name, resource] of absences) {
    it(`is absent: ${name}`, async (t) => {
      const server = await feedServer(t, apiOf({ Practitioner: [resource] }));
      const answer = await feedClient(t, server.url).read(adressePer, professionnel);
      assert.equal(answer.kind, 'absent');
      assert.equal(answer.exchange.status, 200);
    });
  }

  it('is absent of an empty page', async (t) => {
    const server = await feedServer(t, apiOf({}));
    const answer = await feedClient(t, server.url).read(adressePer, professionnel);
    assert.equal(answer.kind, 'absent');
  });
});

describe('a BAL on a structure', () => {
  const siret = organization({
    identifier: [{ system: 'https://sirene.fr', value: '12345678900012' }],
  });
  it('is found by FINESS, SIRET or IdNat_Struct, in any of the systems', async (t) => {
    for (const [resource, porteur] of [
      [organization(), structure],
      [
        organization({
          identifier: [{ system: 'http://finess.sante.gouv.fr', value: '540002698' }],
        }),
        structure,
      ],
      [
        organization({
          identifier: [{ system: 'urn:oid:1.2.250.1.71.4.2.2', value: '1540002698' }],
        }),
        structure,
      ],
      [siret, structureSiret],
    ] as const) {
      const server = await feedServer(t, apiOf({ Organization: [resource] }));
      const answer = await feedClient(t, server.url).read(adresseOrg, porteur);
      assert.deepEqual(adresses(answer), [adresseOrg]);
    }
  });

  it('is not the one of another structure, nor of the same number in another system', async (t) => {
    const server = await feedServer(t, apiOf({ Organization: [siret] }));
    assert.equal((await feedClient(t, server.url).read(adresseOrg, structure)).kind, 'absent');
    const siren = organization({
      identifier: [{ system: 'https://sirene.fr', value: '540002698' }],
    });
    const other = await feedServer(t, apiOf({ Organization: [siren] }));
    assert.equal((await feedClient(t, other.url).read(adresseOrg, structure)).kind, 'absent');
  });
});

describe('a BAL on a situation', () => {
  it('is found by the identifiers of its references, in one request', async (t) => {
    const role = practitionerRole({
      practitioner: {
        identifier: { system: 'https://rpps.esante.gouv.fr', value: professionnel.rpps },
      },
      organization: {
        identifier: { system: 'http://finess.esante.gouv.fr', value: '540002698' },
      },
    });
    const server = await feedServer(t, apiOf({ PractitionerRole: [role] }));
    const answer = await feedClient(t, server.url).read(adressePer, situation);
    assert.deepEqual(adresses(answer), [adressePer]);
    assert.equal(server.seen.length, 1);
  });

  const all = { Practitioner: [practitioner()], Organization: [organization()] };

  it('is found by what its references point to, remembered for a while', async (t) => {
    const clock = { now: feedNow };
    const server = await feedServer(t, apiOf({ ...all, PractitionerRole: [practitionerRole()] }));
    const client = feedClient(t, server.url, {}, () => clock.now);
    for (let i = 0; i < 3; i += 1) {
      assert.deepEqual(adresses(await client.read(adressePer, situation)), [adressePer]);
    }
    assert.equal(server.seen.length, 3 + 2);
    assert.deepEqual(server.summary().slice(1, 3), [
      'GET /Practitioner?identifier=https://rpps.esante.gouv.fr|10003461033&_count=50',
      'GET /Organization?identifier=http://finess.sante.gouv.fr|540002698&_count=50',
    ]);
    clock.now = new Date(feedNow.getTime() + 6 * 60_000);
    await client.read(adressePer, situation);
    assert.equal(server.seen.length, 5 + 3);
  });

  for (const [name, more] of [
    ['of somebody else', { practitioner: { reference: 'Practitioner/autre' } }],
    ['of another structure', { organization: { reference: 'Organization/autre' } }],
    ['of nobody', { practitioner: undefined }],
    ['of what is no Practitioner', { practitioner: { reference: 'Person/334081' } }],
  ] as const) {
    it(`is not the one ${name}`, async (t) => {
      const server = await feedServer(
        t,
        apiOf({ ...all, PractitionerRole: [practitionerRole(more)] }),
      );
      assert.equal((await feedClient(t, server.url).read(adressePer, situation)).kind, 'absent');
    });
  }

  it('is found by absolute references and versions too', async (t) => {
    const role = practitionerRole({
      practitioner: { reference: 'https://ailleurs.example/fhir/Practitioner/334081' },
      organization: { reference: 'Organization/org-1/_history/3' },
    });
    const server = await feedServer(t, apiOf({ ...all, PractitionerRole: [role] }));
    assert.equal((await feedClient(t, server.url).read(adressePer, situation)).kind, 'found');
  });
});

describe('pages', () => {
  const page = (server: () => FeedServer, next: (url: URL) => string): FeedStep => {
    let pages = 0;
    return (call, response) => {
      pages += 1;
      const body =
        pages === 1 ? bundle([], next(server().url)) : bundle([practitioner({ id: `p${pages}` })]);
      fhir(200, body)(call, response);
    };
  };
  async function readPaged(
    t: TestContext,
    next: (url: URL) => string,
  ): Promise<[ReadAnswer, FeedServer]> {
    const holder: FeedServer[] = [];
    const server = await feedServer(
      t,
      page(() => holder[0] ?? assert.fail(), next),
    );
    holder.push(server);
    return [await feedClient(t, server.url).read(adressePer, professionnel), server];
  }

  it('are followed on the same server, whatever their form', async (t) => {
    for (const next of [(url: URL) => `${url.href}_page?id=x1`, () => '/_page?id=x1']) {
      const [answer, server] = await readPaged(t, next);
      assert.deepEqual(adresses(answer), [adressePer]);
      assert.equal(server.summary()[1], 'GET /_page?id=x1');
    }
  });

  it('are never followed elsewhere: the key would go with them', async (t) => {
    const elsewhere = await feedServer(t, apiOf({}));
    for (const next of [
      () => elsewhere.url.href,
      (url: URL) => url.href.replace('http:', 'https:'),
      () => 'http://[',
      () => 'file:///etc/passwd',
    ]) {
      const [answer, server] = await readPaged(t, next);
      assert.ok(answer.kind === 'unavailable');
      assert.equal(answer.cause, 'invalid-answer');
      assert.equal(answer.isOutcomeUnknown, false);
      assert.equal(server.seen.length, 1);
    }
    assert.equal(elsewhere.seen.length, 0);
  });

  it('have an end', async (t) => {
    const server = await feedServer(t, (call, response) => {
      fhir(200, bundle([], '/_page?id=encore'))(call, response);
    });
    const answer = await feedClient(t, server.url).read(adressePer, professionnel);
    assert.ok(answer.kind === 'unavailable');
    assert.match(answer.message, /plus de 10 pages/);
    assert.equal(server.seen.length, 10);
  });
});

const readFaults: [name: string, step: FeedStep, kind: string, cause: string][] = [
  ['401', fhir(401, outcome('non')), 'rejected', 'unauthorized'],
  ['404', raw(404, ''), 'rejected', 'not-found'],
  ['400', fhir(400, outcome('Parameter not found')), 'rejected', 'bad-request'],
  ['500', raw(500, ''), 'rejected', 'server-error'],
  ['429', raw(429, '', { 'retry-after': '1' }), 'unavailable', 'throttled'],
  ['502', raw(502, ''), 'unavailable', 'gateway'],
  ['HTML', raw(200, '<html>', { 'content-type': 'text/html' }), 'unavailable', 'invalid-answer'],
  ['a resource alone', fhir(200, practitioner()), 'unavailable', 'invalid-answer'],
  [
    'a page of what is no resource',
    fhir(200, { resourceType: 'Bundle', entry: [{ resource: 'x' }] }),
    'unavailable',
    'invalid-answer',
  ],
  ['a cut connection', (_, response) => response.socket?.destroy(), 'unavailable', 'connection'],
  ['a redirect', raw(302, '', { location: 'https://ailleurs.example/' }), 'rejected', 'redirect'],
];
for (const [name, step, kind, cause] of readFaults) {
  test(`a read answered by ${name} proves nothing, and changes nothing`, async (t) => {
    const server = await feedServer(t, step);
    const answer = await feedClient(t, server.url).read(adressePer, professionnel);
    assert.equal(answer.kind, kind);
    assert.ok('cause' in answer);
    assert.equal(answer.cause, cause);
    if (answer.kind === 'unavailable') assert.equal(answer.isOutcomeUnknown, false);
  });
}

test('an outcome that comes along with the results is passed over', async (t) => {
  const body = bundle([practitioner()]) as { entry: object[] };
  body.entry.push({ resource: outcome('ignoré'), search: { mode: 'outcome' } });
  const server = await feedServer(t, fhir(200, body));
  const answer = await feedClient(t, server.url).read(adressePer, professionnel);
  assert.deepEqual(adresses(answer), [adressePer]);
});

test('reads go to their own base, PATCH to the other', async (t) => {
  const adeli = { system: 'urn:oid:1.2.250.1.71.4.2.1', value: '0012345678' };
  const read = await feedServer(
    t,
    apiOf({ Practitioner: [practitioner({ identifier: [adeli] })] }),
  );
  const write = await feedServer(t, apiOf({}));
  const lectureUrl = new URL('/fhir/v2/', read.url);
  const client = feedClient(t, write.url, { lectureUrl });
  await client.read(adressePer, professionnel);
  const request = requestOf(
    deletionOf({ kind: 'a-rechercher', adresse: adressePer }, adressePer, 'PER'),
  );
  assert.equal((await client.patch(request)).kind, 'accepted');
  assert.deepEqual(
    read.summary().map((line) => line.split('?')[0]),
    ['GET /fhir/v2/Practitioner', 'GET /fhir/v2/Practitioner', 'GET /fhir/v2/PractitionerRole'],
  );
  assert.deepEqual(write.summary(), ['PATCH /Practitioner/334081']);
});

describe('a BAL whose holder has no RPPS', () => {
  const porteur = { kind: 'a-rechercher', adresse: adressePer } as const;
  const none = practitioner({ identifier: [{ system: 'urn:x', value: '0012345678' }] });

  it('is deleted on the one resource that carries it, by its logical id', async (t) => {
    const server = await feedServer(t, apiOf({ Practitioner: [none] }, { ...none, telecom: [] }));
    const answer = await feedClient(t, server.url).patch(
      requestOf(deletionOf(porteur, adressePer, 'PER')),
    );
    assert.ok(answer.kind === 'accepted');
    assert.deepEqual(answer.bals, []);
    assert.deepEqual(server.summary(), [
      `GET /Practitioner?mailbox-mss=${adressePer}&_count=50`,
      `GET /PractitionerRole?mailbox-mss=${adressePer}&_count=50`,
      'PATCH /Practitioner/334081',
    ]);
    assert.match(server.seen[2]?.body ?? '', /"Practitioner\.telecom\.where\(value = 'prenom/);
  });

  it('is looked for everywhere when its type is not known', async (t) => {
    const carrier = organization({ identifier: [], telecom: [telecom(adressePer, 'ORG')] });
    const server = await feedServer(t, apiOf({ Organization: [carrier] }, carrier));
    const answer = await feedClient(t, server.url).patch(
      requestOf(deletionOf(porteur, adressePer)),
    );
    assert.equal(answer.kind, 'accepted');
    assert.equal(server.summary().at(-1), 'PATCH /Organization/org-1');
  });

  it('is left alone when nobody carries it, or under another type', async (t) => {
    for (const resources of [
      {},
      { Practitioner: [practitioner({ telecom: [telecom(adressePer, 'CAB')] })] },
      { Practitioner: [{ ...none, id: undefined }] },
    ]) {
      const server = await feedServer(t, apiOf(resources));
      const answer = await feedClient(t, server.url).patch(
        requestOf(deletionOf(porteur, adressePer, 'PER')),
      );
      assert.ok(answer.kind === 'rejected');
      assert.equal(answer.cause, 'not-found');
      assert.match(answer.message, /ne montre pas le porteur de prenom\.nom/);
      assert.ok(server.seen.every(({ method }) => method === 'GET'));
    }
  });

  it('is left alone when two carry it: a person chooses', async (t) => {
    const server = await feedServer(t, apiOf({ Practitioner: [none, { ...none, id: '334082' }] }));
    const answer = await feedClient(t, server.url).patch(
      requestOf(deletionOf(porteur, adressePer, 'PER')),
    );
    assert.ok(answer.kind === 'rejected');
    assert.equal(answer.cause, 'ambiguous');
    assert.match(answer.message, /^2 fiches/);
    assert.ok(server.seen.every(({ method }) => method === 'GET'));
  });

  const adeliHolder = { system: 'urn:oid:1.2.250.1.71.4.2.1', value: '0012345678' };
  const named: [name: string, resources: Parameters<typeof apiOf>[0], type: 'PER' | undefined][] = [
    ['a holder with RPPS', { Practitioner: [practitioner()] }, 'PER'],
    [
      'a holder whose idNatPs holds an RPPS',
      {
        Practitioner: [
          practitioner({
            identifier: [{ system: 'urn:oid:1.2.250.1.71.4.2.1', value: '810003461033' }],
          }),
        ],
      },
      'PER',
    ],
    ['a situation of somebody unknown', { PractitionerRole: [practitionerRole()] }, 'PER'],
    [
      'a structure that has its number',
      { Organization: [organization({ telecom: [telecom(adressePer, 'ORG')] })] },
      undefined,
    ],
  ];
  for (const [name, resources, type] of named) {
    it(`is left alone when all that shows is ${name}: the one that is meant may be hidden`, async (t) => {
      const server = await feedServer(t, apiOf(resources));
      const client = feedClient(t, server.url);
      const answer = await client.patch(requestOf(deletionOf(porteur, adressePer, type)));
      assert.ok(answer.kind === 'rejected', answer.kind);
      assert.equal(answer.cause, 'ambiguous');
      assert.match(answer.message, /Rien n'a été modifié\. Demandez à l'ANS/);
      assert.ok(server.seen.every(({ method }) => method === 'GET'));
      assert.equal((await client.read(adressePer, porteur)).kind, 'absent');
    });
  }

  it('is deleted where no RPPS is, beside somebody who has one', async (t) => {
    const own = practitioner({ identifier: [adeliHolder] });
    const other = practitioner({ id: '7' });
    const server = await feedServer(
      t,
      apiOf({ Practitioner: [other, own] }, { ...own, telecom: [] }),
    );
    const answer = await feedClient(t, server.url).patch(
      requestOf(deletionOf(porteur, adressePer, 'PER')),
    );
    assert.equal(answer.kind, 'accepted');
    assert.equal(server.summary().at(-1), 'PATCH /Practitioner/334081');
  });

  it('is not looked for twice in one memory: it may have moved', async (t) => {
    const server = await feedServer(t, apiOf({ Practitioner: [none] }, { ...none, telecom: [] }));
    const client = feedClient(t, server.url);
    const request = requestOf(deletionOf(porteur, adressePer, 'PER'));
    await client.patch(request);
    await client.patch(request);
    assert.equal(server.seen.filter(({ method }) => method === 'GET').length, 4);
  });

  it('is read on whoever carries it', async (t) => {
    const server = await feedServer(
      t,
      apiOf({ Practitioner: [none], PractitionerRole: [practitionerRole()] }),
    );
    const answer = await feedClient(t, server.url).read(adressePer, porteur);
    assert.deepEqual(adresses(answer), [adressePer]);
    assert.equal((await feedClient(t, server.url).read('z@x.mssante.fr', porteur)).kind, 'absent');
  });

  it('is left alone when the search fails', async (t) => {
    const server = await feedServer(t, raw(502, ''));
    const answer = await feedClient(t, server.url).patch(
      requestOf(deletionOf(porteur, adressePer, 'PER')),
    );
    assert.ok(answer.kind === 'unavailable');
    assert.equal(answer.isOutcomeUnknown, false);
  });

  it('is left alone when another resource answers in its place', async (t) => {
    const server = await feedServer(
      t,
      apiOf({ Practitioner: [none] }, practitioner({ id: 'autre' })),
    );
    const answer = await feedClient(t, server.url).patch(
      requestOf(deletionOf(porteur, adressePer, 'PER')),
    );
    assert.ok(answer.kind === 'unavailable');
    assert.equal(answer.cause, 'invalid-answer');
  });
});

describe('a situation named by its own identifier', () => {
  const insert = requestOf({ kind: 'insert', bal: balPer({ porteur: situation }) });
  const removal = requestOf(deletionOf(situation, adressePer, 'PER'));
  const all = { Practitioner: [practitioner()], Organization: [organization()] };
  const dialecte = resolveDialect('profile-1.2.0');

  async function patched(
    t: TestContext,
    roles: readonly FhirExample[],
    more: Readonly<Record<string, readonly FhirExample[]>> = {},
    request = insert,
    used = dialecte,
  ) {
    const step = apiOf({ ...all, PractitionerRole: roles, ...more }, practitionerRole());
    const server = await feedServer(t, step);
    const answer = await feedClient(t, server.url, { dialecte: used }).patch(request);
    return { answer, last: server.summary().at(-1) ?? '', server };
  }

  it('is looked for by its two ends, then patched by it', async (t) => {
    const { answer, server } = await patched(t, [practitionerRole()]);
    assert.equal(answer.kind, 'accepted');
    assert.deepEqual(server.summary(), [
      'GET /Practitioner?identifier=https://rpps.esante.gouv.fr|10003461033&_count=50',
      'GET /Organization?identifier=https://finess.esante.gouv.fr|540002698&_count=50',
      'GET /PractitionerRole?practitioner=Practitioner/334081&organization=Organization/org-1&_count=50',
      'PATCH /PractitionerRole?identifier=https://rpps.esante.gouv.fr|1001500032',
    ]);
  });

  it('has another parameter in the corrected draft', async (t) => {
    const used = resolveDialect('draft-2026-06-corrections', {
      systemeFiness: 'https://finess.esante.gouv.fr',
    });
    const { last } = await patched(t, [practitionerRole()], {}, insert, used);
    assert.equal(
      last,
      'PATCH /PractitionerRole?practitionerRole.identifier=https://rpps.esante.gouv.fr|1001500032',
    );
  });

  it('goes by its logical id when it shows no identifier', async (t) => {
    const { last } = await patched(t, [practitionerRole({ identifier: [] })]);
    assert.equal(last, 'PATCH /PractitionerRole/5015602');
  });

  it('is the one that carries the BAL, of two in the same structure', async (t) => {
    const bare = practitionerRole({
      id: 'autre',
      telecom: [],
      identifier: [{ system: 'https://rpps.esante.gouv.fr', value: '1009999999' }],
    });
    const two = [bare, practitionerRole()];
    const { last } = await patched(t, two, {}, removal);
    assert.match(last, /1001500032$/);
    const { answer } = await patched(t, two);
    assert.ok(answer.kind === 'rejected');
    assert.equal(answer.cause, 'ambiguous');
  });

  const lost: [
    name: string,
    roles: readonly FhirExample[],
    more: Record<string, FhirExample[]>,
    cause: string,
  ][] = [
    ['no situation', [], {}, 'not-found'],
    ['no professional', [practitionerRole()], { Practitioner: [] }, 'not-found'],
    ['no structure', [practitionerRole()], { Organization: [] }, 'not-found'],
    [
      'two structures',
      [practitionerRole()],
      { Organization: [organization(), organization({ id: 'o2' })] },
      'ambiguous',
    ],
    [
      'the situations of everybody, from a server that ignores the parameters',
      [practitionerRole({ practitioner: { reference: 'Practitioner/x' } })],
      {},
      'not-found',
    ],
    [
      'the professionals of everybody, from a server that ignores the parameter',
      [practitionerRole()],
      {
        Practitioner: [
          practitioner({
            identifier: [{ system: 'https://rpps.esante.gouv.fr', value: '10102727017' }],
          }),
        ],
      },
      'not-found',
    ],
  ];
  for (const [name, roles, more, cause] of lost) {
    it(`is not patched: ${name}`, async (t) => {
      const { answer, server } = await patched(t, roles, more);
      assert.ok(answer.kind === 'rejected');
      assert.equal(answer.cause, cause);
      assert.ok(server.seen.every(({ method }) => method === 'GET'));
    });
  }

  it('is looked for anew once the ANS has refused', async (t) => {
    const server = await feedServer(t, (call, response) => {
      if (call.method === 'PATCH') fhir(404, outcome('inconnu'))(call, response);
      else apiOf({ ...all, PractitionerRole: [practitionerRole()] })(call, response);
    });
    const client = feedClient(t, server.url, { dialecte });
    await client.patch(insert);
    await client.patch(insert);
    assert.equal(server.seen.length, 2 * 4);
  });
});

test('the liste rouge cannot be shown, the rest can', async (t) => {
  const client = feedClient(t, new URL('http://127.0.0.1:1'));
  assert.equal(client.canShow(balOrg()), true);
  assert.equal(client.canShow(balPer({ listeRouge: true })), false);
  await client.close();
});
