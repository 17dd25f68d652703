import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeCancel,
  decodePagedResults,
  decodeSortRequest,
  decodeVirtualListView,
  encodePagedResults,
  encodeSortResponse,
  encodeVirtualListViewResult,
} from '../../../src/ldap/protocol/control.js';
import { resultCode } from '../../../src/ldap/protocol/result-code.js';

const decoded: [
  name: string,
  decode: (value: Buffer | undefined) => unknown,
  hex: string,
  expected: unknown,
][] = [
  [
    'a first page (libldap)',
    decodePagedResults,
    '30050201640400',
    { size: 100, cookie: Buffer.alloc(0) },
  ],
  [
    'a page that follows',
    decodePagedResults,
    '300702020100' + '0401aa',
    { size: 256, cookie: Buffer.from([0xaa]) },
  ],
  ['a page of nothing', decodePagedResults, '30050201000400', { size: 0, cookie: Buffer.alloc(0) }],
  [
    'keys of every form (libldap)',
    decodeSortRequest,
    '302030040402736e30180409676976656e4e616d658008322e352e31332e338101ff',
    [
      { attribute: 'sn', rule: undefined, isReverse: false },
      { attribute: 'givenName', rule: '2.5.13.3', isReverse: true },
    ],
  ],
  [
    'a list by offset (libldap)',
    decodeVirtualListView,
    '300e020103020104a006020105020106',
    {
      beforeCount: 3,
      afterCount: 4,
      target: { kind: 'offset', offset: 5, contentCount: 6 },
      contextId: undefined,
    },
  ],
  [
    'a list by value (libldap)',
    decodeVirtualListView,
    '300b0201000201098103647570',
    {
      beforeCount: 0,
      afterCount: 9,
      target: { kind: 'value', value: Buffer.from('dup') },
      contextId: undefined,
    },
  ],
  [
    'a list with a context',
    decodeVirtualListView,
    '3011020100020109' + 'a006020101020100' + '0401aa',
    {
      beforeCount: 0,
      afterCount: 9,
      target: { kind: 'offset', offset: 1, contentCount: 0 },
      contextId: Buffer.from([0xaa]),
    },
  ],
  ['a cancel (libldap)', decodeCancel, '3003020107', 7],
];
for (const [name, decode, hex, expected] of decoded) {
  test(`read: ${name}`, () => assert.deepEqual(decode(Buffer.from(hex, 'hex')), expected));
}

const decoders = { decodePagedResults, decodeSortRequest, decodeVirtualListView, decodeCancel };

test('an absent, empty, cut or lengthened value is undefined', () => {
  const whole: [keyof typeof decoders, string][] = [
    ['decodePagedResults', '30050201640400'],
    ['decodeSortRequest', '302030040402736e30180409676976656e4e616d658008322e352e31332e338101ff'],
    ['decodeVirtualListView', '300e020103020104a006020105020106'],
    ['decodeVirtualListView', '300b0201000201098103647570'],
    ['decodeCancel', '3003020107'],
  ];
  for (const [name, hex] of whole) {
    const decode = decoders[name];
    const value = Buffer.from(hex, 'hex');
    assert.notEqual(decode(value), undefined);
    assert.equal(decode(undefined), undefined);
    for (let length = 0; length < value.length; length++) {
      assert.equal(decode(value.subarray(0, length)), undefined, `${hex} cut at ${length}`);
    }
    assert.equal(decode(Buffer.concat([value, Buffer.from([0])])), undefined);
  }
});

const refused: [name: string, decode: keyof typeof decoders, hex: string][] = [
  ['a negative page', 'decodePagedResults', '30050201ff0400'],
  ['something behind the cookie', 'decodePagedResults', '300702016404000400'],
  ['a size of five bytes', 'decodePagedResults', '300902050000000001' + '0400'],
  ['no key', 'decodeSortRequest', '3000'],
  ['a key of nothing', 'decodeSortRequest', '30023000'],
  ['the order before the rule', 'decodeSortRequest', '300b3009040161' + '8101ff800131'],
  ['counts below zero', 'decodeVirtualListView', '300e0201ff020104a006020105020106'],
  ['an offset below zero', 'decodeVirtualListView', '300e020103020104a0060201ff020106'],
  ['a target of no known kind', 'decodeVirtualListView', '300b0201000201098203647570'],
  ['no target', 'decodeVirtualListView', '3006020100020109'],
  ['to cancel below zero', 'decodeCancel', '30030201ff'],
];
for (const [name, decoder, hex] of refused) {
  test(`refused: ${name}`, () => {
    assert.equal(decoders[decoder](Buffer.from(hex, 'hex')), undefined);
  });
}

test('values of answers, byte by byte', () => {
  assert.equal(
    encodePagedResults({ size: 556_000, cookie: Buffer.from('abc') }).toString('hex'),
    '300a' + '0203087be0' + '0403616263',
  );
  assert.equal(encodeSortResponse(resultCode.success).toString('hex'), '30030a0100');
  assert.equal(
    encodeSortResponse(resultCode.noSuchAttribute, 'é').toString('hex'),
    '30070a0110' + '8002c3a9',
  );
  assert.equal(
    encodeVirtualListViewResult({
      targetPosition: 1,
      contentCount: 2,
      code: resultCode.success,
      contextId: Buffer.from('c1080367f000', 'hex'),
    }).toString('hex'),
    '3011' + '020101' + '020102' + '0a0100' + '0406c1080367f000',
  );
  assert.equal(
    encodeVirtualListViewResult({
      targetPosition: 0,
      contentCount: 0,
      code: resultCode.offsetRangeError,
      contextId: undefined,
    }).toString('hex'),
    '3009' + '020100' + '020100' + '0a013d',
  );
});

test('a long cookie fits', () => {
  const cookie = Buffer.alloc(5000, 1);
  assert.deepEqual(decodePagedResults(encodePagedResults({ size: 1, cookie })), {
    size: 1,
    cookie,
  });
});
