// When an event happened, to the microsecond: two events of one second must not be taken for one.
import type { Fail, LectureEvenements } from './evenements.js';

// RFC 3339 §5.6; the offset is needed: a civil time happens twice in October.
const pattern =
  /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/u;

/** A clock may be ahead of ours. */
const skewMs = 300_000;

/** Microseconds since 1970. */
export function readHorodatage(
  value: unknown,
  { now, oldest }: Pick<LectureEvenements, 'now' | 'oldest'>,
  fail: Fail,
): bigint | undefined {
  const [, day, time, fraction = '', offset] =
    (typeof value === 'string' ? pattern.exec(value) : undefined) ?? [];
  const ms =
    day === undefined || time === undefined || offset === undefined
      ? Number.NaN
      : Date.parse(`${day}T${time}${offset.toUpperCase()}`);
  const fault = faultOf(ms, now, oldest);
  if (fault) {
    fail('horodatage', fault[0], `attendu : ${fault[1]}`);
    return undefined;
  }
  return BigInt(ms) * 1_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}

function faultOf(ms: number, now: Date, oldest: Date): readonly [string, string] | undefined {
  if (Number.isNaN(ms))
    return [
      'HORODATAGE_MAL_FORME',
      'un instant RFC 3339 avec son décalage, par exemple 2026-06-15T10:00:00.123456Z',
    ];
  if (ms > now.getTime() + skewMs)
    return ['HORODATAGE_FUTUR', `un instant passé (il est ici ${now.toISOString()})`];
  if (ms < oldest.getTime())
    return [
      'EVENEMENT_TROP_ANCIEN',
      `un instant après ${oldest.toISOString()} ; envoyez un instantané complet (PUT)`,
    ];
  return undefined;
}
