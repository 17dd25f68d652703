// What each act on a demande leaves behind: a mail to the professional, a trace of its author.
import type { AuteurDemande, EtapeDemande } from '../domain/demande.js';
import type { Db } from '../db/pool.js';
import type { ActionTracee, PosteTrace } from '../domain/trace.js';
import { enqueueAvis } from '../store/avis.js';
import type { Demande } from '../store/demande.js';
import { recordTrace } from '../store/journal.js';
import { avisDeLEtape } from './avis.js';
import type { DemandesSettings } from './settings.js';

/** Who acts, from where. */
export type Acte = {
  readonly auteur: AuteurDemande;
  readonly poste?: PosteTrace | undefined;
  /** Of the request or of the run. */
  readonly correlation?: string | undefined;
};

/** The last statements of the transaction of an act that was done: the trace takes the lock of the journal until its end. */
export async function laisserTraces(
  db: Db,
  settings: DemandesSettings,
  demande: Demande,
  etape: EtapeDemande,
  acte: Acte,
  now: Date,
): Promise<void> {
  await enqueueAvis(db, avisDeLEtape(demande, etape, settings, now), now);
  await tracer(db, demande, actions[etape], acte, now);
}

/** What somebody tried and was told no. */
export function tracerRefus(
  db: Db,
  demande: Demande,
  etape: EtapeDemande,
  acte: Acte,
  now: Date,
  raison: string,
): Promise<void> {
  return tracer(db, demande, actions[etape], acte, now, raison);
}

/** There is none of this number, or it is another's: nothing of it is written. */
export async function tracerInconnue(
  db: Db,
  id: number,
  etape: EtapeDemande,
  { auteur, poste, correlation }: Acte,
  now: Date,
): Promise<void> {
  await recordTrace(
    db,
    {
      action: actions[etape],
      issue: 'refus',
      auteur,
      objets: [{ genre: 'demande', id: String(id) }],
      poste,
      reponse: { raison: 'inconnue' },
      correlation,
    },
    now,
  );
}

async function tracer(
  db: Db,
  demande: Demande,
  action: ActionTracee,
  { auteur, poste, correlation }: Acte,
  now: Date,
  refus?: string,
): Promise<void> {
  await recordTrace(
    db,
    {
      action,
      issue: refus === undefined ? 'reussite' : 'refus',
      auteur,
      objets: [
        { genre: 'demande', id: String(demande.id) },
        { genre: 'bal', id: demande.adresse },
        { genre: 'professionnel', id: demande.rpps },
      ],
      poste,
      reponse: {
        etat: demande.etat,
        ...(demande.motifRefus !== undefined && { motifRefus: demande.motifRefus }),
        ...(refus !== undefined && { raison: refus }),
      },
      correlation,
    },
    now,
  );
}

const actions: Readonly<Record<EtapeDemande, ActionTracee>> = {
  recue: 'demande.depot',
  'en-examen': 'demande.examen',
  acceptee: 'demande.acceptation',
  refusee: 'demande.refus',
  transmise: 'demande.transmission',
  confirmee: 'demande.confirmation',
  retiree: 'demande.retrait',
  'sans-objet': 'demande.sans-objet',
  levee: 'demande.levee',
};

/** What the program does by itself: it follows what the ANS and the next extractions say. */
export const acteDuProgramme: Acte = {
  auteur: { genre: 'programme', id: 'annuaire-sync', nom: 'le programme' },
};
