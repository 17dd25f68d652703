// Which address a PATCH goes to.
import type { Porteur } from '../domain/feed-operation.js';
import { conditionalUrl, resourceUrl } from './api-urls.js';
import {
  type CarrierType,
  carrierTypeOf,
  compareWith,
  conditionalQueryOf,
  endsOf,
  situationQueryOf,
} from './carrier.js';
import type { FeedClientSettings } from './feed-settings.js';
import type { Resource } from './fhir-resource.js';

export type PatchTarget = {
  readonly type: CarrierType;
  readonly url: URL;
  /** Logical id, when the address has it. */
  readonly id: string | undefined;
};

type TargetSettings = Pick<FeedClientSettings, 'url' | 'dialecte'>;

/** undefined: this porteur has first to be looked for. */
export function conditionalTarget(
  porteur: Porteur,
  { url, dialecte }: TargetSettings,
): PatchTarget | undefined {
  const query = conditionalQueryOf(porteur, dialecte);
  if (!query || porteur.kind === 'a-rechercher') return undefined;
  const type = carrierTypeOf(porteur);
  return { type, url: conditionalUrl(url, type, query), id: undefined };
}

export function targetById(type: CarrierType, id: string, { url }: TargetSettings): PatchTarget {
  return { type, url: resourceUrl(url, type, id), id };
}

/** By the identifier of the situation, as the dialect wants; by its logical id when it shows none. */
export function situationTarget(
  { id, identifiers }: Pick<Resource, 'id' | 'identifiers'>,
  settings: TargetSettings,
): PatchTarget | undefined {
  const own = identifiers.find(({ system }) =>
    /^https?:\/\/rpps\.e?sante\.gouv\.fr\/?$/i.test(system),
  );
  if (own) {
    const query = situationQueryOf(own, settings.dialecte);
    return {
      type: 'PractitionerRole',
      url: conditionalUrl(settings.url, 'PractitionerRole', query),
      id: undefined,
    };
  }
  return id === undefined ? undefined : targetById('PractitionerRole', id, settings);
}

/** Whether an answer is about another resource than the one that was to be changed. */
export function isAnother(resource: Resource, target: PatchTarget, porteur: Porteur): boolean {
  if (resource.resourceType !== target.type) return true;
  if (target.id !== undefined && resource.id !== undefined) return resource.id !== target.id;
  const { identifiers, practitioner, organization } = resource;
  switch (porteur.kind) {
    case 'professionnel':
    case 'structure':
      return compareWith(identifiers, porteur) === 'other';
    case 'situation': {
      const [professionnel, structure] = endsOf(porteur);
      return (
        compareWith(practitioner?.identifiers ?? [], professionnel) === 'other' ||
        compareWith(organization?.identifiers ?? [], structure) === 'other'
      );
    }
    case 'a-rechercher':
      return false;
  }
}
