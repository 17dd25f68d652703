// Whoever guesses passwords neither learns faster by asking in parallel nor keeps others from binding.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { BindFailures } from '../../../src/ldap/server/bind-failures.js';
import { hashPassword, parsePasswordHash } from '../../../src/ldap/server/password-hash.js';
import { connectRaw, type RawClient } from '../../support/ldap-raw-client.js';
import { allowance, startServer, type RunningServer } from '../../support/ldap-server.js';
import { bindRequest } from '../../support/ldap-wire.js';

let settings: Parameters<typeof startServer>[0];

before(async () => {
  const account = {
    name: 'lps',
    dn: 'cn=LPS, o=Exemple',
    passwordHash: parsePasswordHash(await hashPassword(Buffer.from('secret'))),
    certificateSubject: undefined,
    allowance,
  };
  settings = { access: { accounts: [account] } };
});

/** Each binds with a password of its own; nothing is waited for. */
async function guess({ port }: RunningServer, count: number): Promise<readonly RawClient[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => connectRaw(port)));
  for (const [place, client] of clients.entries()) client.send(bindRequest('lps', `essai${place}`));
  return clients;
}

/** Resolves once that many binds were answered busy; a test that waits for more ends with a sentence. */
function refusedAtOnce(clients: readonly RawClient[], count: number): Promise<void> {
  let seen = 0;
  return new Promise((resolve, reject) => {
    for (const client of clients) {
      client.next().then((answer) => {
        if (answer?.kind === 'result' && answer.code === 51 && ++seen === count) resolve();
      }, reject);
    }
  });
}

test('one address has eight guesses under way, the others are answered busy', async () => {
  const running = await startServer(settings);
  const clients = await guess(running, 100);
  try {
    await refusedAtOnce(clients, 92);
  } finally {
    await Promise.all(clients.map((client) => client.drop()));
  }
});

test('an account that bound a while ago binds while its own address guesses', async () => {
  const running = await startServer(settings);
  const lps = await connectRaw(running.port);
  assert.equal((await lps.bind('lps', 'secret')).code, 0);
  const clients = await guess(running, 40);
  try {
    await refusedAtOnce(clients, 32);
    assert.equal((await lps.bind('lps', 'secret')).code, 0);
  } finally {
    await Promise.all([lps, ...clients].map((client) => client.drop()));
  }
});

test('one bind on twenty connections at once is verified once', async () => {
  const { port } = await startServer(settings);
  const clients = await Promise.all(Array.from({ length: 20 }, () => connectRaw(port)));
  const results = await Promise.all(clients.map((client) => client.bind('lps', 'secret')));
  assert.deepEqual(
    results.map(({ code }) => code),
    Array<number>(20).fill(0),
  );
  await Promise.all(clients.map((client) => client.drop()));
});

test('a success forgives typing errors, not a series of guesses', () => {
  const failures = new BindFailures();
  for (let i = 0; i < 3; i++) assert.equal(failures.note('a', 0), 0);
  failures.forgive('a');
  assert.equal(failures.note('a', 0), 0, 'typing errors');
  for (let i = 0; i < 4; i++) failures.note('a', 0);
  const before = failures.note('a', 0);
  failures.forgive('a');
  assert.ok(failures.note('a', 0) > before, 'whoever has an account might guess at another by it');
});
