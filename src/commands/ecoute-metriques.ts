// A listener of its own for /metrics, where no web server of the node serves it: on this machine only.
import type { Settings } from '../config/settings.js';
import { WebServer, type WebPlugin } from '../web/server.js';

/** Resolves to its address and its stop; undefined when the settings want none. Throws AppError when it cannot listen. */
export async function openEcouteMetriques(
  { metriques: { ecoute }, web }: Settings,
  plugins: readonly WebPlugin[],
  report: (line: string) => void,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> } | undefined> {
  if (!ecoute || plugins.length === 0) return undefined;
  const settings = { ...web, ...ecoute, tls: undefined, trustedProxies: [] };
  const server = new WebServer({ settings, plugins, report });
  const url = await server.start();
  return { url, stop: () => server.stop() };
}
