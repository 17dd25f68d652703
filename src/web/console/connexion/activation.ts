// First activation: whoever holds the code chooses a password and puts the second factor into an application.
import { toDataURL } from 'qrcode';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { motDePasseLongueurMax, refuserMotDePasse } from '../../../domain/mot-de-passe.js';
import { activateCompte, findActivation } from '../../../store/compte-connexion.js';
import { findCompteById, type Compte } from '../../../store/compte.js';
import { findPas, hashCodeActivation, showSecret } from '../../compte/code.js';
import { TropDeVerifications } from '../../compte/mot-de-passe.js';
import { PageError } from '../../page/page-error.js';
import { Parcimonie } from '../../parcimonie.js';
import type { EspaceConsole } from '../console.js';
import { lireFormulaire } from './formulaire.js';
import { auteurOf, ouvrirSession } from './locale.js';
import { tracer, type ConnexionOptions, type Locale } from './options.js';

export function declareActivation(
  app: FastifyInstance,
  espace: EspaceConsole,
  options: ConnexionOptions,
  locale: Locale,
): void {
  const config = { acces: 'public' };
  app.get('/activation', { config }, (request, reply) =>
    espace.show(request, reply, {
      gabarit: 'console/connexion/activation-code',
      status: 200,
      titre: 'Activer un compte',
      donnees: {},
    }),
  );
  // A form whose code would be in the address of the page that it leads to, as the link's is.
  app.post('/activation', { config }, (request, reply) => {
    const code = lireFormulaire(request).activation.trim();
    if (!hashCodeActivation(code)) throw codePerime();
    return espace.redirect(reply, `/console/activation/${code}`);
  });
  app.get<{ Params: { code: string } }>('/activation/:code', { config }, async (request, reply) => {
    const ouvert = await ouvrir(options, locale, request, request.params.code);
    return espace.show(request, reply, await pageActivation(options, ouvert, []));
  });
  app.post<{ Params: { code: string } }>(
    '/activation/:code',
    { config },
    async (request, reply) => {
      const ouvert = await ouvrir(options, locale, request, request.params.code);
      return activer(espace, options, locale, { request, reply, ouvert });
    },
  );
}

type Ouvert = { readonly compte: Compte; readonly secret: Buffer; readonly empreinte: Buffer };

async function ouvrir(
  options: ConnexionOptions,
  { coffre }: Locale,
  request: FastifyRequest,
  code: string,
): Promise<Ouvert> {
  const { pool, now } = options;
  const empreinte = hashCodeActivation(code);
  const id = empreinte && (await findActivation(pool, empreinte, now()));
  const compte = id === undefined ? undefined : await findCompteById(pool, id);
  const secret = compte && coffre.open(compte.totpSecret, compte.nom);
  if (!empreinte || !compte || !secret) {
    await tracerRefus(options, request, compte, 'code inconnu ou périmé');
    throw codePerime();
  }
  return { compte, secret, empreinte };
}

const refusTraces = new Parcimonie();

/** Never the code. */
async function tracerRefus(
  options: ConnexionOptions,
  request: FastifyRequest,
  compte: Compte | undefined,
  motif: string,
): Promise<void> {
  const key = `${request.ip} ${compte?.id ?? ''}`;
  if (!refusTraces.allows(key, options.now().getTime())) return;
  await tracer(options, request, {
    action: 'connexion.refus',
    issue: 'refus',
    auteur: compte ? auteurOf(compte) : { genre: 'personne', id: 'inconnu' },
    objets: compte ? [{ genre: 'compte', id: compte.nom }] : [],
    requete: { moyen: 'activation', motif },
  });
}

function codePerime(): PageError {
  return new PageError(
    410,
    'Lien d’activation périmé',
    'Ce lien a déjà servi, a dépassé sa durée, ou est incomplet. Demandez-en un autre à la personne qui vous l’a remis (« annuaire-sync comptes reset »).',
  );
}

type Erreur = { readonly champ: 'motDePasse' | 'confirmation' | 'code'; readonly message: string };

async function pageActivation(
  { operateur }: ConnexionOptions,
  { compte, secret }: Ouvert,
  erreurs: readonly Erreur[],
): Promise<Parameters<EspaceConsole['show']>[2]> {
  const { uri, texte } = showSecret(secret, compte.nom, operateur);
  return {
    gabarit: 'console/connexion/activation',
    status: erreurs.length > 0 ? 400 : 200,
    titre: 'Activer votre compte',
    donnees: {
      nom: compte.nom,
      role: compte.role,
      qr: await toDataURL(uri, { errorCorrectionLevel: 'M', margin: 2, width: 240 }),
      secret: texte,
      longueurMax: motDePasseLongueurMax,
      erreurs: erreurs.length > 0 ? erreurs : null,
      fautes: {
        motDePasse: messageOf(erreurs, 'motDePasse'),
        confirmation: messageOf(erreurs, 'confirmation'),
        code: messageOf(erreurs, 'code'),
      },
    },
  };
}

function messageOf(erreurs: readonly Erreur[], champ: Erreur['champ']): string | null {
  return erreurs.find((erreur) => erreur.champ === champ)?.message ?? null;
}

async function activer(
  espace: EspaceConsole,
  options: ConnexionOptions,
  { motsDePasse, connexion }: Locale,
  {
    request,
    reply,
    ouvert,
  }: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly ouvert: Ouvert },
): Promise<FastifyReply> {
  const { motDePasse, confirmation, code } = lireFormulaire(request);
  const { compte, secret, empreinte } = ouvert;
  const now = options.now();
  const pas = findPas(secret, code, now);
  const refus = refuserMotDePasse(motDePasse, compte.nom);
  const erreurs: Erreur[] = [];
  if (refus !== undefined) erreurs.push({ champ: 'motDePasse', message: refus });
  else if (confirmation !== motDePasse) {
    erreurs.push({ champ: 'confirmation', message: 'Les deux saisies diffèrent.' });
  }
  if (pas === undefined) {
    erreurs.push({
      champ: 'code',
      message: 'Ce code n’est pas celui de l’application : vérifiez l’heure du téléphone.',
    });
  }
  if (pas === undefined) await tracerRefus(options, request, compte, 'code de l’application faux');
  if (erreurs.length > 0 || pas === undefined) {
    return espace.show(request, reply, await pageActivation(options, ouvert, erreurs));
  }
  const hashed = await hashOrTell(motsDePasse.hash(motDePasse));
  if (!(await activateCompte(options.pool, { empreinte, motDePasse: hashed, pas }, now))) {
    throw codePerime();
  }
  await tracer(options, request, {
    action: 'compte.activation',
    issue: 'reussite',
    auteur: auteurOf(compte),
    objets: [{ genre: 'compte', id: compte.nom }],
  });
  // Under the version that the activation gave it.
  const active = (await findCompteById(options.pool, compte.id)) ?? compte;
  const codesSecours = await connexion.renewSecours(compte.id);
  return ouvrirSession(
    espace,
    options,
    { request, reply, suite: '/console' },
    { compte: active, codesSecours, parSecours: false },
  );
}

async function hashOrTell(hash: Promise<string>): Promise<string> {
  try {
    return await hash;
  } catch (error) {
    if (!(error instanceof TropDeVerifications)) throw error;
    throw new PageError(
      503,
      'Trop de demandes en ce moment',
      'Rien n’a été fait : revenez à la page précédente, puis réessayez dans quelques secondes.',
    );
  }
}
