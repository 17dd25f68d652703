// Finds the file of a source on the local disk: a file, or the newest that matches in a folder.
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { SourceFile, SourceName } from '../domain/source.js';
import { AppError } from '../errors.js';
import type { SourceEntry } from './catalogue.js';
import { fileFault } from './file-faults.js';
import { inspectFile } from './file-kind.js';
import {
  type FolderFile,
  type FolderMember,
  listFolder,
  newestOf,
  selectFolderMembers,
} from './folder-members.js';
import { genereLeOfVersion, versionOfFileName, versionWithStamp } from './publication.js';
import { assertWholeZip } from './zip-directory.js';

export type SourcePatterns = Pick<SourceEntry, 'filePatterns' | 'members'>;

/** The file of `source` at `from` (a file, or a folder where the newest is taken), checked to be readable and whole. */
export async function locateSource(
  source: SourceName,
  from: string,
  patterns: SourcePatterns,
): Promise<SourceFile> {
  const path = resolve(from);
  return (await isFolder(path)) ? locateInFolder(source, path, patterns) : locateFile(path);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw fileFault(error, path);
  }
}

async function locateFile(path: string): Promise<SourceFile> {
  if (/\.(part|partial|crdownload|filepart|tmp)$/i.test(path)) {
    throw new AppError(
      'FICHIER_INCOMPLET',
      `${path} est une copie en cours (d'après son extension) : attendez qu'elle soit terminée et renommée.`,
    );
  }
  const file = await inspectFile(path);
  if (file.kind === 'zip') await assertWholeZip(path);
  const version = versionWithStamp(versionOfFileName(basename(path)), file.modifiedAt);
  return {
    path,
    version,
    genereLe: genereLeOfVersion(version),
    sizeBytes: file.sizeBytes,
    origin: path,
    isTemporary: false,
  };
}

async function locateInFolder(
  source: SourceName,
  folder: string,
  patterns: SourcePatterns,
): Promise<SourceFile> {
  const whole = newestOf(await listFolder(folder, patterns.filePatterns));
  // A single member is an ordinary file, found by its own name; several make the folder the file.
  const members =
    patterns.members.length > 1 ? await selectFolderMembers(folder, patterns.members) : [];
  const main = members.find((member) => isRequired(member, patterns));
  if (main && isNewer(main, whole)) return locateMembers(folder, main, members);
  if (whole) return locateFile(whole.path);
  throw new AppError(
    'FICHIER_ABSENT',
    `${folder} ne contient aucun fichier de la source « ${source} » (attendu : ${expectedNames(patterns)}). ` +
      'Vérifiez le dossier, ou indiquez le fichier lui-même.',
  );
}

function isRequired(member: FolderMember, patterns: SourcePatterns): boolean {
  return patterns.members.some((wanted) => wanted.isRequired && wanted.name === member.name);
}

/** At the same time the archive wins: it carries checksums. */
function isNewer(main: FolderFile, whole: FolderFile | undefined): boolean {
  return whole === undefined || main.at.getTime() > whole.at.getTime();
}

async function locateMembers(
  folder: string,
  main: FolderMember,
  members: readonly FolderMember[],
): Promise<SourceFile> {
  if (members.length === 1) return locateFile(main.path);
  for (const member of members) await inspectFile(member.path);
  const version = versionWithStamp(main.version, main.at);
  return {
    path: folder,
    version,
    genereLe: genereLeOfVersion(version),
    sizeBytes: members.reduce((sum, member) => sum + member.sizeBytes, 0),
    origin: folder,
    isTemporary: false,
  };
}

function expectedNames(patterns: SourcePatterns): string {
  return patterns.members
    .filter((member) => member.isRequired)
    .map(({ name }) => `${name}_AAAAMMJJhhmm`)
    .join(', ');
}
