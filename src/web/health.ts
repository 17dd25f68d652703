// /healthz (alive) and /readyz (ready, and if not why): for whoever supervises or balances. Nothing secret, and no address of the inside.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DatabaseState } from '../db/database-watch.js';
import { describeCut, describeReadOnly } from '../db/read-only.js';
import { describeSchemaState } from '../db/schema-state.js';
import { instantEnFrancais } from '../domain/paris-time.js';
import type { VeilleBase } from './disponibilite.js';
import type { WebPlugin } from './server.js';

export type RaisonEtat = {
  /** Stable, for programs. */
  readonly code: string;
  /** French. */
  readonly message: string;
  /** True when nothing useful can be answered: the node is to be taken out of its balancer. */
  readonly estBloquante: boolean;
};

export type SanteOptions = {
  readonly veille: VeilleBase;
  readonly now: () => Date;
  /** What else is known of the node: certificate, stages, LDAP. */
  readonly autres?: (() => readonly RaisonEtat[]) | undefined;
  /** More, for `?verbose`. */
  readonly details?: (() => Readonly<Record<string, unknown>>) | undefined;
};

export function createHealth(options: SanteOptions): WebPlugin {
  return (app) => {
    // Answered by the event loop alone: a program is not to be killed because its database is gone.
    app.get('/healthz', (_request, reply) => reply.send({ etat: 'ok' }));
    app.get('/readyz', async (request, reply) => {
      const state = await options.veille.check();
      const raisons = [...raisonsBase(state), ...(options.autres?.() ?? [])];
      return repondre(reply, raisons, {
        lectureSeule: state.readOnly !== undefined,
        raisons,
        ...(isVerbose(request) && { base: baseJson(state), ...options.details?.() }),
      });
    });
  };
}

export type SanteNoeudOptions = {
  readonly raisons: () => readonly RaisonEtat[];
  /** More, for `?verbose`. */
  readonly details: () => object;
};

/** The same, of a node that serves no web: what its supervisor knows. */
export function createHealthNoeud({ raisons, details }: SanteNoeudOptions): WebPlugin {
  return (app) => {
    app.get('/healthz', (_request, reply) => reply.send({ etat: 'ok' }));
    app.get('/readyz', (request, reply) => {
      const known = raisons();
      return repondre(reply, known, { raisons: known, ...(isVerbose(request) && details()) });
    });
  };
}

function isVerbose({ query }: FastifyRequest): boolean {
  return typeof query === 'object' && query !== null && 'verbose' in query;
}

function repondre(
  reply: FastifyReply,
  raisons: readonly RaisonEtat[],
  contenu: object,
): FastifyReply {
  const estIndisponible = raisons.some(({ estBloquante }) => estBloquante);
  if (estIndisponible) reply.header('retry-after', 2);
  return reply.code(estIndisponible ? 503 : 200).send({
    etat: estIndisponible ? 'indisponible' : raisons.length > 0 ? 'degrade' : 'pret',
    ...contenu,
  });
}

/** French reasons for which the database is not what it should be. */
export function raisonsBase(state: DatabaseState): RaisonEtat[] {
  if (!state.isReachable) {
    return [
      {
        code: 'BASE_INDISPONIBLE',
        message: `La base de données est injoignable depuis le ${instantEnFrancais(state.since)} : ${state.cause ?? 'sans cause connue'}.`,
        estBloquante: true,
      },
    ];
  }
  const schema = describeSchemaState(state.schema);
  return [
    ...(schema === undefined
      ? []
      : [{ code: 'SCHEMA_DIFFERENT', message: schema, estBloquante: true }]),
    ...(state.readOnly === undefined
      ? []
      : [
          {
            code: 'LECTURE_SEULE',
            message: describeReadOnly(state.readOnly),
            estBloquante: false,
          },
        ]),
    ...raisonFlux(state),
    ...raisonHorloge(state),
  ];
}

function raisonFlux({ cutSince }: DatabaseState): RaisonEtat[] {
  if (!cutSince) return [];
  return [{ code: 'REPLICA_COUPE', message: describeCut(cutSince), estBloquante: false }];
}

/** Beyond this, sessions, leases and dates of notices would be wrong by as much. */
const clockGapMaxMs = 60_000;

function raisonHorloge({ clockAheadMs = 0 }: DatabaseState): RaisonEtat[] {
  if (Math.abs(clockAheadMs) <= clockGapMaxMs) return [];
  const secondes = Math.round(Math.abs(clockAheadMs) / 1_000).toLocaleString('fr-FR');
  return [
    {
      code: 'HORLOGE',
      message:
        `L’horloge de cette machine ${clockAheadMs > 0 ? 'retarde' : 'avance'} de ${secondes} s sur celle de la base : ` +
        'synchronisez les deux machines (chrony ou systemd-timesyncd).',
      estBloquante: false,
    },
  ];
}

function baseJson(state: DatabaseState): object {
  const { isReachable, since, cause, readOnly, schema, clockAheadMs, backSince } = state;
  return {
    estJoignable: isReachable,
    depuis: since.toISOString(),
    cause: cause ?? null,
    lectureSeule: readOnly ?? null,
    schema: schema.kind,
    avanceHorlogeMs: clockAheadMs ?? null,
    revenueLe: backSince?.toISOString() ?? null,
  };
}
