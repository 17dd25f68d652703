// The central directory of a zip (zip64 too), through yauzl; the data itself is read by member-stream.ts.
import yauzl from 'yauzl';
import { AppError, codeOf, messageOf } from '../errors.js';
import type { ArchiveLimits } from './archive-limits.js';
import { fileFault } from './file-faults.js';
import { type ZipData, damaged } from './member-stream.js';
import { ZipFileReader } from './zip-file-reader.js';

export type ZipEntry = {
  /** Base name only: an entry's folder is never used, so a name with `..` leads nowhere. */
  readonly baseName: string;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  /** Finds where the data lies; refuses what cannot be read (encrypted, unknown method, beyond the end). */
  locate(): Promise<ZipData>;
};

/** Calls `use` with the files of the archive, in its order; the file is closed on return. */
export async function withZipEntries<T>(
  path: string,
  limits: ArchiveLimits,
  use: (entries: readonly ZipEntry[]) => Promise<T>,
): Promise<T> {
  const zip = await openZip(path);
  try {
    return await use(await listEntries(zip, path, limits));
  } finally {
    zip.close();
  }
}

/** Refuses an archive whose end is missing: not whole, or still being written. */
export async function assertWholeZip(path: string): Promise<void> {
  const zip = await openZip(path);
  zip.close();
}

async function openZip(path: string): Promise<yauzl.ZipFile> {
  let reader: ZipFileReader | undefined;
  try {
    reader = await ZipFileReader.open(path);
    const options = { lazyEntries: true, autoClose: false, decodeStrings: false };
    return await yauzl.fromRandomAccessReaderPromise(reader, reader.size, options);
  } catch (error) {
    reader?.close(() => undefined);
    if (codeOf(error) !== undefined) throw fileFault(error, path);
    throw new AppError(
      'ARCHIVE_TRONQUEE',
      `${path} : archive zip incomplète ou endommagée (${messageOf(error)}). ` +
        'Attendez la fin de la copie, ou téléchargez le fichier de nouveau.',
      { cause: error },
    );
  }
}

async function listEntries(
  zip: yauzl.ZipFile,
  path: string,
  limits: ArchiveLimits,
): Promise<ZipEntry[]> {
  if (zip.entryCount > limits.entriesMax) {
    throw new AppError(
      'ARCHIVE_TROP_GROSSE',
      `${path} annonce ${zip.entryCount} fichiers ; la limite est ${limits.entriesMax}. ` +
        "Ce n'est pas une extraction nationale : vérifiez d'où vient ce fichier.",
    );
  }
  const entries: ZipEntry[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      const name = nameOf(entry);
      if (isNoFile(name)) continue;
      const baseName = baseNameOf(name);
      entries.push({
        baseName,
        compressedBytes: entry.compressedSize,
        uncompressedBytes: entry.uncompressedSize,
        locate: () => locateData(zip, path, entry, baseName),
      });
    }
  } catch (error) {
    throw damaged(path, `son répertoire est illisible (${messageOf(error)})`);
  }
  return entries;
}

function nameOf(entry: yauzl.Entry): string {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  return yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
}

/** Folders, and what macOS adds beside each file. */
function isNoFile(name: string): boolean {
  return name.endsWith('/') || name.split('/').includes('__MACOSX');
}

function baseNameOf(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  return last.replaceAll(/\p{Cc}/gu, '_').slice(0, 200);
}

const stored = 0;
const deflated = 8;
const otherMethods = new Map([
  [9, 'Deflate64'],
  [12, 'bzip2'],
  [14, 'LZMA'],
  [93, 'Zstandard'],
  [95, 'xz'],
  [99, 'chiffrement AES'],
]);

async function locateData(
  zip: yauzl.ZipFile,
  path: string,
  entry: yauzl.Entry,
  memberName: string,
): Promise<ZipData> {
  const where = `${path} (${memberName})`;
  if (entry.isEncrypted() || entry.compressionMethod === 99) {
    throw new AppError(
      'ARCHIVE_CHIFFREE',
      `${where} est protégé par un mot de passe : déchiffrez l'archive, puis fournissez le fichier en clair.`,
    );
  }
  const method = entry.compressionMethod;
  if (method !== stored && method !== deflated) {
    const label = otherMethods.get(method) ?? `n° ${method}`;
    throw new AppError(
      'ARCHIVE_METHODE',
      `${where} : méthode de compression non prise en charge (${label}). ` +
        'Décompressez-le et fournissez le fichier texte, ou refaites une archive zip ordinaire.',
    );
  }
  const start = await dataStart(zip, path, entry);
  return {
    path,
    memberName,
    start,
    end: start + entry.compressedSize,
    isDeflated: method === deflated,
    uncompressedBytes: entry.uncompressedSize,
    crc32: entry.crc32,
  };
}

async function dataStart(zip: yauzl.ZipFile, path: string, entry: yauzl.Entry): Promise<number> {
  try {
    // yauzl refuses data that would reach beyond the end of the file.
    return (await zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart;
  } catch (error) {
    throw damaged(path, `un de ses fichiers dépasse la fin (${messageOf(error)})`);
  }
}
