// One line for each thing worth knowing while the program runs: JSON for machines, or a French sentence for people.
import pino, { type Logger as Pino } from 'pino';

export const niveauxJournal = ['debug', 'info', 'warn', 'error'] as const;
export type NiveauJournal = (typeof niveauxJournal)[number];

export const formatsJournal = ['json', 'lisible'] as const;
export type FormatJournal = (typeof formatsJournal)[number];

/** Identifiers, counts and durations only: never a name of a person, never a secret. */
export type ChampsJournal = Readonly<Record<string, string | number | boolean | undefined>>;

/** `evenement`: stable, kebab-case, for machines. `message`: French. */
export type Ecrire = (evenement: string, message: string, champs?: ChampsJournal) => void;

export type Logger = Readonly<Record<NiveauJournal, Ecrire>> & {
  readonly pour: (champs: ChampsJournal) => Logger;
};

export type LoggerOptions = {
  readonly format: FormatJournal;
  readonly niveau: NiveauJournal;
  /** Stands on every line, e.g. the correlation and the process. */
  readonly champs?: ChampsJournal;
};

/** Writes to `out` as it goes: a process that is killed has said what it had to say. */
export function createLogger(out: NodeJS.WritableStream, options: LoggerOptions): Logger {
  const stream = { write: (line: string): void => void out.write(line) };
  const { format, niveau, champs = {} } = options;
  if (format === 'lisible') {
    return fromPino(
      pino({ level: niveau, base: null }, { write: (line) => stream.write(lisible(line)) }),
    );
  }
  const json = pino(
    {
      level: niveau,
      base: { ...champs },
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ niveau: label }) },
    },
    stream,
  );
  return fromPino(json);
}

function fromPino(logger: Pino): Logger {
  const at =
    (niveau: NiveauJournal): Ecrire =>
    (evenement, message, champs = {}) =>
      logger[niveau]({ evenement, ...champs }, message);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    pour: (champs) => fromPino(logger.child(champs)),
  };
}

function lisible(line: string): string {
  const { msg } = JSON.parse(line) as { msg: string };
  return `${msg}\n`;
}
