// What the tests of the hygiene cycle share: an inventory, a clock that the test moves, and the mail server's answers.
import type { Pool } from '../../src/db/pool.js';
import { runHygiene, type BilanHygiene, type HygieneOptions } from '../../src/hygiene/run.js';
import type { HygieneSettings } from '../../src/hygiene/settings.js';
import { silentProgress } from '../../src/progress.js';
import { load, type Etat, type LigneInventaire } from './annuaire.js';
import { socle, viderPlan } from './plan.js';
import { rapprocher } from './rapprochement.js';
import { emptyTables } from './empty-tables.js';

export const reglagesHygiene: HygieneSettings = {
  limiteJours: 365,
  preavisJours: 30,
  delaiJours: 30,
  rappelJours: 7,
  domaines: ['chu.mssante.fr'],
  contact: undefined,
  autresBalMax: 2,
  avisParPassageMax: 1_000,
  inventaires: ['fichier'],
  inventaireAgeMaxHeures: 48,
  sansDatePartMax: 0.5,
  datesPerduesPartMax: 0.1,
  gardes: {
    suppressionsMax: 100,
    suppressionsPartMax: 1,
    suppressionsPlancher: 3,
    fenetreHeures: 24,
  },
  quota: { actif: true, administrateur: undefined },
  lienOpposition: (id, expireLe) => `https://exemple.test/${id}/${expireLe.getTime()}`,
};

export async function viderHygiene(pool: Pool): Promise<void> {
  await viderPlan(pool);
  await emptyTables(pool, ['cas_inactivite', 'avis_quota', 'hygiene_run', 'avis']);
}

/** Puts an inventory in service as of `le`, with what plans rest on, and reconciles at `le`. */
export async function importer(
  pool: Pool,
  inventaire: readonly LigneInventaire[],
  le: Date,
  reste: Etat = {},
): Promise<void> {
  await load(pool, { ...socle, ...reste, inventaire });
  await pool.query(
    'update source_load set loaded_at = $1::timestamptz, genere_le = $1::timestamptz',
    [le],
  );
  await rapprocher(pool, {}, { now: le });
}

export function passer(
  pool: Pool,
  now: Date,
  settings: Partial<HygieneSettings> = {},
  options: Partial<HygieneOptions> = {},
): Promise<BilanHygiene> {
  return runHygiene(
    pool,
    { ...reglagesHygiene, ...settings },
    { now, author: 'essai', ...options },
    silentProgress,
  );
}

/** Answers of the mail server for everything queued; the number of mails. */
export async function envoyer(
  pool: Pool,
  le: Date,
  issue: 'parti' | 'refuse' = 'parti',
): Promise<number> {
  await pool.query(
    `update avis set etat = 'en-envoi', bail_jusqua = $1::timestamptz, envoyeur = 'essai'
     where etat = 'a-envoyer'`,
    [le],
  );
  const { rowCount } = await pool.query(
    `update avis set etat = $2::text, bail_jusqua = null, envoyeur = null,
       parti_le = case when $2::text = 'parti' then $1::timestamptz end
     where etat = 'en-envoi'`,
    [le, issue],
  );
  return rowCount ?? 0;
}

/** « adresse etat attente », of every case, in the order of their numbers. */
export async function cas(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ ligne: string }>(
    `select concat_ws(' ', adresse, etat, coalesce(attente, cloture)) as ligne from cas_inactivite order by id`,
  );
  return rows.map(({ ligne }) => ligne);
}

/** « gabarit destinataire etat », in the order of their queue. */
export async function avis(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ ligne: string }>(
    `select concat_ws(' ', gabarit, destinataire, etat) as ligne from avis order by id`,
  );
  return rows.map(({ ligne }) => ligne);
}

/** Days after (or before) an instant. */
export function jours(date: Date, n: number): Date {
  return new Date(date.getTime() + n * 86_400_000);
}
