// One row per measured day, domain and type of BAL, for a spreadsheet.
import { bases, catalogueChiffres, chiffres } from '../../domain/chiffre-hygiene.js';
import type { Db } from '../../db/pool.js';
import { listLignes, type LigneMesure } from '../../store/mesure-lecture.js';
import { csvCell } from '../csv.js';
import type { HygieneOptions } from './modele.js';

export const hygieneCsvHeader = ['jour', 'domaine', 'typeBal', ...bases, ...chiffres];

export async function* writeHygieneCsv(
  db: Db,
  { depuis, domaine }: HygieneOptions,
): AsyncGenerator<string, void, undefined> {
  yield `\ufeff${hygieneCsvHeader.join(';')}\r\n`;
  for await (const page of listLignes(db, depuis, domaine)) {
    yield page.map((ligne) => `${cells(ligne).map(csvCell).join(';')}\r\n`).join('');
  }
}

/** An empty cell is a figure that was not evaluated, or that is not about BAL on a row about BAL (and the reverse). */
function cells({ jour, domaine, typeBal, valeurs, nonEvalues }: LigneMesure): string[] {
  const nombre = (nom: string): string => String(valeurs[nom] ?? 0);
  const isDuDomaine = (chiffre: (typeof chiffres)[number]): boolean =>
    catalogueChiffres[chiffre].base === undefined && chiffre !== 'operations_non_confirmees';
  return [
    jour,
    domaine,
    typeBal,
    ...bases.map(nombre),
    ...chiffres.map((chiffre) =>
      nonEvalues.includes(chiffre) || (isDuDomaine(chiffre) && typeBal !== '')
        ? ''
        : nombre(chiffre),
    ),
  ];
}
