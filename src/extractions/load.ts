// Puts one version of a source in service, in one transaction, or leaves everything as it was and says why.
import type { Client, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import type { RejectedLine, SourceFile, SourceName } from '../domain/source.js';
import { RefusedError } from '../errors.js';
import type { Progress } from '../progress.js';
import {
  findLoadInService,
  finishLoad,
  insertLoad,
  lockLoads,
  type LoadEnd,
  type SourceLoad,
} from '../store/source-load.js';
import type { ArchiveLimits } from './archive-limits.js';
import { checkAge, checkTable, type GuardBreach, type GuardLimits } from './guards.js';
import { loadSmall, type SmallSettings } from './load-small-source.js';
import { loadTexts, type TextSettings } from './load-texts.js';

export type LoadSettings = {
  readonly guards: GuardLimits;
  readonly archive: ArchiveLimits;
  readonly text: TextSettings;
  readonly small: SmallSettings;
};

export type LoadRequest = {
  readonly source: SourceName;
  readonly file: SourceFile;
  /** French: what obtaining the file had to say (a fallback was used…). */
  readonly warnings?: readonly string[];
  /** Overrules the guards that can be. */
  readonly isAccepted: boolean;
  readonly now: Date;
  /** Called last in the load's transaction: what it writes is kept if and only if the load is. */
  readonly record?: (client: Client, loaded: Loaded) => Promise<void>;
};

/** What a loader of one kind of source read into the transaction. */
export type SourceRead = {
  readonly tables: readonly (Parameters<typeof checkTable>[0] & {
    readonly duplicateCount: number;
  })[];
  readonly layout: string;
  readonly genereLe: Date | undefined;
  readonly isFull: boolean;
  readonly warnings: readonly string[];
  readonly rejects: readonly RejectedLine[];
  apply(): Promise<void>;
};

export type Loaded = {
  readonly load: SourceLoad;
  readonly rejects: readonly RejectedLine[];
  readonly overruled: readonly GuardBreach[];
};

/**
 * @throws RefusedError (exit 3) with every guard that the file breaks; AppError when it cannot be read. Nothing is changed
 * then, and the rejected lines are in `GuardRefusal.rejects`.
 */
export async function loadFile(
  pool: Pool,
  request: LoadRequest,
  settings: LoadSettings,
  progress: Progress,
  signal: AbortSignal,
): Promise<Loaded> {
  const { source, file } = request;
  return transaction(pool, async (client) => {
    // Sorting and index building of a national file, for this transaction only.
    await client.query(`set local work_mem = '128MB'`);
    await client.query(`set local maintenance_work_mem = '512MB'`);
    await lockLoads(client, source);
    const inService = await findLoadInService(client, source);
    const loadId = await openLoad(client, request);
    const read = await readSource(client, loadId, request, inService, settings, progress, signal);
    const genereLe = read.genereLe ?? file.genereLe;
    const breaches = [
      ...checkAge(source, inService?.genereLe, genereLe),
      ...read.tables.flatMap((table) => checkTable(table, settings.guards)),
    ];
    const refused = breaches.filter((broken) => !(request.isAccepted && broken.isAcceptable));
    if (refused.length > 0) throw new GuardRefusal(source, refused, read.rejects);
    progress.step({ label: `Mise en service de ${source}`, total: undefined, unit: 'lignes' });
    await read.apply();
    await finishLoad(client, loadId, endOf(request, read, breaches, inService, genereLe));
    progress.end();
    const load = await findLoadInService(client, source);
    if (!load) throw new Error('the load just written cannot be found');
    const loaded: Loaded = { load, rejects: read.rejects, overruled: breaches };
    await request.record?.(client, loaded);
    return loaded;
  });
}

/** A refusal by guards; the lines that were rejected are often the explanation. */
export class GuardRefusal extends RefusedError {
  readonly rejects: readonly RejectedLine[];

  constructor(
    source: SourceName,
    breaches: readonly GuardBreach[],
    rejects: readonly RejectedLine[],
  ) {
    const first = breaches[0];
    const advice = breaches.every((broken) => broken.isAcceptable)
      ? `Si ce changement est attendu, relancez avec « extract ${source} --accept ».`
      : `Attendez la prochaine publication ou vérifiez le fichier.`;
    super(
      first?.code ?? 'GARDE',
      `Source ${source} refusée, rien n'a changé, la dernière version reste en service.\n` +
        breaches.map((broken) => `  - ${broken.message}`).join('\n') +
        firstReject(rejects)
          .map((sentence) => `\n  ${sentence}`)
          .join('') +
        `\n${advice}`,
    );
    this.rejects = rejects;
  }
}

function firstReject([reject]: readonly RejectedLine[]): string[] {
  if (!reject) return [];
  const column = reject.column === undefined ? '' : `, colonne « ${reject.column} »`;
  return [`Premier rejet : ${reject.file}, ligne ${reject.line}${column} : ${reject.message}`];
}

function openLoad(client: Client, { source, file }: LoadRequest): Promise<number> {
  return insertLoad(client, {
    source,
    version: file.version,
    genereLe: file.genereLe,
    origin: file.origin,
    sizeBytes: file.sizeBytes,
    layout: '',
    lineCount: 0,
    rejectedCount: 0,
    duplicateCount: 0,
    addedCount: 0,
    goneCount: 0,
    isFull: false,
    warnings: [],
  });
}

function readSource(
  client: Client,
  loadId: number,
  request: LoadRequest,
  inService: SourceLoad | undefined,
  settings: LoadSettings,
  progress: Progress,
  signal: AbortSignal,
): Promise<SourceRead> {
  const { source, file } = request;
  switch (source) {
    case 'bals':
    case 'professionnels':
    case 'identites':
      return loadTexts(
        client,
        { source, loadId, file, previousLayout: inService?.layout ?? '' },
        { ...settings.text, archive: settings.archive },
        progress,
        signal,
      );
    case 'finess':
    case 'liste-blanche':
    case 'adeli-rpps':
      return loadSmall(
        client,
        { source, loadId, file, now: request.now },
        settings.small,
        progress,
        signal,
      );
    default:
      return source satisfies never;
  }
}

function endOf(
  request: LoadRequest,
  read: SourceRead,
  overruled: readonly GuardBreach[],
  inService: SourceLoad | undefined,
  genereLe: Date | undefined,
): LoadEnd {
  const sum = (pick: (table: SourceRead['tables'][number]) => number): number =>
    read.tables.reduce((total, table) => total + pick(table), 0);
  return {
    genereLe,
    layout: read.layout,
    isFull: read.isFull,
    lineCount: sum((table) => table.lineCount),
    rejectedCount: sum((table) => table.rejectedCount),
    duplicateCount: sum((table) => table.duplicateCount),
    addedCount: sum((table) => table.addedCount),
    goneCount: sum((table) => table.goneCount),
    warnings: [
      ...(request.warnings ?? []),
      ...read.warnings,
      ...firstReject(read.rejects),
      ...overruled.map((broken) => `Garde levée (--accept) : ${broken.message}`),
      ...gapWarning(inService?.genereLe, genereLe),
    ],
  };
}

/** Longer than this between two daily versions, and what changed cannot be dated to the day. */
const publicationGapMs = 48 * 3_600_000;

function gapWarning(before: Date | undefined, after: Date | undefined): string[] {
  if (!before || !after || after.getTime() - before.getTime() <= publicationGapMs) return [];
  const days = Math.round((after.getTime() - before.getTime()) / 86_400_000);
  return [
    `Interruption de ${days} jours entre la version précédente et celle-ci : ` +
      `ce qui a changé n'est pas daté plus finement.`,
  ];
}
