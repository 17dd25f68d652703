// What was done since the seed, on disk: one JSON line per PATCH, written before it is done in memory and before it is
// answered. A killed program leaves at worst one torn last line, of a PATCH that nobody was told of: it is dropped. What the
// system itself would lose (power cut) is bounded by a sync every fifth of a second.
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError, messageOf } from '../errors.js';
import type { Seed } from '../store/simulator.js';
import type { CarriedBal, Effect } from './carried-bal.js';
import type { OperationCounts } from './state.js';
import type { PorteurKey } from './porteur.js';
import type { Organization } from './structures.js';

export type JournalHeader = {
  readonly t: 'seed';
  readonly v: 1;
  readonly loads: Seed['loads'];
  readonly version: string;
  readonly genereLe: string | null;
  readonly hasInventaire: boolean;
};

export type JournalLine =
  | {
      readonly t: 'patch';
      readonly at: string;
      readonly p: PorteurKey;
      readonly e: readonly Effect[];
      /** Of a carrier that the seed does not name. */
      readonly o?: Organization;
    }
  /** All that a carrier holds: what a compacted journal keeps in the place of its patches. */
  | {
      readonly t: 'state';
      readonly at: string;
      readonly p: PorteurKey;
      readonly b: readonly CarriedBal[];
      readonly o?: Organization;
    }
  | ({ readonly t: 'tally'; readonly a: string } & Readonly<OperationCounts>)
  | { readonly t: 'patches'; readonly n: number };

export function journalPath(dataDir: string): string {
  return join(dataDir, 'simulateur', 'journal.ndjson');
}

export type ReadJournal = {
  readonly header: JournalHeader;
  readonly lines: readonly JournalLine[];
  /** Bytes of whole lines. */
  readonly bytes: number;
};

/** Undefined when there is none, or not even a whole first line. */
export function readJournal(path: string): ReadJournal | undefined {
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const bytes = content.lastIndexOf(0x0a) + 1;
  const texts = content.toString('utf8', 0, bytes).split('\n').slice(0, -1);
  const [first, ...rest] = texts.map((text, rank) => readLine(path, text, rank + 1));
  if (first === undefined) return undefined;
  if (first.t !== 'seed') throw unreadable(path, 1, 'en-tête attendu');
  const lines = rest.map((line, rank) => {
    if (line.t === 'seed') throw unreadable(path, rank + 2, 'second en-tête');
    return line;
  });
  return { header: first, lines, bytes };
}

/** The file is our own: its form is known as soon as it is JSON of a known kind. */
function readLine(path: string, text: string, lineNumber: number): JournalHeader | JournalLine {
  try {
    const line = JSON.parse(text) as JournalHeader | JournalLine;
    if (['seed', 'patch', 'state', 'tally', 'patches'].includes(line.t)) return line;
  } catch (error) {
    throw unreadable(path, lineNumber, messageOf(error));
  }
  throw unreadable(path, lineNumber, 'genre inconnu');
}

function unreadable(path: string, lineNumber: number, reason: string): AppError {
  return new AppError(
    'JOURNAL_ILLISIBLE',
    `${path}, ligne ${lineNumber} : journal du simulateur illisible (${reason}). ` +
      `Remettez-le en état, ou oubliez ce qui a été simulé : « simulate feed --reinitialiser ».`,
  );
}

export function forgetJournal(path: string): void {
  rmSync(path, { force: true });
}

const syncMs = 200;

export class Journal {
  readonly #path: string;
  #fd: number;
  #bytes: number;
  #isDirty = false;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string, fd: number, bytes: number) {
    this.#path = path;
    this.#fd = fd;
    this.#bytes = bytes;
    this.#timer = setInterval(() => this.#sync(), syncMs).unref();
  }

  /** Goes on with a journal that was read: what follows its last whole line is cut off. */
  static resume(path: string, bytes: number): Journal {
    const fd = openSync(path, 'r+');
    ftruncateSync(fd, bytes);
    return new Journal(path, fd, bytes);
  }

  /** Puts a whole new one in place, or leaves the old one as it was. */
  static write(path: string, header: JournalHeader, lines: Iterable<JournalLine>): Journal {
    const { fd, bytes } = writeWhole(path, header, lines);
    return new Journal(path, fd, bytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws when the disk refuses; nothing of the line is kept then. */
  append(line: JournalLine): void {
    const data = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      writeAll(this.#fd, data, this.#bytes);
    } catch (error) {
      ftruncateSync(this.#fd, this.#bytes);
      throw error;
    }
    this.#bytes += data.length;
    this.#isDirty = true;
  }

  /** The same history in fewer lines. */
  compact(header: JournalHeader, lines: Iterable<JournalLine>): void {
    const { fd, bytes } = writeWhole(this.#path, header, lines);
    closeSync(this.#fd);
    this.#fd = fd;
    this.#bytes = bytes;
    this.#isDirty = false;
  }

  close(): void {
    clearInterval(this.#timer);
    fdatasyncSync(this.#fd);
    closeSync(this.#fd);
  }

  #sync(): void {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    // A file closed meanwhile has been synchronised by whoever closed it.
    fdatasync(this.#fd, () => undefined);
  }
}

function writeWhole(
  path: string,
  header: JournalHeader,
  lines: Iterable<JournalLine>,
): { fd: number; bytes: number } {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.nouveau`;
  const fd = openSync(draft, 'w');
  let bytes = 0;
  const put = (line: JournalHeader | JournalLine): void => {
    const data = Buffer.from(`${JSON.stringify(line)}\n`);
    writeAll(fd, data, bytes);
    bytes += data.length;
  };
  try {
    put(header);
    for (const line of lines) put(line);
    fdatasyncSync(fd);
    renameSync(draft, path);
    return { fd, bytes };
  } catch (error) {
    closeSync(fd);
    rmSync(draft, { force: true });
    throw error;
  }
}

/** A write may take a part only. */
function writeAll(fd: number, data: Buffer, position: number): void {
  let written = 0;
  while (written < data.length) {
    written += writeSync(fd, data, written, data.length - written, position + written);
  }
}
