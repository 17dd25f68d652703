// What the watch over the database is made with, and what it says.
import type { Settings } from '../config/settings.js';
import { DatabaseWatch, type DatabaseState } from '../db/database-watch.js';
import { listMigrations } from '../db/migrate.js';
import { describeCut, describeReadOnly } from '../db/read-only.js';
import { describeSchemaState } from '../db/schema-state.js';

export async function createWatch(
  { database }: Settings,
  connectionString: string,
  now: () => Date,
  onChange: (state: DatabaseState, before: DatabaseState) => void,
): Promise<DatabaseWatch> {
  return new DatabaseWatch({
    connectionString,
    isReadOnly: database.lectureSeule,
    migrations: await listMigrations(),
    now,
    onChange,
  });
}

/** What the service cannot do at this moment, in French; a node that is meant to read only lacks nothing. */
export function manquesOf({ isReachable, cause }: DatabaseState): readonly string[] {
  return isReachable ? [] : [`Base de données injoignable : ${cause ?? 'sans réponse'}`];
}

/** French lines for the journal, each once. */
export function describeChange(state: DatabaseState, before: DatabaseState): string[] {
  if (!state.isReachable) {
    return before.isReachable
      ? [
          `Base de données injoignable : ${state.cause ?? ''}. L’API et les pages répondent 503 jusqu’à son retour. ${state.remedy ?? ''}`,
        ]
      : [];
  }
  const schema =
    state.schema.kind === before.schema.kind ? undefined : describeSchemaState(state.schema);
  return [
    ...(before.isReachable
      ? []
      : [
          `Base de données de nouveau joignable après ${Math.round((state.since.getTime() - before.since.getTime()) / 1_000)} s.`,
        ]),
    ...describeAccess(state, before),
    ...(schema === undefined ? [] : [schema]),
    ...describeFlow(state, before),
  ];
}

function describeFlow({ cutSince }: DatabaseState, before: DatabaseState): string[] {
  if ((cutSince === undefined) === (before.cutSince === undefined)) return [];
  return [cutSince ? describeCut(cutSince) : 'Le réplica reçoit de nouveau ce qui change.'];
}

function describeAccess(state: DatabaseState, before: DatabaseState): string[] {
  if (state.readOnly === before.readOnly) return [];
  return state.readOnly === undefined
    ? ['La base accepte les écritures : ce nœud sert de nouveau tout.']
    : [
        `${describeReadOnly(state.readOnly)} L’API vérifie sans laisser de trace d’appel ; la console et les demandes répondent 503.`,
      ];
}
