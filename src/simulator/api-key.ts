import { createHash, timingSafeEqual } from 'node:crypto';

/** The key that clients must show; compared in a time that tells nothing of it. */
export class ApiKey {
  readonly #digest: Buffer;

  constructor(expected: string) {
    this.#digest = digest(expected);
  }

  /** `given`: the header, as node:http gives it. */
  accepts(given: string | readonly string[] | undefined): boolean {
    return typeof given === 'string' && timingSafeEqual(digest(given), this.#digest);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
