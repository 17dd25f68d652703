// One line for each thing worth knowing while the program runs: JSON for machines, or a French sentence for people.
import pino, { type Logger as Pino } from 'pino';
import { texteDeJournal } from './domain/texte-journal.js';

export const niveauxJournal = ['debug', 'info', 'warn', 'error'] as const;
export type NiveauJournal = (typeof niveauxJournal)[number];

export const formatsJournal = ['json', 'lisible'] as const;
export type FormatJournal = (typeof formatsJournal)[number];

/** Identifiers, counts and durations only: never a name of a person, never a secret. */
export type ChampsJournal = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** `evenement`: stable, kebab-case, for machines. `message`: French. */
export type Ecrire = (evenement: string, message: string, champs?: ChampsJournal) => void;

export type Logger = Readonly<Record<NiveauJournal, Ecrire>> & {
  readonly pour: (champs: ChampsJournal) => Logger;
};

/** What legible lines begin with: nothing on a terminal, the time in a file, the priority for journald, which has the time. */
export type Entete = 'aucun' | 'heure' | 'priorite';

export type LoggerOptions = {
  readonly format: FormatJournal;
  readonly niveau: NiveauJournal;
  /** Stands on every line, e.g. the correlation and the process. */
  readonly champs?: ChampsJournal;
  readonly entete?: Entete;
};

export type SortieJournal = Pick<NodeJS.WritableStream, 'write'> & {
  readonly writableLength?: number;
};

/** Writes to `out` as it goes: a process that is killed has said what it had to say. Never throws. */
export function createLogger(out: SortieJournal, options: LoggerOptions): Logger {
  const { format, niveau, champs = {}, entete = 'aucun' } = options;
  const mettre =
    format === 'json' ? (line: string) => line : (line: string) => lisible(line, entete);
  const write = lossyWriter(out, (lost) => mettre(lignePerdues(lost, champs)));
  const json = pino(
    {
      level: niveau,
      base: { ...nettoyer(champs) },
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ niveau: label }) },
    },
    { write: (line) => write(mettre(line)) },
  );
  return fromPino(json);
}

/** A reader that is stuck must not fill our memory. */
const waitingBytesMax = 1_048_576;

/** Lines that `out` has no room for are counted, and told of once there is. */
function lossyWriter(out: SortieJournal, tell: (lost: number) => string): (line: string) => void {
  let lost = 0;
  const give = (line: string): void => {
    try {
      out.write(line);
    } catch {
      // A disk that is full is no reason to stop serving.
    }
  };
  return (line) => {
    if ((out.writableLength ?? 0) > waitingBytesMax) {
      lost += 1;
      return;
    }
    if (lost > 0) give(tell(lost));
    lost = 0;
    give(line);
  };
}

/** As pino would write it: what reads the others reads this one too. */
function lignePerdues(perdues: number, champs: ChampsJournal): string {
  const line = {
    niveau: 'warn',
    time: new Date().toISOString(),
    ...nettoyer(champs),
    evenement: 'lignes-perdues',
    perdues,
    message: `${perdues} lignes de journal perdues : personne ne les lisait.`,
  };
  return `${JSON.stringify(line)}\n`;
}

function fromPino(logger: Pino): Logger {
  const at =
    (niveau: NiveauJournal): Ecrire =>
    (evenement, message, champs = {}) => {
      if (!logger.isLevelEnabled(niveau)) return;
      logger[niveau]({ evenement, ...nettoyer(champs) }, texteDeJournal(message));
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    pour: (champs) => fromPino(logger.child(nettoyer(champs))),
  };
}

function nettoyer(champs: ChampsJournal): ChampsJournal {
  return Object.fromEntries(
    Object.entries(champs).map(([nom, valeur]) => [
      nom,
      typeof valeur === 'string'
        ? texteDeJournal(valeur)
        : typeof valeur === 'object'
          ? valeur.map(texteDeJournal)
          : valeur,
    ]),
  );
}

/** As journald takes it at the beginning of a line (sd-daemon(3)). */
const priorites: Readonly<Record<NiveauJournal, string>> = {
  debug: '<7>',
  info: '<6>',
  warn: '<4>',
  error: '<3>',
};

/** In a log that is kept, the correlation stays: what a line tells is then found among the traces. */
function lisible(line: string, entete: Entete): string {
  const { message, niveau, time, correlation } = JSON.parse(line) as {
    message: string;
    niveau: NiveauJournal;
    time: string;
    correlation?: string;
  };
  if (entete === 'aucun') return `${message}\n`;
  const debut = entete === 'priorite' ? priorites[niveau] : `${time} `;
  const suite = correlation === undefined ? '' : ` [${correlation}]`;
  return `${debut}${message}${suite}\n`;
}
