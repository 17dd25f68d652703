// Text as it may stand in a log: one line, nothing that a terminal obeys, no key, no address of a person in full.
import { masquerAdresse } from './adresse-masquee.js';
import { masquerSecrets } from './secrets-masques.js';

/** A stack is well below; an answer of a server that goes on and on is cut. */
const charsMax = 8_192;

const adresses = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
// Controls (C0, DEL, C1), separators of lines, and what is not seen or turns the order of letters around.
const invisibles = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;
const finsDeLigne = /\r\n|[\n\r\u2028\u2029]/gu;

/** `jean.exemple@chu.mssante.fr` becomes `j…@chu.mssante.fr`; a line break « ⏎ », an escape `\x1b`. */
export function texteDeJournal(text: string): string {
  const cut = text.length > charsMax ? `${text.slice(0, charsMax)}…` : text;
  return masquerSecrets(cut)
    .replace(adresses, masquerAdresse)
    .trimEnd()
    .replace(finsDeLigne, ' ⏎ ')
    .replace(invisibles, montrer);
}

function montrer(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
