// What the bytes of a file are before any of them is taken for text.
import { isAscii, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import iconv from 'iconv-lite';

export const encodings = ['utf-8', 'windows-1252', 'utf-16le'] as const;
/** ISO-8859-1 is read as Windows-1252, which prints more of the same bytes. */
export type Encoding = (typeof encodings)[number];

export type FileKind =
  | { readonly kind: 'text'; readonly encoding: Encoding; readonly bomBytes: number }
  /** Not a text file: what it is instead, in French. */
  | { readonly kind: 'foreign'; readonly description: string };

export type Inspection = {
  readonly file: FileKind;
  /** Of all the bytes, hexadecimal. */
  readonly sha256: string;
  /** First bytes, enough for the header line. */
  readonly head: Buffer;
};

/** Reads the whole file once: which encoding it is in can hang on its last line. */
export async function inspectFile(
  handle: FileHandle,
  wanted: Encoding | undefined,
  signal: AbortSignal | undefined,
): Promise<Inspection> {
  const hash = createHash('sha256');
  const tally = new Utf8Tally();
  let head: Buffer = Buffer.alloc(0);
  for await (const chunk of readChunks(handle, 0)) {
    signal?.throwIfAborted();
    hash.update(chunk);
    tally.add(chunk);
    if (head.length < headBytes) head = Buffer.concat([head, chunk]).subarray(0, headBytes);
  }
  const isMostlyUtf8 = tally.end();
  return { file: fileKind(head, wanted, isMostlyUtf8), sha256: hash.digest('hex'), head };
}

/** The bytes of the file in UTF-8 or its text, whichever is at hand, without its byte order mark. */
export async function* decodeFile(
  handle: FileHandle,
  encoding: Encoding,
  bomBytes: number,
): AsyncGenerator<{ readonly data: Buffer | string; readonly byteCount: number }> {
  const decoder = encoding === 'utf-8' ? undefined : iconv.getDecoder(encoding);
  for await (const chunk of readChunks(handle, bomBytes))
    yield { data: decoder ? decoder.write(chunk) : chunk, byteCount: chunk.length };
  const rest = decoder?.end();
  if (rest) yield { data: rest, byteCount: 0 };
}

export function decodeHead(head: Buffer, encoding: Encoding, bomBytes: number): string {
  return iconv.decode(head.subarray(bomBytes), encoding);
}

const headBytes = 65_536;
const chunkBytes = 65_536;

/** Each chunk is its own buffer: whoever receives it may keep it. */
export async function* readChunks(handle: FileHandle, start: number): AsyncGenerator<Buffer> {
  for (let position = start; ;) {
    const { bytesRead, buffer } = await handle.read(
      Buffer.allocUnsafeSlow(chunkBytes),
      0,
      chunkBytes,
      position,
    );
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function fileKind(head: Buffer, wanted: Encoding | undefined, isMostlyUtf8: boolean): FileKind {
  const foreign = foreignKind(head);
  if (foreign !== undefined) return { kind: 'foreign', description: foreign };
  const bom = boms.find(({ bytes }) => head.subarray(0, bytes.length).equals(bytes));
  const bomBytes = bom?.bytes.length ?? 0;
  if (wanted !== undefined)
    return { kind: 'text', encoding: wanted, bomBytes: bom?.encoding === wanted ? bomBytes : 0 };
  if (bom !== undefined) return { kind: 'text', encoding: bom.encoding, bomBytes };
  if (head.includes(0))
    return { kind: 'foreign', description: 'un fichier binaire ou un texte UTF-16 sans marque' };
  return { kind: 'text', encoding: isMostlyUtf8 ? 'utf-8' : 'windows-1252', bomBytes };
}

const boms: readonly { readonly bytes: Buffer; readonly encoding: Encoding }[] = [
  { bytes: Buffer.from([0xef, 0xbb, 0xbf]), encoding: 'utf-8' },
  { bytes: Buffer.from([0xff, 0xfe]), encoding: 'utf-16le' },
];

function foreignKind(head: Buffer): string | undefined {
  const signature = head.subarray(0, 4).toString('hex');
  if (signature === '504b0304') return 'un classeur (.xlsx, .ods) ou une archive zip';
  if (signature === 'd0cf11e0') return 'un classeur Excel ancien (.xls)';
  if (signature.startsWith('1f8b')) return 'un fichier compressé gzip';
  return signature.startsWith('feff') ? 'un texte UTF-16 gros-boutien' : undefined;
}

/**
 * Counts the lines that only UTF-8 explains and those that it does not. One stray byte in a UTF-8 file is a fault of
 * that line; it does not make a Windows-1252 file of all the others.
 */
class Utf8Tally {
  private validLines = 0;
  private invalidLines = 0;
  private rest: Buffer = Buffer.alloc(0);

  add(chunk: Buffer): void {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const cut = Math.max(bytes.lastIndexOf(lineFeed), bytes.lastIndexOf(carriageReturn)) + 1;
    // A line longer than a chunk is refused later: where it is cut does not matter.
    const end = cut === 0 && bytes.length > chunkBytes ? bytes.length : cut;
    this.count(bytes.subarray(0, end));
    this.rest = bytes.subarray(end);
  }

  /** True when the file is to be read as UTF-8. */
  end(): boolean {
    this.count(this.rest);
    return this.invalidLines === 0 || this.validLines > this.invalidLines;
  }

  private count(bytes: Buffer): void {
    if (isAscii(bytes)) return;
    const mark = bytes.includes(lineFeed) ? lineFeed : carriageReturn;
    for (let start = 0; start < bytes.length;) {
      const found = bytes.indexOf(mark, start);
      const end = found === -1 ? bytes.length : found + 1;
      const line = bytes.subarray(start, end);
      if (!isAscii(line)) {
        if (isUtf8(line)) this.validLines++;
        else this.invalidLines++;
      }
      start = end;
    }
  }
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
