// What the LDAP server says while it runs: one line for each event, French or JSON.
import type { SnapshotEvent } from '../ldap/snapshot/snapshot-event.js';
import { describeSnapshotEvent } from '../ldap/snapshot/snapshot-event.js';

export type LdapLine = {
  readonly evenement: string;
  /** French. */
  readonly message: string;
  readonly adresses?: readonly string[];
  /** Of what is served from now on. */
  readonly instantane?: string;
  readonly entrees?: number;
  readonly extraction?: string;
  readonly construitLe?: string;
};

export type LdapLog = (line: LdapLine) => void;

export function lineOfEvent(event: SnapshotEvent): LdapLine {
  const line = { evenement: event.kind, message: describeSnapshotEvent(event) };
  if (event.kind !== 'served') return line;
  const { id, entryCount, extractionDate, builtAt } = event.snapshot;
  return {
    ...line,
    instantane: id,
    entrees: entryCount,
    ...(extractionDate && { extraction: extractionDate.toISOString() }),
    construitLe: builtAt.toISOString(),
  };
}
