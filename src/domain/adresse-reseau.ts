// Addresses of the network as limits go by them.

/** IPv4 as it is, even when mapped into IPv6; for IPv6 the /64, of which one machine has all addresses. */
export function addressKey(address: string): string {
  const mapped = /^(?:::|0:0:0:0:0:)ffff:(.+)$/iu.exec(address)?.[1];
  if (mapped !== undefined) return mapped.includes('.') ? mapped : mappedGroups(mapped);
  if (!address.includes(':')) return address;
  return `${expand(address).slice(0, 4).join(':')}::/64`;
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
