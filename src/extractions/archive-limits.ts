export type ArchiveLimits = {
  /** Sum of the members opened, uncompressed. */
  readonly uncompressedBytesMax: number;
  /** Uncompressed over compressed; the national texts compress 5 to 25 times. */
  readonly ratioMax: number;
  /** Under this many bytes the ratio is not looked at: a short, repetitive text compresses very well. */
  readonly ratioFromBytes: number;
  readonly entriesMax: number;
};

export const defaultArchiveLimits: ArchiveLimits = {
  uncompressedBytesMax: 16 * 1024 ** 3,
  ratioMax: 200,
  ratioFromBytes: 64 * 1024 ** 2,
  entriesMax: 1_000,
};
