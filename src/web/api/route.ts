// What every call of the API goes through: access, then its answer, then its trace; the answer leaves once it is traced.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Db } from '../../db/pool.js';
import type { Portee } from '../../domain/portee.js';
import { insertApiCall, type ApiCall } from '../../store/api-call.js';
import type { ApiKey } from '../../store/api-key.js';
import { explainError } from '../problem.js';
import type { Access } from './access.js';

export type ApiRoute = {
  readonly method: 'GET' | 'POST';
  /** Under /api/v1. */
  readonly url: string;
  readonly portee: Portee;
  readonly action: string;
  /** Throws ProblemError or ZodError for what cannot be answered. */
  readonly answer: (request: FastifyRequest) => Promise<Answer>;
};

export type Answer = {
  readonly body: object;
  readonly trace: Pick<ApiCall, 'objet' | 'verdict' | 'codes'>;
};

export type ApiContext = {
  readonly db: Db;
  readonly access: Access;
  readonly now: () => Date;
  /** French lines for the journal. */
  readonly report: (line: string) => void;
};

const noTrace: Answer['trace'] = { objet: undefined, verdict: undefined, codes: [] };

export function addRoute(app: FastifyInstance, context: ApiContext, route: ApiRoute): void {
  const { method, url, portee, action } = route;
  const { db, access, now } = context;
  const callers = new WeakMap<FastifyRequest, ApiKey>();
  const trace = async (
    request: FastifyRequest,
    elapsedMs: number,
    status: number,
    told: Answer['trace'],
  ): Promise<void> => {
    await insertApiCall(db, {
      at: now(),
      keyId: callers.get(request)?.id,
      origine: request.ip,
      action,
      status,
      dureeMs: Math.round(elapsedMs),
      ...told,
    });
  };
  app.route({
    method,
    url,
    onRequest: async (request) => {
      callers.set(request, await access.admit(request, portee));
    },
    handler: async (request, reply) => {
      const { body, trace: told } = await route.answer(request);
      await trace(request, reply.elapsedTime, 200, told);
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
    },
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- fastify waits for it, which its type does not say
    errorHandler: async (error, request, reply) => {
      const status = explainError(error)?.status ?? 500;
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
