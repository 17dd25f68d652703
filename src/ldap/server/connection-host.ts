import type { Consulter } from '../../domain/consultation.js';
import type { ByteWriter } from '../ber/writer.js';
import type { Directory, StaticEntry } from '../directory/directory.js';
import type { SortedLists } from '../search/sorted-lists.js';
import type { Snapshot } from '../snapshot/segment.js';
import type { BindFailures } from './bind-failures.js';
import type { Connection } from './connection.js';
import type { ServerCounters } from './counters.js';
import type { Identities } from './identity.js';
import type { PasswordVerifier } from './password-verifier.js';
import type { MemoryBudget } from './memory-budget.js';
import type { Scheduler } from './scheduler.js';
import type { ConnectionLimits } from './server-settings.js';
import type { TlsTerminator } from './tls-terminator.js';

/** Replaced as a whole at each swap: an operation keeps the one that it began with. */
export type Served = {
  readonly directory: Directory;
  readonly rootDse: StaticEntry;
  /** Undefined until the first one is built or read. */
  readonly snapshot: Snapshot | undefined;
};

/** What connections share: the server, as they see it. */
export type ConnectionHost = {
  readonly limits: ConnectionLimits;
  readonly identities: Identities;
  readonly passwords: PasswordVerifier;
  readonly counters: ServerCounters;
  readonly bindFailures: BindFailures;
  /** Undefined: no certificate. */
  readonly tls: TlsTerminator | undefined;
  /** Empty between two turns: whoever writes flushes before it returns. */
  readonly writer: ByteWriter;
  readonly scheduler: Scheduler;
  readonly served: Served;
  /** Lists that virtual list views are of. */
  readonly sortedLists: SortedLists;
  /** Held by searches that take more than a slice, and by those that still send. */
  readonly searchMemory: MemoryBudget;
  /** Held by messages half received and answers half sent. */
  readonly bufferMemory: MemoryBudget;
  /** Set about every second: what time limits on connections go by. */
  readonly nowMs: number;
  /** Told of each search and of each bind; undefined: nobody counts them. */
  readonly consulter: Consulter | undefined;
  forget(connection: Connection): void;
  /** More waits than `bufferMemory` allows: ends connections until it does not. */
  relieve(): void;
  reportFault(connection: Connection, error: unknown): void;
};
