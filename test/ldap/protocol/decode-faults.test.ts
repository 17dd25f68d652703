import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, refusalOf } from '../../support/decode.js';
import {
  ber,
  berBoolean,
  berInteger,
  berLength,
  encodeAdd,
  encodeMessage,
  encodeModify,
  encodeModifyDn,
  encodeSearch,
} from '../../support/ldap-request.js';
import { recordedRequests } from '../../support/recorded-requests.js';

const present = ber(0x87, 'objectClass');
const pagedResults = '1.2.840.113556.1.4.319';
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
  for (const [, hex] of recordedRequests) {
    const whole = Buffer.from(hex, 'hex');
    for (let length = 0; length < whole.length; length++) {
      assert.equal(refusalOf(whole.subarray(0, length)).canContinue, false);
      cut++;
    }
  }
  assert.ok(cut > 500);
});
