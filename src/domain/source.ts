// The sources that the program ingests, and what a file of one of them is.

/** National sources, in the order in which they are extracted. */
export const sourceNames = [
  'liste-blanche',
  'finess',
  'adeli-rpps',
  'identites',
  'professionnels',
  'bals',
] as const;

export type SourceName = (typeof sourceNames)[number];

/** What `source_load.source` may hold: the national sources and the opérateur's own inventory. */
export type LoadSource = SourceName | 'inventaire';

export function isSourceName(text: string): text is SourceName {
  return (sourceNames as readonly string[]).includes(text);
}

/** A file on the local disk, whole, ready to be read. */
export type SourceFile = {
  /** Absolute path; several members in a folder count as one file: the folder's path. */
  readonly path: string;
  /** Version token: the published file name without its extension (extractions.md §7.4). */
  readonly version: string;
  /** When the ANS generated it, from the 12-digit suffix (Europe/Paris), when the name tells. */
  readonly genereLe: Date | undefined;
  readonly sizeBytes: number;
  /** Where it came from: a path, or a URL without credentials and query. */
  readonly origin: string;
  /** True for a temporary download, deleted once it was loaded or refused. */
  readonly isTemporary: boolean;
};

/** One line that could not be used; `column` is the header's name when one cell is at fault. */
export type RejectedLine = {
  readonly file: string;
  /** 1 is the header line. */
  readonly line: number;
  readonly column: string | undefined;
  readonly code: string;
  /** French: what is wrong and what was expected. */
  readonly message: string;
};
