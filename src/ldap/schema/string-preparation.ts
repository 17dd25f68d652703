// Steps of RFC 4518 section 2 for text that is not plain.

/** Section 2.2, without the folding of case: what is invisible goes, what separates becomes a space. */
export function mapCharacters(text: string): string {
  return text.replace(separators, ' ').replace(invisible, '');
}

const separators = /[\t-\r\u0085\p{Z}]/gu;

const invisible = new RegExp(
  `[${[
    '\\u0000-\\u0008\\u000e-\\u001f\\u007f-\\u0084\\u0086-\\u009f', // controls
    '\\u00ad\\u1806\\u034f\\u180b-\\u180d\\ufe00-\\ufe0f\\ufffc',
    '\\u06dd\\u070f\\u180e\\u200c-\\u200f\\u202a-\\u202e\\u2060-\\u2063\\u206a-\\u206f\\ufeff\\ufff9-\\ufffb',
    '\\u{1d173}-\\u{1d17a}\\u{e0001}\\u{e0020}-\\u{e007f}',
    '\\u200b',
  ].join('')}]`,
  'gu',
);

/**
 * RFC 3454 table B.2: full case folding (ß is ss, final ς is σ). Lower, upper then lower case gives it, but for the dotless ı,
 * which is a letter of its own.
 */
export function foldCase(text: string): string {
  return text
    .toLowerCase()
    .split('ı')
    .map((piece) => piece.toUpperCase().toLowerCase().replaceAll('ς', 'σ'))
    .join('ı');
}

/**
 * Section 2.4: unassigned, private use, non-characters, surrogates, U+FFFD, and characters that change the display. What is
 * unassigned is what this version of Unicode says, not the one of 2002.
 */
export function isProhibited(text: string): boolean {
  return prohibited.test(text);
}

const prohibited = /[\p{Cn}\p{Co}\p{Cs}\ufffd\u0340\u0341\u200e\u200f\u202a-\u202e\u206a-\u206f]/u;
