// typeIdentifiantStructure and identifiantStructure, which are read together.
import {
  isFinessKeyValid,
  isLuhnValid,
  isSiretKeyValid,
  parseFiness,
  parseSiren,
  parseSiret,
} from '../domain/identifiers.js';
import { typeIdentifiantStructureNamed } from '../domain/type-identifiant.js';
import { parseSpreadsheetIdentifier } from './numbers.js';
import { faultCell, valueCell, type Cell, type CellWarning } from './values.js';

export type Rattachement = { readonly type: string; readonly identification: string };

/** TRE_G07 code from the code or a label. */
export function parseTypeIdentifiantStructure(text: string): Cell<string> {
  const code = typeIdentifiantStructureNamed(text);
  return code === undefined
    ? faultCell(
        'TYPE_IDENTIFIANT_STRUCTURE_INCONNU',
        'FINESS, FINESS EJ, FINESS EG, SIRET, SIREN, un code TRE_G07 (0 à 6, 40), ou vide',
      )
    : valueCell(code);
}

/** `type` is the TRE_G07 code, undefined when the cell is empty: the identifier then tells it. */
export function parseIdentifiantStructure(
  text: string,
  type: string | undefined,
): Cell<Rattachement> {
  const cleaned = parseSpreadsheetIdentifier(text);
  if (cleaned.kind === 'fault') return cleaned;
  const identifiant = cleaned.value;
  switch (type ?? inferType(identifiant)) {
    case undefined:
      return faultCell(
        'IDENTIFIANT_STRUCTURE_MAL_FORME',
        'un FINESS (9 caractères) ou un SIRET (14 chiffres) ; sinon remplissez typeIdentifiantStructure',
      );
    case '1':
    case '5':
    case '6':
      return readFiness(identifiant, type ?? '1');
    case '2':
      return readSiren(identifiant);
    case '3':
      return readSiret(identifiant);
    default:
      return readTechnique(identifiant, type ?? identifiant.charAt(0));
  }
}

/** 9 characters may be a FINESS or a SIREN: a BAL is attached to a structure, hence FINESS. */
function inferType(identifiant: string): string | undefined {
  if (/^1?\d[0-9A-Z]\d{7}$/.test(identifiant)) return '1';
  if (/^3?\d{14}$/.test(identifiant) || parseSiret(identifiant)) return '3';
  if (/^2\d{9}$/.test(identifiant)) return '2';
  return /^4\d{14}$/.test(identifiant) ? '4' : undefined;
}

function readFiness(identifiant: string, type: string): Cell<Rattachement> {
  if (/^\d{7,8}$/.test(identifiant)) return padFiness(identifiant, type);
  const isPrefixed = identifiant.length === 10 && identifiant.startsWith('1');
  const finess = parseFiness(isPrefixed ? identifiant.slice(1) : identifiant);
  if (finess === undefined)
    return faultCell('IDENTIFIANT_STRUCTURE_MAL_FORME', 'un FINESS : 9 caractères');
  return valueCell(
    { type, identification: finess },
    ...(isFinessKeyValid(finess) ? [] : [keyWarning('FINESS')]),
  );
}

/** Departments 01 to 09: the check digit is what makes the padding more than a guess. */
function padFiness(digits: string, type: string): Cell<Rattachement> {
  const padded = digits.padStart(9, '0');
  return isLuhnValid(padded)
    ? valueCell({ type, identification: padded }, paddedWarning('FINESS'))
    : faultCell(
        'IDENTIFIANT_STRUCTURE_MAL_FORME',
        'un FINESS : 9 caractères (des zéros en tête ont pu être perdus par Excel, mais la clé ne le confirme pas : colonne au format Texte)',
      );
}

function readSiret(identifiant: string): Cell<Rattachement> {
  const padded = identifiant.padStart(14, '0');
  if (/^\d{12,13}$/.test(identifiant) && isLuhnValid(padded))
    return valueCell({ type: '3', identification: padded }, paddedWarning('SIRET'));
  const isPrefixed = /^3\d{14}$/.test(identifiant);
  const siret = parseSiret(isPrefixed ? identifiant.slice(1) : identifiant);
  if (siret === undefined)
    return faultCell('IDENTIFIANT_STRUCTURE_MAL_FORME', 'un SIRET : 14 chiffres');
  return valueCell(
    { type: '3', identification: siret },
    ...(isSiretKeyValid(siret) ? [] : [keyWarning('SIRET')]),
  );
}

function readSiren(identifiant: string): Cell<Rattachement> {
  const isPrefixed = /^2\d{9}$/.test(identifiant);
  const siren = parseSiren(isPrefixed ? identifiant.slice(1) : identifiant);
  if (siren === undefined)
    return faultCell('IDENTIFIANT_STRUCTURE_MAL_FORME', 'un SIREN : 9 chiffres');
  return valueCell(
    { type: '2', identification: siren },
    ...(isLuhnValid(siren) ? [] : [keyWarning('SIREN')]),
  );
}

/** Cabinets (0: ADELI-rang, 4: RPPS-rang) and type 40, whose shapes are not published. */
function readTechnique(identifiant: string, type: string): Cell<Rattachement> {
  const isPrefixed = type !== '40' && identifiant.startsWith(type) && identifiant.length > 14;
  const identification = isPrefixed ? identifiant.slice(1) : identifiant;
  return /^[0-9A-Z][0-9A-Z/._-]{1,79}$/.test(identification)
    ? valueCell({ type, identification })
    : faultCell('IDENTIFIANT_STRUCTURE_MAL_FORME', 'un identifiant de structure sans espace');
}

function keyWarning(name: string): CellWarning {
  return {
    code: `CLE_${name}`,
    message: `${name} dont le chiffre de contrôle est faux, gardé tel quel : faute de frappe ?`,
  };
}

function paddedWarning(name: string): CellWarning {
  return {
    code: `ZEROS_${name}`,
    message: `${name} privé de ses zéros de tête (Excel), complété : la clé le confirme`,
  };
}
