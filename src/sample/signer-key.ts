// The key that signs the sample's white list. It is derived from the seed, so that every day of one country is signed
// by the same signer and settings made for day 1 trust day 2. It protects nothing: anybody can derive it.
import { checkPrimeSync, createHash, createPrivateKey, type KeyObject } from 'node:crypto';

const publicExponent = 65_537n;
const primeBits = 1024n;

export function deriveSignerKey(seed: number): KeyObject {
  const p = derivePrime(seed, 'p');
  const q = derivePrime(seed, 'q');
  const d = inverse(publicExponent, (p - 1n) * (q - 1n));
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'RSA',
      n: base64url(p * q),
      e: base64url(publicExponent),
      d: base64url(d),
      p: base64url(p),
      q: base64url(q),
      dp: base64url(d % (p - 1n)),
      dq: base64url(d % (q - 1n)),
      qi: base64url(inverse(q, p)),
    },
  });
}

/** The first prime from a number made of hashes, its two highest bits and lowest bit set; about 350 candidates. */
function derivePrime(seed: number, name: string): bigint {
  const blocks = [0, 1, 2, 3].map((block) =>
    createHash('sha256').update(`annuaire-sync sample ${seed} ${name} ${block}`).digest('hex'),
  );
  let candidate = BigInt(`0x${blocks.join('')}`) | (3n << (primeBits - 2n)) | 1n;
  while (candidate % publicExponent === 1n || !checkPrimeSync(candidate)) candidate += 2n;
  return candidate;
}

/** Extended Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [r, newR] = [modulus, value % modulus];
  let [t, newT] = [0n, 1n];
  while (newR !== 0n) {
    const quotient = r / newR;
    [r, newR] = [newR, r - quotient * newR];
    [t, newT] = [newT, t - quotient * newT];
  }
  return t < 0n ? t + modulus : t;
}

function base64url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
}
