// The inventory file, read as a stream of checked lines.
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { BalOperateur } from '../domain/bal-operateur.js';
import { AppError, UsageError, messageOf } from '../errors.js';
import { delimiters, detectDelimiter, type Delimiter } from './columns.js';
import { decodeHead, inspectFile, type Encoding, type Inspection } from './encoding.js';
import type { InventaireFault } from './faults.js';
import {
  InventaireReading,
  defaultInventaireLimits,
  type FileFacts,
  type InventaireReadOptions,
} from './reading.js';

export type InventaireFile = {
  readonly rows: readonly BalOperateur[];
  readonly faults: readonly InventaireFault[];
  /** `faults` may hold only the first ones. */
  readonly faultCount: number;
  /** French sentences. */
  readonly warnings: readonly string[];
  readonly encoding: Encoding;
  readonly delimiter: Delimiter;
  /** Lines of data, the rejected ones included. */
  readonly lineCount: number;
  readonly rejectedLineCount: number;
};

/** Reads a whole inventory into memory; an import streams it instead (`openInventaire`). */
export async function readInventaire(
  path: string,
  options: InventaireReadOptions,
): Promise<InventaireFile> {
  const reading = await openInventaire(path, options);
  try {
    const rows: BalOperateur[] = [];
    for await (const bals of reading.rows()) rows.push(...bals);
    const { report, encoding, delimiter } = reading;
    const { faults, faultCount, rejectedLineCount } = report;
    const { lineCount } = reading;
    const warnings = report.warnings();
    return {
      rows,
      faults,
      faultCount,
      warnings,
      encoding,
      delimiter,
      lineCount,
      rejectedLineCount,
    };
  } finally {
    await reading.close();
  }
}

export async function openInventaire(
  path: string,
  options: InventaireReadOptions,
): Promise<InventaireReading> {
  const limits = { ...defaultInventaireLimits, ...options.limits };
  const nom = options.presentation?.nom ?? path;
  const handle = await openFile(path);
  try {
    const { size, mtimeMs } = await handle.stat();
    if (size > limits.fileBytesMax)
      throw new AppError(
        'INVENTAIRE_TROP_GROS',
        `${nom} fait ${size} octets, plus que la limite de ${limits.fileBytesMax} : ` +
          'vérifiez que c’est bien l’inventaire, ou relevez la limite.',
      );
    const inspection = await inspectFile(handle, options.encoding, options.signal);
    return new InventaireReading(handle, options, limits, {
      path,
      sizeBytes: size,
      modifiedAtMs: mtimeMs,
      sha256: inspection.sha256,
      ...readDialect(nom, inspection, options.delimiter),
    });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Asked before: opening a named pipe would wait for whoever writes to it.
    if ((await stat(path)).isFile()) return await open(path, 'r');
  } catch (error) {
    throw new UsageError(
      'INVENTAIRE_INTROUVABLE',
      `Impossible de lire ${path} : ${messageOf(error)}. Vérifiez le chemin et les droits.`,
      error,
    );
  }
  throw new UsageError('INVENTAIRE_INTROUVABLE', `${path} n’est pas un fichier.`);
}

type Dialect = Pick<FileFacts, 'encoding' | 'bomBytes' | 'delimiter' | 'preambleLineCount'>;

function readDialect(
  nom: string,
  { file, head }: Inspection,
  wantedDelimiter: Delimiter | undefined,
): Dialect {
  if (file.kind === 'foreign')
    throw new AppError(
      'INVENTAIRE_PAS_UN_CSV',
      `${nom} n’est pas un fichier CSV mais ${file.description} : ` +
        'enregistrez-le au format « CSV UTF-8 (délimité par des points-virgules) ».',
    );
  const { encoding, bomBytes } = file;
  const [first = '', second = ''] = decodeHead(head, encoding, bomBytes)
    .trimStart()
    .split(/[\r\n]+/, 2);
  // Excel's own way of telling the delimiter, on a line before the header.
  const told = /^sep=(.)$/i.exec(first)?.[1];
  return {
    encoding,
    bomBytes,
    delimiter:
      wantedDelimiter ??
      delimiters.find((delimiter) => delimiter === told) ??
      detectDelimiter(told === undefined ? first : second),
    preambleLineCount: told === undefined ? 0 : 1,
  };
}
