// XXH64 (xxhash specification 0.1.1, seed 0) of a run of bytes, as two 32-bit halves. Not a cryptographic hash: it tells
// yesterday's lines from today's, among some millions of them two different lines collide with a chance below 1e-6.
import xxhash from 'xxhash-wasm';

const hasher = await xxhash();
const whole = new BigInt64Array(1);
const halves = new Int32Array(whole.buffer);
const unsigned = new BigUint64Array(whole.buffer);

/** The last hash computed: `low` and `high` halves (little endian machine, as V8 requires of all its platforms here). */
export const lastHash = { low: 0, high: 0 };

/** Hashes buffer[start, end) into `lastHash`. */
export function hashLine(buffer: Buffer, start: number, end: number): void {
  unsigned[0] = hasher.h64Raw(buffer.subarray(start, end));
  lastHash.low = halves[0] ?? 0;
  lastHash.high = halves[1] ?? 0;
}

/** The signed 64-bit value of a hash, as PostgreSQL's bigint prints it. */
export function hashText(low: number, high: number): string {
  halves[0] = low;
  halves[1] = high;
  return String(whole[0]);
}
