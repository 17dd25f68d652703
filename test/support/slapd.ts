// A real OpenLDAP server, the reference that the mirror is held against: one per caller, on a free port, in a folder of its own.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { KeyPair } from './certificates.js';

const run = promisify(execFile);

export type Slapd = {
  readonly port: number;
  /** 0 when no certificate was given. */
  readonly tlsPort: number;
  readonly adminDn: string;
  readonly adminPassword: string;
  /** The folder, logs included, outlives the test file. */
  readonly keepLogs: () => string;
  readonly stop: () => Promise<void>;
};

export type SlapdContent = {
  readonly suffix: string;
  /** Definitions added to core, cosine and inetOrgPerson: LDIF of cn=config, or the syntax of slapd.conf. */
  readonly schema: string;
  readonly ldif: string;
  readonly tls?: KeyPair & { readonly ca: string };
};

const program = '/usr/sbin/slapd';

/** Why the tests that need slapd are skipped; false when they are not. In CI they fail instead (scripts/test-tools.mjs). */
export const slapdSkip: string | false = isExecutable(program)
  ? false
  : `slapd est absent : sudo apt-get install slapd ldap-utils`;

const running = new Set<Slapd>();
after(() => Promise.all([...running].map((slapd) => slapd.stop())));

const children = new Set<ChildProcess>();
// A test process that ends before its `after` leaves no server behind.
process.on('exit', () => {
  for (const child of children) child.kill();
});

export async function startSlapd(content: SlapdContent): Promise<Slapd> {
  const folder = await mkdtemp(join(tmpdir(), 'annuaire-sync-slapd-'));
  try {
    await writeFolder(folder, content);
    await run('/usr/sbin/slapadd', ['-q', '-f', join(folder, 'slapd.conf'), '-l', 'data.ldif'], {
      cwd: folder,
    });
    return await serve(folder, content);
  } catch (error) {
    throw new Error(`slapd did not start: see ${folder}`, { cause: error });
  }
}

async function writeFolder(folder: string, content: SlapdContent): Promise<void> {
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'added.schema'), toSlapdConf(content.schema));
  await writeFile(join(folder, 'data.ldif'), content.ldif);
  const { tls } = content;
  if (tls) {
    await writeFile(join(folder, 'ca.pem'), tls.ca);
    await writeFile(join(folder, 'cert.pem'), tls.cert);
    await writeFile(join(folder, 'key.pem'), tls.key, { mode: 0o600 });
  }
  await writeFile(join(folder, 'slapd.conf'), configuration(folder, content));
}

const adminPassword = 'secret-slapd';
const adminDn = (suffix: string): string => `cn=admin,${suffix}`;

function configuration(folder: string, { suffix, tls }: SlapdContent): string {
  const tlsLines = tls
    ? [
        'TLSCACertificateFile ca.pem',
        'TLSCertificateFile cert.pem',
        'TLSCertificateKeyFile key.pem',
      ]
    : [];
  return [
    ...['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`),
    `include ${folder}/added.schema`,
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    'moduleload sssvlv',
    ...tlsLines.map((line) => line.replace(/ /, ` ${folder}/`)),
    `pidfile ${folder}/slapd.pid`,
    'sizelimit unlimited',
    'timelimit unlimited',
    'database mdb',
    `suffix "${suffix}"`,
    `rootdn "${adminDn(suffix)}"`,
    `rootpw ${adminPassword}`,
    `directory ${folder}/data`,
    // A sparse file: its default of 10 MB holds a few thousand entries.
    'maxsize 1073741824',
    'dbnosync',
    'access to * by * read',
    'overlay sssvlv',
    'sssvlv-max 64',
    '',
  ].join('\n');
}

/** `olcAttributeTypes: {0}( … )` becomes `attributetype ( … )`; what is in slapd.conf's syntax stays. */
function toSlapdConf(schema: string): string {
  const unfolded = schema.replace(/\r?\n /g, '');
  if (!/^dn:/im.test(unfolded)) return schema;
  const kinds: Record<string, string> = {
    olcattributetypes: 'attributetype',
    olcobjectclasses: 'objectclass',
    olcobjectidentifier: 'objectidentifier',
  };
  return unfolded
    .split(/\r?\n/)
    .flatMap((line) => {
      const [, name = '', value = ''] = /^(\w+): (?:\{\d+\})?(.*)$/.exec(line) ?? [];
      const kind = kinds[name.toLowerCase()];
      return kind ? [`${kind} ${value}`, ''] : [];
    })
    .join('\n');
}

async function serve(folder: string, { suffix, tls }: SlapdContent): Promise<Slapd> {
  const port = await freePort();
  const tlsPort = tls ? await freePort() : 0;
  const urls = [`ldap://127.0.0.1:${port}`, ...(tls ? [`ldaps://127.0.0.1:${tlsPort}`] : [])];
  const log = openSync(join(folder, 'slapd.log'), 'a');
  const args = ['-f', join(folder, 'slapd.conf'), '-h', urls.join(' '), '-d', 'stats'];
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', log, log] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  let areLogsKept = false;
  const stop = async (): Promise<void> => {
    if (!running.delete(slapd)) return;
    await stopChild(child);
    if (!areLogsKept) await rm(folder, { recursive: true, force: true });
  };
  const keepLogs = (): string => {
    areLogsKept = true;
    return folder;
  };
  const slapd: Slapd = { port, tlsPort, adminDn: adminDn(suffix), adminPassword, keepLogs, stop };
  running.add(slapd);
  try {
    await untilItListens(child, port);
  } catch (error) {
    keepLogs();
    await stop();
    const text = await readFile(join(folder, 'slapd.log'), 'utf8');
    throw new Error(text.slice(-2_000), { cause: error });
  }
  return slapd;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}

/** slapd says nowhere that it is ready: a connection that is accepted does. */
async function untilItListens(child: ChildProcess, port: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (child.exitCode !== null) throw new Error(`slapd ended with ${child.exitCode}`);
    if (await accepts(port)) return;
    await delay(20);
  }
  throw new Error('slapd does not listen after 10 s');
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
