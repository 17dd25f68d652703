// Which carrier a request speaks of: by logical id, or by a condition on identifiers.
import type { Annuaire } from './annuaire.js';
import type { SituationKey, Dialect } from './dialect.js';
import {
  professionnelKey,
  situationKey,
  structureKey,
  resourceTypeOf,
  rppsOf,
  structureOf,
  type PorteurKey,
  type LogicalIds,
} from './porteur.js';
import { ambiguous, notFound, malformed, type Refusal } from './refusal.js';
import {
  systemIdNatPs,
  systemIdNatStruct,
  systemRpps,
  systemRppsRang,
  type ResourceType,
} from './systems.js';

export type FoundPorteur = {
  readonly kind: 'porteur';
  readonly key: PorteurKey;
  /** IdNatStruct by which the request named the structure. */
  readonly namedStructure: string | undefined;
};

export type Lookups = {
  readonly annuaire: Annuaire;
  readonly ids: LogicalIds;
  /** idSituationExercice of PractitionerRole. */
  readonly situations: LogicalIds;
  readonly dialect: Dialect;
};

export async function findById(
  resourceType: ResourceType,
  id: string,
  { annuaire, ids }: Lookups,
): Promise<FoundPorteur | Refusal> {
  const key = ids.keyOf(id);
  if (key !== undefined && resourceTypeOf(key) === resourceType && (await annuaire.exists(key))) {
    return { kind: 'porteur', key, namedStructure: undefined };
  }
  return notFound(`${resourceType}/${id.slice(0, 100)}`);
}

/** The one that the condition names (FHIR R4, conditional patch: none 404, several 412). */
export async function findByCondition(
  resourceType: ResourceType,
  query: URLSearchParams,
  lookups: Lookups,
): Promise<FoundPorteur | Refusal> {
  const matches = await findByIdentifiers(resourceType, query, lookups);
  if ('kind' in matches) return matches;
  const [only, ...others] = matches;
  if (!only) return notFound(`${resourceType}?${query.toString().slice(0, 300)}`);
  return others.length === 0 ? only : ambiguous(`${matches.length} correspondances`);
}

/** Parameters that name a carrier, and no other. */
export const conditionParameters: Readonly<Record<ResourceType, readonly string[]>> = {
  Practitioner: ['identifier'],
  PractitionerRole: [
    'identifier',
    'practitionerRole.identifier',
    'practitioner.identifier',
    'organization.identifier',
  ],
  Organization: ['identifier'],
};

/** Of a read only: the references of a role, by logical id (read API v2). */
export const referenceParameters = ['practitioner', 'organization'] as const;

/** The role between the two that are named, if it exists. */
export async function findByReferences(
  query: URLSearchParams,
  { annuaire, ids }: Lookups,
): Promise<readonly FoundPorteur[] | Refusal> {
  const [practitioner, organization] = [
    /^(?:Practitioner\/)?([^/]+)$/u.exec(query.get('practitioner') ?? '')?.[1],
    /^(?:Organization\/)?([^/]+)$/u.exec(query.get('organization') ?? '')?.[1],
  ];
  if (query.size !== 2 || practitioner === undefined || organization === undefined) {
    return malformed('practitioner et organization attendus ensemble');
  }
  const rpps = rppsOf(ids.keyOf(practitioner) ?? '');
  const structure = structureOf(ids.keyOf(organization) ?? '');
  if (rpps === undefined || structure === undefined) return [];
  const key = situationKey(rpps, structure);
  return (await annuaire.exists(key)) ? [porteur(key)] : [];
}

/** All those that identifiers name and that exist. */
export async function findByIdentifiers(
  resourceType: ResourceType,
  query: URLSearchParams,
  lookups: Lookups,
): Promise<readonly FoundPorteur[] | Refusal> {
  const known = conditionParameters[resourceType];
  const names = [...query.keys()];
  const unexpected = names.find((name) => !known.includes(name));
  if (unexpected !== undefined)
    return malformed(`Paramètre inattendu : ${unexpected.slice(0, 100)}`);
  if (names.length === 0) return malformed(`Condition attendue : ${known.join(', ')}`);
  if (new Set(names).size !== names.length) return malformed('Paramètre en double');
  const candidates = await candidatesOf(resourceType, query, lookups);
  if ('kind' in candidates) return candidates;
  const matches: FoundPorteur[] = [];
  for (const candidate of candidates) {
    if (await lookups.annuaire.exists(candidate.key)) matches.push(candidate);
  }
  return matches;
}

async function candidatesOf(
  resourceType: ResourceType,
  query: URLSearchParams,
  lookups: Lookups,
): Promise<readonly FoundPorteur[] | Refusal> {
  switch (resourceType) {
    case 'Practitioner': {
      const rpps = readRpps(query.get('identifier'));
      return typeof rpps === 'object' ? rpps : [porteur(professionnelKey(rpps))];
    }
    case 'Organization': {
      const name = readStructure(query.get('identifier'), lookups.dialect);
      if (typeof name === 'object') return name;
      const organizations = await lookups.annuaire.structures.find(name);
      return organizations.map(({ key }) => porteur(structureKey(key), name));
    }
    case 'PractitionerRole':
      return situationCandidates(query, lookups);
  }
}

async function situationCandidates(
  query: URLSearchParams,
  { annuaire, situations, dialect }: Lookups,
): Promise<readonly FoundPorteur[] | Refusal> {
  const practitioner = query.get('practitioner.identifier');
  const structure = query.get('organization.identifier');
  const key: SituationKey =
    practitioner !== null || structure !== null
      ? 'praticien+structure'
      : query.has('identifier')
        ? 'identifier'
        : 'practitionerRole.identifier';
  if (!dialect.situationKeys.includes(key)) {
    return malformed(`Paramètres attendus par ce dialecte : ${dialect.situationKeys.join(', ')}`);
  }
  if (key !== 'praticien+structure') {
    if (query.size > 1) return malformed('Un seul identifiant attendu');
    const identifier = readIdentifier(query.get(key));
    if (identifier?.system !== systemRpps) {
      return malformed(`${systemRpps}|idSituationExercice attendu`);
    }
    const found = situations.keyOf(identifier.value.slice(1));
    return found?.startsWith('A:') ? [porteur(found)] : [];
  }
  const rpps = readRpps(practitioner);
  const name = readStructure(structure, dialect);
  if (query.size !== 2 || typeof rpps === 'object' || typeof name === 'object') {
    return malformed('practitioner.identifier et organization.identifier attendus ensemble');
  }
  const organizations = await annuaire.structures.find(name);
  return organizations.map((one) => porteur(situationKey(rpps, one.key), name));
}

function porteur(key: PorteurKey, namedStructure?: string): FoundPorteur {
  return { kind: 'porteur', key, namedStructure };
}

/** `system|value`, of which both are given. */
function readIdentifier(text: string | null): { system: string; value: string } | undefined {
  const [system, value, ...rest] = (text ?? '').split('|');
  if (!system || !value || rest.length > 0 || value.length > 100) return undefined;
  return { system, value };
}

/** The RPPS; IdNatPS is `8` and the RPPS. */
export function readRpps(text: string | null): string | Refusal {
  const identifier = readIdentifier(text);
  const value = identifier?.value ?? '';
  if (identifier?.system === systemRpps) return /^\d{11}$/u.test(value) ? value : 'inconnu';
  if (identifier?.system === systemIdNatPs) {
    return /^8\d{11}$/u.test(value) ? value.slice(1) : 'inconnu';
  }
  return malformed(`Identifiant de professionnel attendu : ${systemRpps}|… ou ${systemIdNatPs}|…`);
}

/** The IdNatStruct of that identifier. */
export function readStructure(text: string | null, dialect: Dialect): string | Refusal {
  const identifier = readIdentifier(text);
  const value = identifier?.value.toUpperCase() ?? '';
  if (identifier?.system === systemIdNatStruct) return value;
  if (dialect.finess.includes(identifier?.system ?? '')) return `1${value}`;
  if (dialect.sirene.includes(identifier?.system ?? '')) {
    return value.length === 9 ? `2${value}` : `3${value}`;
  }
  if (dialect.isRppsRangAccepted && identifier?.system === systemRppsRang) return `4${value}`;
  const systems = [...dialect.finess, ...dialect.sirene, systemIdNatStruct];
  return malformed(`Identifiant de structure attendu : ${systems.join('|…, ')}|…`);
}
