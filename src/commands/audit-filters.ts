// What « audit list » and « audit export » look for.
import { InvalidArgumentError, type Command } from 'commander';
import { parisDate } from '../domain/paris-time.js';
import {
  actionsTracees,
  isActionTracee,
  issuesTrace,
  type ActionTracee,
  type IssueTrace,
} from '../domain/trace.js';
import type { FiltreTraces } from '../store/journal-lecture.js';

export type FiltreOptions = {
  readonly personne?: string;
  readonly bal?: string;
  readonly objet?: string;
  readonly action?: ActionTracee;
  readonly issue?: IssueTrace;
  readonly depuis?: Date;
  readonly jusqua?: Date;
  readonly correlation?: string;
};

export function withTraceFilters(command: Command): Command {
  return command
    .option(
      '--personne <qui>',
      'auteur ou concernée : son identifiant (RPPS, compte) ou le début de son nom',
      parseText,
    )
    .option('--bal <adresse>', 'ce qui touche cette BAL', parseText)
    .option(
      '--objet <objet>',
      'ce qui touche cet objet, par exemple « plan:12 » ou « domaine:chu.mssante.fr »',
      parseText,
    )
    .option('--action <action>', 'une sorte d’action', parseAction)
    .option('--issue <issue>', issuesTrace.join(', '), parseIssue)
    .option('--depuis <jour>', 'aaaa-mm-jj, ou une date et une heure ISO 8601', parseDebut)
    .option('--jusqua <jour>', 'ce jour compris, ou jusqu’à cette date et cette heure', parseFin)
    .option('--correlation <id>', 'les traces d’une même requête ou d’un même passage', parseText);
}

export function filtreOf(options: FiltreOptions): FiltreTraces {
  const { personne, bal, objet, action, issue, depuis, jusqua, correlation } = options;
  return {
    ...{ personne, action, issue, depuis, jusqua, correlation },
    objet: bal === undefined ? objet : `bal:${bal.toLowerCase()}`,
  };
}

function parseText(text: string): string {
  const clean = text.trim();
  if (clean.length >= 1 && clean.length <= 340 && !/\p{Control}/u.test(clean)) return clean;
  throw new InvalidArgumentError('De 1 à 340 caractères attendus.');
}

function parseAction(text: string): ActionTracee {
  if (isActionTracee(text)) return text;
  throw new InvalidArgumentError(`Actions : ${actionsTracees.join(', ')}.`);
}

function parseIssue(text: string): IssueTrace {
  const found = issuesTrace.find((issue) => issue === text);
  if (found) return found;
  throw new InvalidArgumentError(`Issues : ${issuesTrace.join(', ')}.`);
}

function parseDebut(text: string): Date {
  return parseInstant(text, 0);
}

function parseFin(text: string): Date {
  return parseInstant(text, 1);
}

/** A day begins and ends in Paris. */
function parseInstant(text: string, jours: 0 | 1): Date {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(text) ?? [];
  const at =
    year === undefined ? readIso(text) : parisDate(Number(year), Number(month), Number(day), 0, 0);
  if (!at) throw new InvalidArgumentError('aaaa-mm-jj attendu, ou 2026-11-23T09:00:00+01:00.');
  if (year === undefined || jours === 0) return at;
  // 36 hours later is the next day, whatever the clocks do in between.
  const next = new Date(at.getTime() + 36 * 3_600_000);
  const midnight = parisDate(
    next.getUTCFullYear(),
    next.getUTCMonth() + 1,
    next.getUTCDate(),
    0,
    0,
  );
  return midnight ?? next;
}

function readIso(text: string): Date | undefined {
  if (
    !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})$/u.test(text)
  ) {
    return undefined;
  }
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
