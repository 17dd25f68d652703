// Which files make the snapshot to serve: a small file that is replaced at once, after the files that it names.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadsPublies } from '../../store/bal-publiee.js';
import { isMissing, replaceFile } from './snapshot-folder.js';

export type Manifest = {
  /** New with each build; see `Snapshot.id`. */
  readonly id: string;
  /** See `FileHeader.fingerprint`. */
  readonly fingerprint: string;
  readonly base: ManifestFile;
  /** All that changed since the base; undefined when nothing did. */
  readonly difference: ManifestFile | undefined;
  /** What base and difference together stand for. */
  readonly loads: LoadsPublies;
  readonly extractionDate: Date | undefined;
  readonly builtAt: Date;
};

export type ManifestFile = {
  /** Name in the folder. */
  readonly file: string;
  readonly entryCount: number;
  /** The state of the database that was read. */
  readonly loads: LoadsPublies;
};

const manifestName = 'manifest.json';
const version = 1;

/** Undefined when there is none, or none of this version: then there is nothing to serve yet. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(manifestPath(folder), 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseManifest(text);
}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await replaceFile(manifestPath(folder), `${JSON.stringify({ version, ...manifest }, null, 2)}\n`);
}

export function manifestPath(folder: string): string {
  return join(folder, manifestName);
}

/** Names of the files that a manifest needs. */
export function filesOf({ base, difference }: Manifest): string[] {
  return difference ? [base.file, difference.file] : [base.file];
}

function parseManifest(text: string): Manifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value['version'] !== version) return undefined;
  const { id, fingerprint, base, difference, loads, extractionDate, builtAt } = value;
  const isWhole =
    typeof id === 'string' &&
    typeof fingerprint === 'string' &&
    isFile(base) &&
    (difference === undefined || isFile(difference)) &&
    isLoads(loads) &&
    (extractionDate === undefined || isDate(extractionDate)) &&
    isDate(builtAt);
  if (!isWhole) return undefined;
  return {
    id,
    fingerprint,
    base,
    difference,
    loads,
    extractionDate: extractionDate === undefined ? undefined : new Date(extractionDate),
    builtAt: new Date(builtAt),
  };
}

function isFile(value: unknown): value is ManifestFile {
  if (!isObject(value)) return false;
  const { file, entryCount, loads } = value;
  // A name, not a path: what is read is in the folder.
  return (
    typeof file === 'string' &&
    /^[\w-]+\.segment$/.test(file) &&
    typeof entryCount === 'number' &&
    isLoads(loads)
  );
}

function isLoads(value: unknown): value is LoadsPublies {
  return (
    isObject(value) && Number.isInteger(value['bals']) && Number.isInteger(value['inventaire'])
  );
}

function isDate(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
