// The members of a file as published: zip, gzip or plain text, or several members alone in a folder.
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '../errors.js';
import type { ArchiveLimits } from './archive-limits.js';
import { fileFault } from './file-faults.js';
import { type InspectedFile, inspectFile } from './file-kind.js';
import { selectFolderMembers } from './folder-members.js';
import { nestedArchive, readGzip, readPlain, readZipMember, tooBig } from './member-stream.js';
import { type ZipEntry, withZipEntries } from './zip-directory.js';

export type WantedMember = {
  readonly name: string;
  /** Matched against the base name, whatever the folder. */
  readonly pattern: RegExp;
  readonly isRequired: boolean;
};

export type Member = {
  /** The name of the wanted member that it is. */
  readonly name: string;
  readonly fileName: string;
  /** Uncompressed size, unknown for gzip. */
  readonly sizeBytes: number | undefined;
  /**
   * Reads it from its start, at the consumer's pace, in chunks of about 1 MiB; may be called again. Size and CRC are
   * checked as the bytes flow and at the end: an error can come after the last chunk. Leaving the loop closes the file.
   */
  open(): AsyncIterable<Buffer>;
};

/** The wanted members that the file holds, in the order of `wanted`; exactly one file for each. */
export async function openMembers(
  path: string,
  wanted: readonly WantedMember[],
  limits: ArchiveLimits,
): Promise<Member[]> {
  if (await isFolder(path)) return openFolder(path, wanted, limits);
  const file = await inspectFile(path);
  if (file.kind === 'zip') return openZipMembers(path, wanted, limits);
  const single = wantedOfSingleFile(path, wanted);
  assertNoneMissing(path, wanted, [single.name], [basename(path)]);
  return [singleMember(file, single.name, limits)];
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw fileFault(error, path);
  }
}

async function openFolder(
  path: string,
  wanted: readonly WantedMember[],
  limits: ArchiveLimits,
): Promise<Member[]> {
  const found = await selectFolderMembers(path, wanted);
  const names = found.map((member) => member.name);
  assertNoneMissing(path, wanted, names, []);
  const members: Member[] = [];
  for (const { name, path: memberPath } of found) {
    const file = await inspectFile(memberPath);
    if (file.kind === 'zip') throw nestedArchive(memberPath);
    members.push(singleMember(file, name, limits));
  }
  return members;
}

function singleMember(file: InspectedFile, name: string, limits: ArchiveLimits): Member {
  const { path, sizeBytes } = file;
  const range = { path, start: 0, end: sizeBytes };
  const isGzip = file.kind === 'gzip';
  return {
    name,
    fileName: isGzip ? basename(path).replace(/\.gz$/i, '') : basename(path),
    sizeBytes: isGzip ? undefined : sizeBytes,
    open: () => (isGzip ? readGzip(range, limits) : readPlain(range)),
  };
}

/** A file on its own is the member whose pattern it bears; a renamed one is taken for the required member. */
function wantedOfSingleFile(path: string, wanted: readonly WantedMember[]): WantedMember {
  const fileName = basename(path);
  const textName = fileName.replace(/\.gz$/i, '');
  const named = wanted.find(({ pattern }) => pattern.test(fileName) || pattern.test(textName));
  const single = named ?? wanted.find(({ isRequired }) => isRequired);
  if (single) return single;
  throw new AppError(
    'MEMBRE_ABSENT',
    `${path} : aucun fichier attendu ne porte ce nom (${listWanted(wanted)}).`,
  );
}

async function openZipMembers(
  path: string,
  wanted: readonly WantedMember[],
  limits: ArchiveLimits,
): Promise<Member[]> {
  return withZipEntries(path, limits, async (entries) => {
    const picked = pickEntries(path, wanted, entries);
    const totalBytes = picked.reduce((sum, { entry }) => sum + entry.uncompressedBytes, 0);
    if (totalBytes > limits.uncompressedBytesMax) throw tooBig(path, limits);
    const members: Member[] = [];
    for (const { name, entry } of picked) {
      const data = await entry.locate();
      members.push({
        name,
        fileName: entry.baseName,
        sizeBytes: entry.uncompressedBytes,
        open: () => readZipMember(data, limits),
      });
    }
    return members;
  });
}

type PickedEntry = { readonly name: string; readonly entry: ZipEntry };

function pickEntries(
  path: string,
  wanted: readonly WantedMember[],
  entries: readonly ZipEntry[],
): PickedEntry[] {
  const picked: PickedEntry[] = [];
  for (const { name, pattern } of wanted) {
    const matches = entries.filter((entry) => pattern.test(entry.baseName));
    const [first, second] = matches;
    if (first && second) {
      throw new AppError(
        'MEMBRE_AMBIGU',
        `${path} contient deux fichiers pour « ${name} » : ${first.baseName} et ${second.baseName}. ` +
          "Refaites l'archive avec un seul.",
      );
    }
    if (first) picked.push({ name, entry: first });
  }
  const names = entries.map((entry) => entry.baseName);
  const isMissing = wanted.some((w) => w.isRequired && !picked.some((p) => p.name === w.name));
  if (isMissing && names.some((name) => /\.(zip|7z|rar|gz)$/i.test(name))) {
    throw nestedArchive(path);
  }
  assertNoneMissing(
    path,
    wanted,
    picked.map(({ name }) => name),
    names,
  );
  return picked;
}

const namesShownMax = 5;

function assertNoneMissing(
  path: string,
  wanted: readonly WantedMember[],
  foundNames: readonly string[],
  heldNames: readonly string[],
): void {
  const missing = wanted.filter(({ name, isRequired }) => isRequired && !foundNames.includes(name));
  if (missing.length === 0) return;
  const shown = heldNames.slice(0, namesShownMax).join(', ');
  const more =
    heldNames.length > namesShownMax ? ` et ${heldNames.length - namesShownMax} autres` : '';
  const held = heldNames.length === 0 ? 'rien' : `${shown}${more}`;
  throw new AppError(
    'MEMBRE_ABSENT',
    `${path} ne contient pas le fichier attendu (${listWanted(missing)}) ; il contient : ${held}. ` +
      "Vérifiez que c'est le bon fichier pour cette source.",
  );
}

function listWanted(wanted: readonly WantedMember[]): string {
  return wanted.map(({ name }) => name).join(', ');
}
