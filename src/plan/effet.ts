// What a decision would do to the plan in force, before anybody takes it.
import { createHash } from 'node:crypto';
import type {
  ActionPlan,
  ChoixOperations,
  ComptesParKind,
  EffetPlan,
  EffetVu,
  LigneEffet,
} from '../domain/choix-plan.js';
import { estLevee, type GardePassee } from '../domain/plan.js';
import type { Client } from '../db/pool.js';
import {
  countEffect,
  countHeldByOthers,
  countRejectedAmong,
  type EffetCompte,
} from '../store/plan-effet.js';
import { measurePlan } from '../store/plan-mesure.js';
import type { Plan } from '../store/plan.js';
import { debutDeFenetre, lift } from './guards.js';
import { gardesBloquantes } from './passer-outre.js';
import type { PlanSettings } from './settings.js';

export type Intention = {
  readonly action: ActionPlan;
  /** Undefined only for `override`. */
  readonly choix: ChoixOperations | undefined;
  /** Whether the guards are lifted by the same decision (always, for `override`). */
  readonly isOverride: boolean;
  readonly auteur: string;
  readonly now: Date;
};

/** `client` is inside a transaction that sees one state of the plan. */
export async function predict(
  client: Client,
  settings: PlanSettings,
  plan: Plan,
  intention: Intention,
): Promise<EffetPlan> {
  const { action, choix } = intention;
  const comptes = choix ? await countEffects(client, settings, plan, choix, intention) : [];
  const reprises = await listReprises(client, plan, intention);
  const gardes = await liftedGuards(client, settings, plan, intention);
  const gardesLevees = gardes.filter((garde, index) => garde !== plan.gardes[index]);
  const lignes = merge([...comptes, ...reprises]);
  const effet = {
    action,
    lignes,
    reprises: reprises.reduce((sum, { nombre }) => sum + nombre, 0),
    enAttente: action === 'approve' && choix ? await countHeldByOthers(client, plan.id, choix) : 0,
    // A rejection is never stopped.
    gardesQuiRetiennent: action === 'approve' ? gardesBloquantes(gardes, lignes) : [],
    gardesLevees,
  };
  return { ...effet, vu: look(plan, intention, comptes, effet) };
}

async function countEffects(
  client: Client,
  { quatreYeux }: PlanSettings,
  plan: Plan,
  choix: ChoixOperations,
  { action, auteur }: Intention,
): Promise<EffetCompte[]> {
  return countEffect(client, plan.id, choix, auteur, quatreYeux && action === 'approve');
}

/** A rejected operation comes back as a new one: with four eyes, a deletion waits for two people again. */
async function listReprises(
  client: Client,
  plan: Plan,
  { action, choix }: Intention,
): Promise<LigneEffet[]> {
  if (action !== 'approve' || choix?.operations === undefined) return [];
  const rejected = await countRejectedAmong(client, plan.id, choix.operations);
  return rejected.map((ligne) => ({
    ...ligne,
    approuvees: ligne.nombre,
    premieres: 0,
    dejaVues: 0,
  }));
}

async function liftedGuards(
  client: Client,
  { domaines, gardes }: PlanSettings,
  plan: Plan,
  { action, isOverride, choix, auteur, now }: Intention,
): Promise<readonly GardePassee[]> {
  if (action === 'reject' || !isOverride || plan.gardes.every(estLevee)) return plan.gardes;
  const domaine = choix?.domaine?.toLowerCase();
  // Without a domain, every guard is lifted whatever the figures.
  const mesures =
    domaine === undefined
      ? []
      : await measurePlan(client, plan.id, domaines, debutDeFenetre(now, gardes));
  return lift(plan.gardes, { auteur, le: now, motif: '', domaine }, mesures);
}

function merge(lignes: readonly LigneEffet[]): LigneEffet[] {
  const sums = new Map<string, LigneEffet>();
  for (const { domaine, kind, nombre, approuvees, premieres, dejaVues } of lignes) {
    const key = `${domaine} ${kind}`;
    const known = sums.get(key);
    sums.set(key, {
      domaine,
      kind,
      nombre: nombre + (known?.nombre ?? 0),
      approuvees: approuvees + (known?.approuvees ?? 0),
      premieres: premieres + (known?.premieres ?? 0),
      dejaVues: dejaVues + (known?.dejaVues ?? 0),
    });
  }
  return [...sums.values()];
}

function look(
  plan: Plan,
  { action, choix, isOverride, auteur, now }: Intention,
  comptes: readonly EffetCompte[],
  effet: Omit<EffetPlan, 'vu'>,
): EffetVu {
  const gardes = (list: readonly GardePassee[]): unknown[] =>
    list.map(({ garde, domaine, valeur, domainesLeves }) => [
      garde,
      domaine,
      valeur,
      domainesLeves,
    ]);
  const shown = [
    plan.id,
    action,
    [choix?.domaine, choix?.kind, choix?.motif, choix?.adresse, choix?.operations],
    isOverride,
    auteur,
    comptes.map(({ somme, ...compte }) => [somme, Object.values(compte)]),
    effet.lignes,
    effet.enAttente,
    gardes(effet.gardesQuiRetiennent),
    gardes(effet.gardesLevees),
  ];
  return {
    planId: plan.id,
    empreinte: createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 32),
    idMax: comptes
      .reduce((max, { idMax }) => (BigInt(idMax) > max ? BigInt(idMax) : max), 0n)
      .toString(),
    comptes: totals(effet.lignes),
    le: now,
  };
}

export function totals(lignes: readonly LigneEffet[]): ComptesParKind {
  const total = { insert: 0, replace: 0, delete: 0 };
  for (const { kind, nombre } of lignes) total[kind] += nombre;
  return total;
}
