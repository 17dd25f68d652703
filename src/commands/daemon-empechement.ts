// What keeps a node from beginning any stage: a clock or a program that its commands would refuse. A run that was begun and
// refused is done with for every node; one that was not begun is left to the others, or to this node once it is well.
import { listMigrations } from '../db/migrate.js';
import type { Db } from '../db/pool.js';
import { readSchemaState } from '../db/read-only.js';
import { describeSchemaState } from '../db/schema-state.js';
import type { Logger } from '../logger.js';
import { readHeureBase } from '../store/horloge.js';
import { describeHorlogeFausse } from './horloge.js';

export type Empechement = {
  readonly code: 'HORLOGE_FAUSSE' | 'SCHEMA_NEWER' | 'SCHEMA_FOREIGN';
  /** French: what, and what to do. */
  readonly message: string;
};

type Migrations = Awaited<ReturnType<typeof listMigrations>>;

/** `ici`: this machine's clock. A schema that is older is none: whoever opens it for writing brings it up to date. */
export async function findEmpechement(
  db: Db,
  ici: Date,
  migrations: Migrations,
): Promise<Empechement | undefined> {
  const horloge = describeHorlogeFausse(ici, await readHeureBase(db));
  if (horloge !== undefined) return { code: 'HORLOGE_FAUSSE', message: horloge };
  const state = await readSchemaState(db, migrations);
  if (state.kind !== 'recent' && state.kind !== 'etranger') return undefined;
  const code = state.kind === 'recent' ? 'SCHEMA_NEWER' : 'SCHEMA_FOREIGN';
  return { code, message: describeSchemaState(state) ?? '' };
}

/** Says each once, and once that there is none any more. */
export class VeilleEmpechement {
  readonly #log: Logger;
  #migrations: Migrations | undefined;
  #dit: Empechement['code'] | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Whether a stage may be begun at this look. */
  async estLibre(db: Db, ici: Date): Promise<boolean> {
    this.#migrations ??= await listMigrations();
    const found = await findEmpechement(db, ici, this.#migrations);
    if (found && found.code !== this.#dit) {
      const suite =
        'Ce nœud ne commence plus aucune étape ; celles qui viennent sont laissées aux autres nœuds, ou à lui une fois remis en ordre.';
      this.#log.warn('etapes-retenues', `${found.message} ${suite}`, { code: found.code });
    } else if (!found && this.#dit !== undefined) {
      this.#log.info('etapes-reprises', 'Ce nœud commence de nouveau les étapes à leur heure.');
    }
    this.#dit = found?.code;
    return found === undefined;
  }
}
