// Which publication a file is: its version token and the time that its name carries (extractions.md §7.4).
import { parisDate, parisMinute } from '../domain/paris-time.js';

/** `Extraction_X_202608261013.zip` -> `Extraction_X_202608261013`. */
export function versionOfFileName(fileName: string): string {
  return fileName.replace(/(\.(zip|gz|txt|csv|json|xml))+$/i, '');
}

/**
 * When the publication was generated, from the last stamp of its name: 12 digits, `AAAAMMJJ-hhmm`, or 8 digits (then
 * at midnight); Europe/Paris.
 */
export function genereLeOfVersion(version: string): Date | undefined {
  return findStamp(version)?.at;
}

/** A version for a name without stamp (the open-data copies): `<name>_AAAAMMJJhhmmssSSS`, Europe/Paris. */
export function versionWithStamp(version: string, at: Date | undefined): string {
  if (at === undefined || findStamp(version) !== undefined) return version;
  return `${version}_${parisStamp(at)}`;
}

/** Day of the stamp, to pair members of one publication whose minutes differ. */
export function dayOfVersion(version: string): string | undefined {
  return findStamp(version)?.digits.slice(0, 8);
}

/**
 * The open-data copy of a publication bears the same name in another spelling and comes some 150 s later: it is not a
 * new version. Names spelled alike are told apart to the minute.
 */
export function isSamePublication(known: string | undefined, found: string | undefined): boolean {
  if (known === undefined || found === undefined) return false;
  if (known === found) return true;
  const [a, b] = [findStamp(known), findStamp(found)];
  if (!a || !b || a.stem === b.stem || spelling(a.stem) !== spelling(b.stem)) return false;
  return a.hasTime && b.hasTime && Math.abs(a.at.getTime() - b.at.getTime()) <= mirrorDelayMaxMs;
}

const mirrorDelayMaxMs = 10 * 60_000;

function spelling(stem: string): string {
  return stem.toLowerCase().replaceAll(/[-_ ]/g, '');
}

type Stamp = {
  readonly at: Date;
  readonly digits: string;
  readonly stem: string;
  readonly hasTime: boolean;
};

const stampPattern =
  /(?<!\d)(20\d{2})(\d{2})(\d{2})(?:[-_T]?(\d{2})(\d{2})(?:\d{2}(?:\d{3})?)?)?(?!\d)/g;

function findStamp(name: string): Stamp | undefined {
  let found: Stamp | undefined;
  for (const match of name.matchAll(stampPattern)) {
    const [text, year = '', month = '', day = '', hour, minute] = match;
    const at = parisDate(
      Number(year),
      Number(month),
      Number(day),
      Number(hour ?? 0),
      Number(minute ?? 0),
    );
    if (at === undefined) continue;
    const stem = name.slice(0, match.index) + name.slice(match.index + text.length);
    const hasTime = hour !== undefined;
    found = { at, digits: `${year}${month}${day}${hour ?? ''}${minute ?? ''}`, stem, hasTime };
  }
  return found;
}

/** To the millisecond: two files of one minute are two versions. */
function parisStamp(at: Date): string {
  return parisMinute(at) + at.toISOString().slice(17, 23).replace('.', '');
}
