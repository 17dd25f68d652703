// The plan as a CSV that a spreadsheet opens: operations first, then what is held back.
import { catalogueRetenues, definitionMotif, libellesKind } from '../domain/plan.js';
import type { Db } from '../db/pool.js';
import type { Plan } from '../store/plan.js';
import {
  listOperations,
  listRetenues,
  type OperationDuPlan,
  type Retenue,
} from '../store/plan-operation.js';
import { csvCell } from './csv.js';
import { formatDate } from './layout.js';
import { avantApres, porteurEnClair } from './plan-operation-text.js';

const planCsvHeader = [
  'etat',
  'operation',
  'nature',
  'domaine',
  'adresse',
  'typeBal',
  'porteur',
  'avant',
  'apres',
  'motif',
  'libelle',
  'exigence',
  'message',
  'proposeeLe',
  'decideeLe',
  'decideePar',
  'premiereApprobationPar',
  'attendOperation',
];

export async function* writePlanCsv(
  db: Db,
  { domaine }: { readonly domaine: string | undefined },
  plan: Plan,
): AsyncGenerator<string, void, undefined> {
  const row = (cells: readonly string[]): string => `${cells.map(csvCell).join(';')}\r\n`;
  yield `\ufeff${planCsvHeader.join(';')}\r\n`;
  for await (const page of listOperations(db, plan.id, domaine)) {
    yield page.map((operation) => row(operationRow(operation))).join('');
  }
  for await (const page of listRetenues(db, plan.id, domaine)) {
    yield page.map((retenue) => row(retenueRow(retenue))).join('');
  }
}

function operationRow(operation: OperationDuPlan): string[] {
  const { libelle } = definitionMotif(operation.motif);
  const { avant, apres } = avantApres(operation);
  return [
    operation.state === 'planned' ? 'à décider' : 'approuvée',
    operation.id,
    libellesKind[operation.kind].un,
    operation.domaine,
    operation.adresse,
    operation.typeBal ?? '',
    porteurEnClair(operation),
    avant,
    apres,
    operation.motif,
    libelle,
    operation.exigence,
    operation.autreAdresse === undefined ? '' : `remplacée par ${operation.autreAdresse}`,
    formatDate(operation.proposeeLe),
    operation.decideeLe ? formatDate(operation.decideeLe) : '',
    operation.decideePar ?? '',
    operation.premiereApprobationPar ?? '',
    operation.apres ?? '',
  ];
}

function retenueRow(retenue: Retenue): string[] {
  const { libelle, action } = catalogueRetenues[retenue.code];
  return [
    'retenue',
    retenue.operation ?? '',
    libellesKind[retenue.kind].un,
    retenue.domaine,
    retenue.adresse,
    '',
    '',
    '',
    '',
    retenue.code,
    libelle,
    '',
    `${retenue.message} ${action}`,
    ...['', '', '', '', ''],
  ];
}
