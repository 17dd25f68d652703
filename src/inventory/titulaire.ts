// typeIdentifiantPp and identifiantPp, which are read together: the shape of one tells the other.
import { isLuhnValid, parseAdeli, parseRpps } from '../domain/identifiers.js';
import { typeIdentifiantPpNamed } from '../domain/type-identifiant.js';
import { parseSpreadsheetIdentifier } from './numbers.js';
import { faultCell, parseAdresse, valueCell, type Cell, type CellWarning } from './values.js';

export type Titulaire = {
  readonly type: string | undefined;
  readonly identifiant: string | undefined;
};

/** TRE_G08 code from the code or a label. */
export function parseTypeIdentifiantPp(text: string): Cell<string> {
  const code = typeIdentifiantPpNamed(text);
  return code === undefined
    ? faultCell(
        'TYPE_IDENTIFIANT_PP_INCONNU',
        'un code TRE_G08 (8 RPPS, 0 ADELI, 10 adresse MSSanté, 1, 3, 4, 5, 6), son libellé, ou vide',
      )
    : valueCell(code);
}

/** `type` is the TRE_G08 code, undefined when the cell is empty: the identifier then tells it. */
export function parseIdentifiantPp(text: string, type: string | undefined): Cell<Titulaire> {
  if (type === '10' || (type === undefined && text.includes('@'))) return readAdresse(text);
  const cleaned = parseSpreadsheetIdentifier(text);
  if (cleaned.kind === 'fault') return cleaned;
  const identifiant = cleaned.value;
  switch (type) {
    case undefined:
      return inferTitulaire(identifiant);
    case '8':
      return readRpps(identifiant);
    case '0':
      return readAdeli(identifiant);
    default:
      return readLocal(identifiant, type);
  }
}

function readAdresse(text: string): Cell<Titulaire> {
  const adresse = parseAdresse(text.toLowerCase());
  return adresse.kind === 'fault'
    ? faultCell('IDENTIFIANT_PP_MAL_FORME', 'pour le type 10, une adresse MSSanté ou rien')
    : valueCell({ type: '10', identifiant: adresse.value });
}

function inferTitulaire(identifiant: string): Cell<Titulaire> {
  if (/^(\d{11}|8\d{11})$/.test(identifiant)) return readRpps(identifiant);
  if (/^(\d{9}|0\d{9})$/.test(identifiant)) return readAdeli(identifiant);
  return faultCell(
    'IDENTIFIANT_PP_MAL_FORME',
    'un RPPS (11 chiffres) ou un ADELI (9 chiffres) ; sinon remplissez typeIdentifiantPp',
  );
}

function readRpps(identifiant: string): Cell<Titulaire> {
  const isIdNatPs = /^8\d{11}$/.test(identifiant);
  const rpps = parseRpps(isIdNatPs ? identifiant.slice(1) : identifiant);
  if (rpps === undefined)
    return faultCell('IDENTIFIANT_PP_MAL_FORME', 'un RPPS : 11 chiffres, sans le 8 qui précède');
  const value = { type: '8', identifiant: rpps };
  if (isIdNatPs) return valueCell(value, splitWarning);
  return isLuhnValid(rpps)
    ? valueCell(value)
    : valueCell(value, {
        code: 'CLE_RPPS',
        message: 'RPPS dont le chiffre de contrôle est faux, gardé tel quel : faute de frappe ?',
      });
}

const splitWarning: CellWarning = {
  code: 'IDNATPS_DECOUPE',
  message: 'identification nationale (type + identifiant) au lieu de l’identifiant, découpée',
};

function readAdeli(identifiant: string): Cell<Titulaire> {
  const isIdNatPs = /^0\d[0-9A-Z]\d{7}$/.test(identifiant);
  const adeli = parseAdeli(isIdNatPs ? identifiant.slice(1) : identifiant);
  if (adeli === undefined)
    return faultCell(
      'IDENTIFIANT_PP_MAL_FORME',
      'un ADELI : 9 caractères (un zéro en tête a pu être perdu par Excel : colonne au format Texte)',
    );
  return valueCell({ type: '0', identifiant: adeli }, ...(isIdNatPs ? [splitWarning] : []));
}

/** Registers kept by a structure: national number, `/`, local number; no public rule for their shape. */
function readLocal(identifiant: string, type: string): Cell<Titulaire> {
  return /^[0-9A-Z][0-9A-Z/._-]{1,79}$/.test(identifiant)
    ? valueCell({ type, identifiant })
    : faultCell(
        'IDENTIFIANT_PP_MAL_FORME',
        'un identifiant local : lettres, chiffres, « / », « . », « - », « _ », 80 caractères au plus',
      );
}
