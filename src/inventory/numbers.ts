// Identifiers that went through a spreadsheet: separators come off, what was lost is said.
import { faultCell, valueCell, type Cell } from './values.js';

/** The characters of an identifier without the spaces, separators and decimals that a spreadsheet added. */
export function parseSpreadsheetIdentifier(text: string): Cell<string> {
  // A leading apostrophe is how a spreadsheet marks a text.
  const bare = text.replace(/^['’]/, '').replace(/\s+/gu, '');
  if (/^\d+([.,]\d+)?e\+?\d{1,2}$/i.test(bare))
    return faultCell(
      'NOMBRE_ABIME',
      'l’identifiant entier : Excel l’a arrondi en notation scientifique, ' +
        'ressaisissez-le dans une colonne au format Texte',
    );
  if (/^\d{1,3}([.,])\d{3}(\1\d{3})+$/.test(bare)) return valueCell(bare.replace(/[.,]/g, ''));
  // A number column exported with decimals: 10003456789.0
  const whole = /^(\d{7,})[.,]0{1,2}$/.exec(bare)?.[1];
  return valueCell((whole ?? bare).toUpperCase());
}
