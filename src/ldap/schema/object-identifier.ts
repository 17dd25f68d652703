import { findObjectClass } from './definitions.js';

/**
 * The one form of an object identifier or of its name: a known class by the name that answers carry, any other numeric one as
 * it is. Undefined: an unknown name (RFC 4517 section 4.2.26).
 */
export function findObjectIdentifier(text: string): string | undefined {
  const known = findObjectClass(text);
  if (known) return known.names[0];
  return /^[0-2](?:\.(?:0|[1-9][0-9]*))+$/.test(text) ? text : undefined;
}
