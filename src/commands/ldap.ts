import cluster from 'node:cluster';
import type { Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { messageOf } from '../errors.js';
import { SnapshotKeeper } from '../ldap/snapshot/snapshot-keeper.js';
import { openSnapshotFolder } from '../ldap/snapshot/snapshot-folder.js';
import { WorkerPool, type WorkerOrder } from '../ldap/worker-pool.js';
import { globalOptions, type CommandContext } from './context.js';
import { explainFault } from './known-fault.js';
import { keepingOf, registerLdapBuild } from './ldap-build.js';
import { createLdapContent } from './ldap-content.js';
import { lineOfEvent, type LdapLine, type LdapLog } from './ldap-log.js';
import { printPasswordHash } from './ldap-password.js';
import { aborted, serveLdap } from './ldap-serve.js';

export function registerLdap(program: Command, context: CommandContext): void {
  const ldap = program
    .command('ldap')
    .description("sert l'annuaire aux carnets d'adresses par LDAP, en lecture seule")
    .addHelpText(
      'after',
      '\nArrêt : Ctrl-C ou SIGTERM. Certificat relu quand ses fichiers changent, et sur SIGHUP. Réglages : section « ldap », docs/ldap.md.',
    )
    .action(async (_options: unknown, command: Command) => {
      const { config, json } = globalOptions(command);
      const settings = loadSettings(config, context.surroundings.env);
      if (cluster.isWorker) await runWorker(context, settings);
      else if (settings.ldap.workers > 1) await runPrimary(context, settings, json);
      else await runAlone(context, settings, json);
    });
  ldap
    .command('mot-de-passe')
    .description("lit un mot de passe et donne l'empreinte à mettre dans « ldap.comptes »")
    .action((_options: unknown, command: Command) =>
      printPasswordHash(context, globalOptions(command).json, process.stdin),
    );
  registerLdapBuild(ldap, context);
}

async function runAlone(
  { surroundings }: CommandContext,
  settings: Settings,
  isJson: boolean,
): Promise<void> {
  const { signal, now } = surroundings;
  const log = logTo(surroundings.out, isJson);
  const reload = onHangUp();
  const keeping = keepingOf(settings, log);
  try {
    await serveLdap(
      {
        settings,
        content: createLdapContent(settings),
        keeping,
        isCounting: keeping !== undefined,
        log,
        now,
        onListening: (addresses) => log(listeningLine(settings, addresses)),
        onReload: (act) => (reload.act = act),
      },
      signal,
    );
  } finally {
    reload.close();
  }
}

/** Serves nothing itself: it hands connections out, and keeps the snapshot that workers read. */
async function runPrimary(
  { surroundings }: CommandContext,
  settings: Settings,
  isJson: boolean,
): Promise<void> {
  const { signal } = surroundings;
  const log = oncePerSnapshot(logTo(surroundings.out, isJson));
  const { workers, stopMs } = settings.ldap;
  const { fingerprint } = createLdapContent(settings).plan;
  const keeping = keepingOf(settings, log);
  const keeper =
    keeping &&
    new SnapshotKeeper({
      ...keeping,
      folder: await openSnapshotFolder(settings.dataDir),
      fingerprint,
      // Workers look at the folder by themselves.
      onBuilt: () => undefined,
      onEvent: (event) => log(lineOfEvent(event)),
    });
  const pool = new WorkerPool<LdapLine>({
    count: workers,
    stopMs: stopMs + 2_000,
    report: (message) => log({ evenement: 'processus', message }),
    onLine: (line) => {
      log(line);
      // A file was set aside or is no more: do not wait for the next look.
      if (line.evenement === 'broken' || line.evenement === 'vanished') keeper?.wake();
    },
  });
  const reload = onHangUp();
  reload.act = () => pool.broadcast({ kind: 'reload' });
  try {
    log(listeningLine(settings, await pool.start(), workers));
    await Promise.all([aborted(signal), keeper?.run(signal)]);
  } finally {
    await pool.stop();
    reload.close();
  }
}

/** Started by the primary with the same command line. */
async function runWorker({ surroundings }: CommandContext, settings: Settings): Promise<void> {
  const stop = new AbortController();
  const reload = onHangUp();
  process.on('message', ({ kind }: WorkerOrder) => {
    if (kind === 'stop') stop.abort();
    else reload.act();
  });
  const send = (report: object): void => void process.send?.(report);
  try {
    await serveLdap(
      {
        settings,
        content: createLdapContent(settings),
        keeping: undefined,
        isCounting: keepingOf(settings, () => undefined) !== undefined,
        log: (line) => send({ kind: 'line', line }),
        now: surroundings.now,
        onListening: (places) => send({ kind: 'listening', places }),
        onReload: (act) => (reload.act = act),
      },
      AbortSignal.any([stop.signal, surroundings.signal]),
    );
  } catch (error) {
    const known = explainFault(error);
    send({
      kind: 'fault',
      code: known?.code ?? 'ERREUR_INATTENDUE',
      message: known?.message ?? messageOf(error),
    });
  }
  reload.close();
  process.disconnect();
}

function onHangUp(): { act: () => void; close: () => void } {
  const hold = {
    act: (): void => undefined,
    close: (): void => void process.off('SIGHUP', onSignal),
  };
  const onSignal = (): void => hold.act();
  process.on('SIGHUP', onSignal);
  return hold;
}

function logTo(out: NodeJS.WritableStream, isJson: boolean): LdapLog {
  return (line) => {
    out.write(isJson ? `${JSON.stringify(line)}\n` : `${line.message}\n`);
  };
}

/** Every worker tells what it serves. */
function oncePerSnapshot(log: LdapLog): LdapLog {
  let served: string | undefined;
  return (line) => {
    if (line.instantane !== undefined && line.instantane === served) return;
    served = line.instantane ?? served;
    log(line);
  };
}

function listeningLine({ ldap }: Settings, adresses: readonly string[], workers = 1): LdapLine {
  const processes = workers > 1 ? ` (${workers} processus)` : '';
  return {
    evenement: 'ecoute',
    adresses,
    message: `Serveur LDAP à l'écoute${processes} : ${adresses.join(', ')} ; base « ${ldap.layout.baseDn} ».`,
  };
}
