// The page by which a holder keeps his inactive BAL. Looking at it does nothing: mail scanners follow links.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Client, Pool } from '../../db/pool.js';
import { transaction } from '../../db/transaction.js';
import { masquerAdresse } from '../../domain/adresse-masquee.js';
import { usageInactivite } from '../../domain/cycle-inactivite.js';
import { readLien } from '../../domain/lien-signe.js';
import { dateEnFrancais } from '../../domain/paris-time.js';
import { enqueueAvis } from '../../store/avis.js';
import { recordTrace } from '../../store/journal.js';
import { conserverCas } from '../../store/cas-inactivite-cloture.js';
import { findCas, type CasInactivite } from '../../store/cas-inactivite.js';
import type { Disponibilite } from '../disponibilite.js';
import { explainError, internalProblem, ProblemError } from '../problem.js';
import { RateLimiter } from '../rate-limiter.js';
import type { WebPlugin } from '../server.js';
import { cleanHeader } from '../espace/poste.js';
import { protectPages } from './entetes.js';
import { PageError } from './page-error.js';
import { Pages, type Page, type PagesOptions } from './pages.js';

export type InactiviteOptions = PagesOptions & {
  /** True when browsers reach these pages over TLS. */
  readonly isEncrypted?: boolean;
  readonly pool: Pool;
  /** Signs the links. */
  readonly cle: Uint8Array;
  /** How long an objection keeps a BAL. */
  readonly limiteJours: number;
  readonly now: () => Date;
  /** French lines for the journal. */
  readonly report: (line: string) => void;
  /** What the database allows; undefined: everything. */
  readonly disponibilite?: Disponibilite | undefined;
};

const url = '/avis/inactivite/:jeton';

/** A click is one request: who asks faster about one BAL is a program. */
const perSecond = 5;
const casMax = 10_000;

export function createInactivitePage(options: InactiviteOptions): WebPlugin {
  const pages = new Pages(options);
  const requests = new RateLimiter(casMax);
  return (app) => {
    acceptForms(app);
    protectPages(app, { isEncrypted: options.isEncrypted ?? false });
    answerInHtml(app, pages, options.report);
    app.addHook('onRequest', async () => {
      const lack = await options.disponibilite?.ecrire();
      if (lack) throw new ProblemError(lack);
    });
    const caseOf = (request: FastifyRequest): Promise<CasInactivite> =>
      findByLink(options, requests, request);
    app.get(url, async (request, reply) =>
      pages.send(reply, pageOf(await caseOf(request), options)),
    );
    app.post(url, async (request, reply) => {
      const cas = await caseOf(request);
      form.parse(request.body);
      await transaction(options.pool, (client) => object(client, cas, request, options));
      // The browser asks for the page again: reloading it sends nothing twice. Relative, whatever stands before us.
      const { jeton } = link.parse(request.params);
      return reply.code(303).header('location', jeton).send();
    });
  };
}

const link = z.object({ jeton: z.string() });
const form = z.object({ choix: z.literal('conserver') });

const casNumber = /^[0-9]{1,15}$/u;

async function findByLink(
  { pool, cle, now }: InactiviteOptions,
  requests: RateLimiter,
  request: FastifyRequest,
): Promise<CasInactivite> {
  const { jeton } = link.parse(request.params);
  const lu = readLien(cle, usageInactivite, jeton, now());
  if (lu.kind === 'expire') {
    throw new PageError(
      410,
      'Ce lien a expiré',
      'Ce lien n’est plus valable. Écrivez à votre opérateur si votre boîte aux lettres vous manque.',
    );
  }
  if (lu.kind === 'refuse' || !casNumber.test(lu.lien.id)) throw unknownLink();
  if (requests.take(lu.lien.id, perSecond, now().getTime()) > 0) {
    throw new PageError(429, 'Trop de demandes', 'Attendez quelques secondes, puis réessayez.');
  }
  const cas = await findCas(pool, Number(lu.lien.id));
  if (!cas) throw unknownLink();
  return cas;
}

function unknownLink(): PageError {
  return new PageError(
    404,
    'Ce lien n’est pas valable',
    'Vérifiez que l’adresse est entière : dans certains courriels, elle est coupée en fin de ligne.',
  );
}

/** Who objects is whoever holds the link: the post is traced, and the BAL itself is told. */
async function object(
  client: Client,
  cas: CasInactivite,
  request: FastifyRequest,
  { limiteJours, contact, now }: InactiviteOptions,
): Promise<void> {
  const at = now();
  const isKept = await conserverCas(client, cas.id, {
    now: at,
    limiteJours,
    cause: 'opposition',
    auteur: auteurDuLien,
    motif: undefined,
    posteAdresse: postOf(request),
    posteAgent: cleanHeader(request.headers['user-agent'], 300),
  });
  const found = await findCas(client, cas.id);
  if (!found) return;
  if (isKept) await confirmToBal(client, found, contact, at);
  await tracerOpposition(client, found, isKept, request, at);
}

async function confirmToBal(
  client: Client,
  { id, adresse, domaine, conserveeJusqua }: CasInactivite,
  contact: string | undefined,
  at: Date,
): Promise<void> {
  await enqueueAvis(
    client,
    [
      {
        cle: `inactivite-opposition:${id}`,
        gabarit: 'inactivite-opposition',
        domaine,
        adresse,
        destinataire: adresse,
        donnees: {
          adresse,
          ...(contact !== undefined && { contact }),
          dateOpposition: dateEnFrancais(at),
          ...(conserveeJusqua && { conserveeJusquAu: dateEnFrancais(conserveeJusqua) }),
        },
      },
    ],
    at,
  );
}

/** Last, because of the lock that it takes; a case that ended otherwise is a refusal. */
async function tracerOpposition(
  client: Client,
  { id, adresse, etat, conserveeJusqua }: CasInactivite,
  isKept: boolean,
  request: FastifyRequest,
  at: Date,
): Promise<void> {
  await recordTrace(
    client,
    {
      action: 'hygiene.opposition',
      issue: isKept ? 'reussite' : 'refus',
      // Whoever holds the link: nobody signed in.
      auteur: { genre: 'personne', id: 'inconnu', nom: auteurDuLien },
      objets: [
        { genre: 'cas', id: String(id) },
        { genre: 'bal', id: adresse },
      ],
      poste: { adresse: postOf(request), agent: cleanHeader(request.headers['user-agent'], 300) },
      reponse: { etat, conserveeJusqua },
      correlation: request.id,
    },
    at,
  );
}

const auteurDuLien = 'le titulaire, par le lien de son avis';

/** What a load balancer says of the client is kept as what it is: said. */
function postOf({ ip, headers }: FastifyRequest): string {
  const said = cleanHeader(headers['x-forwarded-for'], 200);
  return said === undefined ? ip : `${ip} (annoncée : ${said})`;
}

function pageOf(cas: CasInactivite, { limiteJours }: InactiviteOptions): Page {
  const etat = vueOf(cas);
  const dateSuppression = cas.echeanceLe ?? cas.annonceLe;
  return {
    gabarit: 'inactivite',
    status: 200,
    titre: titres[etat],
    donnees: {
      etat,
      adresse: masquerAdresse(cas.adresse),
      joursMax: limiteJours,
      ...(cas.estAuthentification && { derniereConnexion: dateEnFrancais(cas.activiteLe) }),
      ...(dateSuppression && { dateSuppression: dateEnFrancais(dateSuppression) }),
      ...(cas.etat === 'a-supprimer' &&
        cas.decideeLe && { estProposee: true, dateProposition: dateEnFrancais(cas.decideeLe) }),
      ...(cas.closLe && { dateCloture: dateEnFrancais(cas.closLe) }),
      ...(cas.conserveeJusqua && { conserveeJusquAu: dateEnFrancais(cas.conserveeJusqua) }),
    },
  };
}

type Vue = 'ouvert' | 'oppose' | 'conservee' | 'reauthentifiee' | 'supprimee';

const titres: Readonly<Record<Vue, string>> = {
  ouvert: 'Garder votre boîte aux lettres',
  oppose: 'Opposition enregistrée',
  conservee: 'Boîte aux lettres conservée',
  reauthentifiee: 'Boîte aux lettres conservée',
  supprimee: 'Boîte aux lettres supprimée',
};

function vueOf({ etat, cloture }: CasInactivite): Vue {
  switch (etat) {
    case 'conservee':
      return cloture === 'opposition' ? 'oppose' : 'conservee';
    case 'reauthentifiee':
    case 'supprimee':
      return etat;
    case 'a-prevenir':
    case 'prevenue':
    case 'delai-en-cours':
    case 'a-supprimer':
      return 'ouvert';
    default:
      return etat satisfies never;
  }
}

const formBytesMax = 1_024;

function acceptForms(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: formBytesMax },
    (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))));
    },
  );
}

function answerInHtml(app: FastifyInstance, pages: Pages, report: (line: string) => void): void {
  app.setErrorHandler((error, request, reply): FastifyReply => {
    if (error instanceof PageError) return pages.send(reply, error.page);
    const problem = explainError(error);
    if (!problem) {
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      report(`Erreur interne en répondant à ${request.method} ${url}, à signaler :\n${stack}`);
    }
    const { status, title, retryAfterSeconds } = problem ?? internalProblem;
    if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
    const message =
      status >= 500
        ? 'Rien n’a été changé. Réessayez dans quelques minutes.'
        : 'La demande n’est pas celle de cette page. Ouvrez de nouveau le lien de votre courriel, puis appuyez sur le bouton.';
    return pages.send(reply, { gabarit: 'message', status, titre: title, donnees: { message } });
  });
}
