// The settings of the sign-in of professionals: the ANS's addresses by default, and each fault told where it is.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadSettings } from '../src/config/load-settings.js';
import type { ProfessionnelsSettings } from '../src/config/professionnels-settings.js';
import { UsageError } from '../src/errors.js';
import { tempFolder } from './support/extraction-files.js';

const web = 'web: { urlPublique: "https://op.example/annuaire/" }\n';

function load(
  professionnels: string,
  more = web,
  files: Record<string, string> = {},
): ProfessionnelsSettings {
  const folder = tempFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const path = join(folder, 'annuaire-sync.yaml');
  writeFileSync(
    path,
    `operateur: { nom: Essai, domaines: [x.mssante.fr] }\n${more}professionnels: ${professionnels}\n`,
  );
  return loadSettings(path, { S: 'secret' }).professionnels;
}

test('production and sandbox are known by name', () => {
  const { psc, lien } = load('{ psc: { clientId: op, secret: { env: S } } }');
  assert.equal(lien, false);
  assert.equal(psc?.emetteur, 'https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet');
  assert.equal(
    psc.decouverte.href,
    'https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet/.well-known/wallet-openid-configuration',
  );
  assert.equal(psc.adresseRetour.href, 'https://op.example/annuaire/demande/retour');
  assert.deepEqual([...(psc.acrAcceptes ?? [])], ['eidas1', 'eidas2']);
  assert.equal(psc.portees, 'openid scope_all');
  const sandbox = load(
    `{ psc: { environnement: bac-a-sable, clientId: op, secret: { env: S }, identitesDEssai: { ANS20210107161422: '10000000017' } } }`,
  );
  assert.match(sandbox.psc?.emetteur ?? '', /bas\.psc/u);
  assert.equal(sandbox.identitesDEssai.get('ANS20210107161422'), '10000000017');
});

test('a key signs instead of a secret', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const { psc } = load(
    '{ psc: { clientId: op, methode: jwt, cle: psc.key, algorithme: ES256 } }',
    web,
    {
      'psc.key': pem,
    },
  );
  assert.equal(psc?.methode.genre, 'jwt');
  assert.throws(
    () => load('{ psc: { clientId: op, methode: jwt, cle: psc.key } }', web, { 'psc.key': pem }),
    /ne convient pas à « algorithme: RS256 »/u,
  );
});

const faults: [name: string, yaml: string, more: string, fault: RegExp][] = [
  ['no public address', '{ psc: { clientId: op, secret: x } }', '', /web\.urlPublique/u],
  ['no secret', '{ psc: { clientId: op } }', web, /psc\.secret : obligatoire/u],
  ['no key', '{ psc: { clientId: op, methode: jwt } }', web, /psc\.cle : obligatoire/u],
  ['no certificate', '{ psc: { clientId: op, methode: tls } }', web, /certificat et cle/u],
  ['no PEM', '{ psc: { clientId: op, methode: jwt, cle: { env: S } } }', web, /clé privée PEM/u],
  [
    'an issuer in the clear',
    '{ psc: { clientId: op, secret: x, emetteur: "http://psc.example/x" } }',
    web,
    /psc\.decouverte : adresse https[\s\S]*psc\.emetteur : adresse https/u,
  ],
  [
    'sandbox identities in production',
    `{ psc: { clientId: op, secret: x, identitesDEssai: { ANS20210107161422: '10000000017' } } }`,
    web,
    /vide en production/u,
  ],
  [
    'an RPPS that YAML read as a number',
    '{ psc: { clientId: op, secret: x, identitesDEssai: { ANS20210107161422: 10000000017 } } }',
    web,
    /identitesDEssai/u,
  ],
  ['no accepted level', '{ psc: { clientId: op, secret: x, acr: [] } }', web, /psc\.acr/u],
  ['no openid', '{ psc: { clientId: op, secret: x, portees: [rpps] } }', web, /« openid »/u],
  ['a long session', '{ sessions: { dureeMaxMinutes: 241 } }', web, /dureeMaxMinutes/u],
  ['links without mail', '{ lien: true }', web, /avis\.smtp/u],
];
for (const [name, yaml, more, fault] of faults) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => load(yaml, more),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, fault);
        return true;
      },
    );
  });
}

test('the console has its own provider, with what its roles are worth', () => {
  const path = join(tempFolder(), 'annuaire-sync.yaml');
  const openid = (more: string): string =>
    `operateur: { nom: Essai, domaines: [x.mssante.fr] }\n${web}console: { openid: { emetteur: "https://sso.example", ` +
    `decouverte: "https://sso.example/.well-known/openid-configuration", clientId: c, secret: x${more} } }\n`;
  writeFileSync(path, openid(', roles: { admins: approbateur }'));
  const { console: settings } = loadSettings(path, {});
  assert.equal(settings.openid?.roles.get('admins'), 'approbateur');
  assert.equal(settings.openid.fournisseur.acrAcceptes, undefined);
  assert.equal(
    settings.openid.fournisseur.adresseRetour.href,
    'https://op.example/annuaire/console/retour',
  );
  writeFileSync(path, openid(''));
  assert.throws(() => loadSettings(path, {}), /console\.openid\.roles/u);
});
