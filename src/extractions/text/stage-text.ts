// Reads one national text file once, from first to last byte, and puts into the transaction what is new in it. What is in
// service is not touched before `apply`, except by a first load, whose table is empty.
import { openCopyIn } from '../../db/copy-stream.js';
import type { Client } from '../../db/pool.js';
import type { RejectedLine } from '../../domain/source.js';
import type { Progress } from '../../progress.js';
import {
  analyzeKeys,
  closeRows,
  closeUnusedStructures,
  copyInSql,
  createWorkTables,
  goneOf,
  insertLineChanges,
  insertStructureChanges,
  isEmptyTable,
  keepGone,
  matchByContent,
  openRows,
  stagingOf,
  unindexEmptyTable,
} from '../../store/text-table.js';
import { CopyBuffer } from './copy-buffer.js';
import { CopySink } from './copy-sink.js';
import { mapHeader, type TextLayout } from './header.js';
import { readHeader } from './read-header.js';
import { KnownLines } from './known-lines.js';
import {
  compareLayouts,
  recordOf,
  type LayoutComparison,
  type TableLayout,
} from './layout-record.js';
import { TextReader } from './text-reader.js';
import { readKnownLines } from './read-known.js';
import type { TextFileSpec } from './spec.js';
import { Spool } from './spool.js';

/** Only to size a hash table at first: a national line is of this order. */
const averageLineBytes = 300;
const expectedLinesMax = 4_000_000;

export type TextMember = {
  readonly fileName: string;
  readonly sizeBytes: number | undefined;
  open(): AsyncIterable<Buffer>;
};

export type TextLimits = {
  readonly lineBytesMax: number;
  readonly rejectsKeptMax: number;
};

export type StageContext = {
  readonly client: Client;
  readonly loadId: number;
  readonly previousLayout: TableLayout | undefined;
  /** What a line that is not UTF-8 is read as; without it, such a line is rejected. */
  readonly fallbackCharset: 'iso-8859-1' | undefined;
  readonly limits: TextLimits;
  /** Folder for one temporary file. */
  readonly spoolDir: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
};

export type StagedText = {
  readonly spec: TextFileSpec;
  readonly layout: TextLayout;
  /** True when what changed cannot be listed: a first load, or rows in service took columns that they did not have. */
  readonly isFull: boolean;
  readonly inServiceCount: number;
  /** Good, distinct lines. */
  readonly lineCount: number;
  readonly addedCount: number;
  readonly goneCount: number;
  readonly duplicateCount: number;
  readonly rejectedCount: number;
  /** The first rejected lines, up to the limit. */
  readonly rejects: readonly RejectedLine[];
  /** Puts it in service, within the same transaction. */
  apply(): Promise<void>;
};

/**
 * @throws AppError of the header (mapHeader, readHeader) and of the archive; a failure leaves the transaction to be rolled
 * back by the caller.
 */
export async function stageText(
  spec: TextFileSpec,
  member: TextMember,
  context: StageContext,
): Promise<StagedText> {
  const { client, loadId } = context;
  const { headerLine, chunks } = await readHeader(member, context);
  const layout = mapHeader(spec, member.fileName, headerLine);
  const isFirst = await isEmptyTable(client, spec.table);
  const comparison: LayoutComparison = isFirst
    ? { kind: 'same' }
    : compareLayouts(spec, context.previousLayout, recordOf(layout));
  const finish = isFirst
    ? await prepareFirst(client, spec)
    : await prepareNext(client, spec, loadId);
  const reader = new TextReader(
    spec,
    layout,
    await knownOf(spec, member, client, isFirst, comparison),
    {
      fileName: member.fileName,
      loadId,
      fallbackCharset: context.fallbackCharset,
      ...context.limits,
    },
  );
  await copyText(reader, chunks, spec, isFirst, member, context);
  const moved = await settleGone(client, spec, reader, comparison);
  return {
    spec,
    layout,
    isFull: isFirst || (comparison.kind === 'changed' && comparison.enriched.length > 0),
    inServiceCount: moved.inServiceCount,
    lineCount: reader.addedCount + reader.lines.seenCount,
    addedCount: moved.addedCount,
    goneCount: moved.goneCount,
    duplicateCount: reader.duplicateCount,
    rejectedCount: reader.rejectedCount,
    rejects: reader.rejects,
    apply: finish,
  };
}

/** A first load writes straight into the empty, unindexed tables; returns what ends it. */
async function prepareFirst(client: Client, spec: TextFileSpec): Promise<() => Promise<void>> {
  const tables = [spec.table, ...(spec.structure ? [spec.structure.table] : [])];
  const rebuild: string[] = [];
  for (const table of tables) rebuild.push(...(await unindexEmptyTable(client, table)));
  return async () => {
    for (const statement of rebuild) await client.query(statement);
    for (const table of tables) await analyzeKeys(client, table);
  };
}

/** A later load writes into staging tables; returns what moves them into service. */
async function prepareNext(
  client: Client,
  spec: TextFileSpec,
  loadId: number,
): Promise<() => Promise<void>> {
  await createWorkTables(client, spec.table);
  if (spec.structure) await createWorkTables(client, spec.structure.table);
  return async () => {
    await closeRows(client, spec.table, loadId);
    await openRows(client, spec.table);
    await insertLineChanges(client, loadId, spec.table, spec.change);
    if (!spec.structure) return;
    await openRows(client, spec.structure.table);
    await closeUnusedStructures(client, loadId);
    await insertStructureChanges(client, loadId);
  };
}

async function knownOf(
  spec: TextFileSpec,
  member: TextMember,
  client: Client,
  isFirst: boolean,
  comparison: LayoutComparison,
): Promise<{ lines: KnownLines; structures: KnownLines }> {
  const isComparable = !isFirst && comparison.kind === 'same';
  const expected = Math.min((member.sizeBytes ?? 0) / averageLineBytes, expectedLinesMax);
  return {
    lines: isComparable ? await readKnownLines(client, spec.table) : new KnownLines(expected),
    structures:
      spec.structure && !isFirst
        ? await readKnownLines(client, spec.structure.table)
        : new KnownLines(0),
  };
}

async function copyText(
  reader: TextReader,
  chunks: AsyncIterable<Buffer>,
  spec: TextFileSpec,
  isFirst: boolean,
  member: TextMember,
  context: StageContext,
): Promise<void> {
  const target = isFirst ? spec.table : stagingOf(spec.table);
  const spool = new Spool(context.spoolDir, `structures-${context.loadId}`);
  try {
    const sink = openSink(context.client, target, reader.encoder.columns, isFirst);
    await sink.feed(readRows(reader, chunks, spool, member, context));
    if (!spec.structure || reader.structureCount === 0) return;
    const structures = isFirst ? spec.structure.table : stagingOf(spec.structure.table);
    await openSink(context.client, structures, reader.encoder.structureColumns, isFirst).feed(
      spool.read(),
    );
  } finally {
    spool.remove();
  }
}

function openSink(
  client: Client,
  table: string,
  columns: readonly string[],
  isTruncated: boolean,
): CopySink {
  return new CopySink(openCopyIn(client, copyInSql(table, columns, isTruncated)));
}

/** Reads the file to its end and yields the rows of its new lines; rows of new structures go to the spool. */
async function* readRows(
  reader: TextReader,
  chunks: AsyncIterable<Buffer>,
  spool: Spool,
  member: TextMember,
  { progress, signal }: StageContext,
): AsyncGenerator<Buffer> {
  progress.step({ label: member.fileName, total: member.sizeBytes, unit: 'octets' });
  let bytes = 0;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    reader.push(chunk);
    yield* reader.rows.take();
    spool.write(reader.structureRows.take());
    bytes += chunk.length;
    progress.update(bytes, reader.readCount);
  }
  reader.finish();
  yield* reader.rows.takeAll();
  spool.write(reader.structureRows.takeAll());
  progress.end();
}

type Moved = Pick<StagedText, 'inServiceCount' | 'addedCount' | 'goneCount'>;

/** Works out which lines in service the file does not hold any more, and lists them in the gone table. */
async function settleGone(
  client: Client,
  spec: TextFileSpec,
  reader: TextReader,
  comparison: LayoutComparison,
): Promise<Moved> {
  if (comparison.kind === 'changed') {
    const { matchedCount, goneCount } = await matchByContent(client, spec.table, comparison);
    return {
      inServiceCount: matchedCount + goneCount,
      addedCount: reader.addedCount - matchedCount,
      goneCount: goneCount - (await keepRejected(client, spec, reader)),
    };
  }
  const { inServiceCount, goneCount } = reader.lines;
  if (goneCount === 0) return { inServiceCount, addedCount: reader.addedCount, goneCount };
  await openSink(client, goneOf(spec.table), ['ligne_hash'], false).feed(goneRows(reader.lines));
  return {
    inServiceCount,
    addedCount: reader.addedCount,
    goneCount: goneCount - (await keepRejected(client, spec, reader)),
  };
}

/** A line in service whose key stands on a rejected line is not gone: it stays as it is until it can be read again. */
function keepRejected(client: Client, spec: TextFileSpec, reader: TextReader): Promise<number> {
  if (reader.rejectedKeys.size === 0) return Promise.resolve(0);
  return keepGone(client, spec.table, spec.change.column, [...reader.rejectedKeys]);
}

function goneRows(known: KnownLines): Buffer[] {
  const rows = new CopyBuffer();
  known.forEachGone((low, high) => {
    rows.reserve(32);
    rows.int64(low, high);
    rows.rowEnd();
  });
  return rows.takeAll();
}
