// What the pages of the sign-in are built with.
import type { FastifyRequest } from 'fastify';
import type { Pool } from '../../../db/pool.js';
import type { NouvelleTrace } from '../../../domain/trace.js';
import { recordTrace } from '../../../store/journal.js';
import type { Coffre } from '../../compte/coffre.js';
import type { ConnexionLocale } from '../../compte/connexion-locale.js';
import type { MotsDePasse } from '../../compte/mot-de-passe.js';
import { posteOf } from '../../espace/poste.js';
import type { ConnexionOpenid } from './openid.js';

export type ConnexionOptions = {
  readonly pool: Pool;
  /** Undefined: no local account may sign in. */
  readonly locale: Locale | undefined;
  /** Undefined: the opérateur has no provider of his own. */
  readonly openid: ConnexionOpenid | undefined;
  /** Shown by authenticators. */
  readonly operateur: string;
  readonly now: () => Date;
};

export type Locale = {
  readonly connexion: ConnexionLocale;
  readonly coffre: Coffre;
  readonly motsDePasse: MotsDePasse;
};

/** One trace of the sign-in, with the post that it came from. */
export async function tracer(
  { pool, now }: Pick<ConnexionOptions, 'pool' | 'now'>,
  request: FastifyRequest,
  trace: Omit<NouvelleTrace, 'poste' | 'correlation'>,
): Promise<void> {
  await recordTrace(pool, { ...trace, poste: posteOf(request), correlation: request.id }, now());
}
