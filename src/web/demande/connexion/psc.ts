// To Pro Santé Connect and back. The session keeps what only this browser can come back with, each used once.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { transaction } from '../../../db/transaction.js';
import type { NouvelleTrace } from '../../../domain/trace.js';
import { recordTrace } from '../../../store/journal.js';
import { commencer, etatSchema } from '../../connexion/commencer.js';
import type { Indisponible, Refus } from '../../connexion/fautes.js';
import type { Fournisseur } from '../../connexion/fournisseur.js';
import { lireIdentitePsc, type LecturePsc } from '../../connexion/identite-psc.js';
import { messageDe } from '../../connexion/messages.js';
import { adresseDeDeconnexion } from '../../connexion/quitter.js';
import { terminer, type Identite } from '../../connexion/terminer.js';
import { suiteOf } from '../../espace/espace.js';
import { posteOf } from '../../espace/poste.js';
import type { Session } from '../../espace/session.js';
import { donneesDe, type EspaceDemande } from '../demande.js';
import type { ConnexionOptions } from './options.js';

export type PscOptions = ConnexionOptions & { readonly psc: Fournisseur };

const apresConnexion = '/demande/bals';
const query = z.object({ suite: z.string().optional().catch(undefined) });

/** Where he was going: a path of ours, whatever the address says. */
export function suiteAsked(request: FastifyRequest): string {
  return suiteWithin(query.parse(request.query).suite);
}

function suiteWithin(suite: string | undefined): string {
  const within = suiteOf(suite, '/demande');
  // The page where one signs in is no place to go to once in.
  const isElsewhere = /^\/demande(\/(connexion|retour|deconnecte)\b.*)?$/u.test(within);
  return isElsewhere ? apresConnexion : within;
}

/** Tabs of one browser that began and did not come back. */
const pendingMax = 5;
const pendingPrefix = 'psc.';

const pendingSchema = z.strictObject({ attendu: etatSchema, suite: z.string() });

export async function partir(
  espace: EspaceDemande,
  { psc, now, report }: PscOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const suite = suiteAsked(request);
  if (espace.findWho(request)) return espace.redirect(reply, suite);
  const depart = await commencer(psc, now());
  if (depart.kind === 'indisponible') {
    report(`Connexion d’un professionnel impossible : ${depart.detail}`);
    return showFailure(espace, psc, request, reply, depart, suite);
  }
  const session = espace.session(request);
  await forgetOldest(session);
  await session.set(pendingPrefix + depart.etat.etat, { attendu: depart.etat, suite });
  return reply.code(303).header('location', depart.url).send();
}

async function forgetOldest(session: Session): Promise<void> {
  const pending = Object.entries(session.donnees)
    .filter(([cle]) => cle.startsWith(pendingPrefix))
    .map(
      ([cle, value]) =>
        [cle, pendingSchema.safeParse(value).data?.attendu.commenceLe ?? 0] as const,
    )
    .sort(([, a], [, b]) => a - b);
  for (const [cle] of pending.slice(0, Math.max(0, pending.length - pendingMax + 1))) {
    await session.take(cle);
  }
}

export async function revenir(
  espace: EspaceDemande,
  options: PscOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { psc, now, report } = options;
  const parametres = new URL(request.url, 'http://ici.invalid').searchParams;
  const session = espace.session(request);
  // Taken before anything is asked of the provider: of two returns at once, one goes on.
  const kept = await session.take(pendingPrefix + (parametres.get('state') ?? ''));
  const pending = pendingSchema.safeParse(kept).data;
  // The « back » of the browser, once in.
  if (!pending && espace.findWho(request)) return espace.redirect(reply, apresConnexion);
  const arrivee = await terminer(psc, { parametres, attendu: pending?.attendu }, now());
  const suite = suiteWithin(pending?.suite);
  if (arrivee.kind !== 'connecte') {
    // What nobody began costs no line: anybody can ask for it.
    if (pending) {
      report(`Connexion d’un professionnel refusée : ${arrivee.detail}`);
      await traceFailure(options, request, arrivee);
    }
    return showFailure(espace, psc, request, reply, arrivee, suite);
  }
  const { identite } = arrivee;
  const lecture = lireIdentitePsc(identite, options.identitesDEssai);
  if (lecture.kind === 'refusee') {
    return refuseIdentity(espace, options, request, reply, { identite, lecture });
  }
  await letIn(session, options, request, { identite, lecture });
  return espace.redirect(reply, suite);
}

/** An id_token is about 2 KiB; one that a session cannot hold is only missed when he leaves. */
const jetonCharsMax = 8_192;

async function letIn(
  session: Session,
  { pool, now }: PscOptions,
  request: FastifyRequest,
  {
    identite: { acr, jetonIdentite },
    lecture: { identite: who },
  }: { readonly identite: Identite; readonly lecture: Extract<LecturePsc, { kind: 'lue' }> },
): Promise<void> {
  const trace: NouvelleTrace = {
    action: 'connexion',
    issue: 'reussite',
    auteur: { genre: 'personne', id: who.idNatPs, nom: who.nom },
    objets: [{ genre: 'professionnel', id: who.rpps }],
    poste: posteOf(request),
    requete: { moyen: 'psc', acr },
    correlation: request.id,
  };
  // First: nobody is in without a trace of it.
  await transaction(pool, (client) => recordTrace(client, trace, now()));
  await session.renew(who.idNatPs, {
    ...donneesDe({ ...who, moyen: 'psc' }),
    ...(jetonIdentite.length <= jetonCharsMax && { jetonIdentite }),
  });
}

async function traceFailure(
  { pool, now }: PscOptions,
  request: FastifyRequest,
  arrivee: Refus | Indisponible,
  id = 'inconnu',
): Promise<void> {
  const isRefused = arrivee.kind === 'refuse';
  const trace: NouvelleTrace = {
    action: 'connexion.refus',
    issue: isRefused ? 'refus' : 'echec',
    auteur: { genre: 'personne', id },
    objets: [],
    poste: posteOf(request),
    requete: { moyen: 'psc', ...(isRefused && { motif: arrivee.motif }) },
    reponse: { detail: arrivee.detail },
    correlation: request.id,
  };
  await transaction(pool, (client) => recordTrace(client, trace, now()));
}

function showFailure(
  espace: EspaceDemande,
  { settings }: Fournisseur,
  request: FastifyRequest,
  reply: FastifyReply,
  issue: Refus | Indisponible,
  suite: string,
): Promise<FastifyReply> {
  const { status, titre, message } = messageDe(issue, settings.nom);
  return espace.show(request, reply, {
    gabarit: 'connexion/echec',
    status,
    titre,
    donnees: { message, suite },
  });
}

/** Pro Santé Connect knows him, and would let the same person in again at once: leaving it is offered. */
async function refuseIdentity(
  espace: EspaceDemande,
  options: PscOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  refused: {
    readonly identite: Identite;
    readonly lecture: Extract<LecturePsc, { kind: 'refusee' }>;
  },
): Promise<FastifyReply> {
  const { psc, now, report } = options;
  const { motif, detail } = refused.lecture;
  report(`Connexion d’un professionnel refusée : ${detail}`);
  const issue: Refus = { kind: 'refuse', motif: 'reponse', detail };
  await traceFailure(options, request, issue, refused.identite.sujet);
  const autreCompte = await adresseDeDeconnexion(psc, refused.identite.jetonIdentite, now());
  return espace.show(request, reply, {
    gabarit: 'connexion/sans-rpps',
    status: 403,
    titre: 'Pas de boîte aux lettres à votre nom',
    donnees: { isEssai: motif === 'essai', autreCompte },
  });
}
