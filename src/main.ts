// Entry point: turns what happened into an exit code, and a signal into an orderly stop.
import { runCli } from './cli.js';

const interruption = new AbortController();
let signals = 0;

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    signals += 1;
    // The first asks for a clean stop; who insists gets an immediate one: the database then rolls back by itself.
    if (signals > 1) process.exit(130);
    process.stderr.write(
      '\nArrêt demandé : fin propre en cours (Ctrl-C de nouveau pour forcer)…\n',
    );
    interruption.abort(new DOMException('Arrêt demandé', 'AbortError'));
  });
}

process.exitCode = await runCli(process.argv, {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  signal: interruption.signal,
  now: () => new Date(),
});
