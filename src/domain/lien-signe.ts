// Links that a mail carries: who holds one may do one thing, about one object, until a date. Nothing is kept of them.
import { createHmac, timingSafeEqual } from 'node:crypto';

export type LienSigne = {
  /** What the link allows, e.g. `inactivite-opposition`: small letters, digits, hyphens. */
  readonly usage: string;
  /** Of what it is about: letters, digits, `_` and `-`. */
  readonly id: string;
  /** To the second. */
  readonly expireLe: Date;
};

export type LectureLien =
  | { readonly kind: 'valide'; readonly lien: LienSigne }
  /** Signed by us, too old: the page can say so. */
  | { readonly kind: 'expire'; readonly lien: LienSigne }
  /** Not ours, of another usage, or altered. */
  | { readonly kind: 'refuse' };

const usageShape = /^[a-z0-9-]{1,40}$/u;
const idShape = /^[A-Za-z0-9_-]{1,100}$/u;
const tokenShape =
  /^([a-z0-9-]{1,40})\.([A-Za-z0-9_-]{1,100})\.([0-9]{1,12})\.([A-Za-z0-9_-]{43})$/u;

/** `usage.id.expiration.signature`, fit for a path or a query as it is; the expiration in seconds since 1970. */
export function signLien(cle: Uint8Array, lien: LienSigne): string {
  const expiration = Math.floor(lien.expireLe.getTime() / 1_000);
  if (!usageShape.test(lien.usage) || !idShape.test(lien.id) || !(expiration > 0)) {
    throw new Error(`not a link that can be signed: ${lien.usage} ${lien.id}`);
  }
  const said = `${lien.usage}.${lien.id}.${expiration}`;
  return `${said}.${signatureOf(cle, said)}`;
}

/** `usage` is the one that the caller serves: a link made for something else is refused. */
export function readLien(cle: Uint8Array, usage: string, jeton: string, now: Date): LectureLien {
  const [, said, id, expiration, signature] = tokenShape.exec(jeton) ?? [];
  if (said !== usage || id === undefined || expiration === undefined || signature === undefined) {
    return { kind: 'refuse' };
  }
  // The signs, not what they decode to: the last one has two bits that decoding leaves out.
  const given = Buffer.from(signature);
  const expected = Buffer.from(signatureOf(cle, `${usage}.${id}.${expiration}`));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return { kind: 'refuse' };
  }
  const lien = { usage, id, expireLe: new Date(Number(expiration) * 1_000) };
  return { kind: lien.expireLe > now ? 'valide' : 'expire', lien };
}

/** `chemin` without a leading slash; the public address may have a path of its own. */
export function lienPublic(urlPublique: URL, chemin: string, jeton: string): string {
  return `${urlPublique.href.replace(/\/+$/u, '')}/${chemin}/${jeton}`;
}

/** The first words keep these signatures apart from any other made with the same key. */
function signatureOf(cle: Uint8Array, said: string): string {
  return createHmac('sha256', cle).update(`annuaire-sync:lien:v1:${said}`).digest('base64url');
}
