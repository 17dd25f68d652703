// Servers that misbehave as no real one does on demand.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import {
  LdapSession,
  type EntreeLdap,
  type LdapSettings,
} from '../../src/inventory/ldap/client.js';
import { FramingError, hideDn, LdapFramer } from '../../src/inventory/ldap/framing.js';
import { attributsDe } from '../../src/inventory/ldap/correspondance.js';
import { createTlsContext } from '../../src/net/tls-context.js';
import { sourceLdap } from '../support/inventaire-ldap.js';

const servers = new Set<Server>();
const sockets = new Set<Socket>();
after(() => {
  for (const server of servers) server.close();
  for (const socket of sockets) socket.destroy();
});

/** Answers each message, by its number from 1 on, with what `answer` gives of its id. */
async function serve(
  answer: (messageId: Buffer, count: number, socket: Socket) => Buffer | undefined,
): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket);
    const framer = new LdapFramer(1_000_000);
    let count = 0;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      try {
        for (const message of framer.push(chunk)) {
          const reply = answer(messageIdOf(message), ++count, socket);
          if (reply && !socket.destroyed) socket.write(reply);
        }
      } catch {
        socket.destroy();
      }
    });
  }).listen(0, '127.0.0.1');
  servers.add(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** The bytes of the INTEGER that it begins with. */
function messageIdOf(message: Buffer): Buffer {
  const first = message[1] ?? 0;
  const start = first < 0x80 ? 2 : 2 + first - 0x80;
  return message.subarray(start + 2, start + 2 + (message[start + 1] ?? 0));
}

function ber(tag: number, ...parts: readonly (Buffer | string | number)[]): Buffer {
  const content = Buffer.concat(
    parts.map((part) =>
      typeof part === 'number'
        ? Buffer.from([part])
        : Buffer.isBuffer(part)
          ? part
          : Buffer.from(part),
    ),
  );
  assert.ok(content.length < 65_536);
  const length =
    content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const id = (messageId: Buffer): Buffer => ber(2, messageId);
const outcome = (tag: number, code: number, text = ''): Buffer =>
  ber(tag, ber(10, code), ber(4), ber(4, text));
const bound = (messageId: Buffer): Buffer => ber(0x30, id(messageId), outcome(0x61, 0));

function entry(messageId: Buffer, dn: string, adresse: string): Buffer {
  const values = ber(0x30, ber(4, 'zimbraMailDeliveryAddress'), ber(0x31, ber(4, adresse)));
  return ber(0x30, id(messageId), ber(0x64, ber(4, dn), ber(0x30, values)));
}

function done(messageId: Buffer, cookie: string | undefined, code = 0, text = ''): Buffer {
  const paged =
    cookie === undefined
      ? Buffer.alloc(0)
      : ber(
          0xa0,
          ber(0x30, ber(4, '1.2.840.113556.1.4.319'), ber(4, ber(0x30, ber(2, 0), ber(4, cookie)))),
        );
  return ber(0x30, id(messageId), outcome(0x65, code, text), paged);
}

function settings(port: number, more: Parameters<typeof sourceLdap>[1] = {}): LdapSettings {
  const { connexion, correspondance } = sourceLdap(port, more);
  return { ...connexion, attributs: attributsDe(correspondance) };
}

async function readAll(ldap: LdapSettings): Promise<EntreeLdap[]> {
  const session = await LdapSession.open(ldap);
  try {
    const entries: EntreeLdap[] = [];
    for await (const batch of session.entries()) entries.push(...batch);
    return entries;
  } finally {
    session.close();
  }
}

const court = { silenceMs: 300, connexionMs: 300 };
type Answer = Parameters<typeof serve>[0];

const faults: [
  name: string,
  answer: Answer,
  more: Parameters<typeof sourceLdap>[1],
  code: string,
  message: RegExp,
][] = [
  [
    'a server that never answers',
    () => undefined,
    { limites: court },
    'LDAP_SILENCE',
    /ne répond plus à l’authentification \(rien reçu pendant 0.3 s\)/u,
  ],
  [
    'a server that is silent in the middle of a page',
    (m, n) => (n === 1 ? bound(m) : entry(m, 'cn=a', 'a@chu.mssante.fr')),
    { limites: court },
    'LDAP_SILENCE',
    /pendant la recherche/u,
  ],
  [
    'pages of nothing without end',
    (m, n) => (n === 1 ? bound(m) : done(m, 'encore')),
    {},
    'LDAP_PAGES_SANS_FIN',
    /« pagination: 0 »/u,
  ],
  [
    'the same page without end',
    (m, n) =>
      n === 1 ? bound(m) : Buffer.concat([entry(m, 'cn=a', 'a@chu.mssante.fr'), done(m, 'encore')]),
    { limites: { entreesMax: 300 } },
    'LDAP_TROP_D_ENTREES',
    /plus de 300 entrées/u,
  ],
  [
    'one page without end',
    (m, n, socket) => {
      if (n === 1) return bound(m);
      const page = Buffer.concat(
        Array.from({ length: 100 }, () => entry(m, 'cn=a', 'a@chu.mssante.fr')),
      );
      const write = (): void => {
        while (!socket.destroyed && socket.write(page));
        if (!socket.destroyed) socket.once('drain', write);
      };
      write();
      return undefined;
    },
    { limites: { entreesMax: 5_000 } },
    'LDAP_TROP_D_ENTREES',
    /plus de 5.000 entrées/u,
  ],
  // These nine bytes end a process that gives them to ldapjs.
  [
    'a length that is none',
    () => Buffer.from('3084ffffffff020101', 'hex'),
    {},
    'LDAP_PAS_DU_LDAP',
    /n’est pas du LDAP/u,
  ],
  [
    'a server of another kind',
    () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
    {},
    'LDAP_PAS_DU_LDAP',
    /Vérifiez l’adresse et le port/u,
  ],
  [
    'a message that never ends',
    () => Buffer.from('30847fffffff020101', 'hex'),
    {},
    'LDAP_PAS_DU_LDAP',
    /démesuré/u,
  ],
  [
    'an operation that is none',
    (m) => ber(0x30, id(m), ber(0x7e, 'x')),
    { limites: court },
    'LDAP_',
    /./u,
  ],
  [
    'a referral of the base',
    (m, n) => (n === 1 ? bound(m) : done(m, undefined, 10)),
    {},
    'LDAP_RESULTAT_10',
    /renvoie vers un autre serveur pour « dc=chu » : mettez son adresse dans « url »/u,
  ],
  [
    'a reference within the tree',
    (m, n) =>
      n === 1
        ? bound(m)
        : Buffer.concat([
            ber(0x30, id(m), ber(0x73, ber(4, 'ldap://ailleurs/dc=x'))),
            done(m, undefined),
          ]),
    {},
    'LDAP_RENVOI',
    /« renvois: ignorer »/u,
  ],
  [
    'a limit of size',
    (m, n) => (n === 1 ? bound(m) : done(m, undefined, 4, 'trop')),
    { pagination: 0 },
    'LDAP_RESULTAT_4',
    /réglez « pagination » \(500\).*Le serveur dit : « trop »/u,
  ],
  [
    'a server that closes at once',
    (_m, _n, socket) => void socket.destroy(),
    {},
    'LDAP_CONNEXION_COUPEE',
    /à l’authentification/u,
  ],
  [
    'StartTLS refused',
    (m) => ber(0x30, id(m), outcome(0x78, 2, 'non')),
    { startTls: true, tls: createTlsContext(undefined, undefined) },
    'LDAP_RESULTAT_2',
    /à StartTLS \(code 2\)/u,
  ],
  [
    'StartTLS accepted, and no TLS behind',
    (m, n) =>
      n === 1 ? Buffer.concat([ber(0x30, id(m), outcome(0x78, 0))]) : Buffer.from('bonjour'),
    { startTls: true, tls: createTlsContext(undefined, undefined), limites: { silenceMs: 2_000 } },
    '',
    /./u,
  ],
];

describe('an LDAP client', () => {
  for (const [name, answer, more, code, message] of faults) {
    it(`ends with words at ${name}`, async () => {
      const port = await serve(answer);
      await assert.rejects(readAll(settings(port, more)), (error: Error & { code: string }) => {
        assert.ok(error.code.startsWith(code), `${error.code}: ${error.message}`);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it('counts the references that it was told to ignore', async () => {
    const port = await serve((m, n) =>
      n === 1
        ? bound(m)
        : Buffer.concat([
            ber(0x30, id(m), ber(0x73, ber(4, 'ldap://ailleurs/dc=x'))),
            entry(m, 'cn=a', 'a@chu.mssante.fr'),
            done(m, undefined),
          ]),
    );
    const session = await LdapSession.open(settings(port, { renvois: 'ignorer' }));
    const entries: EntreeLdap[] = [];
    for await (const batch of session.entries()) entries.push(...batch);
    session.close();
    assert.deepEqual([entries.length, session.renvoisIgnores], [1, 1]);
  });

  it('reads on after names that are no DN, and after pages of nothing', async () => {
    const names = ['cn=a;b,dc=x', 'pas un nom', 'CN=x\\0ACNF:1,DC=x', ''];
    const port = await serve((m, n) => {
      if (n === 1) return bound(m);
      const dn = names[n - 3];
      if (n === 2) return done(m, 'suite');
      return Buffer.concat([
        entry(m, dn ?? '', `n${n}@chu.mssante.fr`),
        done(m, n - 3 === names.length - 1 ? '' : `suite${n}`),
      ]);
    });
    const entries = await readAll(settings(port));
    assert.deepEqual(
      entries.map(({ dn }) => dn),
      names,
    );
    assert.deepEqual(entries[3]?.attributs.get('zimbramaildeliveryaddress'), ['n6@chu.mssante.fr']);
  });

  it('holds a server back that sends all at once, page or not', async () => {
    const count = 30_000;
    const port = await serve((m, n) => {
      if (n === 1) return bound(m);
      const all = Array.from({ length: count }, (_, i) =>
        entry(m, `cn=${i}`, `n${i}@chu.mssante.fr`),
      );
      return Buffer.concat([...all, done(m, undefined)]);
    });
    const session = await LdapSession.open(settings(port));
    let largest = 0;
    let total = 0;
    for await (const batch of session.entries()) {
      largest = Math.max(largest, batch.length);
      total += batch.length;
      // The socket has time to bring everything, were it not held back.
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    }
    session.close();
    assert.equal(total, count);
    // What one chunk of the socket brings beyond the limit.
    assert.ok(largest < 2_000 + 1_500, `${largest}`);
  });
});

describe('the framing of LDAP messages', () => {
  it('gives whole messages whatever the chunks are', () => {
    const messages = [
      bound(Buffer.of(1)),
      entry(Buffer.of(2), 'cn=é', 'a@b.fr'),
      done(Buffer.of(2), 'x'.repeat(300)),
    ];
    const bytes = Buffer.concat(messages);
    for (const size of [1, 2, 3, 7, 64, bytes.length]) {
      const framer = new LdapFramer(10_000);
      const found: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size)
        found.push(
          ...framer.push(bytes.subarray(at, at + size)).map((message) => Buffer.from(message)),
        );
      assert.deepEqual(found, messages, `by ${size}`);
    }
  });

  it('takes the name of an entry away, and nothing else', () => {
    const message = entry(Buffer.of(5), 'cn=é,dc=x', 'a@b.fr');
    const hidden = hideDn(message);
    assert.equal(hidden?.dn, 'cn=é,dc=x');
    assert.equal(hideDn(hidden.message)?.dn, '');
    assert.equal(hideDn(bound(Buffer.of(1))), undefined);
    for (let end = 2; end < message.length; end++)
      assert.throws(() => hideDn(message.subarray(0, end)), FramingError);
  });
});
