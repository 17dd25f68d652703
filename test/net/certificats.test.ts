// How long the certificates of the settings still serve: inspected, announced once for each threshold.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { annoncerCertificats, lireCertificats } from '../../src/commands/certificats.js';
import { loadSettings } from '../../src/config/load-settings.js';
import {
  jugerEcheance,
  seuilAtteint,
  type FichierCertificat,
} from '../../src/domain/certificat.js';
import { inspecterCertificats } from '../../src/net/certificats.js';
import { makeCertificates, pfxPassphrase, type TestCertificates } from '../support/certificates.js';
import { testDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

const day = 86_400_000;
/** The certificates of the tests are made now, for two days. */
const now = new Date();
const after = (days: number): Date => new Date(now.getTime() + days * day);

let certificates: TestCertificates;
const folder = tempFolder();

before(async () => {
  certificates = await makeCertificates();
  writeFileSync(join(folder, 'web.pem'), certificates.localhost.cert + certificates.ca);
  writeFileSync(join(folder, 'web.key'), certificates.localhost.key);
  writeFileSync(join(folder, 'client.p12'), certificates.clientPfx);
  writeFileSync(join(folder, 'client.pem'), certificates.client.cert);
});

function fichier(name: string, more: Partial<FichierCertificat> = {}): FichierCertificat {
  const chemin = join(folder, name);
  return { reglage: 'web.tls.certificat', nom: 'serveur web', genre: 'servi', chemin, ...more };
}

function inspect(one: FichierCertificat, at = after(0.5), alerteJours = 1) {
  return inspecterCertificats([one], { alerteJours, now: at });
}

describe('a certificate of the settings', () => {
  it('is read with its chain: subject, end, days left', () => {
    const { certificats, illisibles } = inspect(fichier('web.pem'));
    assert.deepEqual(illisibles, []);
    assert.deepEqual(
      certificats
        .map(({ nom, sujet, joursRestants, etat }) => [nom, sujet, joursRestants, etat])
        .sort(),
      [
        ['serveur web (1/2)', 'CN=localhost', 1, 'valable'],
        ['serveur web (2/2)', 'CN=AC de test', 1, 'valable'],
      ],
    );
    assert.match(certificats[0]?.empreinte ?? '', /^[0-9a-f]{64}$/u);
  });

  it('is read out of PKCS#12 too', () => {
    const motDePasse = pfxPassphrase;
    const one = fichier('client.p12', { genre: 'client', motDePasse });
    assert.equal(inspect(one).certificats[0]?.sujet, 'CN=client');
    assert.ok(!JSON.stringify(inspect(one)).includes(pfxPassphrase));
  });

  it('that cannot be read is said so, with the setting', () => {
    for (const [name, more] of [
      ['absent.pem', {}],
      ['web.key', {}],
      ['client.p12', { motDePasse: 'faux' }],
    ] as const) {
      const { certificats, illisibles } = inspect(fichier(name, more));
      assert.equal(certificats.length, 0);
      assert.match(illisibles[0]?.message ?? '', /« web\.tls\.certificat »/u);
    }
  });

  it('of another kind than RSA is remarked where it is served', () => {
    assert.match(inspect(fichier('client.pem')).certificats[0]?.remarques[0] ?? '', /TLS 1\.3/u);
    const shown = inspect(fichier('client.pem', { genre: 'client' }));
    assert.deepEqual(shown.certificats[0]?.remarques, []);
  });
});

const dates = { valableDes: after(0), expireLe: after(100) };
for (const [name, at, etat, joursRestants, seuil] of [
  ['not yet valid', after(-1), 'futur', 101, undefined],
  ['far from its end', after(69), 'valable', 31, undefined],
  ['at the very threshold', after(70), 'valable', 30, undefined],
  ['just below it', after(70.1), 'bientot', 29, 30],
  ['in its last week', after(93.5), 'bientot', 6, 7],
  ['in its last hours', after(99.9), 'bientot', 0, 7],
  ['in its last second', after(100), 'bientot', 0, 7],
  ['over', new Date(after(100).getTime() + 1), 'expire', -1, 0],
] as const) {
  it(`a certificate ${name} is « ${etat} »`, () => {
    const judged = jugerEcheance(dates, 30, at);
    assert.deepEqual(judged, { joursRestants, etat });
    assert.equal(seuilAtteint(judged, 30), seuil);
  });
}

it('a setting under a week leaves the threshold of a week out', () => {
  assert.equal(seuilAtteint({ joursRestants: 6, etat: 'valable' }, 3), undefined);
  assert.equal(seuilAtteint({ joursRestants: 2, etat: 'bientot' }, 3), 3);
});

const config = `
operateur: { nom: x, domaines: [chu.mssante.fr] }
certificats: { alerteJours: 20 }
web: { tls: { certificat: web.pem, cle: web.key } }
ldap: { tls: { certificat: web.pem, cle: web.key, autoritesClientes: [web.pem] } }
reseau: { ca: [web.pem] }
sources:
  bals: { tls: { certificat: client.pem, cle: web.key } }
  liste-blanche: { signataires: [web.pem] }
alimentation: { url: 'https://annuaire.exemple', cleApi: x, tls: { pkcs12: client.p12, motDePasse: ${pfxPassphrase} } }
inventaire:
  sources:
    - { nom: zimbra, type: ldap, url: 'ldaps://zimbra', base: 'dc=x', attributs: { adresse: mail, typeBal: { constante: PER } }, tls: { ca: [web.pem] } }
`;

function readConfig() {
  writeFileSync(join(folder, 'annuaire-sync.yaml'), config);
  return loadSettings(join(folder, 'annuaire-sync.yaml'), {});
}

it('every certificate that the settings name is watched over', () => {
  assert.deepEqual(
    readConfig()
      .certificats.fichiers.map(({ reglage, genre, nom }) => `${reglage} ${genre} ${nom}`)
      .sort(),
    [
      'alimentation.tls.pkcs12 client client de l’alimentation',
      'inventaire.sources.0.tls.ca.0 autorite autorité de l’inventaire n° 1',
      'ldap.tls.autoritesClientes.0 autorite autorité des clients LDAP n° 1',
      'ldap.tls.certificat servi serveur LDAP',
      'reseau.ca.0 autorite autorité du réseau n° 1',
      'sources.bals.tls.certificat client client de l’extraction des BAL',
      'sources.liste-blanche.signataires.0 signataire signataire de la liste blanche n° 1',
      'web.tls.certificat servi serveur web',
    ],
  );
});

it('the end of a certificate is announced once for each threshold, whatever the number of settings that name it', async (t) => {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  const settings = readConfig();
  const announced = async (at: Date): Promise<(string | number)[]> => {
    await annoncerCertificats(pool, settings, at);
    const { rows } = await pool.query<{ donnees: { sujet: string; seuil: number } }>(
      `select donnees from evenement where type = 'certificat.expire-bientot' order by id`,
    );
    return rows.map(({ donnees: { sujet, seuil } }) => `${sujet} ${seuil}`).sort();
  };
  assert.deepEqual(await announced(after(-19)), []);
  const alerts = ['CN=AC de test 20', 'CN=client 20', 'CN=localhost 20'];
  assert.deepEqual(await announced(after(-10)), alerts);
  assert.deepEqual(await announced(after(-9)), alerts);
  const over = await announced(after(3));
  assert.equal(over.length, 6);
  assert.equal(lireCertificats(settings, after(3)).certificats[0]?.etat, 'expire');
});
