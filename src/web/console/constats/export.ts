// The findings of the list as a file, read page by page: no connection is held while a slow browser takes it.
import { Readable } from 'node:stream';
import { parisDay } from '../../../domain/paris-time.js';
import type { Db } from '../../../db/pool.js';
import { csvDebut, csvLignes } from '../../../report/csv.js';
import { compterRecherche, listRecherche } from '../../../store/constat-recherche.js';
import type { Filtre } from './filtre.js';

/** A spreadsheet still opens as many; who wants more has « report --format csv ». */
export const exportMax = 100_000;

const pageSize = 1_000;

export type Export = { readonly nom: string; readonly contenu: Readable };

export async function exporterConstats(db: Db, filtre: Filtre, now: Date): Promise<Export> {
  const { nombre, trouves } = await compterRecherche(db, filtre.recherche, exportMax);
  // Said where it cannot be missed once the file has left this page.
  const coupe = nombre.estDepasse ? `-incomplet-${exportMax}-premiers` : '';
  return {
    nom: `constats-${parisDay(now)}${coupe}.csv`,
    contenu: Readable.from(lignes(db, filtre, trouves), { objectMode: false }),
  };
}

async function* lignes(
  db: Db,
  { recherche, tri }: Filtre,
  trouves: number,
): AsyncGenerator<string, void, undefined> {
  yield csvDebut;
  let apres: number | undefined;
  for (let lues = 0; lues < exportMax; lues += pageSize) {
    const { constats, aSuivant } = await listRecherche(db, recherche, trouves, {
      tri,
      borne: apres === undefined ? undefined : { sens: 'apres', id: apres },
      taille: pageSize,
    });
    if (constats.length > 0) yield csvLignes(constats);
    apres = constats.at(-1)?.id;
    if (!aSuivant || apres === undefined) return;
  }
}
