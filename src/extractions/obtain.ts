// Where the newest version of a source comes from: a file, a folder, or an address.
import type { SourceFile, SourceName } from '../domain/source.js';
import { UsageError } from '../errors.js';
import type { Progress } from '../progress.js';
import { catalogue } from './catalogue.js';
import { downloadSource } from './download.js';
import type { DownloadOptions } from './download-options.js';
import { locateSource } from './locate.js';
import { isSamePublication } from './publication.js';

export type ObtainSettings = {
  /** Path or URL; the published address when undefined. */
  readonly from: string | undefined;
  /** Addresses tried in turn when the first fails; the catalogue's own when undefined and `from` is too. */
  readonly fallbacks: readonly string[] | undefined;
  readonly download: Omit<
    DownloadOptions,
    'url' | 'fallbackUrls' | 'knownVersion' | 'nothingNewStatuses'
  >;
};

export type Obtained =
  | { readonly kind: 'file'; readonly file: SourceFile; readonly warnings: readonly string[] }
  | { readonly kind: 'unchanged'; readonly version: string }
  | { readonly kind: 'nothing-new' };

/** @throws AppError of locateSource or downloadSource; UsageError `SOURCE_SANS_ADRESSE`. */
export async function obtainFile(
  source: SourceName,
  inService: string | undefined,
  settings: ObtainSettings,
  progress: Progress,
  signal: AbortSignal,
): Promise<Obtained> {
  const { from } = settings;
  if (from !== undefined && !isUrl(from)) {
    const file = await locateSource(source, from, catalogue[source]);
    return isSamePublication(inService, file.version)
      ? { kind: 'unchanged', version: file.version }
      : { kind: 'file', file, warnings: [] };
  }
  const { url, fallbackUrls } = addressesOf(source, settings);
  const result = await downloadSource(
    {
      ...settings.download,
      url,
      fallbackUrls,
      knownVersion: inService,
      nothingNewStatuses: catalogue[source].nothingNewStatuses,
    },
    progress,
    signal,
  );
  return result.kind === 'downloaded'
    ? { kind: 'file', file: result.file, warnings: result.warnings }
    : result;
}

function isUrl(from: string): boolean {
  return /^https?:\/\//iu.test(from);
}

function addressesOf(
  source: SourceName,
  { from, fallbacks }: ObtainSettings,
): { readonly url: string; readonly fallbackUrls: readonly string[] } {
  if (from !== undefined) return { url: from, fallbackUrls: fallbacks ?? [] };
  const [url, ...others] = catalogue[source].urls;
  if (url !== undefined) return { url, fallbackUrls: fallbacks ?? others };
  throw new UsageError(
    'SOURCE_SANS_ADRESSE',
    `La source ${source} n'a pas d'adresse publique : réglez sources.${source}.from, ou donnez --from.`,
  );
}
