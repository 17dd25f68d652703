// The plan as one JSON document, documented in docs/plan.md; a change of meaning raises `version`.
import { catalogueRetenues, definitionMotif } from '../domain/plan.js';
import type { Db } from '../db/pool.js';
import { listOperations, listRetenues, type OperationDuPlan } from '../store/plan-operation.js';
import type { PlanReportOptions, PlanSummary } from './plan.js';

const version = 1;

export async function* writePlanJson(
  db: Db,
  { domaine, now, avertissements }: PlanReportOptions,
  { plan, run, loads, operations, retenues, approbationsDepassees }: PlanSummary,
): AsyncGenerator<string, void, undefined> {
  const head = {
    version,
    genereLe: now.toISOString(),
    avertissements,
    plan: {
      numero: plan.id,
      calculeLe: plan.computedAt.toISOString(),
      etat: plan.etat,
      rapprochement: { id: plan.reconcileRunId, jugeLe: run?.judgedAt.toISOString() ?? null },
      sources: loads.map((load) => ({
        source: load.source,
        version: load.version,
        date: (load.genereLe ?? load.loadedAt).toISOString(),
      })),
      gardes: plan.gardes.map((garde) => ({
        ...garde,
        domaine: garde.domaine ?? null,
        leveePar: garde.leveePar ?? null,
        leveeLe: garde.leveeLe ?? null,
        motif: garde.motif ?? null,
      })),
    },
    approbationsDepassees,
    comptes: operations,
    comptesRetenues: retenues.map((compte) => ({ ...compte, ...catalogueRetenues[compte.code] })),
  };
  yield `${JSON.stringify(head).slice(0, -1)},"operations":[`;
  yield* pages(listOperations(db, plan.id, domaine), enJson);
  yield '\n],"retenues":[';
  yield* pages(listRetenues(db, plan.id, domaine), (retenue) => ({
    ...retenue,
    operation: retenue.operation ?? null,
  }));
  yield '\n]}\n';
}

async function* pages<T>(
  lists: AsyncIterable<readonly T[]>,
  toJson: (item: T) => object,
): AsyncGenerator<string, void, undefined> {
  let separator = '\n';
  for await (const page of lists) {
    yield separator + page.map((item) => JSON.stringify(toJson(item))).join(',\n');
    separator = ',\n';
  }
}

function enJson(operation: OperationDuPlan): object {
  return {
    numero: operation.id,
    kind: operation.kind,
    etat: operation.state,
    domaine: operation.domaine,
    adresse: operation.adresse,
    motif: operation.motif,
    libelle: definitionMotif(operation.motif).libelle,
    exigence: operation.exigence,
    porteur: {
      kind: operation.porteurKind,
      rpps: operation.rpps ?? null,
      structure: operation.structure ?? null,
    },
    bal: {
      typeBal: operation.typeBal ?? null,
      listeRouge: operation.listeRouge,
      rang: operation.rang ?? null,
      description: operation.description ?? null,
      service: operation.service ?? null,
      responsable: operation.responsable ?? null,
    },
    champs: operation.champs,
    publie: operation.publie ?? null,
    autreAdresse: operation.autreAdresse ?? null,
    attend: operation.apres ?? null,
    proposeeLe: operation.proposeeLe.toISOString(),
    decideeLe: operation.decideeLe?.toISOString() ?? null,
    decideePar: operation.decideePar ?? null,
    premiereApprobationPar: operation.premiereApprobationPar ?? null,
  };
}
