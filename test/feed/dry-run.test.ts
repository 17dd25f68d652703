// The dry run says what the real client sends, to the byte, and sends nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedOperation } from '../../src/domain/feed-operation.js';
import { dialectNames, dialects } from '../../src/feed/dialect.js';
import { createDryRunClient, renderCall } from '../../src/feed/dry-run-client.js';
import type { HttpCall } from '../../src/feed/http-call.js';
import {
  adresseOrg,
  adressePer,
  apiKey,
  balCab,
  balOrg,
  balPer,
  bundle,
  deletionOf,
  feedClient,
  feedServer,
  feedSettings,
  fhir,
  organization,
  practitioner,
  practitionerRole,
  professionnel,
  requestOf,
  situation,
  structure,
} from '../support/feed.js';

const aRechercher = { kind: 'a-rechercher', adresse: adressePer } as const;

const operations: readonly FeedOperation[] = [
  { kind: 'insert', bal: balPer() },
  { kind: 'insert', bal: balCab({ description: "L'accueil" }) },
  { kind: 'insert', bal: balPer({ porteur: situation }) },
  { kind: 'replace', bal: balOrg(), champs: ['description'] },
  { kind: 'replace', bal: balCab(), champs: ['typeBal'] },
  deletionOf(structure, adresseOrg, 'ORG'),
  deletionOf(aRechercher, adressePer, 'PER'),
];

for (const name of dialectNames) {
  test(`what is told is what is sent, in ${name}`, async (t) => {
    // The ids that a dry run cannot know, so that both say the same.
    const id = 'IDENTIFIANT-LU';
    const resources: Readonly<Record<string, object>> = {
      Practitioner: practitioner({ id }),
      PractitionerRole: practitionerRole({
        id,
        telecom: [],
        identifier: [{ system: 'https://rpps.esante.gouv.fr', value: id }],
        practitioner: { reference: `Practitioner/${id}` },
        organization: { reference: `Organization/${id}` },
      }),
      Organization: organization({
        id,
        identifier: [{ system: dialects[name].systemeFiness, value: '540002698' }],
      }),
    };
    const server = await feedServer(t, (call, response) => {
      const type = new URL(call.target, 'http://a').pathname.split('/')[1] ?? '';
      // What is looked for by its address has no identifier that would name it.
      const unnamed = call.target.includes('mailbox-mss=') ? { identifier: [] } : {};
      const resource = { ...resources[type], ...unnamed };
      fhir(200, call.method === 'GET' ? bundle([resource]) : resource)(call, response);
    });
    const dialecte = dialects[name];
    for (const operation of operations) {
      // A client each: what the first has learned would spare the second a read.
      const answer = await feedClient(t, server.url, { dialecte }).patch(requestOf(operation));
      assert.equal(answer.kind, 'accepted', JSON.stringify(answer));
    }
    const real = server.seen.map(({ method, target, headers, body }) => [
      method,
      target,
      { ...headers, 'esante-api-key': '***' },
      body,
    ]);
    const sent = server.seen.length;
    const told: HttpCall[] = [];
    const dry = createDryRunClient(feedSettings(server.url, { dialecte }), (call) =>
      told.push(call),
    );
    for (const operation of operations) await dry.patch(requestOf(operation));
    const written = told.map(({ method, url, headers, body = '' }, index) => {
      const { host, connection, 'content-length': length } = server.seen[index]?.headers ?? {};
      const onTheWire = {
        host,
        connection,
        ...(length === undefined ? {} : { 'content-length': length }),
      };
      return [method, `${url.pathname}${url.search}`, { ...onTheWire, ...headers }, body];
    });
    assert.deepEqual(written, real);
    assert.equal(server.seen.length, sent);
  });
}

test('nothing is sent, and the answer says what the ANS would hold', async (t) => {
  const server = await feedServer(t, fhir(200, practitioner()));
  const dry = createDryRunClient(feedSettings(server.url), () => undefined);
  const inserted = await dry.patch(requestOf({ kind: 'insert', bal: balOrg({ service: 's' }) }));
  assert.ok(inserted.kind === 'accepted');
  assert.deepEqual(inserted.bals, [
    {
      adresse: adresseOrg,
      typeBal: 'ORG',
      listeRouge: false,
      rang: 1,
      description: 'BAL principale de la structure',
      service: 's',
      responsable: undefined,
    },
  ]);
  const deleted = await dry.patch(requestOf(deletionOf(professionnel, adressePer)));
  assert.ok(deleted.kind === 'accepted');
  assert.deepEqual(deleted.bals, []);
  assert.equal((await dry.read(adressePer, professionnel)).kind, 'absent');
  assert.equal((await dry.read(adressePer, aRechercher)).kind, 'absent');
  assert.equal(dry.canShow(balPer({ listeRouge: true })), false);
  await dry.close();
  assert.equal(server.seen.length, 0);
});

test('a rendered request is complete, readable, and without our secrets', async () => {
  const lines: string[] = [];
  const settings = feedSettings(new URL('https://api.example/mss'), {
    oauth2: {
      url: new URL('https://auth.example'),
      clientId: 'c',
      clientSecret: 'secret-client',
      portee: undefined,
    },
  });
  const dry = createDryRunClient(settings, (call) => lines.push(renderCall(call)));
  const answer = await dry.patch(requestOf(deletionOf(professionnel, "o'brien@x.mssante.fr")));
  await dry.read(adressePer, professionnel);
  assert.deepEqual(lines, [
    `PATCH https://api.example/mss/Practitioner?identifier=https%3A%2F%2Frpps.esante.gouv.fr%7C10003461033
accept: application/fhir+json
accept-encoding: identity
user-agent: annuaire-sante-sync
content-type: application/fhir+json
prefer: return=representation
esante-api-key: ***
authorization: Bearer ***

{
  "resourceType": "Parameters",
  "parameter": [
    {
      "name": "operation",
      "part": [
        {
          "name": "type",
          "valueCode": "delete"
        },
        {
          "name": "path",
          "valueString": "Practitioner.telecom.where(value = 'o\\\\'brien@x.mssante.fr')"
        }
      ]
    }
  ]
}
`,
    `GET https://api.example/mss/Practitioner?mailbox-mss=prenom.nom%40domain.mssante.fr&_count=50
accept: application/fhir+json
accept-encoding: identity
user-agent: annuaire-sante-sync
esante-api-key: ***
authorization: Bearer ***
`,
  ]);
  const text = JSON.stringify([lines, answer]);
  for (const secret of [apiKey, 'secret-client']) assert.ok(!text.includes(secret));
});
