// The sign-in of the console and what goes with it: leaving, activation, « mon compte ».
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EspaceConsole, PageConsole } from '../console.js';
import { declareActivation } from './activation.js';
import { declareCompte } from './compte.js';
import { declareLocale, pageConnexion, suiteDe } from './locale.js';
import { declareOpenid } from './openid.js';
import { tracer, type ConnexionOptions } from './options.js';

export function createConnexion(options: ConnexionOptions): PageConsole {
  return (app, espace) => {
    const config = { acces: 'public' };
    app.get('/connexion', { config }, (request, reply) =>
      espace.findWho(request)
        ? espace.redirect(reply, suiteDe(request))
        : espace.show(request, reply, pageConnexion(options, { suite: suiteDe(request) })),
    );
    declareDeconnexion(app, espace, options);
    declareCompte(app, espace, options);
    const { locale, openid } = options;
    if (locale) {
      declareLocale(app, espace, options, locale);
      declareActivation(app, espace, options, locale);
    }
    if (openid) {
      declareOpenid(app, espace, options, openid);
      app.addHook('onClose', () => openid.fournisseur.close());
    }
  };
}

function declareDeconnexion(
  app: FastifyInstance,
  espace: EspaceConsole,
  options: ConnexionOptions,
): void {
  app.post('/deconnexion', { config: { acces: 'public' } }, (request, reply) =>
    quitter(espace, options, request, reply),
  );
}

async function quitter(
  espace: EspaceConsole,
  options: ConnexionOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const acteur = espace.findWho(request);
  const session = espace.session(request);
  const sortie = await options.openid?.adresseDeSortie(session.donnees, options.now());
  await session.close();
  if (acteur) {
    await tracer(options, request, {
      action: 'deconnexion',
      issue: 'reussite',
      auteur: { genre: 'personne', id: acteur.sujet, nom: acteur.nom },
      objets: [],
    });
  }
  if (sortie !== undefined) return reply.code(303).header('location', sortie).send();
  return espace.redirect(reply, '/console/connexion');
}
