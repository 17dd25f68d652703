// Carriers as FHIR resources: what the PATCH answers (everything), what the open read API shows (less).
import type { CarriedBal } from './carried-bal.js';
import type { Lookups } from './target.js';
import { writeContactPoint, nothingMasked, type Mask } from './contact-point.js';
import {
  professionnelKey,
  structureKey,
  resourceTypeOf,
  rppsOf,
  structureOf,
  type PorteurKey,
} from './porteur.js';
import {
  systemIdNatPs,
  systemIdNatStruct,
  systemRpps,
  systemRppsRang,
  type ResourceType,
} from './systems.js';

type Identifier = { readonly system: string; readonly value: string };

export type Fhir = Readonly<Record<string, unknown>> & {
  readonly resourceType: ResourceType;
  readonly id: string;
};

/** Test data, as FHIR marks it; every resource bears it. */
const simulationTag = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
  code: 'HTEST',
  display: 'Simulation : données de test',
};

/** Open-data profiles (IGA as-dp-*): `listeRouge` is hidden on Practitioner only, `responsible` everywhere. */
function maskOf(resourceType: ResourceType): Mask {
  return { listeRouge: resourceType === 'Practitioner', responsable: true };
}

/** What the open read API lets anybody see. */
export function visibleBals(bals: readonly CarriedBal[]): readonly CarriedBal[] {
  return bals.filter(({ listeRouge }) => listeRouge !== true);
}

/** With all that is carried: the answer to whoever feeds. */
export function writeWhole(
  key: PorteurKey,
  bals: readonly CarriedBal[],
  lookups: Lookups,
  at: string | undefined,
): Fhir {
  return write(key, bals, nothingMasked, lookups, at);
}

export function writeOpen(
  key: PorteurKey,
  bals: readonly CarriedBal[],
  lookups: Lookups,
  at: string | undefined,
): Fhir {
  return write(key, visibleBals(bals), maskOf(resourceTypeOf(key)), lookups, at);
}

function write(
  key: PorteurKey,
  bals: readonly CarriedBal[],
  mask: Mask,
  lookups: Lookups,
  at: string | undefined,
): Fhir {
  const identifier = identifiers(key, lookups).map((one) => ({ use: 'official', ...one }));
  return {
    resourceType: resourceTypeOf(key),
    id: lookups.ids.of(key),
    meta: { ...(at !== undefined && { lastUpdated: at }), tag: [simulationTag] },
    ...(identifier.length > 0 && { identifier }),
    active: true,
    ...references(key, lookups),
    ...(bals.length > 0 && { telecom: bals.map((bal) => writeContactPoint(bal, mask)) }),
  };
}

function identifiers(key: PorteurKey, lookups: Lookups): readonly Identifier[] {
  const rpps = rppsOf(key);
  if (key.startsWith('P:') && rpps !== undefined) {
    return [
      { system: systemIdNatPs, value: `8${rpps}` },
      { system: systemRpps, value: rpps },
    ];
  }
  if (key.startsWith('A:')) {
    // The same system as RPPS: so are the ANS's own examples.
    return [{ system: systemRpps, value: `F${lookups.situations.of(key)}` }];
  }
  const structure = structureOf(key);
  return structure === undefined ? [] : structureIdentifiers(structure, lookups);
}

function structureIdentifiers(
  structure: string,
  { annuaire, dialect }: Lookups,
): readonly Identifier[] {
  const known = annuaire.structures.seen(structure);
  const { finess, sirene } = dialect.displayed;
  const pairs: readonly (readonly [system: string, value: string | undefined])[] = [
    [systemIdNatStruct, structure],
    [finess, known?.finess],
    [sirene, known?.siret],
    [sirene, known?.siren],
    [systemRppsRang, known?.rppsRang],
  ];
  return pairs.flatMap(([system, value]) => (value === undefined ? [] : [{ system, value }]));
}

function references(key: PorteurKey, { ids }: Lookups): object {
  const rpps = rppsOf(key);
  const structure = structureOf(key);
  if (!key.startsWith('A:') || rpps === undefined || structure === undefined) return {};
  return {
    practitioner: { reference: `Practitioner/${ids.of(professionnelKey(rpps))}` },
    organization: { reference: `Organization/${ids.of(structureKey(structure))}` },
  };
}

/** `_elements`: only those, with what is mandatory and the mark of an incomplete resource. */
export function restrict(fhir: Fhir, elements: readonly string[]): Fhir {
  const kept = new Set(['resourceType', 'id', 'meta', ...elements]);
  const restricted = Object.fromEntries(Object.entries(fhir).filter(([name]) => kept.has(name)));
  const tag = [
    simulationTag,
    { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' },
  ];
  const meta = typeof fhir['meta'] === 'object' ? { ...fhir['meta'], tag } : { tag };
  return { ...restricted, resourceType: fhir.resourceType, id: fhir.id, meta };
}
