// Each published example of the draft is made by our payload, or read by our reader, or listed with the reason why not.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it, test } from 'node:test';
import type { CarrierType } from '../../../src/feed/carrier.js';
import { type Dialect, dialectNames, dialects, resolveDialect } from '../../../src/feed/dialect.js';
import { outcomeTextOf, parseResource, parseSearchPage } from '../../../src/feed/fhir-resource.js';
import { buildParameters } from '../../../src/feed/payload.js';
import type { FeedOperation } from '../../../src/domain/feed-operation.js';
import {
  adresseOrg,
  adressePer,
  balCab,
  balOrg,
  balPer,
  deletionOf,
  professionnel,
  situation,
  structure,
} from '../../support/feed.js';

const folder = 'test/fixtures/feed-api/patch-examples';
const fhirFolder = 'test/fixtures/feed-api/fhir';

function load(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8')) as unknown;
}

const draft = dialects['draft-2026-06'];
const attribut = resolveDialect('draft-2026-06', { remplacement: 'attribut' });

type Made = { readonly operation: FeedOperation; readonly dialect: Dialect };
const replaced = (operation: FeedOperation, dialect = draft): Made => ({ operation, dialect });

/** By the end of the example's name; the two ways to name a carrier have the same bodies. */
const practitionerBodies: Readonly<Record<string, Made>> = {
  replaceBALPERContactPoint: replaced({
    kind: 'replace',
    bal: balPer({ listeRouge: true }),
    champs: ['listeRouge', 'rang'],
  }),
  replaceBALPERAttribute: replaced(
    { kind: 'replace', bal: balPer({ listeRouge: true }), champs: ['listeRouge'] },
    attribut,
  ),
  replaceRankBALPER: replaced({ kind: 'replace', bal: balPer(), champs: ['rang'] }, attribut),
  insertBALPER: replaced({ kind: 'insert', bal: balPer() }),
  deleteBALPER: replaced(deletionOf(professionnel, adressePer, 'PER')),
  replaceBALCABContactPoint: replaced({
    kind: 'replace',
    bal: balCab({ listeRouge: true }),
    champs: ['listeRouge', 'rang'],
  }),
  replaceBALCABAttribute: replaced(
    { kind: 'replace', bal: balCab({ listeRouge: true }), champs: ['listeRouge'] },
    attribut,
  ),
  replaceRankBALCAB: replaced({ kind: 'replace', bal: balCab(), champs: ['rang'] }, attribut),
  insertBALCAB: replaced({ kind: 'insert', bal: balCab() }),
  deleteBALCAB: replaced(deletionOf(professionnel, adressePer, 'CAB')),
};

const perInStructure = balPer({ porteur: situation });
const roleBodies: Readonly<Record<string, Made>> = {
  replaceContactPoint: replaced({
    kind: 'replace',
    bal: perInStructure,
    champs: ['rang', 'listeRouge'],
  }),
  replaceAttribute: replaced(
    { kind: 'replace', bal: { ...perInStructure, listeRouge: true }, champs: ['listeRouge'] },
    attribut,
  ),
  replaceRank: replaced({ kind: 'replace', bal: perInStructure, champs: ['rang'] }, attribut),
  insertBAL: replaced({ kind: 'insert', bal: perInStructure }),
  deleteBAL: replaced(deletionOf(situation, adressePer, 'PER')),
};

const organizationBodies: Readonly<Record<string, Made>> = {
  replaceContactPoint: replaced({
    kind: 'replace',
    bal: balOrg(),
    champs: ['description', 'rang'],
  }),
  replaceAttribute: replaced({ kind: 'replace', bal: balOrg(), champs: ['description'] }, attribut),
  replaceRank: replaced({ kind: 'replace', bal: balOrg(), champs: ['rang'] }, attribut),
  insertBAL: replaced({
    kind: 'insert',
    bal: balOrg({ service: 'Service des admissions', responsable: 'Responsable de la BAL' }),
  }),
  deleteBAL: replaced(deletionOf(structure, adresseOrg, 'ORG')),
};

const families: readonly [
  prefix: string,
  type: CarrierType,
  bodies: Readonly<Record<string, Made>>,
][] = [
  ['patchPractitionerBAL', 'Practitioner', practitionerBodies],
  ['patchPractitionerRoleBAL', 'PractitionerRole', roleBodies],
  ['patchOrganizationBAL', 'Organization', organizationBodies],
];

const requests = families.flatMap(([prefix, type, bodies]) =>
  ['', 'ByIdentifier'].flatMap((suffix) =>
    Object.entries(bodies).map(([name, made]) => ({
      file: `${prefix}${suffix}.${name}.json`,
      type,
      ...made,
    })),
  ),
);

const answers = ['error.PreconditionFailed.json', 'searchPractitionerBAL.response200.json'];

/** File, and why our payload cannot make it. */
const notMade: readonly (readonly [file: string, reason: string])[] = [];

describe('the published request examples', () => {
  for (const { file, type, operation, dialect } of requests) {
    it(`${file} is what we send`, () => {
      assert.deepEqual(
        sorted(buildParameters([operation], type, dialect)),
        sorted(load(`${folder}/${file}`)),
      );
    });
  }
});

test('no published example is forgotten', () => {
  const published = readdirSync(folder).sort();
  const held = [...requests.map(({ file }) => file), ...answers, ...notMade.map(([file]) => file)];
  assert.equal(published.length, 42);
  assert.equal(requests.length, 40);
  assert.deepEqual(held.sort(), published);
});

test('the published page of results is read', () => {
  const page = parseSearchPage(load(`${folder}/searchPractitionerBAL.response200.json`));
  assert.equal(page?.next, undefined);
  assert.deepEqual(
    page?.resources.map(({ resourceType, id, bals }) => [resourceType, id, bals]),
    [
      [
        'Practitioner',
        'practitioner-dupont',
        [
          {
            adresse: 'jean.dupont@domain.mssante.fr',
            typeBal: 'PER',
            listeRouge: false,
            rang: undefined,
            description: undefined,
            service: undefined,
            responsable: undefined,
          },
        ],
      ],
    ],
  );
});

test('the published error is read', () => {
  assert.match(
    outcomeTextOf(load(`${folder}/error.PreconditionFailed.json`)) ?? '',
    /^Multiple matches found for conditional PATCH/,
  );
});

const proposedFolder = 'test/fixtures/feed-api/patch-examples-proposed-errors';
for (const file of readdirSync(proposedFolder)) {
  test(`the proposed ${file} is read, code included`, () => {
    const text = outcomeTextOf(load(`${proposedFolder}/${file}`)) ?? '';
    assert.match(text, /invalide|requise|introuvable|Multiple matches|existe déjà|inattendue/);
    const source = readFileSync(`${proposedFolder}/${file}`, 'utf8');
    if (source.includes('MSG_') || source.includes('SEARCH_')) assert.match(text, /\[[A-Z_]+\]$/);
  });
}

describe('the example resources of the guides', () => {
  /** BAL of each, as `address type listeRouge`. */
  const carried: Readonly<Record<string, readonly string[]>> = {
    'Organization-481677.json': ['xxxx@xxxxx.mssante.fr ORG undefined'],
    'Organization-example-organization-nancy.json': [
      'exemple.address@address.mssante.fr ORG false',
    ],
    'Practitioner-334081DP.json': ['jeromebonnet@pro.mssante.fr undefined undefined'],
    'Practitioner-3719500.json': ['davidchatelier@pro.mssante.fr PER undefined'],
    'Practitioner-3719500DP.json': ['davidchatelier@xxx.mssante.fr undefined undefined'],
    'Practitioner-mss-practitioner-bal-per-dupont.json': [
      'jean-marie.dupont@infirmier.mssante.fr PER false',
    ],
    'Practitioner-mss-practitioner-bal-per-martin-elements.json': [
      'sophie.martin@medecin.mssante.fr PER false',
    ],
  };
  const files = readdirSync(fhirFolder).filter((name) => /^(Practitioner|Organization)/.test(name));
  for (const file of files) {
    it(`${file} is read`, () => {
      const resource = parseResource(load(`${fhirFolder}/${file}`));
      assert.ok(resource);
      assert.ok(resource.isActive);
      assert.equal(resource.resourceType, file.split('-')[0]);
      const read = resource.bals.map(
        ({ adresse, typeBal, listeRouge }) => `${adresse} ${String(typeBal)} ${String(listeRouge)}`,
      );
      assert.deepEqual(read, carried[file] ?? []);
      if (resource.resourceType === 'PractitionerRole') {
        assert.match(resource.practitioner?.id ?? '', /^\d+$/);
        assert.match(resource.organization?.id ?? '', /^\d+$/);
      }
    });
  }

  it('Bundles are read', () => {
    for (const file of readdirSync(fhirFolder).filter((name) => name.startsWith('Bundle'))) {
      const page = parseSearchPage(load(`${fhirFolder}/${file}`));
      assert.deepEqual(
        page?.resources.flatMap(({ bals }) => bals.map(({ adresse }) => adresse)),
        ['jean-marie.dupont@infirmier.mssante.fr', 'sophie.martin@medecin.mssante.fr'],
      );
    }
  });

  it('are all here', () => {
    assert.equal(files.length, 20);
  });
});

test('what we write is what we read, in every dialect', () => {
  const full = balOrg({ service: 'Admissions', responsable: 'Mme X', rang: 2, listeRouge: true });
  for (const base of dialectNames) {
    for (const typeBal of ['R257', 'R256', 'valueCode'] as const) {
      const dialect = resolveDialect(base, { typeBal });
      const [operation] = buildParameters(
        [{ kind: 'insert', bal: full }],
        'Organization',
        dialect,
      ).parameter;
      const value = operation?.part.find(({ name }) => name === 'value');
      assert.ok(value && 'valueContactPoint' in value);
      const read = parseResource({
        resourceType: 'Organization',
        telecom: [value.valueContactPoint],
      });
      const { porteur, ...expected } = full;
      assert.ok(porteur);
      assert.deepEqual(read?.bals, [expected], `${base} ${typeBal}`);
    }
  }
});

/** Keys in one order; lists keep theirs. */
function sorted(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sorted);
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, sorted(value)]));
}
