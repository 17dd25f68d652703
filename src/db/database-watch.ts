// Whether the database answers, whether it takes writes, and whether its schema is ours: asked on a connection of its own, so that a question never waits behind the work of the program.
import pg from 'pg';
import { describeConnectionFault } from './connection-fault.js';
import { securedUrl } from './connection-tls.js';
import { schemaStateOf, type SchemaState } from './schema-state.js';

/** `replica`: a standby; `server`: its sessions are read only; `account`: ours may not write; `setting`: ours says so. */
export type ReadOnlyCause = 'replica' | 'server' | 'account' | 'setting';

/** A table into which everybody who writes does; null where it is not there yet. */
export const mayWriteSql = `has_table_privilege(to_regclass('api_call'), 'insert')`;

export function readOnlyCauseOf(
  {
    isReplica,
    isReadOnly,
    mayWrite,
  }: {
    readonly isReplica: boolean;
    readonly isReadOnly: boolean;
    readonly mayWrite: boolean | null;
  },
  isSetting: boolean,
): ReadOnlyCause | undefined {
  if (isReplica) return 'replica';
  if (isSetting) return 'setting';
  if (isReadOnly) return 'server';
  return mayWrite === false ? 'account' : undefined;
}

export type DatabaseState = {
  readonly isReachable: boolean;
  /** Since when it is reachable, or not. */
  readonly since: Date;
  /** French, part of a sentence, without address nor secret: why it is not reachable. */
  readonly cause: string | undefined;
  /** What to do about it, for the administrator. */
  readonly remedy: string | undefined;
  /** Undefined: it takes writes. As it was when it was last reached. */
  readonly readOnly: ReadOnlyCause | undefined;
  /** Of a standby that its primary no longer feeds: the time of the last change that it knows; undefined otherwise. */
  readonly cutSince: Date | undefined;
  readonly schema: SchemaState;
  /** How much the database's clock is ahead of this machine's; undefined before the first answer. */
  readonly clockAheadMs: number | undefined;
  /** When it came back after a loss; undefined: it was never lost. */
  readonly backSince: Date | undefined;
};

export type DatabaseWatchOptions = {
  readonly connectionString: string;
  /** The setting « database.lectureSeule ». */
  readonly isReadOnly: boolean;
  /** Numbers and names of the migrations of this program. */
  readonly migrations: readonly { readonly number: number; readonly name: string }[];
  readonly now: () => Date;
  readonly onChange: (state: DatabaseState, before: DatabaseState) => void;
};

/** Between two looks of `run`. */
const lookEveryMs = 2_000;
/** An answer this old serves again: however many ask, the database is asked once. */
const freshMs = 1_000;
/** A server that does not answer so small a question for so long is not there. */
const answerMs = 2_500;

export class DatabaseWatch {
  readonly #options: DatabaseWatchOptions;
  #state: DatabaseState;
  #client: pg.Client | undefined;
  #looking: Promise<DatabaseState> | undefined;
  #lookedAtMs = -Infinity;

  constructor(options: DatabaseWatchOptions) {
    this.#options = options;
    this.#state = {
      isReachable: true,
      since: options.now(),
      cause: undefined,
      remedy: undefined,
      readOnly: options.isReadOnly ? 'setting' : undefined,
      cutSince: undefined,
      schema: { kind: 'inconnu' },
      clockAheadMs: undefined,
      backSince: undefined,
    };
  }

  /** As it was last seen. */
  get state(): DatabaseState {
    return this.#state;
  }

  /** As it is now, to the second. Never throws. */
  async check(): Promise<DatabaseState> {
    if (!this.#looking && performance.now() - this.#lookedAtMs < freshMs) return this.#state;
    return this.look();
  }

  /** Asks now; who asks meanwhile gets the same answer. */
  look(): Promise<DatabaseState> {
    return (this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    }));
  }

  /** Looks regularly until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.check();
      await pause(lookEveryMs, signal);
    }
    await this.#looking;
    this.close();
  }

  /** Where nobody runs it. */
  close(): void {
    this.#drop();
  }

  async #look(): Promise<DatabaseState> {
    const before = this.#state;
    const { now, onChange } = this.#options;
    try {
      this.#state = this.#reached(await this.#ask(), before);
    } catch (error) {
      this.#drop();
      const since = before.isReachable ? now() : before.since;
      const { cause, remedy } = describeConnectionFault(error);
      this.#state = { ...before, isReachable: false, since, cause, remedy };
    }
    this.#lookedAtMs = performance.now();
    if (isOtherState(this.#state, before)) onChange(this.#state, before);
    return this.#state;
  }

  #reached(answer: Answer, before: DatabaseState): DatabaseState {
    const { now, isReadOnly, migrations } = this.#options;
    const at = now();
    return {
      isReachable: true,
      since: before.isReachable ? before.since : at,
      cause: undefined,
      remedy: undefined,
      readOnly: readOnlyCauseOf(answer, isReadOnly),
      cutSince: answer.isReplica && !answer.isFed ? (answer.replayedAt ?? at) : undefined,
      schema: schemaStateOf(answer.applied ?? undefined, migrations),
      clockAheadMs: answer.at.getTime() - at.getTime(),
      backSince: before.isReachable ? before.backSince : at,
    };
  }

  async #ask(): Promise<Answer> {
    const client = (this.#client ??= await this.#connect());
    const { rows } = await client.query<Omit<Answer, 'applied'> & { hasSchema: boolean }>(
      `select pg_is_in_recovery() as "isReplica", clock_timestamp() as at,
         current_setting('transaction_read_only')::boolean as "isReadOnly",
         ${mayWriteSql} as "mayWrite",
         exists (select from pg_stat_wal_receiver) as "isFed",
         pg_last_xact_replay_timestamp() as "replayedAt",
         to_regclass('schema_migration') is not null
           and has_table_privilege('schema_migration', 'select') as "hasSchema"`,
    );
    const row = rows[0];
    if (!row) throw new Error('Connection terminated: no answer');
    return { ...row, applied: row.hasSchema ? await listApplied(client) : null };
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      ...securedUrl(this.#options.connectionString),
      application_name: 'annuaire-sante-sync veille',
      connectionTimeoutMillis: answerMs,
      query_timeout: answerMs,
      keepAlive: true,
    });
    // Lost between two looks: the next one says so.
    client.on('error', () => this.#forget(client));
    client.on('end', () => this.#forget(client));
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    }
  }

  #forget(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
  }

  /** A server that went without a word would not answer a goodbye either. */
  #drop(): void {
    this.#client?.connection.stream.destroy();
    this.#client = undefined;
  }
}

async function listApplied(client: pg.Client): Promise<Answer['applied']> {
  const { rows } = await client.query<{ number: number; name: string }>(
    `select number, name from schema_migration order by number`,
  );
  return rows;
}

function isOtherState(a: DatabaseState, b: DatabaseState): boolean {
  return (
    a.isReachable !== b.isReachable ||
    a.readOnly !== b.readOnly ||
    a.schema.kind !== b.schema.kind ||
    (a.cutSince === undefined) !== (b.cutSince === undefined)
  );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

type Answer = {
  readonly isReplica: boolean;
  readonly isReadOnly: boolean;
  readonly mayWrite: boolean | null;
  /** Of a standby: its primary sends it what changes. */
  readonly isFed: boolean;
  readonly replayedAt: Date | null;
  readonly at: Date;
  /** Null: the program was never there, or may not look. */
  readonly applied: readonly { readonly number: number; readonly name: string }[] | null;
};
