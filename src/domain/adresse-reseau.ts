// Addresses of the network as limits go by them.
import { AppError } from '../errors.js';

/** What does not leave this machine: an address, or `localhost`, as settings write it. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  if (name === 'localhost') return true;
  const ipv4 = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/u.exec(
    /^::ffff:(.+\..+)$/u.exec(name)?.[1] ?? name,
  );
  if (ipv4) return ipv4.slice(1).every((part) => Number(part) <= 255);
  if (!/^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}$/u.test(name)) return false;
  const groups = expand(name).map((group) => Number.parseInt(group, 16));
  if (groups.length !== 8 || groups.slice(0, 5).some((group) => group !== 0)) return false;
  const [sixth = 0, seventh = 0, last = 0] = groups.slice(5);
  // Mapped: 127.0.0.0/8 written in hexadecimal.
  if (sixth === 0xffff) return seventh >> 8 === 127;
  return sixth === 0 && seventh === 0 && last === 1;
}

/**
 * A name that the settings let through because it is this machine's may lead elsewhere (/etc/hosts): what was bound is looked at.
 *
 * @throws AppError `ECOUTE_HORS_BOUCLE`
 */
export function assertStaysHere(host: string, bound: string): void {
  if (!isLoopback(host) || isLoopback(bound)) return;
  throw new AppError(
    'ECOUTE_HORS_BOUCLE',
    `${host} mène à ${bound}, que le réseau voit, et on y parlerait en clair. Corrigez /etc/hosts, ou écrivez 127.0.0.1 à sa place.`,
  );
}

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
