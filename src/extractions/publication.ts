// Which publication a file is: its version token and the time that its name carries (extractions.md §7.4).

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

const parisFormat = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Paris',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
});

function parisParts(at: Date): Map<string, string> {
  return new Map(parisFormat.formatToParts(at).map((part) => [part.type, part.value]));
}

/** To the millisecond: two files of one minute are two versions. */
function parisStamp(at: Date): string {
  const parts = parisParts(at);
  const minutes = ['year', 'month', 'day', 'hour', 'minute'].map((name) => parts.get(name) ?? '');
  return minutes.join('') + at.toISOString().slice(17, 23).replace('.', '');
}

function parisDate(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
): Date | undefined {
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59) return undefined;
  const asUtc = Date.UTC(year, month - 1, day, hour, minute);
  if (new Date(asUtc).getUTCDate() !== day) return undefined;
  // The offset is that of the local time sought: one correction settles it outside the hour of a clock change.
  const guess = asUtc - parisOffsetMs(new Date(asUtc));
  return new Date(asUtc - parisOffsetMs(new Date(guess)));
}

function parisOffsetMs(at: Date): number {
  const parts = parisParts(at);
  const part = (name: string): number => Number(parts.get(name) ?? '0');
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
  );
  return local - Math.floor(at.getTime() / 60_000) * 60_000;
}
