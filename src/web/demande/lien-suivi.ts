// The follow-up by the signed link of a mail: this demande alone, without a sign-in.
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { retirerDemande } from '../../demande/decider.js';
import { masquerAdresse } from '../../domain/adresse-masquee.js';
import { usageSuiviDemande } from '../../domain/demande.js';
import { readLien } from '../../domain/lien-signe.js';
import { findDemande, listEtapes, type Demande } from '../../store/demande.js';
import { posteOf } from '../espace/poste.js';
import { PageError } from '../page/page-error.js';
import type { PageDemande } from './demande.js';
import type { EcransOptions } from './ecrans.js';
import { donneesSuivi, titreSuivi } from './etat-suivi.js';
import { announceRetrait, pageRetrait, voirDemandes } from './suivi.js';

const acces = { config: { acces: 'public' } };

export function createLienSuivi(options: EcransOptions): PageDemande {
  const { pool, demandes, now } = options;
  return (app, espace) => {
    app.get('/lien/:jeton', acces, async (request, reply) => {
      const { demande, url } = await readDemande(options, request);
      const etapes = await listEtapes(pool, demande.id);
      return espace.show(request, reply, {
        gabarit: 'demande/suivi',
        status: 200,
        titre: titreSuivi(demande),
        donnees: donneesSuivi(masquee(demande), etapes, options, `${url}/retrait`),
      });
    });
    app.get('/lien/:jeton/retrait', acces, async (request, reply) => {
      const { demande, url } = await readDemande(options, request);
      return espace.show(request, reply, pageRetrait(masquee(demande), url));
    });
    app.post('/lien/:jeton/retrait', acces, async (request, reply) => {
      const { demande, url } = await readDemande(options, request);
      const { id, rpps, idNatPs } = demande;
      const acte = {
        // Whoever holds the link: the trail says so.
        auteur: {
          genre: 'personne',
          id: idNatPs,
          nom: 'le demandeur, par le lien de son courriel',
        },
        poste: posteOf(request),
        correlation: request.id,
        rpps,
      } as const;
      await announceRetrait(espace, request, await retirerDemande(pool, demandes, id, acte, now()));
      return espace.redirect(reply, url);
    });
  };
}

/** A mail may be read over a shoulder: its owner knows which BAL it is. */
function masquee(demande: Demande): Demande {
  return {
    ...demande,
    adresse: masquerAdresse(demande.adresse),
    contact: masquerAdresse(demande.contact),
  };
}

const chemin = z.object({ jeton: z.string() });
const demandeNumber = /^[0-9]{1,15}$/u;

async function readDemande(
  { pool, cle, now }: EcransOptions,
  request: FastifyRequest,
): Promise<{ readonly demande: Demande; readonly url: string }> {
  const { jeton } = chemin.parse(request.params);
  const lu = readLien(cle, usageSuiviDemande, jeton, now());
  if (lu.kind === 'expire') {
    throw new PageError(
      410,
      'Ce lien a expiré',
      'Ce lien n’est plus valable. Connectez-vous pour voir vos demandes.',
      voirDemandes,
    );
  }
  const demande =
    lu.kind === 'valide' && demandeNumber.test(lu.lien.id)
      ? await findDemande(pool, Number(lu.lien.id))
      : undefined;
  if (!demande) {
    throw new PageError(
      404,
      'Ce lien n’est pas valable',
      'Vérifiez que l’adresse est entière : dans certains courriels, elle est coupée en fin de ligne.',
    );
  }
  return { demande, url: `/demande/lien/${jeton}` };
}
