// One purge: what is at its term goes, target by target, batch by batch, and the run proves what it did.
import { withAdvisoryLock } from '../db/advisory-lock.js';
import type { Pool } from '../db/pool.js';
import { isTransientFault } from '../db/transient-fault.js';
import { transaction } from '../db/transaction.js';
import type { CategorieConservation } from '../domain/conservation.js';
import type { PosteTrace } from '../domain/trace.js';
import { AppError } from '../errors.js';
import type { Progress } from '../progress.js';
import { recordTrace } from '../store/journal.js';
import { forgetKeptFiles } from '../store/inventaire-import.js';
import { countCible, purgeLot, readHorloge, vacuum, type Lot } from '../store/purge/lot.js';
import {
  ajouterTraites,
  findPassage,
  findPassageOuvert,
  finirCompte,
  finirPassage,
  insertCompte,
  insertPassage,
  listComptes,
  reprendrePassage,
  type ComptePurge,
  type PassagePurge,
} from '../store/purge/passage.js';
import { countFichiers, purgeFichiers } from './fichiers.js';
import { verifierHorloge, verifierParts } from './gardes.js';
import { prevoir, type CompteVoulu } from './prevoir.js';
import type { PurgeSettings } from './settings.js';

export type PurgeOptions = {
  readonly now: () => Date;
  readonly categories: readonly CategorieConservation[];
  readonly isAccepted: boolean;
  readonly auteur: string;
  readonly version: string;
  readonly correlation: string;
  /** Where it runs, for the trail. */
  readonly poste?: PosteTrace;
  /** Stops between two batches; the next run goes on from there. */
  readonly signal: AbortSignal;
};

export type BilanPurge = {
  readonly passage: PassagePurge;
  readonly comptes: readonly ComptePurge[];
};

/**
 * Idempotent. A run that was killed or stopped is taken up with the boundaries that it began with, unless the settings moved meanwhile.
 *
 * @throws AppError `PURGE_EN_COURS`, `PURGE_HORLOGE`; RefusedError `PURGE_SILENCE`, `PURGE_TROP`.
 */
export async function purger(
  pool: Pool,
  settings: PurgeSettings,
  options: PurgeOptions,
  progress: Progress,
): Promise<BilanPurge> {
  const locked = await withAdvisoryLock(pool, 'purge', () =>
    purgeLocked(pool, settings, options, progress),
  );
  if (locked.kind === 'done') return locked.value;
  throw new AppError(
    'PURGE_EN_COURS',
    'Une autre purge est en cours sur cette base : attendez sa fin (« annuaire-sync purge show »), puis relancez la commande.',
  );
}

async function purgeLocked(
  pool: Pool,
  settings: PurgeSettings,
  options: PurgeOptions,
  progress: Progress,
): Promise<BilanPurge> {
  const { now, isAccepted, categories, signal } = options;
  const commence = now();
  // Whole days, as the message counts them: the silence is over the limit from the next one on.
  const horloge = await readHorloge(pool, commence, settings.gardes.silenceMaxJours + 1);
  verifierHorloge(horloge, commence, settings.gardes, isAccepted);
  const ouvert = await findPassageOuvert(pool);
  const reference = ouvert?.referenceLe ?? commence;
  let voulus = await prevoir(pool, settings, { reference, categories, signal }, progress);
  let passageId: number;
  if (ouvert && (await estLeMeme(pool, ouvert, voulus))) {
    passageId = ouvert.id;
    await reprendrePassage(pool, passageId);
  } else {
    if (ouvert) {
      await fermer(pool, ouvert.id, 'interrompu', options, commence);
      voulus = await prevoir(pool, settings, { reference: commence, categories, signal }, progress);
    }
    if (!isAccepted) verifierParts(voulus, settings.gardes);
    passageId = await ouvrir(pool, options, commence, voulus);
  }
  await purgeTout(pool, settings, { passageId, voulus, now, signal }, progress);
  await fermer(pool, passageId, 'termine', options, now());
  return readBilan(pool, passageId);
}

/** The trail tells by itself that some of it was erased, and to which date, be it by a run that nobody will end. */
function fermer(
  pool: Pool,
  id: number,
  etat: 'termine' | 'interrompu',
  { version, correlation, poste }: PurgeOptions,
  now: Date,
): Promise<void> {
  return transaction(pool, async (db) => {
    await finirPassage(db, id, etat, now);
    const journal = (await listComptes(db, id)).find(({ cible }) => cible === 'trace');
    if (!journal || journal.traites === 0) return;
    await recordTrace(
      db,
      {
        action: 'journal.effacement',
        issue: 'reussite',
        auteur: { genre: 'programme', id: 'annuaire-sync', nom: `annuaire-sync ${version}` },
        objets: [],
        ...{ poste, correlation },
        requete: { avant: journal.avant.toISOString(), passage: id },
        reponse: { effacees: journal.traites },
      },
      now,
    );
  });
}

/** Of the run that was left open: the same targets, to the same boundaries. */
async function estLeMeme(
  pool: Pool,
  { id }: PassagePurge,
  voulus: readonly CompteVoulu[],
): Promise<boolean> {
  const texte = (nom: string, avant: Date): string => `${nom} ${avant.getTime()}`;
  const gardes = (await listComptes(pool, id)).map(({ cible, avant }) => texte(cible, avant));
  const demandes = voulus.map(({ nom, avant }) => texte(nom, avant));
  return gardes.sort().join() === demandes.sort().join();
}

function ouvrir(
  pool: Pool,
  { auteur, version, correlation, isAccepted }: PurgeOptions,
  commence: Date,
  voulus: readonly CompteVoulu[],
): Promise<number> {
  return transaction(pool, async (db) => {
    const id = await insertPassage(db, {
      ...{ auteur, version, correlation },
      commenceLe: commence,
      referenceLe: commence,
      gardesLevees: isAccepted ? ['silence', 'part'] : [],
    });
    for (const { nom, ...compte } of voulus) await insertCompte(db, id, { ...compte, cible: nom });
    return id;
  });
}

type Travail = {
  readonly passageId: number;
  readonly voulus: readonly CompteVoulu[];
  readonly now: () => Date;
  readonly signal: AbortSignal;
};

/**
 * Round after round: what goes in one target may bring rows of another to their term, and rows that moved while their table was read are
 * for the next round. The proof is counted once nothing moves any more.
 */
async function purgeTout(
  pool: Pool,
  settings: PurgeSettings,
  travail: Travail,
  progress: Progress,
): Promise<void> {
  const { passageId, voulus, now } = travail;
  const touchees = new Set<CompteVoulu>();
  for (let tour = 1, reste = true; tour <= toursMax && reste; tour += 1) {
    reste = false;
    for (const voulu of voulus) {
      const aTerme =
        tour === 1 && voulu.aTerme > 0 ? voulu.aTerme : await compter(pool, settings, voulu);
      if (aTerme === 0) continue;
      progress.step({ label: voulu.libelle, total: aTerme, unit: 'lignes' });
      const traites = await purgeUn(pool, settings, voulu, travail, progress);
      progress.end();
      if (traites === 0) continue;
      touchees.add(voulu);
      reste = true;
    }
  }
  for (const voulu of voulus) {
    const { cible, avant, nom } = voulu;
    if (cible && touchees.has(voulu)) await vacuum(pool, cible);
    const fin = cible
      ? await countCible(pool, cible, avant)
      : await countFichiers(settings.dossiers, avant);
    const { total: totalApres, aTerme: restants } = fin;
    await finirCompte(pool, passageId, nom, { totalApres, restants, now: now() });
  }
}

const toursMax = 5;

async function compter(
  pool: Pool,
  { dossiers }: PurgeSettings,
  { cible, avant }: CompteVoulu,
): Promise<number> {
  const { aTerme } = cible
    ? await countCible(pool, cible, avant)
    : await countFichiers(dossiers, avant);
  return aTerme;
}

/** How many rows, or files, were dealt with. */
async function purgeUn(
  pool: Pool,
  { dossiers, lotPages }: PurgeSettings,
  { cible, nom, avant }: CompteVoulu,
  { passageId, now, signal }: Travail,
  progress: Progress,
): Promise<number> {
  if (cible === undefined) {
    const partis = await purgeFichiers(dossiers, avant);
    await forgetKeptFiles(pool, partis);
    await ajouterTraites(pool, passageId, nom, partis.length);
    return partis.length;
  }
  let traites = 0;
  for (let curseur: string | undefined = ''; curseur !== undefined;) {
    signal.throwIfAborted();
    const debut: string = curseur;
    const reglage = { passageId, avant, now: now(), pages: lotPages };
    const lot: Lot = await obstinement(() => purgeLot(pool, cible, reglage, debut), signal);
    traites += lot.traites;
    curseur = lot.suite;
    progress.update(traites);
  }
  return traites;
}

const essaisMax = 3;

/** A deadlock with a load, or a lock that it holds for long, passes by itself. */
async function obstinement<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let essai = 1; ; essai += 1) {
    try {
      return await work();
    } catch (error) {
      if (essai >= essaisMax || signal.aborted || !isTransientFault(error)) throw error;
    }
  }
}

async function readBilan(pool: Pool, id: number): Promise<BilanPurge> {
  const passage = await findPassage(pool, id);
  if (!passage) throw new Error(`run ${id} of the purge is gone`);
  return { passage, comptes: await listComptes(pool, id) };
}
