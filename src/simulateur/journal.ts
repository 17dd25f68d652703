// What was done since the seed, on disk: one JSON line per PATCH, written before it is done in memory and before it is
// answered. A killed program leaves at worst one torn last line, of a PATCH that nobody was told of: it is dropped. What the
// system itself would lose (power cut) is bounded by a sync every fifth of a second.
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError, messageOf } from '../errors.js';
import type { Semis } from '../store/simulateur.js';
import type { BalPortee, Effet } from './bal-portee.js';
import type { Compteurs } from './etat.js';
import type { ClePorteur } from './porteur.js';
import type { Organisation } from './structures.js';

export type Entete = {
  readonly t: 'semis';
  readonly v: 1;
  readonly loads: Semis['loads'];
  readonly version: string;
  readonly genereLe: string | null;
  readonly avecInventaire: boolean;
};

export type Ligne =
  | {
      readonly t: 'patch';
      readonly le: string;
      readonly p: ClePorteur;
      readonly e: readonly Effet[];
      /** Of a carrier that the seed does not name. */
      readonly o?: Organisation;
    }
  /** All that a carrier holds: what a compacted journal keeps in the place of its patches. */
  | {
      readonly t: 'etat';
      readonly le: string;
      readonly p: ClePorteur;
      readonly b: readonly BalPortee[];
      readonly o?: Organisation;
    }
  | ({ readonly t: 'suivi'; readonly a: string } & Readonly<Compteurs>)
  | { readonly t: 'patchs'; readonly n: number };

export function journalDe(dataDir: string): string {
  return join(dataDir, 'simulateur', 'journal.ndjson');
}

export type JournalLu = {
  readonly entete: Entete;
  readonly lignes: readonly Ligne[];
  /** Bytes of whole lines. */
  readonly octets: number;
};

/** Undefined when there is none, or not even a whole first line. */
export function lireJournal(chemin: string): JournalLu | undefined {
  let contenu: Buffer;
  try {
    contenu = readFileSync(chemin);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const octets = contenu.lastIndexOf(0x0a) + 1;
  const textes = contenu.toString('utf8', 0, octets).split('\n').slice(0, -1);
  const [premiere, ...reste] = textes.map((texte, rang) => lireLigne(chemin, texte, rang + 1));
  if (premiere === undefined) return undefined;
  if (premiere.t !== 'semis') throw illisible(chemin, 1, 'en-tête attendu');
  const lignes = reste.map((ligne, rang) => {
    if (ligne.t === 'semis') throw illisible(chemin, rang + 2, 'second en-tête');
    return ligne;
  });
  return { entete: premiere, lignes, octets };
}

/** The file is our own: its form is known as soon as it is JSON of a known kind. */
function lireLigne(chemin: string, texte: string, numero: number): Entete | Ligne {
  try {
    const ligne = JSON.parse(texte) as Entete | Ligne;
    if (['semis', 'patch', 'etat', 'suivi', 'patchs'].includes(ligne.t)) return ligne;
  } catch (error) {
    throw illisible(chemin, numero, messageOf(error));
  }
  throw illisible(chemin, numero, 'genre inconnu');
}

function illisible(chemin: string, numero: number, raison: string): AppError {
  return new AppError(
    'JOURNAL_ILLISIBLE',
    `${chemin}, ligne ${numero} : journal du simulateur illisible (${raison}). ` +
      `Remettez-le en état, ou oubliez ce qui a été simulé : « simulate feed --reinitialiser ».`,
  );
}

export function oublierJournal(chemin: string): void {
  rmSync(chemin, { force: true });
}

const syncMs = 200;

export class Journal {
  readonly #chemin: string;
  #fd: number;
  #octets: number;
  #isSale = false;
  readonly #horloge: NodeJS.Timeout;

  private constructor(chemin: string, fd: number, octets: number) {
    this.#chemin = chemin;
    this.#fd = fd;
    this.#octets = octets;
    this.#horloge = setInterval(() => this.#synchroniser(), syncMs).unref();
  }

  /** Goes on with a journal that was read: what follows its last whole line is cut off. */
  static continuer(chemin: string, octets: number): Journal {
    const fd = openSync(chemin, 'r+');
    ftruncateSync(fd, octets);
    return new Journal(chemin, fd, octets);
  }

  /** Puts a whole new one in place, or leaves the old one as it was. */
  static ecrire(chemin: string, entete: Entete, lignes: Iterable<Ligne>): Journal {
    const { fd, octets } = ecrireEntier(chemin, entete, lignes);
    return new Journal(chemin, fd, octets);
  }

  get octets(): number {
    return this.#octets;
  }

  /** Throws when the disk refuses; nothing of the line is kept then. */
  ajouter(ligne: Ligne): void {
    const donnees = Buffer.from(`${JSON.stringify(ligne)}\n`);
    try {
      ecrireTout(this.#fd, donnees, this.#octets);
    } catch (error) {
      ftruncateSync(this.#fd, this.#octets);
      throw error;
    }
    this.#octets += donnees.length;
    this.#isSale = true;
  }

  /** The same history in fewer lines. */
  compacter(entete: Entete, lignes: Iterable<Ligne>): void {
    const { fd, octets } = ecrireEntier(this.#chemin, entete, lignes);
    closeSync(this.#fd);
    this.#fd = fd;
    this.#octets = octets;
    this.#isSale = false;
  }

  fermer(): void {
    clearInterval(this.#horloge);
    fdatasyncSync(this.#fd);
    closeSync(this.#fd);
  }

  #synchroniser(): void {
    if (!this.#isSale) return;
    this.#isSale = false;
    // A file closed meanwhile has been synchronised by whoever closed it.
    fdatasync(this.#fd, () => undefined);
  }
}

function ecrireEntier(
  chemin: string,
  entete: Entete,
  lignes: Iterable<Ligne>,
): { fd: number; octets: number } {
  mkdirSync(dirname(chemin), { recursive: true });
  const brouillon = `${chemin}.nouveau`;
  const fd = openSync(brouillon, 'w');
  let octets = 0;
  const poser = (ligne: Entete | Ligne): void => {
    const donnees = Buffer.from(`${JSON.stringify(ligne)}\n`);
    ecrireTout(fd, donnees, octets);
    octets += donnees.length;
  };
  try {
    poser(entete);
    for (const ligne of lignes) poser(ligne);
    fdatasyncSync(fd);
    renameSync(brouillon, chemin);
    return { fd, octets };
  } catch (error) {
    closeSync(fd);
    rmSync(brouillon, { force: true });
    throw error;
  }
}

/** A write may take a part only. */
function ecrireTout(fd: number, donnees: Buffer, position: number): void {
  let ecrits = 0;
  while (ecrits < donnees.length) {
    ecrits += writeSync(fd, donnees, ecrits, donnees.length - ecrits, position + ecrits);
  }
}
