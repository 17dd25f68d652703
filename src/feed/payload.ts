// The body of a PATCH: FHIR `Parameters` with FHIRPath operations (FHIR R4, fhirpatch), applied in order.
import type { BalAPublier, ChampBal, FeedOperation } from '../domain/feed-operation.js';
import type { CarrierType } from './carrier.js';
import type { Dialect } from './dialect.js';
import {
  emailTypeUrl,
  metadataUrl,
  mssanteCode,
  typeBalSystem,
  typeMessagerieSystem,
} from './fhir-names.js';
import { mailboxPath, metadataPath, rankPath, telecomPath } from './fhirpath.js';

export type PatchParameters = {
  readonly resourceType: 'Parameters';
  readonly parameter: readonly PatchOperation[];
};

export type PatchOperation = {
  readonly name: 'operation';
  readonly part: readonly PatchPart[];
};

type PatchPart =
  | { readonly name: 'type'; readonly valueCode: 'insert' | 'replace' | 'delete' }
  | { readonly name: 'path'; readonly valueString: string }
  | { readonly name: 'index'; readonly valueInteger: number }
  | ({ readonly name: 'value' } & PatchValue);

type PatchValue =
  | { readonly valueContactPoint: ContactPoint }
  | { readonly valueBoolean: boolean }
  | { readonly valueString: string }
  | { readonly valueInteger: number };

export function buildParameters(
  operations: readonly FeedOperation[],
  resource: CarrierType,
  dialect: Dialect,
): PatchParameters {
  return {
    resourceType: 'Parameters',
    parameter: operations.flatMap((operation) => patchOf(operation, resource, dialect)),
  };
}

function patchOf(
  operation: FeedOperation,
  resource: CarrierType,
  dialect: Dialect,
): readonly PatchOperation[] {
  switch (operation.kind) {
    case 'insert':
      return [insertOf(operation.bal, resource, dialect)];
    case 'replace':
      return replaceOf(operation.bal, operation.champs, resource, dialect);
    case 'delete':
      return [deleteOf(operation.adresse, resource)];
  }
}

/** At 0, as in the draft's examples: the only index that is never beyond the list. */
function insertOf(bal: BalAPublier, resource: CarrierType, dialect: Dialect): PatchOperation {
  return operationOf([
    { name: 'type', valueCode: 'insert' },
    { name: 'path', valueString: telecomPath(resource) },
    { name: 'index', valueInteger: 0 },
    { name: 'value', valueContactPoint: contactPointOf(bal, dialect) },
  ]);
}

function deleteOf(adresse: string, resource: CarrierType): PatchOperation {
  return operationOf([
    { name: 'type', valueCode: 'delete' },
    { name: 'path', valueString: mailboxPath(resource, adresse) },
  ]);
}

/**
 * The whole ContactPoint drops what we do not write: `phone` and `digitization` of guide 1.1.0, removed from the model on
 * 2026-06-02, and what others have added to it.
 */
function replaceOf(
  bal: BalAPublier,
  champs: readonly ChampBal[],
  resource: CarrierType,
  dialect: Dialect,
): readonly PatchOperation[] {
  if (champs.includes('typeBal') && !dialect.typeModifiable) {
    return [deleteOf(bal.adresse, resource), insertOf(bal, resource, dialect)];
  }
  const [champ, ...others] = champs;
  const alone =
    dialect.remplacement === 'attribut' && champ !== undefined && others.length === 0
      ? attributeOf(bal, champ, resource, dialect)
      : undefined;
  const whole = {
    path: mailboxPath(resource, bal.adresse),
    value: { valueContactPoint: contactPointOf(bal, dialect) },
  };
  const { path, value } = alone ?? whole;
  return [
    operationOf([
      { name: 'type', valueCode: 'replace' },
      { name: 'path', valueString: path },
      { name: 'value', ...value },
    ]),
  ];
}

/** undefined: to be written with the whole ContactPoint (no value any more, or the type, whose coding varies). */
function attributeOf(
  bal: BalAPublier,
  champ: ChampBal,
  resource: CarrierType,
  dialect: Dialect,
): { readonly path: string; readonly value: PatchValue } | undefined {
  if (champ === 'typeBal') return undefined;
  if (champ === 'rang') {
    if (bal.rang === undefined) return undefined;
    return { path: rankPath(resource, bal.adresse), value: { valueInteger: bal.rang } };
  }
  const entry = metadataOf(bal, dialect).find(({ url }) => url === metadataNames[champ]);
  if (!entry) return undefined;
  const { url, ...value } = entry;
  return { path: metadataPath(resource, bal.adresse, url), value };
}

const metadataNames = {
  listeRouge: 'listeRouge',
  description: 'description',
  service: 'service',
  responsable: 'responsible',
} as const;

type ContactPoint = {
  readonly system: 'email';
  readonly value: string;
  readonly rank?: number;
  readonly extension: readonly object[];
};

/** Profile as-mailbox-mss. */
function contactPointOf(bal: BalAPublier, dialect: Dialect): ContactPoint {
  const emailType = {
    url: emailTypeUrl,
    valueCoding: { system: typeMessagerieSystem, code: mssanteCode },
  };
  const metadata = {
    url: metadataUrl,
    extension: [{ url: 'type', ...typeOf(bal, dialect) }, ...metadataOf(bal, dialect)],
  };
  return {
    system: 'email',
    value: bal.adresse,
    ...(bal.rang === undefined ? {} : { rank: bal.rang }),
    extension: dialect.emailType ? [emailType, metadata] : [metadata],
  };
}

function typeOf(bal: BalAPublier, dialect: Dialect): object {
  if (dialect.typeBal === 'valueCode') return { valueCode: bal.typeBal };
  const system = dialect.typeBal === 'R256' ? typeMessagerieSystem : typeBalSystem;
  return { valueCodeableConcept: { coding: [{ system, code: bal.typeBal }] } };
}

type Metadata =
  | { readonly url: 'listeRouge'; readonly valueBoolean: boolean }
  | { readonly url: 'description' | 'service' | 'responsible'; readonly valueString: string };

/** What each type has (guide MSS, « spec-fonctionnelle-alimentation »), empty texts left out: FHIR forbids them. */
function metadataOf(bal: BalAPublier, dialect: Dialect): readonly Metadata[] {
  const listeRouge = { url: 'listeRouge', valueBoolean: bal.listeRouge } as const;
  if (bal.typeBal === 'PER') return [listeRouge];
  const isResponsableWritten = bal.typeBal !== 'CAB' || dialect.responsableCab;
  return [
    listeRouge,
    ...textOf('description', bal.description),
    ...textOf('service', bal.typeBal === 'CAB' ? undefined : bal.service),
    ...textOf('responsible', isResponsableWritten ? bal.responsable : undefined),
  ];
}

function textOf(
  url: 'description' | 'service' | 'responsible',
  text: string | undefined,
): readonly Metadata[] {
  return text === undefined || text.trim() === '' ? [] : [{ url, valueString: text }];
}

function operationOf(part: readonly PatchPart[]): PatchOperation {
  return { name: 'operation', part };
}
