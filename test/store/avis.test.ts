import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NouvelAvis } from '../../src/domain/avis.js';
import { transaction } from '../../src/db/transaction.js';
import { cancelAvis, enqueueAvis, findAvis } from '../../src/store/avis.js';
import { getCleDesLiens } from '../../src/store/cle-interne.js';
import { testDatabase } from '../support/database.js';

const now = new Date('2027-01-15T12:00:00Z');

function avis(cle: string, more: Partial<NouvelAvis> = {}): NouvelAvis {
  return {
    cle,
    gabarit: 'quota-80',
    domaine: 'chu-exemple.mssante.fr',
    adresse: 'a@chu-exemple.mssante.fr',
    destinataire: 'a@chu-exemple.mssante.fr',
    donnees: { part: 81, liste: [{ nom: 'un' }] },
    ...more,
  };
}

test('the same key is queued once, whether given twice at once or later', async (t) => {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  assert.equal(await enqueueAvis(pool, [avis('a'), avis('b'), avis('a')], now), 2);
  assert.equal(await enqueueAvis(pool, [avis('b'), avis('c')], now), 1);
  const found = await findAvis(pool, ['a', 'c', 'z']);
  assert.deepEqual(found.map(({ cle, etat }) => [cle, etat]).sort(), [
    ['a', 'a-envoyer'],
    ['c', 'a-envoyer'],
  ]);
  assert.notEqual(found[0]?.messageId, found[1]?.messageId);
  assert.match(found[0]?.messageId ?? '', /^avis\.[0-9a-f]{32}@chu-exemple\.mssante\.fr$/u);
});

test('a large batch is queued whole, and nothing when the caller fails', async (t) => {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  const many = Array.from({ length: 2_500 }, (_, index) => avis(`n${index}`));
  const failing = transaction(pool, async (db) => {
    assert.equal(await enqueueAvis(db, many, now), 2_500);
    throw new Error('the caller failed');
  });
  await assert.rejects(failing, /the caller failed/u);
  assert.deepEqual(await findAvis(pool, ['n0', 'n2499']), []);
  assert.equal(await enqueueAvis(pool, many, now), 2_500);
});

test('a recipient that no mail can reach is kept as refused, and stops nothing', async (t) => {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  const wrong = avis('w', { destinataire: 'a@b.fr\r\nBcc: x@y.fr', donnees: { nom: 'a\u0000b' } });
  assert.equal(await enqueueAvis(pool, [wrong, avis('ok')], now), 2);
  const [one] = await findAvis(pool, ['w']);
  assert.deepEqual([one?.etat, one?.dernierCode], ['refuse', 'ADRESSE_INVALIDE']);
});

test('only what has not left is given up', async (t) => {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  await enqueueAvis(
    pool,
    ['a', 'b', 'c', 'd'].map((cle) => avis(cle)),
    now,
  );
  const claim = `etat = 'en-envoi', bail_jusqua = now(), envoyeur = 'x'`;
  await pool.query(`update avis set ${claim} where cle in ('b', 'c')`);
  await pool.query(
    `update avis set etat = 'parti', parti_le = now(), bail_jusqua = null, envoyeur = null where cle = 'c'`,
  );
  assert.equal(await cancelAvis(pool, ['a', 'b', 'c'], now), 1);
  assert.equal(await cancelAvis(pool, ['a', 'b', 'c'], now), 0);
  const states = new Map(
    (await findAvis(pool, ['a', 'b', 'c', 'd'])).map((one) => [one.cle, one.etat]),
  );
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((cle) => states.get(cle)),
    ['annule', 'en-envoi', 'parti', 'a-envoyer'],
  );
});

test('the database refuses a transition that is none, and a state without what it needs', async (t) => {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  await enqueueAvis(pool, [avis('a')], now);
  const set = (text: string): Promise<unknown> =>
    pool.query(`update avis set ${text} where cle = 'a'`);
  await assert.rejects(set(`etat = 'parti', parti_le = now()`), /not a legal transition/u);
  await assert.rejects(set(`etat = 'en-envoi'`), /avis_bail/u);
  await assert.rejects(set(`etat = 'perdu'`), /legal transition|check/u);
  await set(`etat = 'annule', annule_le = now()`);
  await assert.rejects(set(`etat = 'a-envoyer', annule_le = null`), /not a legal transition/u);
});

test('every node has the same key of links, whichever was first; the settings may give one', async (t) => {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  const made = await Promise.all(Array.from({ length: 5 }, () => getCleDesLiens(pool, undefined)));
  assert.equal(made[0]?.length, 32);
  assert.equal(new Set(made.map((key) => key.toString('hex'))).size, 1);
  const given = 'k'.repeat(40);
  assert.equal((await getCleDesLiens(pool, given)).toString(), given);
});
