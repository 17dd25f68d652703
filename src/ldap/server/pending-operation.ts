import type { Connection } from './connection.js';

/** What takes more than one slice. Abandoned by being taken out of `Connection.operations`. */
export type PendingOperation = {
  readonly messageId: number;
  /** Works until about `deadlineMs` or until the connection is blocked; true when done. */
  advance(connection: Connection, deadlineMs: number): boolean;
  /** Writes the response that a successful Cancel gives it. */
  cancel(connection: Connection): void;
};

/** By message ID, in the order in which their next slices come. */
export class PendingOperations extends Map<number, PendingOperation> {
  /** Slices in turn, until `deadlineMs`, the client's not reading, or the end of them all. */
  advance(connection: Connection, deadlineMs: number): void {
    // What is put back goes to the end, where this very loop comes to it again.
    for (const operation of this.values()) {
      if (connection.isBlocked || connection.isClosing || performance.now() > deadlineMs) return;
      this.delete(operation.messageId);
      if (!operation.advance(connection, deadlineMs)) this.set(operation.messageId, operation);
    }
  }
}
