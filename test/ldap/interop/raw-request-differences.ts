// Raw requests that OpenLDAP and the mirror answer differently on purpose; docs/ldap.md tells administrators those that show.

export type OwnAnswer = {
  readonly slapd: string;
  readonly ours: string;
  readonly reason: string;
};

export const ownAnswers: Readonly<Record<string, OwnAnswer>> = {
  'bind: name that is no DN': {
    slapd: '34, open',
    ours: '49, open',
    reason: 'an account may be named otherwise than by a DN',
  },
  'bind: name that is no DN, without password': {
    slapd: '34, open',
    ours: '53, open',
    reason: 'an account may be named otherwise than by a DN',
  },
  'bind: version as a string': {
    slapd: '2, open',
    ours: 'notice 2, closed',
    reason: 'a malformed message ends the session (RFC 4511 section 4.1.1)',
  },
  'search: scope 3': {
    slapd: '0, open',
    ours: '2, open',
    reason: 'slapd has the scope « children » of an expired draft; RFC 4511 does not',
  },
  'add: no attributes': {
    slapd: '2, open',
    ours: 'notice 2, closed',
    reason: 'a malformed message ends the session (RFC 4511 section 4.1.1)',
  },
  'modify: no changes': {
    slapd: '8, open',
    ours: 'notice 2, closed',
    reason: 'a malformed message ends the session (RFC 4511 section 4.1.1)',
  },
  'extended: cancel of itself': {
    slapd: '0, open',
    ours: '119, open',
    reason: 'an operation that is being decoded is not outstanding (RFC 3909 section 2)',
  },
  'extended: password': {
    slapd: '8, open',
    ours: '2, open',
    reason: 'passwords are in the settings: the extension does not exist',
  },
  'envelope: message ID 0': {
    slapd: '0, open',
    ours: 'notice 2, closed',
    reason: '0 is for unsolicited notifications only (RFC 4511 section 4.1.1.1)',
  },
  'envelope: negative message ID': {
    slapd: '0, open',
    ours: 'notice 2, closed',
    reason: 'message IDs are from 0 to 2^31 - 1 (RFC 4511 section 4.1.1.1)',
  },
  'envelope: empty message ID': {
    slapd: '0, open',
    ours: 'notice 2, closed',
    reason: 'an INTEGER has at least one octet (X.690 section 8.3.1)',
  },
  'envelope: bytes behind the operation': {
    slapd: '0, open',
    ours: 'notice 2, closed',
    reason: 'a malformed message ends the session (RFC 4511 section 4.1.1)',
  },
  'control: a cookie that nobody gave': {
    slapd: '2, open',
    ours: '53, open',
    reason: 'a cookie that is no longer known is refused so (RFC 2696 section 3)',
  },
  'control: critical sort by an unknown attribute': {
    slapd: '16, open',
    ours: '12, open',
    reason: 'a critical sort that cannot be done ends so (RFC 2891 section 2)',
  },
};
