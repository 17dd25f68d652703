// What every format of the report starts from.
import {
  catalogueConstats,
  codesConstat,
  type CodeConstat,
  type GroupeConstat,
} from '../domain/constat.js';
import type { LoadSource } from '../domain/source.js';
import type { Db } from '../db/pool.js';
import { countBals, type BalCount } from '../store/bal-annuaire.js';
import { makeDecompte, type Decompte } from '../domain/decompte.js';
import { countConstats, type ConstatCount } from '../store/constat.js';
import { countCreationsInterdites, listMouvements } from '../store/decompte.js';
import { countRessemblants } from '../store/domaine-ressemblant.js';
import { findLastRun, type ReconcileRun } from '../store/reconcile-run.js';

export type ReportFilters = {
  readonly domaine?: string | undefined;
  readonly code?: CodeConstat | undefined;
  readonly groupe?: GroupeConstat | undefined;
  readonly adresse?: string | undefined;
  readonly since?: Date | undefined;
  readonly includeClosed?: boolean | undefined;
};

export type ReportOptions = {
  readonly format: 'table' | 'csv' | 'json';
  readonly filters: ReportFilters;
  /** Domains that the opérateur declares; those of the inventory are added. */
  readonly domaines: readonly string[];
  /** Columns of the terminal. */
  readonly width: number;
  /** Examples of each constat, in a table. */
  readonly examplesMax: number;
  readonly now: Date;
  /** French sentences on the freshness of the sources, made by the caller. */
  readonly fraicheur: readonly string[];
};

export type Summary = {
  /** Undefined before the first reconciliation. */
  readonly run: ReconcileRun | undefined;
  readonly bals: readonly BalCount[];
  readonly comptes: readonly ConstatCount[];
  readonly nonEvaluees: readonly {
    readonly code: CodeConstat;
    readonly sources: readonly LoadSource[];
  }[];
  /** PER of type 10 that were created all the same, still there. */
  readonly creationsInterdites: number;
  /** Domains that resemble ours, that nobody looked at. */
  readonly ressemblants: number;
  /** Only when PER_TYPE_10 alone is asked for. */
  readonly decompte: Decompte | undefined;
};

export async function readSummary(db: Db, options: ReportOptions): Promise<Summary> {
  const run = await findLastRun(db);
  const bals = await countBals(db, options.domaines);
  const { domaine } = options.filters;
  return {
    run,
    bals: bals.filter((count) => domaine === undefined || count.domaine === domaine.toLowerCase()),
    comptes: run ? await countConstats(db, constatFilter(options.filters), run.id) : [],
    nonEvaluees: run ? listNonEvaluees(run) : [],
    creationsInterdites: run ? await countCreationsInterdites(db, domaine) : 0,
    ressemblants: (await countRessemblants(db)).aExaminer,
    decompte: options.filters.code === 'PER_TYPE_10' ? await readDecompte(db, domaine) : undefined,
  };
}

async function readDecompte(db: Db, domaine: string | undefined): Promise<Decompte | undefined> {
  const { debut, mouvements } = await listMouvements(db, 'PER_TYPE_10', domaine);
  return debut === undefined ? undefined : makeDecompte(debut, mouvements);
}

export function constatFilter({
  code,
  ...filters
}: ReportFilters): Parameters<typeof countConstats>[1] {
  return { ...filters, codes: code === undefined ? undefined : [code] };
}

/** Rules that a source never loaded kept silent in the last run. */
function listNonEvaluees(run: ReconcileRun): Summary['nonEvaluees'] {
  return codesConstat.flatMap((code) => {
    const sources = catalogueConstats[code].sources.filter(
      (source) => run.loads[source] === undefined,
    );
    return sources.length === 0 ? [] : [{ code, sources }];
  });
}

/** What is said of the addresses whose presence in the Annuaire matters. */
export function sumBy<T>(rows: readonly T[], value: (row: T) => number): number {
  return rows.reduce((sum, row) => sum + value(row), 0);
}
