// How long the server works on each page of the console with the whole country in service: real base, real HTTP, a session.
// The list of pages is the route table of the console: a page added there is measured here.
//
//   npm run bench:console -- [--sample var/bench/national-2] [--base var/bench/console] [--rounds 40] [--only REGEXP]
//     [--url postgresql://…]
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { demandesSettings } from '../../src/commands/demandes-settings.js';
import { ecransConsole } from '../../src/commands/console-ecrans.js';
import { openConsolePlan } from '../../src/commands/console-plan.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { openEngine } from '../../src/db/engine.js';
import { migrate } from '../../src/db/migrate.js';
import { createPool, type Pool } from '../../src/db/pool.js';
import { createConsole } from '../../src/web/console/console.js';
import { NoeudsLus } from '../../src/web/console/noeuds/noeuds-lus.js';
import { Pages } from '../../src/web/page/pages.js';
import { createStatique } from '../../src/web/page/statique.js';
import { WebServer } from '../../src/web/server.js';
import { Navigateur, ouvrirSession } from '../../test/support/navigateur.js';
import { webSettings } from '../../test/support/web-server.js';
import { perturberInventaire } from './inventaire.js';

const { values: options } = parseArgs({
  options: {
    sample: { type: 'string', default: join('var', 'bench', 'national-2') },
    base: { type: 'string', default: join('var', 'bench', 'console') },
    rounds: { type: 'string', default: '40' },
    only: { type: 'string', default: '' },
    url: { type: 'string' },
  },
});
const base = resolve(options.base);
const rounds = Number(options.rounds);
/** Of the measures of the base: the day on which it was last reconciled. */
const judgedAt = '2026-11-23T04:30:00.000Z';

await run();

async function run(): Promise<void> {
  mkdirSync(base, { recursive: true });
  const engine = await openEngine({ dataDir: base, url: options.url }, print);
  const pool = createPool(
    {
      connectionString: engine.connectionString,
      max: 10,
      statementTimeoutMs: 600_000,
      applicationName: 'bench',
      // As `web` opens it (src/commands/web.ts).
      session: { jit: 'off', plan_cache_mode: 'force_generic_plan', enable_bitmapscan: 'off' },
    },
    () => undefined,
  );
  try {
    await migrate(pool);
    await fill(pool, engine.connectionString);
    await measure(pool, engine.connectionString);
  } finally {
    await pool.end();
    await engine.close();
  }
}

/** The country as one opérateur, an inventory that differs much, and what months of use leave (vie.sql). */
async function fill(pool: Pool, url: string): Promise<void> {
  const { rows } = await pool.query<{ n: number }>('select count(*)::integer as n from constat');
  if ((rows[0]?.n ?? 0) > 400_000) return;
  const sample = perturberInventaire(resolve(options.sample), join(base, 'jeu'), judgedAt);
  for (const task of ['extract-all', 'inventory-complet', 'reconcile-complet', 'plan-complet']) {
    print(`Préparation (${task})…`);
    const worker = join(import.meta.dirname, '..', 'worker.js');
    execFileSync(process.execPath, [worker, task, sample], {
      env: { ...process.env, BENCH_DATABASE_URL: url },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  print('Préparation (vie.sql)…');
  const script = readFileSync(join('bench', 'console', 'vie.sql'), 'utf8');
  for (const statement of script.split(/;\s*$/mu)) {
    if (statement.trim() !== '') await pool.query(statement);
  }
}

async function measure(pool: Pool, connectionString: string): Promise<void> {
  const settings = loadSettings(join(resolve(options.sample), 'annuaire-sync-complet.yaml'));
  const now = (): Date => new Date(Date.parse(judgedAt) + 3 * 3_600_000);
  const plan = openConsolePlan(settings, connectionString, { now, report: print });
  const { espace, plugin } = createConsole({
    pages: new Pages({ operateur: settings.operateur.nom, contact: undefined }),
    db: pool,
    session: { inactiviteMs: 3_600_000, dureeMs: 36_000_000 },
    urlPublique: undefined,
    isTls: false,
    now,
    report: print,
    identify: () =>
      Promise.resolve({ sujet: 'bench', nom: 'bench', role: 'approbateur', moyen: 'local' }),
    ecrans: ecransConsole(settings, {
      pool,
      plan: plan.port,
      demandes: await demandesSettings(settings, pool),
      now,
      noeuds: new NoeudsLus({ db: pool, now }),
    }),
  });
  const server = new WebServer({
    settings: { ...webSettings, requestTimeoutMs: 60_000 },
    report: print,
    plugins: [createStatique(), plugin],
  });
  const url = await server.start();
  try {
    const adresses = await adressesOf(pool, espace.routes);
    for (const clients of [1, 8]) {
      print(`\n${clients} client(s), ${rounds} tours, charge ${loadavg()[0]?.toFixed(1) ?? ''}`);
      for (const adresse of adresses) await measureOne(pool, url, adresse, clients);
    }
  } finally {
    await server.stop();
    await plan.stop();
  }
}

/** Every page that is read, `:id` replaced by what is there; the worst lists of all besides. */
async function adressesOf(
  pool: Pool,
  routes: readonly { readonly methode: string; readonly url: string }[],
): Promise<string[]> {
  const lues = routes.filter(({ methode, url }) => methode === 'GET' && !url.endsWith('.csv'));
  const ids: Readonly<Record<string, string>> = {
    '/console/constats/:id': `select max(id)::text as id from constat`,
    '/console/envois/:id': `select max(id)::text as id from feed_operation where state = 'dead'`,
    '/console/bals/:id': `select max(adresse) as id from bal_operateur`,
    '/console/professionnels/:id': `select max(identifiant_pp) as id from bal_operateur where type_identifiant_pp = '8'`,
    '/console/structures/:id': `select max(structure_id) as id from bal_operateur`,
  };
  const adresses: string[] = [];
  for (const { url } of lues) {
    const sql = ids[url];
    if (!url.includes(':')) adresses.push(url.replace(/\/$/u, ''));
    else if (sql === undefined) print(`  (pas mesurée, sans exemple : ${url})`);
    else {
      const { rows } = await pool.query<{ id: string | null }>(sql);
      adresses.push(url.replace(/:[a-z]+$/u, encodeURIComponent(rows[0]?.id ?? '0')));
    }
  }
  const pires = [
    'tri=adresse',
    'tri=code&domaine=medecine-exemple.mssante.fr',
    'type=ORG&tri=adresse',
    'type=APP',
    'adresse=mar&tri=domaine',
    'age=moins-2&tri=adresse',
  ];
  const toutes = [
    ...new Set(adresses),
    ...pires.map((query) => `/console/constats?${query}`),
    '/console?domaine=medecine-exemple.mssante.fr',
    '/console/plan/effet?tout=oui&action=approve',
    '/console/plan/retenues?code=ENVOI_EN_COURS',
    '/console/envois?motif=DEMANDE_PS',
    '/console/envois?code=INCONNU',
    '/console/envois?etat=dead',
    '/console/recherche?q=martin',
  ];
  return toutes.filter((adresse) => new RegExp(options.only, 'u').test(adresse));
}

async function measureOne(
  pool: Pool,
  url: string,
  adresse: string,
  clients: number,
): Promise<void> {
  const latenciesMs: number[] = [];
  let bytes = 0;
  let fautes = 0;
  const client = async (): Promise<void> => {
    const navigateur = new Navigateur(url);
    await ouvrirSession(pool, navigateur, {
      espace: 'console',
      titulaire: 'bench',
      donnees: {},
      now: new Date(Date.parse(judgedAt) + 3 * 3_600_000),
    });
    for (let round = 0; round <= rounds; round += 1) {
      const start = performance.now();
      const { status, texte } = await navigateur.get(adresse);
      // The first one compiles the template and plans the statements.
      if (round > 0) latenciesMs.push(performance.now() - start);
      bytes = Math.max(bytes, Buffer.byteLength(texte));
      if (status !== 200) fautes += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  latenciesMs.sort((x, y) => x - y);
  const at = (share: number): string =>
    `${(latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * share))] ?? NaN).toFixed(0)} ms`;
  print(
    `  ${adresse.padEnd(66)} p50 ${at(0.5).padStart(7)}  p95 ${at(0.95).padStart(7)}  ${(bytes / 1024).toFixed(0).padStart(4)} Ko` +
      (fautes > 0 ? `  ${fautes} sans page` : ''),
  );
}

function print(line: string): void {
  console.log(line);
}
