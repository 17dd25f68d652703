// What systemd knows of our unit, whoever asks: the environment of `doctor` tells only of the terminal that it was typed in.
import { execFile } from 'node:child_process';

const delaiMs = 5_000;
const proprietes = 'LoadState,Type,WatchdogUSec';

/** Lines `Nom=valeur`; undefined: there is no systemd, or it does not answer. */
export function lireUnite(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      'systemctl',
      ['show', 'annuaire-sync', '-p', proprietes],
      { env: { ...env, LC_ALL: 'C' }, timeout: delaiMs, killSignal: 'SIGKILL' },
      (error, stdout) => resolve(error ? undefined : stdout),
    );
  });
}
