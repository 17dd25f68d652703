// Reads the tar that PostgreSQL writes for a base backup (POSIX ustar: files and folders, names below 100 bytes), and refuses
// everything else: what is read becomes files of the database's account.
import { AppError } from '../../errors.js';

export type TarEntry = {
  /** Relative, without « .. ». */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  readonly size: number;
};

export type TarSink = {
  readonly open: (entry: TarEntry) => Promise<void>;
  readonly data: (chunk: Buffer) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Gives each entry of `archive` to `sink`, in order. @throws AppError `SAUVEGARDE_ALTEREE` */
export async function readTar(archive: AsyncIterable<Buffer>, sink: TarSink): Promise<void> {
  let pending = Buffer.alloc(0);
  let dataLeft = 0;
  let paddingLeft = 0;
  let zeroBlocks = 0;
  for await (const chunk of archive) {
    let rest = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    pending = Buffer.alloc(0);
    while (rest.length > 0) {
      if (dataLeft > 0) {
        const part = rest.subarray(0, dataLeft);
        dataLeft -= part.length;
        rest = rest.subarray(part.length);
        await sink.data(part);
        if (dataLeft === 0) await sink.close();
      } else if (paddingLeft > 0) {
        const part = Math.min(paddingLeft, rest.length);
        paddingLeft -= part;
        rest = rest.subarray(part);
      } else if (rest.length < blockBytes) {
        pending = Buffer.from(rest);
        break;
      } else {
        const entry = zeroBlocks > 1 ? undefined : parseHeader(rest.subarray(0, blockBytes));
        rest = rest.subarray(blockBytes);
        if (!entry) {
          zeroBlocks += 1;
          continue;
        }
        if (zeroBlocks > 0) throw altered('une entrée suit la fin');
        await sink.open(entry);
        dataLeft = entry.size;
        paddingLeft = (blockBytes - (entry.size % blockBytes)) % blockBytes;
        if (entry.kind === 'file' && entry.size === 0) await sink.close();
      }
    }
  }
  if (dataLeft > 0 || zeroBlocks < 2 || pending.length > 0) throw altered('elle est tronquée');
}

/** Undefined for a block of zeros, which ends the archive. */
function parseHeader(block: Buffer): TarEntry | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (parseNumber(block.subarray(148, 156)) !== sumOf(block)) throw altered('un en-tête est faux');
  const path = textAt(block, 0, 100).replace(/\/$/u, '');
  const prefix = textAt(block, 345, 500);
  const kind = kinds[String.fromCharCode(block[156] ?? 0)];
  if (kind === undefined || prefix !== '' || !isInside(path)) {
    throw altered(`une entrée n'est pas de PostgreSQL : ${path}`);
  }
  return { path, kind, size: kind === 'folder' ? 0 : parseNumber(block.subarray(124, 136)) };
}

function isInside(path: string): boolean {
  const parts = path.split('/');
  return !path.includes('\\') && parts.every((part) => part !== '' && part !== '..');
}

/** Its own field counts as spaces. */
function sumOf(block: Buffer): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

/** Octal text or, from 8 GiB on, a big-endian number behind a set bit. */
function parseNumber(field: Buffer): number {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const value = field.subarray(-8).readBigUInt64BE();
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  }
  const text = field
    .toString('latin1')
    .replace(/[\0 ]+$/u, '')
    .trimStart();
  if (!/^[0-7]{1,12}$/u.test(text)) throw altered('un en-tête est faux');
  return Number.parseInt(text, 8);
}

function textAt(block: Buffer, from: number, to: number): string {
  const field = block.subarray(from, to);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? field.length : end).toString('utf8');
}

export function altered(reason: string): AppError {
  return new AppError(
    'SAUVEGARDE_ALTEREE',
    `Cette sauvegarde ne peut pas servir : ${reason}. Rien n'a été restauré ; prenez-en une autre.`,
  );
}

const blockBytes = 512;
const kinds: Readonly<Record<string, TarEntry['kind'] | undefined>> = {
  '0': 'file',
  '\0': 'file',
  '5': 'folder',
};
