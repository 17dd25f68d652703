import cluster from 'node:cluster';
import type { Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { instantEnFrancais } from '../domain/paris-time.js';
import type { LdapServer } from '../ldap/server/server.js';
import type { Sante } from '../processus/lien-superviseur.js';
import { WorkerPool } from '../processus/worker-pool.js';
import { globalOptions, type CommandContext } from './context.js';
import { keepingOf, openKeeper, registerLdapBuild } from './ldap-build.js';
import { createLdapContent } from './ldap-content.js';
import { openJournal } from './journal.js';
import { ecrireLdap, oncePerSnapshot, type LdapLine } from './ldap-log.js';
import { openMesuresLdap } from './ldap-mesures.js';
import { printPasswordHash } from './ldap-password.js';
import type { Surroundings } from './program.js';
import { ReglagesEnVigueur, type EnVigueur } from './reglages-en-vigueur.js';
import type { Logger } from '../logger.js';
import { aborted } from '../net/or-aborted.js';
import { serveLdap } from './ldap-serve.js';
import { arretServiceMs, serveAsChild } from './service-enfant.js';

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
      else await runWithChildren(context, settings, json);
    });
  ldap
    .command('mot-de-passe')
    .description("lit un mot de passe et donne l'empreinte à mettre dans « ldap.comptes »")
    .action((_options: unknown, command: Command) =>
      printPasswordHash(context, globalOptions(command).json, process.stdin),
    );
  registerLdapBuild(ldap, context);
}

/** What it starts later is to run on the settings that it serves. */
async function runWithChildren(
  context: CommandContext,
  settings: Settings,
  isJson: boolean,
): Promise<void> {
  const { surroundings } = context;
  const { dataDir, ldap } = settings;
  const log = openJournal(surroundings, settings, { isJson });
  const reglages = new ReglagesEnVigueur({ env: surroundings.env, dataDir, log });
  const env = reglages.garder(settings);
  try {
    const run = ldap.workers > 1 ? runPrimary : runAlone;
    await run(surroundings, { settings, env }, log);
  } finally {
    reglages.retenir();
  }
}

async function runAlone(
  { signal, now }: Surroundings,
  { settings, env }: EnVigueur,
  journal: Logger,
): Promise<void> {
  const log = ecrireLdap(journal);
  const mesures = await openMesuresLdap(settings, { now, log, isListening: true });
  const reload = onHangUp();
  const keeping = keepingOf(settings, log, env);
  try {
    await serveLdap(
      {
        onServer: mesures.onServer,
        settings,
        content: createLdapContent(settings),
        keeping,
        log,
        now,
        onListening: (addresses) => log(listeningLine(settings, addresses)),
        onReload: (act) => (reload.act = act),
      },
      signal,
    );
  } finally {
    reload.close();
    await mesures.stop();
  }
}

/** Serves nothing itself: it hands connections out, and keeps the snapshot that workers read. */
async function runPrimary(
  { signal, now }: Surroundings,
  { settings, env }: EnVigueur,
  journal: Logger,
): Promise<void> {
  const log = oncePerSnapshot(ecrireLdap(journal));
  const mesures = await openMesuresLdap(settings, { now, log, isListening: true });
  const { workers, stopMs } = settings.ldap;
  const keeper = await openKeeper(settings, log, env);
  const pool = new WorkerPool<LdapLine>({
    nom: 'ldap',
    titre: 'LDAP',
    count: workers,
    env,
    stopMs: Math.min(stopMs, arretServiceMs) + 2_000,
    vidangeMs: 0,
    report: (message) => log({ evenement: 'processus', message }),
    onMetriques: mesures.recevoir,
    onLine: (line) => {
      log(line);
      // A file was set aside or is no more: do not wait for the next look.
      if (line.evenement === 'broken' || line.evenement === 'vanished') keeper.wake();
    },
  });
  const reload = onHangUp();
  reload.act = () => pool.broadcast({ kind: 'reload' });
  try {
    log(listeningLine(settings, await pool.start(), workers));
    await Promise.all([aborted(signal), keeper.run(signal)]);
  } finally {
    await pool.stop();
    await mesures.stop();
    reload.close();
  }
}

/** Started by the primary, or by the daemon, with the same settings. */
async function runWorker({ surroundings }: CommandContext, settings: Settings): Promise<void> {
  const reload = onHangUp();
  const mesures = await openMesuresLdap(settings, {
    now: surroundings.now,
    log: () => undefined,
    isListening: false,
  });
  let server: LdapServer | undefined;
  await serveAsChild(surroundings.signal, {
    onReload: () => reload.act(),
    sante: () => santeLdap(settings, server, surroundings.now()),
    serve: ({ send, vidange }, signal) =>
      serveLdap(
        {
          settings: withinStop(settings),
          content: createLdapContent(settings),
          keeping: undefined,
          onServer: (one) => {
            server = one;
            mesures.onServer(one);
          },
          log: (line) => send({ kind: 'line', line }),
          now: surroundings.now,
          onListening: (places) => send({ kind: 'listening', places }),
          onReload: (act) => (reload.act = act),
          vidange,
        },
        signal,
      ),
  });
  await mesures.stop();
  reload.close();
}

/** It always serves what it has: what it lacks is for who supervises. */
function santeLdap({ sources }: Settings, server: LdapServer | undefined, now: Date): Sante {
  const { snapshot } = server?.served ?? {};
  if (!snapshot) return { etat: 'demarrage', raisons: ['aucun annuaire n’est encore chargé'] };
  const { extractionDate } = snapshot;
  const { fraicheurMaxHeures } = sources.bals;
  if (!extractionDate) {
    return { etat: 'degrade', raisons: ['aucune extraction n’est encore chargée'] };
  }
  const ageHours = (now.getTime() - extractionDate.getTime()) / 3_600_000;
  if (ageHours <= fraicheurMaxHeures) return { etat: 'pret', raisons: [] };
  const date = instantEnFrancais(extractionDate);
  return {
    etat: 'degrade',
    raisons: [`sert l’extraction du ${date}, de plus de ${fraicheurMaxHeures} h`],
  };
}

/** Who gave the order to stop waits no longer. */
function withinStop(settings: Settings): Settings {
  const { ldap } = settings;
  return { ...settings, ldap: { ...ldap, stopMs: Math.min(ldap.stopMs, arretServiceMs) } };
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

function listeningLine({ ldap }: Settings, adresses: readonly string[], workers = 1): LdapLine {
  const processes = workers > 1 ? ` (${workers} processus)` : '';
  return {
    evenement: 'ecoute',
    adresses,
    message: `Serveur LDAP à l'écoute${processes} : ${adresses.join(', ')} ; base « ${ldap.layout.baseDn} ».`,
  };
}
