// One address: HEAD tells the version, GET fills the partial file, resumed over faults and runs.
import { AppError } from '../errors.js';
import { TransientFault, displayUrl, transferFault } from '../net/network-faults.js';
import { parseRetryAfter } from '../net/retry-after.js';
import type { Progress } from '../progress.js';
import type { DownloadOptions, DownloadOutcome } from './download-options.js';
import { formatBytes } from './file-faults.js';
import { finishDownload } from './finish-download.js';
import { type Answer, type HttpClient, discardBody } from './http-client.js';
import { sourceSettingNames, statusFault } from './status-fault.js';
import { type CreateFile, PartialFile, type Publication } from './partial-file.js';
import { isSamePublication } from './publication.js';
import { continuesPartial, publicationOf, resumeHeaders } from './resume.js';
import { type RetrySeams, withRetries } from './retry.js';
import { adoptPartial, assertRoom, urlKeyOf } from './temp-folder.js';

/** What tests replace: time, chance, the free disk and the file written to. */
export type DownloadSeams = RetrySeams & {
  freeBytes(folder: string): Promise<number>;
  readonly createFile: CreateFile;
};

export type Job = {
  readonly options: DownloadOptions;
  readonly client: HttpClient;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly seams: DownloadSeams;
};

export async function fetchFrom(url: URL, job: Job): Promise<DownloadOutcome> {
  const { options, progress, seams, signal } = job;
  let announced: Announced | undefined;
  let partial: PartialFile | undefined;
  const attempt = async (): Promise<DownloadOutcome> => {
    announced ??= await askHead(url, job);
    if (announced.kind !== 'publication') return announced;
    partial ??= await openPartial(url, announced.publication, job);
    return receive(url, announced.publication, partial, job);
  };
  try {
    return await withRetries(options.retries, seams, signal, attempt, (fault, waitMs) => {
      if (doubtingCodes.has(fault.code)) announced = undefined;
      progress.end(`${fault.message} Nouvelle tentative dans ${Math.ceil(waitMs / 1000)} s.`);
    });
  } catch (error) {
    const isWorthKeeping = signal.aborted || error instanceof TransientFault;
    await settlePartial(partial, isWorthKeeping);
    throw error;
  }
}

/** After these, what HEAD said is asked again. */
const doubtingCodes = new Set(['LONGUEUR_CHANGEE', 'LONGUEUR_FAUSSE', 'ARCHIVE_TRONQUEE']);

type Announced =
  | Extract<DownloadOutcome, { kind: 'unchanged' | 'nothing-new' }>
  /** undefined: the server does not answer HEAD. */
  | { readonly kind: 'publication'; readonly publication: Publication | undefined };

async function askHead(url: URL, job: Job): Promise<Announced> {
  const { client, options, signal } = job;
  const answer = await client.send({ method: 'HEAD', url, headers: requestHeaders }, signal);
  await discardBody(answer);
  const origin = displayUrl(answer.url);
  if (isNothingNew(answer, options)) return { kind: 'nothing-new', origin };
  if (answer.status === 405 || answer.status === 501) {
    return { kind: 'publication', publication: undefined };
  }
  if (answer.status !== 200) throw faultOf(answer, job);
  const publication = publicationOf(answer, url, undefined);
  if (isKnown(publication, options)) return unchanged(options, origin);
  assertSize(publication.totalBytes, answer, options);
  return { kind: 'publication', publication };
}

const requestHeaders = { 'accept-encoding': 'identity', 'user-agent': 'annuaire-sante-sync' };

function isNothingNew(answer: Answer, options: DownloadOptions): boolean {
  return options.nothingNewStatuses?.includes(answer.status) === true;
}

function isKnown(publication: Publication, options: DownloadOptions): boolean {
  return isSamePublication(options.knownVersion, publication.version);
}

function unchanged(options: DownloadOptions, origin: string): DownloadOutcome & Announced {
  return { kind: 'unchanged', version: options.knownVersion ?? '', origin };
}

function faultOf(answer: Answer, { options, seams }: Job): AppError {
  const retryAfterMs = parseRetryAfter(answer.header('retry-after'), seams.now());
  return statusFault(
    answer.status,
    answer.url,
    retryAfterMs,
    options.clientCertificate !== undefined,
  );
}

function assertSize(
  bytes: number | undefined,
  answer: Answer,
  { maxBytes }: DownloadOptions,
): void {
  if (bytes === undefined || bytes <= maxBytes) return;
  throw new AppError(
    'FICHIER_TROP_GROS',
    `${displayUrl(answer.url)} : le fichier dépasse la limite de ${formatBytes(maxBytes)}. ` +
      "Vérifiez l'adresse, ou relevez la limite.",
  );
}

async function openPartial(
  url: URL,
  announced: Publication | undefined,
  { options, seams }: Job,
): Promise<PartialFile> {
  const urlKey = urlKeyOf(url);
  const left = await adoptPartial(options.tempDir, urlKey, announced);
  return left ?? PartialFile.create(options.tempDir, urlKey, seams.createFile);
}

async function settlePartial(
  partial: PartialFile | undefined,
  isWorthKeeping: boolean,
): Promise<void> {
  if (!partial) return;
  const isResumable = partial.sizeBytes > 0 && resumeHeaders(partial) !== undefined;
  // The fault that led here is the one to tell; what this leaves is removed when stale.
  await (isWorthKeeping && isResumable ? partial.release() : partial.discard()).catch(
    () => undefined,
  );
}

async function receive(
  url: URL,
  announced: Publication | undefined,
  partial: PartialFile,
  job: Job,
): Promise<DownloadOutcome> {
  const { client, options, signal, progress } = job;
  if (isComplete(partial)) return finishDownload(url, partial, options, progress);
  const resume = resumeHeaders(partial);
  const headers = { ...requestHeaders, ...resume };
  const answer = await client.send({ method: 'GET', url, headers }, signal);
  try {
    const outcome = await beginBody(answer, url, announced, partial, resume !== undefined, job);
    if (outcome) {
      await partial.discard();
      return outcome;
    }
    await checkRoom(partial, job);
  } catch (error) {
    await discardBody(answer);
    throw error;
  }
  progress.step({
    label: `Téléchargement de ${partial.publication?.fileName ?? url.host}`,
    total: partial.publication?.totalBytes,
    unit: 'octets',
  });
  progress.update(partial.sizeBytes);
  await copyBody(answer, partial, job);
  await assertLength(answer, partial, options);
  return finishDownload(url, partial, options, progress);
}

function isComplete(partial: PartialFile): boolean {
  return partial.sizeBytes > 0 && partial.sizeBytes === partial.publication?.totalBytes;
}

/** Prepares the partial file for the body of `answer`; or the outcome, when there is no body to want. */
async function beginBody(
  answer: Answer,
  url: URL,
  announced: Publication | undefined,
  partial: PartialFile,
  isResuming: boolean,
  job: Job,
): Promise<DownloadOutcome | undefined> {
  const { options } = job;
  const origin = displayUrl(answer.url);
  if (isNothingNew(answer, options)) {
    await discardBody(answer);
    return { kind: 'nothing-new', origin };
  }
  if (isResuming && answer.status === 206 && continuesPartial(answer, partial)) return undefined;
  if (isResuming && (answer.status === 206 || answer.status === 416)) {
    await partial.forget();
    throw new TransientFault(
      'REPRISE_REFUSEE',
      `${origin} : reprise refusée, tout est à reprendre.`,
    );
  }
  if (answer.status !== 200) throw faultOf(answer, job);
  const publication = publicationOf(answer, url, announced);
  if (isKnown(publication, options)) {
    await discardBody(answer);
    return unchanged(options, origin);
  }
  assertNoWebPage(answer);
  assertSize(publication.totalBytes, answer, options);
  assertSameLength(answer, publication, announced);
  await partial.restart(publication);
  return undefined;
}

function assertNoWebPage(answer: Answer): void {
  if (!/^text\/html\b/i.test(answer.header('content-type') ?? '')) return;
  throw new AppError(
    'REPONSE_INATTENDUE',
    `${displayUrl(answer.url)} : le serveur a rendu une page web au lieu du fichier (maintenance, ou portail ` +
      "d'accès). Vérifiez le réglage « from » et l'accès au réseau, puis relancez.",
  );
}

/** HEAD and GET of one publication must state one length: else one of them lies, or the file has just changed. */
function assertSameLength(
  answer: Answer,
  publication: Publication,
  announced: Publication | undefined,
): void {
  const expected = announced?.totalBytes;
  if (expected === undefined || publication.totalBytes === expected) return;
  if (publication.fileName !== announced?.fileName) return;
  throw new TransientFault(
    'LONGUEUR_CHANGEE',
    `${displayUrl(answer.url)} : longueur annoncée de ${expected} octets, puis de ${publication.totalBytes ?? 0}.`,
  );
}

async function checkRoom(partial: PartialFile, { options, seams }: Job): Promise<void> {
  const neededBytes = (partial.publication?.totalBytes ?? 0) - partial.sizeBytes;
  const freeBytes = await seams.freeBytes(options.tempDir);
  assertRoom(options.tempDir, freeBytes, Math.max(0, neededBytes), options.diskMarginBytes);
}

async function copyBody(answer: Answer, partial: PartialFile, job: Job): Promise<void> {
  const { options, progress } = job;
  for await (const chunk of bodyChunks(answer, options)) {
    assertSize(partial.sizeBytes + chunk.length, answer, options);
    await partial.append(chunk);
    progress.update(partial.sizeBytes);
  }
}

/** Faults of the connection, apart from those of the disk that the loop above may throw. */
async function* bodyChunks(answer: Answer, options: DownloadOptions): AsyncIterable<Buffer> {
  try {
    const body: AsyncIterable<Buffer> = answer.body;
    for await (const chunk of body) yield chunk;
  } catch (error) {
    const hasProxy = options.proxy !== undefined;
    throw transferFault(error, { url: answer.url, hasProxy, settings: sourceSettingNames });
  }
}

async function assertLength(
  answer: Answer,
  partial: PartialFile,
  options: DownloadOptions,
): Promise<void> {
  const expected = partial.publication?.totalBytes;
  const { sizeBytes } = partial;
  if (sizeBytes > 0 && (expected === undefined || sizeBytes === expected)) return;
  if (expected !== undefined && sizeBytes > Math.min(expected, options.maxBytes)) {
    await partial.forget();
  }
  throw new TransientFault(
    'LONGUEUR_FAUSSE',
    `${displayUrl(answer.url)} : ${sizeBytes} octets reçus au lieu de ${expected ?? 'un fichier non vide'}.`,
  );
}
