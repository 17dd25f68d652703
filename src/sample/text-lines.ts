// Lines to bytes: the national text files are hundreds of megabytes, so lines are gathered in large chunks.

/** What a text file of the sample is made from. `rows` are lines without their end. */
export type TextContent = {
  readonly header: string;
  readonly rows: () => Iterable<string>;
  readonly lineEnd: '\n' | '\r\n';
  readonly encoding: 'utf8' | 'latin1';
  /** Called every chunk with the lines made since the last call. */
  readonly onLines?: ((count: number) => void) | undefined;
};

const chunkBytes = 1 << 18;

/** UTF-8 needs at most three bytes for one UTF-16 unit. */
const bytesPerUnitMax = 3;

/** The file's bytes; a chunk never splits a line. */
export function* toChunks(content: TextContent): Generator<Buffer> {
  let chunk = Buffer.allocUnsafe(chunkBytes);
  let length = 0;
  let lines = 0;
  for (const row of withHeader(content)) {
    const line = row + content.lineEnd;
    if (length + line.length * bytesPerUnitMax > chunkBytes) {
      yield chunk.subarray(0, length);
      content.onLines?.(lines);
      chunk = Buffer.allocUnsafe(Math.max(chunkBytes, line.length * bytesPerUnitMax));
      length = 0;
      lines = 0;
    }
    length += chunk.write(line, length, content.encoding);
    lines += 1;
  }
  yield chunk.subarray(0, length);
  content.onLines?.(lines);
}

function* withHeader(content: TextContent): Generator<string> {
  yield content.header;
  yield* content.rows();
}
