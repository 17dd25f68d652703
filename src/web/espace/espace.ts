// A part of the site for signed-in people: its headers, its session, its forms, its pages, and who may ask what.
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Db } from '../../db/pool.js';
import type { NomEspace } from '../../store/session-web.js';
import { protectPages } from '../page/entetes.js';
import { PageError, type Issue } from '../page/page-error.js';
import type { DonneesPage, Page, Pages } from '../page/pages.js';
import type { Disponibilite } from '../disponibilite.js';
import { ProblemError } from '../problem.js';
import type { WebPlugin } from '../server.js';
import { answerErrors } from './erreurs.js';
import { isFromElsewhere } from './origine.js';
import { posteOf } from './poste.js';
import { Session, type SessionsOptions } from './session.js';

/** `Qui`: who is signed in, as the routes of this part know him. */
export type EspaceOptions<Qui> = {
  readonly nom: NomEspace;
  readonly pages: Pages;
  readonly db: Db;
  /** Durations of a session, in milliseconds. */
  readonly session: Pick<SessionsOptions, 'inactiviteMs' | 'dureeMs'>;
  /** What the public address is, when it is set: tells whether cookies travel encrypted. */
  readonly urlPublique: URL | undefined;
  /** True when this server itself speaks TLS. */
  readonly isTls: boolean;
  readonly now: () => Date;
  /** French lines for the journal of the service. */
  readonly report: (line: string) => void;
  /** Asked at each request, so that a right taken away is gone at once; undefined: nobody any more. */
  readonly identify: (session: Session) => Promise<Qui | undefined>;
  /** What a route declares (`config.acces`), against who asks. */
  readonly allows: (qui: Qui | undefined, acces: string) => 'oui' | 'connexion' | 'non';
  /** Told of somebody signed in who asked for more than he may, or whose form is not of our pages or of his session. */
  readonly onRefus?: (request: FastifyRequest, qui: Qui, motif: MotifRefus) => Promise<void>;
  /** Path of the page where one signs in, without the base. */
  readonly pageConnexion: string;
  /** Template around every page, and what it shows of who is signed in. */
  readonly cadre: string;
  readonly autour: (qui: Qui | undefined, page: Page & { readonly actif?: string }) => DonneesPage;
  /** Reads what `autour` shows, before each request of somebody signed in. */
  readonly preparer?: (() => Promise<void>) | undefined;
  /** Origins that forms may lead to, besides ours: a provider of identity. */
  readonly formActions?: readonly string[];
  /** What the database allows; undefined: everything. */
  readonly disponibilite?: Disponibilite | undefined;
};

/** What a visitor is told once, on the next page. */
export type Annonce = { readonly genre: 'fait' | 'erreur' | 'info'; readonly texte: string };

declare module 'fastify' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- fastify's own, which only an interface adds to
  interface FastifyContextConfig {
    /** Of a route of an espace: who may ask. */
    acces?: string;
  }
}

export type MotifRefus = 'role' | 'formulaire';

type Contexte<Qui> = { readonly session: Session; readonly qui: Qui | undefined };

const formBytesMax = 16_384;

export class Espace<Qui> {
  readonly #options: EspaceOptions<Qui>;
  readonly #contextes = new WeakMap<FastifyRequest, Contexte<Qui>>();
  readonly #routes: { readonly methode: string; readonly url: string; readonly acces: string }[] =
    [];

  constructor(options: EspaceOptions<Qui>) {
    this.#options = options;
  }

  /**
   * The routes under `/<nom>`, declared by `routes` without that beginning; each has `config: { acces }`, or the server does
   * not start.
   */
  plugin(routes: (app: FastifyInstance) => void): WebPlugin {
    return (server) => {
      server.register(
        (app, _options, done) => {
          this.#fill(app, routes);
          done();
        },
        { prefix: `/${this.#options.nom}` },
      );
    };
  }

  #fill(app: FastifyInstance, routes: (app: FastifyInstance) => void): void {
    const undeclared: string[] = [];
    app.addHook('onRoute', ({ method, url, config }) => {
      const acces = config?.acces;
      if (acces === undefined) undeclared.push(`${String(method)} ${url}`);
      else this.#routes.push({ methode: String(method), url, acces });
    });
    app.addHook('onReady', (done) => {
      const isFaulty = undeclared.length > 0;
      done(isFaulty ? new Error(`${undeclared.join(', ')}: does not say who may ask`) : undefined);
    });
    app.removeContentTypeParser('application/json');
    app.register(cookie);
    app.register(formbody, { bodyLimit: formBytesMax });
    protectPages(app, {
      isEncrypted: isEncrypted(this.#options),
      ...(this.#options.formActions && { formActions: this.#options.formActions }),
    });
    app.addHook('onRequest', async (request, reply) => this.#enter(request, reply));
    app.addHook('preHandler', async (request) => this.#checkForm(request));
    app.addHook('onSend', async (request, reply) => this.#giveCookie(request, reply));
    answerErrors(app, this.#options.report, (request, reply, page) =>
      this.#show(request, reply, page),
    );
    app.setNotFoundHandler(() => {
      throw new PageError(
        404,
        'Page introuvable',
        'Cette adresse ne mène à rien : elle a pu changer, ou être coupée.',
      );
    });
    app.register((scope, _options, done) => {
      routes(scope);
      done();
    });
  }

  /** Those declared so far. */
  get routes(): readonly { methode: string; url: string; acces: string }[] {
    return this.#routes;
  }

  /** Of the path, not of the whole address; `chemin` begins with a slash. */
  redirect(reply: FastifyReply, chemin: string): FastifyReply {
    return reply
      .code(303)
      .header('location', this.#options.pages.base + chemin)
      .send();
  }

  /** Who is signed in. Throws where the route lets anybody in. */
  who(request: FastifyRequest): Qui {
    const { qui } = this.#contexteOf(request);
    if (qui === undefined) throw new Error(`${request.url}: nobody is signed in`);
    return qui;
  }

  findWho(request: FastifyRequest): Qui | undefined {
    return this.#contexteOf(request).qui;
  }

  session(request: FastifyRequest): Session {
    return this.#contexteOf(request).session;
  }

  async announce(request: FastifyRequest, annonce: Annonce): Promise<void> {
    await this.session(request).set('annonce', annonce);
  }

  /** Shows a page in the frame of this part, with what was to be told once. */
  async show(
    request: FastifyRequest,
    reply: FastifyReply,
    page: Page & { readonly actif?: string },
  ): Promise<FastifyReply> {
    const annonce = await this.session(request).take('annonce');
    return this.#show(request, reply, page, annonce);
  }

  #show(
    request: FastifyRequest,
    reply: FastifyReply,
    page: Page & { readonly actif?: string },
    annonce?: unknown,
  ): FastifyReply {
    const { pages, cadre, autour } = this.#options;
    const contexte = this.#contextes.get(request);
    return pages.send(reply, page, contexte ? cadre : 'cadre', {
      annonce: annonce ?? null,
      actif: page.actif,
      jetonCsrf: contexte?.session.jetonCsrf ?? '',
      ...(contexte && autour(contexte.qui, page)),
    });
  }

  async #enter(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { nom, db, session, now, identify, allows, pageConnexion } = this.#options;
    // A session is a row: where nothing can be written nobody can be let in.
    const lack = await this.#options.disponibilite?.ecrire();
    if (lack) throw new ProblemError(lack);
    const opened = await Session.open(
      { ...session, db, espace: nom, now },
      posteOf(request),
      request.cookies[this.#cookieName()],
    );
    const qui = opened.titulaire === undefined ? undefined : await identify(opened);
    if (qui !== undefined) await this.#options.preparer?.();
    this.#contextes.set(request, { session: opened, qui });
    if (request.is404) return;
    const answer = allows(qui, request.routeOptions.config.acces ?? '');
    if (answer === 'oui') return;
    if (answer === 'non') {
      if (qui !== undefined) await this.#options.onRefus?.(request, qui, 'role');
      throw forbidden();
    }
    const chemin = `${pageConnexion}?suite=${encodeURIComponent(this.#pageOf(request))}`;
    if (request.method !== 'GET') throw expired({ texte: 'Se reconnecter', chemin });
    this.redirect(reply, chemin);
  }

  async #checkForm(request: FastifyRequest): Promise<void> {
    if (request.method === 'GET' || request.is404) return;
    const { session, qui } = this.#contexteOf(request);
    const body: unknown = request.body;
    const jeton =
      typeof body === 'object' && body !== null && 'jeton' in body ? body.jeton : undefined;
    if (isFromElsewhere(request, this.#options.urlPublique) || !session.isJetonCsrf(jeton)) {
      if (qui !== undefined) await this.#options.onRefus?.(request, qui, 'formulaire');
      throw expired({ texte: 'Reprendre', chemin: this.#pageOf(request) });
    }
  }

  /** What can be looked at again under the address asked, or the first page. */
  #pageOf(request: FastifyRequest): string {
    const { url = '' } = request.routeOptions;
    return request.method === 'GET' || request.server.hasRoute({ method: 'GET', url })
      ? request.url
      : `/${this.#options.nom}`;
  }

  async #giveCookie(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const token = this.#contextes.get(request)?.session.takeCookie();
    if (token === undefined) return;
    reply.setCookie(this.#cookieName(), token, {
      path: '/',
      httpOnly: true,
      // Lax: who comes back from a provider of identity must be known again.
      sameSite: 'lax',
      secure: isEncrypted(this.#options),
    });
    return Promise.resolve();
  }

  #cookieName(): string {
    // The prefix forbids another host of the same domain from planting one; browsers want Secure with it.
    return `${isEncrypted(this.#options) ? '__Host-' : ''}annuaire-${this.#options.nom}`;
  }

  #contexteOf(request: FastifyRequest): Contexte<Qui> {
    const contexte = this.#contextes.get(request);
    if (!contexte) throw new Error(`${request.url}: not a request of this part`);
    return contexte;
  }
}

/** The path asked before the sign-in, when it is one of this part: never the address of another site. */
export function suiteOf(given: unknown, chemin: string): string {
  return typeof given === 'string' && given.length <= 500 && isUnder(given, chemin)
    ? given
    : chemin;
}

function isUnder(given: string, chemin: string): boolean {
  if (!/^\/[\x21-\x7e]*$/u.test(given) || given.includes('\\')) return false;
  const { origin, pathname, href } = new URL(given, 'http://ici.invalid');
  if (origin !== 'http://ici.invalid' || href !== `http://ici.invalid${given}`) return false;
  return pathname === chemin || pathname.startsWith(`${chemin}/`);
}

type Chiffrement = Pick<EspaceOptions<unknown>, 'urlPublique' | 'isTls'>;

function isEncrypted({ urlPublique, isTls }: Chiffrement): boolean {
  return isTls || urlPublique?.protocol === 'https:';
}

function forbidden(): PageError {
  return new PageError(
    403,
    'Accès refusé',
    'Votre rôle ne permet pas cette action. Demandez-la à une personne qui a ce rôle, ou faites modifier le vôtre.',
  );
}

function expired(issue: Issue): PageError {
  return new PageError(
    403,
    'Page périmée',
    'Votre session a changé ou a pris fin depuis l’affichage de cette page : rien n’a été fait. Pour garder ce que vous aviez écrit, revenez d’abord à la page précédente et copiez-le.',
    issue,
  );
}
