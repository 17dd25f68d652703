// `report --interfaces`: what each opérateur declares to the ANS of its use of the Annuaire.
import type { Pool } from '../../db/pool.js';
import { parisDay } from '../../domain/paris-time.js';
import { transaction } from '../../db/transaction.js';
import {
  findPremierJourUsage,
  listUsages,
  type CompteUsage,
  type PeriodeUsage,
} from '../../store/usage-interface.js';
import { findPremierJourConsultation, listConsultations } from '../../store/consultation.js';
import { csvCell } from '../csv.js';
import { lines, pageWidth } from '../layout.js';
import {
  consultationsLines,
  dresserConsultations,
  type ConsultationsServies,
} from './consultations.js';
import {
  detailler,
  dresserInterfaces,
  observer,
  type Observation,
  type PasUsage,
  type UsageInterface,
} from './modele.js';
import { detailLines, interfacesLines } from './table.js';

export type InterfacesOptions = {
  readonly format: 'table' | 'csv' | 'json';
  readonly operateur: string;
  /** `cleInterface` of those that the settings enable. */
  readonly reglees: ReadonlySet<string>;
  readonly periode: PeriodeUsage;
  /** Undefined: totals only. */
  readonly par: PasUsage | undefined;
  readonly width: number;
  readonly now: Date;
};

type Lu = {
  readonly comptes: readonly CompteUsage[];
  readonly interfaces: readonly UsageInterface[];
  readonly observation: Observation;
  readonly consultations: readonly ConsultationsServies[];
  readonly observationConsultations: Observation;
};

export async function writeInterfaces(
  pool: Pool,
  options: InterfacesOptions,
  write: (chunk: string) => Promise<void>,
): Promise<void> {
  const lu = await transaction(pool, async (client): Promise<Lu> => {
    await client.query('set transaction isolation level repeatable read read only');
    const comptes = await listUsages(client, options.periode);
    const observation = observer(options.periode, await findPremierJourUsage(client));
    const vues = observer(options.periode, await findPremierJourConsultation(client));
    const consultations = await listConsultations(client, options.periode);
    return {
      comptes,
      observation,
      consultations: dresserConsultations(consultations, vues),
      observationConsultations: vues,
      interfaces: dresserInterfaces(comptes, options.reglees, observation),
    };
  });
  await write(formats[options.format](options, lu));
}

const formats: Readonly<
  Record<InterfacesOptions['format'], (options: InterfacesOptions, lu: Lu) => string>
> = {
  table: (options, lu) =>
    lines([
      ...interfacesLines(options, lu.interfaces, lu.observation),
      ...consultationsLines(
        lu.consultations,
        lu.observationConsultations,
        pageWidth(options.width),
      ),
      ...(options.par === undefined
        ? []
        : detailLines(detailler(lu.comptes, options.par), options.width)),
    ]),
  csv: (options, lu) => csv(options.par === undefined ? totaux(lu) : detail(lu, options.par)),
  json: (options, { comptes, interfaces, observation, ...servi }) =>
    `${JSON.stringify({
      version: 1,
      genereLe: options.now.toISOString(),
      operateur: options.operateur,
      demande: options.periode,
      observation,
      interfaces,
      consultations: servi.consultations,
      observationConsultations: servi.observationConsultations,
      ...(options.par !== undefined && {
        par: options.par,
        detail: detailler(comptes, options.par),
      }),
    })}\n`,
};

const comptages = ['nombre', 'reussites', 'inchanges', 'redirections', 'echecs', 'volume'] as const;

function totaux({ interfaces, consultations }: Lu): string[][] {
  const header = [
    ...['reference', 'interface', 'source', 'libelle', 'finalite', 'reglee', 'hote', 'operation'],
    ...[...comptages, 'jours', 'parJour', 'parSemaine', 'parMois'],
    ...['maximumJour', 'maximum', 'premier', 'dernier'],
  ];
  const rows = interfaces.flatMap((une) => {
    const tete = [une.reference, une.interface, une.source, une.libelle, une.finalite];
    const debut = [...tete, une.estReglee ? 'oui' : 'non'];
    // Set up and never used: declared as such.
    if (une.operations.length === 0) return [[...debut, '', '', '0']];
    return une.operations.map((operation) => [
      ...[...debut, operation.hote, operation.operation],
      ...comptages.map((comptage) => String(operation[comptage])),
      String(operation.jours),
      ...(['parJour', 'parSemaine', 'parMois'] as const).map((par) => decimal(operation[par])),
      ...[operation.maximum.jour, String(operation.maximum.nombre)],
      ...[parisDay(operation.premierLe), parisDay(operation.dernierLe)],
    ]);
  });
  const servies = consultations.map((une) => [
    ...['', une.interface, '', une.libelle, 'Service rendu par l’opérateur.', 'oui', ''],
    ...[une.operation, une.nombre, une.reussites, 0, 0, une.echecs, une.entrees, une.jours].map(
      String,
    ),
    ...[une.parJour, une.parJour * 7, une.parMois].map(decimal),
  ]);
  return [
    header,
    ...[...rows, ...servies].map((row) => [
      ...row,
      ...Array<string>(header.length - row.length).fill(''),
    ]),
  ];
}

function detail({ comptes }: Lu, par: PasUsage): string[][] {
  return [
    ['periode', 'interface', 'source', 'hote', 'operation', ...comptages],
    ...detailler(comptes, par).map((un) => [
      ...[un.periode, un.interface, un.source, un.hote, un.operation],
      ...comptages.map((comptage) => String(un[comptage])),
    ]),
  ];
}

/** As French spreadsheets read them. */
function decimal(value: number): string {
  return value.toFixed(2).replace('.', ',');
}

function csv(rows: readonly (readonly string[])[]): string {
  return `\ufeff${rows.map((row) => `${row.map(csvCell).join(';')}\r\n`).join('')}`;
}
