import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameLength } from '../../../src/ldap/ber/frame.js';
import { ProtocolError } from '../../../src/ldap/protocol/protocol-error.js';

const lengthMax = 1024;

const known: [name: string, hex: string, length: number][] = [
  ['nothing yet', '', 0],
  ['the tag alone', '30', 0],
  ['an empty message', '3000', 2],
  ['a short length, content to come', '3005', 7],
  ['a length of one byte announced, not there', '3081', 0],
  ['a length of four bytes, three there', '3084000000', 0],
  ['a length of one byte', '308180', 131],
  ['a length longer than it need be', '308400000005', 11],
  ['a length of two bytes, then another message', '3082010030003000', 260],
  ['just what is allowed', '308203fc', 1024],
];
for (const [name, hex, length] of known) {
  test(`frame: ${name}`, () => {
    const bytes = Buffer.from(hex, 'hex');
    assert.equal(frameLength(bytes, 0, bytes.length, lengthMax), length);
    // The same in the middle of other bytes, which would be read as more of the length.
    const around = Buffer.concat([
      Buffer.from('3084', 'hex'),
      bytes,
      Buffer.from('ff00ff00ff', 'hex'),
    ]);
    assert.equal(frameLength(around, 2, 2 + bytes.length, lengthMax), length);
  });
}

const refused: [name: string, hex: string, message: RegExp][] = [
  ['a TLS client hello', '160301', /not an LDAPMessage/],
  ['an HTTP request', '474554202f', /not an LDAPMessage/],
  ['a set', '31', /not an LDAPMessage/],
  ['an indefinite length', '3080', /indefinite/],
  ['a length in five bytes', '3085', /more than 4/],
  ['a length that is all ones', '30ff', /more than 4/],
  ['what kills ldapjs: a length that is negative when signed', '3084ffffffff020101', /too long/],
  ['one byte over the limit', '308203fd', /too long/],
  ['2^31', '308480000000', /too long/],
];
for (const [name, hex, message] of refused) {
  test(`frame refused: ${name}`, () => {
    const bytes = Buffer.from(hex, 'hex');
    assert.throws(
      () => frameLength(bytes, 0, bytes.length, lengthMax),
      (error) =>
        error instanceof ProtocolError && !error.canContinue && message.test(error.message),
    );
  });
}
