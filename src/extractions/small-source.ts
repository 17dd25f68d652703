import type { RejectedLine, SourceName } from '../domain/source.js';
import type { CopyRow } from '../db/copy.js';
import type { LineTable } from '../store/line-table.js';

/**
 * A source small enough to be read row by row in this process (liste blanche, FINESS, correspondance ADELI), opened and
 * recognised, ready to be loaded by `loadSmallSource`.
 */
export type SmallSource = {
  readonly source: SourceName;
  /** Version token of the file. */
  readonly version: string;
  /** Generation time that the file itself tells, else the one of its name. */
  readonly genereLe: Date | undefined;
  /** What `source_load.layout` holds: the form of the file and the revision of our reading of it. */
  readonly layout: string;
  readonly table: LineTable;
  /** One pass over the rows, in the order of `table.columns`. Throws a RefusedError when the file is not usable. */
  rows(): AsyncIterable<CopyRow>;
  /** The sentence to show when `count` keys of `table.key` have several rows. */
  ambiguity?(count: number): string;
  /** French sentences; complete once `rows` is exhausted. */
  warnings(): readonly string[];
  /** The first rejected lines; complete once `rows` is exhausted. */
  rejects(): readonly RejectedLine[];
  rejectedCount(): number;
};

/** What every `prepare…` takes besides its own settings. */
export type SmallSourceOptions = {
  readonly now: Date;
  /** Told how many bytes of the file were read so far. */
  readonly onBytes?: (bytesRead: number) => void;
};
