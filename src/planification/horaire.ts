// When a cron expression is due, before and after an instant.
import { CronExpressionParser } from 'cron-parser';
import { messageOf } from '../errors.js';

/** The instants of a stage nearest to one instant. */
export type Echeances = {
  /** The last one that is not later; undefined: none in four hundred days. */
  readonly precedente: Date | undefined;
  /** The first one that is later; undefined: never again. */
  readonly prochaine: Date | undefined;
};

export type Horaire = {
  readonly autour: (now: Date) => Echeances;
  /** The instant before the last one: what it called had all its time. Undefined: none in four hundred days. */
  readonly avantDerniere: (now: Date) => Date | undefined;
};

/** French: what is wrong with the expression; undefined: nothing. */
export function fauteDExpression(expression: string): string | undefined {
  if (expression.trim().split(/\s+/u).length !== 5) {
    return 'cinq champs attendus (minute heure jour mois jour-de-semaine), par exemple « 30 5 * * * »';
  }
  try {
    CronExpressionParser.parse(expression, { tz: 'UTC' });
    return undefined;
  } catch (error) {
    return `expression cron refusée (${messageOf(error)})`;
  }
}

export function isFuseau(nom: string): boolean {
  try {
    new Intl.DateTimeFormat('fr-FR', { timeZone: nom });
    return true;
  } catch {
    return false;
  }
}

/**
 * `expression`: five fields, checked by `fauteDExpression`. The instants are those that the library gives going forward
 * from a noon in UTC: near a change of the clocks its answer depends on where it starts and in which direction it goes
 * (2 h 30 in autumn is then due twice, or skipped in spring), and no clock in France changes between noon and the noon after
 * it without the night between them being read whole.
 */
export function createHoraire(expression: string, fuseau: string): Horaire {
  let known:
    { readonly from: Date; readonly to: number; readonly echeances: Echeances } | undefined;
  let knownBefore: { readonly of: number; readonly at: Date | undefined } | undefined;
  const autour = (now: Date): Echeances => {
    if (known && now >= known.from && now.getTime() < known.to) return known.echeances;
    const echeances = chercher(expression, fuseau, now);
    const from = echeances.precedente ?? now;
    known = { from, to: echeances.prochaine?.getTime() ?? Infinity, echeances };
    return echeances;
  };
  return {
    autour,
    avantDerniere: (now) => {
      const of = autour(now).precedente?.getTime();
      if (of === undefined) return undefined;
      if (knownBefore?.of !== of) {
        knownBefore = { of, at: chercher(expression, fuseau, new Date(of - 1)).precedente };
      }
      return knownBefore.at;
    },
  };
}

const dayMs = 86_400_000;
/** Most expressions are found in the first; one that is due once a year, in the last. */
const windowsDays = [0, 1, 8, 32, 400];

function chercher(expression: string, fuseau: string, now: Date): Echeances {
  let prochaine: Date | undefined;
  for (const days of windowsDays) {
    const found = parcourir(expression, fuseau, noonBefore(now, days), now);
    prochaine = found.prochaine;
    if (found.precedente) return found;
  }
  return { precedente: undefined, prochaine };
}

/** At most one step a minute of the window: expressions have no seconds. */
function parcourir(expression: string, fuseau: string, from: Date, now: Date): Echeances {
  const instants = CronExpressionParser.parse(expression, { currentDate: from, tz: fuseau });
  let precedente: Date | undefined;
  for (;;) {
    const next = nextOf(instants);
    if (!next || next > now) return { precedente, prochaine: next };
    precedente = next;
  }
}

function nextOf(instants: ReturnType<typeof CronExpressionParser.parse>): Date | undefined {
  try {
    return instants.next().toDate();
  } catch {
    // A date that never comes, such as a 30 February.
    return undefined;
  }
}

function noonBefore(now: Date, days: number): Date {
  const halfDay = dayMs / 2;
  const noon = Math.floor((now.getTime() - halfDay) / dayMs) * dayMs + halfDay;
  return new Date(noon - days * dayMs);
}
