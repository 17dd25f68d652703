// Secrets of second factors, encrypted at rest: AES-256-GCM, under a key derived for this use alone (HKDF, RFC 5869).
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

export class Coffre {
  readonly #key: Buffer;

  constructor(cle: Uint8Array) {
    this.#key = Buffer.from(hkdfSync('sha256', cle, '', 'annuaire-sync:compte:totp:v1', 32));
  }

  /** Nonce, tag, ciphertext. Bound to the name: what is copied to another account cannot be opened there. */
  close(secret: Buffer, nom: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.#key, nonce).setAAD(Buffer.from(nom));
    const closed = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), closed]);
  }

  /** Undefined when it was closed under another key or for another name, or was altered. */
  open(closed: Buffer, nom: string): Buffer | undefined {
    const nonce = closed.subarray(0, nonceBytes);
    const tag = closed.subarray(nonceBytes, nonceBytes + tagBytes);
    if (tag.length !== tagBytes) return undefined;
    const decipher = createDecipheriv(algorithm, this.#key, nonce, { authTagLength: tagBytes })
      .setAAD(Buffer.from(nom))
      .setAuthTag(tag);
    try {
      const body = decipher.update(closed.subarray(nonceBytes + tagBytes));
      return Buffer.concat([body, decipher.final()]);
    } catch {
      return undefined;
    }
  }
}
