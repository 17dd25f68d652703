// The log of a service, and of a stage that a daemon runs: where it goes, in which form.
import { Writable } from 'node:stream';
import { createLogger, type Entete, type FormatJournal, type Logger } from '../logger.js';
import type { Settings } from '../config/settings.js';
import { correlationOf } from './correlation.js';
import type { Surroundings } from './program.js';

type Options = {
  /** --json, which rules over the settings. */
  readonly isJson: boolean;
};

export function openJournal(
  { out, env }: Pick<Surroundings, 'out' | 'env'>,
  { journaux }: Pick<Settings, 'journaux'>,
  { isJson }: Options,
): Logger {
  const { format, niveau } = journaux;
  const correlation = correlationOf(env);
  return createLogger(out, {
    format: isJson ? 'json' : formatOf(env, format),
    niveau,
    entete: enteteOf(out, env),
    ...(correlation !== undefined && { champs: { correlation } }),
  });
}

/** What a daemon asks of the processes that it starts comes before the settings. */
function formatOf(env: NodeJS.ProcessEnv, format: FormatJournal): FormatJournal {
  return env['ANNUAIRE_SYNC_JOURNAL'] === 'json' ? 'json' : format;
}

function enteteOf(out: object, env: NodeJS.ProcessEnv): Entete {
  if ('isTTY' in out && out.isTTY === true) return 'aucun';
  return env['JOURNAL_STREAM'] === undefined ? 'heure' : 'priorite';
}

/**
 * What a stage tells on its error output: as it is for a person; under a daemon, a line of its log for each of its lines, with the
 * correlation of the run.
 */
export function sortieErreurs(
  err: NodeJS.WritableStream,
  env: NodeJS.ProcessEnv,
): NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number } {
  const correlation = correlationOf(env);
  if (correlation === undefined) return err;
  const logger = createLogger(err, {
    format: formatOf(env, 'lisible'),
    niveau: 'info',
    entete: enteteOf(err, env),
    champs: { correlation },
  });
  return new Writable({
    decodeStrings: false,
    write: (chunk: unknown, _encoding, done) => {
      for (const line of String(chunk).split('\n')) {
        if (line.trim() !== '') logger.info('etape', line.trim());
      }
      done();
    },
  });
}
