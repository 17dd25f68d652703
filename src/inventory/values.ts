// Parsers of one cell, already trimmed and not empty. What was expected is French: an administrator reads it.
import { etatsBal, typesBal, type EtatBal, type TypeBal } from '../domain/bal-operateur.js';

export type CellWarning = { readonly code: string; readonly message: string };

export type Cell<T> =
  | { readonly kind: 'value'; readonly value: T; readonly warning?: CellWarning }
  | { readonly kind: 'fault'; readonly code: string; readonly expected: string };

export function valueCell<T>(value: T, warning?: CellWarning): Cell<T> {
  return warning === undefined ? { kind: 'value', value } : { kind: 'value', value, warning };
}

export function faultCell(code: string, expected: string): Cell<never> {
  return { kind: 'fault', code, expected };
}

/** The text of a cell, without the wrapping `="…"` by which exports keep leading zeros in Excel; '' when empty. */
export function cleanCell(raw: string): string {
  const text = raw.trim();
  if (text.startsWith('="') && text.endsWith('"') && !text.slice(2, -1).includes('"'))
    return text.slice(2, -1).trim();
  return text;
}

/** Lower case, without accents: what tolerant comparisons are made on. */
export function foldText(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
}

const textLengthMax = 2000;
// Line breaks and tabs are legal in a description.
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
// Anything but printable Latin-1, which is composed already.
const unusualCharacters = /[^\u0020-\u007e\u00a0-\u00ff]/;

/** Free text: line breaks become LF, accents composed, so that equal texts compare equal. */
export function parseText(text: string): Cell<string> {
  if (text.length > textLengthMax)
    return faultCell('TEXTE_TROP_LONG', `au plus ${textLengthMax} caractères`);
  if (!unusualCharacters.test(text)) return valueCell(text);
  if (text.includes('\ufffd'))
    return faultCell(
      'CARACTERE_ILLISIBLE',
      'un texte lisible : enregistrez tout le fichier dans un seul encodage, UTF-8 de préférence',
    );
  if (controlCharacters.test(text))
    return faultCell('CARACTERE_DE_CONTROLE', 'un texte sans caractère de contrôle');
  return valueCell(text.replace(/\r\n?/g, '\n').normalize('NFC'));
}

/** Shape only: whether the address can be published is a constat (ADRESSE_INVALIDE), not a fault of the file. */
export function parseAdresse(text: string): Cell<string> {
  const expected = 'une seule adresse de la forme nom@domaine';
  const at = text.lastIndexOf('@');
  const isShaped =
    /^[^@\s,;<>"()[\]\\\p{C}\ufffd]+@[^@\s,;<>"()[\]\\\p{C}\ufffd.]+(\.[^@\s,;<>"()[\]\\\p{C}\ufffd.]+)+$/u.test(
      text,
    );
  // RFC 5321 §4.5.3.1: 64 octets before the @, 254 in all.
  if (!isShaped || at > 64 || text.length > 254) return faultCell('ADRESSE_MAL_FORMEE', expected);
  return valueCell(text);
}

export function parseTypeBal(text: string): Cell<TypeBal> {
  const found = typeBalNames.get(text) ?? typeBalNames.get(foldText(text).toUpperCase());
  return found === undefined
    ? faultCell('TYPE_BAL_INCONNU', 'PER, ORG, APP ou CAB')
    : valueCell(found);
}

// TRE_R257.
const typeBalNames = new Map<string, TypeBal>([
  ...typesBal.map((type) => [type, type] as const),
  ['PERSONNELLE', 'PER'],
  ['NOMINATIVE', 'PER'],
  ['ORGANISATIONNELLE', 'ORG'],
  ['APPLICATIVE', 'APP'],
  ['CABINET', 'CAB'],
]);

const booleans = new Map<string, boolean>([
  ...['oui', 'o', 'yes', 'y', '1', 'true', 'vrai'].map((word) => [word, true] as const),
  ...['non', 'n', 'no', '0', 'false', 'faux'].map((word) => [word, false] as const),
]);

export function parseBoolean(text: string): Cell<boolean> {
  const value = booleans.get(text) ?? booleans.get(foldText(text));
  return value === undefined ? faultCell('OUI_NON_ATTENDU', 'oui ou non') : valueCell(value);
}

const etats = new Map<string, EtatBal>([
  ...etatsBal.map((etat) => [etat, etat] as const),
  ['active', 'actif'],
  ['activee', 'actif'],
  ['ouvert', 'actif'],
  ['ouverte', 'actif'],
  ['suspendue', 'suspendu'],
  ['fermee', 'ferme'],
  ['supprime', 'ferme'],
  ['supprimee', 'ferme'],
]);

export function parseEtat(text: string): Cell<EtatBal> {
  const value = etats.get(text) ?? etats.get(foldText(text));
  return value === undefined
    ? faultCell('ETAT_INCONNU', 'actif, suspendu ou fermé')
    : valueCell(value);
}
