// What each request is answered, over real sockets.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { hashPassword, parsePasswordHash } from '../../../src/ldap/server/password-hash.js';
import {
  connectRaw,
  isNoticeOfDisconnection,
  type RawClient,
} from '../../support/ldap-raw-client.js';
import { allowance, baseDn, startServer, type RunningServer } from '../../support/ldap-server.js';
import {
  abandonRequest,
  applicationTag,
  bindRequest,
  compareRequest,
  extendedRequest,
  integer,
  message,
  octets,
  searchRequest,
  sequence,
  tlv,
  unbindRequest,
} from '../../support/ldap-wire.js';

const whoAmI = '1.3.6.1.4.1.4203.1.11.3';
const cancelOid = '1.3.6.1.1.8';
const startTlsOid = '1.3.6.1.4.1.1466.20037';

let open: RunningServer;
let closed: RunningServer;

before(async () => {
  const accounts = [
    {
      name: 'lps',
      dn: 'cn=LPS, o=Exemple',
      passwordHash: parsePasswordHash(await hashPassword(Buffer.from('secret'))),
      certificateSubject: undefined,
      allowance,
    },
  ];
  open = await startServer({ access: { accounts } });
  closed = await startServer({ access: { accounts, anonymous: undefined } });
});

async function withClient<T>(
  { port }: RunningServer,
  work: (client: RawClient) => Promise<T>,
): Promise<T> {
  const client = await connectRaw(port);
  try {
    return await work(client);
  } finally {
    await client.drop();
  }
}

const binds: [name: string, operation: Buffer, code: number][] = [
  ['anonymous', bindRequest(), 0],
  ['by name, in any case', bindRequest('LPS', 'secret'), 0],
  ['by DN, however it is spelt', bindRequest('CN=lps,o=EXEMPLE', 'secret'), 0],
  ['version 2', bindRequest('', '', 2), 2],
  ['a DN without a password', bindRequest('cn=lps,o=exemple', ''), 53],
  ['a wrong password', bindRequest('lps', 'faux'), 49],
  ['an unknown account', bindRequest('inconnu', 'secret'), 49],
  ['an unknown DN', bindRequest('cn=inconnu', 'secret'), 49],
  ['a password without a name', bindRequest('', 'secret'), 49],
  ['what is no DN', bindRequest('cn=lps,=', 'secret'), 34],
  [
    'an unknown SASL mechanism',
    tlv(applicationTag.bindRequest, integer(3), octets(''), tlv(0xa3, octets('GSSAPI'))),
    7,
  ],
  [
    'EXTERNAL without a certificate',
    tlv(applicationTag.bindRequest, integer(3), octets(''), tlv(0xa3, octets('EXTERNAL'))),
    48,
  ],
  [
    'an unknown kind',
    tlv(applicationTag.bindRequest, integer(3), octets(''), octets('x', 0x85)),
    7,
  ],
];
for (const [name, operation, code] of binds) {
  test(`a bind with ${name} is answered ${code}`, () =>
    withClient(open, async (client) => {
      const answer = await client.ask(operation);
      assert.deepEqual([answer.tag, answer.code], [applicationTag.bindResponse, code]);
    }));
}

test('who am I tells the account, and anonymous again after a bind that failed', () =>
  withClient(open, async (client) => {
    const ask = async (): Promise<string> =>
      (await client.ask(extendedRequest(whoAmI))).value?.toString() ?? 'none';
    assert.equal(await ask(), '');
    await client.bind('lps', 'secret');
    assert.equal(await ask(), 'dn:cn=LPS, o=Exemple');
    assert.equal((await client.bind('lps', 'faux')).code, 49);
    assert.equal(await ask(), '');
  }));

test('what follows a bind in the same bytes is answered as whom it made the client', () =>
  withClient(closed, async (client) => {
    const find = searchRequest({ base: baseDn, scope: 0 });
    client.write(Buffer.concat([message(1, bindRequest('lps', 'secret')), message(2, find)]));
    assert.equal((await client.result(1)).code, 0);
    assert.equal((await client.result(2)).code, 0);
  }));

test('without an account, where one is needed, only the root DSE and the schema are read', () =>
  withClient(closed, async (client) => {
    assert.equal((await client.bind()).code, 48);
    const refused = await client.search({ base: baseDn });
    assert.deepEqual([refused.result.code, refused.entries.length], [53, 0]);
    for (const base of ['', 'cn=subschema', 'CN=Subschema']) {
      const { entries, result } = await client.search({ base, scope: 0 });
      assert.deepEqual([result.code, entries.length], [0, 1], base);
    }
    assert.equal((await client.search({ base: '', scope: 2 })).result.code, 53);
  }));

const dn = `mail=n1@x.mssante.fr,${baseDn}`;
const attribute = sequence(octets('cn'), tlv(0x31, octets('x')));
const answers: [name: string, operation: Buffer, tag: number, code: number][] = [
  ['an add', tlv(applicationTag.addRequest, octets(dn), sequence(attribute)), 0x69, 53],
  ['an add to what is no DN', tlv(0x68, octets('x'), sequence(attribute)), 0x69, 34],
  ['a delete', octets(dn, applicationTag.delRequest), 0x6b, 53],
  ['a modify', tlv(0x66, octets(dn), sequence(sequence(integer(2, 0x0a), attribute))), 0x67, 53],
  ['a modifyDN', tlv(0x6c, octets(dn), octets('mail=y'), tlv(0x01, Buffer.from([255]))), 0x6d, 53],
  ['an unknown extended operation', extendedRequest('1.2.3'), 0x78, 2],
  ['StartTLS without a certificate', extendedRequest(startTlsOid), 0x78, 2],
  ['Cancel of nothing', extendedRequest(cancelOid, sequence(integer(99))), 0x78, 119],
  ['Cancel without a value', extendedRequest(cancelOid), 0x78, 2],
  ['who am I with a value', extendedRequest(whoAmI, Buffer.from('x')), 0x78, 2],
  ['a search below what is no DN', searchRequest({ base: 'x' }), 0x65, 34],
  ['a search below nothing', searchRequest({ base: 'cn=config' }), 0x65, 32],
  ['a search of the root DSE', searchRequest({ base: '', scope: 0 }), 0x65, 0],
  ['a search', searchRequest({ base: baseDn }), 0x65, 0],
  ['a search cut by its size', searchRequest({ base: baseDn, sizeLimit: 3 }), 0x65, 4],
  ['an unknown scope', searchRequest({ base: baseDn, scope: 7 }), 0x65, 2],
];
for (const [name, operation, tag, code] of answers) {
  test(`${name} is answered ${code}, and the connection goes on`, () =>
    withClient(open, async (client) => {
      const answer = await client.ask(operation);
      assert.deepEqual([answer.tag, answer.code], [tag, code]);
      assert.equal((await client.search({ base: '', scope: 0 })).result.code, 0);
    }));
}

test('an unknown critical control is answered 12, and ignored when it is not critical', () =>
  withClient(open, async (client) => {
    const find = { base: baseDn, scope: 0 };
    const answer = async (isCritical: boolean): Promise<number> =>
      (await client.search(find, [{ type: '1.2.3', isCritical }])).result.code;
    assert.deepEqual([await answer(true), await answer(false)], [12, 0]);
    const manage = { type: '2.16.840.1.113730.3.4.2', isCritical: true };
    assert.equal((await client.search(find, [manage])).result.code, 0);
    assert.equal((await client.ask(bindRequest(), [manage])).code, 12);
  }));

test('before there is a snapshot searches are answered 52 and the root DSE is read', async () => {
  const empty = await startServer({}, -1);
  await withClient(empty, async (client) => {
    // As a balancer asks (HAProxy « option ldap-check »).
    assert.equal((await client.bind()).code, 52);
    assert.equal((await client.search({ base: baseDn })).result.code, 52);
    const { entries, result } = await client.search({ base: '', scope: 0 });
    assert.deepEqual([result.code, entries.length], [0, 1]);
  });
});

test('an unbind closes without an answer', () =>
  withClient(open, async (client) => {
    client.send(unbindRequest());
    assert.equal(await client.next(), undefined);
  }));

test('an abandon has no answer, whatever it names', () =>
  withClient(open, async (client) => {
    client.send(abandonRequest(77));
    assert.equal((await client.bind()).code, 0);
  }));

const fatal: [name: string, bytes: Buffer][] = [
  ['the nine bytes that end ldapjs', Buffer.from('3084ffffffff020101', 'hex')],
  ['what is no BER', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a message longer than is allowed', Buffer.from('308400040001', 'hex')],
  ['an indefinite length', Buffer.from('30800201', 'hex')],
  ['a response', message(1, tlv(0x61, integer(0, 0x0a), octets(''), octets('')))],
  ['message ID 0', message(0, bindRequest())],
];
for (const [name, bytes] of fatal) {
  test(`${name} ends its connection with a notice, behind what was answered before`, () =>
    withClient(open, async (client) => {
      client.write(Buffer.concat([message(5, bindRequest()), bytes]));
      assert.equal((await client.result(5)).code, 0);
      const notice = await client.next();
      assert.ok(isNoticeOfDisconnection(notice));
      assert.equal(notice?.kind === 'result' && notice.code, 2);
      await client.closed;
    }));
}

test('a compare tells true from false, absent and invalid', () =>
  withClient(open, async (client) => {
    const compare = async (entry: string, name: string, value: string): Promise<number> =>
      (await client.ask(compareRequest(entry, name, value))).code;
    assert.deepEqual(
      [
        await compare(dn, 'cn', 'NOM 1'),
        await compare(dn, 'cn', 'Nom 2'),
        await compare(dn, 'undef', 'x'),
        await compare(`mail=absent,${baseDn}`, 'cn', 'x'),
        await compare('x', 'cn', 'x'),
      ],
      [6, 5, 17, 32, 34],
    );
  }));
