// What a person decides on the plan in force: all of it, a part, one operation.
import { estLevee, libellesKind, retient, type GardePassee } from '../domain/plan.js';
import { kindsOperation, type KindOperation } from '../domain/feed-operation.js';
import { withAdvisoryLock } from '../db/advisory-lock.js';
import type { Client, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { AppError, RefusedError, UsageError } from '../errors.js';
import type { Progress } from '../progress.js';
import {
  approveChosen,
  countChosen,
  insertDecision,
  rejectChosen,
  takeUpRejected,
  type Approbations,
  type ChoixOperations,
  type CompteChoisi,
} from '../store/plan-decision.js';
import type { MesureDomaine } from '../store/plan-mesure.js';
import { findPlan, findPlanInForce, lockFeed, updateGardes, type Plan } from '../store/plan.js';
import { computePlan } from './compute.js';
import { evaluateGuards, lift } from './guards.js';
import { measure } from './measure.js';
import type { PlanSettings } from './settings.js';
import { isOvertaken, readMonde, type Monde } from './world.js';

export type DecideOptions = {
  readonly now: Date;
  readonly auteur: string;
  /** The number that was read; another one in force is refused. */
  readonly planId?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type ApproveOptions = DecideOptions & {
  /** Undefined: only lifts the guards. */
  readonly choix: ChoixOperations | undefined;
  /** Lifts the guards, for the domain of the choice alone when it names one. */
  readonly override?: string | undefined;
};

export type ApproveResult = Approbations & {
  readonly planId: number;
  readonly comptes: readonly CompteChoisi[];
  readonly gardesLevees: readonly GardePassee[];
  /** Rejected before, taken up again: old number -> new number. */
  readonly reprises: ReadonlyMap<string, string>;
};

/**
 * @throws RefusedError `PLAN_BLOQUE`, `PLAN_DEPASSE`, `PLAN_REMPLACE`, `PLAN_ABSENT`; UsageError
 * `OPERATION_INCONNUE`. Nothing is changed then.
 */
export function approve(
  pool: Pool,
  settings: PlanSettings,
  options: ApproveOptions,
  progress: Progress,
): Promise<ApproveResult> {
  return decideOnPlan(pool, settings, options, progress, async (client, plan, monde) => {
    const nommees = options.choix?.operations ?? [];
    const reprises = await takeUpRejected(client, plan.id, nommees, options.now);
    const mesures = await measure(client, plan.id, settings, monde, options.now);
    // The guards never saw what had been rejected.
    const passees =
      reprises.size === 0
        ? plan.gardes
        : addGuards(plan.gardes, evaluateGuards(mesures, settings.gardes));
    const gardes = await overrule(client, plan, passees, mesures.domaines, options);
    const levees = gardes.filter((garde, index) => garde !== passees[index]);
    const empty = { approuvees: 0, premieres: 0, dejaVues: 0, reprises: new Map<string, string>() };
    const base = { planId: plan.id, gardesLevees: levees };
    if (!options.choix) return { ...base, ...empty, comptes: [] };
    const choix = followTakenUp(options.choix, reprises);
    const comptes = await countChosen(client, plan.id, choix);
    assertAllFound(choix, comptes);
    assertNotBlocked(gardes, comptes);
    const decision = { auteur: options.auteur, le: options.now };
    const made = await approveChosen(client, plan.id, choix, decision, settings.quatreYeux);
    const nombre = made.approuvees + made.premieres;
    if (nombre > 0) {
      await insertDecision(client, {
        ...decision,
        planId: plan.id,
        action: 'approve',
        filtre: { ...options.choix, approuvees: made.approuvees, premieres: made.premieres },
        raison: undefined,
        nombre,
      });
    }
    return { ...base, ...made, comptes, reprises };
  });
}

export type RejectResult = {
  readonly planId: number;
  readonly ecartees: number;
  readonly comptes: readonly CompteChoisi[];
};

/** A guard does not stop a rejection. */
export function reject(
  pool: Pool,
  settings: PlanSettings,
  options: DecideOptions & { readonly choix: ChoixOperations; readonly raison: string | undefined },
  progress: Progress,
): Promise<RejectResult> {
  return decideOnPlan(pool, settings, options, progress, async (client, plan) => {
    const comptes = await countChosen(client, plan.id, options.choix);
    assertAllFound(options.choix, comptes);
    const decision = { auteur: options.auteur, le: options.now };
    const ecartees = await rejectChosen(client, plan.id, options.choix, decision);
    if (ecartees > 0) {
      await insertDecision(client, {
        ...decision,
        planId: plan.id,
        action: 'reject',
        filtre: options.choix,
        raison: options.raison,
        nombre: ecartees,
      });
    }
    return { planId: plan.id, ecartees, comptes };
  });
}

/** A plan that the world has overtaken is computed again and shown, never decided on blindly. */
async function decideOnPlan<T>(
  pool: Pool,
  settings: PlanSettings,
  options: DecideOptions,
  progress: Progress,
  decide: (client: Client, plan: Plan, monde: Monde) => Promise<T>,
): Promise<T> {
  const locked = await withAdvisoryLock(pool, 'plan', () =>
    transaction(pool, async (client) => {
      await lockFeed(client);
      const plan = await findPlanInForce(client);
      if (!plan) throw noPlan();
      await assertSamePlan(client, plan, options.planId);
      const monde = await readMonde(client, settings, options.now);
      if (await isOvertaken(client, plan, monde)) return { kind: 'overtaken' as const, plan };
      return { kind: 'decided' as const, value: await decide(client, plan, monde) };
    }),
  );
  if (locked.kind === 'busy') {
    throw new AppError(
      'PLAN_EN_COURS',
      'Un plan est en cours de calcul ou de décision sur cette base : attendez sa fin, puis relancez la commande.',
    );
  }
  if (locked.value.kind === 'decided') return locked.value.value;
  const { plan } = await computePlan(pool, settings, options, progress);
  throw new RefusedError(
    'PLAN_DEPASSE',
    `Le plan n° ${locked.value.plan.id} est dépassé : un rapprochement, une source, un réglage ou une décision a changé depuis. ` +
      `Il a été recalculé, rien n’a été décidé. ${difference(locked.value.plan, plan)} ` +
      'Relisez-le (« annuaire-sync plan show »), puis décidez.',
  );
}

function noPlan(): RefusedError {
  return new RefusedError(
    'PLAN_ABSENT',
    'Aucun plan n’a encore été calculé : lancez « annuaire-sync plan show » et relisez-le avant de décider.',
  );
}

async function assertSamePlan(
  client: Client,
  plan: Plan,
  asked: number | undefined,
): Promise<void> {
  if (asked === undefined || asked === plan.id) return;
  const lu = await findPlan(client, asked);
  throw new RefusedError(
    'PLAN_REMPLACE',
    lu
      ? `Le plan n° ${asked} n’est plus en vigueur, rien n’a été décidé. ${difference(lu, plan)} Relisez-le (« annuaire-sync plan show »).`
      : `Il n’y a pas de plan n° ${asked} ; celui en vigueur est le n° ${plan.id}. Relisez-le (« annuaire-sync plan show »).`,
  );
}

function difference(before: Plan, after: Plan): string {
  return `Le plan n° ${before.id} proposait ${describeCounts(before)} ; le n° ${after.id} propose ${describeCounts(after)}.`;
}

function describeCounts(plan: Plan): string {
  const counts: Record<KindOperation, number> = {
    insert: plan.insertCount,
    replace: plan.replaceCount,
    delete: plan.deleteCount,
  };
  return kindsOperation
    .map((kind) => {
      const n = counts[kind];
      const { un, plusieurs } = libellesKind[kind];
      return `${n.toLocaleString('fr-FR')} ${n > 1 ? plusieurs : un}`;
    })
    .join(', ');
}

function addGuards(known: readonly GardePassee[], now: readonly GardePassee[]): GardePassee[] {
  const isKnown = (garde: GardePassee): boolean =>
    known.some((other) => other.garde === garde.garde && other.domaine === garde.domaine);
  return [...known, ...now.filter((garde) => !isKnown(garde))];
}

/** The guards, lifted when the options say so; the lifting is traced. */
async function overrule(
  client: Client,
  plan: Plan,
  passees: readonly GardePassee[],
  mesures: readonly MesureDomaine[],
  { override, choix, auteur, now }: ApproveOptions,
): Promise<readonly GardePassee[]> {
  if (override === undefined || passees.every(estLevee)) return passees;
  const domaine = choix?.domaine?.toLowerCase();
  const gardes = lift(passees, { auteur, le: now, motif: override, domaine }, mesures);
  await updateGardes(client, plan.id, gardes, gardes.every(estLevee) ? 'ouvert' : 'bloque');
  const concernees = mesures.filter(
    (mesure) => domaine === undefined || mesure.domaine === domaine,
  );
  await insertDecision(client, {
    planId: plan.id,
    auteur,
    le: now,
    action: 'override',
    filtre: {
      ...(domaine === undefined ? {} : { domaine }),
      gardes: passees.map((g) => g.garde),
    },
    raison: override,
    nombre: concernees.reduce((sum, { changements }) => sum + changements, 0),
  });
  return gardes;
}

function followTakenUp(
  choix: ChoixOperations,
  reprises: ReadonlyMap<string, string>,
): ChoixOperations {
  const { operations } = choix;
  return operations === undefined
    ? choix
    : { ...choix, operations: operations.map((id) => reprises.get(id) ?? id) };
}

/** Numbers are a person's word on each operation: one that is not there must not be passed over in silence. */
function assertAllFound(choix: ChoixOperations, comptes: readonly CompteChoisi[]): void {
  if (choix.operations === undefined) return;
  const found = comptes.reduce((sum, { nombre }) => sum + nombre, 0);
  if (found === new Set(choix.operations).size) return;
  throw new UsageError(
    'OPERATION_INCONNUE',
    `Sur ${choix.operations.length} opérations nommées, ${found} attendent une décision dans le plan en vigueur et répondent aux autres filtres : ` +
      'rien n’a été décidé. Vérifiez les numéros avec « annuaire-sync plan show --detail ».',
  );
}

function assertNotBlocked(gardes: readonly GardePassee[], comptes: readonly CompteChoisi[]): void {
  const domaines = new Set(comptes.map(({ domaine }) => domaine));
  const bloquantes = gardes.filter((garde) =>
    [...domaines].some((domaine) => retient(garde, domaine)),
  );
  if (bloquantes.length === 0) return;
  const shown = bloquantes.slice(0, 20).map(({ message }) => `  - ${message}`);
  const more = bloquantes.length > 20 ? `\n  … et ${bloquantes.length - 20} autres` : '';
  throw new RefusedError(
    'PLAN_BLOQUE',
    `Le plan est bloqué, rien n’a été décidé :\n${shown.join('\n')}${more}\n` +
      'Relisez ce que ces gardes arrêtent. Si c’est voulu, relancez avec « --override "la raison" » ' +
      '(avec « --domaine D » pour un domaine seulement) ; la raison et votre nom sont gardés.',
  );
}
