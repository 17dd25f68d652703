import { createHash, timingSafeEqual } from 'node:crypto';

/** The key that clients must show; compared in a time that tells nothing of it. */
export class CleApi {
  readonly #empreinte: Buffer;

  constructor(attendue: string) {
    this.#empreinte = empreinte(attendue);
  }

  /** `donnee`: the header, as node:http gives it. */
  accepte(donnee: string | readonly string[] | undefined): boolean {
    return typeof donnee === 'string' && timingSafeEqual(empreinte(donnee), this.#empreinte);
  }
}

function empreinte(texte: string): Buffer {
  return createHash('sha256').update(texte).digest();
}
