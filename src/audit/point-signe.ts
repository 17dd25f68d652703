// A checkpoint that is signed (Ed25519): what was kept outside of the database tells by itself that nobody changed it.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import type { PointDeControle } from './verify.js';

export type PointSigne = PointDeControle & {
  readonly format: 'annuaire-sync-point-1';
  /** ISO 8601, UTC. */
  readonly le: string;
  /** Names the key: the first 16 digits of the SHA-256 of the public one (SPKI, DER). */
  readonly cle: string;
  /** Base64 of the signature of `texteDuPoint`. */
  readonly signature: string;
};

/** What is signed, so that other tools can check it. */
export function texteDuPoint({
  format,
  sequence,
  empreinte,
  le,
  cle,
}: Omit<PointSigne, 'signature'>): string {
  return [format, sequence, empreinte, le, cle].join('|');
}

export type PaireCles = {
  /** PEM (PKCS 8). */
  readonly privee: string;
  /** PEM (SPKI): to be handed out. */
  readonly publique: string;
  readonly nom: string;
};

export function creerCles(): PaireCles {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { privee: privateKey, publique: publicKey, nom: nommerCle(publicKey) };
}

/** Of a public key, or of a private one. Undefined: it is no Ed25519 key. */
export function publiqueDe(pem: string): string | undefined {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') return undefined;
    return key.export({ type: 'spki', format: 'pem' }).toString();
  } catch {
    return undefined;
  }
}

export function nommerCle(publique: string): string {
  const der = createPublicKey(publique).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

export function signerPoint(point: PointDeControle, le: Date, privee: string): PointSigne {
  const publique = publiqueDe(privee) ?? '';
  const told = {
    format: 'annuaire-sync-point-1',
    ...{ sequence: point.sequence, empreinte: point.empreinte },
    ...{ le: le.toISOString(), cle: nommerCle(publique) },
  } as const;
  const signature = sign(undefined, Buffer.from(texteDuPoint(told)), createPrivateKey(privee));
  return { ...told, signature: signature.toString('base64') };
}

/** By one of the public keys. */
export function estSigne(point: PointSigne, publiques: readonly string[]): boolean {
  const text = Buffer.from(texteDuPoint(point));
  const signature = Buffer.from(point.signature, 'base64');
  return publiques.some(
    (publique) =>
      nommerCle(publique) === point.cle &&
      verify(undefined, text, createPublicKey(publique), signature),
  );
}
