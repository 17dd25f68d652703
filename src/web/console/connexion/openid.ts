// Signing in with the opérateur's own OpenID Connect provider: who somebody is, and the role that one of his claims gives.
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { contientRole, type Role } from '../../../domain/role.js';
import type { DonneesSession } from '../../../store/session-web.js';
import { commencer, etatSchema } from '../../connexion/commencer.js';
import type { Fournisseur } from '../../connexion/fournisseur.js';
import { messageDe } from '../../connexion/messages.js';
import { adresseDeDeconnexion } from '../../connexion/quitter.js';
import { terminer, type Identite } from '../../connexion/terminer.js';
import { posteOf } from '../../espace/poste.js';
import { PageError } from '../../page/page-error.js';
import { RateLimiter } from '../../rate-limiter.js';
import type { EspaceConsole } from '../console.js';
import { donneesOpenid, type SessionOpenid } from './identite.js';
import { suiteDe } from './locale.js';
import { tracer, type ConnexionOptions } from './options.js';

export type RolesSettings = {
  /** Name of the claim that holds them, or its path: `realm_access.roles`. */
  readonly revendication: string;
  readonly roles: ReadonlyMap<string, Role>;
};

/** Sign-ins that one address may begin: each costs a row of the sessions. */
const departsParSeconde = 2;
const adressesMax = 10_000;

export class ConnexionOpenid {
  readonly #fournisseur: Fournisseur;
  readonly roles: RolesSettings;
  readonly departs = new RateLimiter(adressesMax);

  constructor(fournisseur: Fournisseur, roles: RolesSettings) {
    this.#fournisseur = fournisseur;
    this.roles = roles;
  }

  get fournisseur(): Fournisseur {
    return this.#fournisseur;
  }

  get nom(): string {
    return this.#fournisseur.settings.nom;
  }

  /** Where to leave the provider too; undefined for a session that is not its. */
  async adresseDeSortie(donnees: DonneesSession, now: Date): Promise<string | undefined> {
    const jeton = donnees['jetonIdentite'];
    return typeof jeton === 'string'
      ? adresseDeDeconnexion(this.#fournisseur, jeton, now)
      : undefined;
  }
}

export function declareOpenid(
  app: FastifyInstance,
  espace: EspaceConsole,
  options: ConnexionOptions,
  openid: ConnexionOpenid,
): void {
  const config = { acces: 'public' };
  app.get('/connexion/openid', { config }, (request, reply) =>
    partir(espace, options, openid, request, reply),
  );
  app.get('/retour', { config }, (request, reply) =>
    arriver(espace, options, openid, request, reply),
  );
}

const departSchema = z.object({ etat: etatSchema, suite: z.string() });

async function partir(
  espace: EspaceConsole,
  { now }: ConnexionOptions,
  { fournisseur, departs, nom }: ConnexionOpenid,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { adresse } = posteOf(request);
  if (departs.take(adresse, departsParSeconde, now().getTime()) > 0) {
    throw new PageError(429, 'Trop de demandes', 'Attendez quelques secondes, puis recommencez.');
  }
  const depart = await commencer(fournisseur, now());
  if (depart.kind !== 'parti') {
    const { status, titre, message } = messageDe(depart, nom);
    throw new PageError(status, titre, message);
  }
  await espace.session(request).set('depart', { etat: depart.etat, suite: suiteDe(request) });
  return reply.code(303).header('location', depart.url).send();
}

async function arriver(
  espace: EspaceConsole,
  options: ConnexionOptions,
  { fournisseur, nom, roles }: ConnexionOpenid,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const now = options.now();
  // Taken out before anything is asked: of two arrivals with one state, one is nobody's.
  const depart = departSchema.safeParse(await espace.session(request).take('depart')).data;
  const parametres = new URL(request.url, 'http://ici.invalid').searchParams;
  const arrivee = await terminer(fournisseur, { parametres, attendu: depart?.etat }, now);
  if (arrivee.kind !== 'connecte') {
    if (depart) await tracerRefus(options, request, arrivee.detail);
    const { status, titre, message } = messageDe(arrivee, nom);
    throw new PageError(status, titre, message);
  }
  const { identite } = arrivee;
  const role = roleDe(identite.revendications, roles);
  const auteur = { genre: 'personne', id: sujetDe(identite), nom: nomDe(identite) } as const;
  if (!role) {
    await tracer(options, request, {
      action: 'connexion.refus',
      issue: 'refus',
      auteur,
      objets: [],
      requete: { moyen: 'openid', motif: 'aucun rôle' },
    });
    throw sansRole(nom);
  }
  const { emetteur, clientId } = fournisseur.settings;
  const told: SessionOpenid = { nom: auteur.nom, role, emetteur, clientId };
  await espace.session(request).renew(auteur.id, donneesOpenid(told, identite.jetonIdentite));
  await tracer(options, request, {
    action: 'connexion',
    issue: 'reussite',
    auteur,
    objets: [],
    requete: { moyen: 'openid', role },
  });
  return espace.redirect(reply, depart?.suite ?? '/console');
}

function sansRole(nom: string): PageError {
  return new PageError(
    403,
    'Aucun rôle dans la console',
    `Vous êtes bien identifié par ${nom}, mais aucun rôle de la console ne vous est donné. ` +
      'Demandez à la personne qui administre ce service, ou vos comptes, de vous mettre dans un groupe de « console.openid.roles ».',
  );
}

async function tracerRefus(
  options: ConnexionOptions,
  request: FastifyRequest,
  detail: string,
): Promise<void> {
  await tracer(options, request, {
    action: 'connexion.refus',
    issue: 'refus',
    auteur: { genre: 'personne', id: 'inconnu' },
    objets: [],
    requete: { moyen: 'openid', detail },
  });
}

const rolesMax = 1_000;

/** The highest of those that the claim gives: a text, a list, texts separated by spaces. Undefined: none. */
export function roleDe(
  revendications: Readonly<Record<string, unknown>>,
  { revendication, roles }: RolesSettings,
): Role | undefined {
  const given = valeursDe(lire(revendications, revendication));
  let best: Role | undefined;
  for (const value of given) {
    const role = roles.get(value);
    if (role && (!best || contientRole(role, best))) best = role;
  }
  return best;
}

/** A claim whose own name has dots, such as `https://chu.fr/roles`, comes before a path. */
function lire(revendications: Readonly<Record<string, unknown>>, chemin: string): unknown {
  if (Object.hasOwn(revendications, chemin)) return revendications[chemin];
  return chemin
    .split('.')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? Reflect.get(value, part)
          : undefined,
      revendications,
    );
}

function valeursDe(value: unknown): string[] {
  if (typeof value === 'string') return [value, ...value.split(/[\s,]+/u)].slice(0, rolesMax);
  if (!Array.isArray(value)) return [];
  return value.slice(0, rolesMax).filter((one: unknown): one is string => typeof one === 'string');
}

/** Stable, and fit for a session and a trace whatever the length of what the provider says. */
function sujetDe({ sujet }: Identite): string {
  const isShort = /^[\x21-\x7e]{1,150}$/u.test(sujet);
  return `openid:${isShort ? sujet : createHash('sha256').update(sujet).digest('base64url')}`;
}

function nomDe({ revendications, sujet }: Identite): string {
  const names = ['name', 'preferred_username', 'email'].map((claim) => revendications[claim]);
  const nom = names.find((name) => typeof name === 'string' && name.trim() !== '');
  return (typeof nom === 'string' ? nom : sujet)
    .replace(/[\p{Control}\p{Format}]/gu, ' ')
    .trim()
    .slice(0, 100);
}
