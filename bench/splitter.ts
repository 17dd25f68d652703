// The byte splitter against csv-parse (arrays) on the same text, both splitting every line into its cells.
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { splitCells } from '../src/extractions/text/cells.js';
import { LineScanner } from '../src/extractions/text/line-scanner.js';

/** csv-parse needs half a minute for the whole file: a part of it says as much. */
const bytesMax = 200 * 1024 * 1024;

export async function measureSplitter(path: string, print: (line: string) => void): Promise<void> {
  const ours = await timed(() => splitBytes(path));
  const theirs = await timed(() => splitWithCsvParse(path));
  if (Math.abs(ours.cells - theirs.cells) > 100) {
    throw new Error(`not the same cells: ${ours.cells} and ${theirs.cells}`);
  }
  print(`\nDécoupe des 200 premiers Mo de Personne_activite en cellules`);
  print(`  csv-parse (tableaux)   ${(theirs.ms / 1000).toFixed(2)} s`);
  print(
    `  par octets             ${(ours.ms / 1000).toFixed(2)} s  ${(theirs.ms / ours.ms).toFixed(1)} fois plus vite (cible ≥ 8)`,
  );
}

async function timed(work: () => Promise<number>): Promise<{ ms: number; cells: number }> {
  const start = performance.now();
  const cells = await work();
  return { ms: performance.now() - start, cells };
}

async function splitBytes(path: string): Promise<number> {
  const ends = new Int32Array(64);
  let cells = 0;
  const scanner = new LineScanner(
    {
      line: (buffer, start, end) => {
        cells += splitCells(buffer, start, end, ends);
      },
      fault: () => undefined,
    },
    65_536,
    undefined,
  );
  const stream = createReadStream(path, { end: bytesMax, highWaterMark: 1024 * 1024 });
  for await (const chunk of stream) scanner.push(chunk as Buffer);
  return cells;
}

async function splitWithCsvParse(path: string): Promise<number> {
  let cells = 0;
  const parser = createReadStream(path, { end: bytesMax, highWaterMark: 1024 * 1024 }).pipe(
    parse({ delimiter: '|', quote: false, relax_column_count: true }),
  );
  for await (const record of parser) cells += (record as string[]).length;
  return cells;
}
