// The commands, in the order of the help. Only the one that is asked for is loaded: the others would take longer than it does.
import type { Command } from 'commander';
import type { CommandContext } from './context.js';

/** Adds one command, with those below it, to the command line. */
export type Register = (program: Command, context: CommandContext) => void;

/** That of the command line; all of them when it names none of them: for the help, and to suggest a name that is near. */
export async function loadFamilies(argv: readonly string[]): Promise<readonly Register[]> {
  const load = families.get(firstWord(argv.slice(2)) ?? '');
  return load ? [await load()] : Promise.all([...families.values()].map((each) => each()));
}

const families: ReadonlyMap<string, () => Promise<Register>> = new Map([
  ['daemon', async () => (await import('./daemon.js')).registerDaemon],
  ['extract', async () => (await import('./extract.js')).registerExtract],
  ['inventory', async () => (await import('./inventory.js')).registerInventory],
  ['reconcile', async () => (await import('./reconcile.js')).registerReconcile],
  ['push', async () => (await import('./push.js')).registerPush],
  ['report', async () => (await import('./report.js')).registerReport],
  ['hygiene', async () => (await import('./hygiene.js')).registerHygiene],
  ['demandes', async () => (await import('./demandes.js')).registerDemandes],
  ['domains', async () => (await import('./domains.js')).registerDomains],
  ['plan', async () => (await import('./plan.js')).registerPlan],
  ['notices', async () => (await import('./notices.js')).registerNotices],
  ['status', async () => (await import('./status.js')).registerStatus],
  ['doctor', async () => (await import('./doctor.js')).registerDoctor],
  ['export', async () => (await import('./export.js')).registerExport],
  ['ldap', async () => (await import('./ldap.js')).registerLdap],
  ['simulate', async () => (await import('./simulate.js')).registerSimulate],
  ['verify', async () => (await import('./verify.js')).registerVerify],
  ['web', async () => (await import('./web.js')).registerWeb],
  ['api-key', async () => (await import('./api-key.js')).registerApiKey],
  ['comptes', async () => (await import('./comptes.js')).registerComptes],
  ['audit', async () => (await import('./audit.js')).registerAudit],
  ['purge', async () => (await import('./purge.js')).registerPurge],
  ['backup', async () => (await import('./backup.js')).registerBackup],
  ['restore', async () => (await import('./restore.js')).registerRestore],
  ['migrate', async () => (await import('./migrate.js')).registerMigrate],
  ['config', async () => (await import('./config.js')).registerConfig],
  ['sample', async () => (await import('./sample.js')).registerSample],
  ['demo', async () => (await import('./demo.js')).registerDemo],
]);

/** What stands before a command are the options of all: one has a value, which is no command. */
function firstWord(args: readonly string[]): string | undefined {
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i];
    if (arg === '-c' || arg === '--config') i += 1;
    else if (arg?.startsWith('-') !== true) return arg;
  }
  return undefined;
}
