// EX_GBM_4312, the third and last refusal: whatever the types above promise, nothing leaves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedOperation } from '../../src/domain/feed-operation.js';
import { createDryRunClient } from '../../src/feed/dry-run-client.js';
import type { FeedRequest } from '../../src/feed/feed-client.js';
import {
  balCab,
  balOrg,
  balPer,
  deletionOf,
  feedClient,
  feedServer,
  feedSettings,
  fhir,
  practitioner,
  professionnel,
  requestOf,
  situation,
  structure,
} from '../support/feed.js';

/** What a cast, or a row read without care, may make. */
function forged(operation: object): FeedRequest {
  const made = operation as FeedOperation;
  const porteur = made.kind === 'delete' ? made.porteur : made.bal.porteur;
  return { porteur, operations: [made] };
}

const type10 = /type 10.*EX_GBM_4312|EX_GBM_4312/;
const lies: [name: string, request: FeedRequest, says: RegExp][] = [];
for (const kind of ['insert', 'replace'] as const) {
  const more = kind === 'replace' ? { champs: ['listeRouge'] } : {};
  for (const bal of [balPer(), balCab()]) {
    for (const rpps of [
      '899700000001',
      '1234567890',
      '',
      ' ',
      '0A1234567',
      10003461033,
      null,
      undefined,
    ]) {
      const porteur = { kind: 'professionnel', rpps };
      lies.push([
        `${kind} of a ${bal.typeBal} for ${String(rpps)}`,
        forged({ kind, bal: { ...bal, porteur }, ...more }),
        type10,
      ]);
    }
    for (const porteur of [
      { kind: 'a-rechercher', adresse: bal.adresse },
      { kind: 'structure', structure: structure.structure },
      { kind: 'inconnu' },
    ]) {
      lies.push([
        `${kind} of a ${bal.typeBal} on « ${porteur.kind} »`,
        forged({ kind, bal: { ...bal, porteur }, ...more }),
        type10,
      ]);
    }
  }
  lies.push([
    `${kind} of a PER in a structure, without RPPS`,
    forged({ kind, bal: balPer({ porteur: { ...situation, rpps: undefined as never } }), ...more }),
    type10,
  ]);
  lies.push([
    `${kind} of a CAB in a structure, which the feed does not have`,
    forged({ kind, bal: { ...balCab(), porteur: situation }, ...more }),
    type10,
  ]);
}
lies.push(
  [
    'an ORG on a person',
    forged({ kind: 'insert', bal: { ...balOrg(), porteur: professionnel } }),
    /portée par une structure/,
  ],
  [
    'an ORG on a structure that is none',
    forged({ kind: 'insert', bal: balOrg({ porteur: { ...structure, structure: 'x' as never } }) }),
    /IdNat_Struct/,
  ],
  [
    'a type that does not exist',
    forged({ kind: 'insert', bal: { ...balPer(), typeBal: 'BAL' } }),
    /« BAL » n'existe pas/,
  ],
  [
    'a PER written per',
    forged({ kind: 'insert', bal: { ...balPer(), typeBal: 'per' } }),
    /n'existe pas/,
  ],
  [
    'an address that is none',
    requestOf({ kind: 'insert', bal: balPer({ adresse: 'a b@x.mssante.fr' }) }),
    /pas une adresse/,
  ],
  [
    'two addresses in one',
    requestOf({ kind: 'insert', bal: balPer({ adresse: 'a@x.fr,b@x.fr' }) }),
    /pas une adresse/,
  ],
  [
    'an operation of another porteur',
    { porteur: professionnel, operations: [{ kind: 'insert', bal: balOrg() }] },
    /autre porteur/,
  ],
  [
    'a type 10 behind a valid one',
    {
      porteur: professionnel,
      operations: [
        { kind: 'insert', bal: balPer() },
        { kind: 'insert', bal: balPer({ porteur: { ...professionnel, rpps: '' as never } }) },
      ],
    },
    /autre porteur/,
  ],
  [
    'the deletion of the BAL of another address than the one looked for',
    forged({
      kind: 'delete',
      adresse: 'autre@x.mssante.fr',
      porteur: { kind: 'a-rechercher', adresse: 'une@x.mssante.fr' },
    }),
    /pas une adresse/,
  ],
  ['a deletion of nothing', requestOf(deletionOf(professionnel, '')), /pas une adresse/],
  [
    'a deletion on a RPPS that is none',
    requestOf(deletionOf({ ...professionnel, rpps: 'x' as never }, 'a@x.mssante.fr')),
    /11 chiffres/,
  ],
);

for (const [name, request, says] of lies) {
  test(`nothing leaves: ${name}`, async (t) => {
    const server = await feedServer(t, fhir(200, practitioner()));
    const recorded: unknown[] = [];
    for (const client of [
      feedClient(t, server.url),
      createDryRunClient(feedSettings(server.url), (call) => recorded.push(call)),
    ]) {
      const answer = await client.patch(request);
      assert.ok(answer.kind === 'rejected', answer.kind);
      assert.equal(answer.cause, 'refused-here');
      assert.match(answer.message, says);
      assert.deepEqual(answer.exchange, {
        request: undefined,
        status: undefined,
        response: undefined,
      });
    }
    assert.equal(server.seen.length, 0);
    assert.deepEqual(recorded, []);
  });
}

test('the same server does see what may leave', async (t) => {
  const server = await feedServer(t, fhir(200, practitioner()));
  await feedClient(t, server.url).patch(requestOf({ kind: 'insert', bal: balPer() }));
  await feedClient(t, server.url).patch(requestOf({ kind: 'insert', bal: balCab() }));
  assert.equal(server.seen.length, 2);
});
