// One process that serves: the server, the snapshots it serves, its certificate.
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../config/settings.js';
import type { Pool } from '../db/pool.js';
import type { Consulter } from '../domain/consultation.js';
import { CertificateWatch } from '../net/certificate-watch.js';
import { aborted } from '../net/or-aborted.js';
import { LdapServer, type ListeningPlace } from '../ldap/server/server.js';
import { WarmUp } from '../ldap/server/warm-up.js';
import { openSnapshotFolder } from '../ldap/snapshot/snapshot-folder.js';
import { SnapshotService, type SnapshotServiceOptions } from '../ldap/snapshot/snapshot-service.js';
import type { SnapshotDatabase } from '../ldap/snapshot/snapshot-keeper.js';
import { createConsultationCounter } from './consultation-counter.js';
import { openLdapDatabase } from './ldap-database.js';
import type { LdapContent } from './ldap-content.js';
import { lineOfEvent, type LdapLog } from './ldap-log.js';

export type ServeOptions = {
  readonly settings: Settings;
  readonly content: LdapContent;
  /** Undefined where another process keeps the snapshot up to date. */
  readonly keeping: SnapshotServiceOptions['keeping'];
  readonly log: LdapLog;
  readonly now: () => Date;
  readonly onListening: (addresses: readonly string[]) => void;
  /** Given before it listens. */
  readonly onServer?: (server: LdapServer) => void;
  /** Aborted once other processes hold the ports: what is connected is served until it leaves. */
  readonly vidange?: AbortSignal | undefined;
  /** Has the certificate read again whenever it is called. */
  readonly onReload: (reload: () => void) => void;
};

/** Until `stop` is aborted, or everybody left after `vidange`; throws when it cannot listen. */
export async function serveLdap(options: ServeOptions, stop: AbortSignal): Promise<void> {
  const drained = new AbortController();
  const signal = AbortSignal.any([stop, drained.signal]);
  const { settings, content, keeping, log, now } = options;
  const { server: serverSettings, stopMs, certificatePollMs } = settings.ldap;
  const tell = (message: string): void => log({ evenement: 'serveur', message });
  const consultations = openConsultations(options, tell);
  const server = new LdapServer(serverSettings, content, tell, consultations?.consulter);
  options.onServer?.(server);
  const places = await server.start();
  const { tls } = serverSettings;
  const { tls: terminator } = server;
  const watch =
    tls &&
    terminator &&
    new CertificateWatch(
      { nom: 'LDAP', files: tls, reload: () => terminator.reload(), report: tell },
      certificatePollMs,
    );
  for (const remarque of terminator?.remarques ?? []) tell(`Certificat LDAP : ${remarque}`);
  if (watch) options.onReload(() => watch.reload());
  try {
    options.onListening(places.map(describePlace));
    const service = new SnapshotService({
      folder: await openSnapshotFolder(settings.dataDir),
      fingerprint: content.plan.fingerprint,
      keeping,
      onSnapshot: (snapshot) => {
        const isFirst = !server.served.snapshot;
        server.serve(snapshot);
        if (isFirst) server.scheduler.add(new WarmUp({ ...content, snapshot }));
      },
      onEvent: (event) => log(lineOfEvent(event)),
      now,
    });
    await service.start(signal);
    await untilDrained(server, options.vidange, stop);
    drained.abort();
    await server.stop(stopMs);
    await service.stopped();
  } finally {
    watch?.stop();
    await server.stop(0);
    await consultations?.close();
  }
}

async function untilDrained(
  server: LdapServer,
  vidange: AbortSignal | undefined,
  stop: AbortSignal,
): Promise<void> {
  await aborted(vidange ? AbortSignal.any([stop, vidange]) : stop);
  if (!stop.aborted) await server.drain(stop);
}

/** On a connection of its own, opened at the first writing: the server answers without a database. */
function openConsultations(
  { settings, now }: ServeOptions,
  report: (message: string) => void,
): { readonly consulter: Consulter; close(): Promise<void> } | undefined {
  if (!settings.consultations.compter) return undefined;
  let opening: Promise<SnapshotDatabase> | undefined;
  const open = async (): Promise<Pool> => {
    opening ??= openLdapDatabase(settings, () => undefined);
    try {
      return (await opening).pool;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
  const counter = createConsultationCounter({
    settings: settings.consultations,
    ...{ open, now, report },
  });
  const closeAll = async (): Promise<void> => {
    await counter.close();
    await opening?.then((database) => database.close()).catch(() => undefined);
  };
  return {
    consulter: counter.consulter,
    // A database that does not answer does not keep the server from ending.
    close: () =>
      Promise.race([closeAll(), delay(closeMaxMs, undefined, { ref: false })]).then(
        () => undefined,
      ),
  };
}

const closeMaxMs = 3_000;

function describePlace({ host, port, isLdaps }: ListeningPlace): string {
  const shown = host.includes(':') ? `[${host}]` : host;
  return `${isLdaps ? 'ldaps' : 'ldap'}://${shown}:${port}`;
}
