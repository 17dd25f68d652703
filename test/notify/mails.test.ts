import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Pool } from '../../src/db/pool.js';
import { enqueueAvis } from '../../src/store/avis.js';
import {
  envoyer,
  getAvis,
  horlogeEssai,
  maintenant,
  mettreEnFile,
  nouvelAvis,
  plusTard,
} from '../support/avis.js';
import { testDatabase } from '../support/database.js';
import {
  mailSettings,
  startMuet,
  startSmtp,
  type Comportement,
  type SmtpEssai,
} from '../support/smtp.js';

async function setUp(
  t: TestContext,
  comportement: Comportement = {},
): Promise<{ pool: Pool; smtp: SmtpEssai }> {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  const smtp = await startSmtp(comportement);
  t.after(smtp.close);
  return { pool, smtp };
}

test('a mail leaves whole, once, and its end is recorded', async (t) => {
  const { pool, smtp } = await setUp(t);
  await mettreEnFile(pool, 'a', 'b');
  const bilan = await envoyer(pool, mailSettings(smtp.port));
  assert.deepEqual([bilan.partis, bilan.refuses, bilan.arret], [2, 0, undefined]);
  assert.equal((await envoyer(pool, mailSettings(smtp.port))).partis, 0);
  assert.deepEqual(
    smtp.recus.map(({ de, a }) => [de, ...a]),
    ['a', 'b'].map((cle) => ['ne-pas-repondre@operateur.example', `${cle}@chu-exemple.mssante.fr`]),
  );
  assert.equal(smtp.connexions.count, 1, 'one connection serves both');
  const avis = await getAvis(pool, 'a');
  assert.deepEqual([avis.etat, avis.partiLe], ['parti', maintenant]);
  const texte = smtp.recus[0]?.texte ?? '';
  assert.match(texte, /^Auto-Submitted: auto-generated\r$/mu);
  assert.match(texte, /^Reply-To: support@operateur\.example\r$/mu);
  assert.ok(texte.includes(`Message-ID: <${avis.messageId}>\r\n`), texte);
  assert.match(texte, /^Date: Fri, 15 Jan 2027 12:00:00 \+0000\r$/mu);
  assert.match(texte, /^Content-Type: text\/plain; charset=utf-8\r$/mu);
  assert.match(texte, /^Content-Type: text\/html; charset=utf-8\r$/mu);
});

test('one put off by the caller waits for its time', async (t) => {
  const { pool, smtp } = await setUp(t);
  await enqueueAvis(pool, [nouvelAvis('a', { envoyerApres: plusTard(60) })], maintenant);
  assert.equal((await envoyer(pool, mailSettings(smtp.port))).partis, 0);
  const later = await envoyer(pool, mailSettings(smtp.port), {
    horloge: horlogeEssai(plusTard(60)),
  });
  assert.equal(later.partis, 1);
});

test('a recipient refused for ever is not tried again, and holds nobody else', async (t) => {
  const { pool, smtp } = await setUp(t, {
    rcpt: (adresse) =>
      adresse.startsWith('a@') ? { code: 550, texte: 'boîte inconnue' } : undefined,
  });
  await mettreEnFile(pool, 'a', 'b');
  const bilan = await envoyer(pool, mailSettings(smtp.port));
  assert.deepEqual([bilan.partis, bilan.refuses], [1, 1]);
  const avis = await getAvis(pool, 'a');
  assert.deepEqual(
    [avis.etat, avis.dernierCode, avis.tentatives],
    ['refuse', 'DESTINATAIRE_REFUSE', 1],
  );
  assert.match(avis.dernierMessage ?? '', /550 boîte inconnue/u);
  const horloge = horlogeEssai(plusTard(10_000));
  assert.equal((await envoyer(pool, mailSettings(smtp.port), { horloge })).refuses, 0);
});

test('a sender or a content refused for ever says which', async (t) => {
  const { pool, smtp } = await setUp(t, {
    mail: (adresse) => (adresse.startsWith('clinique') ? { code: 553, texte: 'non' } : undefined),
    data: () => ({ code: 554, texte: 'contenu refusé' }),
  });
  const domaine = 'clinique.mssante.fr';
  await enqueueAvis(pool, [nouvelAvis('a', { domaine }), nouvelAvis('b')], maintenant);
  const expediteur = { nom: '', adresse: 'clinique@operateur.example' };
  const domaines = new Map([[domaine, { expediteur, repondreA: undefined }]]);
  assert.equal((await envoyer(pool, mailSettings(smtp.port, { domaines }))).refuses, 2);
  assert.equal((await getAvis(pool, 'a')).dernierCode, 'EXPEDITEUR_REFUSE');
  assert.equal((await getAvis(pool, 'b')).dernierCode, 'MESSAGE_REFUSE');
});

test('greylisted, it leaves when it is asked again later, under the same Message-ID', async (t) => {
  let isFirst = true;
  const { pool, smtp } = await setUp(t, {
    rcpt: () => {
      const answer = isFirst ? { code: 451, texte: 'revenez plus tard' } : undefined;
      isFirst = false;
      return answer;
    },
  });
  await mettreEnFile(pool, 'a');
  assert.equal((await envoyer(pool, mailSettings(smtp.port))).reportes, 1);
  const avis = await getAvis(pool, 'a');
  assert.deepEqual([avis.etat, avis.dernierCode], ['a-envoyer', 'SMTP_451']);
  assert.deepEqual(avis.prochainEnvoiLe, plusTard(3.75));
  const tooSoon = await envoyer(pool, mailSettings(smtp.port), {
    horloge: horlogeEssai(plusTard(3)),
  });
  assert.equal(tooSoon.partis, 0);
  const horloge = horlogeEssai(plusTard(4));
  assert.equal((await envoyer(pool, mailSettings(smtp.port), { horloge })).partis, 1);
  assert.ok(smtp.recus[0]?.texte.includes(avis.messageId));
});

test('put off too many times, or for too long, it is given up and says so', async (t) => {
  const { pool, smtp } = await setUp(t, { rcpt: () => ({ code: 450, texte: 'pleine' }) });
  await mettreEnFile(pool, 'a');
  for (const minutes of [0, 100, 200]) {
    await envoyer(pool, mailSettings(smtp.port), { horloge: horlogeEssai(plusTard(minutes)) });
  }
  const many = await getAvis(pool, 'a');
  assert.deepEqual([many.etat, many.tentatives], ['abandonne', 3]);
  assert.match(many.dernierMessage ?? '', /3 envois sans succès.*notices retry/u);
  await mettreEnFile(pool, 'b');
  await envoyer(pool, mailSettings(smtp.port));
  await envoyer(pool, mailSettings(smtp.port), { horloge: horlogeEssai(plusTard(72 * 60)) });
  const long = await getAvis(pool, 'b');
  assert.deepEqual([long.etat, long.tentatives], ['abandonne', 2]);
  assert.match(long.dernierMessage ?? '', /temps accordé/u);
});

test('cut after the content: said to be unknown, sent once more, then left to a person', async (t) => {
  const { pool, smtp } = await setUp(t, { data: () => 'couper' });
  await mettreEnFile(pool, 'a');
  const first = await envoyer(pool, mailSettings(smtp.port));
  assert.deepEqual([first.reportes, first.abandonnes], [1, 0]);
  const avis = await getAvis(pool, 'a');
  assert.deepEqual([avis.etat, avis.dernierCode], ['a-envoyer', 'ISSUE_INCONNUE']);
  assert.match(avis.dernierMessage ?? '', /transmis en entier.*on ignore/u);
  const horloge = horlogeEssai(plusTard(60));
  assert.equal((await envoyer(pool, mailSettings(smtp.port), { horloge })).abandonnes, 1);
  assert.deepEqual((await getAvis(pool, 'a')).etat, 'abandonne');
  assert.equal(smtp.recus.length, 2);
  assert.ok(
    smtp.recus.every(({ texte }) => texte.includes(avis.messageId)),
    'a doubled one can be told',
  );
});

test('cut after the content, with « renvoisSiDoute: 0 »: not sent again', async (t) => {
  const { pool, smtp } = await setUp(t, { data: () => 'couper' });
  await mettreEnFile(pool, 'a');
  const { reprise } = mailSettings(0);
  const bilan = await envoyer(
    pool,
    mailSettings(smtp.port, { reprise: { ...reprise, doutesMax: 0 } }),
  );
  assert.equal(bilan.abandonnes, 1);
});

test('a server that takes the content and never answers: unknown, within the time allowed', async (t) => {
  const { pool, smtp } = await setUp(t, { data: () => 'taire' });
  await mettreEnFile(pool, 'a');
  await envoyer(pool, mailSettings(smtp.port, { smtp: { messageMs: 300 } }));
  assert.equal((await getAvis(pool, 'a')).dernierCode, 'ISSUE_INCONNUE');
  await mettreEnFile(pool, 'b');
  await envoyer(pool, mailSettings(smtp.port, { smtp: { reponseMs: 300 } }));
  assert.equal((await getAvis(pool, 'b')).dernierCode, 'ISSUE_INCONNUE');
});

test('a server that hangs at the banner, or is not there, stops the run and counts against nobody', async (t) => {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  const muet = await startMuet();
  await mettreEnFile(pool, 'a', 'b');
  const bilan = await envoyer(pool, mailSettings(muet.port, { smtp: { connexionMs: 300 } }));
  assert.equal(bilan.arret?.code, 'SMTP_DELAI');
  await muet.close();
  const absent = await envoyer(pool, mailSettings(muet.port));
  assert.deepEqual([absent.arret?.code, absent.arret?.isDurable], ['SMTP_INJOIGNABLE', false]);
  for (const cle of ['a', 'b']) {
    const { etat, tentatives } = await getAvis(pool, cle);
    assert.deepEqual([etat, tentatives], ['a-envoyer', 0]);
  }
});

test('a connection that the server closes between two mails is opened again: no attempt is lost', async (t) => {
  let mails = 0;
  const { pool, smtp } = await setUp(t, {
    mail: () => {
      mails += 1;
      return mails === 2 ? 'couper' : undefined;
    },
  });
  await mettreEnFile(pool, 'a', 'b', 'c');
  const bilan = await envoyer(pool, mailSettings(smtp.port));
  assert.deepEqual([bilan.partis, bilan.reportes, smtp.connexions.count], [3, 0, 2]);
  assert.equal((await getAvis(pool, 'b')).tentatives, 1);
});

test('a connection serves as many mails as the settings say', async (t) => {
  const { pool, smtp } = await setUp(t);
  await mettreEnFile(pool, 'a', 'b', 'c');
  const settings = mailSettings(smtp.port, { smtp: { messagesParConnexionMax: 2 } });
  assert.equal((await envoyer(pool, settings)).partis, 3);
  assert.equal(smtp.connexions.count, 2);
});

test('the pace is kept by all senders together, whatever they do', async (t) => {
  const { pool, smtp } = await setUp(t);
  await mettreEnFile(pool, 'a', 'b', 'c', 'd', 'e');
  const settings = mailSettings(smtp.port, { debitParMinute: 2 });
  const horloge = horlogeEssai();
  assert.equal((await envoyer(pool, settings, { horloge })).partis, 5);
  const { rows } = await pool.query<{ le: Date; n: number }>(
    `select parti_le as le, count(*)::integer as n from avis group by 1 order by 1`,
  );
  assert.deepEqual(
    rows.map(({ le, n }) => [le, n]),
    [
      [maintenant, 2],
      [plusTard(1), 2],
      [plusTard(2), 1],
    ],
  );
});

test('two senders at once, each with several connections: none leaves twice', async (t) => {
  const { pool, smtp } = await setUp(t);
  const cles = Array.from({ length: 60 }, (_, index) => `n${index}`);
  await mettreEnFile(pool, ...cles);
  const settings = mailSettings(smtp.port, { simultanesMax: 2 });
  const bilans = await Promise.all(
    ['un', 'deux'].map((envoyeur) => envoyer(pool, settings, { envoyeur })),
  );
  assert.equal(
    bilans.reduce((sum, { partis }) => sum + partis, 0),
    60,
  );
  const adresses = smtp.recus.map(({ a }) => a[0]);
  assert.equal(adresses.length, 60);
  assert.equal(new Set(adresses).size, 60);
});

test('a lease that another sender took over: the late result is not recorded over theirs', async (t) => {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  const smtp = await startSmtp({
    rcpt: async () => {
      await pool.query(`update avis set envoyeur = 'autre' where cle = 'a'`);
      return undefined;
    },
  });
  t.after(smtp.close);
  await mettreEnFile(pool, 'a');
  const bilan = await envoyer(pool, mailSettings(smtp.port));
  assert.deepEqual([bilan.perdus, bilan.partis], [1, 0]);
  assert.equal((await getAvis(pool, 'a')).etat, 'en-envoi');
});

test('too large a mail, or one that no template can show, is refused here and says why', async (t) => {
  const { pool, smtp } = await setUp(t);
  await enqueueAvis(
    pool,
    [
      nouvelAvis('grand'),
      nouvelAvis('inconnu', { gabarit: 'nexiste-pas' }),
      nouvelAvis('vide', { donnees: {} }),
      nouvelAvis('chemin', { gabarit: '../../etc/passwd' }),
    ],
    maintenant,
  );
  const bilan = await envoyer(pool, mailSettings(smtp.port, { messageOctetsMax: 500 }));
  assert.deepEqual([bilan.refuses, smtp.recus.length], [4, 0]);
  const code = async (cle: string): Promise<string | undefined> =>
    (await getAvis(pool, cle)).dernierCode;
  assert.equal(await code('grand'), 'COURRIEL_TROP_GRAND');
  assert.equal(await code('inconnu'), 'GABARIT_INCONNU');
  assert.equal(await code('vide'), 'GABARIT_ILLISIBLE');
  assert.equal(await code('chemin'), 'GABARIT_INCONNU');
});

test('nothing in the data can add a header or a recipient', async (t) => {
  const { pool, smtp } = await setUp(t);
  const adresse = 'x\r\nBcc: espion@ailleurs.example\r\n\r\n<script>alert(1)</script>';
  await enqueueAvis(pool, [nouvelAvis('a', { adresse })], maintenant);
  assert.equal((await envoyer(pool, mailSettings(smtp.port))).partis, 1);
  const [recu] = smtp.recus;
  assert.deepEqual(recu?.a, ['a@chu-exemple.mssante.fr']);
  const headers = recu.texte.split('\r\n\r\n')[0] ?? '';
  assert.doesNotMatch(headers, /^Bcc:/imu);
  assert.doesNotMatch(
    recu.texte.replaceAll('=\r\n', ''),
    /<script>alert\(1\)<\/script>\s*<\/strong>/u,
  );
});
