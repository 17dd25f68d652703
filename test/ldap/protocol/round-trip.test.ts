import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../support/fast-check.js';
import { frameLength } from '../../../src/ldap/ber/frame.js';
import { decodeRequest } from '../../../src/ldap/protocol/decode-request.js';
import type { Control, Filter, Request } from '../../../src/ldap/protocol/request.js';
import {
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

const octets = fc
  .oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 120, maxLength: 300 }))
  .map((bytes) => Buffer.from(bytes));
const someOctets = octets.filter((value) => value.length > 0);
const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const name = fc.string({ unit: 'grapheme-ascii', maxLength: 20 });
const messageId = fc.oneof(
  fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  fc.integer({ min: 1, max: 9 }),
);
const limit = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 31 - 1 }));

const control: fc.Arbitrary<Control> = record({
  type: name.map((type) => `1.3.${type}`),
  isCritical: fc.boolean(),
  value: fc.option(octets, { nil: undefined }),
});
const controls = fc.array(control, { maxLength: 3 });

const leaf: fc.Arbitrary<Filter> = fc.oneof(
  record({
    kind: fc.constantFrom('equality', 'greaterOrEqual', 'lessOrEqual', 'approx'),
    attribute: name,
    value: octets,
  }),
  record({
    kind: fc.constant('substrings'),
    attribute: name,
    initial: fc.option(someOctets, { nil: undefined }),
    any: fc.array(someOctets, { maxLength: 4 }),
    final: fc.option(someOctets, { nil: undefined }),
  }).filter(({ initial, any, final }) => Boolean(initial ?? any[0] ?? final)),
  record({ kind: fc.constant('present'), attribute: name }),
  record({
    kind: fc.constant('extensible'),
    rule: fc.option(name, { nil: undefined }),
    attribute: fc.option(name, { nil: undefined }),
    value: octets,
    dnAttributes: fc.boolean(),
  }).filter(({ rule, attribute }) => rule !== undefined || attribute !== undefined),
  record({ kind: fc.constant('unknown') }),
);
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    leaf,
    record({
      kind: fc.constantFrom('and', 'or'),
      filters: fc.array(tie('filter'), { maxLength: 5 }),
    }),
    record({ kind: fc.constant('not'), filter: tie('filter') }),
  ),
}));

/** A request, and the bytes of its operation. */
type Sent = { readonly request: object; readonly operation: Buffer };

const search = record({
  baseObject: text,
  scope: fc.constantFrom('base', 'one', 'sub'),
  sizeLimit: limit,
  timeLimitSeconds: limit,
  typesOnly: fc.boolean(),
  filter,
  attributes: fc.array(name, { maxLength: 40 }),
}).map((parts): Sent => ({
  request: { kind: 'search', ...parts },
  operation: encodeSearch(parts),
}));

const bind = fc
  .tuple(fc.integer({ min: 1, max: 127 }), text, octets)
  .map(([version, dn, password]): Sent => ({
    request: { kind: 'bind', version, name: dn, authentication: { kind: 'simple', password } },
    operation: encodeBind(dn, password, version),
  }));

const saslBind = fc
  .tuple(text, name, fc.option(octets, { nil: undefined }))
  .map(([dn, mechanism, credentials]): Sent => ({
    request: {
      kind: 'bind',
      version: 3,
      name: dn,
      authentication: { kind: 'sasl', mechanism, credentials },
    },
    operation: encodeSaslBind(mechanism, credentials, dn),
  }));

const compare = fc.tuple(text, name, octets).map(([entry, attribute, value]): Sent => ({
  request: { kind: 'compare', entry, attribute, value },
  operation: encodeCompare(entry, attribute, value),
}));

const extended = fc
  .tuple(name, fc.option(octets, { nil: undefined }))
  .map(([extensionName, value]): Sent => ({
    request: { kind: 'extended', name: extensionName, value },
    operation: encodeExtended(extensionName, value),
  }));

const abandon = fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((abandonedId): Sent => ({
  request: { kind: 'abandon', abandonedId },
  operation: encodeAbandon(abandonedId),
}));

const attribute = fc.tuple(name, text, text);
const write = fc.oneof(
  fc
    .tuple(text, fc.array(attribute, { minLength: 1, maxLength: 5 }))
    .map(([entry, attributes]): Sent => written('add', entry, encodeAdd(entry, ...attributes))),
  text.map((entry): Sent => written('delete', entry, encodeDelete(entry))),
  fc
    .tuple(text, fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), attribute), { maxLength: 5 }))
    .map(([entry, changes]): Sent => written('modify', entry, encodeModify(entry, ...changes))),
  text.map((entry): Sent => written('modifyDn', entry, encodeModifyDn(entry, 'cn=a+sn=b', 'o=x'))),
);

const sent = fc.oneof(
  { arbitrary: search, weight: 5 },
  bind,
  saslBind,
  compare,
  extended,
  abandon,
  write,
  fc.constant<Sent>({ request: { kind: 'unbind' }, operation: encodeUnbind() }),
);

test('any request that is encoded is decoded the same', () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(messageId, sent, controls, (id, { request, operation }, asked) => {
      const unique = asked.filter((a, i) => asked.findIndex((b) => b.type === a.type) === i);
      const message = encodeMessage(id, operation, unique);
      const around = Buffer.concat([Buffer.alloc(3, 0x30), message, message]);
      const length = frameLength(around, 3, around.length, 1 << 20);
      assert.equal(length, message.length);
      const decoded: Request = decodeRequest(around, 3, 3 + length);
      kinds.add(decoded.kind);
      assert.deepEqual(decoded, { ...request, messageId: id, controls: unique });
    }),
    { numRuns: 500 },
  );
  assert.equal(kinds.size, 7);
});

function written(operation: string, entry: string, bytes: Buffer): Sent {
  return { request: { kind: 'write', operation, entry }, operation: bytes };
}

/** With the prototype that decoded values have. */
function record<T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true });
}
