// The documented extension: é, è and e are one letter.

/**
 * Prepared text without diacritics: `élodie œuvre` is `elodie oeuvre`. Each character becomes what it becomes whatever stands
 * beside it, so that a text which equals, begins or holds another still does once both are folded; a text that was in order
 * before another may not be. Marks alone become nothing.
 */
export function foldAccents(strict: string): string {
  if (ascii.test(strict)) return strict;
  let folded = '';
  for (let at = 0; at < strict.length; at++) {
    const one = usual[strict.charCodeAt(at)];
    if (one === undefined) return foldAny(strict);
    folded += one;
  }
  return folded;
}

function foldAny(strict: string): string {
  const plain = strict.normalize('NFD').replace(/\p{M}+/gu, '');
  return ascii.test(plain) ? plain : plain.replace(single, replace);
}

const ascii = /^[\u0000-\u007f]*$/;

// Letters that Unicode does not decompose, and the marks that word processors put in the place of what one types.
const replacements: Readonly<Record<string, string>> = {
  œ: 'oe',
  æ: 'ae',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ı: 'i',
  ĸ: 'k',
  ɨ: 'i',
  ʉ: 'u',
  '‘': "'",
  '’': "'",
  ʼ: "'",
  '‐': '-',
  '–': '-',
  '—': '-',
  '−': '-',
};

const single = new RegExp(`[${Object.keys(replacements).join('')}]`, 'gu');

function replace(char: string): string {
  return replacements[char] ?? char;
}

// Of each Latin letter, what it becomes: nearly all that names hold. Marks come much later in Unicode.
const usual: readonly string[] = Array.from({ length: 0x180 }, (_, code) =>
  foldAny(String.fromCharCode(code)),
);
