// From the settings file to what the life of a demande wants to know.
import type { Settings } from '../config/settings.js';
import type { Db } from '../db/pool.js';
import type { DemandesSettings } from '../demande/settings.js';
import { usageSuiviDemande } from '../domain/demande.js';
import { lienPublic, signLien } from '../domain/lien-signe.js';
import { getCleDesLiens } from '../store/cle-interne.js';

export async function demandesSettings(settings: Settings, db: Db): Promise<DemandesSettings> {
  const { demandes, hygiene, operateur, web } = settings;
  const { urlPublique } = web;
  const cle = await getCleDesLiens(db, web.cleDesLiens);
  return {
    domaines: operateur.domaines.map(({ nom }) => nom),
    delaiJours: demandes.delaiJours,
    ouvertesMax: demandes.ouvertesMax,
    parJourMax: demandes.parJourMax,
    contact: demandes.contact ?? hygiene.contact,
    devenirMessages: {
      texte: demandes.devenirMessages.texte,
      effacesApresJours: demandes.devenirMessages.effacesApresJours,
    },
    lienSuivi:
      urlPublique &&
      ((id, expireLe) => {
        const jeton = signLien(cle, { usage: usageSuiviDemande, id: String(id), expireLe });
        return lienPublic(urlPublique, 'demande/lien', jeton);
      }),
  };
}
