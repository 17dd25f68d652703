// The draft's own material: its 40 request examples are applied, and every answer is of the form that it publishes.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { load } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { adressesDe, exemple, SimulateurDeTest, type Recu } from '../support/simulateur.js';

const rpps = '10003461033';
let database: TestDatabase;
let simulateur: SimulateurDeTest;
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
  simulateur = await SimulateurDeTest.ouvrir(database.pool);
  ids = {
    Practitioner: await idDe(
      `/Practitioner?identifier=${encodeURIComponent(`https://rpps.esante.gouv.fr|${rpps}`)}`,
    ),
    PractitionerRole: await idDe('/PractitionerRole?mailbox-mss:exact=autre@x.mssante.fr'),
    Organization: await idDe('/Organization?mailbox-mss:exact=org@x.mssante.fr'),
  };
});

after(async () => {
  await simulateur.fermer();
  await database.drop();
});

async function idDe(recherche: string): Promise<string> {
  const { json, status, text } = await simulateur.get(recherche);
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

function schemaOf(fichier: string): (nom: string) => ValidateFunction {
  const text = readFileSync(`test/fixtures/feed-api/${fichier}`, 'utf8');
  const { components } = parse(text) as Schemas;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'draft', components });
  return (nom) => ajv.compile({ $ref: `draft#/components/schemas/${nom}` });
}

const schemas = ['openapi-balmss.yaml', 'openapi-balmss.proposed-errors.yaml'].map(schemaOf);

function assertForm({ json, text }: Recu): void {
  for (const schema of schemas) {
    const validate = schema(String(json['resourceType']));
    assert.ok(validate(json), `${JSON.stringify(validate.errors)}\n${text}`);
  }
}

const noms = readdirSync('test/fixtures/feed-api/patch-examples')
  .map((file) => /^patch(\w+?)BAL(ByIdentifier)?\.(\w+)\.json$/u.exec(file))
  .filter((match) => match !== null);

test('there are 40 request examples', () => {
  assert.equal(noms.length, 40);
});

// A replace needs something to replace, and an insert nothing: each example is made possible first.
for (const [fichier, ressource = '', parIdentifiant, operation = ''] of noms) {
  test(`example ${fichier}`, async () => {
    const chemin = parIdentifiant
      ? `/${ressource}?${conditions[ressource] ?? ''}`
      : `/${ressource}/${ids[ressource] ?? ''}`;
    const nom = fichier.replace('.json', '');
    const famille = nom.slice(0, nom.indexOf('.'));
    const genre = /CAB|PER/u.exec(operation)?.[0] ?? '';
    const retrait = await simulateur.patch(chemin, exemple(`${famille}.deleteBAL${genre}`));
    assert.equal(retrait.status, 200, retrait.text);
    const insere = exemple(`${famille}.insertBAL${genre}`);
    if (!operation.startsWith('insert')) {
      assert.equal((await simulateur.patch(chemin, insere)).status, 200);
    }
    const recu = await simulateur.patch(chemin, exemple(nom));
    assert.equal(recu.status, 200, recu.text);
    assertForm(recu);
    const adresse = ressource === 'Organization' ? 'structure@' : 'prenom.nom@';
    const presentes = adressesDe(recu.json).filter((one) => one.startsWith(adresse));
    assert.equal(presentes.length, operation.startsWith('delete') ? 0 : 1);
  });
}

test('errors are of the published form, with the texts of its examples', async () => {
  const insere = exemple('patchPractitionerBAL.insertBALPER');
  const parId = `/Practitioner/${ids['Practitioner'] ?? ''}`;
  await simulateur.patch(parId, exemple('patchPractitionerBAL.deleteBALPER'));
  await simulateur.patch(parId, insere);
  const attendus: readonly (readonly [nom: string, status: number, recu: Recu])[] = [
    ['BadRequest', 400, await simulateur.patch(parId, { resourceType: 'Bundle' })],
    ['Unauthorized', 401, await simulateur.patch(parId, insere, { 'esante-api-key': 'fausse' })],
    ['NotFound', 404, await simulateur.patch('/Practitioner/inconnu', insere)],
    ['UnprocessableEntity', 422, await simulateur.patch(parId, insere)],
  ];
  for (const [nom, status, recu] of attendus) {
    assert.equal(recu.status, status, nom);
    assertForm(recu);
    const path = `test/fixtures/feed-api/patch-examples-proposed-errors/error.${nom}.json`;
    const texte = readFileSync(path, 'utf8').replace(
      '{{adresse_mail}}',
      'prenom.nom@domain.mssante.fr',
    );
    assert.deepEqual(sansPrecision(recu.json), JSON.parse(texte), nom);
  }
});

function sansPrecision(outcome: Record<string, unknown>): unknown {
  const issue = (outcome['issue'] as readonly Record<string, unknown>[]).map((one) =>
    Object.fromEntries(Object.entries(one).filter(([cle]) => cle !== 'diagnostics')),
  );
  return { ...outcome, issue };
}

test('searches answer bundles of the published form', async () => {
  for (const chemin of [
    '/Practitioner?mailbox-mss=autre',
    '/PractitionerRole',
    '/Organization?mailbox-mss-type=ORG&_elements=identifier,telecom',
    '/?_type=Practitioner,PractitionerRole',
  ]) {
    const recu = await simulateur.get(chemin);
    assert.equal(recu.status, 200, recu.text);
    assertForm(recu);
    for (const { resource } of recu.json['entry'] as readonly { resource: Recu['json'] }[]) {
      assertForm({ ...recu, json: resource });
    }
  }
});
