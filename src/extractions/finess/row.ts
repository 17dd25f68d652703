import type { CopyRow } from '../../db/copy.js';
import { passesLuhn } from '../../domain/luhn.js';
import type { LineTable } from '../../store/line-table.js';

/** An entité juridique (EJ) or one of its entités géographiques (EG). */
export type FinessRow = {
  readonly finess: string;
  readonly nature: 'EJ' | 'EG';
  /** The EJ of an EG; itself for an EJ; null when the file does not tell. */
  readonly finessEj: string | null;
  readonly siret: string | null;
  readonly siren: string | null;
  readonly raisonSociale: string | null;
  readonly codeCategorie: string | null;
  /** AAAA-MM-JJ. */
  readonly dateOuverture: string | null;
  readonly dateFermeture: string | null;
  readonly isClosed: boolean;
};

export const finessTable: LineTable = {
  table: 'structure_finess',
  columns: [
    'finess',
    'nature',
    'finess_ej',
    'siret',
    'siren',
    'raison_sociale',
    'code_categorie',
    'date_ouverture',
    'date_fermeture',
    'is_closed',
  ],
  change: { kind: 'structure', columns: ['finess', 'finess_ej', 'siret', 'siren'] },
  key: 'finess',
};

export function toCopyRow(row: FinessRow): CopyRow {
  return [
    row.finess,
    row.nature,
    row.finessEj,
    row.siret,
    row.siren,
    row.raisonSociale,
    row.codeCategorie,
    row.dateOuverture,
    row.dateFermeture,
    row.isClosed ? 't' : 'f',
  ];
}

/** A FINESS number, its leading zero given back when a spreadsheet took it; undefined when it is not one. */
export function parseFiness(text: string): string | undefined {
  const finess = text.replace(/\s/g, '').toUpperCase();
  if (/^[0-9A-Z]{9}$/.test(finess)) return finess;
  if (/^[0-9]{8}$/.test(finess) && passesLuhn(finess)) return `0${finess}`;
  return undefined;
}

/** A SIRET; undefined when the cell holds something else (a spreadsheet writes `2,601E+13`). */
export function parseSiret(text: string): string | undefined {
  const siret = text.replace(/\s/g, '').toUpperCase();
  if (/^[0-9A-Z]{14}$/.test(siret)) return siret;
  if (/^[0-9]{13}$/.test(siret) && passesLuhn(siret)) return `0${siret}`;
  return undefined;
}

export function parseSiren(text: string): string | undefined {
  const siren = text.replace(/\s/g, '');
  return /^[0-9]{9}$/.test(siren) ? siren : undefined;
}

export type ParsedDate =
  | { readonly kind: 'date'; readonly date: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'invalid' };

/** AAAA-MM-JJ (a time may follow) or JJ/MM/AAAA; 1900-01-01 is how FINESS writes a missing date. */
export function parseDate(text: string): ParsedDate {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'none' };
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$/.exec(trimmed);
  const french = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(trimmed);
  const date = iso
    ? `${iso[1]}-${iso[2]}-${iso[3]}`
    : french
      ? `${french[3]}-${french[2]}-${french[1]}`
      : undefined;
  if (date === undefined || !isCalendarDate(date)) return { kind: 'invalid' };
  return date === '1900-01-01' ? { kind: 'none' } : { kind: 'date', date };
}

function isCalendarDate(date: string): boolean {
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
}
