// The carriers of BAL, their keys here, and the identifiers that resources show for them.
import { createHash } from 'node:crypto';
import type { ResourceType } from './systems.js';

/**
 * `P:<rpps>` Practitioner · `N:<type>:<identifiant>` Practitioner without RPPS · `A:<rpps>:<structure>` PractitionerRole ·
 * `S:<structure>` Organization · `O:<adresse>` Organization of which nothing is known. A structure is the IdNatStruct that
 * names it first (`Organization.key`).
 */
export type PorteurKey = string;

export function resourceTypeOf(key: PorteurKey): ResourceType {
  if (key.startsWith('A:')) return 'PractitionerRole';
  return /^[PN]:/u.test(key) ? 'Practitioner' : 'Organization';
}

export function professionnelKey(rpps: string): PorteurKey {
  return `P:${rpps}`;
}

export function situationKey(rpps: string, structure: string): PorteurKey {
  return `A:${rpps}:${structure}`;
}

export function structureKey(structure: string): PorteurKey {
  return `S:${structure}`;
}

/** Undefined for a holder without RPPS and for structures. */
export function rppsOf(key: PorteurKey): string | undefined {
  return key.startsWith('P:') || key.startsWith('A:') ? key.slice(2, 13) : undefined;
}

/** The structure's key; undefined for a holder alone. */
export function structureOf(key: PorteurKey): string | undefined {
  if (key.startsWith('A:')) return key.slice(14);
  return key.startsWith('S:') ? key.slice(2) : undefined;
}

/** False for what has no identifier of its own: its BAL can only be deleted. */
export function isIdentified(key: PorteurKey): boolean {
  return !key.startsWith('N:') && !key.startsWith('O:');
}

/** One set of BAL that a line of an extraction or of the inventory speaks of. */
export type Rattachement = {
  readonly adresse: string;
  readonly typeBal: string;
  readonly typeIdentifiantPp: string;
  readonly identifiantPp: string;
  /** The structure's key; '' when there is none. */
  readonly structure: string;
};

/** Who carries it (swagger: PER on Practitioner or PractitionerRole, CAB on Practitioner, ORG and APP on Organization). */
export function porteurOf(line: Rattachement): PorteurKey {
  const { typeBal, identifiantPp, structure } = line;
  const isPerson = typeBal === 'PER' || typeBal === 'CAB';
  if (!isPerson && (typeBal === 'ORG' || typeBal === 'APP' || identifiantPp === '')) {
    return structure === '' ? `O:${line.adresse.toLowerCase()}` : structureKey(structure);
  }
  if (!isRpps(line)) {
    const identifier = identifiantPp === '' ? line.adresse.toLowerCase() : identifiantPp;
    return `N:${line.typeIdentifiantPp}:${identifier}`;
  }
  return typeBal === 'CAB' || structure === ''
    ? professionnelKey(identifiantPp)
    : situationKey(identifiantPp, structure);
}

/** TRE_G08: 8 is RPPS. A file that does not tell the type is taken at the number's form. */
function isRpps({ typeIdentifiantPp, identifiantPp }: Rattachement): boolean {
  return (typeIdentifiantPp === '8' || typeIdentifiantPp === '') && /^\d{11}$/u.test(identifiantPp);
}

/**
 * Logical ids, as opaque as the ANS's (« never store them »), and the same after a restart without a table: a key of plain
 * signs is written in another alphabet, which is undone as easily; the few others are hashed and remembered.
 */
export class LogicalIds {
  readonly #keys = new Map<string, PorteurKey>();
  readonly #shift: number;

  constructor(shift: number) {
    this.#shift = shift;
  }

  of(key: PorteurKey): string {
    if (isRotatable(key)) return rotate(key, this.#shift);
    const id = `x${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;
    this.#keys.set(id, key);
    return id;
  }

  keyOf(id: string): PorteurKey | undefined {
    if (id.startsWith('x')) return this.#keys.get(id);
    if (!idPattern.test(id)) return undefined;
    const key = rotate(id, -this.#shift);
    return isRotatable(key) ? key : undefined;
  }
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-';
/** FHIR R4, id: at most 64 of these signs (among others). */
const idPattern = /^[0-9A-Z-]{3,64}$/u;

function isRotatable(key: PorteurKey): boolean {
  return key.length <= 64 && /^[PAS]:[0-9A-Z]+(:[0-9A-Z]+)?$/u.test(key);
}

/** `:` stands for `-`, which no key holds. */
function rotate(text: string, shift: number): string {
  const size = alphabet.length;
  let rotated = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] === ':' ? '-' : (text[at] ?? '');
    const rank = alphabet.indexOf(char) + shift * (at + 1);
    rotated += alphabet[((rank % size) + size) % size] ?? '';
  }
  return shift < 0 ? rotated.replaceAll('-', ':') : rotated;
}
