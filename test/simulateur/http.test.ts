// What a client meets over the socket: keys, conditions, dialects, limits, searches, faults.
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { load } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  adressesDe,
  cheminAttribut,
  contactPoint,
  insertion,
  parameters,
  remplacement,
  SimulateurDeTest,
  suppression,
  type Json,
  type Recu,
  type Reglages,
} from '../support/simulateur.js';

const [anne, paul, inconnu] = ['10000000001', '10000000002', '10000000999'];
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
      { adresse: 'orphelin@x.mssante.fr', rpps: inconnu, structure: '1750000001' },
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

async function ouvrir(t: TestContext, reglages: Reglages = {}): Promise<SimulateurDeTest> {
  const simulateur = await SimulateurDeTest.ouvrir(database.pool, reglages);
  t.after(() => simulateur.fermer());
  return simulateur;
}

const rppsUrl = 'https://rpps.esante.gouv.fr';
const enc = encodeURIComponent;
const praticien = (rpps: string): string => `/Practitioner?identifier=${enc(`${rppsUrl}|${rpps}`)}`;
const finess = (numero: string): string =>
  `/Organization?identifier=${enc(`https://finess.esante.gouv.fr|${numero}`)}`;
const role = (rpps: string, structure: string): string =>
  `/PractitionerRole?practitioner.identifier=${enc(`${rppsUrl}|${rpps}`)}&organization.identifier=${enc(structure)}`;
const ajout = (ressource: string, adresse: string, type = 'PER'): object =>
  parameters(insertion(ressource, contactPoint(adresse, { type })));

function parSituation(parametre: string, value: string): string {
  return `/PractitionerRole?${parametre}=${enc(`${rppsUrl}|${value}`)}`;
}

function ressourcesDe({ json }: Recu): Json[] {
  return (json['entry'] as readonly { resource: Json }[]).map(({ resource }) => resource);
}

test('who exists can be fed, who does not is 404, who is several is 412', async (t) => {
  const s = await ouvrir(t);
  const cases: readonly (readonly [chemin: string, corps: object, status: number])[] = [
    [praticien(paul), ajout('Practitioner', 'paul@x.mssante.fr'), 200],
    [praticien(paul), ajout('Practitioner', 'paul@y.mssante.fr', 'CAB'), 200],
    [praticien('10000000888'), ajout('Practitioner', 'z@x.mssante.fr'), 404],
    [
      `/Practitioner?identifier=${enc(`urn:oid:1.2.250.1.71.4.2.1|8${paul}`)}`,
      ajout('Practitioner', 'p3@x.mssante.fr'),
      200,
    ],
    [
      role(anne, 'http://finess.sante.gouv.fr|750000001'),
      ajout('PractitionerRole', 'anne2@x.mssante.fr'),
      200,
    ],
    [
      role(anne, 'https://sirene.fr|10000000000011'),
      ajout('PractitionerRole', 'anne3@x.mssante.fr'),
      200,
    ],
    [
      role(anne, 'urn:oid:1.2.250.1.71.4.2.2|1750000001'),
      ajout('PractitionerRole', 'anne4@x.mssante.fr'),
      200,
    ],
    [
      role(anne, 'http://finess.sante.gouv.fr|750000003'),
      ajout('PractitionerRole', 'anne5@x.mssante.fr'),
      404,
    ],
    [
      role(paul, 'http://sirene.fr|20000000000011'),
      ajout('PractitionerRole', 'paul@x.mssante.fr'),
      200,
    ],
    [
      role(inconnu, 'http://finess.sante.gouv.fr|750000001'),
      ajout('PractitionerRole', 'i@x.mssante.fr'),
      200,
    ],
    [finess('750000003'), ajout('Organization', 'org3@x.mssante.fr', 'ORG'), 200],
    [finess('750000009'), ajout('Organization', 'org9@x.mssante.fr', 'ORG'), 404],
    [
      `/Organization?identifier=${enc('http://sirene.fr|100000000')}`,
      ajout('Organization', 'siren@x.mssante.fr', 'APP'),
      412,
    ],
    [praticien(anne), ajout('Practitioner', 'o@x.mssante.fr', 'ORG'), 422],
    [
      role(anne, 'http://finess.sante.gouv.fr|750000001'),
      ajout('PractitionerRole', 'c@x.mssante.fr', 'CAB'),
      422,
    ],
    ['/Practitioner', ajout('Practitioner', 'a@x.mssante.fr'), 400],
    ['/Practitioner?identifier=10000000001', ajout('Practitioner', 'a@x.mssante.fr'), 400],
    ['/Practitioner?name=x', ajout('Practitioner', 'a@x.mssante.fr'), 400],
    [
      `/PractitionerRole?practitioner.identifier=${enc(`${rppsUrl}|${anne}`)}`,
      ajout('PractitionerRole', 'a@x.mssante.fr'),
      400,
    ],
    ['/Patient/1', ajout('Patient', 'a@x.mssante.fr'), 404],
  ];
  for (const [chemin, corps, status] of cases) {
    const recu = await s.patch(chemin, corps);
    assert.equal(recu.status, status, `${chemin} ${recu.text}`);
    if (status >= 400) assert.equal(recu.json['resourceType'], 'OperationOutcome');
  }
});

test('a role is also named by its idSituationExercice, and by nothing that is not one', async (t) => {
  const s = await ouvrir(t);
  const [lu] = ressourcesDe(await s.get('/PractitionerRole?mailbox-mss:exact=anne@x.mssante.fr'));
  const [identifiant] = lu?.['identifier'] as readonly { system: string; value: string }[];
  assert.ok(identifiant);
  assert.equal(identifiant.system, rppsUrl);
  for (const nom of ['identifier', 'practitionerRole.identifier']) {
    const chemin = parSituation(nom, identifiant.value);
    assert.equal(
      (await s.patch(chemin, ajout('PractitionerRole', `${nom}@x.mssante.fr`))).status,
      200,
    );
    assert.equal(
      (await s.patch(parSituation(nom, anne), ajout('PractitionerRole', 'q@x.mssante.fr'))).status,
      404,
    );
  }
});

test('what has no RPPS is found by search and can only be deleted', async (t) => {
  const s = await ouvrir(t);
  for (const adresse of ['dix@x.mssante.fr', 'personne@x.mssante.fr', 'adeli@x.mssante.fr']) {
    const [porteur] = ressourcesDe(await s.get(`/Practitioner?mailbox-mss:exact=${adresse}`));
    assert.deepEqual(adressesDe(porteur ?? {}), [adresse]);
    assert.equal(porteur?.['identifier'], undefined);
    const chemin = `/Practitioner/${String(porteur?.['id'])}`;
    assert.equal((await s.patch(chemin, ajout('Practitioner', 'n@x.mssante.fr'))).status, 422);
    const recu = await s.patch(chemin, parameters(suppression('Practitioner', adresse)));
    assert.deepEqual([recu.status, adressesDe(recu.json)], [200, []]);
    assert.deepEqual(ressourcesDe(await s.get(`/Practitioner?mailbox-mss:exact=${adresse}`)), []);
  }
});

test('an answer to a PATCH shows all, a reading hides the liste rouge and what profiles hide', async (t) => {
  const s = await ouvrir(t);
  const complet = contactPoint('org@x.mssante.fr', {
    type: 'ORG',
    description: 'd',
    service: 's',
    responsible: 'r',
  });
  const fait = await s.patch(finess('750000001'), parameters(insertion('Organization', complet)));
  assert.match(fait.text, /responsible/u);
  assert.deepEqual(adressesDe(fait.json), [
    'org@x.mssante.fr',
    'accueil@x.mssante.fr',
    'labo@x.mssante.fr',
  ]);
  const lu = await s.get(`/Organization/${String(fait.json['id'])}`);
  assert.doesNotMatch(lu.text, /responsible/u);
  assert.match(lu.text, /listeRouge/u);
  const rouge = await s.patch(
    role(anne, 'http://finess.sante.gouv.fr|750000001'),
    parameters(suppression('PractitionerRole', 'nulle@x.mssante.fr')),
  );
  assert.deepEqual(adressesDe(rouge.json), ['anne@x.mssante.fr', 'rouge@x.mssante.fr']);
  assert.deepEqual(ressourcesDe(await s.get('/PractitionerRole?mailbox-mss=rouge@')), []);
  const role1 = await s.get(`/PractitionerRole/${String(rouge.json['id'])}`);
  assert.deepEqual(adressesDe(role1.json), ['anne@x.mssante.fr']);
  const cache = await s.patch(
    finess('750000001'),
    parameters(
      remplacement('Organization', 'org@x.mssante.fr', cheminAttribut('listeRouge'), {
        valueBoolean: true,
      }),
    ),
  );
  assert.equal(cache.status, 200);
  assert.deepEqual(
    ressourcesDe(await s.get('/Organization?mailbox-mss:exact=org@x.mssante.fr')),
    [],
  );
  const praticienLu = await s.get('/Practitioner?mailbox-mss=anne@y');
  assert.doesNotMatch(praticienLu.text, /listeRouge/u);
});

test('searches: beginning, fragment, exact, type, elements', async (t) => {
  const s = await ouvrir(t);
  const adresses = async (chemin: string): Promise<string[]> =>
    ressourcesDe(await s.get(chemin)).flatMap(adressesDe);
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
  const [restreint] = ressourcesDe(
    await s.get('/Organization?mailbox-mss=accueil&_elements=telecom'),
  );
  assert.deepEqual(Object.keys(restreint ?? {}).sort(), ['id', 'meta', 'resourceType', 'telecom']);
  assert.match(JSON.stringify(restreint), /SUBSETTED/u);
  for (const mauvais of [
    '?mailbox-mss=',
    '?mailbox-mss-type=ZZZ',
    '?_count=0',
    '?_count=x',
    '?name=a',
    '?_page_token=zzz',
    '?identifier=x',
  ]) {
    assert.equal((await s.get(`/Practitioner${mauvais}`)).status, 400, mauvais);
  }
  assert.equal((await s.get('/?_type=Patient')).status, 400);
  assert.deepEqual(ressourcesDe(await s.get(praticien('10000000777'))), []);
});

test('pages follow one another through opaque links, and lose and repeat nothing', async (t) => {
  const s = await ouvrir(t);
  for (let n = 0; n < 7; n++) {
    const corps = parameters(
      insertion('Practitioner', contactPoint(`page${n}@x.mssante.fr`)),
      insertion('Practitioner', contactPoint(`page${n}b@x.mssante.fr`)),
    );
    assert.equal((await s.patch(praticien(n % 2 === 0 ? anne : paul), corps)).status, 200);
  }
  const chemins: readonly string[] = [
    '/Practitioner?_count=2',
    '/Practitioner?mailbox-mss=page&_count=1',
    '/?_type=Practitioner,PractitionerRole,Organization&_count=2',
  ];
  for (const chemin of chemins) {
    const vues: string[] = [];
    let suite: string | undefined = chemin;
    let pages = 0;
    while (suite !== undefined) {
      const recu: Recu = await s.get(suite);
      vues.push(
        ...ressourcesDe(recu).map(
          ({ resourceType, id }) => `${String(resourceType)}/${String(id)}`,
        ),
      );
      const links = recu.json['link'] as readonly { relation: string; url: string }[];
      suite = links.find(({ relation }) => relation === 'next')?.url;
      if (suite !== undefined) assert.ok(suite.startsWith(s.url), suite);
      assert.ok((pages += 1) < 20);
    }
    const tout = await s.get(chemin.replace(/_count=\d/u, '_count=200'));
    assert.equal(new Set(vues).size, vues.length, chemin);
    assert.equal(vues.length, ressourcesDe(tout).length, chemin);
    assert.ok(pages > 1, chemin);
  }
});

test('each dialect refuses what the others say', async (t) => {
  const chemins = {
    'draft-2026-06': 'http://finess.sante.gouv.fr',
    'draft-2026-06-corrections': 'http://finess.esante.gouv.fr',
    'profile-1.2.0': 'https://finess.esante.gouv.fr',
  } as const;
  for (const dialecte of [
    'draft-2026-06',
    'draft-2026-06-corrections',
    'profile-1.2.0',
    'tolerant',
  ] as const) {
    const s = await ouvrir(t, { dialecte });
    for (const [autre, system] of Object.entries(chemins)) {
      const recu = await s.get(`/Organization?identifier=${enc(`${system}|750000001`)}`);
      const isAccepted = dialecte === autre || dialecte === 'tolerant';
      assert.equal(recu.status, isAccepted ? 200 : 400, `${dialecte} ${autre}`);
    }
    const couple = await s.get(role(anne, 'urn:oid:1.2.250.1.71.4.2.2|1750000001'));
    assert.equal(
      couple.status,
      ['draft-2026-06', 'tolerant'].includes(dialecte) ? 200 : 400,
      dialecte,
    );
    const r256 = await s.patch(praticien(anne), ajout('Practitioner', 'r256@x.mssante.fr'));
    assert.equal(r256.status, dialecte === 'profile-1.2.0' ? 400 : 200, dialecte);
  }
});

test('the profile asks for R257 and the type of mail, and lets neither address nor type change', async (t) => {
  const s = await ouvrir(t, { dialecte: 'profile-1.2.0' });
  const texte = JSON.stringify(contactPoint('profil@x.mssante.fr')).replaceAll(
    'TRE_R256-TypeMessagerie/FHIR/TRE-R256-TypeMessagerie',
    'TRE_R257-TypeBAL/FHIR/TRE-R257-TypeBAL',
  );
  const sans = JSON.parse(texte) as { extension: object[] };
  assert.equal(
    (await s.patch(praticien(anne), parameters(insertion('Practitioner', sans)))).status,
    400,
  );
  const emailType = {
    url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type',
    valueCoding: {
      system: 'https://mos.esante.gouv.fr/NOS/TRE_R256-TypeMessagerie/FHIR/TRE-R256-TypeMessagerie',
      code: 'MSSANTE',
    },
  };
  const avec = { ...sans, extension: [emailType, ...sans.extension] };
  const recu = await s.patch(praticien(anne), parameters(insertion('Practitioner', avec)));
  assert.equal(recu.status, 200, recu.text);
  const [rendu] = recu.json['telecom'] as readonly { extension: object[] }[];
  assert.deepEqual(rendu?.extension, avec.extension);
  const change = remplacement('Practitioner', 'profil@x.mssante.fr', '', {
    valueContactPoint: { ...avec, value: 'autre@x.mssante.fr' },
  });
  assert.equal((await s.patch(praticien(anne), parameters(change))).status, 422);
});

test('the door: key, method, type, size, quota', async (t) => {
  const s = await ouvrir(t, { appelsParSeconde: 1_000, corpsOctetsMax: 2_000 });
  const bon = ajout('Practitioner', 'porte@x.mssante.fr');
  const sansCle = await s.patch(praticien(anne), bon, { 'esante-api-key': '' });
  assert.equal(sansCle.status, 401);
  assert.equal((await s.get('/Practitioner', { 'esante-api-key': 'autre' })).status, 401);
  const methode = await s.envoyer('DELETE', praticien(anne), undefined, {});
  assert.deepEqual([methode.status, methode.headers.get('allow')], [405, 'GET, PATCH']);
  assert.equal((await s.envoyer('POST', '/', '{}', {})).status, 405);
  for (const type of ['application/json', 'text/plain', 'application/fhir+json; charset=latin1']) {
    assert.equal((await s.patch(praticien(anne), bon, { 'content-type': type })).status, 415, type);
  }
  const utf8 = { 'content-type': 'application/fhir+json; charset=UTF-8' };
  assert.equal((await s.patch(praticien(anne), bon, utf8)).status, 200);
  assert.equal((await s.patch(praticien(anne), '{"resourceType"')).status, 400);
  assert.equal(
    (await s.patch(praticien(anne), `${JSON.stringify(bon)}${' '.repeat(3_000)}`)).status,
    413,
  );
  assert.equal((await s.get('/Practitioner/a/b')).status, 404);
  assert.equal((await s.get('/metadata')).status, 404);
  assert.equal(sansCle.headers.get('x-simulation'), 'annuaire-sante-sync');
  const lent = await ouvrir(t, { appelsParSeconde: 2 });
  const statuts = [];
  for (let n = 0; n < 3; n++) statuts.push(await lent.get('/Practitioner'));
  assert.deepEqual(
    statuts.map(({ status }) => status),
    [200, 200, 429],
  );
  assert.equal(statuts[2]?.headers.get('retry-after'), '1');
});

test('the page says in French that nothing is real, and the state counts what was done', async (t) => {
  const s = await ouvrir(t);
  const page = await s.get('/', { 'esante-api-key': '' });
  assert.match(page.text, /Ceci est une simulation/u);
  await s.patch(praticien(anne), ajout('Practitioner', 'Compte@x.mssante.fr'));
  await s.patch(praticien(anne), ajout('Practitioner', 'Compte@x.mssante.fr'));
  await s.patch(praticien(anne), parameters(suppression('Practitioner', 'nulle@x.mssante.fr')));
  const etat = await s.get('/_simulation/etat?adresse=COMPTE@x.mssante.fr');
  assert.equal(etat.json['patchs'], 1);
  assert.deepEqual(etat.json['operations'], { insert: 1, replace: 0, delete: 0 });
  assert.deepEqual(etat.json['adresses'], {
    'compte@x.mssante.fr': { insert: 1, replace: 0, delete: 0 },
  });
  assert.equal((await s.get('/_simulation/autre')).status, 404);
});

test('faults: what is done and what is said of it', async (t) => {
  const s = await ouvrir(t, { isFauteParEnTete: true });
  const agit = async (
    faute: string,
  ): Promise<readonly [status: number | 'coupé' | 'muet', isFait: boolean, recu?: Recu]> => {
    const adresse = `${faute}@x.mssante.fr`;
    const attendue = s.patch(praticien(anne), ajout('Practitioner', adresse), {
      'x-simulation-faute': faute,
    });
    const muette = faute === 'agir-puis-taire' && quandServie(s, faute).then(() => 'muet' as const);
    const recu = await Promise.race([
      attendue.catch(() => 'coupé' as const),
      ...(muette ? [muette] : []),
    ]);
    const { json } = await s.get(`/_simulation/etat?adresse=${adresse}`);
    const isFait = Object.keys(json['adresses'] as object).length === 1;
    return typeof recu === 'string' ? [recu, isFait] : [recu.status, isFait, recu];
  };
  const attendus: Readonly<Record<string, readonly [number | string, boolean]>> = {
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
  for (const [faute, attendu] of Object.entries(attendus)) {
    const [status, isFait, recu] = await agit(faute);
    assert.deepEqual([status, isFait], attendu, faute);
    if (faute === 'mentir') assert.ok(adressesDe(recu?.json ?? {}).includes('mentir@x.mssante.fr'));
    if (faute === 'type') assert.equal(recu?.headers.get('content-type'), 'text/html');
    if (faute === 'charabia') assert.deepEqual(recu?.json, {});
    if (faute === '429') assert.equal(recu?.headers.get('retry-after'), '1');
    if (faute === '429-sans-delai') assert.equal(recu?.headers.get('retry-after'), null);
  }
  const { json } = await s.get('/_simulation/etat');
  assert.equal(Object.keys(json['fautes'] as object).length, 13);
  const ferme = await ouvrir(t);
  assert.equal((await ferme.get('/Practitioner', { 'x-simulation-faute': '500' })).status, 400);
});

async function quandServie({ requetes }: SimulateurDeTest, faute: string): Promise<void> {
  while (!requetes.some((requete) => requete.faute === faute)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
