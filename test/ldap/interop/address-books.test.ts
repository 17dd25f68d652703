// The requests of the address books that people have, as their sources write them, and the answers that those programs need.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Filter } from '../../../src/ldap/protocol/request.js';
import { decodeAttributes, valuesOf } from '../../support/ldap-answer.js';
import { startMirror, type Mirror } from '../../support/ldap-mirror.js';
import { connectRaw, type RawClient, type SearchAnswer } from '../../support/ldap-raw-client.js';
import { bindRequest, integer, message, octets, sequence, tlv } from '../../support/ldap-wire.js';
import { cookieOf, pagedControl, sortRequestType } from './compare-answers.js';
import { inventedBals } from './invented-directory.js';

const entryCount = 250;
const domaine = 'hopital.mssante.fr';

let mirror: Mirror;
const clients: RawClient[] = [];
before(async () => {
  mirror = await startMirror(inventedBals(entryCount));
});
after(async () => {
  await Promise.all(clients.map((client) => client.drop()));
  assert.deepEqual(mirror.lines, []);
});

async function connect(): Promise<RawClient> {
  const client = await connectRaw(mirror.port);
  clients.push(client);
  return client;
}

/** `a*b` as the pieces of a substrings filter, empty ones left out, as every client does. */
function like(attribute: string, pattern: string): Filter {
  const pieces = pattern.split('*').map((piece) => Buffer.from(piece));
  const piece = (at: number): Buffer | undefined => {
    const found = pieces.at(at);
    return found && found.length > 0 ? found : undefined;
  };
  const any = pieces.slice(1, -1).filter((one) => one.length > 0);
  return { kind: 'substrings', attribute, initial: piece(0), any, final: piece(-1) };
}
const or = (...filters: readonly Filter[]): Filter => ({ kind: 'or', filters });
const and = (...filters: readonly Filter[]): Filter => ({ kind: 'and', filters });
const present = (attribute: string): Filter => ({ kind: 'present', attribute });

const mailsOf = ({ entries }: SearchAnswer): string[] =>
  entries.map((entry) => valuesOf(entry, 'mail')[0] ?? '').sort();

describe('Thunderbird', () => {
  /** Connects, binds anonymously, searches once, unbinds: what each pause in typing costs. */
  async function typed(filter: Filter): Promise<SearchAnswer> {
    const client = await connect();
    client.write(Buffer.from('300c020101600702010304008000', 'hex'));
    assert.equal((await client.result(1)).code, 0);
    const answer = await client.search({ base: mirror.baseDn, sizeLimit: 100, filter });
    client.write(message(9, Buffer.from([0x42, 0])));
    await client.closed;
    return answer;
  }

  const autocomplete = (
    ...[cn, mail, givenName, sn]: readonly [string, string, string, string]
  ): Filter => or(like('cn', cn), like('mail', mail), like('givenName', givenName), like('sn', sn));

  it('completes one word, accents or not', async () => {
    const answer = await typed(autocomplete('*helene**', '*helene*', '*helene*', '*helene*'));
    assert.equal(answer.result.code, 0);
    assert.deepEqual(
      mailsOf(answer),
      ['accents', 'decompose', 'sans.accents'].map((name) => `${name}@${domaine}`),
    );
    const [entry] = answer.entries;
    assert.ok(entry);
    // First value of the first attribute present: what it shows and whom it writes to.
    for (const name of ['cn', 'sn', 'givenName', 'mail', 'o', 'title']) {
      assert.ok(valuesOf(entry, name)[0], name);
    }
    assert.equal(valuesOf(entry, 'mail').length, 1);
  });

  it('completes two words', async () => {
    const answer = await typed(
      autocomplete('*jeanne*dou*', '*jeanne dou*', '*jeanne*', '*jeanne dou*'),
    );
    assert.deepEqual(mailsOf(answer), [`double@${domaine}`]);
  });

  it('takes an answer cut at its limit, and no other code', async () => {
    const answer = await typed(autocomplete('*a**', '*a*', '*a*', '*a*'));
    assert.equal(answer.result.code, 4);
    assert.equal(answer.entries.length, 100);
  });

  it('searches in attributes that no schema of ours has', async () => {
    const word = (name: string): Filter => like(name, '*roux*');
    const names = ['cn', 'givenName', 'sn', 'mozillaNickname', 'mail', 'mozillaSecondEmail'];
    const rest = ['o', 'ou', 'title', 'mozillaWorkUrl', 'mozillaHomeUrl'];
    const quick = or(...names.map(word), and(word('description')), ...rest.map(word));
    assert.deepEqual(mailsOf(await typed(and(quick))), [`emoji@${domaine}`]);
    const wrapped = and(
      { kind: 'equality', attribute: 'objectclass', value: Buffer.from('inetOrgPerson') },
      quick,
    );
    assert.deepEqual(mailsOf(await typed(wrapped)), [`emoji@${domaine}`]);
  });

  it('copies the whole directory in one search', async () => {
    const client = await connect();
    await client.bind();
    const { entries, result } = await client.search({
      base: mirror.baseDn,
      filter: present('objectclass'),
    });
    assert.equal(result.code, 0);
    assert.equal(entries.length, entryCount);
    assert.equal(new Set(entries.map(({ dn }) => dn)).size, entryCount);
  });
});

describe('Outlook', () => {
  const outlook = (text: string): Filter =>
    and(
      present('mail'),
      or(
        like('mail', `${text}*`),
        or(like('cn', `${text}*`), or(like('sn', `${text}*`), like('givenName', `${text}*`))),
      ),
    );
  const attributes = [
    'cn',
    'mail',
    'title',
    'telephoneNumber',
    'o',
    'ou',
    'postalAddress',
    'givenName',
    'sn',
    'initials',
  ];

  it('finds by the beginning of a name, each entry under its own DN', async () => {
    const client = await connect();
    await client.bind();
    const answer = await client.search({
      base: mirror.baseDn,
      sizeLimit: 100,
      timeLimit: 60,
      filter: outlook('éléo'),
      attributes,
    });
    assert.deepEqual(
      mailsOf(answer),
      ['accents', 'decompose', 'sans.accents'].map((name) => `${name}@${domaine}`),
    );
    const asked = new Set(attributes);
    for (const entry of answer.entries) {
      assert.ok(decodeAttributes(entry).every(({ name }) => asked.has(name)));
    }
  });

  it('browses with a virtual list', async () => {
    const client = await connect();
    await client.bind();
    const window = (offset: number) => ({
      type: '2.16.840.1.113730.3.4.9',
      isCritical: true,
      value: sequence(integer(0), integer(9), tlv(0xa0, integer(offset), integer(0))),
    });
    const sort = {
      type: sortRequestType,
      isCritical: true,
      value: sequence(sequence(octets('cn'))),
    };
    const search = { base: mirror.baseDn, filter: present('mail'), attributes: ['cn', 'mail'] };
    const first = await client.search(search, [sort, window(1)]);
    const second = await client.search(search, [sort, window(11)]);
    assert.equal(first.result.code, 0);
    assert.equal(second.result.code, 0);
    assert.equal(first.entries.length, 10);
    const seen = [...first.entries, ...second.entries].map(({ dn }) => dn);
    assert.equal(new Set(seen).size, 20);
    assert.ok(first.result.controls.some(({ type }) => type === '2.16.840.1.113730.3.4.10'));
  });
});

describe('Apple Contacts', () => {
  const names = [
    'o',
    'cn',
    'ou',
    'sn',
    'mail',
    'IMHandle',
    'givenname',
    'postalAddress',
    'telephoneNumber',
  ];

  it('finds what it types, though a name is no telephone number', async () => {
    const client = await connect();
    await client.bind();
    const filter = or(...names.map((name) => like(name, 'foo*')));
    const none = await client.search({ base: mirror.baseDn, filter });
    assert.deepEqual([none.result.code, none.entries.length], [0, 0]);
    const some = await client.search({
      base: mirror.baseDn,
      filter: or(...names.map((name) => like(name, 'roux*'))),
    });
    assert.deepEqual(mailsOf(some), [`emoji@${domaine}`]);
  });
});

describe('Evolution', () => {
  it('reads the root DSE, then the schema, then pages', async () => {
    const client = await connect();
    assert.equal((await client.bind()).code, 0);
    const root = await client.search({
      base: '',
      scope: 0,
      filter: present('objectClass'),
      attributes: [
        ...['supportedControl', 'supportedExtension', 'supportedFeatures', 'supportedLDAPVersion'],
        ...['subschemaSubentry', 'schemaNamingContext'],
      ],
    });
    const [dse] = root.entries;
    assert.ok(dse);
    assert.ok(valuesOf(dse, 'supportedControl').includes('1.2.840.113556.1.4.319'));
    assert.ok(valuesOf(dse, 'supportedExtension').includes('1.3.6.1.4.1.1466.20037'));
    assert.deepEqual(valuesOf(dse, 'supportedLDAPVersion'), ['3']);
    const schema = await client.search({
      base: valuesOf(dse, 'subschemaSubentry')[0] ?? '',
      scope: 0,
      filter: { kind: 'equality', attribute: 'objectClass', value: Buffer.from('subschema') },
      attributes: ['objectClasses'],
    });
    const classes = schema.entries.flatMap((entry) => valuesOf(entry, 'objectClasses'));
    for (const name of ['inetOrgPerson', 'organizationalPerson', 'person']) {
      assert.ok(
        classes.some((definition) => definition.includes(`NAME '${name}'`)),
        name,
      );
    }
    let cookie: Buffer | undefined = Buffer.alloc(0);
    let count = 0;
    do {
      const page: SearchAnswer = await client.search(
        { base: mirror.baseDn, filter: present('cn') },
        [pagedControl(100, cookie)],
      );
      count += page.entries.length;
      cookie = cookieOf(page.result);
    } while (cookie && cookie.length > 0);
    assert.equal(count, entryCount - 1);
  });

  it('completes by the beginning of names', async () => {
    const client = await connect();
    await client.bind();
    const answer = await client.search({
      base: mirror.baseDn,
      sizeLimit: 100,
      filter: or(like('cn', 'zoé 😀*'), like('sn', 'zoé 😀*')),
    });
    assert.deepEqual(mailsOf(answer), [`emoji@${domaine}`]);
  });

  it('asks again in version 2 only when it is told protocolError', async () => {
    const client = await connect();
    assert.equal((await client.ask(bindRequest('', '', 2))).code, 2);
    assert.equal((await client.bind()).code, 0);
  });
});

describe('Roundcube', () => {
  it('lists persons, asking for the pseudo-attribute dn', async () => {
    const client = await connect();
    await client.bind();
    const answer = await client.search({
      base: mirror.baseDn,
      filter: and(
        { kind: 'equality', attribute: 'objectClass', value: Buffer.from('inetOrgPerson') },
        or(like('cn', '*roux*'), like('mail', '*roux*')),
      ),
      attributes: ['dn', 'objectClass', 'cn', 'mail', 'sn', 'givenName'],
    });
    assert.deepEqual(mailsOf(answer), [`emoji@${domaine}`]);
  });

  it('is told that cn=config holds nothing', async () => {
    const client = await connect();
    await client.bind();
    const { result } = await client.search({
      base: 'cn=config',
      filter: { kind: 'equality', attribute: 'objectclass', value: Buffer.from('vlvsearch') },
    });
    assert.equal(result.code, 32);
  });
});
