import assert from 'node:assert/strict';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { test, type TestContext } from 'node:test';
import { verifyJournal, type PointDeControle, type Verification } from '../../src/audit/verify.js';
import type { NouvelleTrace } from '../../src/domain/trace.js';
import { transaction } from '../../src/db/transaction.js';
import type { Pool } from '../../src/db/pool.js';
import { silentProgress } from '../../src/progress.js';
import { hashContenu, hashEntete, listLiens, recordTrace } from '../../src/store/journal.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

const now = new Date('2020-11-23T09:00:00Z');
const trace: NouvelleTrace = {
  action: 'demande.acceptation',
  issue: 'reussite',
  auteur: { genre: 'personne', id: 'a.martin', nom: 'Anne Martin' },
  objets: [{ genre: 'bal', id: 'jean@chu.mssante.fr' }],
  requete: { motif: 'n’exerce plus' },
};

/** A trail of `count` traces in a database of its own. */
async function journalOf(t: TestContext, count: number): Promise<TestDatabase> {
  const database = await testDatabase();
  t.after(() => database.drop());
  for (let n = 1; n <= count; n += 1) await recordTrace(database.pool, trace, now);
  return database;
}

function verify(pool: Pool, points: readonly PointDeControle[] = []): Promise<Verification> {
  const { signal } = new AbortController();
  return verifyJournal(pool, points, { progress: silentProgress, signal });
}

/** As whoever administers the server can: nothing of ours stops him. */
async function asSuperuser(pool: Pool, ...statements: readonly string[]): Promise<void> {
  await transaction(pool, async (client) => {
    await client.query(`set local session_replication_role = replica`);
    for (const statement of statements) await client.query(statement);
  });
}

test('an untouched trail is intact, empty, written, or erased at term', async (t) => {
  const { pool } = await journalOf(t, 0);
  assert.deepEqual((await verify(pool)).fautes, []);
  for (let n = 1; n <= 5; n += 1) await recordTrace(pool, trace, now);
  const { point } = await verify(pool);
  await pool.query(`select trace_effacer_contenus('2021-01-01', 3, '2021-01-02')`);
  const found = await verify(pool, [point]);
  assert.deepEqual(found.fautes, []);
  assert.equal(found.estIntacte, true);
  assert.equal(found.tracesCount, 5);
  assert.equal(found.effaceesCount, 3);
});

test('writers at once make one chain, and a slow one keeps the others in line', async (t) => {
  const { pool } = await journalOf(t, 0);
  const one = async (n: number): Promise<void> => {
    if (n % 5 !== 0) return recordTrace(pool, trace, now);
    const kept = transaction(pool, async (client) => {
      await client.query('select pg_sleep(0.01)');
      await recordTrace(client, trace, now);
      if (n % 10 === 0) throw new Error('undone');
    });
    await kept.catch((error: unknown) => assert.match(String(error), /undone/u));
  };
  await Promise.all(Array.from({ length: 60 }, (_, n) => one(n + 1)));
  const found = await verify(pool);
  assert.deepEqual(found.fautes, []);
  assert.equal(found.tracesCount, 54);
});

const attacks: [name: string, sql: readonly string[], kind: string, message: RegExp][] = [
  [
    'a changed author',
    [`update trace set auteur_id = 'b.durand' where sequence = 4`],
    'contenu-altere',
    /trace 4 a été altéré/u,
  ],
  [
    'a changed object',
    [`update trace set objets = '{bal:autre@chu.mssante.fr}' where sequence = 4`],
    'contenu-altere',
    /trace 4 /u,
  ],
  [
    'a changed answer',
    [`update trace set reponse = '{}' where sequence = 4`],
    'contenu-altere',
    /trace 4 /u,
  ],
  [
    'a time moved by a microsecond',
    [`update trace set at = at + interval '1 microsecond' where sequence = 4`],
    'entete-alteree',
    /trace 4 /u,
  ],
  [
    'a changed outcome',
    [`update trace set issue = 'refus' where sequence = 4`],
    'entete-alteree',
    /trace 4 /u,
  ],
  ['a removed row', [`delete from trace where sequence = 4`], 'manquantes', /La trace 4 a été/u],
  [
    'removed rows',
    [`delete from trace where sequence between 4 and 6`],
    'manquantes',
    /traces 4 à 6 \(3\)/u,
  ],
  [
    'the first rows removed',
    [`delete from trace where sequence < 3`],
    'manquantes',
    /traces 1 à 2/u,
  ],
  [
    'the last rows cut off',
    [`delete from trace where sequence > 8`],
    'fin-coupee',
    /traces 9 à 10/u,
  ],
  ['everything removed', [`delete from trace`], 'fin-coupee', /traces 1 à 10/u],
  [
    'a row put in at the end',
    [
      `insert into trace select 11, at, action, issue, empreinte, empreinte_precedente, empreinte_contenu, sel,
        auteur_genre, auteur_id from trace where sequence = 10`,
    ],
    'intruse',
    /trace 11 et les suivantes/u,
  ],
  [
    'a row put in before the first',
    [
      `insert into trace select -3, at, action, issue, empreinte, empreinte_precedente, empreinte_contenu, sel,
        auteur_genre, auteur_id from trace where sequence = 10`,
    ],
    'intruse',
    /trace -3 /u,
  ],
  [
    'contents emptied by hand',
    [
      `alter table trace drop constraint trace_contenu`,
      `update trace set auteur_id = null where sequence = 4`,
    ],
    'effacement-irregulier',
    /trace 4 /u,
  ],
  [
    'a trace hidden from whoever searches its object',
    [`delete from trace_objet where sequence = 4`],
    'introuvable',
    /trace 4 ne se trouve plus/u,
  ],
  ['the head taken away', [`delete from trace_tete`], 'tete-alteree', /tête de la chaîne/u],
  [
    'the head moved back',
    [`update trace_tete set sequence = 8`],
    'intruse',
    /s’arrête à la trace 8/u,
  ],
];

for (const [name, sql, kind, message] of attacks) {
  test(`found and named: ${name}`, async (t) => {
    const { pool } = await journalOf(t, 10);
    await asSuperuser(pool, ...sql);
    const found = await verify(pool);
    assert.equal(found.estIntacte, false);
    const named = found.fautes.filter((faute) => faute.kind === kind);
    assert.match(named[0]?.message ?? JSON.stringify(found.fautes), message);
  });
}

test('found: a row put in the middle, the next ones renumbered; one replaced with its own hashes', async (t) => {
  const { pool } = await journalOf(t, 10);
  await rewrite(pool, 4);
  const found = await verify(pool);
  assert.deepEqual(
    found.fautes.map(({ kind, sequence }) => [kind, sequence]),
    [['chaine-rompue', 5]],
  );
  await asSuperuser(
    pool,
    `update trace set sequence = sequence + 100 where sequence > 6`,
    `update trace set sequence = sequence - 99 where sequence > 100`,
    `insert into trace select 7, at, action, issue, empreinte, empreinte_precedente, empreinte_contenu, sel,
       auteur_genre, auteur_id from trace where sequence = 6`,
  );
  const { fautes } = await verify(pool);
  assert.ok(fautes.some(({ kind, sequence }) => kind === 'chaine-rompue' && sequence === 7));
});

test('what only a point of control kept elsewhere shows: a trail rewritten whole, or cut off with its head', async (t) => {
  const { pool } = await journalOf(t, 10);
  const { point } = await verify(pool);
  await asSuperuser(
    pool,
    `delete from trace where sequence > 8`,
    `update trace_tete set sequence = 8, empreinte = (select empreinte from trace where sequence = 8)`,
  );
  assert.equal((await verify(pool)).estIntacte, true, 'nothing in the database tells it');
  const cut = await verify(pool, [point]);
  assert.deepEqual(
    cut.fautes.map(({ kind, sequence }) => [kind, sequence]),
    [['fin-coupee', 9]],
  );

  for (let n = 1; n <= 2; n += 1) await recordTrace(pool, trace, now);
  for (let n = 1; n <= 10; n += 1) await rewrite(pool, n);
  const liens = await listLiens(pool, 9n, 1);
  await asSuperuser(
    pool,
    `update trace_tete set empreinte = decode('${liens[0]?.empreinte.toString('hex')}', 'hex')`,
  );
  assert.equal((await verify(pool)).estIntacte, true, 'nothing in the database tells it');
  const rewritten = await verify(pool, [point]);
  assert.equal(rewritten.fautes[0]?.kind, 'point-different');
});

/** A forger who knows the format: the row gets another author, and hashes that go with it. */
async function rewrite(pool: Pool, sequence: number): Promise<void> {
  const before = (await listLiens(pool, BigInt(sequence - 2), 1))[0];
  const lien = (await listLiens(pool, BigInt(sequence - 1), 1))[0];
  assert.ok(lien?.contenu);
  const borne = { ...lien.contenu.borne, auteurId: 'b.durand' };
  const empreinteContenu = hashContenu(lien.contenu.sel, borne);
  const precedente = sequence === 1 ? Buffer.alloc(32) : (before?.empreinte ?? Buffer.alloc(32));
  const empreinte = hashEntete({ ...lien, precedente, empreinteContenu });
  const hex = (hash: Buffer): string => `decode('${hash.toString('hex')}', 'hex')`;
  await asSuperuser(
    pool,
    `update trace set auteur_id = 'b.durand', empreinte = ${hex(empreinte)}, empreinte_precedente = ${hex(precedente)},
      empreinte_contenu = ${hex(empreinteContenu)} where sequence = ${sequence}`,
  );
}

test('a writer killed between its statement and its commit leaves the chain as it was', async (t) => {
  const { pool, url } = await journalOf(t, 3);
  const store = new URL('../../src/store/journal.js', import.meta.url).href;
  const program = `
    import pg from 'pg';
    import { recordTrace } from ${JSON.stringify(store)};
    const client = new pg.Client({ connectionString: ${JSON.stringify(url)} });
    await client.connect();
    await client.query('begin');
    await recordTrace(client, ${JSON.stringify(trace)}, new Date());
    process.stdout.write('recorded');
    setInterval(() => undefined, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  // Waits for the other until the server sees that it is gone.
  const next = recordTrace(pool, trace, now);
  child.kill('SIGKILL');
  await next;
  const found = await verify(pool);
  assert.deepEqual(found.fautes, []);
  assert.equal(found.tracesCount, 4);
});
