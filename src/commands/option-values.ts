// What several commands read from an option. Each throws InvalidArgumentError, in French.
import { InvalidArgumentError } from 'commander';

/** At most a year. */
export function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (Number.isFinite(minutes) && minutes > 0 && minutes <= 525_600) return minutes;
  throw new InvalidArgumentError('un nombre de minutes, au plus 525600 (un an)');
}

/** From 0 to 999. */
export function parseCount(text: string): number {
  if (/^\d{1,3}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError('Nombre entier attendu, de 0 à 999.');
}
