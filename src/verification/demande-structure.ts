// typeIdentifiantStructure and identifiantStructure, which are read together.
import type { TypeBal } from '../domain/bal-operateur.js';
import {
  isFinessKeyValid,
  isLuhnValid,
  isSiretKeyValid,
  parseFiness,
  parseSiren,
  parseSiret,
} from '../domain/identifiers.js';
import { readIdNatStruct, type StructureLue } from '../domain/id-nat-struct.js';
import { typeIdentifiantStructureNamed } from '../domain/type-identifiant.js';
import type { DemandeCreation } from './demande.js';
import { warn, warnWrongKey, refuse, type Remark } from './verdict.js';

type StructureReading = {
  readonly structure: StructureLue | undefined;
  readonly remarks: readonly Remark[];
};

export function readStructure(
  typeBal: TypeBal | undefined,
  { typeIdentifiantStructure, identifiantStructure }: DemandeCreation,
): StructureReading {
  const identifiant = (identifiantStructure ?? '').replace(/\s/gu, '').toUpperCase();
  if (identifiant === '') return { structure: undefined, remarks: absentStructure(typeBal) };
  const typeText = typeIdentifiantStructure?.trim() ?? '';
  const type =
    typeText === '' ? inferTypeStructure(identifiant) : typeIdentifiantStructureNamed(typeText);
  const found = type === undefined ? undefined : structureOf(type, identifiant);
  if (!found) return { structure: undefined, remarks: [malformedStructure] };
  return { structure: readIdNatStruct(found.id), remarks: found.remarks };
}

function absentStructure(typeBal: TypeBal | undefined): Remark[] {
  return typeBal === 'ORG' || typeBal === 'APP'
    ? [
        warn(
          'STRUCTURE_ABSENTE',
          `Sans structure de rattachement, une BAL ${typeBal} ne pourra pas être publiée : donnez son FINESS ou son SIRET.`,
        ),
      ]
    : [];
}

const malformedStructure = refuse(
  'STRUCTURE_MAL_FORMEE',
  'L’identifiant de la structure est mal formé ; attendu : un FINESS (9 caractères, type 1), un SIRET (14 chiffres, type 3), ou l’identifiant et son type TRE_G07.',
);

/** 9 characters may be a FINESS or a SIREN: a BAL is attached to a structure, hence FINESS. */
function inferTypeStructure(identifiant: string): string | undefined {
  if (/^1?\d[0-9A-Z]\d{7}$/u.test(identifiant)) return '1';
  if (/^3?\d{14}$/u.test(identifiant) || parseSiret(identifiant)) return '3';
  if (/^2\d{9}$/u.test(identifiant)) return '2';
  return /^4\d{14}$/u.test(identifiant) ? '4' : undefined;
}

type Structure = { readonly id: string; readonly remarks: readonly Remark[] };

/** `type`: TRE_G07; the identifier may bear it in front, as in IdNat_Struct. */
function structureOf(type: string, identifiant: string): Structure | undefined {
  switch (type) {
    case '1':
    case '5':
    case '6': {
      const finess = parseFiness(bare(identifiant, '1', 9));
      return finess && checked(`1${finess}`, isFinessKeyValid(finess), `du FINESS ${finess}`);
    }
    case '2': {
      const siren = parseSiren(bare(identifiant, '2', 9));
      return siren && checked(`2${siren}`, isLuhnValid(siren), `du SIREN ${siren}`);
    }
    case '3': {
      const siret = parseSiret(bare(identifiant, '3', 14));
      return siret && checked(`3${siret}`, isSiretKeyValid(siret), `du SIRET ${siret}`);
    }
    default: {
      const technique = type === '40' ? identifiant : bare(identifiant, type, 14);
      if (!/^[0-9A-Z][0-9A-Z/._-]{1,79}$/u.test(technique)) return undefined;
      return { id: type === '40' ? technique : type + technique, remarks: [] };
    }
  }
}

/** Without the digit of its type, when it bears it. */
function bare(identifiant: string, type: string, length: number): string {
  return identifiant.length > length && identifiant.startsWith(type)
    ? identifiant.slice(1)
    : identifiant;
}

function checked(id: string, isKeyValid: boolean, what: string): Structure {
  return { id, remarks: isKeyValid ? [] : [warnWrongKey(what)] };
}
