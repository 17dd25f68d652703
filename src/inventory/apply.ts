// One transaction: the source staged, judged, compared with what is in service, put in its place.
import type { Client, Pool } from '../db/pool.js';
import type { SourceInventaire } from '../domain/source-inventaire.js';
import type { RejectedLine } from '../domain/source.js';
import { RefusedError } from '../errors.js';
import type { Progress } from '../progress.js';
import { dropStagedAbsent, listNewerThan, type Instantane } from '../store/bal-evenement.js';
import {
  applyStaging,
  beginStaging,
  compareStaging,
  dropConflits,
  keepInService,
  listConflits,
  listCreationsInterdites,
  listDomainesPerdus,
  listFilledColumns,
  lockInventaire,
  stageBals,
  type CreationsInterdites,
  type StagingFigures,
} from '../store/bal-operateur.js';
import {
  findInventaireLoad,
  findLoadInService,
  finishRun,
  insertLoad,
  insertRejects,
  type RunEnd,
  type RunOutcome,
  type SourceLoad,
} from '../store/source-load.js';
import { toRejectedLine, type InventaireReport } from './faults.js';
import {
  checkGuards,
  defaultInventaireGuards,
  type DomaineCede,
  type GuardedFacts,
  type GuardFinding,
  type InventaireGuards,
} from './guards.js';
import { InvalidInventaireError, unchangedResult, type ImportResult } from './import-result.js';
import type { Lecture, Ouverture } from './lecture.js';
import type { InventaireReadOptions } from './reading.js';
import { columnsOfLayout } from './version.js';

export type LoadOptions = {
  /** Undefined: the inventory has one source. */
  readonly source?: SourceInventaire | undefined;
  /** Import the right lines; a BAL with a wrong one keeps what it has in service (docs of `keepInService`). */
  readonly skipInvalid?: boolean | undefined;
  readonly guards?: Partial<InventaireGuards> | undefined;
  /** Who overrules the guards, if anybody does. */
  readonly acceptedBy?: string | undefined;
  /** French: what to do when a guard refuses what is right; undefined: that of the command line. */
  readonly conseil?: string | undefined;
  /** When it was taken and received: BAL with a newer event keep what they have in service. */
  readonly instantane?: Instantane | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type ImportOptions = LoadOptions &
  Pick<InventaireReadOptions, 'encoding' | 'delimiter' | 'limits'>;

export type Attempt = {
  readonly pool: Pool;
  readonly runId: number;
  readonly source: SourceInventaire;
  readonly ouverture: Ouverture;
  readonly options: LoadOptions;
  readonly progress: Progress;
  readonly now: Date;
};

export async function stageAndApply(
  client: Client,
  attempt: Attempt,
  lecture: Lecture,
): Promise<ImportResult> {
  const { source, options, progress } = attempt;
  await beginStaging(client);
  progress.step({
    label: `Lecture de ${lecture.nom}`,
    total: lecture.sizeBytes === 0 ? undefined : lecture.sizeBytes,
    unit: lecture.sizeBytes === 0 ? 'lignes' : 'octets',
  });
  await stageBals(client, lecture.rows());
  refuseFaults(attempt, lecture);
  progress.step({ label: 'Mise en service de l’inventaire', total: undefined, unit: 'lignes' });
  await lockInventaire(client);
  const isFirstOfAll = (await findLoadInService(client, 'inventaire')) === undefined;
  const inService = await findInventaireLoad(client, source.nom);
  const warnings = [
    ...lecture.report.warnings(),
    ...(await setConflitsAside(client, attempt, lecture)),
    ...(await setAside(client, attempt, lecture)),
  ];
  const figures = await compareStaging(client, source.nom);
  options.signal?.throwIfAborted();
  const lostColumns = await listLostColumns(client, source.nom, lecture, inService);
  const domainesCedes = await listDomainesCedes(client, source);
  const overruled = passGuards(attempt, lecture, { figures, lostColumns, domainesCedes });
  warnings.push(...overruled.map(({ message }) => message));
  const creationsInterdites = inService ? await listCreationsInterdites(client) : noCreation;
  warnings.push(...describeCreations(creationsInterdites));
  const changes = { figures, warnings, isFull: isFirstOfAll };
  const isUnchanged = inService !== undefined && changeCount(figures) === 0;
  const loadId = isUnchanged ? inService.id : await apply(client, source.nom, lecture, changes);
  const acceptedGuards = overruled.map(({ code }) => code);
  const outcome = isUnchanged ? 'unchanged' : 'loaded';
  await recordEnd(client, attempt, lecture, { outcome, loadId, acceptedGuards });
  return {
    ...unchangedResult(source.nom, attempt.runId, loadId, figures.balsAfter),
    ...describeEnd(lecture, changes),
    outcome,
    acceptedGuards,
    creationsInterdites,
  };
}

/** In the same transaction as the load: an attempt is never open over a load that is in service. */
async function recordEnd(
  client: Client,
  { runId, options }: Attempt,
  lecture: Lecture,
  end: Pick<ImportResult, 'outcome' | 'loadId' | 'acceptedGuards'>,
): Promise<void> {
  await insertRejects(client, runId, toRejectedLines(lecture));
  await finishRun(client, runId, {
    ...runEnd(lecture, end.outcome),
    loadId: end.loadId,
    acceptedGuards: end.acceptedGuards.map((code) => `${code} (${options.acceptedBy ?? ''})`),
  });
}

function describeEnd(
  { report, lineCount }: Lecture,
  { figures, warnings, isFull }: Applied,
): Partial<ImportResult> {
  return {
    isFull,
    lineCount,
    rejectedLineCount: report.rejectedLineCount,
    addedCount: figures.added,
    goneCount: figures.gone,
    refreshedCount: figures.refreshed,
    faults: report.faults,
    faultCount: report.faultCount,
    warnings,
  };
}

const noCreation: CreationsInterdites = { nombre: 0, adresses: [] };

/** The mail platform did not ask, or did not listen. */
export function describeCreations({ nombre, adresses }: CreationsInterdites): string[] {
  if (nombre === 0) return [];
  const reste = nombre > adresses.length ? ` et ${nombre - adresses.length} autres` : '';
  return [
    `Création interdite détectée (EX_GBM_4312) : ${nombre} BAL PER sans professionnel identifié (type 10) ` +
      `absentes de l’import précédent : ${adresses.join(', ')}${reste}.`,
  ];
}

function refuseFaults({ options }: Attempt, lecture: Lecture): void {
  const { faultCount, hasFatalFault } = lecture.report;
  if (hasFatalFault || (faultCount > 0 && options.skipInvalid !== true))
    throw new InvalidInventaireError(lecture);
}

/** An address is one source's: it does not pass from one to another by itself. */
async function setConflitsAside(
  client: Client,
  { source, options }: Attempt,
  { report }: Lecture,
): Promise<string[]> {
  const { nombre, premiers } = await listConflits(client, source.nom);
  if (nombre === 0) return [];
  const exemples = premiers.map((conflit) => `${conflit.adresse} (« ${conflit.source} »)`);
  const liste = exemples.join(', ') + (nombre > exemples.length ? '…' : '');
  const sentence = `${nombre} adresses de la source « ${source.nom} » sont en service dans une autre source : ${liste}`;
  if (options.skipInvalid !== true)
    throw new RefusedError(
      'ADRESSE_AUTRE_SOURCE',
      `Inventaire refusé, rien n’a été changé : ${sentence}. Retirez-les de l’une des deux ; si elles changent de source, ` +
        `« annuaire-sync inventory transfer ${premiers[0]?.source ?? 'ANCIENNE'} ${source.nom} [DOMAINE…] » les fait passer sans rien perdre.`,
    );
  report.rejectStaged(await dropConflits(client));
  return [`${sentence} ; elles y restent.`];
}

/** What the source says nothing right or nothing new of stays as it is; returns what is to be said of it, in French. */
async function setAside(
  client: Client,
  { source: { nom }, options }: Attempt,
  { report }: Lecture,
): Promise<string[]> {
  const { rejectedAdresses, unreadableAdresseCount } = report;
  const { instantane } = options;
  const newer = instantane ? await listNewerThan(client, nom, instantane) : [];
  if (rejectedAdresses.size === 0 && unreadableAdresseCount === 0 && newer.length === 0) return [];
  await keepInService(client, nom, [...rejectedAdresses, ...newer], unreadableAdresseCount > 0);
  await dropStagedAbsent(client, nom, newer);
  const kept = `${newer.length} BAL dont un événement est plus récent que l’instantané gardent l’état qu’il leur a donné.`;
  return [...describeRejected(report), ...(newer.length > 0 ? [kept] : [])];
}

function describeRejected(report: InventaireReport): string[] {
  const { rejectedLineCount, rejectedAdresses, unreadableAdresseCount } = report;
  if (rejectedAdresses.size === 0 && unreadableAdresseCount === 0) return [];
  const warnings = [
    `${rejectedLineCount} lignes fautives laissées de côté ; leurs BAL gardent l’état qu’elles avaient en service.`,
  ];
  if (unreadableAdresseCount > 0)
    warnings.push(
      `L’adresse de ${unreadableAdresseCount} lignes est illisible : aucune disparition de BAL n’est prise en compte.`,
    );
  return warnings;
}

/** Columns of the source in service that hold something there and are not in this reading of it. */
async function listLostColumns(
  client: Client,
  source: string,
  { missingColumns }: Lecture,
  inService: SourceLoad | undefined,
): Promise<readonly string[]> {
  const lost = columnsOfLayout(inService?.layout ?? '').filter((name) =>
    missingColumns.includes(name),
  );
  if (lost.length === 0) return [];
  const filled = await listFilledColumns(client, source);
  return lost.filter((name) => filled.includes(name));
}

/** Domains of which BAL in service would go because another source has them by now. */
async function listDomainesCedes(
  client: Client,
  { autres }: SourceInventaire,
): Promise<DomaineCede[]> {
  if (autres.size === 0) return [];
  const perdus = await listDomainesPerdus(client, [...autres.keys()]);
  return perdus.map((domaine) => ({ domaine, source: autres.get(domaine) ?? '' }));
}

/** Throws when a guard refuses and nobody answers for it; returns the overruled ones. */
function passGuards(
  { options }: Attempt,
  lecture: Lecture,
  changes: Pick<GuardedFacts, 'figures' | 'lostColumns' | 'domainesCedes'>,
): GuardFinding[] {
  const facts = {
    lineCount: lecture.lineCount,
    rejectedLineCount: lecture.report.rejectedLineCount,
    ...changes,
  };
  const findings = checkGuards(facts, { ...defaultInventaireGuards, ...options.guards });
  const [first] = findings;
  if (first === undefined) return [];
  const sentence = findings.map(({ message }) => message).join(' ; ');
  // Nobody hosts nothing: an empty export is a broken one, and would make every BAL an orphan.
  const isEmpty = findings.some(({ code }) => code === 'INVENTAIRE_VIDE');
  if (options.acceptedBy === undefined || isEmpty) {
    const advice = isEmpty
      ? 'Vérifiez l’export : un inventaire vide ne peut pas être mis en service.'
      : (options.conseil ??
        'Vérifiez que l’export est complet ; s’il est juste, relancez avec --accept.');
    throw new RefusedError(
      first.code,
      `Inventaire refusé, rien n’a été changé : ${sentence}. ${advice}`,
    );
  }
  const by = `accepté par ${options.acceptedBy}`;
  return findings.map(({ code, message }) => ({ code, message: `Garde-fou ${by} : ${message}.` }));
}

function changeCount(figures: StagingFigures): number {
  return figures.added + figures.gone + figures.refreshed;
}

type Applied = {
  readonly figures: StagingFigures;
  readonly warnings: readonly string[];
  readonly isFull: boolean;
};

async function apply(
  client: Client,
  source: string,
  lecture: Lecture,
  { figures, warnings, isFull }: Applied,
): Promise<number> {
  const loadId = await insertLoad(client, {
    source: 'inventaire',
    inventaireSource: source,
    version: lecture.version,
    genereLe: undefined,
    origin: lecture.origin,
    sizeBytes: lecture.sizeBytes,
    layout: lecture.layout,
    lineCount: lecture.lineCount,
    rejectedCount: lecture.report.rejectedLineCount,
    duplicateCount: lecture.report.duplicateLineCount,
    addedCount: figures.added,
    goneCount: figures.gone,
    isFull,
    warnings,
  });
  await applyStaging(client, source, loadId, isFull);
  return loadId;
}

export function toRejectedLines({ nom, report }: Lecture): RejectedLine[] {
  return report.faults.map((fault) => toRejectedLine(fault, nom));
}

export function runEnd<Outcome extends RunOutcome>(
  { version, origin }: Lecture,
  outcome: Outcome,
): RunEnd & { readonly outcome: Outcome } {
  return { outcome, version, origin };
}
