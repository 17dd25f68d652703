// « Vos demandes », and where one of them is: for whoever signed in.
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { retirerDemande, type IssueDemande } from '../../demande/decider.js';
import { auteurDe } from '../../demande/deposer.js';
import { libellesEtape } from '../../domain/demande.js';
import { findDemande, listDemandesDe, listEtapes, type Demande } from '../../store/demande.js';
import { posteOf } from '../espace/poste.js';
import { PageError } from '../page/page-error.js';
import { demandesMax } from './bals.js';
import type { EspaceDemande, PageDemande } from './demande.js';
import type { EcransOptions } from './ecrans.js';
import { donneesSuivi, titreSuivi } from './etat-suivi.js';

const acces = { config: { acces: 'professionnel' } };

export const voirDemandes = { texte: 'Voir vos demandes', chemin: '/demande/suivi' };

export function createSuivi(options: EcransOptions): PageDemande {
  return (app, espace) => {
    const mine = (request: FastifyRequest): Promise<Demande> => findMine(options, espace, request);
    app.get('/suivi', acces, async (request, reply) => {
      const demandes = await listDemandesDe(options.pool, espace.who(request).rpps, demandesMax);
      return espace.show(request, reply, {
        gabarit: 'demande/demandes',
        status: 200,
        titre: 'Vos demandes',
        donnees: { demandes: demandes.map(shortOf) },
      });
    });
    app.get('/suivi/:id', acces, async (request, reply) => {
      const demande = await mine(request);
      const etapes = await listEtapes(options.pool, demande.id);
      return espace.show(request, reply, {
        gabarit: 'demande/suivi',
        status: 200,
        titre: titreSuivi(demande),
        donnees: donneesSuivi(demande, etapes, options, `/demande/suivi/${demande.id}/retrait`),
      });
    });
    app.get('/suivi/:id/retrait', acces, async (request, reply) => {
      const demande = await mine(request);
      return espace.show(request, reply, pageRetrait(demande, `/demande/suivi/${demande.id}`));
    });
    app.post('/suivi/:id/retrait', acces, async (request, reply) => {
      // Another's is refused where the trail is written, not before.
      const id = numberOf(request);
      const professionnel = espace.who(request);
      const { rpps } = professionnel;
      const acte = {
        auteur: auteurDe(professionnel),
        poste: posteOf(request),
        correlation: request.id,
      };
      const issue = await retirerDemande(
        options.pool,
        options.demandes,
        id,
        { ...acte, rpps },
        options.now(),
      );
      await announceRetrait(espace, request, issue);
      return espace.redirect(reply, `/demande/suivi/${id}`);
    });
  };
}

export function pageRetrait(
  { id, adresse }: Demande,
  suivi: string,
): Parameters<EspaceDemande['show']>[2] {
  return {
    gabarit: 'demande/retrait',
    status: 200,
    titre: 'Retirer votre demande',
    donnees: { id, adresse, suivi },
  };
}

export async function announceRetrait(
  espace: EspaceDemande,
  request: FastifyRequest,
  issue: IssueDemande,
): Promise<void> {
  switch (issue.kind) {
    case 'faite':
      return espace.announce(request, {
        genre: 'fait',
        texte: 'Votre demande est retirée : la boîte aux lettres est conservée.',
      });
    case 'impossible':
      return espace.announce(request, { genre: 'erreur', texte: tropTard(issue) });
    case 'inconnue':
      throw unknown();
    default:
      return issue satisfies never;
  }
}

/** Accepted: the push holds it, and the message says so; else its state does. */
function tropTard({ demande: { etat }, message }: IssueDemande & { kind: 'impossible' }): string {
  return etat === 'acceptee'
    ? message
    : `Votre demande ne peut plus être retirée : elle est ${libellesEtape[etat]}.`;
}

const chemin = z.object({ id: z.string().regex(/^[0-9]{1,15}$/u) });

/** Another's is answered as one that does not exist. */
async function findMine(
  { pool }: EcransOptions,
  espace: EspaceDemande,
  request: FastifyRequest,
): Promise<Demande> {
  const demande = await findDemande(pool, numberOf(request));
  if (demande?.rpps !== espace.who(request).rpps) throw unknown();
  return demande;
}

function numberOf(request: FastifyRequest): number {
  const { data } = chemin.safeParse(request.params);
  if (!data) throw unknown();
  return Number(data.id);
}

function unknown(): PageError {
  return new PageError(
    404,
    'Demande introuvable',
    'Cette demande n’existe pas, ou n’est pas la vôtre. La page « Vos demandes » donne les vôtres.',
    voirDemandes,
  );
}

function shortOf({ id, adresse, etat, deposeeLe, changeLe, structureNom }: Demande): object {
  return {
    id,
    adresse,
    etat,
    libelle: libellesEtape[etat],
    deposeeLe,
    changeLe,
    structureNom: structureNom ?? null,
  };
}
