// A contact as an opérateur wrote it in the white list: what in it is an address or a telephone can be touched.
import { isAdresseMail } from '../../domain/adresse-mail.js';

export type MorceauContact = {
  readonly texte: string;
  readonly lien: string | undefined;
};

/** National form, or with +33. */
const telephone = /^(?:\+33[ .-]?|0)[1-9](?:[ .-]?\d{2}){4}$/u;
const morceaux = /[^\s,;<>()|]+@[^\s,;<>()|]+|(?:\+33[ .-]?|\b0)[1-9](?:[ .-]?\d{2}){4}\b/gu;

/** The same text, cut where a link begins and ends. */
export function readContact(texte: string): MorceauContact[] {
  const found: MorceauContact[] = [];
  let end = 0;
  for (const { 0: part, index } of texte.matchAll(morceaux)) {
    if (index > end) found.push({ texte: texte.slice(end, index), lien: undefined });
    found.push({ texte: part, lien: linkOf(part) });
    end = index + part.length;
  }
  return end < texte.length ? [...found, { texte: texte.slice(end), lien: undefined }] : found;
}

function linkOf(part: string): string | undefined {
  if (telephone.test(part)) return `tel:${part.replace(/[ .-]/gu, '')}`;
  // A « ? » would add a subject or a recipient.
  return isAdresseMail(part) && !/[?&%]/u.test(part) ? `mailto:${part}` : undefined;
}
