// Lines of BAL that no extraction held: the holder's and the structure's cells come from the national files in service.
import type { Client } from '../db/pool.js';
import {
  listCellulesStructures,
  listExercicesTitulaires,
  listLibelles,
  type ExerciceTitulaire,
  type Libelles,
} from '../store/simulateur-lignes.js';
import type { BalPortee } from './bal-portee.js';
import { rppsDe, structureDe, type ClePorteur } from './porteur.js';

export type Nouvelle = { readonly cle: ClePorteur; readonly bal: BalPortee };

const lotMax = 2_000;

export async function* lignesNouvelles(
  client: Client,
  nouvelles: Iterable<Nouvelle>,
): AsyncGenerator<string> {
  let libelles: Libelles | undefined;
  for (const lot of parLots(nouvelles)) {
    libelles ??= await listLibelles(client);
    yield* await lignesDuLot(client, lot, libelles);
  }
}

function* parLots(nouvelles: Iterable<Nouvelle>): Generator<Nouvelle[]> {
  let lot: Nouvelle[] = [];
  for (const nouvelle of nouvelles) {
    lot.push(nouvelle);
    if (lot.length < lotMax) continue;
    yield lot;
    lot = [];
  }
  if (lot.length > 0) yield lot;
}

async function lignesDuLot(
  client: Client,
  lot: readonly Nouvelle[],
  libelles: Libelles,
): Promise<string[]> {
  const rpps = lot.flatMap(({ cle }) => rppsDe(cle) ?? []);
  const noms = lot.flatMap((one) => structureNommee(one) ?? []);
  const exercices = await listExercicesTitulaires(client, rpps);
  const structures = await listCellulesStructures(client, noms);
  const exerciceDe = new Map(exercices.map((one) => [one.rpps, one]));
  const structureDuNom = new Map(structures.map(({ id, cellules }) => [id, cellules]));
  return lot.map((nouvelle) => {
    const titulaire = rppsDe(nouvelle.cle);
    const nom = structureNommee(nouvelle);
    return ligne(
      nouvelle.bal,
      titulaire,
      nom,
      cellulesTitulaire(exerciceDe.get(titulaire ?? ''), libelles),
      structureDuNom.get(nom ?? '') ?? sansStructure,
    );
  });
}

/** As the opérateur named it, so that he finds it again. */
function structureNommee({ cle, bal }: Nouvelle): string | undefined {
  const structure = structureDe(cle);
  return structure === undefined ? undefined : (bal.structureNommee ?? structure);
}

const sansTitulaire = Array.from({ length: 9 }, () => '');
const sansStructure = Array.from({ length: 13 }, () => '');

function cellulesTitulaire(
  exercice: ExerciceTitulaire | undefined,
  { categories, professions, savoirFaire }: Libelles,
): readonly string[] {
  if (!exercice) return sansTitulaire;
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

function ligne(
  bal: BalPortee,
  rpps: string | undefined,
  structure: string | undefined,
  titulaire: readonly string[],
  structureCellules: readonly string[],
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
    ...structureCellules,
  ]
    .map(cellule)
    .join('|');
}

/** The format has no quoting: what would break a line becomes a space. */
export function cellule(texte: string | undefined): string {
  return (texte ?? '').replace(/[|\u0000-\u001f]/gu, ' ');
}
