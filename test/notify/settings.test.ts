// The `avis:` section and the links of `web:`: what is refused, and what the senders get.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { typesEvenement } from '../../src/domain/evenement.js';
import { loadSettings } from '../../src/config/load-settings.js';
import type { Settings } from '../../src/config/settings.js';
import { tempFolder } from '../support/extraction-files.js';

function load(yaml: string): Settings {
  const file = join(tempFolder(), 'annuaire-sync.yaml');
  writeFileSync(file, `operateur: { nom: E, domaines: [chu.mssante.fr] }\n${yaml}`);
  return loadSettings(file, { MOT: 'xyzzy-42' });
}

const smtp = 'smtp: { hote: smtp.example, utilisateur: u, motDePasse: { env: MOT } }';
const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

test('without a server or an endpoint, nothing is to be sent', () => {
  const { avis, web } = load('');
  assert.deepEqual(
    [avis.mail, avis.webhook.points, avis.dossierGabarits],
    [undefined, [], undefined],
  );
  assert.deepEqual([web.urlPublique, web.cleDesLiens], [undefined, undefined]);
});

test('a server is reached by STARTTLS unless it is said otherwise, each domain with its sender', () => {
  const { avis } = load(`avis:
  ${smtp}
  expediteur: 'Messagerie <a@b.fr>'
  repondreA: support@b.fr
  domaines: { Chu.mssante.fr: { expediteur: c@chu.mssante.fr } }
  gabarits: ./gabarits
  webhooks: [{ nom: a, url: 'https://a.example/x?jeton=1', secret: '${secret}' }]
web: { urlPublique: 'https://a.example/mss/' }`);
  assert.deepEqual([avis.mail?.smtp.chiffrement, avis.mail?.smtp.port], ['starttls', 587]);
  assert.deepEqual(avis.mail?.smtp.compte, { utilisateur: 'u', motDePasse: 'xyzzy-42' });
  assert.deepEqual(avis.mail.domaines.get('chu.mssante.fr'), {
    expediteur: { nom: '', adresse: 'c@chu.mssante.fr' },
    repondreA: { nom: '', adresse: 'support@b.fr' },
  });
  assert.match(avis.dossierGabarits ?? '', /^\/.*\/gabarits$/u);
  assert.deepEqual(avis.webhook.points[0]?.cles, [Buffer.alloc(32, 1)]);
  assert.deepEqual(avis.webhook.points[0].evenements, typesEvenement);
});

const refused: [name: string, yaml: string, why: RegExp][] = [
  ['no sender', `avis: { ${smtp} }`, /avis\.expediteur : obligatoire/u],
  [
    'a sender that is none',
    `avis: { ${smtp}, expediteur: "a@b.fr\\nBcc: x@y.fr" }`,
    /avis\.expediteur : adresse attendue/u,
  ],
  [
    'clear text elsewhere',
    `avis: { smtp: { hote: smtp.example, chiffrement: aucun }, expediteur: a@b.fr }`,
    /en clair/u,
  ],
  [
    'a user without his password',
    `avis: { smtp: { hote: h, utilisateur: u }, expediteur: a@b.fr }`,
    /vont ensemble/u,
  ],
  [
    'a lease shorter than a mail',
    `avis: { ${smtp}, expediteur: a@b.fr, bailSecondes: 60 }`,
    /avis\.bailSecondes/u,
  ],
  [
    'a longest wait shorter than the first',
    `avis: { ${smtp}, expediteur: a@b.fr, attenteMaxSecondes: 1 }`,
    /attenteMaxSecondes/u,
  ],
  [
    'a short webhook secret',
    `avis: { webhooks: [{ nom: a, url: 'https://a.example', secret: whsec_abcd }] }`,
    /whsec_/u,
  ],
  [
    'a webhook in clear',
    `avis: { webhooks: [{ nom: a, url: 'http://a.example', secret: '${secret}' }] }`,
    /sans chiffrement/u,
  ],
  [
    'two endpoints of one name',
    `avis: { webhooks: [{ nom: a, url: 'https://a.example', secret: '${secret}' }, { nom: a, url: 'https://b.example', secret: '${secret}' }] }`,
    /deux points/u,
  ],
  [
    'an unknown event',
    `avis: { webhooks: [{ nom: a, url: 'https://a.example', secret: x, evenements: [rien] }] }`,
    /evenements/u,
  ],
  ['public links in clear', `web: { urlPublique: 'http://a.example' }`, /web\.urlPublique/u],
  ['a short key of links', `web: { cleDesLiens: court }`, /web\.cleDesLiens : trop courte/u],
];
for (const [name, yaml, why] of refused) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => load(yaml),
      (error: Error) => why.test(error.message) && !error.message.includes('xyzzy-42'),
    );
  });
}
