import { normaliseDn, parseDn, type DnRules } from '../dn/dn.js';
import { findAttributeType, findRules } from './definitions.js';
import { prepareValue } from './prepare.js';

/**
 * The one text of all spellings of a DN (RFC 4517 section 4.2.15): types by name in lower case, values prepared by their
 * rule. Undefined when it is no DN, or holds a type or a value that no entry could have.
 */
export function prepareDn(text: string): string | undefined {
  const dn = parseDn(text);
  return dn && normaliseDn(dn, dnRules);
}

/** The eyes with which this schema sees names. */
const dnRules: DnRules = {
  canonicalType: (type) => findAttributeType(type)?.names[0]?.toLowerCase(),
  prepareValue: (type, value) => {
    const attribute = findAttributeType(type);
    const { equality } = attribute ? findRules(attribute) : {};
    const prepared = equality && prepareValue(equality, value);
    return prepared === '' ? undefined : prepared;
  },
};
