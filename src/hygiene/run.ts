// One run of the hygiene cycle: cases opened, told, ended, proposed for deletion; thresholds of quota told.
import { withAdvisoryLock } from '../db/advisory-lock.js';
import type { Client, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { AppError } from '../errors.js';
import type { Progress } from '../progress.js';
import { ouvrirCas } from '../store/cas-inactivite-avance.js';
import { lockCasOuverts } from '../store/cas-inactivite.js';
import { finishHygieneRun, insertHygieneRun } from '../store/hygiene-run.js';
import { passerPage, type BilanPage } from './cas.js';
import { readMonde, type Arret } from './monde.js';
import { avertirQuotas, type BilanQuota } from './quota.js';
import type { HygieneSettings } from './settings.js';
import { jugerGarde, proposerSuppressions, retenirParGarde } from './suppressions.js';

export type HygieneOptions = {
  readonly now: Date;
  readonly author: string;
  /** Everything is computed, nothing is kept. */
  readonly isDryRun?: boolean;
  /** Lifts what may be lifted; kept with the author's name. */
  readonly isAccepted?: boolean;
  /** Stops between two pages; those that are done stay done. */
  readonly signal?: AbortSignal | undefined;
};

export type BilanHygiene = Omit<BilanPage, 'dues'> & {
  readonly ouverts: number;
  readonly proposees: number;
  readonly quota: BilanQuota;
  /** What kept everybody, or the deletions, from advancing. */
  readonly arrets: readonly Arret[];
  /** Lifted by this run. */
  readonly leves: readonly Arret[];
};

/** Runs `work` in a transaction of its own, or of the whole run when nothing is to be kept. */
type Within = <T>(work: (db: Client) => Promise<T>) => Promise<T>;

/**
 * Idempotent: a run killed anywhere leaves whole pages done, and the next goes on from there. One at a time.
 *
 * @throws RefusedError `HYGIENE_SANS_INVENTAIRE`; AppError `HYGIENE_EN_COURS`.
 */
export async function runHygiene(
  pool: Pool,
  settings: HygieneSettings,
  options: HygieneOptions,
  progress: Progress,
): Promise<BilanHygiene> {
  const locked = await withAdvisoryLock(pool, 'hygiene', () =>
    options.isDryRun === true
      ? rehearse(pool, settings, options, progress)
      : runCycle((work) => transaction(pool, work), settings, options, progress),
  );
  if (locked.kind === 'done') return locked.value;
  throw new AppError(
    'HYGIENE_EN_COURS',
    'Un autre passage du cycle d’hygiène est en cours sur cette base : attendez sa fin, puis relancez la commande.',
  );
}

/** Thrown to roll back what a rehearsal wrote. */
class Rehearsed extends Error {
  readonly bilan: BilanHygiene;

  constructor(bilan: BilanHygiene) {
    super('rehearsed');
    this.bilan = bilan;
  }
}

async function rehearse(
  pool: Pool,
  settings: HygieneSettings,
  options: HygieneOptions,
  progress: Progress,
): Promise<BilanHygiene> {
  try {
    return await transaction(pool, async (client) => {
      throw new Rehearsed(await runCycle((work) => work(client), settings, options, progress));
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.bilan;
    throw error;
  }
}

async function runCycle(
  within: Within,
  settings: HygieneSettings,
  options: HygieneOptions,
  progress: Progress,
): Promise<BilanHygiene> {
  const { now, author } = options;
  const { runId, perCount, ...found } = await within(async (db) => {
    const { parc, arrets } = await readMonde(db, settings, now);
    const id = await insertHygieneRun(db, { startedAt: now, author, ...parc });
    return { runId: id, perCount: parc.perCount, ...splitArrets(arrets, options) };
  });
  const estSur = found.arrets.length === 0;
  const ouverts = estSur ? await within((db) => ouvrirCas(db, { now, ...settings })) : 0;
  const { dues, ...bilan } = await passerCas(within, settings, options, estSur, progress);
  const fin = await terminer(within, dues, perCount, settings, options);
  const quota =
    estSur && settings.quota.actif
      ? await within((db) => avertirQuotas(db, settings, now))
      : { seuils: 0, rearmes: 0, avis: 0 };
  const total: BilanHygiene = {
    ...bilan,
    ouverts,
    proposees: fin.proposees,
    quota,
    arrets: [...found.arrets, ...fin.arrets],
    leves: [...found.leves, ...fin.leves],
  };
  await within((db) => keepRun(db, runId, total, now));
  return total;
}

function splitArrets(
  arrets: readonly Arret[],
  { isAccepted }: HygieneOptions,
): { arrets: Arret[]; leves: Arret[] } {
  const estLeve = ({ estLevable }: Arret): boolean => isAccepted === true && estLevable;
  return { arrets: arrets.filter((one) => !estLeve(one)), leves: arrets.filter(estLeve) };
}

// A page is one transaction: what a holder who objects meanwhile may have to wait for.
const pageMax = 200;

async function passerCas(
  within: Within,
  settings: HygieneSettings,
  { now, signal }: HygieneOptions,
  estSur: boolean,
  progress: Progress,
): Promise<BilanPage> {
  progress.step({ label: 'Cas d’inactivité', total: undefined, unit: 'lignes' });
  let bilan = emptyBilan;
  let [last, done] = [0, 0];
  for (;;) {
    signal?.throwIfAborted();
    const reste = settings.avisParPassageMax - bilan.prevenues;
    const page = await within(async (db) => {
      const cas = await lockCasOuverts(db, last, pageMax);
      if (cas.length === 0) return undefined;
      const suite = await passerPage(db, cas, { settings, now, estSur }, reste);
      return { count: cas.length, last: cas.at(-1)?.id ?? last, suite };
    });
    if (!page) break;
    bilan = addBilans(bilan, page.suite);
    last = page.last;
    progress.update((done += page.count));
  }
  progress.end();
  return bilan;
}

type Fin = {
  readonly proposees: number;
  readonly arrets: readonly Arret[];
  readonly leves: readonly Arret[];
};

async function terminer(
  within: Within,
  dues: readonly number[],
  perCount: number,
  settings: HygieneSettings,
  options: HygieneOptions,
): Promise<Fin> {
  const garde = await within((db) =>
    jugerGarde(db, dues.length, perCount, settings.gardes, options.now),
  );
  const { arrets, leves } = splitArrets(garde ? [garde] : [], options);
  let proposees = 0;
  for (let start = 0; start < dues.length; start += pageMax) {
    options.signal?.throwIfAborted();
    const ids = dues.slice(start, start + pageMax);
    if (arrets.length > 0) await within((db) => retenirParGarde(db, ids));
    else proposees += await within((db) => proposerSuppressions(db, ids, settings, options.now));
  }
  return { proposees, arrets, leves };
}

async function keepRun(
  db: Client,
  runId: number,
  { arrets, leves, ...counts }: BilanHygiene,
  now: Date,
): Promise<void> {
  await finishHygieneRun(db, runId, {
    finishedAt: now,
    arrets: arrets.map(({ code }) => code),
    acceptedGuards: leves.map(({ code }) => code),
    counts,
  });
}

const emptyBilan: BilanPage = {
  reauthentifiees: 0,
  disparues: 0,
  sansObjet: 0,
  prevenues: 0,
  delais: 0,
  rappels: 0,
  avis: 0,
  echecs: 0,
  dues: [],
};

function addBilans(a: BilanPage, b: BilanPage): BilanPage {
  return {
    reauthentifiees: a.reauthentifiees + b.reauthentifiees,
    disparues: a.disparues + b.disparues,
    sansObjet: a.sansObjet + b.sansObjet,
    prevenues: a.prevenues + b.prevenues,
    delais: a.delais + b.delais,
    rappels: a.rappels + b.rappels,
    avis: a.avis + b.avis,
    echecs: a.echecs + b.echecs,
    dues: [...a.dues, ...b.dues],
  };
}
