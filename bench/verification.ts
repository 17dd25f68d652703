// How long a check takes when the mail platform asks 200 a second, with the whole country in service: the real `web`
// command, its real database, an open loop (a late answer does not slow the next questions down).
//
//   npm run bench:verification -- [--dir var/bench/national-1] [--base var/bench/verification] [--seconds 20] [--rate 200]
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { openEngine, type Engine } from '../src/db/engine.js';
import { migrate } from '../src/db/migrate.js';
import { createPool, type Pool } from '../src/db/pool.js';

const { values: options } = parseArgs({
  options: {
    dir: { type: 'string', default: join('var', 'bench', 'national-1') },
    base: { type: 'string', default: join('var', 'bench', 'verification') },
    seconds: { type: 'string', default: '20' },
    rate: { type: 'string', default: '200' },
  },
});
const sample = resolve(options.dir);
const base = resolve(options.base);
const main = join(import.meta.dirname, '..', 'src', 'main.js');

type Question = { readonly path: string; readonly method: 'GET' | 'POST'; readonly body?: string };
type Server = { readonly child: ChildProcess; readonly url: URL; readonly key: string };

await run();

async function run(): Promise<void> {
  mkdirSync(base, { recursive: true });
  const engine = await openEngine({ dataDir: base }, print);
  const pool = createPool(
    {
      connectionString: engine.connectionString,
      max: 4,
      statementTimeoutMs: 600_000,
      applicationName: 'bench',
    },
    () => undefined,
  );
  try {
    await migrate(pool);
    await fill(pool, engine);
    await measureAll(pool, await startServer(engine));
  } finally {
    await pool.end();
    await engine.close();
  }
}

async function fill(pool: Pool, engine: Engine): Promise<void> {
  const { rows } = await pool.query<{ n: number }>(
    'select count(*)::integer as n from bal_operateur',
  );
  if ((rows[0]?.n ?? 0) > 0) return;
  for (const task of ['extract-all', 'inventory']) {
    print(`Chargement (${task})…`);
    const output = execFileSync(
      process.execPath,
      [join(import.meta.dirname, 'worker.js'), task, sample],
      {
        env: { ...process.env, BENCH_DATABASE_URL: engine.connectionString },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    print(`  ${output.toString().trim()}`);
  }
  await pool.query('vacuum (analyze)');
}

async function startServer(engine: Engine): Promise<Server> {
  const settings = parse(readFileSync(join(sample, 'annuaire-sync.yaml'), 'utf8')) as object;
  const config = join(base, 'annuaire-sync.yaml');
  writeFileSync(
    config,
    stringify({
      operateur: 'operateur' in settings ? settings.operateur : {},
      dataDir: base,
      database: { url: engine.connectionString },
      web: { port: 0, limites: { requetesParSeconde: 100_000 } },
    }),
  );
  const cli = (...args: string[]): string =>
    execFileSync(process.execPath, [main, '-c', config, '--json', ...args]).toString();
  const name = `bench ${Date.now()}`;
  const { cle } = JSON.parse(
    cli('api-key', 'create', name, '--portees', 'verification,lecture'),
  ) as { cle: string };
  const child = spawn(process.execPath, [main, '-c', config, '--json', 'web'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { message } = JSON.parse(line) as { message: string };
  return { child, url: new URL(/http:\S+/u.exec(message)?.[0] ?? ''), key: cle };
}

async function measureAll(pool: Pool, server: Server): Promise<void> {
  const rate = Number(options.rate);
  const questions: readonly (readonly [string, readonly Question[]])[] = [
    ['/healthz (un aller-retour à la base, témoin)', [{ path: '/healthz', method: 'GET' }]],
    ['vérifier une création', await creations(pool)],
    ['vérifier un transfert', await transferts(pool)],
    ['lire un professionnel', await lectures(pool)],
    ['chercher par nom', await recherches(pool)],
  ];
  print(
    `\n${rate} demandes/s pendant ${options.seconds} s, charge ${loadavg()[0]?.toFixed(1) ?? ''}`,
  );
  for (const [nom, asked] of questions) {
    await load(server, asked, rate, 3);
    print(row(nom, await load(server, asked, rate, Number(options.seconds))));
  }
  server.child.kill('SIGTERM');
  await once(server.child, 'close');
}

/** Holders where they practise, one in ten elsewhere, one in twenty unknown, one address in ten taken. */
async function creations(pool: Pool): Promise<Question[]> {
  const { rows } = await pool.query<{ rpps: string; site: string; taken: string; domaine: string }>(
    `select a.identifiant_pp as rpps, s.finess_site as site,
       (select adresse from bal_operateur where gone_load_id is null offset (random() * 1000)::integer limit 1)
         as taken,
       (select domaine from bal_operateur where gone_load_id is null limit 1) as domaine
     from activite a tablesample system (1) repeatable (1)
     join structure_exercice s on s.ligne_hash = a.structure_hash and s.gone_load_id is null
     where a.gone_load_id is null and s.finess_site is not null limit 5000`,
  );
  return rows.map(({ rpps, site, taken, domaine }, index) => ({
    path: '/api/v1/bals/verifier-creation',
    method: 'POST',
    body: JSON.stringify({
      adresse: index % 10 === 3 ? taken : `nouvelle-${index}@${domaine}`,
      typeBal: 'PER',
      identifiantPp: index % 20 === 7 ? `99${rpps.slice(2)}` : rpps,
      identifiantStructure: index % 10 === 5 ? (rows[index - 1]?.site ?? site) : site,
    }),
  }));
}

async function transferts(pool: Pool): Promise<Question[]> {
  const { rows } = await pool.query<{ source: string; cible: string }>(
    `select o.adresse as source, b.adresse as cible from bal_operateur o
     join bal_annuaire b on b.identifiant_pp = o.identifiant_pp and b.gone_load_id is null
     where o.gone_load_id is null limit 5000`,
  );
  return rows.map((transfert) => ({
    path: '/api/v1/bals/verifier-transfert',
    method: 'POST',
    body: JSON.stringify(transfert),
  }));
}

async function lectures(pool: Pool): Promise<Question[]> {
  const { rows } = await pool.query<{ rpps: string }>(
    `select identifiant_pp as rpps from activite tablesample system (1) repeatable (2)
     where gone_load_id is null limit 5000`,
  );
  return rows.map(({ rpps }) => ({ path: `/api/v1/professionnels/${rpps}`, method: 'GET' }));
}

/** The first letters that somebody types: 3 to 6 of them. */
async function recherches(pool: Pool): Promise<Question[]> {
  const { rows } = await pool.query<{ nom: string }>(
    `select nom_exercice as nom from activite tablesample system (1) repeatable (3)
     where gone_load_id is null and length(nom_exercice) >= 3 limit 5000`,
  );
  return rows.map(({ nom }, index) => ({
    path: `/api/v1/professionnels?nom=${encodeURIComponent(nom.slice(0, 3 + (index % 4)))}`,
    method: 'GET',
  }));
}

type Measure = { readonly latenciesMs: readonly number[]; readonly failures: number };

async function load(
  server: Server,
  questions: readonly Question[],
  perSecond: number,
  seconds: number,
): Promise<Measure> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const latenciesMs: number[] = [];
  let failures = 0;
  const pending: Promise<void>[] = [];
  const start = performance.now();
  for (let n = 0; n < perSecond * seconds; n += 1) {
    const due = start + (n * 1_000) / perSecond;
    const waitMs = due - performance.now();
    if (waitMs > 1) await delay(waitMs);
    const question = questions[n % questions.length];
    if (!question) throw new Error('nothing to ask');
    // From when it was due: what the generator itself was late counts against the answer.
    const asked = ask(server, question, agent).then((status) => {
      latenciesMs.push(performance.now() - Math.min(due, performance.now()));
      if (status !== 200 && status !== 404) failures += 1;
    });
    pending.push(asked);
  }
  await Promise.all(pending);
  agent.destroy();
  return { latenciesMs: latenciesMs.sort((x, y) => x - y), failures };
}

function ask(
  { url, key }: Server,
  { path, method, body }: Question,
  agent: Agent,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${key}`,
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    request(new URL(path, url), { method, headers, agent }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end(body);
  });
}

function row(nom: string, { latenciesMs, failures }: Measure): string {
  const at = (share: number): string =>
    `${(latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * share))] ?? NaN).toFixed(1)} ms`;
  const faults = failures > 0 ? `  ${failures} sans réponse utile` : '';
  return `  ${nom.padEnd(46)} p50 ${at(0.5).padStart(8)}  p95 ${at(0.95).padStart(8)}  p99 ${at(0.99).padStart(8)}  max ${at(1).padStart(8)}${faults}`;
}

function print(line: string): void {
  console.log(line);
}
