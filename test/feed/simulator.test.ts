// The client against the simulator, written apart from the same texts: what one sends, the other understands, in each
// preset.
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type {
  BalAPublier,
  BalLue,
  Porteur,
  PorteurSituation,
} from '../../src/domain/feed-operation.js';
import { parseIdNatStruct, parseRpps } from '../../src/domain/identifiers.js';
import {
  type DialectName,
  dialectNames,
  dialects,
  resolveDialect,
} from '../../src/feed/dialect.js';
import type { FeedClient, PatchAnswer } from '../../src/feed/feed-client.js';
import { load } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { balCab, balOrg, balPer, deletionOf, feedClient, requestOf } from '../support/feed.js';
import { apiKey, TestSimulator } from '../support/simulator.js';

const rpps = parseRpps('10000000001') ?? assert.fail();
const structureId = parseIdNatStruct('1750000001') ?? assert.fail();
const anne = { kind: 'professionnel', rpps } as const;
const anneIci: PorteurSituation = { kind: 'situation', rpps, structure: structureId };
const hopital = { kind: 'structure', structure: structureId } as const;

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
  await load(database.pool, {
    bals: [
      { adresse: 'anne@x.mssante.fr', rpps, structure: structureId },
      { adresse: 'dix@x.mssante.fr', typePp: '10', pp: '123456' },
      { adresse: 'accueil@x.mssante.fr', type: 'ORG', structure: structureId, service: 'Accueil' },
    ],
    inventaire: [{ adresse: 'rouge@x.mssante.fr', rpps, structure: structureId, listeRouge: true }],
    activites: [{ rpps, site: '750000001', ej: '750000002' }],
    finess: [{ finess: '750000001', nature: 'EG', ej: '750000002' }],
  });
});
after(() => database.drop());

async function pair(t: TestContext, preset: DialectName, fautes = ''): Promise<FeedClient> {
  const simulateur = await TestSimulator.open(database.pool, { dialect: preset, faults: fautes });
  t.after(() => simulateur.close());
  return feedClient(t, new URL(simulateur.url), { dialecte: dialects[preset], cleApi: apiKey });
}

function accepted(answer: PatchAnswer): readonly BalLue[] {
  assert.ok(answer.kind === 'accepted', JSON.stringify(answer));
  return answer.bals;
}

function balOf(bals: readonly BalLue[], adresse: string): BalLue | undefined {
  return bals.find((bal) => bal.adresse === adresse);
}

const nouvelles: readonly BalAPublier[] = [
  balPer({ adresse: "o'brien@x.mssante.fr", porteur: anne }),
  balPer({ adresse: 'ici@x.mssante.fr', porteur: anneIci, rang: 2 }),
  balCab({ adresse: 'cabinet@x.mssante.fr', porteur: anne, description: "L'entrée" }),
  balOrg({
    adresse: 'org@x.mssante.fr',
    porteur: hopital,
    service: 'Urgences',
    responsable: 'M. X',
  }),
  balOrg({ adresse: 'app@x.mssante.fr', porteur: hopital, typeBal: 'APP' }),
];

for (const preset of dialectNames) {
  describe(`in ${preset}`, () => {
    it('inserts, replaces and deletes every type on every porteur', async (t) => {
      const client = await pair(t, preset);
      for (const bal of nouvelles) {
        const { adresse, porteur } = bal;
        const inserted = accepted(await client.patch(requestOf({ kind: 'insert', bal })));
        assert.deepEqual(balOf(inserted, adresse), lueDe(bal), adresse);
        const read = await client.read(adresse, porteur);
        assert.ok(read.kind === 'found', JSON.stringify(read));
        assert.ok(balOf(read.bals, adresse));
        const red = { ...bal, listeRouge: true, rang: 3 };
        const replaced = accepted(
          await client.patch(
            requestOf({ kind: 'replace', bal: red, champs: ['listeRouge', 'rang'] }),
          ),
        );
        assert.deepEqual(balOf(replaced, adresse), lueDe(red), adresse);
        assert.equal((await client.read(adresse, porteur)).kind, 'absent', 'hidden');
        const left = accepted(
          await client.patch(requestOf(deletionOf(porteur, adresse, bal.typeBal))),
        );
        assert.equal(balOf(left, adresse), undefined);
      }
    });

    it('changes a type, where the ANS allows it or not', async (t) => {
      const client = await pair(t, preset);
      const bal = balPer({ adresse: 'change@x.mssante.fr', porteur: anne });
      accepted(await client.patch(requestOf({ kind: 'insert', bal })));
      const cabinet = balCab({ adresse: 'change@x.mssante.fr', porteur: anne, rang: undefined });
      const operation = { kind: 'replace', bal: cabinet, champs: ['typeBal', 'rang'] } as const;
      const bals = accepted(await client.patch(requestOf(operation)));
      assert.deepEqual(balOf(bals, 'change@x.mssante.fr'), lueDe(cabinet));
    });

    it('changes several BAL of one porteur at once', async (t) => {
      const client = await pair(t, preset);
      const bals = accepted(
        await client.patch(
          requestOf(
            deletionOf(hopital, 'accueil@x.mssante.fr', 'ORG'),
            { kind: 'insert', bal: balOrg({ adresse: 'un@x.mssante.fr', porteur: hopital }) },
            { kind: 'insert', bal: balOrg({ adresse: 'deux@x.mssante.fr', porteur: hopital }) },
          ),
        ),
      );
      assert.equal(balOf(bals, 'accueil@x.mssante.fr'), undefined);
      assert.ok(balOf(bals, 'un@x.mssante.fr') && balOf(bals, 'deux@x.mssante.fr'));
    });

    it('deletes a type 10 by its address alone, once', async (t) => {
      const client = await pair(t, preset);
      const porteur: Porteur = { kind: 'a-rechercher', adresse: 'dix@x.mssante.fr' };
      assert.equal((await client.read('dix@x.mssante.fr', porteur)).kind, 'found');
      const request = requestOf(deletionOf(porteur, 'dix@x.mssante.fr', 'PER'));
      assert.deepEqual(accepted(await client.patch(request)), []);
      const again = await client.patch(request);
      assert.ok(again.kind === 'rejected' && again.cause === 'not-found');
      assert.equal((await client.read('dix@x.mssante.fr', porteur)).kind, 'absent');
    });

    it('is told what is refused', async (t) => {
      const client = await pair(t, preset);
      const stranger = { kind: 'professionnel', rpps: parseRpps('10000000888') ?? rpps } as const;
      const unknown = await client.patch(
        requestOf({ kind: 'insert', bal: balPer({ porteur: stranger }) }),
      );
      assert.ok(unknown.kind === 'rejected' && unknown.cause === 'not-found');
      const bal = balPer({ adresse: 'deux-fois@x.mssante.fr', porteur: anne });
      accepted(await client.patch(requestOf({ kind: 'insert', bal })));
      const twice = await client.patch(requestOf({ kind: 'insert', bal }));
      assert.ok(
        twice.kind === 'rejected' && twice.cause === 'unprocessable',
        JSON.stringify(twice),
      );
      assert.match(twice.message, /existe déjà/);
    });
  });
}

describe('a wrong dialect', () => {
  it('is refused by the other, and said', async (t) => {
    const simulateur = await TestSimulator.open(database.pool, { dialect: 'draft-2026-06' });
    t.after(() => simulateur.close());
    const dialecte = resolveDialect('draft-2026-06', { systemeFiness: 'urn:autre' });
    const client = feedClient(t, new URL(simulateur.url), { dialecte, cleApi: apiKey });
    const answer = await client.patch(
      requestOf({ kind: 'insert', bal: balOrg({ porteur: hopital }) }),
    );
    assert.ok(answer.kind === 'rejected' && answer.cause === 'bad-request', JSON.stringify(answer));
    assert.match(answer.message, /dialecte/);
  });

  it('with a wrong key, is not even read', async (t) => {
    const simulateur = await TestSimulator.open(database.pool);
    t.after(() => simulateur.close());
    const client = feedClient(t, new URL(simulateur.url), { cleApi: 'fausse' });
    const answer = await client.patch(
      requestOf({ kind: 'insert', bal: balOrg({ porteur: hopital }) }),
    );
    assert.ok(answer.kind === 'rejected' && answer.cause === 'unauthorized');
  });
});

function lueDe(bal: BalAPublier): BalLue {
  return {
    adresse: bal.adresse,
    typeBal: bal.typeBal,
    listeRouge: bal.listeRouge,
    rang: bal.rang,
    description: 'description' in bal ? bal.description : undefined,
    service: 'service' in bal ? bal.service : undefined,
    responsable: 'responsable' in bal ? bal.responsable : undefined,
  };
}
