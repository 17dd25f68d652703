// Dates of one cell. A time without offset is French legal time.
import { faultCell, foldText, valueCell, type Cell } from './values.js';

/** aaaa-mm-jj, as written: a time, when there is one, does not move the day. */
export function parseDate(text: string, now: Date): Cell<string> {
  const parts = parseParts(text);
  if ('kind' in parts) return parts;
  const day = `${pad(parts.year, 4)}-${pad(parts.month, 2)}-${pad(parts.day, 2)}`;
  if (instantOf(parts) > now.getTime() + clockSkewMs)
    return valueCell(day, { code: 'DATE_FUTURE', message: 'date dans le futur, gardée' });
  return valueCell(day);
}

/** An instant that is past, give or take a day of clock skew. */
export function parseInstant(text: string, now: Date): Cell<Date> {
  const parts = parseParts(text);
  if ('kind' in parts) return parts;
  const instant = instantOf(parts);
  if (instant > now.getTime() + clockSkewMs)
    return faultCell('DATE_FUTURE', `une date passée (nous sommes le ${frenchDay(now)})`);
  return valueCell(new Date(instant));
}

const clockSkewMs = 24 * 3600 * 1000;
// MSSanté opened in 2013; 1601, 1900 and 1970 are how software writes "never".
const yearMin = 1990;
const yearMax = 2199;

const isoPattern =
  /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/i;
const frenchPattern =
  /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:(?:\s+|\s+à\s+|T)(\d{1,2})[:h](\d{2})(?::(\d{2}))?)?$/i;
const wordsPattern =
  /^(\d{1,2})(?:er)?\s+([a-z]{3,9})\.?\s+(\d{4})(?:(?:\s+|\s+a\s+)(\d{1,2})[:h](\d{2})(?::(\d{2}))?)?$/;

const months = [
  'janvier',
  'fevrier',
  'mars',
  'avril',
  'mai',
  'juin',
  'juillet',
  'aout',
  'septembre',
  'octobre',
  'novembre',
  'decembre',
];

type Parts = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  /** Undefined: French legal time. */
  readonly offsetMinutes: number | undefined;
};

type DateFault = Extract<Cell<never>, { kind: 'fault' }>;

const expectedForms = 'une date aaaa-mm-jj ou jj/mm/aaaa, avec l’heure si vous voulez (hh:mm)';

function parseParts(text: string): Parts | DateFault {
  const parts = readIso(text) ?? readFrench(text) ?? readWords(text);
  if (parts === undefined) return shapeFault(text);
  if (parts.year < yearMin || parts.year > yearMax)
    return dateFault(
      'DATE_INVRAISEMBLABLE',
      `une année entre ${yearMin} et ${yearMax} (laissez vide si l’événement n’a jamais eu lieu)`,
    );
  return isReal(parts) ? parts : dateFault('DATE_IMPOSSIBLE', 'une date qui existe au calendrier');
}

function readIso(text: string): Parts | undefined {
  const match = isoPattern.exec(text);
  if (!match) return undefined;
  return toParts(
    [match[1], match[3], match[4]],
    [match[5], match[6], match[7]],
    offsetOf(match[8]),
  );
}

function readFrench(text: string): Parts | undefined {
  const match = frenchPattern.exec(text);
  if (!match) return undefined;
  return toParts([match[4], match[3], match[1]], [match[5], match[6], match[7]], undefined);
}

function readWords(text: string): Parts | undefined {
  const match = wordsPattern.exec(foldText(text));
  const word = match?.[2];
  if (!match || word === undefined) return undefined;
  const index = months.findIndex((month) => month === word || shortMonths(month).includes(word));
  if (index < 0) return undefined;
  return toParts(
    [match[3], String(index + 1), match[1]],
    [match[4], match[5], match[6]],
    undefined,
  );
}

/** « juil » and « juin » need four letters; the others are told apart by three. */
function shortMonths(month: string): readonly string[] {
  const shortest = month.startsWith('jui') ? 4 : 3;
  return [month.slice(0, shortest), month.slice(0, 4)];
}

type Digits = string | undefined;

function toParts(
  [year, month, day]: readonly [Digits, Digits, Digits],
  [hours, minutes, seconds]: readonly [Digits, Digits, Digits],
  offsetMinutes: number | undefined,
): Parts {
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hours: Number(hours ?? 0),
    minutes: Number(minutes ?? 0),
    seconds: Number(seconds ?? 0),
    offsetMinutes,
  };
}

function offsetOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^(z|utc)$/i.test(text)) return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return text.startsWith('-') ? -minutes : minutes;
}

function isReal(parts: Parts): boolean {
  const { year, month, day, hours, minutes, seconds, offsetMinutes } = parts;
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= (month === 2 && isLeap(year) ? 29 : (daysInMonth[month - 1] ?? 0)) &&
    hours < 24 &&
    minutes < 60 &&
    seconds < 60 &&
    Math.abs(offsetMinutes ?? 0) <= 14 * 60
  );
}

const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function shapeFault(text: string): DateFault {
  if (/^\d{5}([.,]\d+)?$/.test(text))
    return dateFault(
      'DATE_NUMERO_EXCEL',
      `${expectedForms} : c’est un numéro de série d’Excel, mettez la colonne au format Date avant d’enregistrer`,
    );
  if (/^\d{1,2}[-/.]\d{1,2}[-/.]\d{2}(\D|$)/.test(text))
    return dateFault('DATE_AMBIGUE', `${expectedForms} : l’année s’écrit en 4 chiffres`);
  return dateFault('DATE_MAL_FORMEE', expectedForms);
}

function dateFault(code: string, expected: string): DateFault {
  return { kind: 'fault', code, expected };
}

function instantOf(parts: Parts): number {
  const { year, month, day, hours, minutes, seconds } = parts;
  const utc = Date.UTC(year, month - 1, day, hours, minutes, seconds);
  return utc - (parts.offsetMinutes ?? parisOffsetMinutes(utc, year)) * 60_000;
}

/** European summer time, unchanged since 1996: last Sunday of March to last Sunday of October, at 01:00 UTC. */
function parisOffsetMinutes(localMs: number, year: number): number {
  const summer = summers[year - yearMin];
  return summer && localMs >= summer.startMs && localMs < summer.endMs ? 120 : 60;
}

const hourMs = 3600 * 1000;

/** By year, in local time: asked for on every line. */
const summers = Array.from({ length: yearMax - yearMin + 1 }, (_, index) => ({
  startMs: lastSunday(yearMin + index, 2) + 2 * hourMs,
  endMs: lastSunday(yearMin + index, 9) + 3 * hourMs,
}));

function lastSunday(year: number, monthIndex: number): number {
  const lastDay = new Date(Date.UTC(year, monthIndex + 1, 0));
  return lastDay.getTime() - lastDay.getUTCDay() * 24 * hourMs;
}

function frenchDay(date: Date): string {
  return `${pad(date.getUTCDate(), 2)}/${pad(date.getUTCMonth() + 1, 2)}/${date.getUTCFullYear()}`;
}

function pad(number: number, width: number): string {
  return String(number).padStart(width, '0');
}
