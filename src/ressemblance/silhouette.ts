// What a domain name looks like to a reader, whatever it is made of.
import { domainToUnicode } from 'node:url';

/** The name as a mail client may show it: punycode decoded, small letters. Kept as it is when it cannot be decoded. */
export function lisible(domaine: string): string {
  const nom = domaine.trim().toLowerCase().replace(/\.$/u, '');
  return nom.includes('xn--') ? domainToUnicode(nom) || nom : nom;
}

/** Without accents, and with the letters of the alphabets that imitate ours replaced by ours. */
export function sansAccents(nom: string): string {
  const plat = nom.normalize('NFKD').replace(/\p{Mark}/gu, '');
  return plat.replace(/[^\u0000-\u007f]/gu, (lettre) => imitations.get(lettre) ?? lettre);
}

/**
 * Two names with one silhouette are taken for one another: what `sansAccents` levels, and the Latin letters and figures that
 * imitate each other on a screen. Never shown: « m » and « rn » are one sign here.
 */
export function silhouette(nom: string): string {
  return sansAccents(nom)
    .replace(/0/gu, 'o')
    .replace(/[1i|]/gu, 'l')
    .replace(/rn/gu, 'm')
    .replace(/vv/gu, 'w')
    .replace(/cl/gu, 'd');
}

// Small letters of other alphabets that UTS #39 (confusables.txt) gives a Latin letter for; those of IDNA names only.
// No package that holds the whole table is kept up to date, and the rest of it can be in no domain name.
const imitations = new Map(
  Object.entries({
    a: 'аαɑ',
    b: 'Ьƅ',
    c: 'сϲᴄ',
    d: 'ԁɗ',
    e: 'еєҽ',
    f: 'ƒ',
    g: 'ɡԍց',
    h: 'һհ',
    i: 'іɩıιӏ',
    j: 'јϳ',
    k: 'κкĸ',
    l: 'ⅼłӏ',
    m: 'мṃ',
    n: 'ոռпη',
    o: 'оοօσø',
    p: 'рρ',
    q: 'ԛզ',
    r: 'гᴦ',
    s: 'ѕꜱ',
    t: 'тτŧ',
    u: 'υսᴜ',
    v: 'νѵᴠ',
    w: 'ѡԝωա',
    x: 'хχ',
    y: 'уγү',
    z: 'ᴢʐ',
    '-': '‐‑‒–—−',
  }).flatMap(([latine, autres]) => Array.from(autres, (lettre) => [lettre, latine] as const)),
);
