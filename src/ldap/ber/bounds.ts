// Where a value begins and ends, in bytes that we wrote ourselves: they are not checked again.

/** Where the content of the TLV at `at` begins; its end is where `contentEnd` says. */
export function contentStart(bytes: Uint8Array, at: number): number {
  const first = bytes[at + 1] ?? 0;
  return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
}

export function contentEnd(bytes: Uint8Array, at: number): number {
  const first = bytes[at + 1] ?? 0;
  if (first < 0x80) return at + 2 + first;
  const count = first & 0x7f;
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  return at + 2 + count + length;
}
