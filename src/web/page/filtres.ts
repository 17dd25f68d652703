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
  // Markup: to be followed by « raw ».
  engine.registerFilter('adresse', (value: unknown) => couper(String(value)));
  // One segment of a path: an address, an identifier.
  engine.registerFilter('segment', (value: unknown) => encodeURIComponent(String(value)));
}

/** Longer, it may break anywhere: what a desk has room for, what a telephone has. */
const boutMax = { bureau: 60, telephone: 36 };

/** An address of which a line breaks after the @. */
function couper(texte: string): string {
  const arobase = texte.indexOf('@') + 1;
  return [texte.slice(0, arobase), texte.slice(arobase)]
    .filter((bout) => bout !== '')
    .map((bout) =>
      bout.length > boutMax.bureau
        ? echapper(bout)
        : `<span class="${bout.length > boutMax.telephone ? 'bout' : 'bout court'}">${echapper(bout)}</span>`,
    )
    .join('<wbr>');
}

const entites: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

function echapper(texte: string): string {
  return texte.replace(/[&<>"']/gu, (signe) => entites[signe] ?? '');
}
