// What the LDAP server says while it runs: one line for each event, French or JSON.
import { messageOf } from '../errors.js';
import { SnapshotFileError } from '../ldap/snapshot/load-snapshot.js';
import { describeSnapshotEvent, type SnapshotEvent } from '../ldap/snapshot/snapshot-event.js';
import type { Logger } from '../logger.js';
import { explainFault } from './known-fault.js';

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

/** Events that ask somebody to look. */
const inquietants: ReadonlySet<string> = new Set([
  'broken',
  'unreadable',
  'vanished',
  'database-lost',
  'build-failed',
]);

/** Lines of the LDAP server, of this process or of another, in the log. */
export function ecrireLdap(logger: Logger): LdapLog {
  return ({ evenement, message, ...champs }) =>
    logger[inquietants.has(evenement) ? 'warn' : 'info'](evenement, message, champs);
}

export function lineOfEvent(event: SnapshotEvent): LdapLine {
  const line = { evenement: event.kind, message: describeSnapshotEvent(event, describeFault) };
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

function describeFault(error: unknown): string {
  if (error instanceof SnapshotFileError) return `${error.file} : ${describeFault(error.cause)}`;
  return messageOf(explainFault(error) ?? error);
}

/** Every worker tells what it serves. */
export function oncePerSnapshot(log: LdapLog): LdapLog {
  let served: string | undefined;
  return (line) => {
    if (line.instantane !== undefined && line.instantane === served) return;
    served = line.instantane ?? served;
    log(line);
  };
}
