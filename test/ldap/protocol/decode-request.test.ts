import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Filter, Request } from '../../../src/ldap/protocol/request.js';
import { decode } from '../../support/decode.js';
import {
  ber,
  berInteger,
  encodeBind,
  encodeMessage,
  encodeModify,
  encodeModifyDn,
  encodeSearch,
} from '../../support/ldap-request.js';
import { recordedRequests } from '../../support/recorded-requests.js';

const present = ber(0x87, 'objectClass');

for (const [name, hex, expected] of recordedRequests) {
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

function assertHas(request: Request, expected: Partial<Request>): void {
  for (const [name, value] of Object.entries(expected)) {
    assert.deepEqual(Object.entries(request).find(([key]) => key === name)?.[1], value, name);
  }
}

function octets(text: string): Buffer {
  return Buffer.from(text);
}

function filtered(filter: Filter): Partial<Request> {
  return { kind: 'search', filter };
}
