// The whole loop, as it is typed: extract, import, reconcile, plan, approve, push, next extraction, confirmed. Every
// part is a process of its own, the ANS is the simulator.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { silentProgress } from '../../src/progress.js';
import { generateSample } from '../../src/sample/generate.js';
import { mainProgram, runCommand } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import { assertNamesNobody } from '../support/journal-anonyme.js';

const folder = join(tempFolder(), 'pays');
const config = join(folder, 'boucle.yaml');
let db: TestDatabase;
/** What each command wrote to its log, as those that a daemon starts. */
let log = '';
const correlation = '5ae3c0de-0000-4000-8000-000000000001';
process.env['ANNUAIRE_SYNC_CORRELATION'] = correlation;
process.env['ANNUAIRE_SYNC_JOURNAL'] = 'json';
let simulator: ChildProcess | undefined;

before(async () => {
  db = await testDatabase();
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  await generateSample(
    { outDir: folder, scale: 'demo', day: 1, date: yesterday },
    silentProgress,
    new AbortController().signal,
  );
  configure('http://127.0.0.1:9');
});

after(async () => {
  if (simulator?.exitCode === null) {
    const ended = once(simulator, 'close');
    simulator.kill('SIGTERM');
    await ended;
  }
  await db.drop();
});

function configure(url: string): void {
  const sample = readFileSync(join(folder, 'annuaire-sync.yaml'), 'utf8');
  const text = sample.replace('http://127.0.0.1:8482', url);
  writeFileSync(config, `${text}database: { url: '${db.url}' }\n`);
}

function run(...words: readonly string[]): string {
  const { status, stdout, stderr } = runCommand(config, words);
  assert.equal(status, 0, `${words.join(' ')} : ${stderr}${stdout}`);
  log += stderr;
  return stdout;
}

async function startSimulator(): Promise<void> {
  const words = ['simulate', 'feed', '--port', '0', '--appels-par-seconde', '0'];
  simulator = spawn(process.execPath, [mainProgram, '-c', config, '--json', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.ok(simulator.stdout);
  const [line] = (await once(createInterface({ input: simulator.stdout }), 'line')) as [string];
  const { evenement, url } = JSON.parse(line) as { evenement: string; url: string };
  assert.equal(evenement, 'ecoute');
  configure(url.replace(/\/$/u, ''));
}

type Counts = Readonly<Record<string, number>>;

async function statesOf(): Promise<Counts> {
  const { rows } = await db.pool.query<{ state: string; n: number }>(
    `select state, count(*)::integer as n from feed_operation group by state order by state`,
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

async function countConstats(codes: readonly string[]): Promise<number> {
  const { rows } = await db.pool.query<{ n: number }>(
    `select count(*)::integer as n from constat c
     where closed_run_id is null and code = any($1::text[])
       and not exists (select 1 from plan_retenue r
         where r.adresse = c.adresse and r.plan_id = (select max(id) from plan))`,
    [codes],
  );
  return rows[0]?.n ?? NaN;
}

test('what was planned is sent, shown by the next extraction, and wanted no more', async () => {
  run('extract');
  run('inventory', 'import');
  run('reconcile');
  run('plan', 'show');
  run('plan', 'approve', '--tout', '--override', 'essai de la boucle');
  const { approved = 0, ...others } = await statesOf();
  assert.ok(approved > 50, `${approved} operations`);
  assert.deepEqual(others, {});

  await startSimulator();
  // In two passes and no more: an operation that follows another one leaves once that one is accepted.
  run('push');
  run('push', '--jusqu-au-bout', '--duree-max', '1');
  const sent = await statesOf();
  assert.equal((sent['accepted'] ?? 0) + (sent['confirmed'] ?? 0), approved, JSON.stringify(sent));

  const published = join(folder, 'parutions');
  run('simulate', 'publish', '--out', published, '--sans-attendre');
  run('extract', 'bals', '--from', join(published, readdirSync(published)[0] ?? ''));
  run('reconcile');
  run('plan', 'show');
  const { confirmed = 0, accepted = 0, planned = 0 } = await statesOf();
  assert.equal(planned, 0);
  assert.equal(confirmed + accepted, approved);
  // A mailbox that was deleted then inserted anew on the same porteur is proven by its last operation alone.
  assert.ok(accepted <= 1, `${accepted} operations are not confirmed`);
  assert.equal(await countConstats(['NON_PUBLIEE', 'LISTE_ROUGE_PUBLIEE', 'TYPE_DIVERGENT']), 0);
});

test('the log of it all leaves no name, no secret, no address in full', () => {
  const lines = log.trimEnd().split('\n');
  // Steps of less than a moment are not told: how many there are depends on the machine.
  assert.match(log, /Envoi à l’Annuaire/u);
  for (const line of lines) {
    assert.equal((JSON.parse(line) as { correlation: string }).correlation, correlation);
  }
  assertNamesNobody(log, readFileSync(join(folder, 'inventaire.csv'), 'utf8'));
});

test('a type 10 never reached the outbox as anything but a deletion', async () => {
  const { rows } = await db.pool.query(
    `select 1 from feed_operation where kind <> 'delete' and type_bal in ('PER', 'CAB') and rpps is null`,
  );
  assert.equal(rows.length, 0);
});
