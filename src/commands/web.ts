// `web`: the API and the pages, until it is told to stop.
import cluster from 'node:cluster';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import type { Compter } from '../domain/usage-interface.js';
import { messageOf } from '../errors.js';
import { aborted } from '../net/or-aborted.js';
import { trimApiCalls } from '../store/api-call.js';
import { pruneEssais } from '../store/essai-connexion.js';
import { purgeSessions } from '../store/session-web.js';
import { createApi } from '../web/api/api.js';
import { createDisponibilite } from '../web/disponibilite.js';
import { createHealth } from '../web/health.js';
import { WebServer, type WebPlugin } from '../web/server.js';
import { httpSources, openPush, type Push } from './inventory-push.js';
import { openConsolePlan } from './console-plan.js';
import { globalOptions, type CommandContext } from './context.js';
import { arretServiceMs, serveAsChild } from './service-enfant.js';
import { reglagesVerification } from './source-settings.js';
import type { Consulter } from '../domain/consultation.js';
import { createConsultationCounter } from './consultation-counter.js';
import { createUsageCounter } from './usage-counter.js';
import { ecrireWeb, openWebBase, type WebBase, type WebServing } from './web-base.js';
import { watchCertificate } from './web-certificat.js';
import { lireCles, type ClesWeb } from './web-cles.js';
import {
  createRaisonCertificat,
  detailsDe,
  raisonsDe,
  recevoirEtat,
  type EtatRecu,
} from './web-etat.js';
import { createSansInventaire, SansTrace } from './web-lecture-seule.js';
import { openJournal } from './journal.js';
import { openMesuresWeb } from './web-mesures.js';
import { createPages } from './web-pages.js';

export function registerWeb(program: Command, context: CommandContext): void {
  program
    .command('web')
    .description(
      'sert l’API de la plateforme de messagerie (docs/api.md) et les pages des avis (docs/hygiene.md)',
    )
    .addHelpText(
      'after',
      '\nArrêt : Ctrl-C ou SIGTERM. Certificat relu quand ses fichiers changent, et sur SIGHUP. Réglages : section « web ».',
    )
    .action(async (_options: unknown, command: Command) => {
      const { config, json } = globalOptions(command);
      const { surroundings } = context;
      const settings = loadSettings(config, surroundings.env);
      const log = ecrireWeb(openJournal(surroundings, settings, { isJson: json }));
      const { now, signal } = surroundings;
      const mesures = openMesuresWeb(settings, now);
      try {
        if (cluster.isWorker) await runWorker(settings, { now, signal, mesures });
        else await serveWeb(settings, { log, now, signal, mesures });
      } finally {
        await mesures.stop();
      }
    });
}

/** Forked by the daemon. */
async function runWorker(
  settings: Settings,
  { now, signal, mesures }: Omit<WebServing, 'log'>,
): Promise<void> {
  const { web } = settings;
  let reload = (): void => undefined;
  let raisons: readonly string[] = [];
  await serveAsChild(signal, {
    onReload: () => reload(),
    onOrdre: (ordre) => {
      if (ordre.kind === 'metriques') mesures.recevoir(ordre.processus, ordre.metriques);
    },
    sante: () => ({ etat: raisons.length > 0 ? 'degrade' : 'pret', raisons }),
    serve: ({ send, vidange }, stop) =>
      serveWeb(
        { ...settings, web: { ...web, stopMs: Math.min(web.stopMs, arretServiceMs) } },
        {
          log: (evenement, message) => send({ kind: 'line', line: { evenement, message } }),
          now,
          signal: stop,
          mesures,
          vidange,
          onListening: (place) => send({ kind: 'listening', places: [place] }),
          onReload: (act) => (reload = act),
          onManques: (manques) => (raisons = manques),
        },
      ),
  });
}

async function serveWeb(settings: Settings, serving: WebServing): Promise<void> {
  const report = (message: string): void => serving.log('serveur', message);
  // Between two servers too, the signal must not end the process.
  const onHangUp = (): void => undefined;
  process.on('SIGHUP', onHangUp);
  let base: WebBase | undefined;
  try {
    base = await openWebBase(settings, serving);
    // Undefined: it was told to stop before the database could be reached.
    if (!base) return;
    // A replica that was promoted has more to serve.
    while ((await serveUntil(settings, base, { ...serving, report })) === 'promue');
  } finally {
    await base?.close();
    process.off('SIGHUP', onHangUp);
  }
}

type Reporting = WebServing & { readonly report: (message: string) => void };

async function serveUntil(
  settings: Settings,
  base: WebBase,
  serving: Reporting,
): Promise<'arret' | 'promue'> {
  const { log, signal, now, report } = serving;
  const { web } = settings;
  const { connectionString } = base.engine;
  const promotion = new AbortController();
  let push: Push | undefined;
  let watch: ReturnType<typeof watchCertificate> | undefined;
  const etat = recevoirEtat();
  const usages = createUsageCounter(base.pool, now);
  const consultations = createConsultationCounter({
    settings: settings.consultations,
    open: () => Promise.resolve(base.watch.state.readOnly === undefined ? base.pool : undefined),
    ...{ now, report },
  });
  const consolePlan = openConsolePlan(settings, connectionString, { now, report });
  try {
    const cles = await lireCles(settings, base.pool);
    const isReader = base.watch.state.readOnly !== undefined;
    push = isReader ? undefined : await openPush(settings, connectionString, { now, report });
    if (isReader && (cles.sontProvisoires || hasPush(settings))) {
      base.onPromotion(() => promotion.abort());
    }
    const sansTrace = new SansTrace();
    const plugins = pluginsOf(
      settings,
      base,
      {
        cles,
        push,
        plan: consolePlan.port,
        sansTrace,
        compter: usages.compter,
        consulter: consultations.consulter,
        etat,
      },
      serving,
    );
    const server = new WebServer({
      settings: push ? { ...web, slowRequestTimeoutMs: slowRequestMs(settings) } : web,
      report,
      mesure: serving.mesures.http,
      plugins,
    });
    watch = watchCertificate(server, web, report);
    serving.onReload?.(watch.reload);
    const place = await server.start();
    log('ecoute', `Serveur web à l'écoute : ${place}`);
    serving.onListening?.(place);
    const { vidange = new AbortController().signal } = serving;
    const end = AbortSignal.any([signal, promotion.signal, vidange]);
    const trimming = trimCalls(base, settings, { ...serving, signal: end }, { push, sansTrace });
    await aborted(end);
    if (vidange.aborted) await server.drain(signal);
    // First: what waits for the end of an import is then answered.
    await Promise.all([push?.stop(), server.stop()]);
    await trimming;
    return signal.aborted || vidange.aborted ? 'arret' : 'promue';
  } finally {
    watch?.stop();
    await push?.stop();
    await consolePlan.stop();
    await usages.close();
    etat.close();
    await consultations.close();
  }
}

type Parts = {
  readonly cles: ClesWeb;
  readonly push: Push | undefined;
  readonly plan: ReturnType<typeof openConsolePlan>['port'];
  readonly sansTrace: SansTrace;
  readonly compter: Compter;
  readonly etat: EtatRecu;
  readonly consulter: Consulter;
};

function pluginsOf(
  settings: Settings,
  { pool, watch }: WebBase,
  { cles, push, plan, sansTrace, compter, consulter, etat }: Parts,
  { now, report, mesures }: Reporting,
): WebPlugin[] {
  const disponibilite = createDisponibilite(watch, settings.database.noeudPrincipal);
  const certificat = createRaisonCertificat(settings);
  return [
    createHealth({
      veille: watch,
      now,
      autres: () => [...certificat(now()), ...raisonsDe(etat.lire(), now())],
      details: () => ({ reponsesSansTrace: sansTrace.total, ...detailsDe(etat.lire()) }),
    }),
    ...mesures.plugins,
    createApi({
      db: pool,
      reglages: reglagesVerification(settings),
      requestsPerSecond: settings.web.requestsPerSecond,
      now,
      report,
      inventaire: push?.options,
      disponibilite,
      onUntraced: () => sansTrace.add(),
      consulter,
      onAnswer: (action, verdict) => mesures.http.noterVerification(action, verdict),
    }),
    ...(push || !hasPush(settings) ? [] : [createSansInventaire(disponibilite)]),
    ...createPages(settings, {
      pool,
      plan,
      ...cles,
      now,
      report,
      disponibilite,
      compter,
      base: () => watch.state,
    }).plugins,
  ];
}

function hasPush(settings: Settings): boolean {
  return httpSources(settings).length > 0;
}

function slowRequestMs({ inventaire }: Settings): number {
  return inventaire.http.receptionSecondes * 1_000;
}

const trimEveryMs = 60_000;

/** A run removes a bounded number of traces: what is left over is for the next one. */
async function trimCalls(
  { pool, watch }: WebBase,
  { web }: Settings,
  { log, now, signal }: WebServing,
  { push, sansTrace }: { readonly push: Push | undefined; readonly sansTrace: SansTrace },
): Promise<void> {
  for (;;) {
    try {
      await delay(trimEveryMs, undefined, { signal });
    } catch {
      return;
    }
    const untraced = sansTrace.describe();
    if (untraced !== undefined) log('sans-trace', untraced);
    // Whoever writes does it; a database that is gone is told of once, by its watch.
    if (watch.state.readOnly !== undefined || !watch.state.isReachable) continue;
    await purgeSessions(pool, now()).catch((error: unknown) =>
      log('sessions', `Sessions terminées non élaguées : ${messageOf(error)}`),
    );
    await pruneEssais(pool, now()).catch((error: unknown) =>
      log('comptes', `Essais de connexion oubliés non élagués : ${messageOf(error)}`),
    );
    await trimApiCalls(pool, web.callsKeptMax).catch((error: unknown) =>
      log('traces', `Traces d'appels non élaguées : ${messageOf(error)}`),
    );
    await push
      ?.trim()
      .catch((error: unknown) =>
        log('inventaire', `Traces de l'inventaire reçu non élaguées : ${messageOf(error)}`),
      );
  }
}
