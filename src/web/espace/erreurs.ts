// Failures as pages: what the visitor can do about them, and nothing of the inside.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PageError } from '../page/page-error.js';
import type { Page } from '../page/pages.js';
import { explainError, internalProblem, type ProblemDetails } from '../problem.js';

type Show = (request: FastifyRequest, reply: FastifyReply, page: Page) => FastifyReply;

/** Errors of the routes of `app`, and addresses under it that nothing answers. */
export function answerErrors(
  app: FastifyInstance,
  report: (line: string) => void,
  show: Show,
): void {
  app.setErrorHandler((error, request, reply): FastifyReply => {
    if (error instanceof PageError) return show(request, reply, error.page);
    const problem = explainError(error);
    if (!problem) {
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      report(
        `Erreur interne en répondant à ${request.method} ${request.routeOptions.url ?? '?'} ` +
          `(demande ${request.id}), à signaler aux mainteneurs :\n${stack}`,
      );
    }
    return show(request, reply, pageOf(problem ?? internalProblem, reply, request.id));
  });
}

function pageOf(problem: ProblemDetails, reply: FastifyReply, id: string): Page {
  const { status, retryAfterSeconds } = problem;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  const { titre, message } = wordingOf(problem, id);
  return { gabarit: 'message', status, titre, donnees: { message } };
}

function wordingOf(
  { status, code, title, detail }: ProblemDetails,
  id: string,
): { readonly titre: string; readonly message: string } {
  if (code === 'BASE_EN_LECTURE_SEULE') return { titre: title, message: detail };
  if (status === 503)
    return {
      titre: 'Service momentanément indisponible',
      message: `${detail} Rien n’a été changé.`,
    };
  if (status >= 500)
    return {
      titre: 'Erreur interne',
      message: `Rien n’a été changé. Réessayez dans quelques minutes ; si cela continue, donnez ce numéro à l’administrateur : ${id}.`,
    };
  if (status === 429) return { titre: title, message: detail };
  if (status === 413)
    return { titre: 'Envoi trop long', message: 'Raccourcissez votre texte, puis recommencez.' };
  return {
    titre: 'Demande inutilisable',
    message:
      'Cette adresse ou ce formulaire n’a pas la forme attendue. Revenez à la page précédente, puis recommencez.',
  };
}
