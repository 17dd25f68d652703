// A snapshot received whole (PUT) -> the same import as a file's, and what is answered of it.
import { rm } from 'node:fs/promises';
import type { Pool } from '../../db/pool.js';
import {
  fautesMontreesMax,
  type CompteImport,
  type FauteRecue,
  type FormatInventaire,
  type LectureRecue,
  type ProblemeRecu,
} from '../../domain/inventaire-recu.js';
import type { SourceInventaire } from '../../domain/source-inventaire.js';
import { AppError } from '../../errors.js';
import type { Progress } from '../../progress.js';
import type { Instantane } from '../../store/bal-evenement.js';
import type { ImportEnd } from '../../store/inventaire-import.js';
import { openInventaire } from '../csv.js';
import { explainExpected, type InventaireFault } from '../faults.js';
import { InvalidInventaireError, type ImportResult } from '../import-result.js';
import { loadLignes } from '../import.js';
import type { Lecture } from '../lecture.js';
import { openNdjson } from '../ndjson.js';

export type SourceHttp = SourceInventaire & {
  /** Share of its BAL that may disappear in one snapshot. */
  readonly retrecissementMax: number;
  readonly ignorerFautives: boolean;
};

export type ContenuInstantane = Instantane & {
  readonly source: SourceHttp;
  /** Absolute. */
  readonly path: string;
  readonly format: FormatInventaire;
  readonly octets: number;
  readonly sha256: string;
  readonly lecture: LectureRecue;
  /** For the record: who sent it. */
  readonly origin: string;
};

export type ConditionsImport = {
  readonly rowsMax: number;
  readonly bytesMax: number;
  /** What an administrator does when a guard refuses. */
  readonly conseil: string;
  readonly acceptedBy?: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly now: Date;
};

/** Throws what `loadLignes` does. */
export function importContenu(
  pool: Pool,
  contenu: ContenuInstantane,
  conditions: ConditionsImport,
): Promise<ImportResult> {
  const { source, lecture, origin, recuLe, instantaneLe } = contenu;
  const { conseil, acceptedBy, signal, progress, now } = conditions;
  return loadLignes(
    pool,
    { origin, open: (onProgress) => openContenu(contenu, conditions, onProgress) },
    {
      source,
      skipInvalid: source.ignorerFautives || lecture.ignorerFautives,
      guards: { lostRatioMax: source.retrecissementMax },
      instantane: { recuLe, instantaneLe },
      conseil,
      acceptedBy,
      signal,
    },
    progress,
    now,
  );
}

function openContenu(
  contenu: ContenuInstantane,
  { now, signal, rowsMax, bytesMax }: ConditionsImport,
  onProgress: (done: number, lines: number) => void,
): Promise<Lecture> {
  const { source, path, format, lecture, origin, sha256, octets } = contenu;
  const presentation = { nom: source.nom, origin };
  const options = {
    now,
    signal,
    source,
    onProgress,
    presentation,
    limits: { rowsMax, fileBytesMax: bytesMax },
  };
  return format === 'csv'
    ? openInventaire(path, { ...options, encoding: lecture.encodage })
    : openNdjson({ path, sha256, sizeBytes: octets }, options);
}

/** The refusals that an administrator may overrule. */
export const gardesAcceptables: readonly string[] = [
  'INVENTAIRE_REDUIT',
  'INVENTAIRE_COLONNES',
  'INVENTAIRE_REJETS',
];

export function endOfResult(result: ImportResult): ImportEnd {
  const compte: CompteImport = {
    lignes: result.lineCount,
    lignesRejetees: result.rejectedLineCount,
    bals: result.balCount,
    lignesOuvertes: result.addedCount,
    lignesFermees: result.goneCount,
    lignesActualisees: result.refreshedCount,
  };
  return {
    etat: result.outcome === 'loaded' ? 'charge' : 'inchange',
    chargement: result.loadId,
    compte,
    avertissements: result.warnings,
  };
}

/** What a failed import is answered; undefined for what nobody foresaw, which the journal is to tell. */
export function endOfError(error: unknown, isStopping: boolean): ImportEnd | undefined {
  if (isStopping) return { etat: 'interrompu', probleme: interrompu };
  if (error instanceof InvalidInventaireError)
    return { etat: 'refuse', probleme: invalid(error.faults, error.faultCount) };
  if (!(error instanceof AppError)) return undefined;
  const probleme = { code: error.code, message: error.message, fautes: [], nombreFautes: 0 };
  return { etat: 'refuse', probleme };
}

export const interrompu: ProblemeRecu = {
  code: 'INTERROMPU',
  message: 'Le service s’est arrêté pendant l’import : rien n’a été changé. Renvoyez l’instantané.',
  fautes: [],
  nombreFautes: 0,
};

export const echec: ProblemeRecu = {
  code: 'ECHEC_IMPORT',
  message:
    'L’import a échoué, rien n’a été changé ; le journal du service en dit la cause. Renvoyez l’instantané.',
  fautes: [],
  nombreFautes: 0,
};

function invalid(faults: readonly InventaireFault[], faultCount: number): ProblemeRecu {
  return {
    code: 'INVENTAIRE_INVALIDE',
    message:
      `${faultCount} faute(s) dans l’envoi : rien n’a été importé. Corrigez-les, ou envoyez « Prefer: handling=lenient » ` +
      'pour laisser ces lignes de côté.',
    fautes: faults.slice(0, fautesMontreesMax).map(toFaute),
    nombreFautes: faultCount,
  };
}

function toFaute(fault: InventaireFault): FauteRecue {
  return {
    ligne: fault.line,
    ...(fault.column !== undefined && { champ: fault.column }),
    code: fault.code,
    message: explainExpected(fault),
  };
}

export async function discard(path: string): Promise<void> {
  await rm(path, { force: true });
}
