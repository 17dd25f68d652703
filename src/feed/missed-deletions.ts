import { adresseDe } from '../domain/feed-operation.js';
import type { FeedRequest } from './feed-client.js';

/**
 * A path is exact and a BAL may be published in capitals: its deletion then finds nothing, and says 200 (FHIR R4, fhirpatch,
 * delete: « if found »). The same, as the carrier writes them.
 */
export function deletionsMissed(
  { operations }: FeedRequest,
  emails: readonly string[],
): FeedRequest['operations'] | undefined {
  const written = new Set(operations.filter(({ kind }) => kind !== 'delete').map(adresseDe));
  const [first, ...others] = operations.flatMap((operation) => {
    if (operation.kind !== 'delete' || written.has(operation.adresse)) return [];
    const asWritten = emails.find(
      (email) => email !== operation.adresse && email.toLowerCase() === operation.adresse,
    );
    return asWritten === undefined ? [] : [{ ...operation, adresse: asWritten }];
  });
  return first && [first, ...others];
}
