import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares in a time that tells nothing of the key. */
export function isCle(donnee: string | readonly string[] | undefined, attendue: string): boolean {
  return typeof donnee === 'string' && timingSafeEqual(empreinte(donnee), empreinte(attendue));
}

function empreinte(texte: string): Buffer {
  return createHash('sha256').update(texte).digest();
}
