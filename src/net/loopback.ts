// What does not leave this machine.
import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** An address, or `localhost`, as settings write it. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  return (
    host === 'localhost' || (family !== 0 && loopback.check(host, `ipv${family === 4 ? 4 : 6}`))
  );
}

/** As `URL.hostname` writes it. */
export function isLoopbackUrl({ hostname }: URL): boolean {
  return hostname === '[::1]' || isLoopback(hostname);
}
