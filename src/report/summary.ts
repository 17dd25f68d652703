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
import { countConstats, type ConstatCount } from '../store/constat.js';
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
  };
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
