// A download whose last byte came: from partial file to file of a source.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../errors.js';
import type { Progress } from '../progress.js';
import type { DownloadOptions, DownloadOutcome } from './download-options.js';
import { formatBytes } from './file-faults.js';
import { inspectFile } from './file-kind.js';
import { TransientFault, displayUrl } from '../net/network-faults.js';
import type { PartialFile } from './partial-file.js';
import { genereLeOfVersion, versionOfFileName } from './publication.js';
import { assertWholeZip } from './zip-directory.js';

/** Checks what was received, names its version, and gives the file its final name. */
export async function finishDownload(
  url: URL,
  partial: PartialFile,
  options: Pick<DownloadOptions, 'knownVersion' | 'tempDir'>,
  progress: Progress,
): Promise<DownloadOutcome> {
  const origin = displayUrl(url);
  await assertUsable(partial, origin);
  const fileName = partial.publication?.fileName ?? 'telechargement';
  const version = partial.publication?.version ?? (await versionOfContent(fileName, partial.path));
  const { sizeBytes } = partial;
  if (version === options.knownVersion) {
    await partial.discard();
    return { kind: 'unchanged', version, origin };
  }
  const path = join(options.tempDir, uniqueName(fileName, partial.path));
  await partial.publish(path);
  progress.end(`${fileName} : ${formatBytes(sizeBytes)}`);
  const genereLe = genereLeOfVersion(version);
  return {
    kind: 'downloaded',
    file: { path, version, genereLe, sizeBytes, origin, isTemporary: true },
  };
}

/** A wrong length that nobody announced shows here: the end of a zip is its directory. */
async function assertUsable(partial: PartialFile, origin: string): Promise<void> {
  try {
    const { kind } = await inspectFile(partial.path);
    if (kind === 'zip') await assertWholeZip(partial.path);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'ARCHIVE_TRONQUEE') {
      await partial.forget();
      throw new TransientFault('ARCHIVE_TRONQUEE', `${origin} : archive reçue incomplète.`, {
        cause: error,
      });
    }
    throw new AppError(
      'REPONSE_INATTENDUE',
      `${origin} : le serveur a rendu autre chose qu'une extraction. Vérifiez le réglage « from ».`,
      { cause: error },
    );
  }
}

/** Nothing else tells one publication from the next. */
async function versionOfContent(fileName: string, path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `${versionOfFileName(fileName)}_sha256-${hash.digest('hex').slice(0, 12)}`;
}

/** `<name>.<16 hex of the partial>.<extension>`: the members of a plain file are told by how its name begins. */
function uniqueName(fileName: string, partialPath: string): string {
  const token = basename(partialPath).slice(0, 16);
  const stem = versionOfFileName(fileName);
  return `${stem}.${token}${fileName.slice(stem.length)}`;
}
