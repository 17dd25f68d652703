// Our server, started as a user would: the command, its settings, one process.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from './certificate.js';
import { program, writeSettings, type Country } from './country.js';
import { anyBal, freePort, untilFoundMs } from './probe.js';
import { stopProcess, type RunningServer } from './running-server.js';

/** Cold: without the snapshot that an earlier run left on disk. */
export async function startMirror(
  country: Country,
  certificate: Certificate,
  from: 'cold' | 'asItIs',
): Promise<RunningServer> {
  const [port, tlsPort] = [await freePort(), await freePort()];
  const { certPath, keyPath } = certificate;
  writeSettings(country, {
    port,
    portLdaps: tlsPort,
    tls: { certificat: certPath, cle: keyPath },
  });
  if (from === 'cold')
    rmSync(join(country.folder, 'base', 'ldap'), { recursive: true, force: true });
  const child = spawn(process.execPath, [program, '--config', country.settings, 'ldap'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  try {
    const readyMs = await untilFoundMs(port, anyBal, isAlive, 120_000);
    const pid = child.pid ?? 0;
    const stop = (): Promise<void> => stopProcess(child);
    return { name: 'annuaire-sync', pid, port, tlsPort, readyMs, isAlive, stop };
  } catch (error) {
    await stopProcess(child);
    throw error;
  }
}
