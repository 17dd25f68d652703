import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteWriter } from '../../../src/ldap/ber/writer.js';
import { encodePagedResults, encodeSortResponse } from '../../../src/ldap/protocol/control.js';
import { controlOid } from '../../../src/ldap/protocol/oid.js';
import { responseTag } from '../../../src/ldap/protocol/operation-tag.js';
import {
  writeEntry,
  writeExtendedResult,
  writeNoticeOfDisconnection,
  writeResult,
} from '../../../src/ldap/protocol/response.js';
import { resultCode } from '../../../src/ldap/protocol/result-code.js';

const success = { code: resultCode.success };

/** Where a comment says so, these are the bytes that slapd 2.5.13 sent in the same case. */
const written: [name: string, write: (writer: ByteWriter) => void, hex: string][] = [
  [
    'bind (slapd)',
    (w) => writeResult(w, 1, responseTag.bind, success),
    '300c02010161070a010004000400',
  ],
  [
    'done, with a message ID of two bytes (slapd)',
    (w) => writeResult(w, 300, responseTag.searchDone, success),
    '300d0202012c65070a010004000400',
  ],
  [
    'the largest message ID',
    (w) => writeResult(w, 2147483647, responseTag.modify, { code: resultCode.unwillingToPerform }),
    '300f02047fffffff67070a013504000400',
  ],
  [
    'matchedDN and message',
    (w) => writeResult(w, 2, responseTag.searchDone, { code: 32, matchedDn: 'o=x', message: 'no' }),
    '3011020102650c0a012004036f3d7804026e6f',
  ],
  [
    'a page (slapd)',
    (w) =>
      writeResult(w, 1, responseTag.searchDone, success, [
        {
          type: controlOid.pagedResults,
          value: encodePagedResults({ size: 0, cookie: Buffer.from('0100000000000000', 'hex') }),
        },
      ]),
    '303902010165070a010004000400a02b30290416312e322e3834302e3131333535362e312e342e333139040f300d' +
      '02010004080100000000000000',
  ],
  [
    'two controls, one without a value',
    (w) =>
      writeResult(w, 1, responseTag.searchDone, success, [
        { type: controlOid.sortResponse, value: encodeSortResponse(resultCode.success) },
        { type: '1.2', value: undefined },
      ]),
    '303602010165070a010004000400a028301f0416312e322e3834302e3131333535362e312e342e34373404053003' +
      '0a010030050403312e32',
  ],
  [
    'who am I (slapd)',
    (w) => writeExtendedResult(w, 2, success, { value: Buffer.from('dn:cn=admin,o=mssante,c=fr') }),
    '302802010278230a0100040004008b1a646e3a636e3d61646d696e2c6f3d6d7373616e74652c633d6672',
  ],
  [
    'notice of disconnection (slapd)',
    (w) => writeNoticeOfDisconnection(w, resultCode.protocolError, 'unknown LDAP request'),
    '303802010078330a010204000414756e6b6e6f776e204c44415020726571756573748a16312e332e362e312e342e' +
      '312e313436362e3230303336',
  ],
  [
    'an entry (slapd)',
    (w) =>
      writeEntry(w, 1, 'o=mssante,c=fr', [
        { name: 'objectClass', values: ['organization'] },
        { name: 'o', values: ['mssante'] },
      ]),
    '30460201016441040e6f3d6d7373616e74652c633d6672302f301d040b6f626a656374436c617373310e040c6f72' +
      '67616e697a6174696f6e300e04016f310904076d7373616e7465',
  ],
  [
    'an entry with types only (slapd)',
    (w) =>
      writeEntry(w, 1, 'o=mssante,c=fr', [
        { name: 'objectClass', values: [] },
        { name: 'o', values: [] },
      ]),
    '302f020101642a040e6f3d6d7373616e74652c633d66723018300f040b6f626a656374436c6173733100300504016f3100',
  ],
  ['an entry of nothing', (w) => writeEntry(w, 1, '', []), '30090201016404' + '04003000'],
];
for (const [name, write, hex] of written) {
  test(`written: ${name}`, () => {
    const writer = new ByteWriter();
    write(writer);
    assert.equal(writer.take().toString('hex'), hex);
  });
}

test('answers follow one another in one take', () => {
  const writer = new ByteWriter();
  writeEntry(writer, 1, '', []);
  writeResult(writer, 1, responseTag.searchDone, success);
  assert.equal(
    writer.take().toString('hex'),
    '3009020101640404003000' + '300c02010165070a010004000400',
  );
});
