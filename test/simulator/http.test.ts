// What a client meets over the socket: keys, conditions, dialects, limits, searches, faults.
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { load } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  adressesOf,
  attributePath,
  contactPoint,
  insertion,
  parameters,
  replacement,
  TestSimulator,
  deletion,
  type Json,
  type Received,
  type TestSimulatorOptions,
} from '../support/simulator.js';

const [anne, paul, unexpected] = ['10000000001', '10000000002', '10000000999'];
let database: TestDatabase;

before(async () => {
  database = await testDatabase();
  await load(database.pool, {
    bals: [
      { adresse: 'anne@x.mssante.fr', rpps: anne, structure: '1750000001', service: 'Urgences' },
      { adresse: 'anne@y.mssante.fr', rpps: anne },
      { adresse: 'dix@x.mssante.fr', typePp: '10', pp: '123456' },
      { adresse: 'personne@x.mssante.fr' },
      { adresse: 'adeli@x.mssante.fr', typePp: '0', pp: '751234567' },
      { adresse: 'accueil@x.mssante.fr', type: 'ORG', structure: '1750000001', service: 'Accueil' },
      { adresse: 'seule@x.mssante.fr', type: 'ORG' },
      { adresse: 'orphelin@x.mssante.fr', rpps: unexpected, structure: '1750000001' },
    ],
    inventaire: [
      { adresse: 'rouge@x.mssante.fr', rpps: anne, structure: '1750000001', listeRouge: true },
      { adresse: 'labo@x.mssante.fr', type: 'APP', structure: '1750000001', service: 'Labo' },
      { adresse: 'cabinet@x.mssante.fr', type: 'CAB', rpps: paul },
      { adresse: 'fermee@x.mssante.fr', type: 'APP', structure: '1750000001', etat: 'ferme' },
      { adresse: 'anne@x.mssante.fr', rpps: anne, structure: '1750000001', listeRouge: true },
    ],
    activites: [
      { rpps: anne, site: '750000001', ej: '750000002' },
      { rpps: paul, siret: '20000000000011', siren: '200000000' },
      { rpps: paul, site: '750000003', ej: '750000002', siret: '30000000000011' },
    ],
    finess: [
      {
        finess: '750000001',
        nature: 'EG',
        ej: '750000002',
        siret: '10000000000011',
        siren: '100000000',
      },
      { finess: '750000003', nature: 'EG', ej: '750000002', siren: '100000000' },
    ],
  });
});

after(() => database.drop());

async function open(t: TestContext, options: TestSimulatorOptions = {}): Promise<TestSimulator> {
  const simulator = await TestSimulator.open(database.pool, options);
  t.after(() => simulator.close());
  return simulator;
}

const rppsUrl = 'https://rpps.esante.gouv.fr';
const enc = encodeURIComponent;
const practitioner = (rpps: string): string =>
  `/Practitioner?identifier=${enc(`${rppsUrl}|${rpps}`)}`;
const finess = (lineNumber: string): string =>
  `/Organization?identifier=${enc(`https://finess.esante.gouv.fr|${lineNumber}`)}`;
const role = (rpps: string, structure: string): string =>
  `/PractitionerRole?practitioner.identifier=${enc(`${rppsUrl}|${rpps}`)}&organization.identifier=${enc(structure)}`;
const insertBody = (resourceType: string, adresse: string, type = 'PER'): object =>
  parameters(insertion(resourceType, contactPoint(adresse, { type })));

function bySituation(parameter: string, value: string): string {
  return `/PractitionerRole?${parameter}=${enc(`${rppsUrl}|${value}`)}`;
}

function resourcesOf({ json }: Received): Json[] {
  return (json['entry'] as readonly { resource: Json }[]).map(({ resource }) => resource);
}

test('who exists can be fed, who does not is 404, who is several is 412', async (t) => {
  const s = await open(t);
  const cases: readonly (readonly [path: string, body: object, status: number])[] = [
    [practitioner(paul), insertBody('Practitioner', 'paul@x.mssante.fr'), 200],
    [practitioner(paul), insertBody('Practitioner', 'paul@y.mssante.fr', 'CAB'), 200],
    [practitioner('10000000888'), insertBody('Practitioner', 'z@x.mssante.fr'), 404],
    [
      `/Practitioner?identifier=${enc(`urn:oid:1.2.250.1.71.4.2.1|8${paul}`)}`,
      insertBody('Practitioner', 'p3@x.mssante.fr'),
      200,
    ],
    [
      role(anne, 'http://finess.sante.gouv.fr|750000001'),
      insertBody('PractitionerRole', 'anne2@x.mssante.fr'),
      200,
    ],
    [
      role(anne, 'https://sirene.fr|10000000000011'),
      insertBody('PractitionerRole', 'anne3@x.mssante.fr'),
      200,
    ],
    [
      role(anne, 'urn:oid:1.2.250.1.71.4.2.2|1750000001'),
      insertBody('PractitionerRole', 'anne4@x.mssante.fr'),
      200,
    ],
    [
      role(anne, 'http://finess.sante.gouv.fr|750000003'),
      insertBody('PractitionerRole', 'anne5@x.mssante.fr'),
      404,
    ],
    [
      role(paul, 'http://sirene.fr|20000000000011'),
      insertBody('PractitionerRole', 'paul@x.mssante.fr'),
      200,
    ],
    [
      role(unexpected, 'http://finess.sante.gouv.fr|750000001'),
      insertBody('PractitionerRole', 'i@x.mssante.fr'),
      200,
    ],
    [finess('750000003'), insertBody('Organization', 'org3@x.mssante.fr', 'ORG'), 200],
    [finess('750000009'), insertBody('Organization', 'org9@x.mssante.fr', 'ORG'), 404],
    [
      `/Organization?identifier=${enc('http://sirene.fr|100000000')}`,
      insertBody('Organization', 'siren@x.mssante.fr', 'APP'),
      412,
    ],
    [practitioner(anne), insertBody('Practitioner', 'o@x.mssante.fr', 'ORG'), 422],
    [
      role(anne, 'http://finess.sante.gouv.fr|750000001'),
      insertBody('PractitionerRole', 'c@x.mssante.fr', 'CAB'),
      422,
    ],
    ['/Practitioner', insertBody('Practitioner', 'a@x.mssante.fr'), 400],
    ['/Practitioner?identifier=10000000001', insertBody('Practitioner', 'a@x.mssante.fr'), 400],
    ['/Practitioner?name=x', insertBody('Practitioner', 'a@x.mssante.fr'), 400],
    [
      `/PractitionerRole?practitioner.identifier=${enc(`${rppsUrl}|${anne}`)}`,
      insertBody('PractitionerRole', 'a@x.mssante.fr'),
      400,
    ],
    ['/Patient/1', insertBody('Patient', 'a@x.mssante.fr'), 404],
  ];
  for (const [path, body, status] of cases) {
    const received = await s.patch(path, body);
    assert.equal(received.status, status, `${path} ${received.text}`);
    if (status >= 400) assert.equal(received.json['resourceType'], 'OperationOutcome');
  }
});

test('a role is also named by its idSituationExercice, and by nothing that is not one', async (t) => {
  const s = await open(t);
  const [parsed] = resourcesOf(
    await s.get('/PractitionerRole?mailbox-mss:exact=anne@x.mssante.fr'),
  );
  const [identifier] = parsed?.['identifier'] as readonly { system: string; value: string }[];
  assert.ok(identifier);
  assert.equal(identifier.system, rppsUrl);
  for (const name of ['identifier', 'practitionerRole.identifier']) {
    const path = bySituation(name, identifier.value);
    assert.equal(
      (await s.patch(path, insertBody('PractitionerRole', `${name}@x.mssante.fr`))).status,
      200,
    );
    assert.equal(
      (await s.patch(bySituation(name, anne), insertBody('PractitionerRole', 'q@x.mssante.fr')))
        .status,
      404,
    );
  }
});

test('what has no RPPS is found by search and can only be deleted', async (t) => {
  const s = await open(t);
  for (const adresse of ['dix@x.mssante.fr', 'personne@x.mssante.fr', 'adeli@x.mssante.fr']) {
    const [porteur] = resourcesOf(await s.get(`/Practitioner?mailbox-mss:exact=${adresse}`));
    assert.deepEqual(adressesOf(porteur ?? {}), [adresse]);
    assert.equal(porteur?.['identifier'], undefined);
    const path = `/Practitioner/${String(porteur?.['id'])}`;
    assert.equal((await s.patch(path, insertBody('Practitioner', 'n@x.mssante.fr'))).status, 422);
    const received = await s.patch(path, parameters(deletion('Practitioner', adresse)));
    assert.deepEqual([received.status, adressesOf(received.json)], [200, []]);
    assert.deepEqual(resourcesOf(await s.get(`/Practitioner?mailbox-mss:exact=${adresse}`)), []);
  }
});

test('an answer to a PATCH shows all, a reading hides the liste rouge and what profiles hide', async (t) => {
  const s = await open(t);
  const complete = contactPoint('org@x.mssante.fr', {
    type: 'ORG',
    description: 'd',
    service: 's',
    responsible: 'r',
  });
  const outcome = await s.patch(
    finess('750000001'),
    parameters(insertion('Organization', complete)),
  );
  assert.match(outcome.text, /responsible/u);
  assert.deepEqual(adressesOf(outcome.json), [
    'org@x.mssante.fr',
    'accueil@x.mssante.fr',
    'labo@x.mssante.fr',
  ]);
  const parsed = await s.get(`/Organization/${String(outcome.json['id'])}`);
  assert.doesNotMatch(parsed.text, /responsible/u);
  assert.match(parsed.text, /listeRouge/u);
  const rouge = await s.patch(
    role(anne, 'http://finess.sante.gouv.fr|750000001'),
    parameters(deletion('PractitionerRole', 'nulle@x.mssante.fr')),
  );
  assert.deepEqual(adressesOf(rouge.json), ['anne@x.mssante.fr', 'rouge@x.mssante.fr']);
  assert.deepEqual(resourcesOf(await s.get('/PractitionerRole?mailbox-mss=rouge@')), []);
  const role1 = await s.get(`/PractitionerRole/${String(rouge.json['id'])}`);
  assert.deepEqual(adressesOf(role1.json), ['anne@x.mssante.fr']);
  const cache = await s.patch(
    finess('750000001'),
    parameters(
      replacement('Organization', 'org@x.mssante.fr', attributePath('listeRouge'), {
        valueBoolean: true,
      }),
    ),
  );
  assert.equal(cache.status, 200);
  assert.deepEqual(
    resourcesOf(await s.get('/Organization?mailbox-mss:exact=org@x.mssante.fr')),
    [],
  );
  const practitionerRead = await s.get('/Practitioner?mailbox-mss=anne@y');
  assert.doesNotMatch(practitionerRead.text, /listeRouge/u);
});

test('searches: beginning, fragment, exact, type, elements', async (t) => {
  const s = await open(t);
  const adresses = async (path: string): Promise<string[]> =>
    resourcesOf(await s.get(path)).flatMap(adressesOf);
  assert.deepEqual(await adresses('/Practitioner?mailbox-mss=ANNE'), ['anne@y.mssante.fr']);
  assert.deepEqual(await adresses('/PractitionerRole?mailbox-mss:contains=NE@X'), [
    'anne@x.mssante.fr',
  ]);
  assert.deepEqual(await adresses('/Practitioner?mailbox-mss:exact=anne@y'), []);
  assert.deepEqual(await adresses('/Practitioner?mailbox-mss-type=CAB'), ['cabinet@x.mssante.fr']);
  assert.deepEqual(await adresses('/Organization?mailbox-mss-type=APP'), [
    'accueil@x.mssante.fr',
    'labo@x.mssante.fr',
  ]);
  assert.deepEqual(await adresses('/?_type=Practitioner,PractitionerRole&mailbox-mss=anne@'), [
    'anne@x.mssante.fr',
    'anne@y.mssante.fr',
  ]);
  const [restricted] = resourcesOf(
    await s.get('/Organization?mailbox-mss=accueil&_elements=telecom'),
  );
  assert.deepEqual(Object.keys(restricted ?? {}).sort(), ['id', 'meta', 'resourceType', 'telecom']);
  assert.match(JSON.stringify(restricted), /SUBSETTED/u);
  for (const bad of [
    '?mailbox-mss=',
    '?mailbox-mss-type=ZZZ',
    '?_count=0',
    '?_count=x',
    '?name=a',
    '?_page_token=zzz',
    '?identifier=x',
  ]) {
    assert.equal((await s.get(`/Practitioner${bad}`)).status, 400, bad);
  }
  assert.equal((await s.get('/?_type=Patient')).status, 400);
  assert.deepEqual(resourcesOf(await s.get(practitioner('10000000777'))), []);
});

test('pages follow one another through opaque links, and lose and repeat nothing', async (t) => {
  const s = await open(t);
  for (let n = 0; n < 7; n++) {
    const body = parameters(
      insertion('Practitioner', contactPoint(`page${n}@x.mssante.fr`)),
      insertion('Practitioner', contactPoint(`page${n}b@x.mssante.fr`)),
    );
    assert.equal((await s.patch(practitioner(n % 2 === 0 ? anne : paul), body)).status, 200);
  }
  // One address on two carriers, the first of both: a page must not end between them.
  for (const rpps of [anne, paul]) {
    const body = insertBody('Practitioner', 'page-commune@x.mssante.fr');
    assert.equal((await s.patch(practitioner(rpps), body)).status, 200);
  }
  const onRole = insertBody('PractitionerRole', 'pagez@x.mssante.fr');
  assert.equal(
    (await s.patch(role(anne, 'http://finess.sante.gouv.fr|750000001'), onRole)).status,
    200,
  );
  const paths: readonly string[] = [
    '/Practitioner?_count=2',
    '/?_type=Practitioner,PractitionerRole&mailbox-mss=page&_count=1',
    '/?_type=Practitioner,PractitionerRole,Organization&_count=2',
  ];
  for (const path of paths) {
    const seen: string[] = [];
    let next: string | undefined = path;
    let pages = 0;
    while (next !== undefined) {
      const received: Received = await s.get(next);
      seen.push(
        ...resourcesOf(received).map(
          ({ resourceType, id }) => `${String(resourceType)}/${String(id)}`,
        ),
      );
      const links = received.json['link'] as readonly { relation: string; url: string }[];
      next = links.find(({ relation }) => relation === 'next')?.url;
      if (next !== undefined) assert.ok(next.startsWith(s.url), next);
      assert.ok((pages += 1) < 20);
    }
    const all = await s.get(path.replace(/_count=\d/u, '_count=200'));
    assert.equal(new Set(seen).size, seen.length, path);
    assert.equal(seen.length, resourcesOf(all).length, path);
    assert.ok(pages > 1, path);
  }
});

test('each dialect refuses what the others say', async (t) => {
  const paths = {
    'draft-2026-06': 'http://finess.sante.gouv.fr',
    'draft-2026-06-corrections': 'http://finess.esante.gouv.fr',
    'profile-1.2.0': 'https://finess.esante.gouv.fr',
  } as const;
  for (const dialect of [
    'draft-2026-06',
    'draft-2026-06-corrections',
    'profile-1.2.0',
    'tolerant',
  ] as const) {
    const s = await open(t, { dialect });
    for (const [other, system] of Object.entries(paths)) {
      const received = await s.get(`/Organization?identifier=${enc(`${system}|750000001`)}`);
      const isAccepted = dialect === other || dialect === 'tolerant';
      assert.equal(received.status, isAccepted ? 200 : 400, `${dialect} ${other}`);
    }
    const pair = await s.get(role(anne, 'urn:oid:1.2.250.1.71.4.2.2|1750000001'));
    assert.equal(pair.status, ['draft-2026-06', 'tolerant'].includes(dialect) ? 200 : 400, dialect);
    const r256 = await s.patch(practitioner(anne), insertBody('Practitioner', 'r256@x.mssante.fr'));
    assert.equal(r256.status, dialect === 'profile-1.2.0' ? 400 : 200, dialect);
  }
});

test('the profile asks for R257 and the type of mail, and lets neither address nor type change', async (t) => {
  const s = await open(t, { dialect: 'profile-1.2.0' });
  const text = JSON.stringify(contactPoint('profil@x.mssante.fr')).replaceAll(
    'TRE_R256-TypeMessagerie/FHIR/TRE-R256-TypeMessagerie',
    'TRE_R257-TypeBAL/FHIR/TRE-R257-TypeBAL',
  );
  const without = JSON.parse(text) as { extension: object[] };
  assert.equal(
    (await s.patch(practitioner(anne), parameters(insertion('Practitioner', without)))).status,
    400,
  );
  const emailType = {
    url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type',
    valueCoding: {
      system: 'https://mos.esante.gouv.fr/NOS/TRE_R256-TypeMessagerie/FHIR/TRE-R256-TypeMessagerie',
      code: 'MSSANTE',
    },
  };
  const withIt = { ...without, extension: [emailType, ...without.extension] };
  const received = await s.patch(practitioner(anne), parameters(insertion('Practitioner', withIt)));
  assert.equal(received.status, 200, received.text);
  const [shown] = received.json['telecom'] as readonly { extension: object[] }[];
  assert.deepEqual(shown?.extension, withIt.extension);
  const change = replacement('Practitioner', 'profil@x.mssante.fr', '', {
    valueContactPoint: { ...withIt, value: 'autre@x.mssante.fr' },
  });
  assert.equal((await s.patch(practitioner(anne), parameters(change))).status, 422);
});

test('the door: key, method, type, size, quota', async (t) => {
  const s = await open(t, { callsPerSecond: 1_000, bodyBytesMax: 2_000 });
  const good = insertBody('Practitioner', 'porte@x.mssante.fr');
  const withoutKey = await s.patch(practitioner(anne), good, { 'esante-api-key': '' });
  assert.equal(withoutKey.status, 401);
  assert.equal((await s.get('/Practitioner', { 'esante-api-key': 'autre' })).status, 401);
  const method = await s.send('DELETE', practitioner(anne), undefined, {});
  assert.deepEqual([method.status, method.headers.get('allow')], [405, 'GET, PATCH']);
  assert.equal((await s.send('POST', '/', '{}', {})).status, 405);
  for (const type of ['application/json', 'text/plain', 'application/fhir+json; charset=latin1']) {
    assert.equal(
      (await s.patch(practitioner(anne), good, { 'content-type': type })).status,
      415,
      type,
    );
  }
  const utf8 = { 'content-type': 'application/fhir+json; charset=UTF-8' };
  assert.equal((await s.patch(practitioner(anne), good, utf8)).status, 200);
  assert.equal((await s.patch(practitioner(anne), '{"resourceType"')).status, 400);
  assert.equal(
    (await s.patch(practitioner(anne), `${JSON.stringify(good)}${' '.repeat(3_000)}`)).status,
    413,
  );
  assert.equal((await s.get('/Practitioner/a/b')).status, 404);
  assert.equal((await s.get('/metadata')).status, 404);
  assert.equal(withoutKey.headers.get('x-simulation'), 'annuaire-sante-sync');
  const slow = await open(t, { callsPerSecond: 2 });
  const statuses = [];
  for (let n = 0; n < 3; n++) statuses.push(await slow.get('/Practitioner'));
  assert.deepEqual(
    statuses.map(({ status }) => status),
    [200, 200, 429],
  );
  assert.equal(statuses[2]?.headers.get('retry-after'), '1');
});

test('the page says in French that nothing is real, and the state counts what was done', async (t) => {
  const s = await open(t);
  const page = await s.get('/', { 'esante-api-key': '' });
  assert.match(page.text, /Ceci est une simulation/u);
  await s.patch(practitioner(anne), insertBody('Practitioner', 'Compte@x.mssante.fr'));
  await s.patch(practitioner(anne), insertBody('Practitioner', 'Compte@x.mssante.fr'));
  await s.patch(practitioner(anne), parameters(deletion('Practitioner', 'nulle@x.mssante.fr')));
  const state = await s.get('/_simulation/etat?adresse=COMPTE@x.mssante.fr');
  assert.equal(state.json['patchs'], 1);
  assert.deepEqual(state.json['operations'], { insert: 1, replace: 0, delete: 0 });
  assert.deepEqual(state.json['adresses'], {
    'compte@x.mssante.fr': { insert: 1, replace: 0, delete: 0 },
  });
  assert.equal((await s.get('/_simulation/autre')).status, 404);
});

test('faults: what is done and what is said of it', async (t) => {
  const s = await open(t, { isFaultByHeader: true });
  const acted = async (
    fault: string,
  ): Promise<
    readonly [status: number | 'coupé' | 'muet', isDone: boolean, received?: Received]
  > => {
    const adresse = `${fault}@x.mssante.fr`;
    const expected = s.patch(practitioner(anne), insertBody('Practitioner', adresse), {
      'x-simulation-faute': fault,
    });
    const muette = fault === 'agir-puis-taire' && whenServed(s, fault).then(() => 'muet' as const);
    const received = await Promise.race([
      expected.catch(() => 'coupé' as const),
      ...(muette ? [muette] : []),
    ]);
    const { json } = await s.get(`/_simulation/etat?adresse=${adresse}`);
    const isDone = Object.keys(json['adresses'] as object).length === 1;
    return typeof received === 'string' ? [received, isDone] : [received.status, isDone, received];
  };
  const expectations: Readonly<Record<string, readonly [number | string, boolean]>> = {
    '429': [429, false],
    '429-sans-delai': [429, false],
    '500': [500, false],
    '502': [502, false],
    '503': [503, false],
    '504': [504, false],
    couper: ['coupé', false],
    'couper-apres': ['coupé', true],
    'agir-puis-taire': ['muet', true],
    mentir: [200, false],
    type: [200, true],
    charabia: [200, true],
    rediriger: [302, false],
    'latence=1': [200, true],
  };
  for (const [fault, expected] of Object.entries(expectations)) {
    const [status, isDone, received] = await acted(fault);
    assert.deepEqual([status, isDone], expected, fault);
    if (fault === 'mentir')
      assert.ok(adressesOf(received?.json ?? {}).includes('mentir@x.mssante.fr'));
    if (fault === 'type') assert.equal(received?.headers.get('content-type'), 'text/html');
    if (fault === 'charabia') assert.deepEqual(received?.json, {});
    if (fault === '429') assert.equal(received?.headers.get('retry-after'), '1');
    if (fault === '429-sans-delai') assert.equal(received?.headers.get('retry-after'), null);
  }
  const { json } = await s.get('/_simulation/etat');
  assert.equal(Object.keys(json['fautes'] as object).length, 13);
  const refusing = await open(t);
  assert.equal((await refusing.get('/Practitioner', { 'x-simulation-faute': '500' })).status, 400);
});

async function whenServed({ requests }: TestSimulator, fault: string): Promise<void> {
  while (!requests.some((served) => served.fault === fault)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
