import type { RejectedLine } from '../domain/source.js';

export type Remarks = {
  /** Notes a line that could not be used. */
  reject(reject: RejectedLine): void;
  /** Notes something doubtful about a line that was used; equal `sentence`s make one warning with a count. */
  doubt(sentence: string, where: string): void;
  /** Notes something about the file as a whole. */
  warn(sentence: string): void;
  /** The first rejected lines, at most `rejectsMax`. */
  readonly rejects: readonly RejectedLine[];
  readonly rejectedCount: number;
  /** French sentences, complete once the file is read. */
  warnings(): string[];
};

/** Different sentences kept; a reader has a fixed set of them, this only guards against one that varies with the data. */
const sentencesMax = 50;

/** What a reader has to say about a file while it streams through: bounded whatever the file holds. */
export function createRemarks(rejectsMax = 1000): Remarks {
  const rejects: RejectedLine[] = [];
  const doubts = new Map<string, { count: number; first: string }>();
  const warnings: string[] = [];
  let rejectedCount = 0;
  return {
    reject(reject) {
      rejectedCount++;
      if (rejects.length < rejectsMax) rejects.push(reject);
    },
    doubt(sentence, where) {
      const known = doubts.get(sentence);
      if (known) known.count++;
      else if (doubts.size < sentencesMax) doubts.set(sentence, { count: 1, first: where });
    },
    warn(sentence) {
      if (warnings.length < sentencesMax) warnings.push(sentence);
    },
    rejects,
    get rejectedCount() {
      return rejectedCount;
    },
    warnings: () => [
      ...warnings,
      ...[...doubts].map(([sentence, seen]) => toWarning(sentence, seen)),
    ],
  };
}

function toWarning(sentence: string, seen: { count: number; first: string }): string {
  return seen.count === 1
    ? `${sentence} (${seen.first})`
    : `${sentence} (${seen.count} fois, la première : ${seen.first})`;
}
