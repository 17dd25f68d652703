// How professionals sign in, and what they may then do, as the settings have it.
import type { Settings } from '../config/settings.js';
import { Fournisseur } from '../web/connexion/fournisseur.js';
import { createEcranConnexion } from '../web/demande/connexion/ecran.js';
import type { DemandeOptions } from '../web/demande/demande.js';
import { createEcrans } from '../web/demande/ecrans.js';
import { voirProSanteConnect } from './usage-counter.js';
import type { PagesSurroundings } from './web-pages.js';

/** The answer to who asks for a link takes as long whether one leaves or not. */
const reponseMinMs = 500;

export function accesDemande(
  { professionnels, web, operateur, hygiene }: Settings,
  { pool, demandes, cle, now, report, compter }: PagesSurroundings,
): Pick<DemandeOptions, 'session' | 'formActions' | 'ecrans'> {
  const { psc, lien, identitesDEssai } = professionnels;
  const moyens = { psc: psc !== undefined, lien: lien && web.urlPublique !== undefined };
  const connexion = createEcranConnexion({
    pool,
    psc: psc && new Fournisseur(psc, compter && voirProSanteConnect(compter, psc.decouverte)),
    identitesDEssai,
    lien:
      lien && web.urlPublique
        ? {
            cle,
            urlPublique: web.urlPublique,
            domaine: operateur.domaines[0]?.nom ?? '',
            contact: hygiene.contact,
            reponseMinMs,
          }
        : undefined,
    now,
    report,
  });
  return {
    session: {
      inactiviteMs: professionnels.sessionInactiviteMs,
      dureeMs: professionnels.sessionDureeMaxMs,
    },
    // Leaving ends the session at the provider as well.
    formActions: psc ? [new URL(psc.emetteur).origin] : [],
    ecrans: [connexion, ...createEcrans({ pool, demandes, moyens, cle, now })],
  };
}
