// Looks among the domains of the country for those that may be taken for one of ours.
import { createHash } from 'node:crypto';
import { withAdvisoryLock } from '../db/advisory-lock.js';
import type { Db, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import {
  countRessemblants,
  findEmpreinte,
  findRessemblants,
  listCandidats,
  mergeRessemblants,
  readVersions,
  type DomaineRessemblant,
  type Trouve,
} from '../store/domaine-ressemblant.js';
import { makeComparateur } from './comparer.js';

export type Recherche = {
  /** Found for the first time: told now, and not again. */
  readonly nouveaux: readonly DomaineRessemblant[];
  readonly aExaminer: number;
};

// Raise it when the comparison changes its mind on the same names.
const revision = 1;

// Of one of ours, above which its sub-domains are other people's: it is a shared parent, as mssante.fr.
const sousDomainesMax = 5;

/** Nothing is compared when neither the sources nor our domains changed since the last search. */
export async function chercherRessemblants(
  pool: Pool,
  nosDomaines: readonly string[],
  now: Date,
): Promise<Recherche> {
  const locked = await withAdvisoryLock(pool, 'ressemblance', () =>
    transaction(pool, (db) => chercher(db, nosDomaines, now)),
  );
  // Another program is at it: it tells what it finds.
  if (locked.kind === 'done') return locked.value;
  return { nouveaux: [], aExaminer: (await countRessemblants(pool)).aExaminer };
}

async function chercher(db: Db, nosDomaines: readonly string[], now: Date): Promise<Recherche> {
  const empreinte = await empreinteDe(db, nosDomaines);
  if (empreinte === (await findEmpreinte(db))) {
    return { nouveaux: [], aExaminer: (await countRessemblants(db)).aExaminer };
  }
  const { notres, candidats } = await listCandidats(db, nosDomaines);
  const comparer = makeComparateur(notres);
  const trouves = candidats.flatMap(({ domaine, operateur }): Trouve[] => {
    const ressemblance = comparer(domaine);
    return ressemblance ? [{ ...ressemblance, domaine, operateur }] : [];
  });
  const nouveaux = await mergeRessemblants(db, sansParents(trouves), empreinte, now);
  return {
    nouveaux: (await findRessemblants(db, nouveaux)).filter(({ connu }) => !connu),
    aExaminer: (await countRessemblants(db)).aExaminer,
  };
}

async function empreinteDe(db: Db, nosDomaines: readonly string[]): Promise<string> {
  const parties = [revision, await readVersions(db), [...nosDomaines].sort()];
  return createHash('sha256').update(JSON.stringify(parties)).digest('hex');
}

function sansParents(trouves: readonly Trouve[]): Trouve[] {
  const parProche = new Map<string, number>();
  for (const { raison, proche } of trouves) {
    if (raison === 'sous-domaine') parProche.set(proche, (parProche.get(proche) ?? 0) + 1);
  }
  return trouves.filter(
    ({ raison, proche }) =>
      raison !== 'sous-domaine' || (parProche.get(proche) ?? 0) <= sousDomainesMax,
  );
}
