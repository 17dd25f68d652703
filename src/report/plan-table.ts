// The plan as a page for a terminal.
import {
  catalogueRetenues,
  definitionMotif,
  estLevee,
  libellesKind,
  motifsOperation,
  type CodeRetenue,
} from '../domain/plan.js';
import { kindsOperation, type KindOperation } from '../domain/feed-operation.js';
import type { Db } from '../db/pool.js';
import {
  listExamples,
  listOperations,
  listRetenueExamples,
  listRetenues,
  type OperationDuPlan,
  type Retenue,
} from '../store/plan-operation.js';
import {
  formatDateHeure,
  formatNombre,
  grid,
  lines,
  pageWidth,
  printable,
  wrap,
} from './layout.js';
import type { PlanReportOptions, PlanSummary } from './plan.js';
import { avantApres } from './plan-operation-text.js';
import { suite } from './plan-suite.js';
import { sumBy } from './summary.js';

const domainesMax = 15;
const gardesMax = 20;

export async function* writePlanTable(
  db: Db,
  options: PlanReportOptions,
  summary: PlanSummary,
): AsyncGenerator<string, void, undefined> {
  const width = pageWidth(options.width);
  yield lines(entete(options, summary, width));
  yield lines(gardes(summary, width));
  yield lines(parDomaine(summary, width));
  yield* options.isDetailed
    ? toutesOperations(db, options, summary, width)
    : exemples(db, options, summary, width);
  yield* options.isDetailed
    ? toutesRetenues(db, options, summary, width)
    : retenuesParCode(db, options, summary, width);
  yield lines(suite(summary, width));
}

function entete(
  { avertissements, domaine }: PlanReportOptions,
  { plan, run, loads, operations, approbationsDepassees }: PlanSummary,
  width: number,
): string[] {
  const etats = { ouvert: 'ouvert', bloque: 'BLOQUÉ par une garde', remplace: 'remplacé' };
  const nombre = (etape: string, kind?: KindOperation): number =>
    sumBy(
      operations.filter((o) => o.etape === etape && (kind === undefined || o.kind === kind)),
      (o) => o.nombre,
    );
  const sources = loads.map(
    (load) => `${load.source} du ${formatDateHeure(load.genereLe ?? load.loadedAt)}`,
  );
  return [
    ...avertissements.flatMap((text) => wrap(`! ${text}`, width, '')),
    `Plan n° ${plan.id} du ${formatDateHeure(plan.computedAt)} : ${etats[plan.etat]}` +
      (domaine === undefined ? '' : ` (domaine ${domaine} seulement)`),
    ...wrap(
      `D’après le rapprochement n° ${plan.reconcileRunId}${run ? ` du ${formatDateHeure(run.judgedAt)}` : ''}` +
        (sources.length === 0 ? '.' : ` : ${sources.join(', ')}.`),
      width,
      '',
    ),
    '',
    `À décider : ${kindsOperation.map((kind) => compter(nombre('decider', kind), kind)).join(', ')}.`,
    ...(nombre('seconde') > 0
      ? [`En attente d’une seconde personne : ${compter(nombre('seconde'), 'delete')}.`]
      : []),
    ...(nombre('decidee') > 0
      ? [`Déjà approuvées, en attente de leur envoi : ${formatNombre(nombre('decidee'))}.`]
      : []),
    ...(approbationsDepassees > 0
      ? wrap(
          `Approuvées auparavant, qui ne partiront pas : ${formatNombre(approbationsDepassees)}. Elles ne sont plus voulues telles quelles, ` +
            'ou leur source est devenue douteuse ; ce qui redevient voulu est à approuver de nouveau.',
          width,
          '',
        )
      : []),
    '',
  ];
}

function compter(n: number, kind: KindOperation): string {
  const { un, plusieurs } = libellesKind[kind];
  return `${formatNombre(n)} ${n > 1 ? plusieurs : un}`;
}

function gardes({ plan }: PlanSummary, width: number): string[] {
  if (plan.gardes.length === 0) return [];
  const shown = plan.gardes.slice(0, gardesMax).flatMap((garde) => {
    const levee =
      garde.leveePar === undefined
        ? ''
        : ` Levée${estLevee(garde) ? '' : ` pour ${garde.domainesLeves.join(', ')}`} par ${garde.leveePar} : ${garde.motif ?? ''}`;
    return wrap(`- ${printable(garde.message + levee)}`, width, '  ');
  });
  const reste = plan.gardes.length - gardesMax;
  return [
    'Gardes',
    ...shown,
    ...(reste > 0
      ? [`  … et ${formatNombre(reste)} autres (plan show --json les donne toutes)`]
      : []),
    '',
  ];
}

function parDomaine({ operations }: PlanSummary, width: number): string[] {
  const domaines = new Map<string, Record<KindOperation, number>>();
  for (const { domaine, kind, nombre, etape } of operations) {
    if (etape === 'decidee') continue;
    const compte = domaines.get(domaine) ?? { insert: 0, replace: 0, delete: 0 };
    domaines.set(domaine, { ...compte, [kind]: compte[kind] + nombre });
  }
  if (domaines.size < 2) return [];
  const total = (compte: Record<KindOperation, number>): number =>
    compte.insert + compte.replace + compte.delete;
  const plusGrands = [...domaines].sort(
    ([a, x], [b, y]) => total(y) - total(x) || (a < b ? -1 : a > b ? 1 : 0),
  );
  const rows = plusGrands
    .slice(0, domainesMax)
    .map(([domaine, compte]) => [
      printable(domaine),
      ...kindsOperation.map((kind) => formatNombre(compte[kind])),
    ]);
  const reste = domaines.size - rows.length;
  return [
    ...grid([['Domaine', 'Créations', 'Modifications', 'Suppressions'], ...rows], width, 1),
    ...(reste > 0 ? [`… et ${formatNombre(reste)} autres domaines.`] : []),
    '',
  ];
}

async function* exemples(
  db: Db,
  { domaine, examplesMax }: PlanReportOptions,
  { plan, operations }: PlanSummary,
  width: number,
): AsyncGenerator<string, void, undefined> {
  const premiers = await listExamples(db, plan.id, domaine, examplesMax);
  for (const kind of kindsOperation) {
    for (const motif of motifsOperation) {
      const nombre = sumBy(
        operations.filter((o) => o.kind === kind && o.motif === motif && o.etape !== 'decidee'),
        (o) => o.nombre,
      );
      if (nombre === 0) continue;
      const { libelle, exigence } = definitionMotif(motif);
      const montres = premiers.filter((o) => o.kind === kind && o.motif === motif);
      yield lines([
        ...wrap(`${compter(nombre, kind)}, ${motif}. ${libelle} [${exigence}]`, width, ''),
        ...montres.flatMap((operation) => decrire(operation, width)),
        ...(nombre > montres.length && montres.length > 0
          ? [`  … et ${formatNombre(nombre - montres.length)} de plus (plan show --detail)`]
          : []),
        '',
      ]);
    }
  }
}

async function* toutesOperations(
  db: Db,
  { domaine }: PlanReportOptions,
  { plan }: PlanSummary,
  width: number,
): AsyncGenerator<string, void, undefined> {
  for await (const page of listOperations(db, plan.id, domaine)) {
    yield lines(page.flatMap((operation) => decrire(operation, width)));
  }
  yield '\n';
}

function decrire(operation: OperationDuPlan, width: number): string[] {
  const { avant, apres } = avantApres(operation);
  const notes = [
    ...(operation.state === 'planned'
      ? []
      : [`approuvée par ${operation.decideePar ?? 'inconnu'}`]),
    ...(operation.state === 'planned' && operation.premiereApprobationPar !== undefined
      ? [`premier accord : ${operation.premiereApprobationPar}`]
      : []),
    ...(operation.autreAdresse === undefined ? [] : [`remplacée par ${operation.autreAdresse}`]),
    ...(operation.apres === undefined ? [] : [`après l’opération n° ${operation.apres}`]),
  ];
  const nature = libellesKind[operation.kind].un;
  return [
    printable(
      `  n° ${operation.id}, ${nature}, ${operation.adresse}${notes.length === 0 ? '' : ` (${notes.join(' ; ')})`}`,
    ),
    ...wrap(printable(`${avant} → ${apres}`), width, '      '),
  ];
}

async function* retenuesParCode(
  db: Db,
  { domaine, examplesMax }: PlanReportOptions,
  { plan, retenues }: PlanSummary,
  width: number,
): AsyncGenerator<string, void, undefined> {
  if (retenues.length === 0) return;
  const premieres = await listRetenueExamples(db, plan.id, domaine, examplesMax);
  const codes = [...new Set(retenues.map(({ code }) => code))];
  yield `Retenues : ${formatNombre(sumBy(retenues, (r) => r.nombre))}, qui ne sont pas proposées\n`;
  for (const code of codes) {
    const nombre = sumBy(
      retenues.filter((r) => r.code === code),
      (r) => r.nombre,
    );
    const { libelle, action } = catalogueRetenues[code];
    yield lines([
      ...wrap(`${code} : ${formatNombre(nombre)}. ${libelle}`, width, '  '),
      ...wrap(`Que faire : ${action}`, width, '    '),
      ...premieres.filter((r) => r.code === code).flatMap((r) => decrireRetenue(r, width)),
    ]);
  }
  yield '\n';
}

async function* toutesRetenues(
  db: Db,
  { domaine }: PlanReportOptions,
  { plan, retenues }: PlanSummary,
  width: number,
): AsyncGenerator<string, void, undefined> {
  if (retenues.length === 0) return;
  yield `Retenues : ${formatNombre(sumBy(retenues, (r) => r.nombre))}, qui ne sont pas proposées\n`;
  let enCours: CodeRetenue | undefined;
  for await (const page of listRetenues(db, plan.id, domaine)) {
    for (const retenue of page) {
      const { libelle, action } = catalogueRetenues[retenue.code];
      const titre = wrap(`${retenue.code}. ${libelle}. Que faire : ${action}`, width, '  ');
      yield lines([...(retenue.code === enCours ? [] : titre), ...decrireRetenue(retenue, width)]);
      enCours = retenue.code;
    }
  }
  yield '\n';
}

function decrireRetenue(retenue: Retenue, width: number): string[] {
  return wrap(printable(`- ${retenue.adresse} : ${retenue.message}`), width, '    ');
}
