// The report as one JSON document, documented in docs/rapport-json.md; a change of meaning raises `version`.
import { expliquer } from '../domain/constat-explication.js';
import { catalogueConstats } from '../domain/constat.js';
import type { Db } from '../db/pool.js';
import { findHistory } from '../store/bal-annuaire.js';
import { listConstats, type ConstatGarde } from '../store/constat.js';
import { constatFilter, type ReportOptions, type Summary } from './summary.js';

const version = 1;

export async function* writeJson(
  db: Db,
  options: ReportOptions,
  summary: Summary,
): AsyncGenerator<string, void, undefined> {
  const { adresse } = options.filters;
  const head = {
    version,
    genereLe: options.now.toISOString(),
    fraicheur: options.fraicheur,
    rapprochement: rapprochement(summary),
    reglesNonEvaluees: summary.nonEvaluees,
    totaux: summary.bals,
    comptes: summary.comptes.map(({ typeBal = null, ...count }) => ({
      ...count,
      groupe: catalogueConstats[count.code].groupe,
      typeBal,
    })),
    creationsInterdites: summary.creationsInterdites,
    domainesRessemblants: summary.ressemblants,
    ...(summary.decompte && { decompte: summary.decompte }),
    ...(adresse === undefined ? {} : { memoire: await findHistory(db, adresse) }),
  };
  yield `${JSON.stringify(head).slice(0, -1)},"constats":[`;
  let separator = '\n';
  if (summary.run) {
    for await (const page of listConstats(db, constatFilter(options.filters))) {
      yield separator + page.map((constat) => JSON.stringify(enJson(constat))).join(',\n');
      separator = ',\n';
    }
  }
  yield '\n]}\n';
}

function rapprochement({ run }: Summary): object | null {
  if (!run) return null;
  return {
    id: run.id,
    jugeLe: run.judgedAt.toISOString(),
    mode: run.mode === 'full' ? 'complet' : 'changements',
    ouverts: run.openCount,
    nouveaux: run.openedCount,
    clos: run.closedCount,
  };
}

function enJson(constat: ConstatGarde): object {
  const { groupe, exigence, action } = catalogueConstats[constat.code];
  return {
    code: constat.code,
    groupe,
    exigence,
    domaine: constat.domaine,
    adresse: constat.adresse ?? null,
    precision: constat.precision === '' ? null : constat.precision,
    typeBal: constat.typeBal ?? null,
    ouvertLe: constat.ouvertLe.toISOString(),
    modifieLe: constat.modifieLe.toISOString(),
    closLe: constat.closLe?.toISOString() ?? null,
    explication: expliquer(constat),
    action,
    valeurs: constat.valeurs,
  };
}
