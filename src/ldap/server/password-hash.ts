// Passwords of accounts as the settings hold them: `scrypt$N$r$p$salt$hash`, salt and hash in base64.
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

export type PasswordHash = {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
};

/** About 50 ms and 32 MB for each verification. */
const defaults = { cost: 2 ** 15, blockSize: 8, parallelization: 1 };
const saltBytes = 16;
const hashBytes = 32;
const memoryBytesMax = 256 * 1024 ** 2;

export async function hashPassword(password: Buffer): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, { ...defaults, salt, hash: Buffer.alloc(hashBytes) });
  return formatPasswordHash({ ...defaults, salt, hash });
}

function formatPasswordHash(parsed: PasswordHash): string {
  const { cost, blockSize, parallelization, salt, hash } = parsed;
  const texts = [salt, hash].map((bytes) => bytes.toString('base64').replaceAll('=', ''));
  return ['scrypt', cost, blockSize, parallelization, ...texts].join('$');
}

/** Undefined when it is no such hash, or one that is too weak or would cost too much to verify. */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const match =
    /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9+/]{11,88})={0,2}\$([A-Za-z0-9+/]{22,88})={0,2}$/u.exec(
      text,
    );
  if (!match) return undefined;
  const [cost, blockSize, parallelization] = match.slice(1, 4).map(Number);
  if (!cost || !blockSize || !parallelization) return undefined;
  const isPowerOfTwo = (cost & (cost - 1)) === 0;
  const isAffordable = 128 * cost * blockSize <= memoryBytesMax / 2 && parallelization <= 16;
  if (!isPowerOfTwo || cost < 1_024 || !isAffordable) return undefined;
  return {
    cost,
    blockSize,
    parallelization,
    salt: Buffer.from(match[4] ?? '', 'base64'),
    hash: Buffer.from(match[5] ?? '', 'base64'),
  };
}

/** Runs on the thread pool. */
export async function verifyPassword(password: Buffer, expected: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, expected), expected.hash);
}

/** What no password gives, to take the same time where there is no account. */
export function impossibleHash(like: PasswordHash | undefined): PasswordHash {
  const { cost, blockSize, parallelization } = like ?? defaults;
  return {
    cost,
    blockSize,
    parallelization,
    salt: randomBytes(saltBytes),
    hash: randomBytes(hashBytes),
  };
}

function derive(password: Buffer, { salt, hash, ...parameters }: PasswordHash): Promise<Buffer> {
  const options: ScryptOptions = { ...parameters, maxmem: memoryBytesMax };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hash.length, options, (error, derived) => {
      if (error) reject(error);
      else resolve(derived);
    });
  });
}
