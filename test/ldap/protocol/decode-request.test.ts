import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeRequest } from '../../../src/ldap/protocol/decode-request.js';
import { ProtocolError } from '../../../src/ldap/protocol/protocol-error.js';
import type { Request } from '../../../src/ldap/protocol/request.js';
import {
  ber,
  berBoolean,
  berInteger,
  berLength,
  encodeAdd,
  encodeBind,
  encodeMessage,
  encodeModify,
  encodeModifyDn,
  encodeSearch,
} from '../../support/ldap-request.js';

const present = ber(0x87, 'objectClass');
const pagedResults = '1.2.840.113556.1.4.319';

/** What OpenLDAP's command-line clients (libldap 2.5) sent, recorded from a socket. */
const recorded: [name: string, hex: string, expected: Request][] = [
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
for (const [name, hex, expected] of recorded) {
  test(`decoded as recorded: ${name}`, () => {
    assert.deepEqual(decode(Buffer.from(hex, 'hex')), expected);
  });
}

test("Outlook's search and its browsing by VLV are decoded", () => {
  const prefixes = ['cn', 'sn', 'givenName'].map((name) =>
    ber(0xa4, ber(0x04, name), ber(0x30, ber(0x80, 'dup'))),
  );
  const filter = ber(0xa0, ber(0x87, 'mail'), ber(0xa1, ...prefixes));
  const request = decode(
    encodeMessage(7, encodeSearch({ filter, sizeLimit: 100, timeLimitSeconds: 60 }), [
      { type: '1.2.840.113556.1.4.473', isCritical: true, value: octets('x') },
      { type: '2.16.840.1.113730.3.4.9', isCritical: true, value: octets('y') },
    ]),
  );
  assert.equal(request.kind, 'search');
  assert.equal(request.controls.length, 2);
});

const odd: [name: string, operation: Buffer, expected: Partial<Request>][] = [
  ['a version of long ago', encodeBind('', '', 2), { kind: 'bind', version: 2 }],
  ['a version out of range', encodeBind('', '', -1), { kind: 'bind', version: -1 }],
  [
    'a way of binding that nobody knows',
    ber(0x60, berInteger(3), ber(0x04), ber(0x8a, 'Kerberos')),
    { kind: 'bind', authentication: { kind: 'unknown' } },
  ],
  [
    'SASL without credentials',
    ber(0x60, berInteger(3), ber(0x04), ber(0xa3, ber(0x04, 'EXTERNAL'))),
    {
      kind: 'bind',
      authentication: { kind: 'sasl', mechanism: 'EXTERNAL', credentials: undefined },
    },
  ],
  [
    'SASL with empty credentials',
    ber(0x60, berInteger(3), ber(0x04), ber(0xa3, ber(0x04, 'EXTERNAL'), ber(0x04))),
    {
      kind: 'bind',
      authentication: { kind: 'sasl', mechanism: 'EXTERNAL', credentials: octets('') },
    },
  ],
  ['abandoning what cannot be', berInteger(0, 0x50), { kind: 'abandon', abandonedId: 0 }],
  [
    'true and false filters',
    encodeSearch({ filter: ber(0xa0) }),
    filtered({ kind: 'and', filters: [] }),
  ],
  [
    'a filter of no known kind',
    encodeSearch({ filter: ber(0x8f, 'x') }),
    filtered({ kind: 'unknown' }),
  ],
  [
    'a constructed one too',
    encodeSearch({ filter: ber(0xab, 'x') }),
    filtered({ kind: 'unknown' }),
  ],
  [
    'an empty assertion',
    encodeSearch({ filter: ber(0xa3, ber(0x04, 'cn'), ber(0x04)) }),
    filtered({ kind: 'equality', attribute: 'cn', value: octets('') }),
  ],
  [
    'a rule that is for nothing',
    encodeSearch({ filter: ber(0xa9, ber(0x83, 'x')) }),
    filtered({ kind: 'unknown' }),
  ],
  [
    'names that are not UTF-8',
    encodeSearch({ filter: ber(0x87, Buffer.from([0xff])) }),
    filtered({ kind: 'present', attribute: 'ÿ' }),
  ],
  [
    'a component of a version to come',
    ber(0x77, ber(0x80, '1.2'), ber(0x85, 'later')),
    { kind: 'extended', name: '1.2', value: undefined },
  ],
  ['increment (RFC 4525)', encodeModify('cn=x', [3, ['uid', '1']]), { kind: 'write' }],
  ['no change at all', encodeModify('cn=x'), { kind: 'write' }],
  ['a new RDN of two values', encodeModifyDn('cn=x', 'cn=a+sn=b', ''), { kind: 'write' }],
];
for (const [name, operation, expected] of odd) {
  test(`decoded: ${name}`, () => assertHas(decode(encodeMessage(1, operation)), expected));
}

const meaningless: [name: string, ...parts: Buffer[]][] = [
  ['no part'],
  ['an empty part', ber(0x81)],
  ['an empty part among others', ber(0x80, 'a'), ber(0x81), ber(0x82, 'b')],
  ['initial behind another', ber(0x81, 'a'), ber(0x80, 'b')],
  ['two initials', ber(0x80, 'a'), ber(0x80, 'b')],
  ['final before another', ber(0x82, 'a'), ber(0x81, 'b')],
  ['two finals', ber(0x82, 'a'), ber(0x82, 'b')],
  ['a part of no known kind', ber(0x81, 'a'), ber(0x83, 'b')],
];
for (const [name, ...parts] of meaningless) {
  test(`substrings that mean nothing are Undefined, the rest of the filter stays: ${name}`, () => {
    const filter = ber(0xa1, ber(0xa4, ber(0x04, 'cn'), ber(0x30, ...parts)), present);
    assertHas(
      decode(encodeMessage(1, encodeSearch({ filter }))),
      filtered({
        kind: 'or',
        filters: [{ kind: 'unknown' }, { kind: 'present', attribute: 'objectClass' }],
      }),
    );
  });
}

const search = encodeSearch({ filter: present });
const withPart = (index: number, part: Buffer): Buffer => {
  const parts = [
    ber(0x04),
    berInteger(2, 10),
    berInteger(0, 10),
    berInteger(0),
    berInteger(0),
    berBoolean(false),
    present,
    ber(0x30),
  ];
  parts[index] = part;
  return ber(0x63, ...parts);
};
const twice = { type: pagedResults, isCritical: false, value: undefined };

/** The connection goes on: code and tag of the answer. */
const answered: [name: string, message: Buffer, code: number, tag: number | undefined][] = [
  ['scope out of range', encodeMessage(9, withPart(1, berInteger(3, 10))), 2, 0x65],
  ['negative scope', encodeMessage(9, withPart(1, berInteger(-1, 10))), 2, 0x65],
  ['derefAliases out of range', encodeMessage(9, withPart(2, berInteger(4, 10))), 2, 0x65],
  ['negative size limit', encodeMessage(9, withPart(3, berInteger(-1))), 2, 0x65],
  ['negative time limit', encodeMessage(9, withPart(4, berInteger(-1))), 2, 0x65],
  [
    'a base that is not UTF-8',
    encodeMessage(9, withPart(0, ber(4, Buffer.from('6f3dff', 'hex')))),
    34,
    0x65,
  ],
  [
    'a name that is not UTF-8',
    encodeMessage(9, ber(0x60, berInteger(3), ber(4, Buffer.from([0xff])), ber(0x80))),
    34,
    0x61,
  ],
  ['a control given twice', encodeMessage(9, search, [twice, twice]), 2, 0x65],
  ['add without attributes', encodeMessage(9, encodeAdd('cn=x')), 2, 0x69],
  ['add without a value', encodeMessage(9, encodeAdd('cn=x', ['cn'])), 2, 0x69],
  ['modify: no such operation', encodeMessage(9, encodeModify('cn=x', [4, ['cn', 'x']])), 2, 0x67],
  ['modify: nothing to add', encodeMessage(9, encodeModify('cn=x', [0, ['cn']])), 2, 0x67],
  ['modifyDN: no RDN', encodeMessage(9, encodeModifyDn('cn=x', '')), 34, 0x6d],
  ['modifyDN: two RDN', encodeMessage(9, encodeModifyDn('cn=x', 'cn=a,o=b')), 34, 0x6d],
  ['modifyDN: not an RDN', encodeMessage(9, encodeModifyDn('cn=x', 'foo')), 34, 0x6d],
  ['modifyDN: a bad superior', encodeMessage(9, encodeModifyDn('cn=x', 'cn=a', 'foo')), 34, 0x6d],
  ['delete: not UTF-8', encodeMessage(9, ber(0x4a, Buffer.from([0xc3]))), 34, 0x6b],
  ['compare: not UTF-8', encodeMessage(9, ber(0x6e, ber(4, Buffer.from([0xc3])))), 34, 0x6f],
  ['abandon below zero', encodeMessage(9, berInteger(-1, 0x50)), 2, undefined],
  [
    'more values than a message may have',
    encodeMessage(9, withPart(6, ber(0xa0, Buffer.alloc(140_000, 'a000', 'hex')))),
    11,
    0x65,
  ],
];
for (const [name, message, code, responseTag] of answered) {
  test(`refused, answered, and the connection goes on: ${name}`, () => {
    assert.deepEqual(refusalOf(message), { canContinue: true, code, messageId: 9, responseTag });
  });
}

const control = (...parts: Buffer[]): Buffer =>
  ber(0x30, berInteger(1), search, ber(0xa0, ber(0x30, ...parts)));
const nestedNots = (count: number): Buffer => {
  const parts = [present];
  for (let i = 0, length = present.length; i < count; i++) {
    const header = Buffer.concat([Buffer.from([0xa2]), berLength(length)]);
    parts.unshift(header);
    length += header.length;
  }
  return encodeMessage(1, encodeSearch({ filter: Buffer.concat(parts) }));
};

const fatal: [name: string, message: Buffer | string][] = [
  ['what kills ldapjs', '3084ffffffff020101'],
  ['nothing in it', '3000'],
  ['a message ID alone', '3003020101'],
  ['another tag', '3105020101' + '4200'],
  ['message ID 0', '3005020100' + '4200'],
  ['a negative message ID', '30050201ff' + '4200'],
  ['a message ID of 2^32 - 1', '3009020500ffffffff' + '4200'],
  ['an empty message ID', '30040200' + '4200'],
  ['a response', encodeMessage(1, ber(0x65))],
  ['an intermediate response', encodeMessage(1, ber(0x79))],
  ['an operation that nobody knows', encodeMessage(1, ber(0x62))],
  ['a tag of two bytes', '3006020101' + '7f1f00'],
  ['a primitive search', encodeMessage(1, ber(0x43))],
  ['an unbind that says something', encodeMessage(1, ber(0x42, 'x'))],
  ['bytes behind the operation', encodeMessage(1, Buffer.concat([ber(0x42), ber(0x04)]))],
  ['bytes behind the controls', ber(0x30, berInteger(1), search, ber(0xa0), ber(0x04))],
  ['controls twice', ber(0x30, berInteger(1), search, ber(0xa0), ber(0xa0))],
  ['bytes behind the message', Buffer.concat([encodeMessage(1, ber(0x42)), Buffer.from([0])])],
  ['bytes at the end of a search', encodeMessage(1, ber(0x63, search.subarray(2), ber(0x04)))],
  ['a search cut', encodeMessage(1, ber(0x63, ber(0x04)))],
  ['an integer for an enumerated', encodeMessage(1, withPart(1, berInteger(2)))],
  ['a size limit of five bytes', encodeMessage(1, withPart(3, ber(2, Buffer.alloc(5))))],
  ['a boolean of two bytes', encodeMessage(1, withPart(5, ber(1, 'ab')))],
  ['a filter that is no choice', encodeMessage(1, withPart(6, ber(0x30)))],
  ['no filter', encodeMessage(1, ber(0x63, search.subarray(2, 20)))],
  ['not without a filter', encodeMessage(1, withPart(6, ber(0xa2)))],
  ['not with two filters', encodeMessage(1, withPart(6, ber(0xa2, present, present)))],
  ['an assertion without a value', encodeMessage(1, withPart(6, ber(0xa3, ber(4, 'cn'))))],
  ['an assertion of three', encodeMessage(1, withPart(6, ber(0xa3, ber(4), ber(4), ber(4))))],
  ['substrings without parts', encodeMessage(1, withPart(6, ber(0xa4, ber(4, 'cn'))))],
  ['extensible without a value', encodeMessage(1, withPart(6, ber(0xa9, ber(0x81, 'x'))))],
  [
    'extensible out of order',
    encodeMessage(1, withPart(6, ber(0xa9, ber(0x82, 'x'), ber(0x81, 'x'), ber(0x83)))),
  ],
  ['attributes that are no list', encodeMessage(1, withPart(7, ber(0x31)))],
  ['an attribute that is no string', encodeMessage(1, withPart(7, ber(0x30, berInteger(1))))],
  ['a control without a type', control()],
  ['a control with its value first', control(ber(4, '1.2.3'), ber(4, 'v'), berBoolean(true))],
  ['a control with two values', control(ber(4, '1.2.3'), ber(4, 'v'), ber(4, 'v'))],
  ['an extended request without a name', encodeMessage(1, ber(0x77))],
  ['a bind without authentication', encodeMessage(1, ber(0x60, berInteger(3), ber(4)))],
  [
    'a bind with two authentications',
    encodeMessage(1, ber(0x60, berInteger(3), ber(4), ber(0x80), ber(0x80))),
  ],
  [
    'add with a sequence for a set',
    encodeMessage(1, ber(0x68, ber(4), ber(0x30, ber(0x30, ber(4, 'cn'), ber(0x30))))),
  ],
  ['101 values inside one another', nestedNots(99)],
  ['20,000 filters inside one another', nestedNots(20_000)],
];
for (const [name, message] of fatal) {
  test(`fatal: ${name}`, () => {
    assert.deepEqual(refusalOf(message), {
      canContinue: false,
      code: 2,
      messageId: 0,
      responseTag: undefined,
    });
  });
}

test('100 values inside one another are read', () => {
  assert.equal(decode(nestedNots(98)).kind, 'search');
});

test('a message cut at any byte is refused for good, whatever was announced', () => {
  let cut = 0;
  for (const [, hex] of recorded) {
    const whole = Buffer.from(hex, 'hex');
    for (let length = 0; length < whole.length; length++) {
      assert.equal(refusalOf(whole.subarray(0, length)).canContinue, false);
      cut++;
    }
  }
  assert.ok(cut > 500);
});

/** Decodes in the middle of bytes that would be valid values: reading outside of the slice gives something else. */
function decode(message: Buffer): Request {
  const around = Buffer.concat([Buffer.alloc(9, 0x30), message, Buffer.alloc(200, 0x04)]);
  return decodeRequest(around, 9, 9 + message.length);
}

function refusalOf(
  message: Buffer | string,
): Pick<ProtocolError, 'canContinue' | 'code' | 'messageId' | 'responseTag'> {
  try {
    decode(Buffer.isBuffer(message) ? message : Buffer.from(message, 'hex'));
  } catch (error) {
    assert.ok(error instanceof ProtocolError, String(error));
    const { canContinue, code, messageId, responseTag } = error;
    return { canContinue, code, messageId, responseTag };
  }
  assert.fail('accepted');
}

function assertHas(request: Request, expected: Partial<Request>): void {
  for (const [name, value] of Object.entries(expected)) {
    assert.deepEqual(Object.entries(request).find(([key]) => key === name)?.[1], value, name);
  }
}

function octets(text: string): Buffer {
  return Buffer.from(text);
}

type SearchFilter = Extract<Request, { kind: 'search' }>['filter'];

function filtered(filter: SearchFilter): Partial<Request> {
  return { kind: 'search', filter };
}

function substrings(attribute: string, ...any: string[]): SearchFilter {
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
): SearchFilter {
  return { kind: 'extensible', rule, attribute, value: octets(value), dnAttributes };
}

function write(operation: 'add' | 'delete' | 'modify' | 'modifyDn', entry: string): Request {
  return { kind: 'write', messageId: 2, controls: [], operation, entry };
}

function extended(name: string, value: Buffer | undefined): Request {
  return { kind: 'extended', messageId: 2, controls: [], name, value };
}
