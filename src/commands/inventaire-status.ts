// The sources of the inventory as « status », « report » and « inventory sync » tell them.
import type { Settings } from '../config/settings.js';
import type { Pool } from '../db/pool.js';
import { judgeFreshness, type Freshness } from '../domain/freshness.js';
import type { TypeSourceInventaire } from '../domain/source-inventaire.js';
import { listParts } from '../store/inventaire-parts.js';
import { listInventaireLoads, type SourceLoad } from '../store/source-load.js';
import type { LastRun } from '../store/source-status.js';
import { formatDate } from './format-date.js';

export type InventaireStatus = {
  readonly nom: string;
  /** Undefined: the settings no longer know it, and its lines are in service all the same. */
  readonly type: TypeSourceInventaire | undefined;
  readonly balCount: number;
  readonly load: SourceLoad | undefined;
  readonly lastRun: LastRun | undefined;
  readonly freshness: Freshness;
  /** French, when the last attempt did not succeed. */
  readonly lastFailure: string | undefined;
};

export async function readInventaires(
  pool: Pool,
  settings: Settings,
  runs: readonly LastRun[],
  now: Date,
): Promise<InventaireStatus[]> {
  const loads = await listInventaireLoads(pool);
  const parts = new Map((await listParts(pool)).map(({ nom, bals }) => [nom, bals]));
  const declared = settings.inventaire.sources.map(({ nom, type }) => ({ nom, type }));
  const orphans = [...parts.keys()].filter((nom) => declared.every((other) => other.nom !== nom));
  return [...declared, ...orphans.sort().map((nom) => ({ nom, type: undefined }))].map((source) => {
    const load = loads.find(({ inventaireSource }) => inventaireSource === source.nom);
    const lastRun = runs.find(({ inventaireSource }) => inventaireSource === source.nom);
    const lastFailure = failureOf(lastRun);
    const facts = {
      inServiceSince: lastSuccess(load, lastRun),
      lastContactAt: lastRun?.lastContactAt,
      lastRunAt: lastRun?.startedAt,
      lastFailure,
    };
    const ageMaxHeures = settings.plan.gardes.inventaireAgeMaxHeures;
    const freshness = judgeFreshness(facts, ageMaxHeures, now);
    return {
      ...source,
      balCount: parts.get(source.nom) ?? 0,
      load,
      lastRun,
      freshness,
      lastFailure,
    };
  });
}

/** The same inventory given again is no new load, and is fresh all the same. */
export function lastSuccess(
  load: SourceLoad | undefined,
  run: LastRun | undefined,
): Date | undefined {
  if (!load) return undefined;
  return new Date(Math.max(load.loadedAt.getTime(), run?.lastContactAt?.getTime() ?? 0));
}

// Enough for a reason and its remedy; the faults of a file are told by its import.
const failureCharsMax = 400;

export function failureOf(run: LastRun | undefined): string | undefined {
  if (!run || !['refused', 'failed', 'interrupted'].includes(run.outcome)) return undefined;
  // A refusal tells its reasons and its remedy on the lines below the first.
  const lines = run.message?.split('\n').map((line) => line.trim());
  const text = lines?.join(' ') ?? run.code ?? 'échec';
  return text.length > failureCharsMax ? `${text.slice(0, failureCharsMax)}…` : text;
}

/** French lines, one for each source and its notes. */
export function describeInventaires(inventaires: readonly InventaireStatus[]): string[] {
  const isAlone = inventaires.length === 1;
  return inventaires.flatMap((inventaire) => {
    const label = isAlone ? 'inventaire' : `inventaire « ${inventaire.nom} »`;
    return [describe(inventaire, label), ...notesOn(inventaire).map((note) => `    ${note}`)];
  });
}

function describe(
  { nom, type, load, balCount, freshness }: InventaireStatus,
  label: string,
): string {
  if (type === undefined)
    return `! ${label} : absent des réglages, ${balCount.toLocaleString('fr-FR')} BAL en service`;
  if (!load) return `! ${label} : jamais importé (${howToLoad(nom, type)})`;
  const mark = freshness.kind === 'a-jour' ? '✓' : '!';
  return `${mark} ${label} : importé le ${formatDate(load.loadedAt)}, ${load.lineCount.toLocaleString('fr-FR')} lignes`;
}

function howToLoad(nom: string, type: TypeSourceInventaire): string {
  if (type === 'http') return 'en attente d’un envoi à l’API';
  if (nom === 'fichier') return '« annuaire-sync inventory import FICHIER »';
  return `« annuaire-sync inventory sync ${nom} »`;
}

function notesOn(inventaire: InventaireStatus): string[] {
  const { nom, type, load, freshness, lastFailure } = inventaire;
  const notes: string[] = [];
  if (type === undefined) notes.push(orphanAdvice(nom));
  else if (freshness.kind === 'en-retard') {
    notes.push(`en retard (${Math.round(freshness.ageHours)} h) : ${causeDuRetard(inventaire)}`);
  } else if (lastFailure !== undefined) notes.push(`dernier import sans succès : ${lastFailure}`);
  if (load && load.rejectedCount > 0)
    notes.push(`${load.rejectedCount.toLocaleString('fr-FR')} lignes rejetées`);
  return notes;
}

/** French; nobody publishes an inventory, so that what « judgeFreshness » says of a publisher is not for it. */
export function causeDuRetard({ freshness, lastFailure }: InventaireStatus): string {
  if (freshness.kind === 'a-jour') return '';
  return freshness.kind === 'en-retard' && lastFailure === undefined
    ? 'aucun import réussi depuis'
    : freshness.cause;
}

/** What to do with a source that the settings no longer know. */
export function orphanAdvice(nom: string): string {
  return (
    `« ${nom} » n'est plus dans « inventaire.sources » : ses lignes restent en service, sans être actualisées. Retirez-les ` +
    `(« annuaire-sync inventory drop ${nom} --accept »), ou donnez-les à la source qui la remplace ` +
    `(« annuaire-sync inventory transfer ${nom} NOUVELLE »).`
  );
}
