// « notices » as it is run, from the settings file to a real server and receiver.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { runCli } from '../../src/cli.js';
import { publishEvenement } from '../../src/store/evenement.js';
import { enqueueAvis } from '../../src/store/avis.js';
import { nouvelAvis } from '../support/avis.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import { startSmtp, type SmtpEssai } from '../support/smtp.js';
import { cleEssai, startRecepteur, type Recepteur } from '../support/webhook.js';

let database: TestDatabase;
let smtp: SmtpEssai;
let recepteur: Recepteur;
const folder = tempFolder();
const config = join(folder, 'annuaire-sync.yaml');

before(async () => {
  database = await testDatabase();
  smtp = await startSmtp({
    rcpt: (adresse) =>
      adresse.startsWith('refuse') ? { code: 550, texte: 'inconnue' } : undefined,
  });
  recepteur = await startRecepteur();
  writeFileSync(
    config,
    `database: { url: '${database.url}' }
operateur: { nom: Exemple, domaines: [chu-exemple.mssante.fr] }
avis:
  smtp: { hote: 127.0.0.1, port: ${smtp.port}, chiffrement: aucun }
  expediteur: 'Exemple <bal@operateur.example>'
  debitParMinute: 0
  webhooks:
    - { nom: supervision, url: '${recepteur.url}/x?jeton=cache', secret: 'whsec_${cleEssai.toString('base64')}' }
`,
  );
});
after(async () => {
  await smtp.close();
  await recepteur.close();
  await database.drop();
});

type Result = { readonly status: number | null; readonly out: string };

/** In this process: so many commands in their own would take minutes. */
async function run(...args: readonly string[]): Promise<Result> {
  const out = new PassThrough();
  const err = new PassThrough();
  err.resume();
  const chunks: Buffer[] = [];
  out.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await runCli(['node', 'annuaire-sync', '-c', config, ...args], {
    out,
    err,
    env: process.env,
    signal: new AbortController().signal,
    now: () => new Date(),
  });
  return { status, out: Buffer.concat(chunks).toString('utf8') };
}

test('from the queue to the recipients: shown first, sent, told, tried again, given up', async () => {
  const now = new Date();
  await enqueueAvis(database.pool, [nouvelAvis('un'), nouvelAvis('refuse')], now);
  await publishEvenement(
    database.pool,
    { type: 'plan.bloque', cle: 'p', donnees: { plan: 1 } },
    now,
  );
  assert.match((await run('status', '--detail')).out, /✓ courriels : 2 à envoyer/u);

  const shown = await run('notices', 'send', '--dry-run');
  assert.equal(shown.status, 0);
  assert.match(shown.out, /^To: un@chu-exemple\.mssante\.fr\r$/mu);
  assert.match(shown.out, /^POST http:\/\/127\.0\.0\.1:\d+\/x$/mu);
  assert.match(shown.out, /^webhook-signature: v1,/mu);
  assert.match(shown.out, /2 courriels et 1 webhooks partiraient ainsi/u);
  const eml = join(folder, 'essai');
  await run('notices', 'send', '--dry-run', '--dossier', eml);
  const files = readdirSync(eml);
  assert.equal(statSync(join(eml, files[0] ?? '')).mode & 0o777, 0o600);
  assert.equal(files.length, 2);
  assert.match(
    readFileSync(join(eml, files[0] ?? ''), 'utf8'),
    /^Auto-Submitted: auto-generated\r$/mu,
  );
  assert.deepEqual([smtp.recus.length, recepteur.appels.length], [0, 0]);

  const sent = await run('notices', 'send');
  assert.equal(sent.status, 1, 'one was refused');
  assert.match(sent.out, /1 courriels partis, 1 refusés/u);
  assert.match(sent.out, /1 webhooks partis/u);
  assert.deepEqual([smtp.recus.length, recepteur.appels.length], [1, 1]);
  assert.match((await run('status', '--detail')).out, /! courriels : 1 refusés/u);

  const list = await run('notices', 'list', '--etat', 'refuse');
  assert.match(list.out, /2 quota-80, à refuse@.*refusés\n +DESTINATAIRE_REFUSE : .*550/u);
  assert.match((await run('notices', 'show', '2')).out, /Message-ID : <avis\./u);
  const w = /(w\d+) plan\.bloque/u.exec((await run('notices', 'list', '--etat', 'parti')).out)?.[1];
  assert.match((await run('notices', 'show', w ?? '')).out, /plan\.bloque .*supervision/u);
  assert.equal((await run('notices', 'show', '99')).status, 1);
  assert.match(
    (await run('notices', 'retry', '--code', 'DESTINATAIRE_REFUSE')).out,
    /✓ 1 partiront/u,
  );
  const json = JSON.parse((await run('--json', 'notices', 'send')).out) as {
    courriels: { refuses: number };
  };
  assert.equal(json.courriels.refuses, 1);
  assert.equal((await run('notices', 'cancel', '2')).status, 0);
  const again = await run('notices', 'cancel', '1', '2', w ?? '');
  assert.equal(again.status, 1);
  assert.match(again.out, /! 1 : .*déjà parti/u);
  assert.equal((await run('notices', 'cancel')).status, 2);
  assert.match((await run('notices', 'list')).out, /^Aucun avis\.$/mu);
});

test('config check tells a template that would not be used', async () => {
  const dossier = join(folder, 'gabarits');
  const own = join(folder, 'avec-gabarits.yaml');
  mkdirSync(dossier);
  writeFileSync(join(dossier, 'quota-80.txt.liquid'), '{{ rien }}');
  writeFileSync(
    own,
    readFileSync(config, 'utf8').replace('avis:', `avis:\n  gabarits: ${dossier}`),
  );
  const { status, out } = await run('-c', own, 'config', 'check');
  assert.equal(status, 1);
  assert.match(out, /réglages valides[\s\S]*quota-80\.txt\.liquid inutilisable/u);
});
