// What is done to a right input: bytes, numbers, pieces and words, a few at a time.
import type { Random } from '../support/random.js';

const tellingBytes = [0x00, 0x01, 0x0a, 0x0d, 0x22, 0x3b, 0x7c, 0x7f, 0x80, 0xc3, 0xef, 0xff];
const tellingNumbers = [0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff];
const bytesMax = 1 << 20;

/** Between one and four changes; the input is left as it is. */
export function mutateBytes(
  input: Buffer,
  random: Random,
  words: readonly (string | Buffer)[] = [],
): Buffer {
  let bytes = Buffer.from(input);
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    bytes = Buffer.from(mutateOnce(bytes, random, words)).subarray(0, bytesMax);
  }
  return bytes;
}

function mutateOnce(
  bytes: Buffer,
  random: Random,
  words: readonly (string | Buffer)[],
): Uint8Array {
  const at = random.below(bytes.length + 1);
  const length = 1 + random.below(Math.max(1, Math.min(64, bytes.length - at)));
  switch (random.below(words.length > 0 ? 8 : 7)) {
    case 0:
      return overwrite(bytes, at, Buffer.from([random.pick(tellingBytes)]));
    case 1:
      return overwrite(bytes, at, Buffer.from([random.below(256)]));
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 3: {
      const from = random.below(bytes.length + 1);
      return insert(bytes, at, bytes.subarray(from, from + length));
    }
    case 4: {
      const number = Buffer.alloc(8);
      number.writeUInt32LE(random.pick(tellingNumbers));
      return overwrite(bytes, at, number.subarray(0, random.pick([1, 2, 4, 8])));
    }
    case 5:
      return bytes.subarray(0, at);
    case 6:
      return insert(bytes, at, Buffer.alloc(length, random.pick(tellingBytes)));
    default:
      return insert(bytes, at, Buffer.from(random.pick(words)));
  }
}

function insert(bytes: Buffer, at: number, piece: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

function overwrite(bytes: Buffer, at: number, piece: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  piece.copy(copy, Math.min(at, copy.length));
  return copy;
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const tellingValues: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  '\u0000',
  'https://rpps.esante.gouv.fr',
  'Practitioner',
  [],
  {},
  [[]],
  { value: {} },
  'é'.repeat(2_000),
  '__proto__',
];

/** A copy in which one to three values, somewhere in the tree, are lost, doubled, moved or of another type. */
export function mutateJson(tree: Json, random: Random): Json {
  const root: { value: Json } = { value: structuredClone(tree) };
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const places = placesOf(root);
    if (places.length === 0) break;
    const place = random.pick(places);
    const key = String(place.key);
    const holder = place.holder as Record<string, Json>;
    switch (random.below(4)) {
      case 0:
        holder[key] = structuredClone(random.pick(tellingValues));
        break;
      case 1:
        Reflect.deleteProperty(holder, key);
        break;
      case 2: {
        const other = random.pick(places);
        const value = (other.holder as Record<string, Json>)[String(other.key)];
        holder[key] = structuredClone(value ?? null);
        break;
      }
      default: {
        const value = holder[key] ?? null;
        holder[key] = [structuredClone(value), structuredClone(value)];
      }
    }
  }
  return root.value ?? null;
}

type Place = { readonly holder: object; readonly key: string | number };

function placesOf(holder: object): Place[] {
  return Object.entries(holder).flatMap(([key, value]) => [
    { holder, key },
    ...(value !== null && typeof value === 'object' ? placesOf(value as object) : []),
  ]);
}
