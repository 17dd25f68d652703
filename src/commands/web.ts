// `web`: the API and the pages, until it is told to stop.
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { openEngine } from '../db/engine.js';
import { migrate } from '../db/migrate.js';
import { createPool, type Pool } from '../db/pool.js';
import { messageOf } from '../errors.js';
import { trimApiCalls } from '../store/api-call.js';
import { pruneEssais } from '../store/essai-connexion.js';
import { purgeSessions } from '../store/session-web.js';
import { getCleDesComptes, getCleDesLiens } from '../store/cle-interne.js';
import { createApi } from '../web/api/api.js';
import { createHealth } from '../web/health.js';
import { WebServer } from '../web/server.js';
import { demandesSettings } from './demandes-settings.js';
import { openPush, type Push } from './inventory-push.js';
import { openConsolePlan } from './console-plan.js';
import { globalOptions, type CommandContext } from './context.js';
import { reglagesVerification } from './source-settings.js';
import { createUsageCounter } from './usage-counter.js';
import { createPages } from './web-pages.js';

export function registerWeb(program: Command, context: CommandContext): void {
  program
    .command('web')
    .description(
      'sert l’API de la plateforme de messagerie (docs/api.md) et les pages des avis (docs/hygiene.md)',
    )
    .addHelpText(
      'after',
      '\nArrêt : Ctrl-C ou SIGTERM. Certificat relu : SIGHUP. Réglages : section « web ».',
    )
    .action(async (_options: unknown, command: Command) => {
      const { config, json } = globalOptions(command);
      const { surroundings } = context;
      const settings = loadSettings(config, surroundings.env);
      const log: WebLog = (evenement, message) => {
        const line = json ? JSON.stringify({ evenement, message }) : message;
        surroundings.out.write(`${line}\n`);
      };
      await serveWeb(settings, { log, now: surroundings.now, signal: surroundings.signal });
    });
}

type WebLog = (evenement: string, message: string) => void;

type Serving = {
  readonly log: WebLog;
  readonly now: () => Date;
  readonly signal: AbortSignal;
};

async function serveWeb(settings: Settings, { log, now, signal }: Serving): Promise<void> {
  const { database, dataDir, web } = settings;
  const report = (message: string): void => log('serveur', message);
  const engine = await openEngine({ url: database.url, dataDir }, report);
  const pool = openPool(settings, engine.connectionString);
  const usages = createUsageCounter(pool, now);
  let push: Push | undefined;
  const consolePlan = openConsolePlan(settings, engine.connectionString, { now, report });
  try {
    await migrate(pool);
    push = await openPush(settings, engine.connectionString, { now, report });
    const server = new WebServer({
      settings: push ? { ...web, slowRequestTimeoutMs: slowRequestMs(settings) } : web,
      report,
      plugins: [
        createHealth(pool),
        createApi({
          db: pool,
          reglages: reglagesVerification(settings),
          requestsPerSecond: web.requestsPerSecond,
          now,
          report,
          inventaire: push?.options,
        }),
        ...createPages(settings, {
          pool,
          plan: consolePlan.port,
          demandes: await demandesSettings(settings, pool),
          cle: await getCleDesLiens(pool, web.cleDesLiens),
          cleDesComptes: await getCleDesComptes(pool, settings.console.cleDesComptes),
          now,
          report,
          compter: usages.compter,
        }).plugins,
      ],
    });
    const hangUp = onHangUp(server, report);
    log('ecoute', `Serveur web à l'écoute : ${await server.start()}`);
    const trimming = trimCalls(pool, settings, { log, now, signal }, push);
    await aborted(signal);
    // First: what waits for the end of an import is then answered.
    await Promise.all([push?.stop(), server.stop()]);
    await trimming;
    hangUp.close();
  } finally {
    await push?.stop();
    await consolePlan.stop();
    await usages.close();
    await pool.end();
    await engine.close();
  }
}

function openPool({ database, web }: Settings, connectionString: string): Pool {
  return createPool(
    {
      connectionString,
      max: database.poolMax,
      statementTimeoutMs: web.databaseTimeoutMs,
      applicationName: 'annuaire-sante-sync web',
      // Every statement is one that was seen a thousand times: planning it again would take longer than running it.
      // A page of names is read in the order of its index, not gathered whole and sorted.
      session: { jit: 'off', plan_cache_mode: 'force_generic_plan', enable_bitmapscan: 'off' },
    },
    // The next request finds out, and says so to whoever asks.
    () => undefined,
  );
}

function slowRequestMs({ inventaire }: Settings): number {
  return inventaire.http.receptionSecondes * 1_000;
}

function onHangUp(server: WebServer, report: (message: string) => void): { close: () => void } {
  const onSignal = (): void => {
    try {
      server.reloadCertificate();
      report('Certificat web relu : les nouvelles connexions le reçoivent.');
    } catch (error) {
      report(`Nouveau certificat web refusé, le précédent reste en service. ${messageOf(error)}`);
    }
  };
  process.on('SIGHUP', onSignal);
  return { close: () => void process.off('SIGHUP', onSignal) };
}

const trimEveryMs = 60_000;

/** A run removes a bounded number of traces: what is left over is for the next one. */
async function trimCalls(
  pool: Pool,
  { web }: Settings,
  { log, now, signal }: Serving,
  push: Push | undefined,
): Promise<void> {
  for (;;) {
    try {
      await delay(trimEveryMs, undefined, { signal });
    } catch {
      return;
    }
    const oldest = new Date(now().getTime() - web.callsKeptDays * 86_400_000);
    await purgeSessions(pool, now()).catch((error: unknown) =>
      log('sessions', `Sessions terminées non élaguées : ${messageOf(error)}`),
    );
    await pruneEssais(pool, now()).catch((error: unknown) =>
      log('comptes', `Essais de connexion oubliés non élagués : ${messageOf(error)}`),
    );
    await trimApiCalls(pool, web.callsKeptMax, oldest).catch((error: unknown) =>
      log('traces', `Traces d'appels non élaguées : ${messageOf(error)}`),
    );
    await push
      ?.trim()
      .catch((error: unknown) =>
        log('inventaire', `Traces de l'inventaire reçu non élaguées : ${messageOf(error)}`),
      );
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
