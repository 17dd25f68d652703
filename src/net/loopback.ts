// What does not leave this machine.
import { isLoopback } from '../domain/adresse-reseau.js';

export { isLoopback };

/** As `URL.hostname` writes it. */
export function isLoopbackUrl({ hostname }: URL): boolean {
  return isLoopback(hostname.replace(/^\[(.*)\]$/u, '$1'));
}
