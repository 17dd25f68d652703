// A BAL as an entry. It runs half a million times at each full build: what settings say is compiled once.
import { isTypeBal, type TypeBal } from '../../domain/bal-operateur.js';
import type { BalPubliee, LigneBalPubliee } from '../../domain/bal-publiee.js';
import { escapeRdnValue } from '../dn/dn.js';
import { findAttributeType, findSyntaxOid } from '../schema/definitions.js';
import { prepareValue } from '../schema/prepare.js';
import type { Matching, ServedSchema } from '../schema/served-schema.js';
import { findSyntax } from '../schema/syntaxes.js';
import { findBalField, readField, type BalField } from './bal-fields.js';
import type { DirectoryEntry, SharedValues } from './directory.js';
import { expandClasses, isAllowed, listAlternatives, listRequired, type Layout } from './layout.js';

/** Undefined for an address that no entry can carry: printable ASCII on both sides of one @ is needed. */
export type EntryOfBal = (bal: BalPubliee) => DirectoryEntry | undefined;

/** `schema` was created from the same layout. */
export function compileEntryOfBal(layout: Layout, schema: ServedSchema): EntryOfBal {
  const plans: Readonly<Record<TypeBal, Plan>> = {
    PER: compilePlan(layout, schema, 'PER'),
    ORG: compilePlan(layout, schema, 'ORG'),
    APP: compilePlan(layout, schema, 'APP'),
    CAB: compilePlan(layout, schema, 'CAB'),
  };
  const rdnName = schema.attributes[schema.rdnIndex]?.name ?? layout.rdn;
  const modifiedIndex = schema.attributes.findIndex(({ name }) => name === 'modifyTimestamp');
  const formatTime = createTimeFormat();
  return (bal) => {
    const first = bal.lignes[0];
    if (!first || !servedAddress.test(first.adressePubliee)) return undefined;
    const plan = plans[typeOf(first)];
    const { values, parts } =
      bal.lignes.length === 1 ? plan.fillFromOne(first) : fillPlan(plan, bal.lignes);
    fillRequired(plan, values, first.adressePubliee);
    values[modifiedIndex] = formatTime(bal.modifieLe);
    return { dn: `${rdnName}=${escapeRdn(first.adressePubliee)},${layout.baseDn}`, values, parts };
  };
}

const servedAddress = /^[!-?A-~]{1,128}@[!-?A-~]{1,255}$/;

/** A type that TRE_R257 does not have is taken for what its columns look like. */
function typeOf(ligne: LigneBalPubliee): TypeBal {
  if (isTypeBal(ligne.typeBal)) return ligne.typeBal;
  const type = ligne.typeBal.toUpperCase();
  if (isTypeBal(type)) return type;
  return ligne.nomExercice === '' ? 'ORG' : 'PER';
}

type AttributePlan = {
  readonly index: number;
  /** For each value of a line: fields, the first that is not empty. */
  readonly alternatives: readonly (readonly BalField[])[];
  /** Cleaned text that the syntax takes, else undefined. */
  readonly accept: (text: string) => string | undefined;
  readonly equality: Matching | undefined;
  readonly isSingleValue: boolean;
  /** Required by a class: never empty. */
  readonly isRequired: boolean;
};

type Plan = {
  /** Values of an entry before any field is read: classes, and the empty list for the others. */
  readonly initial: readonly (readonly string[])[];
  readonly attributes: readonly AttributePlan[];
  readonly fillFromOne: (ligne: LigneBalPubliee) => Filled;
};

type Filled = {
  /** By attribute index. */
  readonly values: (readonly string[])[];
  readonly parts: readonly SharedValues[];
};

const none: readonly string[] = [];

function compilePlan(layout: Layout, schema: ServedSchema, type: TypeBal): Plan {
  const classes = expandClasses(layout.classes[type]);
  const names = classes.map((objectClass) => objectClass.names[0] ?? objectClass.oid);
  const structural = classes.filter(({ kind }) => kind === 'STRUCTURAL').at(-1)?.names[0];
  const required = listRequired(layout.classes[type]);
  const initial = schema.attributes.map(({ name }) => {
    if (name === 'objectClass') return names;
    return name === 'structuralObjectClass' && structural !== undefined ? [structural] : none;
  });
  const attributes = Object.entries(layout.attributs).flatMap(([given, specs]) => {
    const definition = findAttributeType(given);
    const name = definition?.names[0] ?? given;
    const index = schema.attributes.findIndex((attribute) => attribute.name === name);
    const accept = definition && findSyntax(findSyntaxOid(definition) ?? '')?.accept;
    if (!accept || index < 0 || !isAllowed(layout.classes[type], name)) return [];
    return [
      {
        index,
        alternatives: specs.map((spec) =>
          listAlternatives(spec).flatMap((field) => findBalField(field) ?? []),
        ),
        accept,
        equality: schema.attributes[index]?.equality,
        isSingleValue: definition.isSingleValue,
        isRequired: required.includes(name),
      },
    ];
  });
  return { initial, attributes, fillFromOne: compileFillFromOne(initial, attributes) };
}

/**
 * As `fillPlan` on one line. Lines share the objects of their exercice and of their structure: what depends on one of these
 * alone is made once for all the lines that do.
 */
function compileFillFromOne(
  initial: Plan['initial'],
  attributes: readonly AttributePlan[],
): Plan['fillFromOne'] {
  const from = (of: BalField['of']): AttributePlan[] =>
    attributes.filter(({ alternatives }) => sourceOf(alternatives.flat()) === of);
  const own = from('ligne');
  const partOfStructure = rememberParts(from('structure'));
  const partOfExercice = rememberParts(from('exercice'));
  return (ligne) => {
    const lignes = [ligne];
    const parts = [
      partOfStructure(ligne.structure, lignes),
      partOfExercice(ligne.exercice, lignes),
    ];
    const values = initial.slice();
    for (const part of parts) {
      for (let at = 0; at < part.indexes.length; at++) {
        values[part.indexes[at] ?? 0] = part.values[at] ?? none;
      }
    }
    for (const attribute of own) values[attribute.index] = fillAttribute(attribute, lignes);
    return { values, parts };
  };
}

/** Makes the part of an entry that `attributes` are: `lignes` are one line, and `source` what they depend on. */
function rememberParts(
  attributes: readonly AttributePlan[],
): (source: object, lignes: readonly LigneBalPubliee[]) => SharedValues {
  const indexes = attributes.map(({ index }) => index);
  // As long as whoever reads remembers the source.
  const made = new WeakMap<object, SharedValues>();
  return (source, lignes) => {
    const known = made.get(source);
    if (known) return known;
    const values = attributes.map((attribute) => fillAttribute(attribute, lignes));
    const part = { indexes, values };
    made.set(source, part);
    return part;
  };
}

/** What all `fields` are read from; `ligne` when it is not the same. */
function sourceOf(fields: readonly BalField[]): BalField['of'] {
  const [first] = fields;
  return first !== undefined && fields.every(({ of }) => of === first.of) ? first.of : 'ligne';
}

function fillPlan({ initial, attributes }: Plan, lignes: readonly LigneBalPubliee[]): Filled {
  const values = initial.slice();
  for (const attribute of attributes) values[attribute.index] = fillAttribute(attribute, lignes);
  return { values, parts: [] };
}

/** What a class requires and no field gives is made of the address. */
function fillRequired({ attributes }: Plan, values: (readonly string[])[], adresse: string): void {
  for (const { index, isRequired } of attributes) {
    if (isRequired && values[index]?.length === 0) {
      values[index] = [adresse.slice(0, adresse.indexOf('@'))];
    }
  }
}

/** In the order of lines, then of fields; never twice what the equality rule takes for one value. */
function fillAttribute(
  { alternatives, accept, equality, isSingleValue }: AttributePlan,
  lignes: readonly LigneBalPubliee[],
): readonly string[] {
  let values: string[] | undefined;
  for (const ligne of lignes) {
    for (const fields of alternatives) {
      const value = firstAccepted(fields, ligne, accept);
      if (value === undefined) continue;
      if (!values) values = [value];
      else if (!isSingleValue && !hasEqual(values, value, equality)) values.push(value);
    }
  }
  return values ?? none;
}

function firstAccepted(
  fields: readonly BalField[],
  ligne: LigneBalPubliee,
  accept: (text: string) => string | undefined,
): string | undefined {
  for (const field of fields) {
    const text = readField(field, ligne);
    const value = text === '' ? undefined : accept(text);
    if (value !== undefined) return value;
  }
  return undefined;
}

function hasEqual(
  values: readonly string[],
  value: string,
  equality: Matching | undefined,
): boolean {
  if (values.includes(value)) return true;
  if (equality === undefined) return false;
  const isText = equality === 'caseIgnore' || equality === 'caseIgnoreIa5';
  if (isText && values.every((other) => beginDifferently(other, value))) return false;
  const prepared = prepareValue(equality, value);
  return values.some((other) => prepareValue(equality, other) === prepared);
}

/** Both begin with a letter, not the same one: whatever follows, no preparation makes them equal. */
function beginDifferently(left: string, right: string): boolean {
  const one = left.charCodeAt(0) | 0x20;
  const other = right.charCodeAt(0) | 0x20;
  return one !== other && isLowerLetter(one) && isLowerLetter(other);
}

function isLowerLetter(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

const plainRdn = /^[A-Za-z0-9@._'-]+$/;

function escapeRdn(value: string): string {
  return plainRdn.test(value) ? value : escapeRdnValue(value);
}

/** GeneralizedTime. Hundreds of thousands of BAL bear the same date object. */
function createTimeFormat(): (date: Date) => readonly string[] {
  let last: Date | undefined;
  let values: readonly string[] = none;
  return (date) => {
    if (last !== date) values = [`${date.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`];
    last = date;
    return values;
  };
}
