// The cycle as it is lived: the commands, a real mail server, the link of the mail in the real web server; and a run killed.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from '../../src/db/pool.js';
import { envoyer as envoyerAuServeur, horlogeEssai } from '../support/avis.js';
import { mainProgram, runHere } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import { cas, importer, jours, viderHygiene } from '../support/hygiene.js';
import { mailSettings, startSmtp } from '../support/smtp.js';

let db: TestDatabase;
let config: string;
const children = new Set<ChildProcess>();

before(async () => {
  db = await testDatabase();
  config = join(tempFolder(), 'annuaire-sync.yaml');
  writeFileSync(
    config,
    `database: { url: '${db.url}' }
operateur: { nom: CHU d’exemple, domaines: [chu.mssante.fr] }
web: { port: 0, urlPublique: 'http://127.0.0.1:1/prefixe' }
hygiene: { contact: support@exemple.fr }
`,
  );
});
beforeEach(() => viderHygiene(db.pool));
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

const a = 'anne.exemple@chu.mssante.fr';
const now = new Date();
const parc = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    adresse: i === 0 ? a : `p${i}@chu.mssante.fr`,
    rpps: String(10000000018 + 8 * i),
    authentification: jours(now, -340).toISOString(),
  }));

test('from the inventory to the mail, from its link to the page, from the page to a BAL that is kept', async (t) => {
  await importer(db.pool, parc(1), now);
  const run = await runHere(config, ['hygiene', 'run']);
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stdout, /✓ Cycle d’hygiène : 1 avis en file\n {2}1 cas ouverts/u);
  const smtp = await startSmtp();
  t.after(smtp.close);
  const sent = await envoyerAuServeur(db.pool, mailSettings(smtp.port), {
    horloge: horlogeEssai(jours(now, 0.01)),
  });
  assert.equal(sent.partis, 1);
  const mail = decodeQuotedPrintable(smtp.recus[0]?.texte ?? '');
  assert.match(mail, /Sans action de votre part, elle le sera à partir du/u);
  assert.match(mail, /Pour toute question : support@exemple\.fr/u);
  const [lien = ''] =
    /http:\/\/127\.0\.0\.1:1\/prefixe\/avis\/inactivite\/[\w.-]+/u.exec(mail) ?? [];
  const url = `${await startWeb()}${new URL(lien).pathname.replace('/prefixe', '')}`;
  assert.match(await (await fetch(url)).text(), /Je m’oppose à la suppression/u);
  assert.deepEqual(await cas(db.pool), [`${a} prevenue AVIS_EN_FILE`]);
  const posted = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ choix: 'conserver' }),
  });
  assert.match(await posted.text(), /Opposition enregistrée/u);
  const show = await runHere(config, ['hygiene', 'show', a.toUpperCase()]);
  assert.match(show.stdout, /Cas n° 1 : conservée \(son titulaire s’y est opposé\)/u);
  assert.match(show.stdout, /par le titulaire, par le lien de son avis \(poste 127\.0\.0\.1/u);
  assert.match(show.stdout, /inactivite à anne\.exemple@chu\.mssante\.fr : parti le/u);
});

test('list, keep and their faults', async () => {
  await importer(db.pool, parc(3), now);
  assert.equal((await runHere(config, ['hygiene', 'run', '--dry-run'])).status, 0);
  assert.match((await runHere(config, ['hygiene', 'list'])).stdout, /^Aucun cas d’inactivité\.$/mu);
  assert.equal((await runHere(config, ['hygiene', 'run'])).status, 0);
  const kept = await runHere(config, ['hygiene', 'keep', a, '--motif', 'congé parental']);
  assert.equal(kept.status, 0, kept.stderr);
  assert.match(kept.stdout, /gardée par un administrateur[\s\S]*motif : congé parental/u);
  const list = await runHere(config, ['--json', 'hygiene', 'list', '--etat', 'prevenue']);
  const json = JSON.parse(list.stdout) as { comptes: unknown; cas: { adresse: string }[] };
  assert.deepEqual(json.comptes, { prevenue: 2, conservee: 1 });
  assert.deepEqual(
    json.cas.map(({ adresse }) => adresse),
    ['p1@chu.mssante.fr', 'p2@chu.mssante.fr'],
  );
  assert.match(
    (await runHere(config, ['hygiene', 'list'])).stdout,
    /p1@chu\.mssante\.fr +prévenue/u,
  );
  const again = await runHere(config, ['hygiene', 'keep', a, '--motif', 'encore']);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /Aucun cas d’inactivité ouvert pour anne\.exemple/u);
  assert.equal((await runHere(config, ['hygiene', 'list', '--etat', 'rien'])).status, 2);
  await db.pool.query(`update source_load set loaded_at = now() - interval '10 days'`);
  const stale = await runHere(config, ['hygiene', 'run']);
  assert.equal(stale.status, 3);
  assert.match(stale.stdout, /! L’inventaire a 240 h, au plus 48 h sont permises/u);
});

test('a run killed in the middle leaves whole pages; the next goes on, and nobody is told twice', async () => {
  const total = 250;
  await importer(db.pool, parc(total), now);
  const blocker = await db.pool.connect();
  try {
    // The run stops at the notice of the 230th case, which somebody else seems to be writing.
    await blocker.query('begin');
    await blocker.query(
      `insert into avis (cle, gabarit, domaine, destinataire, donnees, prochain_envoi_le, cree_le, message_id)
       select 'inactivite:230:' || adresse, 'x', 'x', 'x', '{}', now(), now(), 'x'
       from (select adresse, row_number() over (order by adresse) as n from bal_operateur where gone_load_id is null) b
       where n = 230`,
    );
    const run = spawn(process.execPath, [mainProgram, '-c', config, 'hygiene', 'run'], {
      stdio: 'ignore',
    });
    children.add(run);
    await waitForLock(db.pool);
    run.kill('SIGKILL');
    await once(run, 'exit');
  } finally {
    await blocker.query('rollback');
    blocker.release();
  }
  const count = async (sql: string): Promise<number> =>
    (await db.pool.query<{ n: number }>(`select count(*)::integer as n from ${sql}`)).rows[0]?.n ??
    0;
  assert.equal(await count(`cas_inactivite where etat = 'prevenue'`), 200);
  assert.equal(await count('avis'), 200);
  assert.equal((await runHere(config, ['hygiene', 'run'])).status, 0);
  assert.equal(await count(`cas_inactivite where etat = 'prevenue'`), total);
  assert.equal(await count('avis'), total);
  assert.equal(await count('(select distinct destinataire from avis) d'), total);
});

/** Until a session of the program waits for somebody. */
async function waitForLock(pool: Pool): Promise<void> {
  for (let i = 0; i < 600; i += 1) {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rowCount === 1) return;
    await delay(50);
  }
  throw new Error('the run never came to the lock');
}

async function startWeb(): Promise<string> {
  const web = spawn(process.execPath, [mainProgram, '-c', config, '--json', 'web'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.add(web);
  for await (const line of createInterface({ input: web.stdout })) {
    const { evenement, message } = JSON.parse(line) as { evenement: string; message: string };
    if (evenement === 'ecoute') return /http:\S+/u.exec(message)?.[0] ?? '';
  }
  throw new Error('the web server did not start');
}

function decodeQuotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\r\n/gu, '')
    .replace(/=([0-9A-F]{2})/gu, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
