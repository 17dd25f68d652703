// What every call of the API goes through: access, then its answer, then its trace; the answer leaves once it is traced.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Db } from '../../db/pool.js';
import type { Consulter } from '../../domain/consultation.js';
import type { Portee } from '../../domain/portee.js';
import { insertApiCall, type ApiCall } from '../../store/api-call.js';
import type { ApiKey } from '../../store/api-key.js';
import { toujoursDisponible, type Disponibilite } from '../disponibilite.js';
import { explainError, ProblemError, sendProblem, type ProblemDetails } from '../problem.js';
import { Parcimonie } from '../parcimonie.js';
import type { Access } from './access.js';
import { tracerEcriture, tracerRefus } from './tracer-appel.js';

declare module 'fastify' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- fastify's own, which only an interface adds to
  interface FastifyContextConfig {
    readonly isSlow?: boolean;
  }
}

export type ApiRoute = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Under /api/v1. */
  readonly url: string;
  readonly portee: Portee;
  readonly action: string;
  /** It leaves more than its trace: a node that only reads cannot answer it. */
  readonly isWriting?: boolean;
  /** The content may take longer to come than the server lets other requests take: the route bounds it itself. */
  readonly isSlow?: boolean;
  /** Throws ProblemError or ZodError for what cannot be answered. */
  readonly answer: (request: FastifyRequest, key: ApiKey) => Promise<Answer>;
};

export type Answer = (
  | {
      /** 200 unless told otherwise. */
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: object;
    }
  /** A refusal that leaves more in its trace than one that is thrown. */
  | { readonly problem: ProblemDetails }
) & {
  readonly trace: Pick<ApiCall, 'objet' | 'verdict' | 'codes'>;
};

export type ApiContext = {
  readonly db: Db;
  readonly access: Access;
  readonly now: () => Date;
  /** French lines for the journal. */
  readonly report: (line: string) => void;
  /** What the database allows; undefined: everything. */
  readonly disponibilite?: Disponibilite | undefined;
  /** Told of each answer of a node that only reads, which left no trace. */
  readonly onUntraced?: (() => void) | undefined;
  /** Told of each answer that a key was given. */
  readonly onAnswer?: ((action: string, verdict: ApiCall['verdict']) => void) | undefined;
  /** Told of each look-up, whatever came of it: counted, never written one by one. */
  readonly consulter?: Consulter | undefined;
};

/** Of all routes together. */
const refusTraces = new WeakMap<Access, Parcimonie>();

const noTrace: Answer['trace'] = { objet: undefined, verdict: undefined, codes: [] };

export function addRoute(app: FastifyInstance, context: ApiContext, route: ApiRoute): void {
  const { method, url, portee, action } = route;
  const { access, disponibilite = toujoursDisponible } = context;
  const callers = new WeakMap<FastifyRequest, ApiKey>();
  const { trace, consulter } = notesOf(context, route, callers);
  app.route({
    method,
    url,
    config: { isSlow: route.isSlow === true },
    onRequest: async (request) => {
      const lack = await (route.isWriting === true ? disponibilite.ecrire() : disponibilite.lire());
      if (lack) throw new ProblemError(lack);
      const key = await access.identify(request);
      // Before it is refused: the trace of the refusal says whose it was.
      callers.set(request, key);
      access.admit(key, portee);
    },
    handler: async (request, reply) => {
      const key = callers.get(request);
      if (!key) throw new Error('a request came in without a key');
      const answer = await route.answer(request, key);
      const { status = 200 } = 'problem' in answer ? answer.problem : answer;
      await trace(request, reply.elapsedTime, status, answer.trace);
      context.onAnswer?.(action, answer.trace.verdict);
      consulter(request, reply.elapsedTime, status);
      if ('problem' in answer) return sendProblem(reply, answer.problem);
      return reply
        .code(status)
        .headers(answer.headers ?? {})
        .type('application/json; charset=utf-8')
        .send(JSON.stringify(answer.body));
    },
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- fastify waits for it, which its type does not say
    errorHandler: async (error, request, reply) => {
      const status = explainError(error)?.status ?? 500;
      consulter(request, reply.elapsedTime, status);
      // Whoever calls too often must not have a line written for each call; without a database there is no trace.
      if (status !== 429 && status !== 503) {
        await trace(request, reply.elapsedTime, status, noTrace).catch((cause: unknown) =>
          context.report(`Appel refusé sans trace (${action}, ${status}) : ${String(cause)}`),
        );
      }
      // The server's own handler answers.
      throw error;
    },
  });
}

/** Of each answer: its line, its trace where it has one, its count. */
function notesOf(
  context: ApiContext,
  { action, method, isWriting: writes = false }: ApiRoute,
  callers: WeakMap<FastifyRequest, ApiKey>,
): {
  readonly trace: (
    request: FastifyRequest,
    elapsedMs: number,
    status: number,
    told: Answer['trace'],
  ) => Promise<void>;
  readonly consulter: (request: FastifyRequest, elapsedMs: number, status: number) => void;
} {
  const { db, access, now, disponibilite = toujoursDisponible } = context;
  const isWriting = writes && method !== 'GET';
  const refus = refusTraces.get(access) ?? new Parcimonie();
  refusTraces.set(access, refus);
  const trace = async (
    request: FastifyRequest,
    elapsedMs: number,
    status: number,
    told: Answer['trace'],
  ): Promise<void> => {
    if (disponibilite.estEnLectureSeule()) {
      context.onUntraced?.();
      return;
    }
    await insertApiCall(db, {
      at: now(),
      keyId: callers.get(request)?.id,
      origine: request.ip,
      action,
      status,
      dureeMs: Math.round(elapsedMs),
      ...told,
    });
    const key = callers.get(request);
    const appel = { request, key, action, status, objet: told.objet, codes: told.codes };
    if (isRefusal(status)) {
      const isFirst = refus.allows(`${request.ip} ${key?.id ?? ''}`, now().getTime());
      if (isFirst) await tracerRefus(db, appel, now());
    } else if (isWriting && key) await tracerEcriture(db, appel, now());
  };
  const consulter = (request: FastifyRequest, elapsedMs: number, status: number): void => {
    if (isWriting) return;
    context.consulter?.({
      interface: 'api',
      compte: callers.get(request)?.nom ?? '',
      operation: action,
      resultat: String(status),
      entrees: 0,
      dureeMs: elapsedMs,
      adresse: request.ip,
      agent: request.headers['user-agent'],
      demande: () => ({
        noms: Object.keys(request.query ?? {})
          .sort()
          .join(' '),
        valeurs: request.url,
      }),
    });
  };
  return { trace, consulter };
}

/** Of who calls, not of what was asked. */
function isRefusal(status: number): boolean {
  return status === 401 || status === 403;
}
