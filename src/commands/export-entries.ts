// The BAL that may be served, as text: pages of it, at the pace of whoever reads.
import type { Pool } from '../db/pool.js';
import { AppError } from '../errors.js';
import { createDirectory } from '../ldap/directory/create-directory.js';
import type { Directory, DirectoryEntry } from '../ldap/directory/directory.js';
import { compileEntryOfBal } from '../ldap/directory/entry-of-bal.js';
import type { Layout } from '../ldap/directory/layout.js';
import { writeLdifEntry, writeLdifStatic } from '../ldap/directory/ldif.js';
import type { Progress } from '../progress.js';
import { csvCell } from '../report/csv.js';
import { streamBalsPubliees, withPublication } from '../store/bal-publiee.js';

export type ExportFormat = 'ldif' | 'csv';

export type ExportCounts = {
  readonly entries: number;
  /** Addresses that no entry can carry. */
  readonly leftOut: number;
  /** ISO 8601; undefined when the extraction bears no date. */
  readonly extractionDate: Date | undefined;
};

type Source = {
  readonly pool: Pool;
  readonly layout: Layout;
  readonly progress: Progress;
};

/** Writes everything through `write`, which resolves when a chunk is taken. */
export async function exportEntries(
  { pool, layout, progress }: Source,
  format: ExportFormat,
  write: (chunk: string) => Promise<void>,
): Promise<ExportCounts> {
  const directory = createDirectory(layout);
  const entryOf = compileEntryOfBal(layout, directory.schema);
  const { head, row } = formatOf(directory, format);
  return withPublication(pool, async (client, { loads, extractionDate }) => {
    if (loads.bals === 0) throw nothingToExport();
    progress.step({ label: 'Écriture des entrées', total: undefined, unit: 'lignes' });
    let entries = 0;
    let leftOut = 0;
    await write(head);
    for await (const page of streamBalsPubliees(client)) {
      let chunk = '';
      for (const bal of page) {
        const entry = entryOf(bal);
        if (entry) chunk += row(entry);
        else leftOut++;
        if (entry) entries++;
      }
      await write(chunk);
      progress.update(entries);
    }
    progress.end();
    return { entries, leftOut, extractionDate };
  });
}

function nothingToExport(): AppError {
  return new AppError(
    'AUCUNE_BAL',
    "Aucune extraction des BAL n'est chargée : rien à exporter. Lancez d'abord « annuaire-sync extract bals ».",
  );
}

type TextFormat = { readonly head: string; readonly row: (entry: DirectoryEntry) => string };

function formatOf(directory: Directory, format: ExportFormat): TextFormat {
  switch (format) {
    case 'ldif':
      return {
        head: writeLdifStatic(directory.baseEntry),
        row: (entry) => writeLdifEntry(directory.schema, entry),
      };
    case 'csv':
      return csvFormat(directory);
  }
}

/** As the report writes it: BOM, « ; », CRLF. Values of one attribute are separated by « | ». */
function csvFormat({ schema }: Directory): TextFormat {
  const shown = schema.attributes.flatMap(({ name, isOperational }, index) =>
    isOperational || index === schema.objectClassIndex ? [] : [{ name, index }],
  );
  return {
    head: `\ufeff${shown.map(({ name }) => name).join(';')}\r\n`,
    row: ({ values }) =>
      `${shown.map(({ index }) => csvCell(asText((values[index] ?? []).join(' | ')))).join(';')}\r\n`,
  };
}

/** An apostrophe in front of a number whose zeros or digits a spreadsheet would lose. */
function asText(cell: string): string {
  return /^(?:0\d+|\d{12,})$/.test(cell) ? `'${cell}` : cell;
}
