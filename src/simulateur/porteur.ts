// The carriers of BAL, their keys here, and the identifiers that resources show for them.
import { createHash } from 'node:crypto';
import type { Ressource } from './systemes.js';

/**
 * `P:<rpps>` Practitioner · `N:<type>:<identifiant>` Practitioner without RPPS · `A:<rpps>:<structure>` PractitionerRole ·
 * `S:<structure>` Organization · `O:<adresse>` Organization of which nothing is known. A structure is the IdNatStruct that
 * names it first (`Organisation.cle`).
 */
export type ClePorteur = string;

export function ressourceDe(cle: ClePorteur): Ressource {
  if (cle.startsWith('A:')) return 'PractitionerRole';
  return /^[PN]:/u.test(cle) ? 'Practitioner' : 'Organization';
}

export function cleProfessionnel(rpps: string): ClePorteur {
  return `P:${rpps}`;
}

export function cleSituation(rpps: string, structure: string): ClePorteur {
  return `A:${rpps}:${structure}`;
}

export function cleStructure(structure: string): ClePorteur {
  return `S:${structure}`;
}

/** Undefined for a holder without RPPS and for structures. */
export function rppsDe(cle: ClePorteur): string | undefined {
  return cle.startsWith('P:') || cle.startsWith('A:') ? cle.slice(2, 13) : undefined;
}

/** The structure's key; undefined for a holder alone. */
export function structureDe(cle: ClePorteur): string | undefined {
  if (cle.startsWith('A:')) return cle.slice(14);
  return cle.startsWith('S:') ? cle.slice(2) : undefined;
}

/** False for what has no identifier of its own: its BAL can only be deleted. */
export function isIdentifie(cle: ClePorteur): boolean {
  return !cle.startsWith('N:') && !cle.startsWith('O:');
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
export function porteurDuRattachement(ligne: Rattachement): ClePorteur {
  const { typeBal, identifiantPp, structure } = ligne;
  const isPersonne = typeBal === 'PER' || typeBal === 'CAB';
  if (!isPersonne && (typeBal === 'ORG' || typeBal === 'APP' || identifiantPp === '')) {
    return structure === '' ? `O:${ligne.adresse.toLowerCase()}` : cleStructure(structure);
  }
  if (!isRpps(ligne)) {
    const identifiant = identifiantPp === '' ? ligne.adresse.toLowerCase() : identifiantPp;
    return `N:${ligne.typeIdentifiantPp}:${identifiant}`;
  }
  return typeBal === 'CAB' || structure === ''
    ? cleProfessionnel(identifiantPp)
    : cleSituation(identifiantPp, structure);
}

/** TRE_G08: 8 is RPPS. A file that does not tell the type is taken at the number's form. */
function isRpps({ typeIdentifiantPp, identifiantPp }: Rattachement): boolean {
  return (typeIdentifiantPp === '8' || typeIdentifiantPp === '') && /^\d{11}$/u.test(identifiantPp);
}

/**
 * Logical ids, as opaque as the ANS's (« never store them »), and the same after a restart without a table: a key of plain
 * signs is written in another alphabet, which is undone as easily; the few others are hashed and remembered.
 */
export class Identifiants {
  readonly #cles = new Map<string, ClePorteur>();
  readonly #decalage: number;

  constructor(decalage: number) {
    this.#decalage = decalage;
  }

  of(cle: ClePorteur): string {
    if (isChiffrable(cle)) return tourner(cle, this.#decalage);
    const id = `x${createHash('sha256').update(cle).digest('hex').slice(0, 40)}`;
    this.#cles.set(id, cle);
    return id;
  }

  cleOf(id: string): ClePorteur | undefined {
    if (id.startsWith('x')) return this.#cles.get(id);
    if (!motifId.test(id)) return undefined;
    const cle = tourner(id, -this.#decalage);
    return isChiffrable(cle) ? cle : undefined;
  }
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-';
/** FHIR R4, id: at most 64 of these signs (among others). */
const motifId = /^[0-9A-Z-]{3,64}$/u;

function isChiffrable(cle: ClePorteur): boolean {
  return cle.length <= 64 && /^[PAS]:[0-9A-Z]+(:[0-9A-Z]+)?$/u.test(cle);
}

/** `:` stands for `-`, which no key holds. */
function tourner(texte: string, decalage: number): string {
  const size = alphabet.length;
  let tourne = '';
  for (let at = 0; at < texte.length; at++) {
    const signe = texte[at] === ':' ? '-' : (texte[at] ?? '');
    const rang = alphabet.indexOf(signe) + decalage * (at + 1);
    tourne += alphabet[((rang % size) + size) % size] ?? '';
  }
  return decalage < 0 ? tourne.replaceAll('-', ':') : tourne;
}
