// Addresses as trust goes by them.
import { BlockList, isIP } from 'node:net';

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
