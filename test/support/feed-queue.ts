// Fills the outbox as a plan would, and tells what became of it.
import type { KindOperation } from '../../src/domain/feed-operation.js';
import type { FeedState } from '../../src/domain/feed-state.js';
import type { Pool } from '../../src/db/pool.js';
import { emptyTables } from './empty-tables.js';

export type LigneFile = {
  kind?: KindOperation;
  adresse: string;
  type?: 'PER' | 'ORG' | 'APP' | 'CAB' | null;
  rpps?: string;
  structure?: string;
  /** What a delete without RPPS has. */
  isARechercher?: boolean;
  state?: FeedState;
  listeRouge?: boolean;
  rang?: number;
  description?: string;
  service?: string;
  responsable?: string;
  champs?: readonly string[];
  apresId?: number;
  nextAttemptAt?: Date;
  attempts?: number;
  isOutcomeUnknown?: boolean;
  lastCode?: string;
  acceptedAt?: Date;
  claimedBy?: string;
  leaseUntil?: Date;
  motif?: string;
};

export const creation = new Date('2026-11-20T08:00:00Z');

/** Their numbers, in the order given; those without RPPS nor structure have an RPPS of their own. */
export async function enfiler(pool: Pool, lignes: readonly LigneFile[]): Promise<number[]> {
  const planId = await ensurePlan(pool);
  const { rows } = await pool.query<{ id: number }>(
    `insert into feed_operation (plan_id, last_plan_id, kind, state, adresse, domaine, type_bal, porteur_kind, rpps,
       structure_id, liste_rouge, rang, description, service, responsable, champs, motif, exigence, apres_id, created_at,
       next_attempt_at, attempts, is_outcome_unknown, last_code, accepted_at, claimed_by, lease_until)
     select $1::integer, $1::integer, l.kind, l.state, l.adresse, split_part(l.adresse, '@', 2), l.type_bal,
       l.porteur_kind, l.rpps, l.structure_id, l.liste_rouge, l.rang, l.description, l.service, l.responsable,
       l.champs, l.motif, 'Référentiel #1', l.apres_id, $2::timestamptz, l.next_attempt_at, l.attempts,
       l.is_outcome_unknown, l.last_code, l.accepted_at, l.claimed_by, l.lease_until
     from jsonb_populate_recordset(null::feed_operation, $3::jsonb) l
     returning id::float8 as id`,
    [planId, creation, JSON.stringify(lignes.map(rowOf))],
  );
  return rows.map(({ id }) => id);
}

function rowOf(ligne: LigneFile, index: number): object {
  const type = ligne.type === undefined ? 'PER' : ligne.type;
  const isStructure = type === 'ORG' || type === 'APP';
  const rpps = isStructure || ligne.isARechercher ? null : (ligne.rpps ?? rppsDe(index));
  const structure = isStructure ? (ligne.structure ?? '1750000001') : (ligne.structure ?? null);
  const porteur = isStructure ? 'structure' : structure === null ? 'professionnel' : 'situation';
  return {
    kind: ligne.kind ?? 'insert',
    state: ligne.state ?? 'approved',
    adresse: ligne.adresse,
    type_bal: type,
    porteur_kind: ligne.isARechercher ? 'a-rechercher' : porteur,
    rpps,
    structure_id: structure,
    liste_rouge: ligne.listeRouge ?? false,
    rang: ligne.rang ?? null,
    description: ligne.description ?? null,
    service: ligne.service ?? null,
    responsable: ligne.responsable ?? null,
    champs: ligne.champs ?? [],
    motif: ligne.motif ?? 'NON_PUBLIEE',
    apres_id: ligne.apresId ?? null,
    next_attempt_at: ligne.nextAttemptAt ?? null,
    attempts: ligne.attempts ?? 0,
    is_outcome_unknown: ligne.isOutcomeUnknown ?? false,
    last_code: ligne.lastCode ?? null,
    accepted_at: ligne.acceptedAt ?? null,
    claimed_by: ligne.claimedBy ?? null,
    lease_until: ligne.leaseUntil ?? null,
  };
}

export function rppsDe(index: number): string {
  return String(10_100_000_000 + index);
}

async function ensurePlan(pool: Pool): Promise<number> {
  const { rows: known } = await pool.query<{ id: number }>(`select id from plan limit 1`);
  if (known[0]) return known[0].id;
  const { rows } = await pool.query<{ id: number }>(
    `with run as (
       insert into reconcile_run (started_at, judged_at, mode, loads, settings_fingerprint)
       values (now(), now(), 'full', '{}', '') returning id)
     insert into plan (computed_at, reconcile_run_id, loads, settings_fingerprint, suppressions_fingerprint, etat, insert_count, replace_count,
       delete_count, retenue_count)
     select now(), id, '{}', '', '', 'ouvert', 0, 0, 0, 0 from run returning id`,
  );
  return rows[0]?.id ?? 0;
}

export type EtatOperation = {
  id: number;
  adresse: string;
  kind: KindOperation;
  state: FeedState;
  attempts: number;
  code: string | null;
  message: string | null;
  status: number | null;
  isOutcomeUnknown: boolean;
  nextAttemptAt: Date | null;
  claimedBy: string | null;
};

export async function operations(pool: Pool): Promise<EtatOperation[]> {
  const { rows } = await pool.query<EtatOperation>(
    `select id::float8 as id, adresse, kind, state, attempts, last_code as code, last_message as message,
       last_status as status, is_outcome_unknown as "isOutcomeUnknown", next_attempt_at as "nextAttemptAt",
       claimed_by as "claimedBy"
     from feed_operation order by id`,
  );
  return rows;
}

export async function operation(pool: Pool, id: number): Promise<EtatOperation> {
  const found = (await operations(pool)).find((one) => one.id === id);
  if (!found) throw new Error(`no operation ${id}`);
  return found;
}

/** Forgets plans, operations and pauses. */
export async function viderFile(pool: Pool): Promise<void> {
  await emptyTables(pool, [
    'plan',
    'plan_decision',
    'publication_connue',
    'reconcile_run',
    'feed_operation',
    'feed_attempt',
  ]);
  await pool.query(
    `update feed_channel set next_call_at = null, paused_until = null, pause_reason = null, opening_count = 0,
       stopped_at = null, stop_code = null, stop_message = null`,
  );
}
