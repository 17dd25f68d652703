// EX_OPE_5010 towards the mail server, and authentication.
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import type { SMTPServerOptions } from 'smtp-server';
import type { Pool } from '../../src/db/pool.js';
import type { SmtpSettings } from '../../src/notify/settings.js';
import { envoyer, getAvis, mettreEnFile } from '../support/avis.js';
import { makeCertificates, type TestCertificates } from '../support/certificates.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { mailSettings, startSmtp, type SmtpEssai } from '../support/smtp.js';

let certificates: TestCertificates;
let database: TestDatabase;
let pool: Pool;
let count = 0;

before(async () => {
  certificates = await makeCertificates();
  database = await testDatabase();
  pool = database.pool;
});
after(() => database.drop());

type Essai = { readonly smtp: SmtpEssai; readonly code: string | undefined; readonly etat: string };

async function essayer(
  t: TestContext,
  options: SMTPServerOptions,
  smtpSettings: Partial<SmtpSettings>,
): Promise<Essai> {
  const smtp = await startSmtp({}, options);
  t.after(smtp.close);
  const cle = `n${(count += 1)}`;
  await mettreEnFile(pool, cle);
  const settings = mailSettings(smtp.port, { smtp: { ca: [certificates.ca], ...smtpSettings } });
  const { arret } = await envoyer(pool, settings);
  const { etat } = await getAvis(pool, cle);
  await pool.query(`update avis set etat = 'annule', annule_le = now() where etat = 'a-envoyer'`);
  return { smtp, code: arret?.code, etat };
}

const localhost = (): SMTPServerOptions => certificates.localhost;

test('STARTTLS: nothing but the greeting goes in clear', async (t) => {
  const { smtp, etat } = await essayer(t, localhost(), { chiffrement: 'starttls' });
  assert.deepEqual([etat, smtp.recus[0]?.isSecure], ['parti', true]);
});

test('TLS from the first byte', async (t) => {
  const { smtp, etat } = await essayer(t, { ...localhost(), secure: true }, { chiffrement: 'tls' });
  assert.deepEqual([etat, smtp.recus[0]?.isSecure], ['parti', true]);
});

test('a server that does not offer STARTTLS gets nothing', async (t) => {
  const { smtp, code, etat } = await essayer(
    t,
    { ...localhost(), disabledCommands: ['STARTTLS'] },
    { chiffrement: 'starttls' },
  );
  assert.deepEqual([code, etat, smtp.recus.length], ['SMTP_STARTTLS', 'a-envoyer', 0]);
});

const weak: [name: string, options: SMTPServerOptions][] = [
  ['TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
  ['CBC only', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES128-SHA' }],
  ['no forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }],
];
for (const [name, options] of weak) {
  for (const chiffrement of ['starttls', 'tls'] as const) {
    test(`weak TLS refused, ${chiffrement}: ${name}`, async (t) => {
      const { smtp, code, etat } = await essayer(
        t,
        { ...localhost(), ...options, secure: chiffrement === 'tls' },
        { chiffrement },
      );
      assert.match(code ?? '', /^TLS_/u);
      assert.deepEqual([etat, smtp.recus.length], ['a-envoyer', 0]);
    });
  }
}

const wrong: [name: string, pair: keyof TestCertificates, code: string, ca: boolean][] = [
  ['expired', 'expired', 'TLS_CERTIFICAT_EXPIRE', true],
  ['of another host', 'otherHost', 'TLS_NOM', true],
  ['of an unknown authority', 'localhost', 'TLS_AC_INCONNUE', false],
];
for (const [name, pair, expected, hasCa] of wrong) {
  test(`a certificate ${name} is refused, with what to do`, async (t) => {
    const given = certificates[pair];
    assert.ok(typeof given === 'object' && 'key' in given);
    const { code, smtp } = await essayer(t, given, {
      chiffrement: 'starttls',
      ...(hasCa ? {} : { ca: [] }),
    });
    assert.deepEqual([code, smtp.recus.length], [expected, 0]);
  });
}

const onAuth: SMTPServerOptions['onAuth'] = ({ username, password }, _session, done) => {
  if (username === 'annuaire' && password === 'secret é') done(null, { user: username });
  else done(Object.assign(new Error('mauvais mot de passe'), { responseCode: 535 }));
};

test('the account of the settings authenticates', async (t) => {
  const compte = { utilisateur: 'annuaire', motDePasse: 'secret é' };
  const { etat } = await essayer(
    t,
    { ...localhost(), authOptional: false, onAuth },
    { chiffrement: 'starttls', compte },
  );
  assert.equal(etat, 'parti');
});

test('a refused or missing account stops the run, and counts against nobody', async (t) => {
  const compte = { utilisateur: 'annuaire', motDePasse: 'faux' };
  const options = { ...localhost(), authOptional: false, onAuth };
  const refused = await essayer(t, options, { chiffrement: 'starttls', compte });
  assert.deepEqual([refused.code, refused.etat], ['SMTP_AUTHENTIFICATION', 'a-envoyer']);
  const missing = await essayer(t, options, { chiffrement: 'starttls' });
  assert.deepEqual([missing.code, missing.etat], ['SMTP_AUTHENTIFICATION', 'a-envoyer']);
});
