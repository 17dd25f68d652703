// A path is exact (FHIRPath equality) and a BAL may be published in capitals: operations on it must name it as it is written.
import { adresseDe, type FeedOperation } from '../domain/feed-operation.js';
import type { FeedRequest } from './feed-client.js';

/** Addresses whose BAL must exist for the request to be carried out, each once. */
export function namedAdresses({ operations }: FeedRequest): readonly string[] {
  return [...new Set(operations.filter(({ kind }) => kind !== 'insert').map(adresseDe))];
}

/** The same operations on `emails` as the carrier writes them; undefined when that changes nothing. */
export function asWritten(
  { operations }: FeedRequest,
  emails: readonly string[],
): FeedRequest['operations'] | undefined {
  const [first, ...others] = operations.map((operation) => renamed(operation, emails));
  const isChanged = [first, ...others].some((operation, index) => operation !== operations[index]);
  return first && isChanged ? [first, ...others] : undefined;
}

/** An insert adds under the address that was asked for. The address of a replaced BAL stays as it is: it may be refused a change. */
function renamed(operation: FeedOperation, emails: readonly string[]): FeedOperation {
  const adresse = adresseDe(operation);
  const written = emails.find((email) => email !== adresse && email.toLowerCase() === adresse);
  if (written === undefined || emails.includes(adresse)) return operation;
  switch (operation.kind) {
    case 'insert':
      return operation;
    case 'replace':
      return { ...operation, bal: { ...operation.bal, adresse: written } };
    case 'delete':
      return { ...operation, adresse: written };
  }
}
