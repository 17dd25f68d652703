import type { CopyRow } from '../../db/copy.js';
import type { SourceFile } from '../../domain/source.js';
import { createRemarks } from '../remarks.js';
import type { SmallSource, SmallSourceOptions } from '../small-source.js';
import { detectForm } from './form.js';
import type { FinessForm } from './form.js';
import { readForm } from './read.js';
import type { ReadFinessOptions } from './read.js';
import { finessTable, toCopyRow } from './row.js';

export type FinessSettings = {
  /** Codes d'état (TRE_R386) that mean closed, besides a closing date in the past. */
  readonly codesFermes: readonly string[];
};

/** Ten times the whole FINESS+ activities file, the largest published. */
const maxBytes = 16 * 1024 ** 3;

export async function prepareFiness(
  file: SourceFile,
  settings: FinessSettings,
  options: SmallSourceOptions,
): Promise<SmallSource> {
  const form = await detectForm(file.path);
  const remarks = createRemarks();
  const readOptions = { ...settings, ...options, remarks, maxBytes };
  return {
    source: 'finess',
    version: file.version,
    genereLe: (form.kind === 'etalab' ? form.genereLe : undefined) ?? file.genereLe,
    layout: `finess:1:${form.kind}`,
    table: finessTable,
    rows: () => toRows(form, readOptions),
    ambiguity: (count) =>
      `${count} numéro(s) FINESS figurent sur plusieurs lignes différentes : toutes sont gardées.`,
    warnings: () => remarks.warnings(),
    rejects: () => remarks.rejects,
    rejectedCount: () => remarks.rejectedCount,
  };
}

async function* toRows(form: FinessForm, options: ReadFinessOptions): AsyncGenerator<CopyRow> {
  let egCount = 0;
  for await (const row of readForm(form, options)) {
    if (row.nature === 'EG') egCount++;
    yield toCopyRow(row);
  }
  if (egCount === 0) {
    options.remarks.warn(
      'Aucune entité géographique dans ce fichier : il manque celui des établissements.',
    );
  }
}
