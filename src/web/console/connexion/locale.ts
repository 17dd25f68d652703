// Signing in with a local account: name and password, then the code.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { instantEnFrancais } from '../../../domain/paris-time.js';
import type { Compte } from '../../../store/compte.js';
import type { Connecte, Refus } from '../../compte/connexion-locale.js';
import { suiteOf } from '../../espace/espace.js';
import { posteOf } from '../../espace/poste.js';
import type { EspaceConsole } from '../console.js';
import { lireFormulaire, parametre } from './formulaire.js';
import { acteurLocal, donneesLocales } from './identite.js';
import { tracer, type ConnexionOptions, type Locale } from './options.js';

/** Between the password and the code. */
const attenteMs = 5 * 60_000;

const attenteSchema = z.object({
  compteId: z.int(),
  version: z.int(),
  /** Milliseconds since 1970. */
  jusqua: z.number(),
  suite: z.string(),
});
type Attente = z.infer<typeof attenteSchema>;

export function declareLocale(
  app: FastifyInstance,
  espace: EspaceConsole,
  options: ConnexionOptions,
  locale: Locale,
): void {
  const config = { acces: 'public' };
  app.post('/connexion', { config }, (request, reply) =>
    verifierMotDePasse(espace, options, locale, request, reply),
  );
  app.get('/connexion/code', { config }, (request, reply) =>
    findAttente(espace, options, request)
      ? espace.show(request, reply, pageCode())
      : espace.redirect(reply, '/console/connexion'),
  );
  app.post('/connexion/code', { config }, (request, reply) =>
    verifierCode(espace, options, locale, request, reply),
  );
}

export type Champs = { readonly nom?: string; readonly suite: string };

/** With or without what went wrong. */
export function pageConnexion(
  { locale, openid }: Pick<ConnexionOptions, 'locale' | 'openid'>,
  { nom = '', suite }: Champs,
  faute?: Faute,
): Parameters<EspaceConsole['show']>[2] {
  return {
    gabarit: 'console/connexion/connexion',
    status: faute?.status ?? 200,
    titre: 'Se connecter à la console',
    donnees: {
      nom,
      suite,
      estLocale: locale !== undefined,
      fournisseur: openid?.nom ?? null,
      erreurs: faute ? [{ champ: 'nom', message: faute.message }] : null,
    },
  };
}

function pageCode(faute?: Faute): Parameters<EspaceConsole['show']>[2] {
  return {
    gabarit: 'console/connexion/code',
    status: faute?.status ?? 200,
    titre: 'Second facteur',
    donnees: { erreurs: faute ? [{ champ: 'code', message: faute.message }] : null },
  };
}

export function suiteDe(request: FastifyRequest): string {
  return suiteSure(parametre(request, 'suite'));
}

/** Of the console alone, and not the sign-in again. */
function suiteSure(given: string): string {
  const suite = suiteOf(given, '/console');
  return /^\/console\/(connexion|activation|deconnexion)/u.test(suite) ? '/console' : suite;
}

async function verifierMotDePasse(
  espace: EspaceConsole,
  options: ConnexionOptions,
  { connexion }: Locale,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const form = lireFormulaire(request);
  const suite = suiteSure(form.suite);
  const now = options.now();
  const answer = await connexion.verifierMotDePasse(
    { nom: form.nom, motDePasse: form.motDePasse, adresse: posteOf(request).adresse },
    now,
  );
  if (answer.kind !== 'code-attendu') {
    await tracerRefus(options, request, answer, 'mot-de-passe');
    const faute = fauteOf(answer, 'Ce nom et ce mot de passe ne vont pas ensemble.');
    return espace.show(request, reply, pageConnexion(options, { nom: form.nom, suite }, faute));
  }
  const { id: compteId, version } = answer.compte;
  const attente: Attente = { compteId, version, suite, jusqua: now.getTime() + attenteMs };
  await espace.session(request).set('attente', attente);
  return espace.redirect(reply, '/console/connexion/code');
}

async function verifierCode(
  espace: EspaceConsole,
  options: ConnexionOptions,
  { connexion }: Locale,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const attente = findAttente(espace, options, request);
  const recommencer = async (): Promise<FastifyReply> => {
    await espace.session(request).take('attente');
    await espace.announce(request, {
      genre: 'info',
      texte: 'Trop de temps est passé, ou le compte a changé : recommencez.',
    });
    return espace.redirect(reply, '/console/connexion');
  };
  if (!attente) return recommencer();
  const { code } = lireFormulaire(request);
  const { compteId, version, suite } = attente;
  const answer = await connexion.verifierCode(
    { compteId, version, code, adresse: posteOf(request).adresse },
    options.now(),
  );
  if (answer.kind === 'perime') return recommencer();
  if (answer.kind !== 'connecte') {
    await tracerRefus(options, request, answer, 'code');
    const faute = fauteOf(
      answer,
      'Ce code n’est pas le bon, ou a déjà servi : attendez le suivant.',
    );
    return espace.show(request, reply, pageCode(faute));
  }
  return ouvrirSession(espace, options, { request, reply, suite }, answer);
}

export type Arrivee = {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly suite: string;
};

/** A new session under a new token; recovery codes are shown in this very answer, and kept nowhere. */
export async function ouvrirSession(
  espace: EspaceConsole,
  options: ConnexionOptions,
  { request, reply, suite }: Arrivee,
  { compte, codesSecours, parSecours }: Omit<Connecte, 'kind'>,
): Promise<FastifyReply> {
  await espace.session(request).renew(acteurLocal(compte).sujet, donneesLocales(compte));
  await tracer(options, request, {
    action: 'connexion',
    issue: 'reussite',
    auteur: auteurOf(compte),
    objets: [{ genre: 'compte', id: compte.nom }],
    requete: { moyen: parSecours ? 'code de secours' : 'compte local', role: compte.role },
  });
  if (!codesSecours) return espace.redirect(reply, suite);
  return espace.show(request, reply, pageSecours(codesSecours, suite));
}

export function pageSecours(
  codes: readonly string[],
  suite: string,
): Parameters<EspaceConsole['show']>[2] {
  return {
    gabarit: 'console/connexion/secours',
    status: 200,
    titre: 'Vos codes de secours',
    donnees: { codes, suite },
  };
}

function findAttente(
  espace: EspaceConsole,
  { now }: Pick<ConnexionOptions, 'now'>,
  request: FastifyRequest,
): Attente | undefined {
  const attente = attenteSchema.safeParse(espace.session(request).donnees['attente']).data;
  return attente && attente.jusqua > now().getTime() ? attente : undefined;
}

type Faute = { readonly status: number; readonly message: string };

/** The same words whether the account exists or not. */
export function fauteOf(refus: Refus, message: string): Faute {
  switch (refus.kind) {
    case 'refuse':
    case 'perime':
      return { status: 403, message };
    case 'bloque':
      return {
        status: 429,
        message: `Trop d’essais manqués : rien n’est vérifié avant le ${instantEnFrancais(refus.jusqua)}.`,
      };
    case 'occupe':
      return {
        status: 503,
        message: 'Trop de personnes se connectent en ce moment : réessayez dans quelques secondes.',
      };
    case 'illisible':
      return {
        status: 503,
        message:
          'Le second facteur de ce compte n’est plus lisible (la clé console.cleDesComptes a changé) : demandez à un administrateur « annuaire-sync comptes reset ».',
      };
    default:
      return refus satisfies never;
  }
}

/** Attempts that were not verified leave no trace: their number has no limit. */
async function tracerRefus(
  options: ConnexionOptions,
  request: FastifyRequest,
  refus: Refus,
  etape: string,
): Promise<void> {
  if (refus.kind !== 'refuse') return;
  const { compte, verrouilleJusqua } = refus;
  await tracer(options, request, {
    action: verrouilleJusqua ? 'compte.verrouillage' : 'connexion.refus',
    issue: 'refus',
    // Some type their password where the name goes: a name that is nobody's is not kept.
    auteur: compte ? auteurOf(compte) : { genre: 'personne', id: 'inconnu' },
    objets: compte ? [{ genre: 'compte', id: compte.nom }] : [],
    requete: { moyen: 'compte local', etape },
    ...(verrouilleJusqua && { reponse: { verrouilleJusqua: verrouilleJusqua.toISOString() } }),
  });
}

export function auteurOf(compte: Compte): {
  readonly genre: 'personne';
  readonly id: string;
  readonly nom: string;
} {
  return { genre: 'personne', id: acteurLocal(compte).sujet, nom: compte.nom };
}
