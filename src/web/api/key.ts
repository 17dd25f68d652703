// Keys of the API: 256 random bits behind a prefix that tools looking for leaked secrets can know.
import { createHash, randomBytes } from 'node:crypto';

const prefix = 'ass1_';
const shape = /^ass1_[A-Za-z0-9_-]{43}$/u;

export function createKey(): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** What is kept of a key; undefined for what cannot be one. */
export function hashKey(key: string): Buffer | undefined {
  return shape.test(key) ? createHash('sha256').update(key).digest() : undefined;
}
