// Programs that the tests use as peers, and that npm does not bring.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const tools = [
  { command: 'openssl', debian: 'openssl', tests: 'certificats, listes blanches signées' },
  { command: 'unzip', debian: 'unzip', tests: 'archives lues par un autre programme' },
  { command: 'psql', debian: 'postgresql-client', tests: 'comparaison avec psql' },
  { command: 'slapd', debian: 'slapd', tests: 'comparaison avec OpenLDAP' },
  {
    command: 'systemd-notify',
    debian: 'systemd',
    tests: 'notifications et unité systemd',
  },
  { command: 'ldapsearch', debian: 'ldap-utils', tests: 'LDAP avec ldapsearch' },
  {
    command: 'perl',
    needs: ['-MNet::LDAPS', '-e1'],
    debian: 'libnet-ldap-perl',
    tests: 'LDAP avec Net::LDAP',
  },
  {
    command: 'perl',
    needs: ['-MIO::Socket::SSL', '-e1'],
    debian: 'libio-socket-ssl-perl',
    tests: 'LDAP avec Net::LDAP',
  },
  {
    // Debian's own: another python may come first in PATH, without these modules.
    command: '/usr/bin/python3',
    needs: ['-c', 'import ldap'],
    debian: 'python3-ldap',
    tests: 'LDAP avec python-ldap',
  },
  {
    command: '/usr/bin/python3',
    needs: ['-c', 'import ldap3'],
    debian: 'python3-ldap3',
    tests: 'LDAP avec ldap3',
  },
  {
    command: 'php',
    needs: ['-r', 'exit(function_exists("ldap_connect") ? 0 : 1);'],
    debian: 'php-cli php-ldap',
    tests: 'LDAP avec PHP',
  },
  // About 20 s to install, as the next one.
  {
    command: 'chromium',
    debian: 'chromium fonts-dejavu-core',
    instead: ['chromium-browser', 'google-chrome'],
    tests: 'pages dans un navigateur, accessibilité',
  },
  // 7 s to install; of it, the tests use promtool alone: no server is started.
  { command: 'promtool', debian: 'prometheus', tests: 'alertes et tableau de bord' },
  { command: 'haproxy', debian: 'haproxy', tests: 'exemples de répartiteur' },
  { command: 'nginx', debian: 'nginx-light', tests: 'exemples de répartiteur' },
  { command: 'nft', debian: 'nftables', tests: 'exemple de pare-feu' },
  { command: 'javac', debian: 'default-jdk-headless', tests: 'LDAP avec Java (JNDI)' },
];

/** Installs what is missing where that is possible; else says what will be skipped, or fails in CI. */
export function installTestTools(say, fail) {
  const missing = tools.filter((tool) => !isThere(tool));
  if (missing.length === 0) return;
  const packages = missing.flatMap(({ debian }) => debian.split(' '));
  if (process.getuid?.() === 0 && isInPath('apt-get')) {
    say(`Installation des outils de test : ${packages.join(', ')}…`);
    if (!aptInstall(packages)) {
      apt(['update', '-qq']);
      aptInstall(packages);
    }
  }
  const absent = missing.filter((tool) => !isThere(tool));
  if (absent.length === 0) return;
  for (const { debian, tests } of absent) {
    say(`ATTENTION : « ${debian} » est absent, ces tests sont sautés : ${tests}.`);
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

/** `needs`: arguments with which the command ends well only when what it needs is there; `instead`: commands as good. */
function isThere({ command, needs, instead = [] }) {
  if (instead.some(isInPath)) return true;
  return (
    isInPath(command) && (!needs || spawnSync(command, needs, { stdio: 'ignore' }).status === 0)
  );
}

/** Servers are in /usr/sbin, which is not in everybody's PATH. */
function isInPath(command) {
  if (command.startsWith('/')) return isExecutable(command);
  return `${process.env.PATH ?? ''}${delimiter}/usr/sbin`
    .split(delimiter)
    .some((folder) => isExecutable(join(folder, command)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
