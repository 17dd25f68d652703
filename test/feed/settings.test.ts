import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadSettings } from '../../src/config/load-settings.js';
import { UsageError } from '../../src/errors.js';
import { dialects } from '../../src/feed/dialect.js';
import type { FeedClientSettings, FeedSettings } from '../../src/feed/feed-settings.js';
import { tempFolder } from '../support/extraction-files.js';

function load(alimentation: string, more = '', env: NodeJS.ProcessEnv = {}): FeedSettings {
  const folder = tempFolder();
  writeFileSync(join(folder, 'client.p12'), Buffer.from([0x30, 0x82, 0xff, 0x00]));
  writeFileSync(join(folder, 'client.pem'), 'certificat');
  writeFileSync(join(folder, 'client.key'), 'clé');
  const path = join(folder, 'annuaire-sync.yaml');
  const text = `operateur: { nom: E, domaines: [x.mssante.fr] }\nalimentation: ${alimentation}\n${more}`;
  writeFileSync(path, text);
  return loadSettings(path, env).alimentation;
}

function clientOf(
  alimentation: string,
  more = '',
  env: NodeJS.ProcessEnv = {},
): FeedClientSettings {
  const { client } = load(alimentation, more, env);
  assert.ok(client);
  return client;
}

test('without an address the feed is off, and its limits are there all the same', () => {
  const { client, push } = load('{}');
  assert.equal(client, undefined);
  assert.deepEqual(push, {
    appelsParSeconde: 17,
    simultanesMax: 4,
    tentativesMax: 8,
    attenteMinMs: 60_000,
    attenteMaxMs: 21_600_000,
    bailMs: 300_000,
    confirmationJoursMax: 7,
    disjoncteur: { echecsMax: 10, pauseMs: 300_000 },
    balsParAppelMax: 1,
  });
});

test('0 calls a second is no limit, and less is none', () => {
  assert.equal(load('{ appelsParSeconde: 0 }').push.appelsParSeconde, 0);
  assert.throws(() => load('{ appelsParSeconde: -1 }'), UsageError);
});

test('reads go to the address of the feed unless they have their own', () => {
  const url = 'https://api.example/mss';
  assert.equal(clientOf(`{ url: '${url}' }`).lectureUrl.href, url);
  const own = clientOf(`{ url: '${url}', lectureUrl: 'https://api.example/fhir/v2' }`);
  assert.deepEqual([own.url.href, own.lectureUrl.href], [url, 'https://api.example/fhir/v2']);
});

test('a dialect is a preset, or one with what changes', () => {
  const of = (dialecte: string) => clientOf(`{ url: 'https://a.example', ${dialecte} }`).dialecte;
  assert.deepEqual(of(''), dialects['draft-2026-06']);
  assert.deepEqual(of('dialecte: profile-1.2.0'), dialects['profile-1.2.0']);
  assert.deepEqual(
    of('dialecte: { base: profile-1.2.0, emailType: false, cleSituation: identifier }'),
    {
      ...dialects['profile-1.2.0'],
      emailType: false,
    },
  );
  assert.deepEqual(of('dialecte: { systemeFiness: "urn:oid:1.2.3" }'), {
    ...dialects['draft-2026-06'],
    systemeFiness: 'urn:oid:1.2.3',
  });
});

test('several BAL leave together only when asked', () => {
  assert.equal(load('{ balsParAppelMax: 7 }').push.balsParAppelMax, 1);
  assert.equal(load('{ balsParAppelMax: 7, plusieursBalParAppel: true }').push.balsParAppelMax, 7);
});

test('the key comes from where it is said to be, trimmed; a PKCS#12 file is read as bytes', () => {
  const client = clientOf(
    "{ url: 'https://a.example', cleApi: { env: CLE }, tls: { pkcs12: client.p12, motDePasse: mdp } }",
    '',
    { CLE: ' 0f1e-2d3c\n' },
  );
  assert.equal(client.cleApi, '0f1e-2d3c');
  assert.deepEqual(client.clientCertificate, {
    pfx: Buffer.from([0x30, 0x82, 0xff, 0x00]),
    passphrase: 'mdp',
  });
});

test('plain HTTP serves this machine, or a network declared safe', () => {
  assert.equal(clientOf("{ url: 'http://127.0.0.1:8482' }").url.port, '8482');
  assert.equal(
    clientOf("{ url: 'http://interne.example' }", 'reseau: { httpEnClair: true }').url.host,
    'interne.example',
  );
});

const refused: [name: string, yaml: string, fault: RegExp][] = [
  ['no address', '{ url: ici }', /alimentation\.url : adresse http\(s\) attendue/u],
  ['another protocol', "{ url: 'ftp://a.example' }", /alimentation\.url : adresse http\(s\)/u],
  [
    'a key in clear over the network',
    "{ url: 'http://a.example' }",
    /alimentation\.url : a\.example serait joint sans chiffrement.*httpEnClair/u,
  ],
  [
    'reads in clear over the network',
    "{ url: 'https://a.example', lectureUrl: 'http://a.example' }",
    /alimentation\.lectureUrl : .*sans chiffrement/u,
  ],
  [
    'a token asked for in clear',
    "{ url: 'https://a.example', oauth2: { url: 'http://b.example', clientId: c, clientSecret: s } }",
    /alimentation\.oauth2\.url : b\.example/u,
  ],
  [
    'credentials in the address',
    "{ url: 'https://moi:mdp@a.example' }",
    /alimentation\.url : pas d'identifiants/u,
  ],
  [
    'a query in the base',
    "{ url: 'https://a.example/?x=1' }",
    /alimentation\.url : .*sans « \? »/u,
  ],
  ['an unknown preset', '{ dialecte: demain }', /alimentation\.dialecte/u],
  ['an unknown variant', '{ dialecte: { couleur: bleu } }', /alimentation\.dialecte : .*couleur/u],
  [
    'a system that is no URI',
    "{ dialecte: { systemeFiness: 'finess|x' } }",
    /alimentation\.dialecte\.systemeFiness : URI attendue/u,
  ],
  [
    'a key that no header can hold',
    "{ url: 'https://a.example', cleApi: 'sec ret' }",
    /alimentation\.cleApi : .*ne peut pas être transmis/u,
  ],
  [
    'a certificate without its key',
    "{ url: 'https://a.example', tls: { certificat: client.pem } }",
    /alimentation\.tls : certificat et cle/u,
  ],
  [
    'two certificates',
    "{ url: 'https://a.example', tls: { certificat: client.pem, cle: client.key, pkcs12: client.p12 } }",
    /alimentation\.tls : pkcs12 ou certificat/u,
  ],
  [
    'a PKCS#12 file that is not there',
    "{ url: 'https://a.example', tls: { pkcs12: absent.p12 } }",
    /alimentation\.tls\.pkcs12 : fichier illisible/u,
  ],
  [
    'nothing to prove who asks for a token',
    "{ url: 'https://a.example', oauth2: { url: 'https://b.example', clientId: c } }",
    /alimentation\.oauth2 : clientSecret est nécessaire/u,
  ],
  ['a lease shorter than a request', '{ bailSecondes: 90 }', /bailSecondes : doit dépasser/u],
  [
    'a longest wait below the shortest',
    '{ attenteMinSecondes: 60, attenteMaxSecondes: 5 }',
    /attenteMaxSecondes : plus petit/u,
  ],
];
for (const [name, yaml, fault] of refused) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => load(yaml),
      (error: unknown) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, fault);
        for (const secret of ['mdp', 'sec ret']) assert.ok(!error.message.includes(secret));
        return true;
      },
    );
  });
}
