// The reasons of /readyz: what a node's services, stages and certificates add to what its database says.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRaisonCertificat, raisonsDe, raisonsSansWeb } from '../../src/commands/web-etat.js';
import { loadSettings } from '../../src/config/load-settings.js';
import type { EtatNoeud } from '../../src/domain/etat-noeud.js';
import { makeCertificates } from '../support/certificates.js';
import { writeCommandSettings } from '../support/command.js';
import { tempFolder } from '../support/extraction-files.js';

const now = new Date('2026-11-23T07:00:00Z');
const at = (minutes: number): string => new Date(now.getTime() + minutes * 60_000).toISOString();

const bon: EtatNoeud = {
  noeud: 'n1',
  depuis: at(-60),
  services: [
    { nom: 'ldap-1', etat: 'pret', raisons: [] },
    { nom: 'web-1', etat: 'pret', raisons: [] },
  ],
  etapes: [
    {
      nom: 'extract',
      prochaine: at(60),
      dernier: { issue: 'reussite', fin: at(-30), message: 'Terminée.' },
      estEnCours: false,
    },
  ],
  base: { estJoignable: true, depuis: at(-60), lectureSeule: false },
};
const [extract] = bon.etapes;
assert.ok(extract);

type Cas = readonly [
  name: string,
  more: Partial<EtatNoeud>,
  expected: readonly (readonly [code: string, words: RegExp])[],
];

const echec = { issue: 'echec', fin: at(-30), message: 'non' } as const;
const cas: readonly Cas[] = [
  ['all is well', {}, []],
  [
    'LDAP has no snapshot yet, and a worker is gone',
    {
      services: [
        { nom: 'ldap-1', etat: 'demarrage', raisons: ['aucun annuaire n’est encore chargé'] },
        { nom: 'ldap-2', etat: 'arrete', raisons: [] },
        { nom: 'web-1', etat: 'degrade', raisons: ['la base se lit'] },
      ],
    },
    [
      ['SERVICE', /^Service ldap-1 : démarre ; aucun annuaire n’est encore chargé$/u],
      ['SERVICE', /^Service ldap-2 : arrêté$/u],
      ['SERVICE', /^Service web-1 : dégradé ; la base se lit$/u],
    ],
  ],
  [
    'a stage failed',
    { etapes: [{ ...extract, dernier: echec }] },
    [['ETAPE_ECHOUEE', /« extract » a échoué le 23 novembre 2026/u]],
  ],
  [
    'a stage was ended at its limit of time',
    { etapes: [{ ...extract, dernier: { ...echec, issue: 'delai' } }] },
    [['ETAPE_ECHOUEE', /« extract »/u]],
  ],
  [
    'a guard refused: that is for whoever decides, not for a balancer',
    { etapes: [{ ...extract, dernier: { ...echec, issue: 'refus' } }] },
    [],
  ],
  [
    'a stage is late',
    { etapes: [{ ...extract, prochaine: at(-31) }] },
    [['ETAPE_EN_RETARD', /« extract » devait passer le 23 novembre 2026/u]],
  ],
  ['within the delay that is drawn', { etapes: [{ ...extract, prochaine: at(-29) }] }, []],
  [
    'a stage runs: whether it was late or failed before is past',
    { etapes: [{ ...extract, prochaine: at(-90), dernier: echec, estEnCours: true }] },
    [],
  ],
];

for (const [name, more, expected] of cas) {
  test(`${name}: the node stays in its balancer`, () => {
    const raisons = raisonsDe({ ...bon, ...more }, now);
    assert.deepEqual(
      raisons.map(({ code, estBloquante }) => [code, estBloquante]),
      expected.map(([code]) => [code, false]),
    );
    for (const [rank, [, words]] of expected.entries()) {
      assert.match(raisons[rank]?.message ?? '', words);
    }
  });
}

test('a process without a supervisor has no reason of its own', () => {
  assert.deepEqual(raisonsDe(undefined, now), []);
});

test('a node without a web server is ready as soon as one LDAP serves, its database there or not', () => {
  const base = { ...bon.base, estJoignable: false, cause: 'Connexion refusée.' };
  const [ldap] = bon.services;
  assert.ok(ldap);
  const muet = { ...ldap, etat: 'demarrage' } as const;
  const bloquantes = (etat: Partial<EtatNoeud>): [string, boolean][] =>
    raisonsSansWeb({ ...bon, ...etat }, now).map(({ code, estBloquante }) => [code, estBloquante]);
  assert.deepEqual(bloquantes({ services: [ldap] }), []);
  assert.deepEqual(bloquantes({ services: [ldap], base }), [['BASE_INDISPONIBLE', false]]);
  assert.deepEqual(bloquantes({ services: [ldap, muet] }), [['SERVICE', false]]);
  assert.deepEqual(bloquantes({ services: [muet] }), [['SERVICE', true]]);
  // Stages alone: nobody is sent there.
  assert.deepEqual(bloquantes({ services: [], base }), [['BASE_INDISPONIBLE', false]]);
});

test('a certificate of the web server that has expired is told, with what to do; one in force is not', async () => {
  const folder = tempFolder();
  const { expired, localhost } = await makeCertificates();
  const raisons = (cert: string, key: string): readonly { code: string; message: string }[] => {
    const files = [join(folder, 'web.pem'), join(folder, 'web.key')] as const;
    writeFileSync(files[0], cert);
    writeFileSync(files[1], key);
    const settings = loadSettings(writeCommandSettings(folder, 'postgres://x@127.0.0.1/x'), {});
    const tls = { certificate: files[0], key: files[1], passphrase: undefined };
    return createRaisonCertificat({ ...settings, web: { ...settings.web, tls } })(new Date());
  };
  assert.deepEqual(raisons(localhost.cert, localhost.key), []);
  const [raison] = raisons(expired.cert, expired.key);
  assert.equal(raison?.code, 'CERTIFICAT_EXPIRE');
  assert.match(raison.message, /a expiré le .* : renouvelez « web\.tls\.certificat »/u);
});
