// Errors as RFC 9457 problem details, in French. What happened inside never leaves: only what the client can act on.
import type { FastifyError, FastifyReply } from 'fastify';
import { ZodError } from 'zod';

export type ProblemDetails = {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  /** French, the same for every occurrence. */
  readonly title: string;
  /** French: what to do this time. */
  readonly detail: string;
  readonly retryAfterSeconds?: number;
  readonly erreurs?: readonly FieldFault[];
  /** How many faults there are, when `erreurs` has only the first ones. */
  readonly nombreErreurs?: number;
  /** Where the outcome of what was asked can be read. */
  readonly suivi?: string;
  /** Of the answer, lower case. */
  readonly headers?: Readonly<Record<string, string>>;
};

export type FieldFault = {
  readonly champ: string;
  /** French. */
  readonly message: string;
  readonly code?: string;
  /** Of the content, from 1. */
  readonly ligne?: number;
  /** Place in the list of events, from 0. */
  readonly evenement?: number;
};

/** An expected failure of a request. */
export class ProblemError extends Error {
  readonly problem: ProblemDetails;

  constructor(problem: ProblemDetails, cause?: unknown) {
    super(problem.detail, cause === undefined ? undefined : { cause });
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

export function sendProblem(reply: FastifyReply, problem: ProblemDetails): FastifyReply {
  const { status, retryAfterSeconds } = problem;
  if (problem.headers) reply.headers(problem.headers);
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="annuaire-sync"');
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .send(problemBody(problem));
}

/** The JSON text. */
export function problemBody(problem: ProblemDetails): string {
  return JSON.stringify(problemObject(problem));
}

/** As `problemBody`, to be part of another answer. */
export function problemObject(problem: ProblemDetails): object {
  const { status, code, title, detail, erreurs, nombreErreurs, suivi } = problem;
  return {
    type: `urn:annuaire-sync:probleme:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail,
    code,
    ...(erreurs && { erreurs }),
    ...(nombreErreurs !== undefined && { nombreErreurs }),
    ...(suivi !== undefined && { suivi }),
  };
}

/** Undefined for what nobody foresaw: an internal error, to be logged. */
export function explainError(error: unknown): ProblemDetails | undefined {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof ZodError) return invalidRequest(error);
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return byCode[code] ?? databaseProblem(code, error) ?? frameworkProblem(error);
}

function invalidRequest(error: ZodError): ProblemDetails {
  return {
    status: 400,
    code: 'DEMANDE_INVALIDE',
    title: 'Demande inutilisable',
    detail: 'La demande n’a pas la forme attendue : voyez « erreurs » et /api/v1/openapi.json.',
    erreurs: error.issues.slice(0, 20).map(({ path, message }) => ({
      champ: path.join('.') || '(racine)',
      message,
    })),
  };
}

const unreadable = {
  status: 400,
  code: 'JSON_ILLISIBLE',
  title: 'Corps illisible',
  detail: 'Le corps de la demande n’est pas du JSON valable (UTF-8).',
};

const byCode: Readonly<Record<string, ProblemDetails>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    code: 'CORPS_TROP_GRAND',
    title: 'Corps trop grand',
    detail: 'Le corps de la demande dépasse la taille permise (web.limites.corpsOctetsMax).',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'TYPE_NON_ACCEPTE',
    title: 'Type de contenu non accepté',
    detail: 'Envoyez du JSON, avec l’en-tête « Content-Type: application/json ».',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { ...unreadable, detail: 'Le corps de la demande est vide.' },
  FST_ERR_CTP_INVALID_JSON_BODY: unreadable,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: unreadable,
  // Between two looks at the database, it became a replica.
  25006: {
    status: 503,
    code: 'BASE_EN_LECTURE_SEULE',
    title: 'Nœud en lecture seule',
    detail: 'La base n’accepte pas d’écriture sur ce nœud : adressez-vous au nœud qui écrit.',
    retryAfterSeconds: 30,
  },
  57014: {
    status: 503,
    code: 'REPONSE_TROP_LONGUE',
    title: 'Réponse trop longue à établir',
    detail: 'La base n’a pas répondu à temps : précisez la demande, ou réessayez plus tard.',
    retryAfterSeconds: 2,
  },
};

const unavailable: ProblemDetails = {
  status: 503,
  code: 'BASE_INDISPONIBLE',
  title: 'Base de données indisponible',
  detail: 'La base de données ne répond pas : rien n’a pu être vérifié. Réessayez.',
  retryAfterSeconds: 2,
};

// Lost or refused connections, a standby that had to go on, no name or way to it, a database being put back, shutdown, no connection left, disk full.
function databaseProblem(code: string, { message }: Error): ProblemDetails | undefined {
  const isLost =
    /^(57P0[1-5]|3D000|28\w{3}|08\d{3}|40\d{3}|53\d{3}|58\d{3}|E(CONN\w+|PIPE|NOENT|NOTFOUND|AI_AGAIN|TIMEDOUT|HOSTUNREACH|NETUNREACH))$/u.test(
      code,
    ) ||
    /^Connection terminated|timeout exceeded when trying to connect|^Client has encountered|^Query read timeout|^timeout expired$/u.test(
      message,
    );
  return isLost ? unavailable : undefined;
}

function frameworkProblem(error: Error & Partial<FastifyError>): ProblemDetails | undefined {
  const status = error.statusCode ?? 500;
  if (status < 400 || status >= 500) return undefined;
  if (error instanceof SyntaxError) return unreadable;
  return {
    status,
    code: 'DEMANDE_INVALIDE',
    title: 'Demande inutilisable',
    detail: 'La demande ne peut pas être lue : voyez /api/v1/openapi.json.',
  };
}

export const internalProblem: ProblemDetails = {
  status: 500,
  code: 'ERREUR_INTERNE',
  title: 'Erreur interne',
  detail: 'La demande n’a pas abouti ; le journal du service en dit la cause.',
};

export const notFoundProblem: ProblemDetails = {
  status: 404,
  code: 'ADRESSE_INCONNUE',
  title: 'Adresse ou méthode inconnue',
  detail: 'Rien ne répond ici : voyez /api/v1/openapi.json.',
};
