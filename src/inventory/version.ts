// How an inventory file is told from another, and a reading of it from another reading.
import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import type { SourceLoad } from '../store/source-load.js';
import type { InventaireReading } from './reading.js';

/** The same bytes read in the same way; a load that left lines out is read again, for what it said of them. */
export function isSameFile(inService: SourceLoad, reading: InventaireReading): boolean {
  return isSameContent(inService, reading.sha256, prefixOf(reading));
}

/** As `isSameFile`, of content that was not a file. `prefix`: `layoutPrefix` of how it is read. */
export function isSameContent(inService: SourceLoad, sha256: string, prefix: string): boolean {
  return (
    inService.version.endsWith(`@${shorten(sha256)}`) &&
    inService.layout.slice(0, inService.layout.lastIndexOf('|') + 1) === prefix &&
    inService.rejectedCount === 0
  );
}

/** The file name, and which bytes bore it: exports are often written over the same name. */
export function versionOf(path: string, reading: InventaireReading): string {
  return versionNamed(basename(path, extname(path)), reading.sha256);
}

export function versionNamed(nom: string, sha256: string): string {
  return `${nom}@${shorten(sha256)}`;
}

function shorten(sha256: string): string {
  return sha256.slice(0, 16);
}

/** To be raised when a cell is read otherwise than before: the same file is then imported again. */
const readingRevision = 1;

function prefixOf({ encoding, delimiter, partage }: InventaireReading): string {
  return layoutPrefix(`${encoding}|${delimiter === '\t' ? 'tab' : delimiter}`, partage);
}

/** The domains of the source belong to it: the same content is judged again when they change. */
export function layoutPrefix(dialecte: string, partage: string): string {
  const domaines =
    partage === '' ? '' : `${createHash('sha256').update(partage).digest('hex').slice(0, 16)}|`;
  return `${readingRevision}|${dialecte}|${domaines}`;
}

export function layoutOf(reading: InventaireReading): string {
  return prefixOf(reading) + [...(reading.header?.places.keys() ?? [])].join(',');
}

/** The columns of the file of a load: those that the reading could fill by inference are not among them. */
export function columnsOfLayout(layout: string): readonly string[] {
  return layout.slice(layout.lastIndexOf('|') + 1).split(',');
}
