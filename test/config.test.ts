import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { configTemplate } from '../src/commands/config-template.js';
import { loadSettings } from '../src/config/load-settings.js';
import type { Settings } from '../src/config/settings.js';
import { UsageError } from '../src/errors.js';
import { tempFolder } from './support/extraction-files.js';

const minimal = 'operateur: { nom: Essai, domaines: [x.mssante.fr] }\n';

function settingsOf(yaml: string, env: NodeJS.ProcessEnv = {}): Settings {
  const path = join(tempFolder(), 'annuaire-sync.yaml');
  writeFileSync(path, yaml);
  return loadSettings(path, env);
}

function faultsOf(yaml: string, env: NodeJS.ProcessEnv = {}): string {
  try {
    settingsOf(yaml, env);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    assert.equal(error.exitCode, 2);
    return error.message;
  }
  throw new assert.AssertionError({ message: 'the settings were accepted' });
}

test('the commented template is valid as it is, and says the defaults', () => {
  const fromTemplate = settingsOf(configTemplate);
  const fromMinimal = settingsOf(minimal);
  for (const key of [
    'reseau',
    'alimentation',
    'reconcile',
    'plan',
    'limites',
    'ldap',
    'simulateur',
    'web',
    'verification',
    'professionnels',
    'inventaire',
    'listeBlanche',
    'finess',
    'conservation',
    'planification',
    'consultations',
  ] as const) {
    assert.deepEqual(fromTemplate[key], fromMinimal[key], key);
  }
  for (const [name, source] of Object.entries(fromTemplate.sources)) {
    assert.deepEqual(source, fromMinimal.sources[name as 'bals'], name);
  }
});

test('the template names every key, commented out or not', () => {
  const uncommented = configTemplate.replace(/^(\s*)# (?=[a-z-]+: |- \{)/gmu, '$1');
  assert.doesNotThrow(() => parse(uncommented) as unknown);
  for (const key of [
    'url',
    'from',
    'tls',
    'proxy',
    'fichier',
    'structure',
    'secours',
    'charsetSecours',
    'gardes',
    'comptes',
    'proxyProtocol',
    'autoritesClientes',
    'attributs',
  ]) {
    assert.match(configTemplate, new RegExp(`\\b${key}\\b`, 'u'));
  }
});

test('all faults are told at once, each with its path', () => {
  const faults = faultsOf(`operateur:
  nom: 3
  domaine: []
sources:
  bals: { fro: x, gardes: { rejetMax: 4 } }
reconcile: { inactiviteJours: 400 }
`);
  for (const expected of [
    /operateur\.nom : type attendu/u,
    /operateur\.domaines : valeur obligatoire absente/u,
    /operateur : clé inconnue : domaine/u,
    /sources\.bals : clé inconnue : fro/u,
    /sources\.bals\.gardes\.rejetMax : trop grand : au plus 1/u,
    /reconcile\.inactiviteJours : trop grand : au plus 365/u,
  ]) {
    assert.match(faults, expected);
  }
});

const refused: readonly [string, string, RegExp][] = [
  [
    'aliases that multiply',
    `a: &a [${'x,'.repeat(99)}]\nb: &b [${'*a,'.repeat(99)}]\nc: [${'*b,'.repeat(99)}]\n`,
    /alias YAML/u,
  ],
  ['a tab for indentation', 'operateur:\n\tnom: x\n', /ligne 2, colonne 1 : une tabulation/u],
  ['an empty data folder', `dataDir: ''\n${minimal}`, /dataDir : trop petit/u],
  ['YAML that does not parse', 'operateur: [', /ligne 1, colonne \d+/u],
  [
    'a domain that is none',
    'operateur: { nom: E, domaines: [pas un domaine] }',
    /operateur\.domaines\.0 : nom de domaine attendu/u,
  ],
  [
    'a declared structure without its digit',
    "operateur: { nom: E, domaines: [{ nom: x.mssante.fr, structure: '990000013' }] }",
    /domaines\.0\.structure/u,
  ],
  [
    'a certificate file that is not there',
    `${minimal}reseau: { ca: [absent.pem] }`,
    /reseau\.ca\.0 : fichier illisible : .*absent\.pem/u,
  ],
  [
    'a client certificate without its key, which no server would accept',
    `${minimal}sources: { identites: { tls: { certificat: /dev/null } } }`,
    /sources\.identites\.tls : certificat et cle vont ensemble/u,
  ],
  [
    'a second address that is none',
    `${minimal}sources: { bals: { secours: [./dossier] } }`,
    /sources\.bals\.secours\.0 : adresse http\(s\) attendue/u,
  ],
  [
    'a delay of inactive BAL under two weeks',
    `${minimal}hygiene: { delaiJours: 14 }`,
    /hygiene\.delaiJours : trop petit : au moins 15/u,
  ],
  [
    'a notice before the BAL could be inactive',
    `${minimal}hygiene: { preavisJours: 60 }\nreconcile: { inactiviteJours: 60 }`,
    /hygiene\.preavisJours : 60 jours ne tiennent pas dans reconcile\.inactiviteJours \(60\)/u,
  ],
  [
    'a reminder before the notice',
    `${minimal}hygiene: { rappelJours: 30 }`,
    /hygiene\.rappelJours : 30 jours ne tiennent pas dans hygiene\.delaiJours \(30\)/u,
  ],
  [
    'an administrator who has no address',
    `${minimal}hygiene: { quota: { administrateur: quelqu'un } }`,
    /hygiene\.quota\.administrateur : adresse de courriel attendue/u,
  ],
  [
    'a variable that is not set',
    `${minimal}database: { url: { env: NADA } }`,
    /database\.url : la variable d'environnement NADA n'existe pas/u,
  ],
];

for (const [name, yaml, message] of refused) {
  test(`${name} is refused`, () => {
    assert.match(faultsOf(yaml), message);
  });
}

test('a file that has a fault everywhere is refused in a message that can be read', () => {
  const message = faultsOf(`${minimal}${Array.from({ length: 5_000 }, () => '] }\n').join('')}`);
  assert.ok(message.length < 60_000, `${message.length} characters`);
  assert.match(message, / erreurs\n.*… et \d+ de plus\.$/su);
});

test('a missing file says how to make one', () => {
  assert.throws(() => loadSettings('/nulle/part.yaml', {}), /config init/u);
});

test('paths are relative to the file, URLs stay, secrets come from where they are said to be', () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'mot-de-passe'), 'secret\n');
  writeFileSync(
    join(folder, 'c.yaml'),
    `${minimal}dataDir: donnees
database: { url: { env: DB } }
sources:
  bals: { from: ./bals, secours: ['https://exemple.test/a'] }
  identites: { tls: { motDePasse: { fichier: mot-de-passe } } }
`,
  );
  const settings = loadSettings(join(folder, 'c.yaml'), { DB: 'postgres://u:p@h/b' });
  assert.equal(settings.dataDir, join(folder, 'donnees'));
  assert.equal(settings.database.url, 'postgres://u:p@h/b');
  assert.equal(settings.sources.bals.from, join(folder, 'bals'));
  assert.deepEqual(settings.sources.bals.secours, ['https://exemple.test/a']);
  assert.equal(settings.sources.identites.tls.passphrase, 'secret');
});

test('a restricted source is active once it is told where to come from, or told to be', () => {
  assert.equal(settingsOf(minimal).sources.identites.actif, false);
  assert.equal(
    settingsOf(`${minimal}sources: { identites: { from: ./x } }`).sources.identites.actif,
    true,
  );
  assert.equal(
    settingsOf(`${minimal}sources: { identites: { actif: true } }`).sources.identites.actif,
    true,
  );
  assert.equal(
    settingsOf(`${minimal}sources: { bals: { actif: false } }`).sources.bals.actif,
    false,
  );
});

const ldapFaults: [name: string, yaml: string, fault: RegExp][] = [
  [
    'an address of the network in clear',
    '{ adresses: [0.0.0.0] }',
    /ldap\.adresses : 0\.0\.0\.0.*clairHorsBoucle/u,
  ],
  ['no port at all', '{ port: false }', /ldap\.port : aucun port.*LDAPS demande « ldap\.tls »/u],
  [
    'TLS required without a certificate',
    '{ tlsObligatoire: true }',
    /tlsObligatoire : demande un certificat/u,
  ],
  [
    'a range that is none',
    '{ proxyProtocol: { repartiteurs: [10.0.0.0/99] } }',
    /repartiteurs\.0 : .*10\.0\.0\.0\/99/u,
  ],
  [
    'a password in clear',
    '{ comptes: [{ nom: a, motDePasse: secret }] }',
    /comptes\.0\.motDePasse : .*mot-de-passe/u,
  ],
  [
    'an account without anything to prove it',
    '{ comptes: [{ nom: a }] }',
    /comptes\.0 : motDePasse ou certificat/u,
  ],
  [
    'a DN that is none',
    "{ comptes: [{ nom: a, certificat: 'cn=a', dn: abc }] }",
    /comptes\.0\.dn : DN attendu, le plus précis d'abord .* : abc\. .*openssl/u,
  ],
  [
    'a type that nobody could compare',
    "{ comptes: [{ nom: a, certificat: 'CN=a,typeInvente=b' }] }",
    /comptes\.0\.certificat : type « typeInvente » inconnu\. Écrivez son numéro/u,
  ],
  [
    'two accounts of one certificate',
    "{ comptes: [{ nom: a, certificat: 'E=a@b.fr,C=FR' }, { nom: b, certificat: 'emailAddress=A@b.fr, c=fr' }] }",
    /comptes\.1\.certificat : déjà celui du compte « a »/u,
  ],
  [
    'two accounts of one name',
    "{ comptes: [{ nom: a, certificat: 'cn=a' }, { nom: A, certificat: 'cn=b' }] }",
    /comptes\.1\.nom : « A » est déjà pris/u,
  ],
  ['a base that is no DN', '{ annuaire: { baseDn: ici } }', /ldap\.annuaire\.baseDn : « ici »/u],
];
for (const [name, yaml, fault] of ldapFaults) {
  test(`refused in the section ldap: ${name}`, () => {
    assert.match(faultsOf(`${minimal}\nldap: ${yaml}\n`), fault);
  });
}
