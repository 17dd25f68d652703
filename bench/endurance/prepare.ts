// What the daemon of the endurance run is given: a first day done, a simulated Annuaire, a cycle every minute, free ports.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'ldapts';
import { openEngine } from '../../src/db/engine.js';
import { findMigrationsDirectory } from '../../src/db/migrate.js';
import { runInside } from '../fiabilite/command.js';
import {
  baseDatabase,
  makeBase,
  makeDays,
  makeSimulated,
  mustRun,
  settingsOf,
} from '../fiabilite/country.js';
import { FileServer } from '../fiabilite/file-server.js';
import { listFiles } from '../fiabilite/invariants.js';
import { poolOf, Postgres } from '../fiabilite/postgres.js';
import { Simulated } from '../fiabilite/simulated.js';
import { readCycles, type Cycles } from './cycles.js';
import type { LoadOptions } from './load.js';

export type Prepared = {
  readonly program: string;
  readonly config: string;
  readonly tmp: string;
  readonly load: Omit<LoadOptions, 'signal'>;
  readonly untilReady: (ended: () => string | undefined) => Promise<void>;
  /** Other services in the inventory, and what the Annuaire publishes by now. */
  readonly nextDay: () => Promise<void>;
  readonly countConnections: () => Promise<number>;
  readonly countTemporary: () => number;
  readonly cycles: () => Promise<Cycles>;
  readonly close: () => Promise<void>;
};

const annuaire = 'annuaire_endurance';
const baseDn = 'ou=bal,o=mssante,c=fr';
const readyWithinMs = 120_000;

export async function prepare(folder: string): Promise<Prepared> {
  rmSync(join(folder, 'var'), { recursive: true, force: true });
  for (const name of ['var', 'tmp']) mkdirSync(join(folder, name), { recursive: true });
  const engine = await openEngine({ dataDir: join(folder, 'postgresql') }, () => undefined);
  const postgres = await Postgres.reach(engine.connectionString);
  const day = (await makeDays(folder, [2])).get(1);
  if (!day) throw new Error('no first day');
  await makeBase(postgres, day);
  await makeSimulated(postgres, day, annuaire);
  const files = await FileServer.open();
  files.publishFile('bals', day.bals, join(day.folder, day.bals));
  const inventaire = readFileSync(join(day.folder, day.inventaire), 'utf8');
  const inventairePath = join(folder, 'inventaire.csv');
  writeFileSync(inventairePath, inventaire);
  const ports = { ldap: await freePort(), web: await freePort() };
  const common = settingsOf(day.folder)
    .replace(/from: \.\//gu, `from: ${day.folder}/`)
    .replace(/- \.\/(.*\.pem)/gu, `- ${day.folder}/$1`)
    .replace(/fichier: .*/u, `fichier: ${inventairePath}`)
    .replace(/from: .*Extraction_Correspondance.*/u, `from: http://127.0.0.1:${files.port}/bals`);
  const simulatorConfig = join(folder, 'simulateur.yaml');
  writeFileSync(
    simulatorConfig,
    common + settings(folder, 'annuaire', postgres.url(annuaire), ports),
  );
  const simulated = new Simulated(simulatorConfig);
  await simulated.start('--reinitialiser', '--appels-par-seconde', '0');
  const config = join(folder, 'annuaire-sync.yaml');
  const feed = `http://127.0.0.1:${simulated.port}`;
  writeFileSync(config, common + settings(folder, 'var', postgres.url(baseDatabase), ports, feed));
  // The first plan is all of the first day's: somebody has to have read it.
  await mustRun(config, ['plan', 'show', '--recalculer', '--exemples', '0']);
  await mustRun(config, ['plan', 'approve', '--tout', '--override', 'premier plan']);
  const pool = poolOf(postgres.url(baseDatabase));
  let days = 0;
  return {
    program: join(dirname(findMigrationsDirectory()), 'bin', 'annuaire-sync'),
    config,
    tmp: join(folder, 'tmp'),
    load: {
      ldapUrl: `ldap://127.0.0.1:${ports.ldap}`,
      webUrl: `http://127.0.0.1:${ports.web}`,
      apiKey: await createKey(config),
      baseDn,
      adresses: adressesOf(inventaire),
    },
    untilReady: (ended) => untilReady(ports, ended),
    nextDay: async () => {
      days += 1;
      writeFileSync(inventairePath, changed(inventaire, days));
      files.publish('bals', await simulated.publication());
    },
    countConnections: async () => {
      const { rows } = await pool.query<{ n: number }>(
        `select count(*)::integer as n from pg_stat_activity where datname = current_database()`,
      );
      return rows[0]?.n ?? 0;
    },
    countTemporary: () => listFiles([join(folder, 'tmp'), join(folder, 'var')]).files.length,
    cycles: () => readCycles(pool),
    close: async () => {
      await pool.end();
      await simulated.stop();
      await files.close();
      await engine.close();
    },
  };
}

/** A few services renamed: each cycle has constats, a plan and operations to make. */
function changed(inventaire: string, day: number): string {
  let rank = 0;
  return inventaire
    .split('\n')
    .map((line) => {
      if (!line.includes(';ORG;')) return line;
      rank += 1;
      if (rank % 10 !== day % 10) return line;
      const cells = line.split(';');
      cells[6] = `Service du jour ${day}`;
      return cells.join(';');
    })
    .join('\n');
}

function adressesOf(inventaire: string): string[] {
  return inventaire
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [adresse = ''] = line.split(';');
      return /^[a-z.0-9-]+@[a-z.0-9-]+$/u.test(adresse) ? [adresse] : [];
    });
}

async function createKey(config: string): Promise<string> {
  const { code, text } = await runInside(config, ['--json', 'api-key', 'create', 'endurance']);
  const key = /"cle":\s*"([^"]+)"/u.exec(text)?.[1];
  if (code !== 0 || key === undefined) throw new Error(`no API key: ${text}`);
  return key;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

async function untilReady(
  ports: { readonly ldap: number; readonly web: number },
  ended: () => string | undefined,
): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  for (;;) {
    const fault = ended();
    if (fault !== undefined) throw new Error(`the daemon has ended: ${fault}`);
    const response = await fetch(`http://127.0.0.1:${ports.web}/readyz`).catch(() => undefined);
    const text = await response?.text();
    if (response?.ok && (await servesDirectory(ports.ldap))) return;
    if (performance.now() > deadline)
      throw new Error(`the daemon is not ready: ${text ?? 'silent'}`);
    await delay(250);
  }
}

/** The services are ready one by one: the first snapshot takes its time. */
async function servesDirectory(port: number): Promise<boolean> {
  const client = new Client({ url: `ldap://127.0.0.1:${port}`, timeout: 5_000 });
  try {
    await client.search(baseDn, { scope: 'base' });
    return true;
  } catch {
    return false;
  } finally {
    await client.unbind().catch(() => undefined);
  }
}

function settings(
  folder: string,
  dataDir: string,
  databaseUrl: string,
  ports: { readonly ldap: number; readonly web: number },
  feed = 'http://127.0.0.1:9',
): string {
  return `dataDir: ${JSON.stringify(join(folder, dataDir))}
database: { url: ${JSON.stringify(databaseUrl)} }
alimentation: { url: '${feed}', cleApi: cle-de-simulation, appelsParSeconde: 0, attenteMinSecondes: 0 }
simulateur: { appelsParSeconde: 0, cleApi: cle-de-simulation }
ldap: { port: ${ports.ldap}, portLdaps: false, anonyme: { recherchesParSeconde: 0 } }
web: { port: ${ports.web}, urlPublique: 'http://127.0.0.1:${ports.web}' }
plan:
  approbation: [insert, replace, delete]
  gardes: { suppressionsPartMax: 1, domaineSuppressionsPartMax: 1 }
planification:
  gigueSecondes: 0
  cycle: '* * * * *'
  etapes: { push: '* * * * *', hygiene: false, notices: false }
`;
}
