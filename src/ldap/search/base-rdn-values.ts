import { parseDn, type Ava } from '../dn/dn.js';
import type { Directory } from '../directory/directory.js';

/** Types and values of the DN that all entries are below. */
export function baseRdnValues(directory: Directory): readonly Ava[] {
  return parseDn(directory.baseDn)?.flat() ?? [];
}
