import type { Client } from '../db/pool.js';
import type { SourceFile } from '../domain/source.js';
import type { Progress } from '../progress.js';
import { openMembers, type Member } from './archive.js';
import type { ArchiveLimits } from './archive-limits.js';
import { activiteMember, catalogue, savoirFaireMember } from './catalogue.js';
import type { SourceRead } from './load.js';
import { balsSpec } from './rows/bals.js';
import { identitesSpec } from './rows/identites.js';
import { personneActiviteSpec } from './rows/personne-activite.js';
import { savoirFaireSpec } from './rows/savoir-faire.js';
import { parseLayoutRecord, recordOf, type LayoutRecord } from './text/layout-record.js';
import type { TextFileSpec } from './text/spec.js';
import { stageText, type StagedText, type TextLimits } from './text/stage-text.js';

export type TextSettings = {
  readonly limits: TextLimits;
  readonly fallbackCharset: 'iso-8859-1' | undefined;
  /** Folder for temporary files. */
  readonly tempDir: string;
};

export type TextSource = 'bals' | 'professionnels' | 'identites';

type TextRequest = {
  readonly source: TextSource;
  readonly loadId: number;
  readonly file: SourceFile;
  readonly previousLayout: string;
};

/** The description of each member that is kept, by its name in the catalogue. */
const specs: Readonly<Record<string, TextFileSpec>> = {
  Extraction_Correspondance_MSSante: balsSpec,
  [activiteMember]: personneActiviteSpec,
  [savoirFaireMember]: savoirFaireSpec,
  Extraction_ProSanteConnect: identitesSpec,
};

/** Stages every kept member of the file, one after the other. */
export async function loadTexts(
  client: Client,
  request: TextRequest,
  settings: TextSettings & { readonly archive: ArchiveLimits },
  progress: Progress,
  signal: AbortSignal,
): Promise<SourceRead> {
  const previous = parseLayoutRecord(request.previousLayout);
  const members = await openMembers(
    request.file.path,
    catalogue[request.source].members,
    settings.archive,
  );
  const staged: StagedText[] = [];
  for (const { spec, member } of keptOf(members)) {
    staged.push(
      await stageText(spec, member, {
        client,
        loadId: request.loadId,
        previousLayout: previous[spec.table],
        fallbackCharset: settings.fallbackCharset,
        limits: settings.limits,
        spoolDir: settings.tempDir,
        progress,
        signal,
      }),
    );
  }
  return {
    tables: staged.map((text) => ({ ...text, file: text.spec.file })),
    layout: JSON.stringify({ ...previous, ...layoutsOf(staged) }),
    genereLe: undefined,
    isFull: staged.some((text) => text.isFull),
    warnings: [...staged.flatMap(unknownColumns), ...absentMembers(request.source, members)],
    rejects: staged.flatMap((text) => text.rejects),
    apply: async () => {
      for (const text of staged) await text.apply();
    },
  };
}

function keptOf(members: readonly Member[]): { spec: TextFileSpec; member: Member }[] {
  return members.flatMap((member) => {
    const spec = specs[member.name];
    return spec ? [{ spec, member }] : [];
  });
}

function layoutsOf(staged: readonly StagedText[]): LayoutRecord {
  return Object.fromEntries(staged.map((text) => [text.spec.table, recordOf(text.layout)]));
}

/** The open-data copy, for one, holds Personne_activite alone. */
function absentMembers(source: TextSource, members: readonly Member[]): string[] {
  const present = new Set(members.map(({ name }) => name));
  return catalogue[source].members
    .filter(({ name }) => specs[name] !== undefined && !present.has(name))
    .map(
      ({ name }) =>
        `${specs[name]?.file ?? name} absent de cette version : ce qui en était en service y reste.`,
    );
}

function unknownColumns({ spec, layout }: StagedText): string[] {
  if (layout.unknown.length === 0) return [];
  const names = layout.unknown.map((name) => `« ${name} »`).join(', ');
  return [`${spec.file} : colonnes inconnues, ignorées : ${names}.`];
}
