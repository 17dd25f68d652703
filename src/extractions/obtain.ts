// Where the newest version of a source comes from: a file, a folder, or an address.
import type { SourceFile, SourceName } from '../domain/source.js';
import { UsageError } from '../errors.js';
import type { Progress } from '../progress.js';
import { catalogue } from './catalogue.js';
import { locateSource } from './locate.js';
import { isSamePublication } from './publication.js';

export type ObtainSettings = {
  /** Path or URL; the published address when undefined. */
  readonly from: string | undefined;
  /** Tried in turn when `from` cannot be had; the catalogue's own when undefined and `from` is too. */
  readonly fallbacks: readonly string[] | undefined;
};

export type Obtained =
  | { readonly kind: 'file'; readonly file: SourceFile }
  | { readonly kind: 'unchanged'; readonly version: string }
  | { readonly kind: 'nothing-new' };

export async function obtainFile(
  source: SourceName,
  inService: string | undefined,
  settings: ObtainSettings,
  progress: Progress,
  signal: AbortSignal,
): Promise<Obtained> {
  if (settings.from !== undefined && !isUrl(settings.from)) {
    const file = await locateSource(source, settings.from, catalogue[source]);
    return isSamePublication(inService, file.version)
      ? { kind: 'unchanged', version: file.version }
      : { kind: 'file', file };
  }
  void progress;
  void signal;
  throw new UsageError('x', 'x');
}

function isUrl(from: string): boolean {
  return /^https?:\/\//iu.test(from);
}
