// Valid messages damaged at random, from a seed.
import type { Draw } from './draw.js';

/** One of `valid` with one to four faults; sometimes none, so that what follows a fault is looked at as well. */
export function mutateRequest(draw: Draw, valid: readonly Buffer[]): Buffer {
  let bytes: Buffer = Buffer.from(draw.one(valid));
  if (draw.happens(0.1)) return bytes;
  const faults = 1 + draw.below(4);
  for (let count = 0; count < faults; count++) bytes = damage(draw, bytes, valid);
  return bytes;
}

/** What a mutation may grow to. */
const bytesMax = 100_000;

function damage(draw: Draw, bytes: Buffer, valid: readonly Buffer[]): Buffer {
  if (bytes.length === 0) return Buffer.from([draw.below(256)]);
  const at = draw.below(bytes.length);
  const to = Math.min(bytes.length, at + 1 + draw.below(12));
  const byte = (): number => draw.one([0, 1, 0x7f, 0x80, 0x81, 0x84, 0x88, 0xff, draw.below(256)]);
  const splice = (...middle: readonly Buffer[]): Buffer =>
    Buffer.concat([bytes.subarray(0, at), ...middle, bytes.subarray(to)]);
  const damaged = draw.one<() => Buffer>([
    () => withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << draw.below(8))),
    () => withByte(bytes, at, byte()),
    () => withByte(bytes, at, byte()),
    () => splice(),
    () => splice(bytes.subarray(at, to), bytes.subarray(at, to)),
    () => splice(Buffer.from([byte(), byte(), byte()])),
    () => bytes.subarray(0, at),
    () => splice(draw.one(valid).subarray(0, 40)),
    () => splice(Buffer.alloc(draw.one([1, 100, 5_000]), byte())),
    () => Buffer.concat([bytes, draw.one(valid)]),
  ])();
  return damaged.length > bytesMax ? bytes : damaged;
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}
