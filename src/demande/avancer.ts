// Demandes follow what the ANS and the next extractions say: transmitted, confirmed, without object. Run after each of them.
import type { Client, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { echeanceDemande } from '../domain/demande.js';
import { listAvancees, listReattribuees, type Avancee } from '../store/demande-avance.js';
import {
  annulerSuppression,
  changeDemande,
  insertEtape,
  leverDemande,
} from '../store/demande-ecriture.js';
import { findDemande, listDemandes, lockDemande } from '../store/demande.js';
import { publishEvenement } from '../store/evenement.js';
import { acteDuProgramme, laisserTraces } from './acte.js';
import type { DemandesSettings } from './settings.js';

export type BilanDemandes = {
  readonly transmises: number;
  readonly confirmees: number;
  readonly sansObjet: number;
  /** Decisions that hold no more: the address was given to somebody else. */
  readonly levees: number;
};

const pageMax = 200;

/** Idempotent: each demande moves in a transaction of its own, from what is true then. */
export async function avancerDemandes(
  pool: Pool,
  settings: DemandesSettings,
  now: Date,
): Promise<BilanDemandes> {
  const faites: Avancee['vers'][] = [];
  for (let last = 0; ;) {
    const page = await listAvancees(pool, last, pageMax);
    for (const { id } of page) {
      const vers = await transaction(pool, (db) => avancer(db, settings, id, now));
      if (vers) faites.push(vers);
    }
    const end = page.at(-1);
    if (!end || page.length < pageMax) break;
    last = end.id;
  }
  const levees = await leverReattribuees(pool, settings, now);
  await annoncerRetards(pool, settings, now);
  const count = (vers: Avancee['vers']): number => faites.filter((one) => one === vers).length;
  return {
    transmises: count('transmise'),
    confirmees: count('confirmee'),
    sansObjet: count('sans-objet'),
    levees,
  };
}

const raisons = {
  disparue: 'La BAL n’est plus ni dans l’inventaire ni dans l’Annuaire.',
  reattribuee: 'La BAL a changé de titulaire dans l’inventaire ou dans l’Annuaire.',
} as const;

async function avancer(
  db: Client,
  settings: DemandesSettings,
  id: number,
  now: Date,
): Promise<Avancee['vers'] | undefined> {
  const before = await lockDemande(db, id);
  // Looked at again under the lock: it may have been taken back since.
  const [avancee] = before ? await listAvancees(db, id - 1, 1) : [];
  if (!before || avancee?.id !== id) return undefined;
  const motif = avancee.vers === 'sans-objet' ? raisons[avancee.raison] : undefined;
  const { auteur } = acteDuProgramme;
  if (avancee.vers === 'sans-objet') await annulerSuppression(db, before, now);
  if (!(await changeDemande(db, id, { ...avancee, auteur, motif }, now))) return undefined;
  const demande = await findDemande(db, id);
  if (!demande) throw new Error(`demande ${id} is gone`);
  await laisserTraces(db, settings, demande, avancee.vers, acteDuProgramme, now);
  return avancee.vers;
}

/** The address of a BAL that was deleted at its holder's demand serves somebody else: the decision was not about his. */
async function leverReattribuees(
  pool: Pool,
  settings: DemandesSettings,
  now: Date,
): Promise<number> {
  let levees = 0;
  for (const id of await listReattribuees(pool, pageMax)) {
    await transaction(pool, async (db) => {
      const demande = await lockDemande(db, id);
      if (!demande || !(await leverDemande(db, id, now))) return;
      await annulerSuppression(db, demande, now);
      const { auteur } = acteDuProgramme;
      await insertEtape(db, id, { etape: 'levee', auteur, motif: raisons.reattribuee }, now);
      await laisserTraces(db, settings, demande, 'levee', acteDuProgramme, now);
      levees += 1;
    });
  }
  return levees;
}

/** Told once for each demande. */
async function annoncerRetards(pool: Pool, settings: DemandesSettings, now: Date): Promise<void> {
  const attenduesAvant = echeanceDemande(now, -settings.delaiJours);
  for (let apres = 0; ;) {
    const page = await listDemandes(pool, { attenduesAvant }, { apres, max: pageMax });
    for (const { id, domaine, etat, deposeeLe } of page) {
      await publishEvenement(
        pool,
        {
          type: 'demande.en-retard',
          cle: `demande.en-retard:${id}`,
          donnees: {
            demande: id,
            domaine,
            etat,
            deposeeLe: deposeeLe.toISOString(),
            delaiJours: settings.delaiJours,
          },
        },
        now,
      );
    }
    const end = page.at(-1);
    if (!end || page.length < pageMax) return;
    apres = end.id;
  }
}
