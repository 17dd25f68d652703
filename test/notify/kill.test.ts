// A sender that dies between the server's « 250 » and the record: what is known of the mail, and what becomes of it.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Pool } from '../../src/db/pool.js';
import { envoyer, getAvis, horlogeEssai, mettreEnFile, plusTard } from '../support/avis.js';
import { testDatabase } from '../support/database.js';
import { mailSettings, startSmtp, type SmtpEssai } from '../support/smtp.js';

const child = fileURLToPath(new URL('./sender-child.js', import.meta.url));

/** The server has the whole message and answers; its sender is dead before it can read that. */
async function setUpKilled(t: TestContext): Promise<{ pool: Pool; smtp: SmtpEssai }> {
  const { pool, url, drop } = await testDatabase();
  t.after(drop);
  let victim: ChildProcess | undefined;
  const smtp = await startSmtp({
    data: () => {
      victim?.kill('SIGKILL');
      return undefined;
    },
  });
  t.after(smtp.close);
  await mettreEnFile(pool, 'a');
  victim = spawn(process.execPath, [child, url, String(smtp.port)], { stdio: 'inherit' });
  await once(victim, 'exit');
  assert.equal(victim.signalCode, 'SIGKILL');
  victim = undefined;
  assert.deepEqual([smtp.recus.length, (await getAvis(pool, 'a')).etat], [1, 'en-envoi']);
  return { pool, smtp };
}

test('killed after the server accepted: once more under the same Message-ID when the lease ends', async (t) => {
  const { pool, smtp } = await setUpKilled(t);
  const settings = mailSettings(smtp.port);
  const held = await envoyer(pool, settings, { horloge: horlogeEssai(plusTard(14)) });
  assert.deepEqual([held.repris, held.partis], [0, 0]);
  const after = await envoyer(pool, settings, { horloge: horlogeEssai(plusTard(15)) });
  assert.deepEqual([after.repris, after.partis], [1, 1]);
  const { messageId, tentatives } = await getAvis(pool, 'a');
  assert.equal(tentatives, 2);
  assert.equal(smtp.recus.length, 2);
  assert.ok(smtp.recus.every(({ texte }) => texte.includes(`<${messageId}>`)));
});

test('killed after the server accepted, with « renvoisSiDoute: 0 »: left to a person, who is told', async (t) => {
  const { pool, smtp } = await setUpKilled(t);
  const settings = mailSettings(smtp.port);
  const wary = { ...settings, reprise: { ...settings.reprise, doutesMax: 0 } };
  const after = await envoyer(pool, wary, { horloge: horlogeEssai(plusTard(15)) });
  assert.deepEqual([after.repris, after.partis, smtp.recus.length], [1, 0, 1]);
  const avis = await getAvis(pool, 'a');
  assert.deepEqual([avis.etat, avis.dernierCode], ['abandonne', 'ISSUE_INCONNUE']);
  assert.match(avis.dernierMessage ?? '', /on ignore.*notices retry/u);
});
