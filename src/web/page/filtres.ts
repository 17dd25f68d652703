// How pages write dates and numbers; the templates choose, the words are the same everywhere.
import type { Liquid } from 'liquidjs';
import { dateEnFrancais, instantEnFrancais } from '../../domain/paris-time.js';

const entier = new Intl.NumberFormat('fr-FR', { maximumFractionDigits: 1 });

/** `date`: 9 octobre 2026; `instant`: 9 octobre 2026 à 08:12; `nombre`: 556 000; `pluriel`: its second word above one. */
export function addFilters(engine: Liquid): void {
  engine.registerFilter('date', (value: unknown) =>
    value instanceof Date ? dateEnFrancais(value) : '',
  );
  engine.registerFilter('instant', (value: unknown) =>
    value instanceof Date ? instantEnFrancais(value) : '',
  );
  // For <time datetime>.
  engine.registerFilter('iso', (value: unknown) =>
    value instanceof Date ? value.toISOString() : '',
  );
  engine.registerFilter('nombre', (value: unknown) =>
    typeof value === 'number' ? entier.format(value) : '',
  );
  engine.registerFilter('pluriel', (value: unknown, un: string, plusieurs: string) =>
    typeof value === 'number' && Math.abs(value) >= 2 ? plusieurs : un,
  );
  // One segment of a path: an address, an identifier.
  engine.registerFilter('segment', (value: unknown) => encodeURIComponent(String(value)));
}
