import { isUtf8 } from 'node:buffer';
import { Readable, pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { RefusedError, messageOf } from '../errors.js';
import { readChunks } from './read-chunks.js';
import type { ReadChunksOptions } from './read-chunks.js';

export type CsvRecord = {
  /** 1 is the first line of the file. */
  readonly line: number;
  readonly cells: readonly string[];
};

export type CsvOptions = ReadChunksOptions & {
  readonly delimiter: string;
  /** False for files that are not quoted, where a bare `"` is a character like any other. */
  readonly isQuoted: boolean;
};

/** A line of these sources is under 2 KB; far longer means a missing line end or another kind of file. */
const recordChars = 64 * 1024;

type ParsedRecord = { record: string[]; info: { lines: number } };

/** The non-empty lines of a delimited file in UTF-8 or ISO-8859-1, trimmed cells, header included. */
export async function* readCsvRecords(
  path: string,
  options: CsvOptions,
): AsyncGenerator<CsvRecord> {
  const parser = parse({
    delimiter: options.delimiter,
    quote: options.isQuoted ? '"' : false,
    // A byte a character: each cell is then decoded by itself (decodeCell).
    encoding: 'latin1',
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: recordChars,
    info: true,
  });
  const records: AsyncIterable<ParsedRecord> = parser;
  pipeline(
    Readable.from(readChunks(path, options), { objectMode: false }),
    parser,
    () => undefined,
  );
  try {
    for await (const { record, info } of records) {
      yield { line: info.lines, cells: record.map(decodeCell) };
    }
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    throw new RefusedError(
      'CSV_ILLISIBLE',
      `${path}, ligne ${parser.info.lines} : lecture impossible (${messageOf(error)}). ` +
        `Vérifiez que le fichier est complet et du bon type.`,
      error,
    );
  }
}

/**
 * Decoded cell by cell: national files announced as UTF-8 hold lines of older ISO-8859-1 copies, and a line of a file must
 * not be lost for the charset of another one.
 */
export function decodeCell(latin1: string): string {
  const cell = latin1.replace(/\u0000/g, '');
  if (!/[\u0080-\u00ff]/.test(cell)) return cell.trim();
  const bytes = Buffer.from(cell, 'latin1');
  return (isUtf8(bytes) ? bytes.toString('utf8') : cell).replace(/^\uFEFF/, '').trim();
}
