// Every request that the client can make, captured on the wire and held against the ANS's OpenAPI documents.
import assert from 'node:assert/strict';
import { type TestContext, describe, it, test } from 'node:test';
import type {
  BalAPublier,
  ChampBal,
  FeedOperation,
  Porteur,
} from '../../../src/domain/feed-operation.js';
import { champsBal, cleDuPorteur } from '../../../src/domain/feed-operation.js';
import {
  type Dialect,
  type DialectName,
  clesProfessionnel,
  clesStructure,
  codagesTypeBal,
  remplacements,
  resolveDialect,
} from '../../../src/feed/dialect.js';
import { emailTypeUrl } from '../../../src/feed/fhir-names.js';
import {
  type FeedStep,
  type SeenCall,
  adresseOrg,
  adressePer,
  balCab,
  balOrg,
  balPer,
  bundle,
  deletionOf,
  feedClient,
  feedServer,
  fhir,
  organization,
  practitioner,
  practitionerRole,
  professionnel,
  requestOf,
  situation,
  structure,
  structureRang,
  structureSiret,
  telecom,
} from '../../support/feed.js';
import { openApi } from '../../support/openapi.js';

const folder = 'test/fixtures/feed-api';
const documents: Readonly<Record<DialectName, string>> = {
  'draft-2026-06': `${folder}/openapi-balmss.yaml`,
  'draft-2026-06-corrections': `${folder}/openapi-balmss.proposed-errors.yaml`,
  // The profiles have no OpenAPI of their own.
  'profile-1.2.0': `${folder}/openapi-balmss.proposed-errors.yaml`,
};

/** What a preset does that no document describes: the whole list, each with where it comes from. */
const departures: readonly (readonly [preset: DialectName, fault: RegExp, source: string])[] = [
  [
    'profile-1.2.0',
    /^unknown parameter identifier$|^missing parameter practitionerRole\.identifier$/,
    'the pages of the guide MSS: PractitionerRole?identifier=idSituationExercice',
  ],
];

/** A PATCH of a situation by its own identifier needs reads that the draft has not: parameters of the read API v2. */
const readV2 = /^unknown parameter (identifier|practitioner|organization)$/;

const bals: readonly BalAPublier[] = [
  balPer(),
  balPer({ rang: undefined, listeRouge: true, adresse: "o'brien@domain.mssante.fr" }),
  balPer({ porteur: situation }),
  balCab({ description: 'Cabinet « A »', responsable: "Mme O'Neil\nsecrétariat" }),
  ...[structure, structureSiret, structureRang].flatMap((porteur) =>
    (['ORG', 'APP'] as const).map((typeBal) =>
      balOrg({ porteur, typeBal, service: 'Admissions', responsable: 'M. X' }),
    ),
  ),
];

const lists: readonly (readonly ChampBal[])[] = [
  ...champsBal.map((champ) => [champ]),
  ['listeRouge', 'rang'],
  [...champsBal],
];

function operationsOf(bal: BalAPublier): readonly FeedOperation[] {
  return [
    { kind: 'insert', bal },
    ...lists.map((champs) => ({ kind: 'replace', bal, champs }) as const),
    deletionOf(bal.porteur, bal.adresse, bal.typeBal),
    deletionOf(bal.porteur, bal.adresse),
  ];
}

const toFind: readonly FeedOperation[] = (['PER', 'CAB', 'ORG', 'APP', undefined] as const).map(
  (typeBal) => {
    const adresse = typeBal === 'ORG' || typeBal === 'APP' ? adresseOrg : adressePer;
    return deletionOf({ kind: 'a-rechercher', adresse }, adresse, typeBal);
  },
);

const operations = [...bals.flatMap(operationsOf), ...toFind];

/** As the API would: one carrier of each kind. */
const api: FeedStep = ({ method, target }, response) => {
  const url = new URL(target, 'http://api');
  const type = url.pathname.split('/')[1] ?? '';
  const searched = url.searchParams.get('mailbox-mss');
  // What is looked for by its address has no identifier that would name it.
  const unnamed = searched === null ? {} : { identifier: [] };
  const resource = {
    Practitioner: practitioner({
      ...unnamed,
      telecom: [telecom(adressePer, 'PER'), telecom(adressePer, 'CAB')],
    }),
    // Only one of the resources carries the BAL that is looked for by its address.
    PractitionerRole: practitionerRole(searched === null ? {} : { telecom: [] }),
    Organization: organization({
      ...unnamed,
      telecom: [telecom(adresseOrg, 'ORG'), telecom(adresseOrg, 'APP')],
    }),
  }[type];
  assert.ok(resource, target);
  const body = method === 'GET' ? bundle([resource]) : { ...resource, identifier: [] };
  fhir(200, body)({ method, target, headers: {}, body: '' }, response);
};

async function captured(t: TestContext, dialecte: Dialect): Promise<readonly SeenCall[]> {
  const server = await feedServer(t, api);
  const client = feedClient(t, server.url, { dialecte });
  for (const operation of operations) {
    const answer = await client.patch(requestOf(operation));
    const what = `${operation.kind} ${cleDuPorteur(requestOf(operation).porteur)}`;
    assert.equal(answer.kind, 'accepted', `${what} : ${JSON.stringify(answer)}`);
  }
  for (const porteur of [professionnel, situation, structure] satisfies Porteur[]) {
    await client.read(porteur.kind === 'structure' ? adresseOrg : adressePer, porteur);
  }
  return server.seen;
}

/** What the draft's schema forbids and the profile demands (1..1): looked at apart. */
function withoutEmailType(call: SeenCall): SeenCall {
  if (call.body === '') return call;
  const { parameter, ...rest } = JSON.parse(call.body) as {
    parameter: { part: { valueContactPoint?: { extension: { url: string }[] } }[] }[];
  };
  for (const { part } of parameter) {
    for (const { valueContactPoint } of part) {
      if (!valueContactPoint) continue;
      const others = valueContactPoint.extension.filter(({ url }) => url !== emailTypeUrl);
      assert.equal(others.length, 1);
      valueContactPoint.extension = others;
    }
  }
  return { ...call, body: JSON.stringify({ ...rest, parameter }) };
}

for (const preset of Object.keys(documents) as DialectName[]) {
  describe(`the preset ${preset}`, () => {
    for (const remplacement of remplacements) {
      it(`conforms, replacing « ${remplacement} »`, async (t) => {
        const check = openApi(documents[preset]);
        const dialecte = resolveDialect(preset, { remplacement });
        const calls = await captured(t, dialecte);
        assert.ok(calls.length > 100, String(calls.length));
        for (const call of calls) {
          const faults = check.faults(dialecte.emailType ? withoutEmailType(call) : call);
          const unexpected = faults.filter((fault) => !isExpected(fault, call, preset));
          assert.deepEqual(unexpected, [], `${call.method} ${call.target}\n${call.body}`);
        }
        assertAllMet(check, preset);
      });
    }
  });
}

function isExpected(fault: string, call: SeenCall, preset: DialectName): boolean {
  if (call.method === 'GET') return readV2.test(fault);
  return departures.some(([own, pattern]) => own === preset && pattern.test(fault));
}

/** A check of nothing would pass: every operation of the document is used, but the reads that the gateway refuses. */
function assertAllMet(
  { met, operationIds }: ReturnType<typeof openApi>,
  preset: DialectName,
): void {
  const unused = operationIds.filter((id) => !met.has(id));
  // A situation always has an identifier here; the reads of several types are « non supporté » by the gateway.
  assert.deepEqual(unused.sort(), ['patchPractitionerRoleBAL', 'searchMultiTypeBAL'], preset);
}

test('every variant of the dialect conforms to one document at least', async (t) => {
  const checks = Object.values(documents).map(openApi);
  for (const typeBal of codagesTypeBal) {
    for (const cleProfessionnel of clesProfessionnel) {
      for (const cleStructure of clesStructure) {
        const dialecte = resolveDialect('draft-2026-06', {
          typeBal,
          cleProfessionnel,
          cleStructure,
          typeModifiable: false,
          responsableCab: false,
        });
        for (const call of await captured(t, dialecte)) {
          const faults = checks.map((check) => check.faults(call));
          const [first] = faults;
          assert.ok(
            faults.some((found) => found.length === 0),
            `${call.target} ${String(first)}`,
          );
        }
      }
    }
  }
});

test('the check sees a wrong request', () => {
  const check = openApi(documents['draft-2026-06']);
  const right: SeenCall = {
    method: 'PATCH',
    target: '/Practitioner?identifier=a%7Cb',
    headers: { 'esante-api-key': 'k', 'content-type': 'application/fhir+json' },
    body: JSON.stringify({
      resourceType: 'Parameters',
      parameter: [{ name: 'operation', part: [{ name: 'type', valueCode: 'insert' }] }],
    }),
  };
  assert.deepEqual(check.faults(right), []);
  const wrong: [SeenCall, RegExp][] = [
    [{ ...right, method: 'PUT' }, /no operation/],
    [{ ...right, target: '/Device?identifier=a' }, /no operation/],
    [{ ...right, target: '/Practitioner' }, /missing parameter identifier/],
    [{ ...right, target: '/Practitioner?identifier=a&x=1' }, /unknown parameter x/],
    [{ ...right, headers: {} }, /missing header esante-api-key/],
    [
      { ...right, headers: { ...right.headers, 'content-type': 'application/json' } },
      /content type/,
    ],
    [{ ...right, body: '{"resourceType":"Parameters","parameter":[]}' }, /fewer than 1 items/],
    [{ ...right, body: right.body.replace('insert', 'add') }, /valueCode.*allowed values/],
    [{ ...right, method: 'GET', target: '/Practitioner?mailbox-mss=ici', body: '' }, /must match/],
    [
      { ...right, method: 'GET', target: '/Practitioner?mailbox-mss:not=a@b.mssante.fr', body: '' },
      /unknown modifier/,
    ],
  ];
  for (const [call, fault] of wrong) assert.match(check.faults(call).join('\n'), fault);
});
