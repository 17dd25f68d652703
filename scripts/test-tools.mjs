// Programs that the tests use as peers, and that npm does not bring.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const tools = [
  { command: 'openssl', debian: 'openssl', tests: 'certificats, listes blanches signées' },
  { command: 'unzip', debian: 'unzip', tests: 'archives lues par un autre programme' },
  { command: 'psql', debian: 'postgresql-client', tests: 'comparaison avec psql' },
];

/** Installs what is missing where that is possible; else says what will be skipped, or fails in CI. */
export function installTestTools(say, fail) {
  const missing = tools.filter(({ command }) => !isInPath(command));
  if (missing.length === 0) return;
  const packages = missing.map(({ debian }) => debian);
  if (process.getuid?.() === 0 && isInPath('apt-get')) {
    say(`Installation des outils de test : ${packages.join(', ')}…`);
    if (!aptInstall(packages)) {
      apt(['update', '-qq']);
      aptInstall(packages);
    }
  }
  const absent = missing.filter(({ command }) => !isInPath(command));
  if (absent.length === 0) return;
  for (const { command, tests } of absent) {
    say(`ATTENTION : « ${command} » est absent, ces tests sont sautés : ${tests}.`);
  }
  say(`Pour les passer (Debian) : sudo apt-get install ${packages.join(' ')}`);
  if (process.env.CI === 'true') fail('En intégration continue, tous les tests doivent passer.');
}

function aptInstall(packages) {
  return apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]).status === 0;
}

function apt(args) {
  return spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

function isInPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
