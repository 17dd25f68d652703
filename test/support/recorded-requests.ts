import type { Filter, Request } from '../../src/ldap/protocol/request.js';

const pagedResults = '1.2.840.113556.1.4.319';

/** What OpenLDAP's command-line clients (libldap 2.5) sent, recorded from a socket. */
export const recordedRequests: [name: string, hex: string, expected: Request][] = [
  [
    'anonymous bind',
    '300c020101600702010304008000',
    {
      kind: 'bind',
      messageId: 1,
      controls: [],
      version: 3,
      name: '',
      authentication: { kind: 'simple', password: octets('') },
    },
  ],
  [
    'simple bind',
    '301a02010160150201030408636e3d61646d696e8006736563726574',
    {
      kind: 'bind',
      messageId: 1,
      controls: [],
      version: 3,
      name: 'cn=admin',
      authentication: { kind: 'simple', password: octets('secret') },
    },
  ],
  ['unbind', '30050201034200', { kind: 'unbind', messageId: 3, controls: [] }],
  [
    "Thunderbird's autocompletion",
    '30818802010263818204156f753d62616c2c6f3d6d7373616e74652c633d66720a01020a01000201640201050101' +
      'ffa14ea4110402636e300b81046a65616e8103647570a41204046d61696c300a81086a65616e20647570a4130409' +
      '676976656e4e616d65300681046a65616ea4100402736e300a81086a65616e20647570300a0402636e04046d61696c',
    {
      kind: 'search',
      messageId: 2,
      controls: [],
      baseObject: 'ou=bal,o=mssante,c=fr',
      scope: 'sub',
      sizeLimit: 100,
      timeLimitSeconds: 5,
      typesOnly: true,
      filter: {
        kind: 'or',
        filters: [
          substrings('cn', 'jean', 'dup'),
          substrings('mail', 'jean dup'),
          substrings('givenName', 'jean'),
          substrings('sn', 'jean dup'),
        ],
      },
      attributes: ['cn', 'mail'],
    },
  ],
  [
    'every kind of filter',
    '307a020102637504000a01000a0103020100020100010100a05aa208a306040161040162a506040163040164a606' +
      '040165040166a806040167040168a40e040169300980016a81016b82016c87016da9138108322e352e31332e35' +
      '82016e83016f8401ffa906810170830171a906820172830173300604012a04012b',
    {
      kind: 'search',
      messageId: 2,
      controls: [],
      baseObject: '',
      scope: 'base',
      sizeLimit: 0,
      timeLimitSeconds: 0,
      typesOnly: false,
      filter: {
        kind: 'and',
        filters: [
          { kind: 'not', filter: { kind: 'equality', attribute: 'a', value: octets('b') } },
          { kind: 'greaterOrEqual', attribute: 'c', value: octets('d') },
          { kind: 'lessOrEqual', attribute: 'e', value: octets('f') },
          { kind: 'approx', attribute: 'g', value: octets('h') },
          {
            kind: 'substrings',
            attribute: 'i',
            initial: octets('j'),
            any: [octets('k')],
            final: octets('l'),
          },
          { kind: 'present', attribute: 'm' },
          extensible('2.5.13.5', 'n', 'o', true),
          extensible('p', undefined, 'q', false),
          extensible(undefined, 'r', 's', false),
        ],
      },
      attributes: ['*', '+'],
    },
  ],
  [
    'a page asked for',
    '304f020102632504036f3d780a01010a0100020100020100010100a3080402636e0402c3a930050403312e31a023' +
      '30210416312e322e3834302e3131333535362e312e342e333139040730050201640400',
    {
      kind: 'search',
      messageId: 2,
      controls: [
        { type: pagedResults, isCritical: false, value: Buffer.from('30050201640400', 'hex') },
      ],
      baseObject: 'o=x',
      scope: 'one',
      sizeLimit: 0,
      timeLimitSeconds: 0,
      typesOnly: false,
      filter: { kind: 'equality', attribute: 'cn', value: octets('é') },
      attributes: ['1.1'],
    },
  ],
  [
    'compare',
    '301c0201026e170408636e3d782c6f3d79300b04046d61696c0403614062',
    {
      kind: 'compare',
      messageId: 2,
      controls: [],
      entry: 'cn=x,o=y',
      attribute: 'mail',
      value: octets('a@b'),
    },
  ],
  ['delete', '300d0201024a08636e3d782c6f3d79', write('delete', 'cn=x,o=y')],
  [
    'modifyDN',
    '301d0201026c180408636e3d782c6f3d790404636e3d770101ff80036f3d7a',
    write('modifyDn', 'cn=x,o=y'),
  ],
  [
    'modify',
    '302d02010266280404636e3d78302030110a0100300c0402736e3106040161040162300b0a010130060402636e3100',
    write('modify', 'cn=x'),
  ],
  [
    'add',
    '3023020102681e0404636e3d78301630090402636e310304017830090402736e3103040179',
    write('add', 'cn=x'),
  ],
  [
    'who am I',
    '301e02010277198017312e332e362e312e342e312e343230332e312e31312e33',
    extended('1.3.6.1.4.1.4203.1.11.3', undefined),
  ],
  [
    'cancel',
    '30190201027714800b312e332e362e312e312e3881053003020107',
    extended('1.3.6.1.1.8', Buffer.from('3003020107', 'hex')),
  ],
];
function octets(text: string): Buffer {
  return Buffer.from(text);
}

function substrings(attribute: string, ...any: string[]): Filter {
  return {
    kind: 'substrings',
    attribute,
    initial: undefined,
    any: any.map(octets),
    final: undefined,
  };
}

function extensible(
  rule: string | undefined,
  attribute: string | undefined,
  value: string,
  dnAttributes: boolean,
): Filter {
  return { kind: 'extensible', rule, attribute, value: octets(value), dnAttributes };
}

function write(operation: 'add' | 'delete' | 'modify' | 'modifyDn', entry: string): Request {
  return { kind: 'write', messageId: 2, controls: [], operation, entry };
}

function extended(name: string, value: Buffer | undefined): Request {
  return { kind: 'extended', messageId: 2, controls: [], name, value };
}
