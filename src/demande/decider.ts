// What people do with a demande: the opérateur examines, accepts or refuses; the professional takes it back.
import type { Client, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { libellesEtape, type EtapeDemande } from '../domain/demande.js';
import { findBalDuTitulaire } from '../store/demande-bals.js';
import {
  annulerSuppression,
  changeDemande,
  deciderSuppression,
  insertEtape,
  isEnvoiCommence,
  leverDemande,
  type Changement,
} from '../store/demande-ecriture.js';
import { findDemande, lockDemande, type Demande } from '../store/demande.js';
import { laisserTraces, tracerInconnue, tracerRefus, type Acte } from './acte.js';
import type { DemandesSettings } from './settings.js';

export type IssueDemande =
  | { readonly kind: 'faite'; readonly demande: Demande }
  | { readonly kind: 'inconnue' }
  /** Nothing was changed; the French message says why, and what to do. */
  | { readonly kind: 'impossible'; readonly demande: Demande; readonly message: string };

/** Thrown to roll back. */
class Impossible extends Error {}

export function prendreEnExamen(
  pool: Pool,
  settings: DemandesSettings,
  id: number,
  acte: Acte,
  now: Date,
): Promise<IssueDemande> {
  return agir(pool, id, { etape: 'en-examen', acte, now }, async (db, demande) => {
    await passer(db, demande, { vers: 'en-examen', auteur: acte.auteur }, now);
    return conclure(db, settings, id, 'en-examen', acte, now);
  });
}

/** The deletion is decided: the plan proposes it, its guards hold, a person approves it there as any other. */
export function accepterDemande(
  pool: Pool,
  settings: DemandesSettings,
  id: number,
  acte: Acte,
  now: Date,
): Promise<IssueDemande> {
  return agir(pool, id, { etape: 'acceptee', acte, now }, async (db, demande) => {
    await examiner(db, demande, acte, now);
    await assertEncoreSienne(db, demande, settings);
    await passer(db, demande, { vers: 'acceptee', auteur: acte.auteur }, now);
    await deciderSuppression(db, demande, acte.auteur.nom ?? acte.auteur.id, now);
    return conclure(db, settings, id, 'acceptee', acte, now);
  });
}

/** `motif`: French, told to the professional. */
export function refuserDemande(
  pool: Pool,
  settings: DemandesSettings,
  id: number,
  { motif, ...acte }: Acte & { readonly motif: string },
  now: Date,
): Promise<IssueDemande> {
  return agir(pool, id, { etape: 'refusee', acte, now }, async (db, demande) => {
    await examiner(db, demande, acte, now);
    await passer(db, demande, { vers: 'refusee', auteur: acte.auteur, motif }, now);
    return conclure(db, settings, id, 'refusee', acte, now);
  });
}

/** By the professional, until the deletion leaves for the ANS. `rpps`: whose demande it must be; another's is unknown to him. */
export function retirerDemande(
  pool: Pool,
  settings: DemandesSettings,
  id: number,
  { rpps, ...acte }: Acte & { readonly rpps: string },
  now: Date,
): Promise<IssueDemande> {
  return agir(
    pool,
    id,
    { etape: 'retiree', acte, now },
    async (db, demande) => {
      if (demande.etat === 'retiree') return { kind: 'faite', demande };
      await annulerSuppression(db, demande, now);
      // After: what a pusher holds can no longer be taken from it, and what it had let go was.
      if (
        demande.etat === 'acceptee' &&
        (await isEnvoiCommence(db, demande.adresse, demande.decideeLe ?? now))
      ) {
        throw new Impossible(
          'La suppression est déjà en cours de transmission à l’Annuaire : elle ne peut plus être retirée.',
        );
      }
      await passer(db, demande, { vers: 'retiree', auteur: acte.auteur }, now);
      return conclure(db, settings, id, 'retiree', acte, now);
    },
    rpps,
  );
}

/** The BAL of a demande that was carried out is made anew on purpose: it may be published again. */
export function leverDecision(
  pool: Pool,
  settings: DemandesSettings,
  id: number,
  { motif, ...acte }: Acte & { readonly motif: string },
  now: Date,
): Promise<IssueDemande> {
  return agir(pool, id, { etape: 'levee', acte, now }, async (db, demande) => {
    if (!(await leverDemande(db, id, now))) {
      throw new Impossible(
        demande.leveeLe
          ? 'La décision est déjà levée : il n’y a rien à faire.'
          : `Seule la décision d’une demande confirmée se lève ; celle-ci est ${libellesEtape[demande.etat]}.`,
      );
    }
    await annulerSuppression(db, demande, now);
    await insertEtape(db, id, { etape: 'levee', auteur: acte.auteur, motif }, now);
    return conclure(db, settings, id, 'levee', acte, now);
  });
}

type Tentative = { readonly etape: EtapeDemande; readonly acte: Acte; readonly now: Date };

async function agir(
  pool: Pool,
  id: number,
  tentative: Tentative,
  work: (db: Client, demande: Demande) => Promise<IssueDemande>,
  rpps?: string,
): Promise<IssueDemande> {
  let seen: Demande | undefined;
  try {
    return await transaction(pool, async (db) => {
      seen = await lockDemande(db, id);
      if (seen && (rpps === undefined || seen.rpps === rpps)) return work(db, seen);
      await tracerInconnue(db, id, tentative.etape, tentative.acte, tentative.now);
      return { kind: 'inconnue' };
    });
  } catch (error) {
    if (!(error instanceof Impossible) || !seen) throw error;
    const { etape, acte, now } = tentative;
    // In its own transaction: the other was rolled back.
    await tracerRefus(pool, seen, etape, acte, now, error.message);
    return { kind: 'impossible', demande: seen, message: error.message };
  }
}

/** A demande that is decided at once was looked at: the step is written, its mail would tell nothing. */
async function examiner(db: Client, demande: Demande, acte: Acte, now: Date): Promise<void> {
  if (demande.etat === 'recue') {
    await passer(db, demande, { vers: 'en-examen', auteur: acte.auteur }, now);
  }
}

async function passer(
  db: Client,
  { id, etat }: Demande,
  changement: Changement,
  now: Date,
): Promise<void> {
  if (await changeDemande(db, id, changement, now)) return;
  throw new Impossible(
    `La demande est ${libellesEtape[etat]} : elle ne peut pas devenir ${libellesEtape[changement.vers]}.`,
  );
}

/** The inventory may have given the address to somebody else since he asked. */
async function assertEncoreSienne(
  db: Client,
  { rpps, adresse }: Demande,
  { domaines }: DemandesSettings,
): Promise<void> {
  const bal = await findBalDuTitulaire(db, rpps, domaines, adresse);
  if (!bal) {
    throw new Impossible(
      'La BAL n’est plus celle de ce professionnel, ou n’existe plus : rien n’est accepté. ' +
        'La demande deviendra sans objet au prochain rapprochement.',
    );
  }
  if (!bal.estANous) {
    throw new Impossible(
      `Le domaine ${bal.domaine} n’est plus dans « operateur.domaines » : rien n’est accepté. Corrigez les réglages, ou refusez la demande.`,
    );
  }
  if (bal.estPartagee) {
    throw new Impossible(
      'L’inventaire ou l’Annuaire donne cette BAL aussi à un autre titulaire, ou sous un autre type : rien n’est accepté. ' +
        'Corrigez l’inventaire, ou refusez la demande.',
    );
  }
}

async function conclure(
  db: Client,
  settings: DemandesSettings,
  id: number,
  etape: EtapeDemande,
  acte: Acte,
  now: Date,
): Promise<IssueDemande> {
  const demande = await findDemande(db, id);
  if (!demande) throw new Error(`demande ${id} is gone`);
  await laisserTraces(db, settings, demande, etape, acte, now);
  return { kind: 'faite', demande };
}
