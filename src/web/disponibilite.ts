// What the database allows at this moment, asked before each request: whoever comes is told at once rather than left waiting.
import type { DatabaseState } from '../db/database-watch.js';
import { describeReadOnly, describeWhereToWrite } from '../db/read-only.js';
import { describeSchemaState } from '../db/schema-state.js';
import { instantEnFrancais } from '../domain/paris-time.js';
import type { ProblemDetails } from './problem.js';

export type Disponibilite = {
  /** Undefined: what was asked can be answered. */
  readonly lire: () => Promise<ProblemDetails | undefined>;
  /** As `lire`, for what leaves a row behind: a session, a demande, an inventory. */
  readonly ecrire: () => Promise<ProblemDetails | undefined>;
  readonly estEnLectureSeule: () => boolean;
};

/** A database that somebody else watches over. */
export const toujoursDisponible: Disponibilite = {
  lire: () => Promise.resolve(undefined),
  ecrire: () => Promise.resolve(undefined),
  estEnLectureSeule: () => false,
};

export type VeilleBase = {
  readonly state: DatabaseState;
  /** To the second; never throws. */
  readonly check: () => Promise<DatabaseState>;
};

/** `noeudPrincipal`: as the setting names the node that writes. */
export function createDisponibilite(
  veille: VeilleBase,
  noeudPrincipal: string | undefined,
): Disponibilite {
  // One that answered lately is not asked again for each request; one that did not is, so that its return is seen at once.
  const lookAgain = (): Promise<DatabaseState> =>
    isUsable(veille.state) ? Promise.resolve(veille.state) : veille.check();
  return {
    lire: async () => lackOf(await lookAgain()),
    ecrire: async () => {
      const state = await lookAgain();
      return lackOf(state) ?? readOnlyProblem(state, noeudPrincipal);
    },
    estEnLectureSeule: () => veille.state.readOnly !== undefined,
  };
}

function isUsable({ isReachable, schema }: DatabaseState): boolean {
  return isReachable && schema.kind === 'a-jour';
}

function lackOf(state: DatabaseState): ProblemDetails | undefined {
  if (!state.isReachable) {
    return {
      status: 503,
      code: 'BASE_INDISPONIBLE',
      title: 'Base de données indisponible',
      detail:
        `La base de données est injoignable depuis le ${instantEnFrancais(state.since)} : ${state.cause ?? 'sans cause connue'}. ` +
        'Le service reprendra de lui-même dès qu’elle répondra.',
      retryAfterSeconds: 2,
    };
  }
  const detail = describeSchemaState(state.schema);
  if (detail === undefined) return undefined;
  return {
    status: 503,
    code: 'SCHEMA_DIFFERENT',
    title: 'Base de données d’une autre version',
    detail,
    retryAfterSeconds: 30,
  };
}

function readOnlyProblem(
  { readOnly }: DatabaseState,
  noeudPrincipal: string | undefined,
): ProblemDetails | undefined {
  if (readOnly === undefined) return undefined;
  return {
    status: 503,
    code: 'BASE_EN_LECTURE_SEULE',
    title: 'Nœud en lecture seule',
    detail: `${describeReadOnly(readOnly)} ${describeWhereToWrite(noeudPrincipal)}`,
    retryAfterSeconds: 30,
  };
}
