// A professional asks that a BAL of his be deleted. What he posts is only the name of the BAL: whose it is, is read here.
import { echeanceDemande, type Demandeur, type MotifDemande } from '../domain/demande.js';
import type { Client, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import {
  countDemandesDe,
  insertDemande,
  insertEtape,
  lockDemandeur,
} from '../store/demande-ecriture.js';
import {
  empechement,
  findBalDuTitulaire,
  type BalDuTitulaire,
  type Empechement,
} from '../store/demande-bals.js';
import { findDemande, findDemandeOuverte, type Demande } from '../store/demande.js';
import { publishEvenement } from '../store/evenement.js';
import { recordTrace } from '../store/journal.js';
import { laisserTraces, type Acte } from './acte.js';
import type { DemandesSettings } from './settings.js';

export type Depot = {
  readonly demandeur: Demandeur;
  /** Lower-cased. */
  readonly adresse: string;
  readonly motif: MotifDemande;
  /** Cleaned, at most `commentaireCharsMax`. */
  readonly commentaire: string | undefined;
  /** An address that a mail may be sent to (domain/adresse-mail.ts). */
  readonly contact: string;
  readonly poste?: Acte['poste'];
  readonly correlation?: string | undefined;
};

export type RefusDepot =
  /** Not a PER BAL of his: the same answer whether it exists or not. */
  | 'introuvable'
  | Empechement
  /** One is open, that somebody else made when the BAL was his. */
  | 'occupee'
  | 'limite-ouvertes'
  | 'limite-jour';

export type ResultatDepot =
  | { readonly kind: 'deposee'; readonly demande: Demande }
  /** His own, open already: nothing was changed. */
  | { readonly kind: 'existante'; readonly demande: Demande }
  | { readonly kind: 'refusee'; readonly raison: RefusDepot };

export function deposerDemande(
  pool: Pool,
  settings: DemandesSettings,
  depot: Depot,
  now: Date,
): Promise<ResultatDepot> {
  return transaction(pool, async (db) => {
    const result = await deposer(db, settings, depot, now);
    if (result.kind === 'refusee') await tracerRefus(db, depot, result.raison, now);
    return result;
  });
}

async function deposer(
  db: Client,
  settings: DemandesSettings,
  depot: Depot,
  now: Date,
): Promise<ResultatDepot> {
  const { demandeur, adresse } = depot;
  await lockDemandeur(db, demandeur.rpps);
  const bal = await findBalDuTitulaire(db, demandeur.rpps, settings.domaines, adresse);
  const obstacle = bal ? empechement(bal) : 'introuvable';
  if (!bal || obstacle !== undefined) return refuse(obstacle ?? 'introuvable');
  const ouverte = await findDemandeOuverte(db, adresse);
  if (ouverte) return already(ouverte, demandeur);
  const { ouvertes, recentes } = await countDemandesDe(
    db,
    demandeur.rpps,
    echeanceDemande(now, -1),
  );
  if (ouvertes >= settings.ouvertesMax) return refuse('limite-ouvertes');
  if (recentes >= settings.parJourMax) return refuse('limite-jour');
  return inserer(db, settings, depot, bal, now);
}

async function inserer(
  db: Client,
  settings: DemandesSettings,
  depot: Depot,
  { domaine, structureId, structureNom, estPubliee }: BalDuTitulaire,
  now: Date,
): Promise<ResultatDepot> {
  const { demandeur, poste, correlation } = depot;
  const id = await insertDemande(
    db,
    { ...depot, domaine, structureId, structureNom, etaitPubliee: estPubliee },
    now,
  );
  const demande = await (id === undefined
    ? findDemandeOuverte(db, depot.adresse)
    : findDemande(db, id));
  if (!demande) throw new Error('a demande that is open was not found');
  if (id === undefined) return already(demande, demandeur);
  const auteur = auteurDe(demandeur);
  await insertEtape(db, id, { etape: 'recue', auteur }, now);
  await publishEvenement(
    db,
    {
      type: 'demande.recue',
      cle: `demande.recue:${id}`,
      donnees: {
        demande: id,
        domaine,
        motif: demande.motif,
        echeance: echeanceDemande(now, settings.delaiJours).toISOString(),
      },
    },
    now,
  );
  await laisserTraces(db, settings, demande, 'recue', { auteur, poste, correlation }, now);
  return { kind: 'deposee', demande };
}

function already(demande: Demande, { rpps }: Demandeur): ResultatDepot {
  return demande.rpps === rpps ? { kind: 'existante', demande } : refuse('occupee');
}

function refuse(raison: RefusDepot): ResultatDepot {
  return { kind: 'refusee', raison };
}

/** As the trail names him. */
export function auteurDe({ idNatPs, nom }: Demandeur): Acte['auteur'] {
  return { genre: 'personne', id: idNatPs, nom };
}

/** Somebody who tries the BAL of others leaves a trace of each try. */
async function tracerRefus(
  db: Client,
  { demandeur, adresse, poste, correlation }: Depot,
  raison: RefusDepot,
  now: Date,
): Promise<void> {
  await recordTrace(
    db,
    {
      action: 'demande.depot',
      issue: 'refus',
      auteur: auteurDe(demandeur),
      objets: [
        { genre: 'bal', id: adresse },
        { genre: 'professionnel', id: demandeur.rpps },
      ],
      poste,
      reponse: { raison },
      correlation,
    },
    now,
  );
}
