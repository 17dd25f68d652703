/** A file that cannot be used: cut short, altered, of another version, or of a shape that none has. French, for the log. */
export class SegmentFileError extends Error {
  override readonly name = 'SegmentFileError';
}
