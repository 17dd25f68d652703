// The content of a request, streamed where the caller wants it: bounded as sent and once decompressed, its digest checked.
import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGunzip, type Gunzip } from 'node:zlib';
import { codeOf } from '../../errors.js';
import { ProblemError } from '../problem.js';
import { digestMismatch, readContentDigest } from './digest.js';

export type ReceptionLimits = {
  /** Of the content as sent, and of what it decompresses to. */
  readonly bytesMax: number;
  /** Decompressed octets per octet sent. */
  readonly ratioMax: number;
  /** Without an octet. */
  readonly idleMs: number;
  readonly isDigestRequired: boolean;
  /** What to raise when bytesMax is too low, e.g. « inventaire.http.corpsOctetsMax ». */
  readonly bytesMaxKey: string;
};

export type Received = {
  /** Decompressed. */
  readonly sizeBytes: number;
  /** Of the decompressed octets, hexadecimal. */
  readonly sha256: string;
};

/** Hands every decompressed chunk to `write`. Throws ProblemError; the caller then forgets what it was handed. */
export async function receive(
  request: IncomingMessage,
  limits: ReceptionLimits,
  write: (chunk: Buffer) => Promise<void>,
): Promise<Received> {
  const expected = readContentDigest(request.headers['content-digest'], limits.isDigestRequired);
  const isGzip = readEncoding(request);
  if (Number(request.headers['content-length'] ?? 0) > limits.bytesMax) throw tooLarge(limits);
  const sent = new SentBytes(limits, expected && createHash(expected.algorithm));
  const content = createHash('sha256');
  let sizeBytes = 0;
  const take = async (chunk: Buffer): Promise<void> => {
    sizeBytes += chunk.length;
    if (sizeBytes > limits.bytesMax) throw tooLarge(limits);
    if (isGzip && sizeBytes > ratioJudgedFrom && sizeBytes > sent.count * limits.ratioMax)
      throw tooDense(limits);
    content.update(chunk);
    await write(chunk);
  };
  const chunks = sent.pass(receiveChunks(request, limits.idleMs));
  if (isGzip) await decompress(chunks, take, sent);
  else for await (const chunk of chunks) await take(chunk);
  if (expected && sent.digest()?.equals(expected.value) !== true) throw digestMismatch();
  return { sizeBytes, sha256: content.digest('hex') };
}

/** Short texts may well be 200 times smaller when compressed. */
const ratioJudgedFrom = 1_048_576;

function readEncoding({ headers }: IncomingMessage): boolean {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return false;
  if (encoding === 'gzip' || encoding === 'x-gzip') return true;
  throw new ProblemError({
    status: 415,
    code: 'COMPRESSION_NON_ACCEPTEE',
    title: 'Compression non acceptée',
    detail: 'Envoyez le contenu tel quel, ou compressé avec « Content-Encoding: gzip ».',
    // RFC 9110 §12.5.3.
    headers: { 'accept-encoding': 'gzip' },
  });
}

/** What the socket gave: counted, hashed as it was sent. */
class SentBytes {
  count = 0;
  readonly #limits: ReceptionLimits;
  readonly #hash: Hash | undefined;

  constructor(limits: ReceptionLimits, hash: Hash | undefined) {
    this.#limits = limits;
    this.#hash = hash;
  }

  async *pass(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.count += chunk.length;
      if (this.count > this.#limits.bytesMax) throw tooLarge(this.#limits);
      this.#hash?.update(chunk);
      yield chunk;
    }
  }

  digest(): Buffer | undefined {
    return this.#hash?.digest();
  }
}

/** Leaves the socket open whatever happens, so that the client can be answered. */
async function* receiveChunks(request: IncomingMessage, idleMs: number): AsyncGenerator<Buffer> {
  const chunks: AsyncIterator<Buffer> = request
    .iterator({ destroyOnReturn: false })
    [Symbol.asyncIterator]();
  for (;;) {
    const next = await withinIdle(chunks.next(), idleMs);
    if (next.done === true) return;
    yield next.value;
  }
}

async function withinIdle<T>(next: Promise<T>, idleMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const idle = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooSlow(idleMs)), idleMs);
  });
  try {
    return await Promise.race([next, idle]);
  } catch (error) {
    // Lost when the timer won.
    next.catch(() => undefined);
    throw codeOf(error) === 'ECONNRESET' ? cut(error) : error;
  } finally {
    clearTimeout(timer);
  }
}

async function decompress(
  chunks: AsyncIterable<Buffer>,
  take: (chunk: Buffer) => Promise<void>,
  sent: SentBytes,
): Promise<void> {
  const gunzip = createGunzip();
  try {
    await pipeline(chunks, gunzip, async (decompressed: AsyncIterable<Buffer>) => {
      for await (const chunk of decompressed) await take(chunk);
    });
  } catch (error) {
    throw codeOf(error)?.startsWith('Z_') === true ? notGzip(error) : error;
  }
  if (passedOver(gunzip, sent) > 0) throw notGzip(undefined);
}

/** Octets after the end of the compressed content, which zlib leaves aside. */
function passedOver(gunzip: Gunzip, sent: SentBytes): number {
  return sent.count - gunzip.bytesWritten;
}

function tooLarge({ bytesMax, bytesMaxKey }: ReceptionLimits): ProblemError {
  return new ProblemError({
    status: 413,
    code: 'CORPS_TROP_GRAND',
    title: 'Corps trop grand',
    detail: `Le contenu dépasse ${bytesMax} octets, compressé ou décompressé (réglage ${bytesMaxKey}).`,
  });
}

function tooDense({ ratioMax }: ReceptionLimits): ProblemError {
  return new ProblemError({
    status: 413,
    code: 'COMPRESSION_EXCESSIVE',
    title: 'Contenu trop compressé',
    detail: `Le contenu décompressé fait plus de ${ratioMax} fois sa taille compressée : envoyez-le sans compression.`,
  });
}

function notGzip(cause: unknown): ProblemError {
  return new ProblemError(
    {
      status: 400,
      code: 'COMPRESSION_ILLISIBLE',
      title: 'Contenu compressé illisible',
      detail: 'Le contenu n’est pas du gzip entier et valable, comme Content-Encoding le dit.',
    },
    cause,
  );
}

function tooSlow(idleMs: number): ProblemError {
  return new ProblemError({
    status: 408,
    code: 'ENVOI_INTERROMPU',
    title: 'Envoi interrompu',
    detail: `Rien n’est arrivé pendant ${idleMs / 1_000} s alors que le contenu n’est pas fini : rien n’a été changé, renvoyez-le.`,
    headers: { connection: 'close' },
  });
}

/** Nobody is there to read it; it is traced. */
function cut(cause: unknown): ProblemError {
  return new ProblemError(
    {
      status: 400,
      code: 'ENVOI_COUPE',
      title: 'Envoi coupé',
      detail: 'La connexion a été coupée avant la fin du contenu : rien n’a été changé.',
    },
    cause,
  );
}
