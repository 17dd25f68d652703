// The builder of snapshots: a process of its own, started by the server when there is something new to serve.
import type { Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { buildSnapshot } from '../ldap/snapshot/build-snapshot.js';
import { describeForParent, runBuilder } from '../ldap/snapshot/run-builder.js';
import { SnapshotKeeper } from '../ldap/snapshot/snapshot-keeper.js';
import { openSnapshotFolder } from '../ldap/snapshot/snapshot-folder.js';
import type { SnapshotServiceOptions } from '../ldap/snapshot/snapshot-service.js';
import { globalOptions, type CommandContext } from './context.js';
import { createLdapContent } from './ldap-content.js';
import { openLdapDatabase } from './ldap-database.js';
import { lineOfEvent, type LdapLog } from './ldap-log.js';

export function registerLdapBuild(ldap: Command, context: CommandContext): void {
  ldap
    .command('construire', { hidden: true })
    .description("construit l'instantané que le serveur LDAP sert")
    .action(async (_options: unknown, command: Command) => {
      const settings = loadSettings(globalOptions(command).config, context.surroundings.env);
      await build(context, settings);
    });
}

async function build({ surroundings }: CommandContext, settings: Settings): Promise<void> {
  const { plan } = createLdapContent(settings);
  const database = await openLdapDatabase(settings, (message) =>
    surroundings.err.write(`${message}\n`),
  );
  try {
    const outcome = await buildSnapshot({
      pool: database.pool,
      folder: await openSnapshotFolder(settings.dataDir),
      plan,
      now: surroundings.now,
      signal: surroundings.signal,
      onStep: () => undefined,
    });
    surroundings.out.write(`${describeForParent(outcome)}\n`);
  } finally {
    await database.close();
  }
}

/** Keeps the snapshot for processes that look at its folder by themselves. `env`: of the builder. */
export async function openKeeper(
  settings: Settings,
  log: LdapLog,
  env?: NodeJS.ProcessEnv,
): Promise<SnapshotKeeper> {
  return new SnapshotKeeper({
    ...keepingOf(settings, log, env),
    folder: await openSnapshotFolder(settings.dataDir),
    fingerprint: createLdapContent(settings).plan.fingerprint,
    onBuilt: () => undefined,
    onEvent: (event) => log(lineOfEvent(event)),
  });
}

/** How the server keeps its snapshot up to date: with this very program, on the same settings. */
export function keepingOf(
  settings: Settings,
  log: LdapLog,
  env?: NodeJS.ProcessEnv,
): NonNullable<SnapshotServiceOptions['keeping']> {
  const program = process.argv[1] ?? '';
  const args = [
    ...process.execArgv,
    program,
    '--config',
    settings.configPath,
    'ldap',
    'construire',
  ];
  const tell = (message: string): void => log({ evenement: 'base', message });
  return {
    pollMs: settings.ldap.pollMs,
    openDatabase: () => openLdapDatabase(settings, tell),
    build: (signal) => runBuilder({ file: process.execPath, args, env }, tell, signal),
  };
}
