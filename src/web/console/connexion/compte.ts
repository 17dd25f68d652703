// « Mon compte »: who I am here, where else I am signed in, new recovery codes.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { countSecours } from '../../../store/compte-connexion.js';
import { findCompteById, type Compte } from '../../../store/compte.js';
import {
  deleteSession,
  deleteSessionsOf,
  listSessionsOf,
  type SessionWeb,
} from '../../../store/session-web.js';
import { posteOf } from '../../espace/poste.js';
import type { Acteur, EspaceConsole } from '../console.js';
import { lireFormulaire } from './formulaire.js';
import { fauteOf, pageSecours } from './locale.js';
import { tracer, type ConnexionOptions } from './options.js';

export function declareCompte(
  app: FastifyInstance,
  espace: EspaceConsole,
  options: ConnexionOptions,
): void {
  const config = { acces: 'lecteur' };
  app.get('/compte', { config }, async (request, reply) =>
    espace.show(request, reply, await pageCompte(espace, options, request)),
  );
  app.post('/compte/sessions', { config }, (request, reply) =>
    fermer(espace, options, request, reply),
  );
  if (options.locale) {
    app.post('/compte/secours', { config }, (request, reply) =>
      renouveler(espace, options, request, reply),
    );
  }
}

async function pageCompte(
  espace: EspaceConsole,
  options: ConnexionOptions,
  request: FastifyRequest,
  faute?: { readonly status: number; readonly message: string },
): Promise<Parameters<EspaceConsole['show']>[2]> {
  const acteur = espace.who(request);
  const here = espace.session(request).empreinte;
  const compte = await findLocal(options, acteur);
  const sessions = await listSessionsOf(options.pool, 'console', acteur.sujet, options.now());
  return {
    gabarit: 'console/connexion/compte',
    status: faute?.status ?? 200,
    titre: 'Mon compte',
    donnees: {
      nom: acteur.nom,
      role: acteur.role,
      moyen: acteur.moyen === 'local' ? 'compte local' : 'connexion de l’opérateur',
      sessions: sessions.map((session) => sessionMontree(session, here)),
      autres: sessions.filter(({ empreinte }) => !empreinte.equals(here)).length,
      secours: compte ? await countSecours(options.pool, compte.id) : null,
      erreurs: faute ? [{ champ: 'code', message: faute.message }] : null,
    },
  };
}

function sessionMontree(
  { empreinte, creeLe, vueLe, posteAdresse, posteAgent }: SessionWeb,
  here: Buffer,
): Record<string, unknown> {
  return {
    numero: empreinte.toString('hex'),
    creeLe,
    vueLe,
    adresse: posteAdresse ?? 'inconnue',
    agent: posteAgent ?? 'inconnu',
    estIci: empreinte.equals(here),
  };
}

/** One session of one's own, or all but this one. */
async function fermer(
  espace: EspaceConsole,
  options: ConnexionOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { pool } = options;
  const acteur = espace.who(request);
  const { session } = lireFormulaire(request);
  const closed =
    session === 'autres'
      ? await deleteSessionsOf(pool, 'console', acteur.sujet, espace.session(request).empreinte)
      : await fermerUne(options, acteur, session);
  if (closed > 0) {
    await tracer(options, request, {
      action: 'deconnexion',
      issue: 'reussite',
      auteur: { genre: 'personne', id: acteur.sujet, nom: acteur.nom },
      objets: [],
      requete: { autresSessions: closed },
    });
  }
  await espace.announce(request, {
    genre: closed > 0 ? 'fait' : 'info',
    texte: closed > 0 ? 'Ces sessions sont terminées.' : 'Aucune session à terminer.',
  });
  return espace.redirect(reply, '/console/compte');
}

/** Found among one's own: the number of another's closes nothing. */
async function fermerUne(
  { pool, now }: ConnexionOptions,
  { sujet }: Acteur,
  numero: string,
): Promise<number> {
  const own = await listSessionsOf(pool, 'console', sujet, now());
  const one = own.find(({ empreinte }) => empreinte.toString('hex') === numero);
  return one && (await deleteSession(pool, one.empreinte)) ? 1 : 0;
}

/** Against a code of the application: who finds a desk left open gets no way in for later. */
async function renouveler(
  espace: EspaceConsole,
  options: ConnexionOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const acteur = espace.who(request);
  const compte = await findLocal(options, acteur);
  if (!compte || !options.locale) return espace.redirect(reply, '/console/compte');
  const { connexion } = options.locale;
  const answer = await connexion.verifierCode(
    {
      compteId: compte.id,
      version: compte.version,
      code: lireFormulaire(request).code,
      adresse: posteOf(request).adresse,
    },
    options.now(),
  );
  if (answer.kind !== 'connecte') {
    await tracerSecoursRefuses(options, request, acteur, compte, answer.kind);
    const faute = fauteOf(
      answer,
      'Ce code n’est pas le bon, ou a déjà servi : attendez le suivant.',
    );
    return espace.show(request, reply, await pageCompte(espace, options, request, faute));
  }
  const codes = await connexion.renewSecours(compte.id);
  await tracer(options, request, {
    action: 'compte.secours',
    issue: 'reussite',
    auteur: { genre: 'personne', id: acteur.sujet, nom: acteur.nom },
    objets: [{ genre: 'compte', id: compte.nom }],
  });
  return espace.show(request, reply, pageSecours(codes, '/console/compte'));
}

/** Codes that were not verified leave none: their number has no limit. */
async function tracerSecoursRefuses(
  options: ConnexionOptions,
  request: FastifyRequest,
  { sujet, nom }: Acteur,
  compte: Compte,
  raison: string,
): Promise<void> {
  if (raison !== 'refuse') return;
  await tracer(options, request, {
    action: 'compte.secours',
    issue: 'refus',
    auteur: { genre: 'personne', id: sujet, nom },
    objets: [{ genre: 'compte', id: compte.nom }],
  });
}

async function findLocal(
  { pool }: Pick<ConnexionOptions, 'pool'>,
  { sujet, moyen }: Acteur,
): Promise<Compte | undefined> {
  const id = /^compte:(\d{1,9})$/u.exec(sujet)?.[1];
  return moyen === 'local' && id !== undefined ? findCompteById(pool, Number(id)) : undefined;
}
