import type { CopyRow } from '../../db/copy.js';
import type { SourceFile } from '../../domain/source.js';
import type { LineTable } from '../../store/line-table.js';
import { createRemarks } from '../remarks.js';
import type { SmallSource, SmallSourceOptions } from '../small-source.js';
import type { DomaineListeBlanche } from './domaines.js';
import { readListeBlanche } from './read.js';
import type { ListeBlancheSignature } from './read.js';
import type { SignataireTrust } from './signataire.js';

export type ListeBlancheSettings = SignataireTrust & {
  readonly signature: 'required' | 'optional';
};

export type ListeBlancheSource = SmallSource & { readonly signature: ListeBlancheSignature };

const table: LineTable = {
  table: 'domaine_liste_blanche',
  columns: [
    'domaine',
    'description',
    'dn_certificat',
    'operateur',
    'identifiant_operateur',
    'responsable_contact',
    'support_contact',
    'date_maj',
  ],
  change: { kind: 'domaine', columns: ['domaine'] },
};

/** Eight times the list of 2026. */
const maxBytes = 32 * 1024 * 1024;

/** Verifies and reads the list at once: it is small, and nothing of it may be used before its signature holds. */
export async function prepareListeBlanche(
  file: SourceFile,
  settings: ListeBlancheSettings,
  options: SmallSourceOptions,
): Promise<ListeBlancheSource> {
  const remarks = createRemarks();
  const liste = await readListeBlanche(file.path, { ...settings, ...options, maxBytes, remarks });
  options.onBytes?.(file.sizeBytes);
  if (liste.signature.kind === 'unverified') {
    remarks.warn(`Liste blanche dont la signature n'est pas vérifiée : ${liste.signature.motif}.`);
  }
  return {
    source: 'liste-blanche',
    version: file.version,
    genereLe: liste.genereLe,
    layout: 'liste-blanche:1',
    table,
    signature: liste.signature,
    rows: () => toRows(liste.domaines),
    warnings: () => remarks.warnings(),
    rejects: () => remarks.rejects,
    rejectedCount: () => remarks.rejectedCount,
  };
}

// eslint-disable-next-line @typescript-eslint/require-await -- the list is already in memory; every source is async
async function* toRows(domaines: readonly DomaineListeBlanche[]): AsyncGenerator<CopyRow> {
  for (const row of domaines) {
    yield [
      row.domaine,
      row.description,
      row.dnCertificat,
      row.operateur,
      row.identifiantOperateur,
      row.responsableContact,
      row.supportContact,
      row.dateMaj?.toISOString() ?? null,
    ];
  }
}
