// Entry point: turns what happened into an exit code, and a signal into an orderly stop.
import cluster from 'node:cluster';
import { isReaderGone, runCli } from './cli.js';
import type { Surroundings } from './commands/program.js';
import { correlationOf } from './commands/correlation.js';
import { marqueSupervise, obeirAuSuperviseur } from './processus/supervise.js';

const interruption = new AbortController();
/** Started by a daemon: it tells this process when to end, and is not to be outlived. */
const isSupervised = process.env[marqueSupervise] !== undefined && process.send !== undefined;
if (isSupervised) obeirAuSuperviseur(interruption);
let signals = 0;
let errors: Surroundings['err'] = process.stderr;

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // Ctrl-C goes to the whole group: a worker is told by its primary what to do.
    if ((cluster.isWorker || isSupervised) && name === 'SIGINT') return;
    signals += 1;
    // The first asks for a clean stop; who insists gets an immediate one: the database then rolls back by itself.
    if (signals > 1) process.exit(130);
    errors.write('\nArrêt demandé : fin propre en cours (Ctrl-C de nouveau pour forcer)…\n');
    interruption.abort(new DOMException('Arrêt demandé', 'AbortError'));
  });
}

process.stdout.on('error', (error: Error) => {
  if (isReaderGone(error)) return;
  // Asked again at the very end: the command itself may have gone well.
  process.once('exit', (code) => (process.exitCode = code === 0 ? 1 : code));
  errors.write(`Le résultat n'a pas pu être écrit entièrement : ${error.message}\n`);
});
// A log that cannot be written any more is no reason to stop halfway.
process.stderr.on('error', () => undefined);

errors = await errorOutput();
process.exitCode = await runCli(process.argv, {
  out: process.stdout,
  err: errors,
  env: process.env,
  signal: interruption.signal,
  now: () => new Date(),
});
if (isSupervised && process.connected) process.disconnect();

/** A stage that a daemon runs tells in lines of the log; the logger is loaded for it alone. */
async function errorOutput(): Promise<Surroundings['err']> {
  if (correlationOf(process.env) === undefined) return process.stderr;
  const { sortieErreurs } = await import('./commands/journal.js');
  return sortieErreurs(process.stderr, process.env);
}
