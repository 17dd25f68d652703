import type { Client } from '../db/pool.js';
import type { SourceFile } from '../domain/source.js';
import type { Progress } from '../progress.js';
import { prepareAdeliRpps } from './adeli-rpps/prepare.js';
import { prepareFiness, type FinessSettings } from './finess/prepare.js';
import { prepareListeBlanche, type ListeBlancheSettings } from './liste-blanche/prepare.js';
import { loadSmallSource } from './load-small.js';
import type { SourceRead } from './load.js';
import type { SmallSource, SmallSourceOptions } from './small-source.js';

export type SmallSettings = {
  readonly listeBlanche: ListeBlancheSettings;
  readonly finess: FinessSettings;
};

export type SmallSourceName = 'finess' | 'liste-blanche' | 'adeli-rpps';

type SmallRequest = {
  readonly source: SmallSourceName;
  readonly loadId: number;
  readonly file: SourceFile;
  readonly now: Date;
};

/** Reads the whole source into its line table; counts are then known, and a refusal rolls everything back. */
export async function loadSmall(
  client: Client,
  request: SmallRequest,
  settings: SmallSettings,
  progress: Progress,
  signal: AbortSignal,
): Promise<SourceRead> {
  const { file, loadId, now } = request;
  progress.step({ label: file.version, total: file.sizeBytes, unit: 'octets' });
  const source = await prepare(request, settings, {
    now,
    onBytes: (bytes) => {
      signal.throwIfAborted();
      progress.update(bytes);
    },
  });
  const loaded = await loadSmallSource(client, loadId, source);
  progress.end();
  return {
    tables: [
      {
        file: file.version,
        inServiceCount: loaded.unchanged + loaded.gone,
        lineCount: loaded.lineCount - loaded.duplicates,
        addedCount: loaded.added,
        goneCount: loaded.gone,
        duplicateCount: loaded.duplicates,
        rejectedCount: loaded.rejectedCount,
      },
    ],
    layout: source.layout,
    genereLe: source.genereLe,
    isFull: loaded.isFull,
    warnings: loaded.warnings,
    rejects: loaded.rejects,
    apply: () => Promise.resolve(),
  };
}

function prepare(
  { source, file }: SmallRequest,
  settings: SmallSettings,
  options: SmallSourceOptions,
): Promise<SmallSource> {
  switch (source) {
    case 'finess':
      return prepareFiness(file, settings.finess, options);
    case 'liste-blanche':
      return prepareListeBlanche(file, settings.listeBlanche, options);
    case 'adeli-rpps':
      return Promise.resolve(prepareAdeliRpps(file, options));
    default:
      return source satisfies never;
  }
}
