/** Identifier octets of X.690 that RFC 4511 uses; every tag of LDAP fits in one byte. */
export const berTag = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
} as const;
