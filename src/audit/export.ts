// The audit trail for an investigation: JSON Lines with everything, or CSV for a spreadsheet. Read page by page, never held whole.
import type { Trace } from '../domain/trace.js';
import { libelleAction, libellesIssue } from '../domain/trace.js';
import type { Db } from '../db/pool.js';
import { listTraces, type CurseurTraces, type FiltreTraces } from '../store/journal-lecture.js';

export const formatsExport = ['jsonl', 'csv'] as const;
export type FormatExport = (typeof formatsExport)[number];

export type LimitesExport = { readonly tracesMax: number; readonly signal: AbortSignal };

export type BilanExport = {
  readonly tracesCount: number;
  /** There were more than `tracesMax`. */
  readonly estCoupe: boolean;
};

// Rows hold 17 KiB at most.
const pageRows = 500;

/** Hands the text to `write`, oldest trace first. Traces recorded meanwhile may be in it. */
export async function exportTraces(
  db: Db,
  filtre: FiltreTraces,
  format: FormatExport,
  { tracesMax, signal }: LimitesExport,
  write: (text: string) => Promise<void>,
): Promise<BilanExport> {
  if (format === 'csv') await write(`\ufeff${csvHeader.join(';')}\r\n`);
  let tracesCount = 0;
  let apres: CurseurTraces | undefined;
  for (;;) {
    signal.throwIfAborted();
    const max = Math.min(pageRows, tracesMax - tracesCount + 1);
    const page = await listTraces(db, filtre, { ordre: 'anciennes', apres, max });
    const kept = page.slice(0, tracesMax - tracesCount);
    if (kept.length > 0) await write(kept.map(format === 'csv' ? csvLine : jsonLine).join(''));
    tracesCount += kept.length;
    if (kept.length < page.length) return { tracesCount, estCoupe: true };
    apres = kept.at(-1);
    if (page.length < max || apres === undefined) return { tracesCount, estCoupe: false };
  }
}

export function traceJson({ sequence, at, action, issue, contenu, effaceeLe }: Trace): object {
  return {
    sequence,
    le: at.toISOString(),
    action,
    libelle: libelleAction(action),
    issue,
    ...(contenu ?? { effaceeLe: effaceeLe?.toISOString() ?? null }),
  };
}

function jsonLine(trace: Trace): string {
  return `${JSON.stringify(traceJson(trace))}\n`;
}

const csvHeader = [
  'sequence',
  'le',
  'action',
  'libelle',
  'issue',
  'genreAuteur',
  'auteur',
  'nomAuteur',
  'objets',
  'adresse',
  'agent',
  'requete',
  'reponse',
  'correlation',
  'effaceeLe',
];

/** The lines of the CSV alone, for a page that writes them by itself. */
export function csvTraces(traces: readonly Trace[]): string {
  return `\ufeff${csvHeader.join(';')}\r\n${traces.map(csvLine).join('')}`;
}

function csvLine({ sequence, at, action, issue, contenu, effaceeLe }: Trace): string {
  const { auteur, objets = [], poste, requete, reponse, correlation } = contenu ?? {};
  const cells = [
    String(sequence),
    at.toISOString(),
    action,
    libelleAction(action),
    libellesIssue[issue],
    auteur?.genre,
    auteur?.id,
    auteur?.nom,
    objets.map(({ genre, id }) => `${genre}:${id}`).join(' '),
    poste?.adresse,
    poste?.agent,
    requete && JSON.stringify(requete),
    reponse && JSON.stringify(reponse),
    correlation,
    effaceeLe?.toISOString(),
  ];
  return `${cells.map((cell) => csvCell(cell ?? '')).join(';')}\r\n`;
}

/** Always quoted; a cell that begins like a formula gets an apostrophe, so that no spreadsheet ever computes what a request said. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
