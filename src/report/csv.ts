// The findings as a CSV that a spreadsheet opens: BOM, « ; », CRLF, no cell that could be taken for a formula.
import { expliquer } from '../domain/constat-explication.js';
import { catalogueConstats, type Valeurs } from '../domain/constat.js';
import type { Db } from '../db/pool.js';
import { listConstats, type ConstatGarde } from '../store/constat.js';
import { formatDate } from './layout.js';
import { constatFilter, type ReportFilters } from './summary.js';

export const csvHeader = [
  'groupe',
  'code',
  'libelle',
  'exigence',
  'domaine',
  'adresse',
  'typeBal',
  'structure',
  'explication',
  'action',
  'depuis',
  'modifieLe',
  'closLe',
  'titulaireInventaire',
  'structuresInventaire',
  'serviceInventaire',
  'titulairePublie',
  'structuresPubliees',
  'servicePublie',
];

export async function* writeCsv(
  db: Db,
  filters: ReportFilters,
): AsyncGenerator<string, void, undefined> {
  yield csvDebut;
  for await (const page of listConstats(db, constatFilter(filters))) yield csvLignes(page);
}

/** What a file begins with: the mark by which a spreadsheet knows UTF-8, and the names of the columns. */
export const csvDebut = `\ufeff${csvHeader.join(';')}\r\n`;

export function csvLignes(constats: readonly ConstatGarde[]): string {
  return constats.map((constat) => `${csvRow(constat).map(csvCell).join(';')}\r\n`).join('');
}

function csvRow(constat: ConstatGarde): string[] {
  const { groupe, libelle, exigence, action } = catalogueConstats[constat.code];
  return [
    groupe,
    constat.code,
    libelle,
    exigence,
    constat.domaine,
    constat.adresse ?? '',
    constat.typeBal ?? '',
    identifiant(constat.precision),
    expliquer(constat),
    action,
    formatDate(constat.ouvertLe),
    formatDate(constat.modifieLe),
    constat.closLe ? formatDate(constat.closLe) : '',
    ...cote(constat.valeurs['operateur']),
    ...cote(constat.valeurs['annuaire']),
  ];
}

function cote(valeurs: Valeurs[string] | undefined): string[] {
  const { typeIdentifiantPp, identifiantPp, structures, service } = asRecord(valeurs);
  const ids = asList(structures).map((id) => identifiant(asText(id)));
  return [
    titulaire(asText(typeIdentifiantPp), asText(identifiantPp)),
    ids.join(', '),
    asText(service),
  ];
}

/** With its name in front a number is text: a spreadsheet keeps its zeros and all its digits. */
export function titulaire(type: string, id: string): string {
  const noms: Record<string, string> = { 0: 'ADELI', 8: 'RPPS', 10: 'type 10' };
  return id === '' ? '' : `${noms[type] ?? `type ${type}`} ${id}`;
}

export function identifiant(idNatStruct: string): string {
  const noms: Record<string, string> = { 1: 'FINESS', 2: 'SIREN', 3: 'SIRET' };
  const nom = noms[idNatStruct.charAt(0)];
  if (idNatStruct === '') return '';
  return nom === undefined ? `id ${idNatStruct}` : `${nom} ${idNatStruct.slice(1)}`;
}

/** A cell that begins like a formula gets an apostrophe, so that no spreadsheet ever computes what a file said. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[";\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function asRecord(valeur: Valeurs[string] | undefined): Valeurs {
  return isRecord(valeur) ? valeur : {};
}

function isRecord(valeur: Valeurs[string] | undefined): valeur is Valeurs {
  return typeof valeur === 'object' && valeur !== null && !Array.isArray(valeur);
}

function asList(valeur: Valeurs[string] | undefined): readonly Valeurs[string][] {
  return isList(valeur) ? valeur : [];
}

function isList(valeur: Valeurs[string] | undefined): valeur is readonly Valeurs[string][] {
  return Array.isArray(valeur);
}

function asText(valeur: Valeurs[string] | undefined): string {
  return typeof valeur === 'string' ? valeur : '';
}
