// How a professional signs in to /demande, and out of it.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PageError } from '../../page/page-error.js';
import { RateLimiter } from '../../rate-limiter.js';
import { posteOf } from '../../espace/poste.js';
import type { EspaceDemande, PageDemande } from '../demande.js';
import { declareLien } from './lien.js';
import type { ConnexionOptions } from './options.js';
import { partir, revenir, suiteAsked } from './psc.js';
import { quitter } from './sortie.js';

export function createEcranConnexion(options: ConnexionOptions): PageDemande {
  const { psc, lien } = options;
  const departs = new RateLimiter(postesMax);
  return (app, espace) => {
    const acces = { config: { acces: 'public' } };
    app.get('/connexion', acces, (request, reply) => choose(espace, options, request, reply));
    app.get('/deconnecte', acces, (request, reply) =>
      espace.show(request, reply, {
        gabarit: 'connexion/deconnecte',
        status: 200,
        titre: 'Vous êtes déconnecté',
        donnees: {},
      }),
    );
    app.post('/deconnexion', acces, (request, reply) => quitter(espace, options, request, reply));
    if (psc) {
      app.get('/connexion/psc', acces, (request, reply) => {
        refuseFlood(departs, request, options.now());
        return partir(espace, { ...options, psc }, request, reply);
      });
      app.get('/retour', acces, (request, reply) =>
        revenir(espace, { ...options, psc }, request, reply),
      );
      app.addHook('onClose', () => psc.close());
    }
    if (lien) declareLien(app, espace, { ...options, lien });
  };
}

/** A person begins once or twice; a hospital has one address for all of its own. */
const perSecond = 5;
const postesMax = 10_000;

function refuseFlood(limiter: RateLimiter, request: FastifyRequest, now: Date): void {
  if (limiter.take(posteOf(request).adresse, perSecond, now.getTime()) === 0) return;
  throw new PageError(429, 'Trop de demandes', 'Attendez quelques secondes, puis réessayez.');
}

/** The ways in that are open; whoever is in already goes where he was going. */
async function choose(
  espace: EspaceDemande,
  { psc, lien }: ConnexionOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const suite = suiteAsked(request);
  if (espace.findWho(request)) return espace.redirect(reply, suite);
  return espace.show(request, reply, {
    gabarit: 'connexion/choix',
    status: 200,
    titre: 'Se connecter',
    donnees: {
      hasPsc: psc !== undefined,
      hasLien: lien !== undefined,
      suite,
      erreurs: null,
      erreur: null,
      saisie: '',
    },
  });
}
