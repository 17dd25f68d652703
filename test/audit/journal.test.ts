import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { transaction } from '../../src/db/transaction.js';
import type { NouvelleTrace } from '../../src/domain/trace.js';
import {
  findTete,
  hashContenu,
  hashEntete,
  listLiens,
  recordTrace,
} from '../../src/store/journal.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
before(async () => (database = await testDatabase()));
after(() => database.drop());

const now = new Date('2020-11-23T09:00:00.123Z');
const trace: NouvelleTrace = {
  action: 'plan.approbation',
  issue: 'reussite',
  auteur: { genre: 'personne', id: 'a.martin', nom: 'Anne Martin' },
  objets: [{ genre: 'plan', id: '12' }],
  poste: { adresse: '192.0.2.7', agent: 'Firefox' },
  requete: { domaine: 'chu.mssante.fr', motDePasse: 'sesame-ouvre-toi' },
  reponse: { approuvees: 3 },
  correlation: 'req-1',
};

test('traces follow one another, each hash as anybody can compute it again', async () => {
  await recordTrace(database.pool, trace, now);
  await recordTrace(database.pool, { ...trace, action: 'plan.rejet', objets: [] }, now);
  const liens = await listLiens(database.pool, 0n, 10);
  assert.deepEqual(
    liens.map(({ sequence, at, action }) => [sequence, at, action]),
    [
      [1, '2020-11-23T09:00:00.123000Z', 'plan.approbation'],
      [2, '2020-11-23T09:00:00.123000Z', 'plan.rejet'],
    ],
  );
  let precedente: Buffer = Buffer.alloc(32);
  for (const lien of liens) {
    assert.ok(lien.contenu);
    assert.deepEqual(lien.precedente, precedente);
    assert.deepEqual(lien.empreinteContenu, hashContenu(lien.contenu.sel, lien.contenu.borne));
    assert.deepEqual(lien.empreinte, hashEntete(lien));
    precedente = lien.empreinte;
  }
  assert.deepEqual(await findTete(database.pool), { sequence: 2, empreinte: precedente });
  assert.equal(liens[0]?.contenu?.borne.requete, '{"domaine":"chu.mssante.fr","motDePasse":"***"}');
});

test('nothing of it is changed or removed; a rolled back action leaves no trace and no gap', async () => {
  for (const sql of [
    `update trace set action = 'export'`,
    `update trace set effacee_le = now(), sel = null, auteur_genre = null, auteur_id = null`,
    `delete from trace`,
    `truncate trace`,
    `delete from trace_objet`,
    `update trace_objet set objet = 'bal:x'`,
    `truncate trace_objet`,
    `delete from trace_tete`,
    `truncate trace_tete`,
    `update trace_tete set sequence = 0`,
    `update trace_tete set sequence = sequence + 1`,
  ]) {
    await assert.rejects(database.pool.query(sql), /append-only/u, sql);
  }
  const undone = transaction(database.pool, async (client) => {
    await recordTrace(client, trace, now);
    throw new Error('undone');
  });
  await assert.rejects(undone, /undone/u);
  await recordTrace(database.pool, trace, now);
  assert.equal((await findTete(database.pool))?.sequence, 3);
});

test('contents are erased by one function alone, oldest first, and the hashes stay', async () => {
  const avant = await listLiens(database.pool, 0n, 10);
  const erase = `select trace_effacer_contenus($1::timestamptz, $2::integer, $3::timestamptz) as n`;
  const erased = await database.pool.query(erase, [new Date('2020-11-24'), 2, now]);
  assert.deepEqual(erased.rows, [{ n: 2 }]);
  const apres = await listLiens(database.pool, 0n, 10);
  assert.deepEqual(
    apres.map(({ contenu }) => contenu === undefined),
    [true, true, false],
  );
  assert.deepEqual(
    apres.map(({ empreinte }) => empreinte),
    avant.map(({ empreinte }) => empreinte),
  );
  await assert.rejects(database.pool.query(`delete from trace`), /append-only/u);
});
