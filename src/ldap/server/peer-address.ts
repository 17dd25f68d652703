// Addresses as limits and trust go by them.
import { BlockList, isIP } from 'node:net';

/** IPv4 as it is, even when mapped into IPv6; for IPv6 the /64, of which one machine has all addresses. */
export function addressKey(address: string): string {
  const mapped = /^(?:::|0:0:0:0:0:)ffff:(.+)$/iu.exec(address)?.[1];
  if (mapped !== undefined) return isIP(mapped) === 4 ? mapped : mappedGroups(mapped);
  if (isIP(address) !== 6) return address;
  return `${expand(address).slice(0, 4).join(':')}::/64`;
}

/** Throws RangeError for what is neither an address nor a range. */
export function parseRanges(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address);
    if (family === 0) throw new RangeError(range);
    const type = family === 4 ? 'ipv4' : 'ipv6';
    const prefix = bits === undefined ? (family === 4 ? 32 : 128) : parseBits(bits, family);
    if (prefix === undefined) throw new RangeError(range);
    list.addSubnet(address, prefix, type);
  }
  return list;
}

export function isInRanges(list: BlockList, address: string): boolean {
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu.exec(address)?.[1] ?? address;
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

function parseBits(bits: string, family: number): number | undefined {
  const value = Number(bits);
  return /^\d{1,3}$/u.test(bits) && value <= (family === 4 ? 32 : 128) ? value : undefined;
}

/** `::ffff:c0a8:1` in the form that a PROXY header gives it. */
function mappedGroups(groups: string): string {
  const [high = 0, low = 0] = groups.split(':').map((group) => Number.parseInt(group, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function expand(address: string): string[] {
  const [head = '', tail] = address.replace(/%.*$/u, '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(zeros).fill('0'), ...right];
}
