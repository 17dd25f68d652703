// Which attributes of each entry go out (RFC 4511 section 4.5.1.8, RFC 3673, RFC 4529).
import type { Directory, StaticEntry } from '../directory/directory.js';
import { findAttributeType } from '../schema/definitions.js';
import { generateAttributes, isSameOrSubtype } from './attribute-names.js';

export type Selection = {
  /** Bits of attribute indexes, user and stored operational ones. */
  readonly mask: number;
  /** Bits of all user attributes. */
  readonly userMask: number;
  /** Names among those of `generateAttributes`. */
  readonly generated: readonly string[];
  readonly typesOnly: boolean;
  readonly isAllUser: boolean;
  readonly isAllOperational: boolean;
  /** Names of the types asked for, for entries whose attributes have no index. */
  readonly descriptions: readonly string[];
};

/** Lists remembered for each directory: those of a few address books. */
const listsMax = 16;
const namesMax = 64;
const charactersMax = 2_048;

type Known = { readonly attributes: readonly string[]; readonly selection: Selection };

const remembered = new WeakMap<Directory, Known[]>();

/** Unknown names are ignored; a list of nothing but such, or of `1.1`, gives DN alone. */
export function selectAttributes(
  directory: Directory,
  attributes: readonly string[],
  typesOnly: boolean,
): Selection {
  const lists = remembered.get(directory) ?? [];
  for (const known of lists) {
    const { selection } = known;
    if (selection.typesOnly === typesOnly && isSameList(known.attributes, attributes)) {
      return selection;
    }
  }
  const selection = select(directory, attributes, typesOnly);
  const characters = attributes.reduce((sum, name) => sum + name.length, 0);
  if (attributes.length <= namesMax && characters <= charactersMax) {
    // The latest first, so that what everybody asks is found at once.
    remembered.set(directory, [{ attributes, selection }, ...lists.slice(0, listsMax - 1)]);
  }
  return selection;
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false;
  return true;
}

function select(
  directory: Directory,
  attributes: readonly string[],
  typesOnly: boolean,
): Selection {
  const { schema } = directory;
  const isAllUser = attributes.length === 0 || attributes.includes('*');
  const isAllOperational = attributes.includes('+');
  let userMask = 0;
  let operationalMask = 0;
  for (const [index, { isOperational }] of schema.attributes.entries()) {
    if (isOperational) operationalMask |= 1 << index;
    else userMask |= 1 << index;
  }
  let mask = (isAllUser ? userMask : 0) | (isAllOperational ? operationalMask : 0);
  // A list of thousands of names is unknown ones and spellings of a few: what entries are compared with is those few.
  const asked = new Set<string>();
  for (const description of new Set(attributes)) {
    if (description === '*' || description === '+' || description === '1.1') continue;
    const name = findAttributeType(description)?.names[0];
    if (name !== undefined) asked.add(name);
    for (const index of indexesOf(directory, description)) mask |= 1 << index;
  }
  const descriptions = [...asked];
  const generated = generateAttributes(directory, '')
    .map(({ name }) => name)
    .filter((name) => isAllOperational || isAskedFor(name, descriptions));
  return { mask, userMask, generated, typesOnly, isAllUser, isAllOperational, descriptions };
}

function indexesOf({ schema }: Directory, description: string): readonly number[] {
  if (description.startsWith('@')) return schema.attributesOfClass(description.slice(1)) ?? [];
  const resolved = schema.resolve(description);
  return resolved.kind === 'known' ? resolved.indexes : [];
}

function isAskedFor(name: string, descriptions: readonly string[]): boolean {
  return descriptions.some((description) => isSameOrSubtype(name, description));
}

export type ShownAttribute = { readonly name: string; readonly values: readonly string[] };

/** Of an entry that is not a BAL; without values when types alone are asked for. */
export function selectStatic(
  directory: Directory,
  entry: StaticEntry,
  selection: Selection,
): readonly ShownAttribute[] {
  return entry.attributes
    .filter(({ name, isOperational }) => {
      const isAll = isOperational ? selection.isAllOperational : selection.isAllUser;
      return (
        isAll || isInMask(directory, name, selection) || isAskedFor(name, selection.descriptions)
      );
    })
    .map(({ name, values }) => ({ name, values: selection.typesOnly ? [] : values }));
}

/** Asked for by class. */
function isInMask({ schema }: Directory, name: string, { mask }: Selection): boolean {
  const resolved = schema.resolve(name);
  return resolved.kind === 'known' && resolved.indexes.some((index) => (mask & (1 << index)) !== 0);
}
