// Bytes of anyone: whatever they are, decoding returns a request or throws a ProtocolError, soon.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameLength } from '../../../src/ldap/ber/frame.js';
import { valuesMax } from '../../../src/ldap/ber/reader.js';
import { decodeRequest } from '../../../src/ldap/protocol/decode-request.js';
import { ProtocolError } from '../../../src/ldap/protocol/protocol-error.js';
import type { Filter } from '../../../src/ldap/protocol/request.js';
import {
  ber,
  encodeAbandon,
  encodeAdd,
  encodeBind,
  encodeCompare,
  encodeDelete,
  encodeExtended,
  encodeMessage,
  encodeModify,
  encodeModifyDn,
  encodeSaslBind,
  encodeSearch,
  encodeUnbind,
} from '../../support/ldap-request.js';

const value = Buffer.from('jean');
const everyFilter: Filter = {
  kind: 'and',
  filters: [
    { kind: 'or', filters: [{ kind: 'present', attribute: 'mail' }] },
    { kind: 'not', filter: { kind: 'equality', attribute: 'cn', value } },
    { kind: 'substrings', attribute: 'sn', initial: value, any: [value, value], final: value },
    { kind: 'greaterOrEqual', attribute: 'cn', value },
    { kind: 'extensible', rule: '2.5.13.2', attribute: 'cn', value, dnAttributes: true },
    { kind: 'unknown' },
  ],
};
const control = { type: '1.2.840.113556.1.4.319', isCritical: true, value };
const seeds = [
  encodeMessage(1, encodeSearch({ baseObject: 'o=x', filter: everyFilter, attributes: ['cn'] })),
  encodeMessage(300, encodeSearch({ filter: everyFilter }), [control, { ...control, type: '1.2' }]),
  encodeMessage(1, encodeBind('cn=a,o=b', 'secret')),
  encodeMessage(1, encodeSaslBind('EXTERNAL', value)),
  encodeMessage(1, encodeUnbind()),
  encodeMessage(1, encodeAbandon(7)),
  encodeMessage(1, encodeCompare('cn=é', 'cn', 'x')),
  encodeMessage(1, encodeExtended('1.3.6.1.1.8', Buffer.from('3003020107', 'hex'))),
  encodeMessage(1, encodeDelete('cn=x')),
  encodeMessage(1, encodeAdd('cn=x', ['cn', 'x', 'y'], ['sn', 'z'])),
  encodeMessage(1, encodeModify('cn=x', [0, ['cn', 'x']], [2, ['sn']])),
  encodeMessage(1, encodeModifyDn('cn=x', 'cn=#040161', 'o=\\c3\\a9')),
];
/** Bytes that mean something in BER or to LDAP: they go further than bytes at random. */
const telling = Buffer.from(
  '000104050a30317f80818283848587a0a1a2a3a4a9afbf606366687778fffe',
  'hex',
);

test('100,000 messages with wrong bytes: a request or a ProtocolError, neighbours never read', () => {
  const random = generator(20260729);
  const count = { accepted: 0, answered: 0, fatal: 0 };
  for (let run = 0; run < 100_000; run++) {
    const message = mutate(seeds[random(seeds.length)] ?? assert.fail(), random);
    const outcome = outcomeOf(message, 0x00);
    count[outcome.kind]++;
    // The outcome must not depend on what lies around the slice.
    if (run % 16 === 0) assert.deepEqual(outcomeOf(message, 0xff), outcome);
  }
  assert.ok(count.accepted > 1000 && count.fatal > 1000, JSON.stringify(count));
});

test('50,000 messages with right lengths and wrong values', () => {
  const random = generator(20260730);
  const count = { accepted: 0, answered: 0, fatal: 0 };
  for (let run = 0; run < 50_000; run++) {
    const tree = parseTree(seeds[random(seeds.length)] ?? assert.fail());
    for (let left = 1 + random(3); left > 0; left--) reshape(tree, random);
    count[outcomeOf(Buffer.concat(tree.map(encodeNode)), 0).kind]++;
  }
  assert.ok(
    count.accepted > 1000 && count.answered > 1000 && count.fatal > 1000,
    JSON.stringify(count),
  );
});

test('50,000 messages of random bytes behind a right header', () => {
  const random = generator(7);
  for (let run = 0; run < 50_000; run++) {
    const content = Buffer.from(Array.from({ length: random(60) }, () => random(256)));
    outcomeOf(ber(0x30, Buffer.from('020101', 'hex'), content), 0);
  }
});

test('100,000 openings of a stream are a length or a ProtocolError', () => {
  const random = generator(11);
  for (let run = 0; run < 100_000; run++) {
    const bytes = Buffer.from(
      Array.from({ length: random(9) }, () => telling[random(telling.length)] ?? 0),
    );
    try {
      const length = frameLength(bytes, 0, bytes.length, 1 << 20);
      assert.ok(length === 0 || (length >= 2 && length <= 1 << 20));
    } catch (error) {
      assert.ok(error instanceof ProtocolError && !error.canContinue);
    }
  }
});

test('messages of one mebibyte made to be slow stop at the number of values', () => {
  const fill = (hex: string): Buffer => Buffer.alloc(1 << 20, hex, 'hex');
  const slow: [name: string, message: Buffer][] = [
    ['empty filters', encodeMessage(1, encodeSearch({ filter: ber(0xa0, fill('a000')) }))],
    ['unknown filters', encodeMessage(1, encodeSearch({ filter: ber(0xa1, fill('8f00')) }))],
    [
      'parts',
      encodeMessage(1, encodeSearch({ filter: ber(0xa4, ber(4, 'cn'), ber(0x30, fill('8100'))) })),
    ],
    ['controls', ber(0x30, Buffer.from('0201014200', 'hex'), ber(0xa0, fill('30020400')))],
    ['trailing components', ber(0x30, Buffer.from('0201014200', 'hex'), fill('8500'))],
    ['changes', encodeMessage(1, ber(0x66, ber(4), ber(0x30, fill('30090a0101300404003100'))))],
    [
      'attributes',
      encodeMessage(
        1,
        ber(0x63, encodeSearch({ filter: ber(0x87) }).subarray(2, -2), ber(0x30, fill('0400'))),
      ),
    ],
  ];
  for (const [name, message] of slow) {
    const outcome = outcomeOf(message, 0);
    assert.notEqual(outcome.kind, 'accepted', name);
  }
  assert.ok(valuesMax < 1 << 19);
});

type Outcome = { readonly kind: 'accepted' | 'answered' | 'fatal'; readonly detail: unknown };

function outcomeOf(message: Buffer, around: number): Outcome {
  const buffer = Buffer.concat([Buffer.alloc(4, around), message, Buffer.alloc(300, around)]);
  try {
    return { kind: 'accepted', detail: decodeRequest(buffer, 4, 4 + message.length) };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { kind: error.canContinue ? 'answered' : 'fatal', detail: error.message };
  }
}

/** One to four changes: a bit, a telling byte, bytes removed, doubled, or a length made to lie. */
function mutate(seed: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(seed);
  for (let left = 1 + random(4); left > 0; left--) {
    const at = random(bytes.length);
    switch (random(5)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
        break;
      case 1:
        bytes[at] = telling[random(telling.length)] ?? 0;
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(4))]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(at + 1))]);
        break;
      default:
        bytes[at] = (bytes[at] ?? 0) + random(5) - 2;
    }
  }
  return bytes;
}

type Node = { tag: number; content: Buffer | Node[] };

/** Values of a well-formed message, by their tags constructed or not. */
function parseTree(bytes: Buffer): Node[] {
  const nodes: Node[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0;
    const headerLength = first < 0x80 ? 2 : 2 + (first & 0x7f);
    const length = first < 0x80 ? first : bytes.readUIntBE(at + 2, first & 0x7f);
    const content = bytes.subarray(at + headerLength, at + headerLength + length);
    nodes.push({ tag, content: (tag & 0x20) === 0 ? content : parseTree(content) });
    at += headerLength + length;
  }
  return nodes;
}

function encodeNode({ tag, content }: Node): Buffer {
  return ber(tag, ...(Buffer.isBuffer(content) ? [content] : content.map(encodeNode)));
}

function copyNode({ tag, content }: Node): Node {
  return { tag, content: Buffer.isBuffer(content) ? content : content.map(copyNode) };
}

/** One change somewhere in the tree: a value removed, doubled, moved, with another tag or another content. */
function reshape(nodes: Node[], random: (below: number) => number): void {
  const at = random(nodes.length);
  const node = nodes[at];
  if (!node) return;
  const inner = node.content;
  if (!Buffer.isBuffer(inner) && inner.length > 0 && random(6) > 0) {
    reshape(inner, random);
    return;
  }
  switch (random(6)) {
    case 0:
      nodes.splice(at, 1);
      break;
    case 1:
      nodes.splice(at, 0, copyNode(node));
      break;
    case 2:
      nodes.splice(random(nodes.length), 0, ...nodes.splice(at, 1));
      break;
    case 3:
      node.tag = telling[random(telling.length)] ?? 0;
      break;
    default:
      node.content = Buffer.from(Array.from({ length: random(6) }, () => random(256)));
  }
}

/** Numbers that are the same on every run (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  };
}
