// The bytes of one member, checked while they flow: the last check throws after the last chunk, so a
// loader that commits only when the iteration ended never commits a damaged member.
import { createReadStream } from 'node:fs';
import { type Transform, pipeline } from 'node:stream';
import { type ZlibOptions, crc32, createGunzip, createInflateRaw } from 'node:zlib';
import { AppError, codeOf } from '../errors.js';
import type { ArchiveLimits } from './archive-limits.js';
import { fileFault, formatBytes } from './file-faults.js';
import { isZipHead } from './file-kind.js';

/** Where the bytes lie in the file; `end` is exclusive. */
export type ByteRange = { readonly path: string; readonly start: number; readonly end: number };

export type ZipData = ByteRange & {
  readonly memberName: string;
  readonly isDeflated: boolean;
  readonly uncompressedBytes: number;
  readonly crc32: number;
};

const chunkBytes = 1024 ** 2;

/**
 * Chunks that inflate may make ahead of the consumer. Counted one by one (readableObjectMode): a byte stream would
 * hand over all that is buffered as one copied chunk.
 */
const zlibOptions: ZlibOptions & { readableObjectMode: true; readableHighWaterMark: number } = {
  chunkSize: chunkBytes,
  readableObjectMode: true,
  readableHighWaterMark: 6,
};

export async function* readZipMember(data: ZipData, limits: ArchiveLimits): AsyncIterable<Buffer> {
  const compressedBytes = data.end - data.start;
  const where = `${data.path} (${data.memberName})`;
  const decoder = data.isDeflated ? createInflateRaw(zlibOptions) : undefined;
  let bytes = 0;
  let crc = 0;
  for await (const chunk of readRange(data, decoder, where)) {
    if (bytes === 0) assertNotNested(chunk, where);
    bytes += chunk.length;
    if (bytes > data.uncompressedBytes) {
      throw damaged(where, "il contient plus d'octets que la taille annoncée");
    }
    assertRatio(bytes, compressedBytes, limits, where);
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (bytes !== data.uncompressedBytes) {
    throw damaged(where, `${bytes} octets au lieu de ${data.uncompressedBytes} annoncés`);
  }
  if (crc !== data.crc32) throw damaged(where, 'la somme de contrôle CRC-32 est fausse');
}

/** gzip states no size that can be trusted beforehand: zlib itself checks CRC and length at the end. */
export async function* readGzip(range: ByteRange, limits: ArchiveLimits): AsyncIterable<Buffer> {
  const compressedBytes = range.end - range.start;
  let bytes = 0;
  for await (const chunk of readRange(range, createGunzip(zlibOptions), range.path)) {
    if (bytes === 0) assertNotNested(chunk, range.path);
    bytes += chunk.length;
    if (bytes > limits.uncompressedBytesMax) throw tooBig(range.path, limits);
    assertRatio(bytes, compressedBytes, limits, range.path);
    yield chunk;
  }
  if (bytes === 0) throw damaged(range.path, 'il ne contient rien');
}

/** A plain text that grows or shrinks while it is read is still being written. */
export async function* readPlain(range: ByteRange): AsyncIterable<Buffer> {
  let bytes = 0;
  for await (const chunk of readRange({ ...range, end: Infinity }, undefined, range.path)) {
    bytes += chunk.length;
    yield chunk;
  }
  if (bytes !== range.end) {
    throw new AppError(
      'FICHIER_MODIFIE',
      `${range.path} a changé pendant la lecture (${bytes} octets au lieu de ${range.end}) : ` +
        "sa copie n'était pas terminée. Rien n'a été chargé ; relancez quand elle le sera.",
    );
  }
}

async function* readRange(
  range: ByteRange,
  decoder: Transform | undefined,
  where: string,
): AsyncIterable<Buffer> {
  if (range.end === range.start) return;
  const { path, start, end } = range;
  const input = createReadStream(path, { start, end: end - 1, highWaterMark: chunkBytes });
  // The error reaches the loop below through the stream it reads: pipeline destroys `decoder` with it.
  const output: AsyncIterable<Buffer> = decoder ? pipeline(input, decoder, () => undefined) : input;
  try {
    for await (const chunk of output) yield chunk;
  } catch (error) {
    throw readFault(error, path, where);
  } finally {
    decoder?.destroy();
    input.destroy();
    if (!input.closed) await new Promise<void>((resolve) => input.once('close', () => resolve()));
  }
}

function readFault(error: unknown, path: string, where: string): AppError {
  const code = codeOf(error) ?? '';
  if (code === 'Z_BUF_ERROR') return damaged(where, 'les données compressées sont tronquées');
  if (code.startsWith('Z_'))
    return damaged(where, `les données compressées sont fausses (${code})`);
  return fileFault(error, path);
}

function assertNotNested(firstChunk: Buffer, where: string): void {
  if (isZipHead(firstChunk)) throw nestedArchive(where);
}

export function nestedArchive(where: string): AppError {
  return new AppError(
    'ARCHIVE_IMBRIQUEE',
    `${where} : l'archive contient une autre archive. Extrayez l'archive intérieure et fournissez-la seule.`,
  );
}

function assertRatio(
  bytes: number,
  compressedBytes: number,
  limits: ArchiveLimits,
  where: string,
): void {
  if (bytes <= limits.ratioFromBytes || bytes <= compressedBytes * limits.ratioMax) return;
  throw new AppError(
    'ARCHIVE_TROP_GROSSE',
    `${where} se décompresse plus de ${limits.ratioMax} fois : ce n'est pas une extraction nationale ` +
      "(archive piégée ?). Rien n'a été chargé ; vérifiez d'où vient ce fichier.",
  );
}

export function tooBig(where: string, limits: ArchiveLimits): AppError {
  return new AppError(
    'ARCHIVE_TROP_GROSSE',
    `${where} dépasse, décompressé, la limite de ${formatBytes(limits.uncompressedBytesMax)}. ` +
      "Vérifiez d'où vient ce fichier, ou relevez la limite.",
  );
}

export function damaged(where: string, what: string): AppError {
  return new AppError(
    'ARCHIVE_CORROMPUE',
    `${where} est endommagé : ${what}. Rien n'a été chargé ; téléchargez ou copiez le fichier de nouveau.`,
  );
}
