// The draft's own material: its 40 request examples are applied, and every answer is of the form that it publishes.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { load } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { adressesOf, example, TestSimulator, type Received } from '../support/simulator.js';

const rpps = '10003461033';
let database: TestDatabase;
let simulator: TestSimulator;
let ids: Readonly<Record<string, string>>;

before(async () => {
  database = await testDatabase();
  await load(database.pool, {
    bals: [
      { adresse: 'autre@x.mssante.fr', rpps },
      { adresse: 'autre@x.mssante.fr', rpps, structure: '1750000001' },
      { adresse: 'org@x.mssante.fr', type: 'ORG', structure: '1750000001', service: 'Accueil' },
    ],
    activites: [{ rpps, site: '750000001', ej: '750000002' }],
    finess: [{ finess: '750000001', nature: 'EG', ej: '750000002', siret: '75000000100017' }],
  });
  simulator = await TestSimulator.open(database.pool);
  ids = {
    Practitioner: await idOf(
      `/Practitioner?identifier=${encodeURIComponent(`https://rpps.esante.gouv.fr|${rpps}`)}`,
    ),
    PractitionerRole: await idOf('/PractitionerRole?mailbox-mss:exact=autre@x.mssante.fr'),
    Organization: await idOf('/Organization?mailbox-mss:exact=org@x.mssante.fr'),
  };
});

after(async () => {
  await simulator.close();
  await database.drop();
});

async function idOf(search: string): Promise<string> {
  const { json, status, text } = await simulator.get(search);
  assert.equal(status, 200, text);
  const entry = json['entry'] as readonly { resource: { id: string } }[];
  assert.equal(entry.length, 1, text);
  return entry[0]?.resource.id ?? '';
}

const conditions: Readonly<Record<string, string>> = {
  Practitioner: `identifier=urn:oid:1.2.250.1.71.4.2.1|8${rpps}`,
  PractitionerRole: `practitioner.identifier=https://rpps.esante.gouv.fr|${rpps}&organization.identifier=http://finess.sante.gouv.fr|750000001`,
  Organization: 'identifier=http://finess.sante.gouv.fr|750000001',
};

type Schemas = { readonly components: { readonly schemas: Readonly<Record<string, object>> } };

function schemaOf(file: string): (name: string) => ValidateFunction {
  const text = readFileSync(`test/fixtures/feed-api/${file}`, 'utf8');
  const { components } = parse(text) as Schemas;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'draft', components });
  return (name) => ajv.compile({ $ref: `draft#/components/schemas/${name}` });
}

const schemas = ['openapi-balmss.yaml', 'openapi-balmss.proposed-errors.yaml'].map(schemaOf);

function assertForm({ json, text }: Received): void {
  for (const schema of schemas) {
    const validate = schema(String(json['resourceType']));
    assert.ok(validate(json), `${JSON.stringify(validate.errors)}\n${text}`);
  }
}

const names = readdirSync('test/fixtures/feed-api/patch-examples')
  .map((file) => /^patch(\w+?)BAL(ByIdentifier)?\.(\w+)\.json$/u.exec(file))
  .filter((match) => match !== null);

test('there are 40 request examples', () => {
  assert.equal(names.length, 40);
});

// A replace needs something to replace, and an insert nothing: each example is made possible first.
for (const [file, resourceType = '', pageByIdentifier, operation = ''] of names) {
  test(`example ${file}`, async () => {
    const path = pageByIdentifier
      ? `/${resourceType}?${conditions[resourceType] ?? ''}`
      : `/${resourceType}/${ids[resourceType] ?? ''}`;
    const name = file.replace('.json', '');
    const family = name.slice(0, name.indexOf('.'));
    const genre = /CAB|PER/u.exec(operation)?.[0] ?? '';
    const withdrawal = await simulator.patch(path, example(`${family}.deleteBAL${genre}`));
    assert.equal(withdrawal.status, 200, withdrawal.text);
    const inserted = example(`${family}.insertBAL${genre}`);
    if (!operation.startsWith('insert')) {
      assert.equal((await simulator.patch(path, inserted)).status, 200);
    }
    const received = await simulator.patch(path, example(name));
    assert.equal(received.status, 200, received.text);
    assertForm(received);
    const adresse = resourceType === 'Organization' ? 'structure@' : 'prenom.nom@';
    const present = adressesOf(received.json).filter((one) => one.startsWith(adresse));
    assert.equal(present.length, operation.startsWith('delete') ? 0 : 1);
  });
}

test('errors are of the published form, with the texts of its examples', async () => {
  const inserted = example('patchPractitionerBAL.insertBALPER');
  const findById = `/Practitioner/${ids['Practitioner'] ?? ''}`;
  await simulator.patch(findById, example('patchPractitionerBAL.deleteBALPER'));
  await simulator.patch(findById, inserted);
  const expectations: readonly (readonly [name: string, status: number, received: Received])[] = [
    ['BadRequest', 400, await simulator.patch(findById, { resourceType: 'Bundle' })],
    [
      'Unauthorized',
      401,
      await simulator.patch(findById, inserted, { 'esante-api-key': 'fausse' }),
    ],
    ['NotFound', 404, await simulator.patch('/Practitioner/inconnu', inserted)],
    ['UnprocessableEntity', 422, await simulator.patch(findById, inserted)],
  ];
  for (const [name, status, received] of expectations) {
    assert.equal(received.status, status, name);
    assertForm(received);
    const path = `test/fixtures/feed-api/patch-examples-proposed-errors/error.${name}.json`;
    const text = readFileSync(path, 'utf8').replace(
      '{{adresse_mail}}',
      'prenom.nom@domain.mssante.fr',
    );
    assert.deepEqual(withoutDetail(received.json), JSON.parse(text), name);
  }
});

function withoutDetail(outcome: Record<string, unknown>): unknown {
  const issue = (outcome['issue'] as readonly Record<string, unknown>[]).map((one) =>
    Object.fromEntries(Object.entries(one).filter(([key]) => key !== 'diagnostics')),
  );
  return { ...outcome, issue };
}

test('searches answer bundles of the published form', async () => {
  for (const path of [
    '/Practitioner?mailbox-mss=autre',
    '/PractitionerRole',
    '/Organization?mailbox-mss-type=ORG&_elements=identifier,telecom',
    '/?_type=Practitioner,PractitionerRole',
  ]) {
    const received = await simulator.get(path);
    assert.equal(received.status, 200, received.text);
    assertForm(received);
    for (const { resource } of received.json['entry'] as readonly {
      resource: Received['json'];
    }[]) {
      assertForm({ ...received, json: resource });
    }
  }
});
