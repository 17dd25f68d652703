// What the reconciliation tests share: a run with plain settings, and the open findings in short.
import type { Pool } from '../../src/db/pool.js';
import { silentProgress } from '../../src/progress.js';
import {
  reconcile,
  type ReconcileOptions,
  type ReconcileSettings,
  type ReconcileSummary,
} from '../../src/reconcile/reconcile.js';

export const motifAdresse = String.raw`^[^@\s]+@([^@\s]+\.mssante\.fr|interop-mssante\.apicrypt\.org)$`;

export const maintenant = new Date('2026-10-09T10:00:00Z');

export const reglages: ReconcileSettings = {
  domaines: [{ nom: 'chu.mssante.fr' }],
  inactiviteJours: 365,
  motifAdresse,
};

export function rapprocher(
  pool: Pool,
  settings: Partial<ReconcileSettings> = {},
  options: Partial<ReconcileOptions> = {},
): Promise<ReconcileSummary> {
  return reconcile(
    pool,
    { ...reglages, ...settings },
    { now: maintenant, ...options },
    silentProgress,
  );
}

export type ConstatCourt = { cle: string; valeurs: Record<string, unknown> };

/** Open findings as « CODE adresse precision », sorted, with their values. */
export async function constatsOuverts(pool: Pool): Promise<ConstatCourt[]> {
  const { rows } = await pool.query<ConstatCourt>(
    `select concat_ws(' ', code, coalesce(adresse, domaine), nullif(precision, '')) as cle, valeurs
     from constat where closed_run_id is null order by code, adresse, domaine, precision`,
  );
  return rows;
}
