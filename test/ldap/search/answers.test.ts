// From hits to what goes out: attribute selection, encoding, compare.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BerReader } from '../../../src/ldap/ber/reader.js';
import { berTag } from '../../../src/ldap/ber/tag.js';
import { ByteWriter } from '../../../src/ldap/ber/writer.js';
import type { DirectoryEntry } from '../../../src/ldap/directory/directory.js';
import { resultCode } from '../../../src/ldap/protocol/result-code.js';
import { compareEntry } from '../../../src/ldap/search/compare.js';
import { secondViewFlag } from '../../../src/ldap/search/search-run.js';
import { selectAttributes, selectStatic } from '../../../src/ldap/search/select-attributes.js';
import { writeHit } from '../../../src/ldap/search/write-entry.js';
import { buildSegment } from '../../../src/ldap/snapshot/segment-builder.js';
import { attributes, rootDse, sampleDirectory, schema, snapshotOf } from './sample-directory.js';

const directory = sampleDirectory(true);

function entry(mail: string, values: Readonly<Record<string, string[]>>): DirectoryEntry {
  const all: Readonly<Record<string, string[]>> = { ...values, mail: [mail] };
  return {
    dn: `mail=${mail},ou=BAL,o=mssante,c=fr`,
    values: attributes.map(({ name }) => all[name] ?? []),
  };
}

const long = 'x'.repeat(300);
const jean = entry('jean@a.fr', {
  objectClass: ['person', 'top'],
  cn: ['Jean Dupont', 'Dupont Jean'],
  sn: ['Dupont'],
  title: [long],
  createTimestamp: ['20260101000000Z'],
});
const zoe = entry('zoe@a.fr', { objectClass: ['person'], cn: ['Zoé'], sn: ['Été'] });
const snapshot = snapshotOf([
  { segment: buildSegment(schema, [jean]), removed: undefined },
  { segment: buildSegment(schema, [zoe]), removed: undefined },
]);

type Read = { messageId: number; dn: string; attributes: Record<string, string[]> };

function write(hit: number, asked: readonly string[], typesOnly = false, messageId = 7): Read {
  const writer = new ByteWriter();
  const selection = selectAttributes(directory, asked, typesOnly);
  writeHit(writer, messageId, { directory, snapshot }, hit, selection);
  const bytes = writer.take();
  const reader = new BerReader(bytes, 0, bytes.length);
  const message = reader.enter(berTag.sequence);
  const read: Read = { messageId: reader.integer(), dn: '', attributes: {} };
  const operation = reader.enter(0x64);
  read.dn = reader.octets().toString();
  const list = reader.enter(berTag.sequence);
  while (reader.peekTag() === berTag.sequence) {
    const attribute = reader.enter(berTag.sequence);
    const name = reader.octets().toString();
    const set = reader.enter(berTag.set);
    const values: string[] = [];
    while (reader.peekTag() === berTag.octetString) values.push(reader.octets().toString());
    reader.leave(set);
    reader.leave(attribute);
    assert.equal(read.attributes[name], undefined);
    read.attributes[name] = values;
  }
  reader.leave(list);
  reader.leave(operation);
  reader.leave(message);
  return read;
}

const user = {
  objectClass: ['person', 'top'],
  cn: ['Jean Dupont', 'Dupont Jean'],
  sn: ['Dupont'],
  mail: ['jean@a.fr'],
  title: [long],
};
const operational = {
  createTimestamp: ['20260101000000Z'],
  subschemaSubentry: ['cn=subschema'],
  entryDN: [jean.dn],
  hasSubordinates: ['FALSE'],
};

const selections: [asked: string[], shown: Record<string, string[]>][] = [
  [[], user],
  [['*'], user],
  [['*', 'nothing', 'dn'], user],
  [['+'], operational],
  [['*', '+'], { ...user, ...operational }],
  [['1.1'], {}],
  [['nothing', 'dn', ''], {}],
  [['1.1', 'SN'], { sn: user.sn }],
  [['2.5.4.3', 'MAIL'], { cn: user.cn, mail: user.mail }],
  [['commonName', 'title'], { cn: user.cn, title: user.title }],
  [
    ['objectclass', 'mail', 'title'],
    { objectClass: user.objectClass, mail: user.mail, title: user.title },
  ],
  [['name'], { cn: user.cn, sn: user.sn }],
  [['@person'], { objectClass: user.objectClass, cn: user.cn, sn: user.sn }],
  [['@nothing', 'telephoneNumber'], {}],
  [['cn', 'sn', 'mail', 'objectClass', 'title'], user],
  [['entryDN', 'sn'], { sn: user.sn, entryDN: [jean.dn] }],
  [['createtimestamp'], { createTimestamp: operational.createTimestamp }],
];

test('an attribute list selects as RFC 4511, 3673 and 4529 say, in canonical spelling', () => {
  for (const [asked, shown] of selections) {
    const read = write(0, asked);
    assert.deepEqual(read, { messageId: 7, dn: jean.dn, attributes: shown }, asked.join());
  }
});

test('types alone leave out all values', () => {
  for (const [asked, shown] of selections) {
    const types = Object.fromEntries(Object.keys(shown).map((name) => [name, []]));
    assert.deepEqual(write(0, asked, true).attributes, types, asked.join());
  }
});

test('message ids of every length and hits of the second view are written', () => {
  for (const messageId of [1, 127, 128, 40_000, 0x7fffffff]) {
    for (const asked of [[], ['cn'], ['+', 'cn']]) {
      const read = write(secondViewFlag, asked, false, messageId);
      assert.equal(read.messageId, messageId);
      assert.equal(read.dn, zoe.dn);
      assert.deepEqual(read.attributes['cn'], ['Zoé']);
    }
  }
});

test('the same list selects among the attributes of entries that are no BAL', () => {
  const namesOf = (asked: string[], entry = directory.baseEntry): string[] =>
    selectStatic(directory, entry, selectAttributes(directory, asked, false)).map(
      ({ name }) => name,
    );
  assert.deepEqual(namesOf([]), ['objectClass', 'ou', 'cn', 'street']);
  assert.deepEqual(namesOf(['+']), ['createTimestamp']);
  assert.deepEqual(namesOf(['OU', 'createTimestamp']), ['ou', 'createTimestamp']);
  assert.deepEqual(namesOf(['1.1']), []);
  assert.deepEqual(namesOf(['organizationalUnitName']), ['ou']);
  assert.deepEqual(namesOf(['supportedcontrol'], rootDse), ['supportedControl']);
  const types = selectAttributes(directory, ['ou'], true);
  assert.deepEqual(selectStatic(directory, directory.baseEntry, types), [
    { name: 'ou', values: [] },
  ]);
});

test('a list of attributes means the same however many others were asked meanwhile', () => {
  const lists = [[], ['cn'], ['mail'], ['cn', 'mail'], ['mail', 'cn'], ['*'], ['+'], ['1.1']];
  const others = Array.from({ length: 40 }, (_, number) => [`autre${number}`]);
  const ask = (): string[] =>
    lists.flatMap((names) =>
      [false, true].map((typesOnly) =>
        JSON.stringify(selectAttributes(directory, names, typesOnly)),
      ),
    );
  const before = ask();
  assert.equal(new Set(before).size, before.length - 2, 'no list is all, as * is');
  assert.deepEqual(ask(), before);
  for (const names of others) assert.equal(selectAttributes(directory, names, false).mask, 0);
  assert.deepEqual(ask(), before);
  const elsewhere = { ...directory, baseDn: 'o=autre' };
  assert.notEqual(
    selectAttributes(elsewhere, ['cn'], false),
    selectAttributes(directory, ['cn'], false),
  );
});

const comparisons: [dn: string, attribute: string, value: string, code: number][] = [
  [jean.dn, 'cn', 'jean  DUPONT', resultCode.compareTrue],
  [jean.dn.toUpperCase(), '2.5.4.3', 'dupont jean', resultCode.compareTrue],
  [jean.dn, 'cn', 'jean', resultCode.compareFalse],
  [zoe.dn, 'cn', 'zoé', resultCode.compareTrue],
  [zoe.dn, 'cn', 'zoe', resultCode.compareFalse],
  [zoe.dn, 'name', 'été', resultCode.compareTrue],
  [jean.dn, 'telephoneNumber', '1', resultCode.noSuchAttribute],
  [jean.dn, 'street', '1', resultCode.noSuchAttribute],
  [jean.dn, 'nothing', '1', resultCode.undefinedAttributeType],
  [jean.dn, 'userCertificate', '1', resultCode.inappropriateMatching],
  [jean.dn, 'rank', 'a', resultCode.invalidAttributeSyntax],
  [jean.dn, 'createTimestamp', '202601010000Z', resultCode.compareTrue],
  ['ou=bal,o=MSSANTE,c=fr', 'ou', 'bal', resultCode.compareTrue],
  ['', 'objectClass', 'top', resultCode.compareTrue],
  ['mail=none@a.fr,ou=bal,o=mssante,c=fr', 'cn', 'x', resultCode.noSuchObject],
  ['cn=config', 'cn', 'x', resultCode.noSuchObject],
  ['not a dn', 'cn', 'x', resultCode.invalidDnSyntax],
];

test('compare answers with the code of RFC 4511 section 4.10', () => {
  for (const [dn, attribute, value, code] of comparisons) {
    const result = compareEntry({
      directory,
      snapshot,
      rootDse,
      request: {
        kind: 'compare',
        messageId: 1,
        controls: [],
        entry: dn,
        attribute,
        value: Buffer.from(value),
      },
    });
    assert.equal(result.code, code, `${dn} ${attribute} ${value}`);
    if (dn.startsWith('mail=none')) assert.equal(result.matchedDn, directory.baseDn);
  }
});
