// Who calls: the key is looked up at each call, so that a revocation holds at once everywhere.
import type { FastifyRequest } from 'fastify';
import type { Db } from '../../db/pool.js';
import type { Portee } from '../../domain/portee.js';
import { findApiKey, type ApiKey } from '../../store/api-key.js';
import { ProblemError } from '../problem.js';
import { RateLimiter } from '../rate-limiter.js';
import { hashKey } from './key.js';

// Wrong keys from one address: nobody guesses 256 bits, but each try costs a look-up.
const failuresPerSecond = 10;
const callersMax = 10_000;

export type AccessOptions = {
  readonly db: Db;
  readonly requestsPerSecond: number;
  readonly now: () => Date;
};

export class Access {
  readonly #options: AccessOptions;
  readonly #calls = new RateLimiter(callersMax);
  readonly #failures = new RateLimiter(callersMax);

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** Throws ProblemError: 403 without the scope, 429 beyond the rate. */
  admit(key: ApiKey, portee: Portee): void {
    const perSecond = key.requetesParSeconde ?? this.#options.requestsPerSecond;
    this.#limit(this.#calls, String(key.id), perSecond);
    if (!key.portees.includes(portee)) {
      throw new ProblemError({
        status: 403,
        code: 'PORTEE_INSUFFISANTE',
        title: 'Portée insuffisante',
        detail: `La clé « ${key.nom} » n’a pas la portée « ${portee} » : créez-en une qui l’a (annuaire-sync api-key create).`,
      });
    }
  }

  /** Throws ProblemError: 401 without a key in force. */
  async identify(request: FastifyRequest): Promise<ApiKey> {
    const [scheme = '', text = ''] = (request.headers.authorization ?? '').split(' ');
    const empreinte = scheme.toLowerCase() === 'bearer' ? hashKey(text) : undefined;
    const { db, now } = this.#options;
    const key = empreinte && (await findApiKey(db, empreinte, now()));
    if (key) return key;
    this.#limit(this.#failures, request.ip, failuresPerSecond);
    throw new ProblemError({
      status: 401,
      code: 'CLE_REFUSEE',
      title: 'Clé d’API absente ou refusée',
      detail:
        'Envoyez « Authorization: Bearer CLÉ » avec une clé en vigueur : inconnue, expirée ou révoquée, elle est refusée de même.',
    });
  }

  #limit(limiter: RateLimiter, key: string, perSecond: number): void {
    const waitMs = limiter.take(key, perSecond, this.#options.now().getTime());
    if (waitMs === 0) return;
    throw new ProblemError({
      status: 429,
      code: 'DEBIT_DEPASSE',
      title: 'Trop de demandes',
      detail: `Au plus ${perSecond} demandes par seconde : réessayez plus tard.`,
      retryAfterSeconds: Math.ceil(waitMs / 1_000),
    });
  }
}
