// The records of a CSV text with the line each one starts on.
import { CsvError, Parser } from 'csv-parse';
import type { Delimiter } from './columns.js';

export type CsvRecord = { readonly line: number; readonly cells: readonly string[] };

export type CsvChunk = { readonly records: readonly CsvRecord[]; readonly byteCount: number };

/** The text stopped being CSV: nothing after `line` can be trusted. */
export class CsvBreak extends Error {
  readonly line: number;
  readonly kind: 'quote' | 'length' | 'other';

  constructor(line: number, kind: CsvBreak['kind'], cause: unknown) {
    super(`CSV broken at line ${line}`, { cause });
    this.name = 'CsvBreak';
    this.line = line;
    this.kind = kind;
  }
}

/** One chunk of records per chunk of text, so that the reader sets the pace. Blank lines are left out. */
export async function* readRecords(
  text: AsyncIterable<{ readonly data: Buffer | string; readonly byteCount: number }>,
  delimiter: Delimiter,
  recordLengthMax: number,
): AsyncGenerator<CsvChunk> {
  const splitter = new RecordSplitter(delimiter, recordLengthMax);
  for await (const { data, byteCount } of text) {
    await splitter.write(data);
    yield { records: splitter.take(), byteCount };
  }
  await splitter.end();
  yield { records: splitter.take(), byteCount: 0 };
}

class RecordSplitter {
  private readonly parser: Parser;
  private records: CsvRecord[] = [];
  private nextLine = 1;
  private linesSeen = 0;
  private emptyLinesSeen = 0;

  constructor(delimiter: Delimiter, recordLengthMax: number) {
    this.parser = new Parser({
      delimiter,
      // Named, not discovered: some exports mix them.
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      // A bare quote inside a cell is kept as it is.
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: recordLengthMax,
      on_record: (cells: string[]) => {
        this.records.push({ line: this.lineOf(cells), cells });
        return null;
      },
    });
    // Errors are told by the callbacks of write and end.
    this.parser.on('error', () => undefined);
    this.parser.resume();
  }

  async write(data: Buffer | string): Promise<void> {
    await this.settle((done) => this.parser.write(data, 'utf8', done));
  }

  async end(): Promise<void> {
    await this.settle((done) => this.parser.end(done));
  }

  take(): readonly CsvRecord[] {
    const { records } = this;
    this.records = [];
    return records;
  }

  private settle(act: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      act((error) => {
        if (error) reject(this.toBreak(error));
        else resolve();
      });
    });
  }

  private toBreak(error: Error): Error {
    if (!(error instanceof CsvError)) return error;
    const kinds: Partial<Record<string, CsvBreak['kind']>> = {
      CSV_QUOTE_NOT_CLOSED: 'quote',
      CSV_MAX_RECORD_SIZE: 'length',
    };
    const blank = this.parser.info.empty_lines - this.emptyLinesSeen;
    return new CsvBreak(this.nextLine + blank, kinds[error.code] ?? 'other', error);
  }

  /** The parser counts a CRLF inside quotes twice, so line breaks of such records are counted here. */
  private lineOf(cells: readonly string[]): number {
    const { lines, empty_lines: emptyLines } = this.parser.info;
    const blank = emptyLines - this.emptyLinesSeen;
    const isOneLine = lines - this.linesSeen - blank === 1;
    this.linesSeen = lines;
    this.emptyLinesSeen = emptyLines;
    const line = this.nextLine + blank;
    this.nextLine = line + 1 + (isOneLine ? 0 : countLineBreaks(cells));
    return line;
  }
}

function countLineBreaks(cells: readonly string[]): number {
  return cells.reduce((count, cell) => count + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
}
