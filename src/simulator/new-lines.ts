// Lines of BAL that no extraction held: the holder's and the structure's cells come from the national files in service.
import type { Client } from '../db/pool.js';
import {
  listStructureCells,
  listExercicesTitulaires,
  listLibelles,
  type ExerciceTitulaire,
  type Libelles,
} from '../store/simulator-lines.js';
import type { CarriedBal } from './carried-bal.js';
import { rppsOf, structureOf, type PorteurKey } from './porteur.js';

export type NewBal = { readonly key: PorteurKey; readonly bal: CarriedBal };

const batchMax = 2_000;

export async function* newLines(client: Client, newBals: Iterable<NewBal>): AsyncGenerator<string> {
  let libelles: Libelles | undefined;
  for (const batch of inBatches(newBals)) {
    libelles ??= await listLibelles(client);
    yield* await batchLines(client, batch, libelles);
  }
}

function* inBatches(newBals: Iterable<NewBal>): Generator<NewBal[]> {
  let batch: NewBal[] = [];
  for (const newBal of newBals) {
    batch.push(newBal);
    if (batch.length < batchMax) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function batchLines(
  client: Client,
  batch: readonly NewBal[],
  libelles: Libelles,
): Promise<string[]> {
  const rpps = batch.flatMap(({ key }) => rppsOf(key) ?? []);
  const names = batch.flatMap((one) => namedStructure(one) ?? []);
  const exercices = await listExercicesTitulaires(client, rpps);
  const structures = await listStructureCells(client, names);
  const exerciceByRpps = new Map(exercices.map((one) => [one.rpps, one]));
  const cellsByName = new Map(structures.map(({ id, cells }) => [id, cells]));
  return batch.map((newBal) => {
    const titulaire = rppsOf(newBal.key);
    const name = namedStructure(newBal);
    return line(
      newBal.bal,
      titulaire,
      name,
      titulaireCells(exerciceByRpps.get(titulaire ?? ''), libelles),
      cellsByName.get(name ?? '') ?? noStructure,
    );
  });
}

/** As the opérateur named it, so that he finds it again. */
function namedStructure({ key, bal }: NewBal): string | undefined {
  const structure = structureOf(key);
  return structure === undefined ? undefined : (bal.namedStructure ?? structure);
}

const noTitulaire = Array.from({ length: 9 }, () => '');
const noStructure = Array.from({ length: 13 }, () => '');

function titulaireCells(
  exercice: ExerciceTitulaire | undefined,
  { categories, professions, savoirFaire }: Libelles,
): readonly string[] {
  if (!exercice) return noTitulaire;
  return [
    exercice.civilite,
    exercice.nom,
    exercice.prenom,
    exercice.categorie,
    categories.get(exercice.categorie) ?? '',
    exercice.profession,
    professions.get(exercice.profession) ?? '',
    exercice.savoirFaire,
    savoirFaire.get(exercice.savoirFaire) ?? '',
  ];
}

function line(
  bal: CarriedBal,
  rpps: string | undefined,
  structure: string | undefined,
  titulaire: readonly string[],
  structureCells: readonly string[],
): string {
  return [
    bal.typeBal,
    bal.adresse,
    rpps === undefined ? '' : '8',
    rpps ?? '',
    rpps === undefined ? '' : `8${rpps}`,
    structure?.slice(0, 1) ?? '',
    structure?.slice(1) ?? '',
    bal.service,
    ...titulaire,
    // Whether it is « zéro papier » is no longer fed since June 2026.
    'N',
    ...structureCells,
  ]
    .map(cell)
    .join('|');
}

/** The format has no quoting: what would break a line becomes a space. */
export function cell(text: string | undefined): string {
  return (text ?? '').replace(/[|\u0000-\u001f]/gu, ' ');
}
