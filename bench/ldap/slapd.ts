// The peer: Debian's slapd, filled by slapadd with the LDIF that we export.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { anyBal, freePort, untilFoundMs } from './probe.js';
import { stopProcess, type RunningServer } from './running-server.js';
import { baseDn, exactAttributes } from './schema-names.js';
import type { Certificate } from './certificate.js';

export type SlapdOptions = {
  /** Where its database is kept between runs. */
  readonly folder: string;
  readonly ldif: string;
  /** Path of the definitions of what is in no standard schema. */
  readonly schema: string;
  readonly certificate: Certificate;
};

/** Fills the database unless it holds this very LDIF under these settings; returns what that took, now or then. */
export function fillSlapd(options: SlapdOptions, print: (line: string) => void): number {
  const { folder, ldif } = options;
  const stampPath = join(folder, 'rempli.json');
  const stamp = stampOf(options);
  writeConfiguration(options);
  if (existsSync(stampPath)) {
    const last = JSON.parse(readFileSync(stampPath, 'utf8')) as { stamp: string; ms: number };
    if (last.stamp === stamp) return last.ms;
  }
  rmSync(stampPath, { force: true });
  rmSync(join(folder, 'db'), { recursive: true, force: true });
  mkdirSync(join(folder, 'db'));
  print('slapadd…');
  const start = performance.now();
  execFileSync('/usr/sbin/slapadd', ['-q', '-f', join(folder, 'slapd.conf'), '-l', ldif], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ms = performance.now() - start;
  writeFileSync(stampPath, JSON.stringify({ stamp, ms }));
  return ms;
}

export async function startSlapd(options: SlapdOptions): Promise<RunningServer> {
  const [port, tlsPort] = [await freePort(), await freePort()];
  const child = spawn(
    '/usr/sbin/slapd',
    [
      ...['-d', '0', '-f', join(options.folder, 'slapd.conf')],
      ...['-h', `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${tlsPort}`],
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  try {
    const readyMs = await untilFoundMs(port, anyBal, isAlive, 60_000);
    const pid = child.pid ?? 0;
    const stop = (): Promise<void> => stopProcess(child);
    return { name: 'slapd', pid, port, tlsPort, readyMs, isAlive, stop };
  } catch (error) {
    await stopProcess(child);
    throw error;
  }
}

function writeConfiguration(options: SlapdOptions): void {
  const { folder, schema, certificate } = options;
  mkdirSync(folder, { recursive: true });
  const values: Record<string, string> = {
    DIR: folder,
    SCHEMA: schema,
    MODULES: '/usr/lib/ldap',
    SUFFIX: baseDn,
    EXACT: exactAttributes.join(','),
    TLS: [
      `TLSCertificateFile ${certificate.certPath}`,
      `TLSCertificateKeyFile ${certificate.keyPath}`,
      'TLSVerifyClient never',
    ].join('\n'),
  };
  const text = template().replace(/@([A-Z]+)@/gu, (whole, name: string) => values[name] ?? whole);
  writeFileSync(join(folder, 'slapd.conf'), text);
}

function stampOf({ ldif, schema }: SlapdOptions): string {
  const { size, mtimeMs } = statSync(ldif);
  return createHash('sha256')
    .update(JSON.stringify([size, mtimeMs, readFileSync(schema, 'utf8'), template()]))
    .digest('hex');
}

function template(): string {
  const sources = join(import.meta.dirname, '..', '..', '..', 'bench', 'ldap');
  return readFileSync(join(sources, 'slapd.conf.template'), 'utf8');
}
