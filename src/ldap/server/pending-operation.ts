import type { Connection } from './connection.js';

/** What takes more than one slice. Abandoned by being taken out of `Connection.operations`. */
export type PendingOperation = {
  readonly messageId: number;
  /** Works until about `deadlineMs` or until the connection is blocked; true when done. */
  advance(connection: Connection, deadlineMs: number): boolean;
  /** Writes the response that a successful Cancel gives it. */
  cancel(connection: Connection): void;
};
