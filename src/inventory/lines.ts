// The lines of a UTF-8 text, each bounded, each judged by itself.

export type TextLine =
  | { readonly kind: 'text'; readonly line: number; readonly text: string }
  | { readonly kind: 'long' | 'utf8'; readonly line: number };

export type TextLines = { readonly lines: readonly TextLine[]; readonly byteCount: number };

/** One batch of lines per chunk. Blank lines are left out, a byte order mark is not part of the first line. */
export async function* readTextLines(
  chunks: AsyncIterable<Buffer>,
  lineBytesMax: number,
): AsyncGenerator<TextLines> {
  const splitter = new LineSplitter(lineBytesMax);
  for await (const chunk of chunks) yield { lines: splitter.add(chunk), byteCount: chunk.length };
  yield { lines: splitter.end(), byteCount: 0 };
}

class LineSplitter {
  private readonly lineBytesMax: number;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  private rest: Buffer = Buffer.alloc(0);
  /** The rest of the line is passed over: it was too long already. */
  private isLong = false;
  private lineCount = 0;

  constructor(lineBytesMax: number) {
    this.lineBytesMax = lineBytesMax;
  }

  add(chunk: Buffer): TextLine[] {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const lines: TextLine[] = [];
    let start = 0;
    for (
      let end = bytes.indexOf(lineFeed);
      end !== -1;
      start = end + 1, end = bytes.indexOf(lineFeed, start)
    )
      this.push(lines, bytes.subarray(start, end));
    this.rest = bytes.subarray(start);
    if (this.rest.length > this.lineBytesMax) {
      this.isLong = true;
      this.rest = Buffer.alloc(0);
    }
    return lines;
  }

  end(): TextLine[] {
    const lines: TextLine[] = [];
    this.push(lines, this.rest);
    return lines;
  }

  private push(lines: TextLine[], bytes: Buffer): void {
    const line = ++this.lineCount;
    const isLong = this.isLong || bytes.length > this.lineBytesMax;
    this.isLong = false;
    if (isLong) {
      lines.push({ kind: 'long', line });
      return;
    }
    const start = line === 1 && bytes.subarray(0, bom.length).equals(bom) ? bom.length : 0;
    const text = this.decode(bytes.subarray(start));
    if (text === undefined) lines.push({ kind: 'utf8', line });
    else if (text.trim() !== '') lines.push({ kind: 'text', line, text });
  }

  private decode(bytes: Buffer): string | undefined {
    try {
      return this.decoder.decode(bytes);
    } catch {
      return undefined;
    }
  }
}

const lineFeed = 0x0a;
const bom = Buffer.from([0xef, 0xbb, 0xbf]);
