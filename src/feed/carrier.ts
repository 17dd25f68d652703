// The FHIR resource that carries the BAL of a porteur: its type, and the identifiers that name it.
import type {
  Porteur,
  PorteurNomme,
  PorteurProfessionnel,
  PorteurSituation,
  PorteurStructure,
} from '../domain/feed-operation.js';
import { type IdNatStruct, parseIdNatStruct } from '../domain/identifiers.js';
import type { TypeBal } from '../domain/bal-operateur.js';
import type { Dialect } from './dialect.js';
import { idNatPsSystem, idNatStructSystem, rppsSystem } from './fhir-names.js';

const carrierTypes = ['Practitioner', 'PractitionerRole', 'Organization'] as const;
export type CarrierType = (typeof carrierTypes)[number];

export function isCarrierType(text: string): text is CarrierType {
  return carrierTypes.some((type) => type === text);
}

export type Identifier = { readonly system: string; readonly value: string };

/** Search parameters, in order; their values are written `system|value`. */
export type CarrierQuery = readonly (readonly [name: string, identifier: Identifier])[];

export function carrierTypeOf(porteur: PorteurNomme): CarrierType {
  switch (porteur.kind) {
    case 'professionnel':
      return 'Practitioner';
    case 'situation':
      return 'PractitionerRole';
    case 'structure':
      return 'Organization';
  }
}

/** Where a BAL whose porteur is not known may be. */
export function carrierTypesFor(typeBal: TypeBal | undefined): readonly CarrierType[] {
  switch (typeBal) {
    case 'PER':
    case 'CAB':
      return ['Practitioner', 'PractitionerRole'];
    case 'ORG':
    case 'APP':
      return ['Organization'];
    case undefined:
      return carrierTypes;
  }
}

/** What an identifier names; a situation joins two of them. */
export type Identified = PorteurProfessionnel | PorteurStructure;

export function endsOf({
  rpps,
  structure,
}: PorteurSituation): [professionnel: PorteurProfessionnel, structure: PorteurStructure] {
  return [
    { kind: 'professionnel', rpps },
    { kind: 'structure', structure },
  ];
}

/** undefined: this porteur has first to be looked for. */
export function conditionalQueryOf(porteur: Porteur, dialect: Dialect): CarrierQuery | undefined {
  switch (porteur.kind) {
    case 'professionnel':
    case 'structure':
      return [['identifier', identifierOf(porteur, dialect)]];
    case 'situation': {
      if (dialect.cleSituation !== 'praticien-et-structure') return undefined;
      const [professionnel, structure] = endsOf(porteur);
      return [
        ['practitioner.identifier', identifierOf(professionnel, dialect)],
        ['organization.identifier', identifierOf(structure, dialect)],
      ];
    }
    case 'a-rechercher':
      return undefined;
  }
}

/** A situation named by its own identifier: idSituationExercice, in the system of the RPPS. */
export function situationQueryOf(identifier: Identifier, dialect: Dialect): CarrierQuery {
  const name =
    dialect.cleSituation === 'practitionerRole.identifier' ? dialect.cleSituation : 'identifier';
  return [[name, identifier]];
}

export function identifierOf(porteur: Identified, dialect: Dialect): Identifier {
  if (porteur.kind === 'structure') return structureIdentifier(porteur.structure, dialect);
  return dialect.cleProfessionnel === 'idNatPs'
    ? { system: idNatPsSystem, value: idNatPsOf(porteur.rpps) }
    : { system: rppsSystem, value: porteur.rpps };
}

/** Which numbers are FINESS (1), SIREN (2) or SIRET (3): TRE_G07. What has no system of its own goes by IdNat_Struct. */
function structureIdentifier(structure: IdNatStruct, dialect: Dialect): Identifier {
  const number = structure.slice(1);
  if (dialect.cleStructure === 'finess-siret') {
    if (structure.startsWith('1')) return { system: dialect.systemeFiness, value: number };
    if (/^[23]/.test(structure)) return { system: dialect.systemeSirene, value: number };
  }
  return { system: idNatStructSystem, value: structure };
}

/** `8` + RPPS. */
function idNatPsOf(rpps: string): string {
  return `8${rpps}`;
}

/**
 * Whether identifiers are those of the person or structure: `unknown` when none of them can be compared. Systems are
 * read whatever the dialect: the ANS's texts write them in several ways.
 */
export function compareWith(
  identifiers: readonly Identifier[],
  porteur: Identified,
): 'same' | 'other' | 'unknown' {
  const expected =
    porteur.kind === 'structure' ? structureKeys(porteur.structure) : personKeys(porteur.rpps);
  const comparable = identifiers.filter(({ system, value }) =>
    expected.some((key) => key.system.test(system) && key.form.test(value)),
  );
  if (comparable.length === 0) return 'unknown';
  const isSame = comparable.some(({ system, value }) =>
    expected.some((key) => key.system.test(system) && key.value === value.toUpperCase()),
  );
  return isSame ? 'same' : 'other';
}

/**
 * Whether what carries a BAL has an identifier by which the feed names its porteur: then it is not what a porteur « à
 * rechercher » stands for, whatever the read side shows. A situation belongs to a holder with RPPS unless it tells otherwise.
 */
export function canBeNamed({ resourceType, identifiers, practitioner }: Carrier): boolean {
  switch (resourceType) {
    case 'Practitioner':
      return identifiers.some(isRpps);
    case 'PractitionerRole': {
      const holder = practitioner?.identifiers ?? [];
      return holder.some(isRpps) || !holder.some(({ system }) => idNatPsForm.test(system));
    }
    default:
      return identifiers.some(isOfStructure);
  }
}

type Carrier = {
  readonly resourceType: string;
  readonly identifiers: readonly Identifier[];
  readonly practitioner: { readonly identifiers: readonly Identifier[] } | undefined;
};

const rppsForm = /^https?:\/\/rpps\.e?sante\.gouv\.fr\/?$/i;
const idNatPsForm = /^urn:oid:1\.2\.250\.1\.71\.4\.2\.1$/i;
const idNatStructForm = /^urn:oid:1\.2\.250\.1\.71\.4\.2\.2$/i;

/** An idNatPs that begins with 8 holds an RPPS; with 0, an ADELI number. */
function isRpps({ system, value }: Identifier): boolean {
  return rppsForm.test(system) || (idNatPsForm.test(system) && value.startsWith('8'));
}

function isOfStructure({ system, value }: Identifier): boolean {
  return (
    (idNatStructForm.test(system) && parseIdNatStruct(value) !== undefined) ||
    Object.values(structureSystems).some((own) => own.system.test(system) && own.form.test(value))
  );
}

type ExpectedKey = { readonly system: RegExp; readonly form: RegExp; readonly value: string };

function personKeys(rpps: string): readonly ExpectedKey[] {
  return [
    { system: rppsForm, form: /^\d{11}$/, value: rpps },
    { system: idNatPsForm, form: /^\d{9,}$/, value: idNatPsOf(rpps) },
  ];
}

function structureKeys(structure: string): readonly ExpectedKey[] {
  const type = structure.slice(0, 1);
  const number = structure.slice(1);
  const own = structureSystems[type];
  return [
    {
      system: idNatStructForm,
      // A structure has several IdNat_Struct, one for each kind of number: only those of one kind can be compared.
      form: new RegExp(`^${type}`),
      value: structure,
    },
    ...(own ? [{ ...own, value: number }] : []),
  ];
}

/** One system holds SIREN and SIRET: the length tells. */
const structureSystems: Readonly<Record<string, Omit<ExpectedKey, 'value'>>> = {
  '1': { system: /^https?:\/\/finess\.e?sante\.gouv\.fr\/?$/i, form: /^.{9}$/ },
  '2': { system: /^https?:\/\/sirene\.fr\/?$/i, form: /^.{9}$/ },
  '3': { system: /^https?:\/\/sirene\.fr\/?$/i, form: /^.{14}$/ },
  '4': { system: /^https?:\/\/rppsrang\.e?sante\.gouv\.fr\/?$/i, form: /./ },
};
