// One-time passwords (RFC 6238: SHA-1, 6 digits, 30 s, what every authenticator knows), recovery and activation codes.
import { createHash, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const periodeSecondes = 30;
/** One step before and after: RFC 6238 § 5.2 recommends at most one for the network's delay. */
const fenetre = 1;
/** 160 bits, the length of the HMAC's output (RFC 4226 § 4, R6). */
const secretBytes = 20;

export function createSecretTotp(): Buffer {
  return randomBytes(secretBytes);
}

/** The time step whose code this is, now or one step away; undefined when it is none. */
export function findPas(secret: Buffer, code: string, now: Date): number | undefined {
  const token = code.replace(/\s/gu, '');
  if (!/^\d{6}$/u.test(token)) return undefined;
  const timestamp = now.getTime();
  const delta = totpOf(secret).validate({ token, timestamp, window: fenetre });
  return delta === null ? undefined : Math.floor(timestamp / 1_000 / periodeSecondes) + delta;
}

/** For an authenticator: what its camera reads, and what is typed where there is none. */
export type SecretMontre = { readonly uri: string; readonly texte: string };

export function showSecret(secret: Buffer, nom: string, operateur: string): SecretMontre {
  const { base32 } = secretOf(secret);
  return {
    uri: totpOf(secret, nom, `Annuaire Santé (${operateur})`).toString(),
    texte: groups(base32, 4, ' '),
  };
}

function totpOf(secret: Buffer, label = 'compte', issuer = ''): TOTP {
  return new TOTP({
    secret: secretOf(secret),
    label,
    issuer,
    algorithm: 'SHA1',
    digits: 6,
    period: periodeSecondes,
  });
}

function secretOf(secret: Buffer): Secret {
  return new Secret({ buffer: Uint8Array.from(secret).buffer });
}

const secoursCount = 10;
/** 80 bits: nothing can be tried against a plain hash of them. */
const secoursBytes = 10;

export function createCodesSecours(): string[] {
  return Array.from({ length: secoursCount }, () =>
    groups(base32(randomBytes(secoursBytes)).toLowerCase(), 4, '-'),
  );
}

/** Undefined for what cannot be a recovery code; case, spaces and hyphens do not matter. */
export function hashCodeSecours(code: string): Buffer | undefined {
  const bare = code.replace(/[\s-]/gu, '').toLowerCase();
  return /^[a-z2-7]{16}$/u.test(bare) ? createHash('sha256').update(bare).digest() : undefined;
}

export function createCodeActivation(): string {
  return randomBytes(32).toString('base64url');
}

/** Undefined for what cannot be one. */
export function hashCodeActivation(code: string): Buffer | undefined {
  const shape = /^[A-Za-z0-9_-]{43}$/u;
  return shape.test(code) ? createHash('sha256').update(code).digest() : undefined;
}

function base32(bytes: Buffer): string {
  return secretOf(bytes).base32;
}

function groups(text: string, size: number, separator: string): string {
  return (text.match(new RegExp(`.{1,${size}}`, 'gu')) ?? []).join(separator);
}
