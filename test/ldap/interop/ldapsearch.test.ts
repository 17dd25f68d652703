// OpenLDAP's own commands against the mirror: what an administrator types when he wants to know whether it works.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, describe, it } from 'node:test';
import { startMirror, type Mirror } from '../../support/ldap-mirror.js';
import { inventedBals } from './invented-directory.js';
import { programSkip } from './program-skip.js';

const entryCount = 450;
const domaine = 'hopital.mssante.fr';

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

describe('ldap-utils', { skip: programSkip('ldap-utils', 'ldapsearch', ['-VV']) }, () => {
  let mirror: Mirror;
  before(async () => {
    mirror = await startMirror(inventedBals(entryCount));
  });

  const clear = (): string => `ldap://127.0.0.1:${mirror.port}`;

  function run(program: string, ...args: readonly string[]): Promise<Ended> {
    const env = { ...process.env, LDAPTLS_CACERT: mirror.caFile, LC_ALL: 'C.UTF-8' };
    return new Promise((resolve) => {
      const child = execFile(program, args, { env, timeout: 30_000 }, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
        resolve({ code, stdout, stderr });
      });
      // With a virtual list it asks which window comes next.
      child.stdin?.end();
    });
  }

  const search = (...args: readonly string[]): Promise<Ended> =>
    run('ldapsearch', '-x', '-LLL', '-o', 'ldif-wrap=no', '-b', mirror.baseDn, ...args);

  const mailsIn = ({ stdout }: Ended): string[] =>
    [...stdout.matchAll(/^mail: (.*)$/gm)].map(([, mail = '']) => mail);

  const accented = ['accents', 'decompose', 'sans.accents'].map((name) => `${name}@${domaine}`);

  for (const [name, options] of [
    ['in clear', () => ['-H', clear()]],
    ['by StartTLS', () => ['-H', clear(), '-ZZ']],
    ['by LDAPS', () => ['-H', `ldaps://127.0.0.1:${mirror.ldapsPort}`]],
    [
      'as an account',
      () => ['-H', clear(), '-D', mirror.account.dn, '-w', mirror.account.password],
    ],
  ] as const) {
    it(`searches ${name}`, async () => {
      const ended = await search(...options(), '(sn=eleonore)', 'mail');
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(mailsIn(ended).sort(), accented);
    });
  }

  it('pages to the end', async () => {
    const ended = await search('-H', clear(), '-E', 'pr=100/noprompt', '(mail=*)', 'mail');
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(new Set(mailsIn(ended)).size, entryCount - 1);
  });

  it('sorts, backwards too', async () => {
    const up = await search('-H', clear(), '-E', '!sss=mail', '(mail=service*)', 'mail');
    const down = await search('-H', clear(), '-E', '!sss=-mail', '(mail=service*)', 'mail');
    assert.equal(up.code, 0, up.stderr);
    const mails = mailsIn(up);
    assert.ok(mails.length > 50);
    assert.deepEqual(mails, [...mails].sort());
    assert.deepEqual(mailsIn(down), [...mails].reverse());
  });

  it('opens windows on a sorted list', async () => {
    const all = await search('-H', clear(), '-E', '!sss=mail', '(mail=service*)', 'mail');
    const window = await search(
      ...['-H', clear(), '-E', '!sss=mail', '-E', '!vlv=0/9/21/0', '(mail=service*)', 'mail'],
    );
    // Its standard input at an end, the command goes on, its windows overlapping, to the end of the list and beyond it (76).
    assert.deepEqual([...new Set(mailsIn(window))], mailsIn(all).slice(20));
    assert.equal(window.code, 76, window.stderr);
  });

  it('ends with the code of the fault', async () => {
    const at = ['-H', clear()];
    assert.equal((await search(...at, '-D', mirror.account.dn, '-w', 'faux')).code, 49);
    assert.equal((await search(...at, '-b', 'ou=absent,c=fr')).code, 32);
    assert.equal((await search(...at, '-b', 'pas un dn')).code, 34);
    const cut = await search(...at, '-z', '5', '(mail=*)', 'mail');
    assert.deepEqual([cut.code, mailsIn(cut).length], [4, 5]);
    assert.equal((await search(...at, '-E', '!1.2.3.4', '(mail=*)')).code, 12);
  });

  it('says who it is, and compares', async () => {
    const entry = `mail=simple@${domaine},${mirror.baseDn}`;
    const at = ['-x', '-H', clear()];
    assert.match((await run('ldapwhoami', ...at)).stdout, /anonymous/);
    const bound = await run(
      ...(['ldapwhoami', ...at, '-D', mirror.account.dn, '-w', mirror.account.password] as const),
    );
    assert.match(bound.stdout, /dn:|u:/);
    assert.equal((await run('ldapcompare', ...at, entry, `mail:SIMPLE@${domaine}`)).code, 6);
    assert.equal((await run('ldapcompare', ...at, entry, 'mail:autre')).code, 5);
  });

  it('is refused to write', async () => {
    const entry = `mail=simple@${domaine},${mirror.baseDn}`;
    assert.equal((await run('ldapdelete', '-x', '-H', clear(), entry)).code, 53);
  });
});
