// What the professional is told at each step, where he asked to be told.
import type { DonneesAvis, Gabarit, NouvelAvis } from '../domain/avis.js';
import { echeanceDemande, type EtapeDemande } from '../domain/demande.js';
import { dateEnFrancais } from '../domain/paris-time.js';
import type { Demande } from '../store/demande.js';
import { dateDevenirMessages } from './devenir-messages.js';
import type { DemandesSettings } from './settings.js';

/** The last mail of a demande is read long after it: the page still says what became of it. */
const lienJours = 180;

/** None for a step that is the opérateur's own business. */
export function avisDeLEtape(
  demande: Demande,
  etape: EtapeDemande,
  settings: DemandesSettings,
  now: Date,
): NouvelAvis[] {
  if (etape === 'levee') return [];
  const gabarit: Gabarit = `demande-${etape}`;
  return destinatairesDe(demande, etape).map((destinataire) => ({
    cle: `demande:${demande.id}:${etape}:${destinataire}`,
    gabarit,
    domaine: demande.domaine,
    adresse: demande.adresse,
    destinataire,
    donnees: donnees(demande, destinataire, settings, now),
  }));
}

/** The BAL itself is told when somebody asks, or takes it back: its holder may learn that it was not him. */
function destinatairesDe({ contact, adresse }: Demande, etape: EtapeDemande): string[] {
  const isToldToBal = etape === 'recue' || etape === 'retiree';
  return isToldToBal && contact.toLowerCase() !== adresse ? [contact, adresse] : [contact];
}

function donnees(
  demande: Demande,
  destinataire: string,
  settings: DemandesSettings,
  now: Date,
): DonneesAvis {
  const { contact, lienSuivi, devenirMessages, delaiJours } = settings;
  const devenirLe = dateDevenirMessages(devenirMessages, demande.decideeLe ?? now);
  const expireLe = echeanceDemande(now, lienJours);
  return {
    numero: demande.id,
    adresse: demande.adresse,
    dateDemande: dateEnFrancais(demande.deposeeLe),
    dateEtape: dateEnFrancais(now),
    dateReponse: dateEnFrancais(echeanceDemande(demande.deposeeLe, delaiJours)),
    devenirMessages: devenirMessages.texte,
    ...(devenirLe && { dateMessages: dateEnFrancais(devenirLe) }),
    ...(demande.structureNom !== undefined && { structure: demande.structureNom }),
    ...(demande.motifRefus !== undefined && { motifRefus: demande.motifRefus }),
    ...(contact !== undefined && { contact }),
    // Only where he asked to be told: whoever reads the BAL may be somebody else by now.
    ...(lienSuivi && destinataire === demande.contact
      ? { lienSuivi: lienSuivi(demande.id, expireLe) }
      : {}),
  };
}
