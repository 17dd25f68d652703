/** Controls that requests carry, and those of the answers. */
export const controlOid = {
  /** RFC 2696. */
  pagedResults: '1.2.840.113556.1.4.319',
  /** RFC 2891. */
  sortRequest: '1.2.840.113556.1.4.473',
  sortResponse: '1.2.840.113556.1.4.474',
  /** draft-ietf-ldapext-ldapv3-vlv-09. */
  virtualListViewRequest: '2.16.840.1.113730.3.4.9',
  virtualListViewResponse: '2.16.840.1.113730.3.4.10',
  /** RFC 3296. */
  manageDsaIt: '2.16.840.1.113730.3.4.2',
} as const;

export const extensionOid = {
  /** RFC 4511 section 4.4.1; sent by the server only. */
  noticeOfDisconnection: '1.3.6.1.4.1.1466.20036',
  /** RFC 4511 section 4.14. */
  startTls: '1.3.6.1.4.1.1466.20037',
  /** RFC 4532. */
  whoAmI: '1.3.6.1.4.1.4203.1.11.3',
  /** RFC 3909. */
  cancel: '1.3.6.1.1.8',
} as const;

/** Values of supportedFeatures; modify-increment is not among them. */
export const featureOid = {
  /** RFC 3673: `+`. */
  allOperationalAttributes: '1.3.6.1.4.1.4203.1.5.1',
  /** RFC 4529: `@class`. */
  attributesByObjectClass: '1.3.6.1.4.1.4203.1.5.2',
  /** RFC 4526: `(&)` and `(|)`. */
  trueAndFalseFilters: '1.3.6.1.4.1.4203.1.5.3',
} as const;
