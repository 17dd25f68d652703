// What clients ask and what they must be given, case by case.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DirectoryEntry } from '../../../src/ldap/directory/directory.js';
import type { Filter, SearchScope } from '../../../src/ldap/protocol/request.js';
import { resultCode } from '../../../src/ldap/protocol/result-code.js';
import { startSearch } from '../../../src/ldap/search/start-search.js';
import { baseDn, inputOf, run } from './run-search.js';
import { attributes, dnsOf, oneView } from './sample-directory.js';

function entryOf(mail: string, values: Readonly<Record<string, string[]>>): DirectoryEntry {
  const all: Readonly<Record<string, string[]>> = { ...values, mail: [mail] };
  return {
    dn: `mail=${mail},${baseDn}`,
    values: attributes.map(({ name }) => all[name] ?? []),
  };
}

const snapshot = oneView([
  entryOf('dup@a.fr', { cn: ['Dup'], sn: ['Zup'], labeledURI: ['http://A/b'] }),
  entryOf('b@a.fr', { cn: ['Dupont Jean'], sn: ['Dup'], rank: ['12'] }),
  entryOf('c@a.fr', { cn: ['Marie Dupont'], sn: ['Adup'] }),
  entryOf('d@a.fr', { cn: ['Endupé'], sn: ['É dup'] }),
  entryOf('e@a.fr', { cn: ['Élodie'], sn: ['Martin'] }),
]);

function find(filter: Filter, options: { sizeMax?: number; scope?: SearchScope } = {}): string[] {
  const result = run(inputOf(snapshot, filter, { isAccentInsensitive: true, ...options }));
  const statics = result.statics.map(({ dn }) => dn);
  const hits = dnsOf(snapshot, result.hits).map((dn) => dn.slice('mail='.length, dn.indexOf('@')));
  return [...statics, ...hits];
}

function any(attribute: string, ...parts: string[]): Filter {
  const bytes = parts.map((part) => Buffer.from(part));
  return { kind: 'substrings', attribute, initial: undefined, any: bytes, final: undefined };
}

function equals(attribute: string, value: string): Filter {
  return { kind: 'equality', attribute, value: Buffer.from(value) };
}

function both(...filters: Filter[]): Filter {
  return { kind: 'and', filters };
}

function either(...filters: Filter[]): Filter {
  return { kind: 'or', filters };
}

function not(filter: Filter): Filter {
  return { kind: 'not', filter };
}

const all: Filter = { kind: 'present', attribute: 'objectClass' };
const nothing = equals('nothing', 'x');

test('the best matches come first: whole, beginning, word, inside', () => {
  assert.deepEqual(find(any('cn', 'dup'), { sizeMax: 10 }), ['dup', 'b', 'c', 'd']);
  assert.deepEqual(find(any('cn', 'dup'), { sizeMax: 3 }), ['dup', 'b', 'c']);
  assert.deepEqual(find(any('sn', 'dup'), { sizeMax: 10 }), ['b', 'd', 'c']);
});

test('the worst part of an AND and the best of an OR decide', () => {
  const inBoth = both(any('cn', 'dup'), any('sn', 'dup'));
  assert.deepEqual(find(inBoth, { sizeMax: 1 }), ['b']);
  assert.deepEqual(find(inBoth, { sizeMax: 10 }).toSorted(), ['b', 'c', 'd']);
  const inOne = either(any('cn', 'dup'), any('sn', 'dup'));
  assert.deepEqual(find(inOne, { sizeMax: 2 }), ['dup', 'b']);
  // The one that drives has better matches than the other: they count where the other puts them.
  const mixed = both(any('cn', 'dup'), any('mail', 'a'));
  assert.deepEqual(find(mixed, { sizeMax: 10 }), ['dup', 'b', 'c', 'd']);
});

test('diacritics do not count, but under NOT they do', () => {
  assert.deepEqual(find(equals('cn', 'elodie')), ['e']);
  assert.deepEqual(find(equals('cn', 'ELODIÉ')), ['e']);
  const others = find(not(equals('cn', 'elodie')));
  assert.equal(others.length, 5);
  assert.equal(find(not(equals('cn', 'élodie'))).length, 4);
  assert.deepEqual(find(not(not(equals('cn', 'elodie')))), ['e']);
});

test('what is Undefined never matches, negated or not, and does no harm in an OR', () => {
  assert.deepEqual(find(nothing), []);
  assert.deepEqual(find(not(nothing)), []);
  assert.deepEqual(find(either(nothing, equals('cn', 'dup'))), ['dup']);
  assert.deepEqual(find(both(nothing, equals('cn', 'dup'))), []);
  assert.equal(find(not(both(nothing, equals('cn', 'dup')))).length, 4);
  assert.deepEqual(find(any('cn', '')), []);
  assert.deepEqual(find(not({ kind: 'unknown' })), []);
  assert.deepEqual(find(equals('rank', 'twelve')), []);
  assert.deepEqual(find(not(equals('rank', 'twelve'))), []);
});

test('AND and OR of nothing are true and false', () => {
  assert.equal(find(both()).length, 5);
  assert.deepEqual(find(either()), []);
  assert.deepEqual(find(not(both())), []);
});

test('extensible assertions know rules, DN and the lack of an attribute', () => {
  const extensible = (
    attribute: string | undefined,
    rule: string | undefined,
    text: string,
    dnAttributes = false,
  ): string[] =>
    find({ kind: 'extensible', attribute, rule, value: Buffer.from(text), dnAttributes });
  assert.deepEqual(extensible('cn', 'caseExactMatch', 'Dup'), ['dup']);
  assert.deepEqual(extensible('cn', 'caseExactMatch', 'dup'), []);
  assert.deepEqual(extensible('cn', undefined, 'dup'), ['dup']);
  assert.deepEqual(extensible('labeledURI', 'caseIgnoreMatch', 'HTTP://a/B'), ['dup']);
  assert.deepEqual(extensible(undefined, 'caseIgnoreMatch', 'dup').sort(), ['b', 'dup']);
  assert.equal(extensible('ou', undefined, 'bal', true).length, 5);
  // A rule for another syntax than the attribute's: Undefined, as OpenLDAP has it.
  assert.deepEqual(extensible('cn', 'caseIgnoreIA5Match', 'dup'), []);
  assert.deepEqual(extensible('ou', undefined, 'bal'), []);
  assert.deepEqual(extensible('cn', 'caseIgnoreOrderingMatch', 'dup'), []);
  assert.deepEqual(extensible('cn', '1.2.3', 'dup'), []);
  assert.deepEqual(extensible(undefined, undefined, 'dup'), []);
});

test('attributes that follow from the place of an entry can be asked for', () => {
  assert.deepEqual(find(equals('entryDN', `MAIL=E@a.fr, ${baseDn}`)), ['e']);
  assert.deepEqual(find(equals('entryDN', `mail=none@a.fr,${baseDn}`)), []);
  assert.equal(find(equals('subschemaSubentry', 'cn=Subschema')).length, 5);
  assert.equal(find(equals('hasSubordinates', 'FALSE'), { scope: 'sub' }).length, 5);
  assert.deepEqual(find(equals('hasSubordinates', 'TRUE'), { scope: 'sub' }), [baseDn]);
});

test('the base entry is in the scope of a subtree, and what is not stored can be asked of it', () => {
  assert.deepEqual(find(equals('street', 'JEAN'), { scope: 'sub' }), [baseDn]);
  assert.deepEqual(find(equals('street', 'jean'), { scope: 'base' }), [baseDn]);
  assert.deepEqual(find(equals('organizationalUnitName', 'bal'), { scope: 'sub' }), [baseDn]);
  assert.deepEqual(find(any('cn', 'elo'), { scope: 'sub' }), [baseDn, 'e']);
  assert.deepEqual(find(any('cn', 'elo'), { scope: 'sub', sizeMax: 1 }), [baseDn]);
});

function start(baseObject: string, scope: SearchScope, filter: Filter = all) {
  return startSearch(inputOf(snapshot, filter, { isAccentInsensitive: true, baseObject, scope }));
}

test('a bad or unknown base is refused with the deepest entry that there is', () => {
  const refusals: [dn: string, code: number, matchedDn: string][] = [
    ['jean', resultCode.invalidDnSyntax, ''],
    ['cn=config', resultCode.noSuchObject, ''],
    ['o=mssante,c=fr', resultCode.noSuchObject, ''],
    [`mail=x@a.fr,${baseDn}`, resultCode.noSuchObject, baseDn],
    [`cn=dup,${baseDn}`, resultCode.noSuchObject, baseDn],
    [`cn=a,cn=b,${baseDn}`, resultCode.noSuchObject, baseDn],
    [`cn=a,MAIL=Dup@a.fr,${baseDn}`, resultCode.noSuchObject, `mail=dup@a.fr,${baseDn}`],
  ];
  for (const [dn, code, matchedDn] of refusals) {
    const refused = start(dn, 'sub');
    assert.ok(refused.kind === 'refused', dn);
    assert.deepEqual([refused.code, refused.matchedDn], [code, matchedDn], dn);
  }
});

test('root DSE and subschema are read by a base search; a subtree of the root is the whole tree', () => {
  const counts: [dn: string, scope: SearchScope, statics: string[], hits: number][] = [
    ['', 'base', [''], 0],
    ['', 'one', [baseDn], 0],
    ['', 'sub', [baseDn], 5],
    ['CN=Subschema', 'base', ['cn=subschema'], 0],
    ['cn=subschema', 'one', [], 0],
    ['OU=bal, o=MSSante,C=FR', 'one', [], 5],
    [baseDn, 'base', [baseDn], 0],
  ];
  for (const [dn, scope, statics, hits] of counts) {
    const started = start(dn, scope, both());
    assert.ok(started.kind === 'running');
    const result = started.run.step(Infinity);
    assert.deepEqual(
      result?.statics.map((entry) => entry.dn),
      statics,
    );
    assert.equal(result.hits.length, hits, `${dn} ${scope}`);
  }
});

test('a search that is out of time says so, with what it has', () => {
  const input = inputOf(snapshot, all, { isAccentInsensitive: true });
  const started = startSearch({ ...input, deadlineMs: performance.now() - 1 });
  assert.ok(started.kind === 'running');
  assert.equal(started.run.step(1)?.code, resultCode.timeLimitExceeded);
});

test('a filter that no index answers is given up once it looked at too many entries', () => {
  const filter = not(any('cn', 'u'));
  const options = { isAccentInsensitive: true, candidatesMax: 3 };
  assert.equal(run(inputOf(snapshot, filter, options)).code, resultCode.adminLimitExceeded);
  const enough = { isAccentInsensitive: true, candidatesMax: 4 };
  assert.equal(run(inputOf(snapshot, filter, enough)).code, resultCode.success);
  // What matches is no waste: a dump of all is allowed.
  const dump = { isAccentInsensitive: true, candidatesMax: 0 };
  assert.equal(run(inputOf(snapshot, both(), dump)).code, resultCode.success);
});

test('searches in the middle of their slices do not see one another', () => {
  const filters = [any('cn', 'dup'), any('sn', 'p'), not(any('cn', 'a')), both(), any('mail', 'a')];
  const expected = filters.map((filter) => find(filter));
  const runs = filters.map((filter) => {
    const started = startSearch(inputOf(snapshot, filter, { isAccentInsensitive: true }));
    assert.ok(started.kind === 'running');
    return started.run;
  });
  const found: (string[] | undefined)[] = filters.map(() => undefined);
  for (let slices = 0; found.includes(undefined); slices++) {
    assert.ok(slices < 100);
    for (const [place, one] of runs.entries()) {
      const result = one.step(1);
      if (result) found[place] = dnsOf(snapshot, result.hits);
    }
  }
  assert.deepEqual(
    found.map((dns) => dns?.map((dn) => dn.slice('mail='.length, dn.indexOf('@')))),
    expected,
  );
});
