// The plans: one is in force, the newest.
import type { GardePassee } from '../domain/plan.js';
import type { Db } from '../db/pool.js';

export type EtatPlan = 'ouvert' | 'bloque' | 'remplace';

export type Plan = {
  readonly id: number;
  readonly computedAt: Date;
  readonly reconcileRunId: number;
  /** Source -> source_load.id. */
  readonly loads: Readonly<Record<string, number>>;
  readonly settingsFingerprint: string;
  readonly suppressionsFingerprint: string;
  readonly etat: EtatPlan;
  readonly gardes: readonly GardePassee[];
  /** Operations that the plan wanted and nobody had decided when it was computed. */
  readonly insertCount: number;
  readonly replaceCount: number;
  readonly deleteCount: number;
  readonly retenueCount: number;
};

const columns = `id, computed_at as "computedAt", reconcile_run_id as "reconcileRunId", loads,
  settings_fingerprint as "settingsFingerprint",
  suppressions_fingerprint as "suppressionsFingerprint", etat, gardes,
  insert_count as "insertCount", replace_count as "replaceCount", delete_count as "deleteCount",
  retenue_count as "retenueCount"`;

export async function findPlanInForce(db: Db): Promise<Plan | undefined> {
  const { rows } = await db.query<Plan>(
    `select ${columns} from plan where etat <> 'remplace' order by id desc limit 1`,
  );
  return rows[0] && { ...rows[0], gardes: rows[0].gardes.map(toGarde) };
}

export async function findPlan(db: Db, id: number): Promise<Plan | undefined> {
  const { rows } = await db.query<Plan>(`select ${columns} from plan where id = $1::integer`, [id]);
  return rows[0] && { ...rows[0], gardes: rows[0].gardes.map(toGarde) };
}

type GardeJson = { [Key in keyof GardePassee]?: GardePassee[Key] | null };

/** JSON has no undefined: a key that is not there comes back as one. */
function toGarde(json: GardeJson & Pick<GardePassee, 'garde'>): GardePassee {
  return {
    garde: json.garde,
    domaine: json.domaine ?? undefined,
    limite: json.limite ?? 0,
    valeur: json.valeur ?? 0,
    message: json.message ?? '',
    domainesLeves: json.domainesLeves ?? [],
    leveePar: json.leveePar ?? undefined,
    leveeLe: json.leveeLe ?? undefined,
    motif: json.motif ?? undefined,
  };
}

export type NewPlan = Pick<
  Plan,
  'computedAt' | 'reconcileRunId' | 'loads' | 'settingsFingerprint' | 'suppressionsFingerprint'
>;

/** The new plan takes the place of all others; its counts and guards are set by `finishPlan` in the same transaction. */
export async function insertPlan(db: Db, plan: NewPlan): Promise<number> {
  await db.query(`update plan set etat = 'remplace' where etat <> 'remplace'`);
  const { rows } = await db.query<{ id: number }>(
    `insert into plan (computed_at, reconcile_run_id, loads, settings_fingerprint,
       suppressions_fingerprint, etat, insert_count, replace_count, delete_count, retenue_count)
     values ($1::timestamptz, $2::integer, $3::jsonb, $4::text, $5::text, 'ouvert', 0, 0, 0, 0)
     returning id`,
    [
      plan.computedAt,
      plan.reconcileRunId,
      JSON.stringify(plan.loads),
      plan.settingsFingerprint,
      plan.suppressionsFingerprint,
    ],
  );
  const row = rows[0];
  if (!row) throw new Error('insert into plan returned no row');
  return row.id;
}

/** The retenues of older plans go: nobody can act on them any more. */
export async function finishPlan(
  db: Db,
  planId: number,
  gardes: readonly GardePassee[],
): Promise<void> {
  await db.query(`delete from plan_retenue where plan_id < $1::integer`, [planId]);
  await db.query(
    `update plan set gardes = $2::jsonb, etat = $3::text,
       insert_count = o.inserts, replace_count = o.replaces, delete_count = o.deletes,
       retenue_count = (select count(*) from plan_retenue where plan_id = $1::integer)
     from (select count(*) filter (where kind = 'insert') as inserts,
         count(*) filter (where kind = 'replace') as replaces,
         count(*) filter (where kind = 'delete') as deletes
       from feed_operation where state = 'planned' and last_plan_id = $1::integer) o
     where id = $1::integer`,
    [planId, JSON.stringify(gardes), gardes.length === 0 ? 'ouvert' : 'bloque'],
  );
}

export async function updateGardes(
  db: Db,
  planId: number,
  gardes: readonly GardePassee[],
  etat: EtatPlan,
): Promise<void> {
  await db.query(`update plan set gardes = $2::jsonb, etat = $3::text where id = $1::integer`, [
    planId,
    JSON.stringify(gardes),
    etat,
  ]);
}

/** Changes whenever a deletion is decided or withdrawn. */
export async function fingerprintSuppressions(db: Db): Promise<string> {
  const { rows } = await db.query<{ fingerprint: string }>(
    `select concat_ws('/', count(*), coalesce(max(id), 0), count(withdrawn_at)) as fingerprint
     from suppression_decidee`,
  );
  return rows[0]?.fingerprint ?? '';
}

/** Whether something that the plan was waiting for has moved: an operation sent, replayed, cancelled. */
export async function hasRetenueMoved(db: Db, planId: number): Promise<boolean> {
  const { rows } = await db.query<{ moved: boolean }>(
    `select exists (select from plan_retenue r join feed_operation o on o.id = r.operation_id
       where r.plan_id = $1::integer
         and o.state <> case r.code when 'ENVOI_EN_COURS' then 'sending' when 'EN_ATTENTE' then 'held'
           when 'EN_ECHEC' then 'dead' else o.state end) as moved`,
    [planId],
  );
  return rows[0]?.moved ?? false;
}

/**
 * A plan is written, and decided on, while nothing else moves operations: pushers wait for its end, a few seconds at
 * most. The transaction is `read committed`: each statement after this one sees what was done before the lock.
 */
export async function lockFeed(db: Db): Promise<void> {
  await db.query(`set local lock_timeout = '60s'`);
  // A decision may refer to the plan meanwhile. No row of feed_operation may even be locked: a pusher that held one while
  // it waits for the table would never see the plan end.
  await db.query('lock table plan in share row exclusive mode');
  await db.query('lock table feed_operation in exclusive mode');
}
