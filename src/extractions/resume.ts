// Which bytes an answer continues: never a mix of two publications.
import type { Answer } from './http-client.js';
import { fileNameOfDisposition, safeFileName } from './content-disposition.js';
import type { PartialFile, Publication } from './partial-file.js';
import { genereLeOfVersion, versionOfFileName, versionWithStamp } from './publication.js';

/** What an answer to HEAD or GET says of the file; `announced` lends its name to a GET that states none. */
export function publicationOf(
  answer: Answer,
  startUrl: URL,
  announced: Publication | undefined,
): Publication {
  const fileName =
    fileNameOfDisposition(answer.header('content-disposition')) ??
    announced?.fileName ??
    lastSegment(answer.url) ??
    lastSegment(startUrl) ??
    'telechargement';
  const lastModified = answer.header('last-modified');
  const version = versionWithStamp(versionOfFileName(fileName), parseDate(lastModified));
  return {
    fileName,
    // A name without a date is the same for every publication: it tells nothing.
    version: genereLeOfVersion(version) === undefined ? undefined : version,
    etag: answer.header('etag'),
    lastModified,
    totalBytes: parseLength(answer.header('content-length')),
  };
}

function lastSegment(url: URL): string | undefined {
  const encoded = url.pathname.split('/').at(-1) ?? '';
  try {
    return safeFileName(decodeURIComponent(encoded));
  } catch {
    return safeFileName(encoded);
  }
}

function parseDate(header: string | undefined): Date | undefined {
  const at = Date.parse(header ?? '');
  return Number.isNaN(at) ? undefined : new Date(at);
}

function parseLength(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

/**
 * Asks for the rest, only if nothing changed (If-Range). Without a validator, a name stamped to the minute does: its
 * answer must then bear that name again (continuesPartial). undefined when there is nothing to resume safely.
 */
export function resumeHeaders(partial: PartialFile): Record<string, string> | undefined {
  const { publication, sizeBytes } = partial;
  if (!publication || sizeBytes === 0) return undefined;
  const range = { range: `bytes=${sizeBytes}-` };
  const validator = strongEtag(publication) ?? publication.lastModified;
  if (validator !== undefined) return { ...range, 'if-range': validator };
  return publication.version === undefined ? undefined : range;
}

function strongEtag({ etag }: Publication): string | undefined {
  return etag?.startsWith('"') === true ? etag : undefined;
}

/** A 206 that carries on exactly where the partial file stops, of the same publication. */
export function continuesPartial(answer: Answer, partial: PartialFile): boolean {
  const known = partial.publication;
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(
    answer.header('content-range') ?? '',
  );
  if (!known || !match) return false;
  const [first, last, total] = match.slice(1).map(Number);
  if (first !== partial.sizeBytes || last === undefined || last + 1 !== total) return false;
  if (known.totalBytes !== undefined && known.totalBytes !== total) return false;
  const fileName = fileNameOfDisposition(answer.header('content-disposition'));
  const etag = answer.header('etag');
  const lastModified = answer.header('last-modified');
  const isProved =
    (etag !== undefined && etag === strongEtag(known)) ||
    (lastModified !== undefined && lastModified === known.lastModified) ||
    (fileName !== undefined && fileName === known.fileName && known.version !== undefined);
  return (
    isProved &&
    (fileName === undefined || fileName === known.fileName) &&
    (etag === undefined || known.etag === undefined || etag === known.etag) &&
    (lastModified === undefined ||
      known.lastModified === undefined ||
      lastModified === known.lastModified)
  );
}
