// The Debian packages that the measure needs; installed when it may.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const needed: readonly { readonly path: string; readonly name: string }[] = [
  { path: '/usr/sbin/slapd', name: 'slapd' },
  { path: '/usr/bin/ldapsearch', name: 'ldap-utils' },
  { path: '/usr/bin/gcc', name: 'gcc' },
  { path: '/usr/include/stdio.h', name: 'libc6-dev' },
  { path: '/usr/include/openssl/ssl.h', name: 'libssl-dev' },
  { path: '/usr/bin/openssl', name: 'openssl' },
];

export function installTools(print: (line: string) => void): void {
  const missing = needed.filter(({ path }) => !existsSync(path)).map(({ name }) => name);
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) throw new Error(`Il manque des outils : sudo ${command}`);
  print(`${command}…`);
  // Without an answer to this question, Debian's slapd starts a server of its own.
  execFileSync('debconf-set-selections', {
    input: 'slapd slapd/no_configuration boolean true\n',
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): Buffer =>
    execFileSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  apt('update', '-q');
  apt('install', '-qy', '--no-install-recommends', ...missing);
}
