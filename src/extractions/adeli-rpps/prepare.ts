import type { SourceFile } from '../../domain/source.js';
import type { CopyRow } from '../../db/copy.js';
import type { LineTable } from '../../store/line-table.js';
import { createRemarks } from '../remarks.js';
import type { SmallSource, SmallSourceOptions } from '../small-source.js';
import { readAdeliRpps } from './read.js';
import type { ReadAdeliOptions } from './read.js';

const table: LineTable = {
  table: 'correspondance_adeli',
  columns: ['adeli', 'rpps'],
  change: { kind: 'titulaire', columns: ['adeli', 'rpps'] },
  key: 'adeli',
};

/** Bounds a wrong file: the whole ADELI register is under 2 million lines of 22 bytes. */
const maxBytes = 256 * 1024 * 1024;

export function prepareAdeliRpps(file: SourceFile, options: SmallSourceOptions): SmallSource {
  const remarks = createRemarks();
  return {
    source: 'adeli-rpps',
    version: file.version,
    genereLe: file.genereLe,
    layout: 'adeli-rpps:1',
    table,
    rows: () => toRows(file.path, { remarks, maxBytes, onBytes: options.onBytes }),
    ambiguity: (count) =>
      `${count} numéro(s) ADELI correspondent à plusieurs RPPS : toutes les correspondances sont gardées.`,
    warnings: () => remarks.warnings(),
    rejects: () => remarks.rejects,
    rejectedCount: () => remarks.rejectedCount,
  };
}

async function* toRows(path: string, options: ReadAdeliOptions): AsyncGenerator<CopyRow> {
  for await (const { adeli, rpps } of readAdeliRpps(path, options)) yield [adeli, rpps];
}
