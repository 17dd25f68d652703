// The definitions hold together, and requests find their way among them.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { createDirectory } from '../../../src/ldap/directory/create-directory.js';
import { defaultLayout } from '../../../src/ldap/directory/layout.js';
import {
  attributeTypes,
  findAttributeType,
  findObjectClass,
  objectClasses,
} from '../../../src/ldap/schema/definitions.js';
import { parseAttributeType, parseObjectClass } from '../../../src/ldap/schema/description.js';
import { findMatchingRule, matchingRules } from '../../../src/ldap/schema/matching-rules.js';
import { rootDse } from '../../../src/ldap/schema/root-dse.js';
import { createSubschema } from '../../../src/ldap/schema/subschema.js';
import { findSyntax } from '../../../src/ldap/schema/syntaxes.js';

const { schema } = createDirectory(defaultLayout);
const indexOf = (name: string): number =>
  schema.attributes.findIndex((attribute) => attribute.name === name);

test('every name, rule and syntax that a definition uses is defined', () => {
  assert.ok(attributeTypes.length > 100 && objectClasses.length > 15 && matchingRules.length > 20);
  for (const type of attributeTypes) {
    if (type.sup !== undefined) assert.ok(findAttributeType(type.sup), type.text);
    for (const rule of [type.equality, type.ordering, type.substring]) {
      if (rule !== undefined) assert.ok(findMatchingRule(rule), type.text);
    }
    if (type.syntax !== undefined) assert.ok(findSyntax(type.syntax), type.text);
    else assert.ok(type.sup, type.text);
  }
  for (const rule of matchingRules) assert.ok(findSyntax(rule.syntax), rule.name);
  for (const { sup, must, may, text } of objectClasses) {
    if (sup !== undefined) assert.ok(findObjectClass(sup), text);
    for (const name of [...must, ...may]) assert.ok(findAttributeType(name), `${name} of ${text}`);
  }
});

test('no name and no OID is given twice', () => {
  for (const definitions of [attributeTypes, objectClasses]) {
    const keys = definitions.flatMap(({ oid, names }) => [
      oid,
      ...names.map((name) => name.toLowerCase()),
    ]);
    assert.equal(new Set(keys).size, keys.length);
  }
});

test('a description is read part by part', () => {
  const type = parseAttributeType(
    `( 1.2.3 NAME ( 'a' 'alpha' ) DESC 'SUP NAME (x)' SUP name ORDERING caseIgnoreOrderingMatch SINGLE-VALUE USAGE dSAOperation )`,
  );
  assert.deepEqual(
    { ...type, text: undefined },
    {
      oid: '1.2.3',
      names: ['a', 'alpha'],
      sup: 'name',
      equality: undefined,
      ordering: 'caseIgnoreOrderingMatch',
      substring: undefined,
      syntax: undefined,
      isSingleValue: true,
      isOperational: true,
      text: undefined,
    },
  );
  const objectClass = parseObjectClass(`( 1.2.4 NAME 'b' SUP top AUXILIARY MUST a MAY ( c $ d ) )`);
  assert.deepEqual(
    [objectClass.kind, objectClass.must, objectClass.may],
    ['AUXILIARY', ['a'], ['c', 'd']],
  );
  assert.throws(() => parseAttributeType(`NAME 'a'`));
});

test('an attribute is found by name, alias, OID and in any case', () => {
  for (const description of ['cn', 'CN', 'commonName', '2.5.4.3', 'COMMONNAME']) {
    const resolved = schema.resolve(description);
    assert.deepEqual(resolved, {
      kind: 'known',
      indexes: [indexOf('cn')],
      equality: 'caseIgnore',
      ordering: undefined,
      substring: 'caseIgnore',
    });
    assert.equal(schema.resolve(description), resolved, 'remembered');
  }
});

test('a supertype stands for its subtypes', () => {
  const resolved = schema.resolve('name');
  assert.ok(resolved.kind === 'known');
  const names = resolved.indexes.map((index) => schema.attributes[index]?.name);
  assert.deepEqual(names, ['cn', 'sn', 'givenName', 'ou', 'title', 'o', 'l', 'st']);
});

test('an attribute that no entry holds is known all the same, with its rules', () => {
  for (const name of [
    'telephoneNumber',
    'postOfficeBox',
    'mobile',
    'entryDN',
    'hasSubordinates',
    'cn;lang-fr',
  ]) {
    const resolved = schema.resolve(name);
    assert.ok(resolved.kind === 'known', name);
    assert.deepEqual(resolved.indexes, []);
    assert.notEqual(resolved.equality, undefined, name);
  }
});

test('what nothing defines is unknown', () => {
  const unknown = [
    'mozillaNickname',
    'IMHandle',
    '',
    'cn;',
    'cn;x-foo',
    'cn;binary',
    '2.5.4',
    '2.5.4.3.',
    'cn cn',
    ';lang-fr',
    '__proto__',
  ];
  for (const name of unknown) assert.deepEqual(schema.resolve(name), { kind: 'unknown' }, name);
});

test('what is remembered is bounded', () => {
  for (let n = 0; n < 5_000; n++) schema.resolve(`cn;lang-${n}`);
  assert.deepEqual(schema.resolve('cn;lang-1').kind, 'known');
});

test('the attributes of an entry are 31 at most, the user ones first', () => {
  const operational = schema.attributes.map(({ isOperational }) => isOperational);
  assert.ok(operational.length <= 31);
  assert.equal(operational.indexOf(true), operational.lastIndexOf(false) + 1);
  assert.equal(schema.attributes[schema.objectClassIndex]?.name, 'objectClass');
  assert.equal(schema.attributes[schema.rdnIndex]?.name, 'mail');
});

test('a class gives the attributes that it allows, those of its superclasses included', () => {
  const namesOf = (name: string): string[] | undefined =>
    schema.attributesOfClass(name)?.map((index) => schema.attributes[index]?.name ?? '');
  assert.deepEqual(namesOf('person'), ['cn', 'sn', 'objectClass', 'description']);
  assert.deepEqual(namesOf('2.5.6.6'), namesOf('PERSON'));
  assert.ok(namesOf('inetOrgPerson')?.includes('mail'));
  assert.ok(!namesOf('organizationalPerson')?.includes('mail'));
  assert.equal(
    namesOf('extensibleObject')?.length,
    schema.attributes.filter((at) => !at.isOperational).length,
  );
  assert.equal(namesOf('inconnue'), undefined);
});

test('a matching rule is found by name and by OID', () => {
  assert.equal(schema.resolveRule('caseExactMatch'), 'caseExact');
  assert.equal(schema.resolveRule('2.5.13.2'), 'caseIgnore');
  assert.equal(schema.resolveRule('CASEIGNOREORDERINGMATCH'), 'caseIgnore');
  assert.equal(schema.resolveRule('caseIgnoreSubstringsMatch'), undefined);
  assert.equal(schema.resolveRule('1.2.3'), undefined);
});

test('the root DSE says what the listener can do, and nothing that it cannot', () => {
  const entry = rootDse({
    baseDn: 'o=x',
    controls: ['1.2.3'],
    extensions: [],
    saslMechanisms: [],
    vendorVersion: '1',
  });
  const values = new Map(entry.attributes.map(({ name, values }) => [name, values]));
  assert.deepEqual(values.get('namingContexts'), ['o=x']);
  assert.deepEqual(values.get('supportedControl'), ['1.2.3']);
  assert.deepEqual(values.get('supportedLDAPVersion'), ['3']);
  assert.deepEqual(values.get('subschemaSubentry'), ['cn=Subschema']);
  assert.ok(!values.has('supportedExtension') && !values.has('supportedSASLMechanisms'));
});

test('every attribute of the entries that we write ourselves is defined', () => {
  const { baseEntry, subschema } = createDirectory(defaultLayout);
  const dse = rootDse({
    baseDn: 'o=x',
    controls: ['1'],
    extensions: ['1'],
    saslMechanisms: ['EXTERNAL'],
    vendorVersion: '1',
  });
  for (const { name, isOperational } of [baseEntry, subschema, dse].flatMap(
    ({ attributes }) => attributes,
  )) {
    assert.equal(findAttributeType(name)?.names[0], name);
    assert.equal(findAttributeType(name)?.isOperational, isOperational, name);
  }
});

// Debian's: its packages are not those of another python3 that may come first.
const python = '/usr/bin/python3';
const ldap3 = spawnSync(python, ['-c', 'import ldap3']).status === 0;

test('python3-ldap3 reads the subschema', { skip: !ldap3 && 'python3-ldap3 est absent' }, () => {
  const attributes = Object.fromEntries(
    createSubschema().attributes.map(({ name, values }) => [name, values]),
  );
  const read = `
import json, sys
from ldap3.protocol.rfc4512 import SchemaInfo
attributes = json.load(sys.stdin)
schema = SchemaInfo('cn=Subschema', attributes, {k: [v.encode() for v in vs] for k, vs in attributes.items()})
inet = schema.object_classes['inetOrgPerson']
print(json.dumps({
  'types': len(schema.attribute_types), 'classes': len(schema.object_classes),
  'rules': len(schema.matching_rules), 'syntaxes': len(schema.ldap_syntaxes),
  'uses': len(schema.matching_rule_uses), 'sup': inet.superior, 'may': len(inet.may_contain),
  'mail': schema.attribute_types['rfc822Mailbox'].equality, 'oid': schema.attribute_types['rpps'].oid,
  'aux': schema.object_classes['boiteLettreMss'].kind,
}))`;
  const out = execFileSync(python, ['-c', read], {
    input: JSON.stringify(attributes),
    encoding: 'utf8',
  });
  const seen: unknown = JSON.parse(out);
  const names = (definitions: readonly { readonly names: readonly string[] }[]): number =>
    definitions.length;
  assert.deepEqual(seen, {
    types: names(attributeTypes),
    classes: names(objectClasses),
    rules: matchingRules.length,
    syntaxes: attributes['ldapSyntaxes']?.length,
    uses: attributes['matchingRuleUse']?.length,
    sup: ['organizationalPerson'],
    may: findObjectClass('inetOrgPerson')?.may.length,
    mail: ['caseIgnoreIA5Match'],
    oid: findAttributeType('rpps')?.oid,
    aux: 'AUXILIARY',
  });
});
