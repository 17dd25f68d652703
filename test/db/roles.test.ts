// The roles, on real PostgreSQL accounts: the program works whole under the application role, and can only add to its trail.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { before, test } from 'node:test';
import { runCli } from '../../src/cli.js';
import { createPool, type Pool } from '../../src/db/pool.js';
import { findRoles, nommerRoles } from '../../src/db/roles.js';
import { lireBase, type Attentes } from '../../src/metriques/lecture-base.js';
import { silentProgress } from '../../src/progress.js';
import { generateSample } from '../../src/sample/generate.js';
import { recordTrace } from '../../src/store/journal.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

const prefixe = `essai_${randomBytes(4).toString('hex')}`;
const roles = nommerRoles(prefixe);
const [programme, lecteur] = [`${prefixe}_programme`, `${prefixe}_lecteur`];
const folder = join(tempFolder(), 'jeu');

const sansAttentes: Attentes = {
  sourcesAgeMax: new Map(),
  inventaires: [],
  inventaireAgeMax: 1,
  demandesDelai: 1,
};

let db: TestDatabase;
const pools: Pool[] = [];

function urlDe(compte: string): string {
  const url = new URL(db.url);
  url.username = compte;
  url.password = 'essai';
  return url.href;
}

function poolDe(compte: string): Pool {
  const pool = createPool(
    {
      connectionString: urlDe(compte),
      max: 2,
      statementTimeoutMs: 60_000,
      applicationName: 'test',
    },
    () => undefined,
  );
  pools.push(pool);
  return pool;
}

before(async () => {
  db = await testDatabase();
  const { signal } = new AbortController();
  await generateSample({ outDir: folder, scale: 'demo', day: 1 }, silentProgress, signal);
  const yaml = readFileSync(join(folder, 'annuaire-sync.yaml'), 'utf8');
  writeFileSync(
    join(folder, 'annuaire-sync.yaml'),
    `database: { url: '${urlDe(programme)}' }\n${yaml}`,
  );
});

async function run(...args: readonly string[]): Promise<{ status: number; text: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const chunks: Buffer[] = [];
  out.on('data', (chunk: Buffer) => chunks.push(chunk));
  err.on('data', (chunk: Buffer) => chunks.push(chunk));
  const config = join(folder, 'annuaire-sync.yaml');
  const status = await runCli(['node', 'annuaire-sync', '-c', config, ...args], {
    ...{ out, err, env: {}, signal: new AbortController().signal, now: () => new Date() },
  });
  return { status, text: Buffer.concat(chunks).toString('utf8') };
}

test('roles are granted, and granted again; who could undo them is named', async () => {
  const migrate = ['migrate', '--roles', '--prefixe', prefixe, '--url', db.url];
  const first = await run(...migrate);
  assert.equal(first.status, 0, first.text);
  assert.match(first.text, new RegExp(`grant ${roles.application} to COMPTE`, 'u'));
  await db.pool.query(`create role ${programme} login password 'essai'`);
  await db.pool.query(`create role ${lecteur} login password 'essai'`);
  await db.pool.query(`grant ${roles.application} to ${programme}`);
  await db.pool.query(`grant ${roles.lecture} to ${lecteur}`);
  assert.deepEqual(await findRoles(db.pool), roles);
  await db.pool.query(`alter role ${programme} createrole`);
  const second = await run(...migrate);
  assert.equal(second.status, 0, second.text);
  assert.match(second.text, new RegExp(`${programme} » \\(createrole\\) peut défaire`, 'u'));
  await db.pool.query(`alter role ${programme} nocreaterole`);
  const { rows } = await db.pool.query(`select issue from trace where action = 'base.droits'`);
  assert.deepEqual(rows, [{ issue: 'reussite' }, { issue: 'reussite' }]);
});

test('where nothing may be written, a base that is behind names the node that is to bring it up', async (t) => {
  const other = await testDatabase();
  t.after(() => other.drop());
  const { rows } = await other.pool.query<{ name: string }>(
    `delete from schema_migration where number = (select max(number) from schema_migration) returning name`,
  );
  const nom = new URL(other.url).pathname.slice(1);
  await other.pool.query(`alter database "${nom}" set default_transaction_read_only = on`);
  const behind = await run('migrate', '--url', other.url);
  assert.equal(behind.status, 3, behind.text);
  assert.ok(behind.text.includes(`il manque ${rows[0]?.name ?? '?'}`), behind.text);
  assert.match(behind.text, /Mettez d’abord à jour le nœud qui écrit/u);
  const roles = await run('migrate', '--roles', '--url', other.url);
  assert.match(roles.text, /en lecture seule.*rien n’a été fait/su);
});

test('the program does all its work under the application role', async () => {
  for (const args of [
    ['extract'],
    ['inventory', 'import'],
    ['reconcile'],
    ['plan'],
    ['hygiene', 'run'],
    ['purge', '--accept'],
    ['audit', 'verify'],
    ['migrate'],
  ]) {
    const { status, text } = await run(...args);
    assert.equal(status, 0, `${args.join(' ')}: ${text}`);
  }
  const { rows } = await db.pool.query<{ n: number }>(`select count(*)::integer as n from trace`);
  assert.ok((rows[0]?.n ?? 0) > 5);
});

test('it adds to the trail and erases what is at its term; every attack on it is refused by privilege', async () => {
  const pool = poolDe(programme);
  await recordTrace(
    pool,
    { action: 'export', issue: 'reussite', auteur: { genre: 'personne', id: 'x' }, objets: [] },
    new Date('2020-01-01'),
  );
  const { rows } = await pool.query(
    `select trace_effacer_contenus(now() - interval '1 year', 10, now()) as n`,
  );
  assert.deepEqual(rows, [{ n: 1 }]);
  for (const attaque of [
    `update trace set action = 'purge'`,
    `update trace set sel = null, auteur_genre = null, auteur_id = null, effacee_le = now()`,
    `delete from trace`,
    `truncate trace`,
    `insert into trace (sequence, at, action, issue, empreinte, empreinte_precedente, empreinte_contenu)
       values (999999, now(), 'export', 'reussite', '', '', '')`,
    `delete from trace_objet`,
    `insert into trace_objet values ('bal:x', now(), 1)`,
    `update trace_tete set sequence = sequence + 1, precedente = empreinte`,
    `alter table trace disable trigger all`,
    `alter table trace disable trigger trace_ajout_seul`,
    `alter table trace owner to ${programme}`,
    `drop table trace cascade`,
    `drop trigger trace_ajout_seul on trace`,
    `drop index trace_at`,
    `create trigger mien before insert on trace for each row execute function trace_ajout_seul()`,
    `create rule mienne as on insert to trace do instead nothing`,
    `create or replace function trace_ajout_seul() returns trigger language plpgsql as 'begin return old; end'`,
    `create or replace function trace_tete_avance() returns trigger language plpgsql as 'begin return new; end'`,
    `create or replace function plier_nom(nom text) returns text language sql immutable parallel safe as 'select nom'`,
    `create or replace function trace_age_min() returns interval language sql immutable parallel safe as $$ select interval '0' $$`,
    `alter function trace_effacer_contenus reset all`,
    `drop function trace_ajouter`,
    `select trace_effacer_contenus(now(), 1000000, now())`,
    `select trace_effacer_contenus('infinity', 1000000, now())`,
    `set session_replication_role = replica`,
    `set role ${roles.journal}`,
    `grant ${roles.journal} to ${programme}`,
    `drop schema public cascade`,
    `delete from schema_migration`,
  ]) {
    await assert.rejects(
      pool.query(attaque),
      /permission denied|must be owner|must (be (able|member)|have admin option)|younger than|cannot drop/u,
      attaque,
    );
  }
  const verified = await run('audit', 'verify');
  assert.equal(verified.status, 0, verified.text);
});

test('a function that would match better is never run with the rights of the trail’s owner', async (t) => {
  const pool = poolDe(programme);
  const piege = `language plpgsql as $$ begin execute 'alter table public.trace disable trigger all'; return null; end $$`;
  const noms = [
    `concat_ws(text, bigint, text, text, text, text, text) returns text ${piege}`,
    `convert_to(text, text) returns bytea ${piege}`,
    `unnest(text[]) returns setof text ${piege.replace('return null', 'return')}`,
    `num_nonnulls(text, text, text, text, text, text, text, text, text) returns integer ${piege}`,
  ];
  for (const nom of noms) await pool.query(`create function public.${nom}`);
  t.after(async () => {
    for (const nom of noms) {
      await pool.query(`drop function public.${nom.slice(0, nom.indexOf(')') + 1)}`);
    }
  });
  await recordTrace(
    pool,
    {
      action: 'export',
      issue: 'reussite',
      auteur: { genre: 'personne', id: 'x' },
      objets: [{ genre: 'bal', id: 'a' }],
    },
    new Date('2020-01-01'),
  );
  await pool.query(`select trace_effacer_contenus(now() - interval '1 year', 10, now())`);
  const { rows } = await db.pool.query<{ actifs: boolean }>(
    `select bool_and(tgenabled = 'O') as actifs from pg_trigger where tgrelid = 'trace'::regclass and not tgisinternal`,
  );
  assert.deepEqual(rows, [{ actifs: true }]);
});

test('the read-only role reads the directory and no secret, and writes nothing', async () => {
  const pool = poolDe(lecteur);
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::integer as n from bal_annuaire where gone_load_id is null`,
  );
  assert.ok((rows[0]?.n ?? 0) > 0);
  await pool.query(`select etat, count(*), min(cree_le) from avis group by etat`);
  const familles = await lireBase(pool, sansAttentes, new Date());
  assert.equal(
    familles.some(({ name }) => /journal|sessions|creation/u.test(name)),
    false,
  );
  assert.ok(familles.length > 20);
  for (const interdit of [
    `select mot_de_passe from compte`,
    `select valeur from cle_interne`,
    `select auteur_id from trace`,
    `select empreinte from session_web`,
    `select donnees from avis`,
    `select * from avis`,
    `update bal_annuaire set domaine = 'x'`,
    `insert into api_call (at, origine, action, status, duree_ms) values (now(), '', '', 1, 1)`,
    `create table mienne (id integer)`,
    `select trace_effacer_contenus('2000-01-01', 1, now())`,
  ]) {
    await assert.rejects(pool.query(interdit), /permission denied/u, interdit);
  }
});

// Last: the server of the tests, which others share, may be stopped once the files are over.
test('nothing of it is left on the server', async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await db.drop();
  const url = new URL(db.url);
  url.pathname = '/postgres';
  const admin = createPool(
    { connectionString: url.href, max: 1, statementTimeoutMs: 60_000, applicationName: 'test' },
    () => undefined,
  );
  for (const role of [programme, lecteur, ...Object.values(roles)]) {
    await admin.query(`drop role if exists ${role}`);
  }
  await admin.end();
});
