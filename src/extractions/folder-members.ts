// Members lying alone in a folder: the newest required one, and the optional ones of the same day.
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.js';
import type { WantedMember } from './archive.js';
import { fileFault } from './file-faults.js';
import { dayOfVersion, genereLeOfVersion, versionOfFileName } from './publication.js';

export type FolderFile = {
  readonly path: string;
  readonly fileName: string;
  readonly version: string;
  readonly sizeBytes: number;
  /** Stamp of the name, else the time of modification: the newest is the one to take. */
  readonly at: Date;
  readonly isStamped: boolean;
};

export type FolderMember = FolderFile & { readonly name: string };

const filesMax = 10_000;

/** The ordinary files of a folder that match one of the patterns; copies under way (`.part`…) never match. */
export async function listFolder(
  folder: string,
  patterns: readonly RegExp[],
): Promise<FolderFile[]> {
  const files: FolderFile[] = [];
  let seen = 0;
  try {
    for await (const entry of await opendir(folder)) {
      seen += 1;
      if (seen > filesMax) throw tooManyFiles(folder);
      const fileName = entry.name;
      if (!patterns.some((pattern) => pattern.test(fileName))) continue;
      const path = join(folder, fileName);
      const stats = await stat(path);
      if (!stats.isFile()) continue;
      const version = versionOfFileName(fileName);
      const stamp = genereLeOfVersion(version);
      const at = stamp ?? stats.mtime;
      const isStamped = stamp !== undefined;
      files.push({ path, fileName, version, sizeBytes: stats.size, at, isStamped });
    }
  } catch (error) {
    throw fileFault(error, folder);
  }
  return files;
}

/** In the order of `wanted`; a member that is not there is left out. */
export async function selectFolderMembers(
  folder: string,
  wanted: readonly WantedMember[],
): Promise<FolderMember[]> {
  const files = await listFolder(
    folder,
    wanted.map(({ pattern }) => pattern),
  );
  const required = wanted.find(({ isRequired }) => isRequired);
  const main = required && newestOf(files.filter((file) => required.pattern.test(file.fileName)));
  const members: FolderMember[] = [];
  for (const { name, pattern, isRequired } of wanted) {
    const matching = files.filter((file) => pattern.test(file.fileName));
    const candidates = isRequired ? matching : matching.filter((file) => isSameDay(file, main));
    const newest = newestOf(candidates);
    if (newest) members.push({ ...newest, name });
  }
  return members;
}

/** The newest file; two that nothing tells apart are refused. */
export function newestOf(files: readonly FolderFile[]): FolderFile | undefined {
  const [first, second] = files.toSorted((a, b) => b.at.getTime() - a.at.getTime());
  if (first?.at.getTime() !== second?.at.getTime() || !first || !second) return first;
  // The same publication unpacked beside its archive: the archive carries a checksum.
  if (first.version === second.version && isZipName(first) !== isZipName(second)) {
    return isZipName(first) ? first : second;
  }
  throw new AppError(
    'FICHIER_AMBIGU',
    `${first.path} et ${second.path} portent la même date : rien ne dit lequel est le bon. ` +
      'Supprimez-en un, ou indiquez le fichier voulu au lieu du dossier.',
  );
}

function isZipName(file: FolderFile): boolean {
  return /\.zip$/i.test(file.fileName);
}

/** Files without a stamp (open-data copies) are taken as they lie together. */
function isSameDay(file: FolderFile, main: FolderFile | undefined): boolean {
  if (!main?.isStamped || !file.isStamped) return true;
  return dayOfVersion(file.version) === dayOfVersion(main.version);
}

function tooManyFiles(folder: string): AppError {
  return new AppError(
    'DOSSIER_TROP_GRAND',
    `${folder} contient plus de ${filesMax} fichiers : indiquez le fichier voulu, ou un dossier réservé aux extractions.`,
  );
}
