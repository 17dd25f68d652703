// The names of accounts and of client certificates: by OID, so that no program's spelling of a type counts.
import { normaliseDn, parseDn, type Dn, type DnRules } from '../dn/dn.js';
import { findAttributeType } from '../schema/definitions.js';
import { prepareValue } from '../schema/prepare.js';

export type AccountDn =
  /** `normalised`: one text for all spellings of a name. */
  | { readonly kind: 'dn'; readonly normalised: string }
  | { readonly kind: 'malformed' }
  /** A name that stands for no OID here; the number itself is always understood. */
  | { readonly kind: 'unknownType'; readonly type: string };

/** @param text RFC 4514: most specific first */
export function readAccountDn(text: string): AccountDn {
  const dn = parseDn(text);
  if (!dn || dn.length === 0) return { kind: 'malformed' };
  const unknown = dn.flat().find(({ type }) => findOid(type) === undefined);
  if (unknown) return { kind: 'unknownType', type: unknown.type };
  const normalised = normaliseAccountDn(dn);
  return normalised === undefined ? { kind: 'malformed' } : { kind: 'dn', normalised };
}

/** Undefined for a value that none is equal to, or a type that comes twice in an RDN. */
export function normaliseAccountDn(dn: Dn): string | undefined {
  return normaliseDn(dn, rules);
}

/** RFC 5280 section 7.1 has case and spaces ignored, whatever the type. */
const rules: DnRules = {
  canonicalType: findOid,
  prepareValue: (_type, value) => prepareValue('caseIgnore', value),
};

function findOid(type: string): string | undefined {
  if (/^\d/.test(type)) return type;
  return findAttributeType(type)?.oid ?? certificateTypes.get(type.toLowerCase());
}

/** Types that certificates hold and the directory's schema does not, as OpenSSL, Windows and Java spell them. */
const certificateTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '1.2.840.113549.1.9.1': ['emailAddress', 'email', 'E'],
    '1.2.840.113549.1.9.2': ['unstructuredName'],
    '1.2.840.113549.1.9.8': ['unstructuredAddress'],
    '1.3.6.1.4.1.311.60.2.1.1': ['jurisdictionL', 'jurisdictionLocalityName'],
    '1.3.6.1.4.1.311.60.2.1.2': ['jurisdictionST', 'jurisdictionStateOrProvinceName'],
    '1.3.6.1.4.1.311.60.2.1.3': ['jurisdictionC', 'jurisdictionCountryName'],
    '2.5.4.8': ['S'],
    '2.5.4.12': ['T'],
    '2.5.4.42': ['G'],
    '2.5.4.44': ['generation'],
    '2.5.4.46': ['DNQ'],
    '2.5.4.65': ['pseudonym'],
    '2.5.4.72': ['role'],
    '2.5.4.97': ['organizationIdentifier'],
  }).flatMap(([oid, names]) => names.map((name) => [name.toLowerCase(), oid] as const)),
);
