// What a purge would take: each target with its boundary and its counts.
import type { Db } from '../db/pool.js';
import {
  categoriesConservation,
  durees,
  type CategorieConservation,
} from '../domain/conservation.js';
import type { Progress } from '../progress.js';
import type { Cible } from '../store/purge/cible.js';
import { cibles } from '../store/purge/cibles.js';
import { countCible, existe } from '../store/purge/lot.js';
import { countFichiers } from './fichiers.js';
import type { PurgeSettings } from './settings.js';

export type CompteVoulu = {
  readonly nom: string;
  readonly categorie: CategorieConservation;
  /** French. */
  readonly libelle: string;
  readonly action: 'effacement' | 'anonymisation';
  readonly jours: number;
  readonly avant: Date;
  readonly totalAvant: number;
  readonly aTerme: number;
  /** Undefined: files of dataDir. */
  readonly cible: Cible | undefined;
};

export const nomFichiers = 'fichiers';

export type Demande = {
  readonly reference: Date;
  /** Empty: all of them. */
  readonly categories: readonly CategorieConservation[];
  readonly signal: AbortSignal;
};

export async function prevoir(
  db: Db,
  settings: PurgeSettings,
  { reference, categories, signal }: Demande,
  progress: Progress,
): Promise<CompteVoulu[]> {
  const voulues = categories.length === 0 ? categoriesConservation : categories;
  const choisies = cibles.filter(({ categorie }) => voulues.includes(categorie));
  progress.step({ label: 'Ce qui est à terme', total: undefined, unit: 'lignes' });
  const comptes: CompteVoulu[] = [];
  for (const cible of choisies) {
    signal.throwIfAborted();
    if (cible.estFacultative === true && !(await existe(db, cible))) continue;
    const jours = joursDe(cible, settings);
    const avant = ilYA(reference, jours);
    const { total, aTerme } = await countCible(db, cible, avant);
    const { nom, categorie, libelle, maj } = cible;
    comptes.push({
      ...{ nom, categorie, libelle, jours, avant, aTerme, cible },
      totalAvant: total,
      action: maj === undefined ? 'effacement' : 'anonymisation',
    });
  }
  if (voulues.includes('fichiers')) comptes.push(await prevoirFichiers(settings, reference));
  progress.end();
  return comptes;
}

async function prevoirFichiers(settings: PurgeSettings, reference: Date): Promise<CompteVoulu> {
  const jours = settings.jours.fichiers;
  const avant = ilYA(reference, jours);
  const { total: totalAvant, aTerme } = await countFichiers(settings.dossiers, avant);
  return {
    nom: nomFichiers,
    categorie: 'fichiers',
    libelle: durees.fichiers.libelle,
    action: 'effacement',
    ...{ jours, avant, totalAvant, aTerme, cible: undefined },
  };
}

function joursDe(
  { categorie, joursMin }: Cible,
  { jours, evenementJoursMax }: PurgeSettings,
): number {
  // A day more: the clock of an event may be ahead of ours.
  return Math.max(jours[categorie], joursMin === 'evenements' ? evenementJoursMax + 1 : 0);
}

function ilYA(reference: Date, jours: number): Date {
  return new Date(reference.getTime() - jours * 86_400_000);
}
