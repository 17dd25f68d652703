// The civil time of Paris, in which the ANS stamps its files.

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

/** `AAAAMMJJhhmm`. */
export function parisMinute(at: Date): string {
  const parts = parisParts(at);
  return ['year', 'month', 'day', 'hour', 'minute'].map((name) => parts.get(name) ?? '').join('');
}

const longFormat = new Intl.DateTimeFormat('fr-FR', {
  timeZone: 'Europe/Paris',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});

/** 9 octobre 2026: for people. */
export function dateEnFrancais(date: Date): string {
  return longFormat.format(date);
}

const minuteFormat = new Intl.DateTimeFormat('fr-FR', {
  timeZone: 'Europe/Paris',
  hour: '2-digit',
  minute: '2-digit',
});

/** 9 octobre 2026 à 08:12: for people. */
export function instantEnFrancais(at: Date): string {
  return `${dateEnFrancais(at)} à ${minuteFormat.format(at)}`;
}

/** `aaaa-mm-jj`. */
export function parisDay(at: Date): string {
  const parts = parisParts(at);
  return ['year', 'month', 'day'].map((name) => parts.get(name) ?? '').join('-');
}

/** `month` and `day` from 1; undefined when there is no such day or hour. */
export function parisDate(
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
