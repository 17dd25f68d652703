// What the tests of the plan share: from a few legible lines to a plan, told in short.
import type { Pool } from '../../src/db/pool.js';
import { computePlan, type Computed, type PlanOptions } from '../../src/plan/compute.js';
import type { PlanSettings } from '../../src/plan/settings.js';
import { silentProgress } from '../../src/progress.js';
import { recordPublication } from '../../src/store/publication-connue.js';
import type { Etat } from './annuaire.js';
import { load, vider } from './annuaire.js';
import { maintenant, motifAdresse, rapprocher, reglages } from './rapprochement.js';
import { emptyTables } from './empty-tables.js';

export const reglagesPlan: PlanSettings = {
  domaines: ['chu.mssante.fr'],
  inventaires: ['fichier'],
  motifAdresse,
  premierPlan: 'presumer',
  approbation: [],
  quatreYeux: false,
  gardes: {
    suppressionsMax: 500,
    suppressionsPartMax: 1,
    domaineSuppressionsMax: 200,
    domaineSuppressionsPartMax: 1,
    suppressionsPlancher: 3,
    changementsMax: 5_000,
    fenetreHeures: 24,
    inventaireMin: 1,
    inventaireAgeMaxHeures: 48,
    inventaireRejetsMax: 0,
  },
  fraicheurMaxHeures: { bals: 48, listeBlanche: 48 },
};

/** Every source that plans rest on, loaded, with one BAL in the inventory so that it is never empty. */
export const socle: Etat = {
  bals: [],
  inventaire: [],
  activites: [
    { rpps: '10000000018', mode: 'L' },
    { rpps: '10000000026', mode: 'L' },
  ],
  finess: [],
  listeBlanche: [{ domaine: 'chu.mssante.fr' }],
  adeli: [],
};

export async function viderPlan(pool: Pool): Promise<void> {
  await vider(pool);
  await emptyTables(pool, [
    'plan',
    'feed_operation',
    'publication_connue',
    'plan_decision',
    'suppression_decidee',
  ]);
}

export function planifier(
  pool: Pool,
  settings: Partial<PlanSettings> = {},
  options: Partial<PlanOptions> = {},
): Promise<Computed> {
  return computePlan(
    pool,
    { ...reglagesPlan, ...settings },
    { now: maintenant, ...options },
    silentProgress,
  );
}

/** Loads, reconciles, plans. */
export async function suivre(
  pool: Pool,
  etat: Etat,
  settings: Partial<PlanSettings> = {},
): Promise<Computed> {
  await load(pool, etat);
  const domaines = (settings.domaines ?? reglagesPlan.domaines).map((nom) => ({ nom }));
  await rapprocher(pool, { ...reglages, domaines });
  return planifier(pool, settings);
}

/** « kind adresse porteur MOTIF », in the order of their numbers; only those that wait for a decision unless told. */
export async function operations(pool: Pool, state = 'planned'): Promise<string[]> {
  const { rows } = await pool.query<{ ligne: string }>(
    `select concat_ws(' ', kind, adresse, porteur_cle, motif, nullif(array_to_string(champs, ','), '')) as ligne
     from feed_operation where state = $1::text order by id`,
    [state],
  );
  return rows.map(({ ligne }) => ligne);
}

/** « CODE kind adresse », sorted. */
export async function retenues(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ ligne: string }>(
    `select concat_ws(' ', code, kind, adresse) as ligne from plan_retenue
     where plan_id = (select max(id) from plan) order by 1`,
  );
  return rows.map(({ ligne }) => ligne);
}

/** What a pusher would have done with every operation of these states: approved, sent, accepted by the ANS. */
export async function accepter(
  pool: Pool,
  le: Date,
  states: readonly string[] = ['planned', 'approved'],
): Promise<void> {
  await pool.query(
    `update feed_operation set state = 'approved' where state = 'planned' and state = any($1::text[])`,
    [states],
  );
  await pool.query(`update feed_operation set state = 'sending' where state = 'approved'`);
  const { rows } = await pool.query<{ id: string }>(
    `update feed_operation set state = 'accepted', accepted_at = $1::timestamptz where state = 'sending' returning id`,
    [le],
  );
  await recordPublication(
    pool,
    rows.map(({ id }) => id),
  );
}
