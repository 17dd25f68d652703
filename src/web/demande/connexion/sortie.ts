// Out of /demande, and of Pro Santé Connect where he came by it: the next person at this screen must not be him.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { transaction } from '../../../db/transaction.js';
import { recordTrace } from '../../../store/journal.js';
import { adresseDeDeconnexion } from '../../connexion/quitter.js';
import { posteOf } from '../../espace/poste.js';
import type { EspaceDemande, ProfessionnelConnecte } from '../demande.js';
import type { ConnexionOptions } from './options.js';

export async function quitter(
  espace: EspaceDemande,
  options: ConnexionOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { psc, now } = options;
  const session = espace.session(request);
  const who = espace.findWho(request);
  const { jetonIdentite } = session.donnees;
  await session.close();
  if (!who) return espace.redirect(reply, '/demande/deconnecte');
  await trace(options, request, who);
  if (!psc || typeof jetonIdentite !== 'string')
    return espace.redirect(reply, '/demande/deconnecte');
  const url = await adresseDeDeconnexion(psc, jetonIdentite, now());
  // The policy of our pages lets a form lead to the issuer, and nowhere else.
  const isIssuer =
    url !== undefined && new URL(url).origin === new URL(psc.settings.emetteur).origin;
  if (!isIssuer) return espace.redirect(reply, '/demande/deconnecte');
  return reply.code(303).header('location', url).send();
}

async function trace(
  { pool, now }: ConnexionOptions,
  request: FastifyRequest,
  { idNatPs, nom, rpps, moyen }: ProfessionnelConnecte,
): Promise<void> {
  await transaction(pool, (client) =>
    recordTrace(
      client,
      {
        action: 'deconnexion',
        issue: 'reussite',
        auteur: { genre: 'personne', id: idNatPs, nom },
        objets: [{ genre: 'professionnel', id: rpps }],
        poste: posteOf(request),
        requete: { moyen },
        correlation: request.id,
      },
      now(),
    ),
  );
}
