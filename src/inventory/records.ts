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

  constructor(delimiter: Delimiter, recordLengthMax: number) {
    this.parser = new Parser({
      delimiter,
      // Named, not discovered: some exports mix them.
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      // A bare quote inside a cell is kept as it is.
      relax_quotes: true,
      max_record_size: recordLengthMax,
    });
    // Errors are told by the callbacks of write and end.
    this.parser.on('error', () => undefined);
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
        this.drain();
        if (error) reject(this.toBreak(error));
        else resolve();
      });
      // The parser works while it is written to, then waits for its records to be taken before it calls back.
      this.drain();
    });
  }

  private drain(): void {
    for (;;) {
      const cells = this.parser.read() as string[] | null;
      if (cells === null) return;
      const line = this.nextLine;
      this.nextLine += 1 + countLineBreaks(cells);
      // A blank line is a record of one empty cell: counted, left out.
      if (cells.length > 1 || cells[0] !== '') this.records.push({ line, cells });
    }
  }

  private toBreak(error: Error): Error {
    if (!(error instanceof CsvError)) return error;
    const kinds: Partial<Record<string, CsvBreak['kind']>> = {
      CSV_QUOTE_NOT_CLOSED: 'quote',
      CSV_MAX_RECORD_SIZE: 'length',
    };
    return new CsvBreak(this.nextLine, kinds[error.code] ?? 'other', error);
  }
}

/** The parser's own count takes a CRLF inside quotes for two. */
function countLineBreaks(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells)
    if (cell.includes('\n') || cell.includes('\r')) count += cell.match(/\r\n|\r|\n/g)?.length ?? 0;
  return count;
}
