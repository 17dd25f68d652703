// A web server whose database is not there yet: alive, not ready, and saying so to whoever comes.
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../config/settings.js';
import { createDisponibilite } from '../web/disponibilite.js';
import { createHealth } from '../web/health.js';
import { Pages } from '../web/page/pages.js';
import { protectPages } from '../web/page/entetes.js';
import { createStatique } from '../web/page/statique.js';
import { internalProblem, ProblemError, type ProblemDetails } from '../web/problem.js';
import { WebServer, type WebPlugin } from '../web/server.js';
import type { WebServing } from './web-base.js';
import { watchCertificate } from './web-certificat.js';
import { createWatch, manquesOf } from './web-watch.js';

const lookEveryMs = 1_000;

/** Until the database is reached, `signal` is aborted, or another process holds the port (`vidange`). */
export async function serveWaiting(
  settings: Settings,
  url: string,
  { log, now, signal, vidange, mesures, onListening, onManques, onReload }: WebServing,
): Promise<void> {
  const watch = await createWatch(settings, url, now, () => undefined);
  await watch.look();
  const disponibilite = createDisponibilite(watch, settings.database.noeudPrincipal);
  const report = (message: string): void => log('serveur', message);
  const server = new WebServer({
    settings: settings.web,
    report,
    mesure: mesures.http,
    plugins: [
      createHealth({ veille: watch, now }),
      ...mesures.plugins,
      createStatique(),
      createAttente(settings, disponibilite.lire),
    ],
  });
  const certificat = watchCertificate(server, settings.web, report);
  onReload?.(certificat.reload);
  const end = vidange ? AbortSignal.any([signal, vidange]) : signal;
  const place = await server.start();
  log('attente', `Serveur web en attente de sa base : ${place}`);
  onManques?.(manquesOf(watch.state));
  onListening?.(place);
  try {
    while (!watch.state.isReachable && !end.aborted) {
      await delay(lookEveryMs, undefined, { signal: end }).catch(() => undefined);
      await watch.look();
    }
    if (vidange?.aborted === true) await server.drain(signal);
  } finally {
    certificat.stop();
    await server.stop();
    watch.close();
  }
}

function createAttente(
  settings: Settings,
  lack: () => Promise<ProblemDetails | undefined>,
): WebPlugin {
  const pages = new Pages({
    operateur: settings.operateur.nom,
    contact: settings.hygiene.contact,
    base: (settings.web.urlPublique?.pathname ?? '').replace(/\/+$/u, ''),
  });
  return (app) => {
    app.all('/api/*', async () => {
      throw new ProblemError((await lack()) ?? internalProblem);
    });
    app.register((scope, _options, done) => {
      protectPages(scope, { isEncrypted: settings.web.tls !== undefined });
      scope.all('/*', async (_request, reply) => {
        const { detail, retryAfterSeconds = 2 } = (await lack()) ?? internalProblem;
        reply.header('retry-after', retryAfterSeconds);
        return pages.send(reply, {
          gabarit: 'message',
          status: 503,
          titre: 'Service momentanément indisponible',
          donnees: { message: detail },
        });
      });
      done();
    });
  };
}
