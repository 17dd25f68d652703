// PROXY protocol, version 2: who really is behind a balancer. The header comes once, before anything else (TLS included).

const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const fixedLength = 16;
/** Addresses take 36 bytes at most here; the rest is for extensions that we pass over. */
const bodyLengthMax = 2_048;

export type ProxyHeader =
  /** More bytes are needed. */
  | { readonly kind: 'partial' }
  | { readonly kind: 'invalid' }
  /** `address` is undefined when the balancer speaks for itself (LOCAL: its health checks). */
  | { readonly kind: 'whole'; readonly length: number; readonly address: string | undefined };

const partial: ProxyHeader = { kind: 'partial' };
const invalid: ProxyHeader = { kind: 'invalid' };

export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  const seen = Math.min(bytes.length, signature.length);
  if (!bytes.subarray(0, seen).equals(signature.subarray(0, seen))) return invalid;
  if (bytes.length < fixedLength) return partial;
  const versionAndCommand = bytes.readUInt8(12);
  const bodyLength = bytes.readUInt16BE(14);
  if (versionAndCommand >> 4 !== 2 || bodyLength > bodyLengthMax) return invalid;
  const command = versionAndCommand & 0x0f;
  if (command > 1) return invalid;
  const length = fixedLength + bodyLength;
  if (bytes.length < length) return partial;
  if (command === 0) return { kind: 'whole', length, address: undefined };
  return parseAddress(bytes.readUInt8(13), bytes.subarray(fixedLength, length), length);
}

/** TCP over IPv4 and IPv6 only: we serve nothing else. */
function parseAddress(familyAndProtocol: number, body: Buffer, length: number): ProxyHeader {
  if (familyAndProtocol === 0x11 && body.length >= 12) {
    return { kind: 'whole', length, address: [...body.subarray(0, 4)].join('.') };
  }
  if (familyAndProtocol === 0x21 && body.length >= 36) {
    const groups = Array.from({ length: 8 }, (_, index) => body.readUInt16BE(index * 2));
    return {
      kind: 'whole',
      length,
      address: groups.map((group) => group.toString(16)).join(':'),
    };
  }
  return invalid;
}
