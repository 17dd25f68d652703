// `annuaire-sync ldap` as it is run: alone, in several processes, without the database, and with Debian's client.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { parsePasswordHash, verifyPassword } from '../../src/ldap/server/password-hash.js';
import { makeCertificates, type TestCertificates } from '../support/certificates.js';
import { mainProgram } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { bal, headers, tempFolder, textOf } from '../support/extraction-files.js';
import { connectRaw, connectRawTls, isNoticeOfDisconnection } from '../support/ldap-raw-client.js';

const folder = tempFolder();
const base = 'ou=bal,o=mssante,c=fr';
let database: TestDatabase;
let certificates: TestCertificates;

before(async () => {
  certificates = await makeCertificates();
  database = await testDatabase();
  writeFileSync(
    join(folder, 'Extraction_Correspondance_MSSante_202601010101.txt'),
    textOf(headers.bals, [bal('jean.dupont@x.mssante.fr'), bal('marie.durand@x.mssante.fr')]),
  );
  const loaded = spawnSync(process.execPath, [mainProgram, '-c', settings(''), 'extract', 'bals']);
  assert.equal(loaded.status, 0, String(loaded.stderr));
});

const children = new Set<ChildProcess>();
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await database.drop();
});

let fileCount = 0;
function settings(ldap: string, url = database.url): string {
  const path = join(folder, `reglages-${(fileCount += 1)}.yaml`);
  writeFileSync(
    path,
    `dataDir: ${join(folder, 'var')}
database: { url: '${url}' }
operateur: { nom: Essai, domaines: [x.mssante.fr] }
sources: { bals: { from: ${folder} } }
ldap: { port: 0, consultationSecondes: 1${ldap} }
`,
  );
  return path;
}

type Line = {
  readonly evenement: string;
  readonly message: string;
  readonly adresses?: string[];
  readonly entrees?: number;
};

class Running {
  readonly child: ChildProcess;
  readonly lines: Line[] = [];
  #wake: () => void = () => undefined;

  constructor(config: string) {
    this.child = spawn(process.execPath, [mainProgram, '--json', '-c', config, 'ldap'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.add(this.child);
    this.child.on('exit', () => this.#wake());
    const { stdout } = this.child;
    assert.ok(stdout);
    createInterface({ input: stdout }).on('line', (text) => {
      this.lines.push(JSON.parse(text) as Line);
      this.#wake();
    });
  }

  /** The first line of this event, or the one of that rank, once it is there. */
  async line(evenement: string, rank = 1): Promise<Line> {
    for (;;) {
      const found = this.lines.filter((line) => line.evenement === evenement)[rank - 1];
      if (found) return found;
      assert.equal(this.child.exitCode, null, JSON.stringify(this.lines));
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async port(): Promise<number> {
    const { adresses } = await this.line('ecoute');
    return Number(adresses?.[0]?.split(':').at(-1));
  }

  /** Of the LDAPS listener. */
  async securePort(): Promise<number> {
    const { adresses } = await this.line('ecoute');
    return Number(
      adresses
        ?.find((address) => address.startsWith('ldaps:'))
        ?.split(':')
        .at(-1),
    );
  }

  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    this.child.kill('SIGTERM');
    const [code] = (await once(this.child, 'exit')) as [number | null];
    return code;
  }
}

test('it serves what is loaded, to ldapsearch too, and stops with a goodbye', async () => {
  const running = new Running(settings(''));
  const port = await running.port();
  assert.equal((await running.line('served')).entrees, 2);
  const search = spawnSync(
    'ldapsearch',
    ['-x', '-LLL', '-H', `ldap://127.0.0.1:${port}`, '-b', base, '(mail=*DURAND*)', 'mail'],
    { encoding: 'utf8' },
  );
  assert.equal(search.status, 0, search.stderr);
  assert.match(search.stdout, /^mail: marie\.durand@x\.mssante\.fr$/mu);
  assert.doesNotMatch(search.stdout, /dupont/u);
  const paged = spawnSync(
    'ldapsearch',
    ['-x', '-LLL', '-E', 'pr=1/noprompt', '-H', `ldap://127.0.0.1:${port}`, '-b', base],
    { encoding: 'utf8' },
  );
  assert.equal(paged.status, 0, paged.stderr);
  assert.equal(paged.stdout.match(/^dn: /gmu)?.length, 3);
  const client = await connectRaw(port);
  await client.bind();
  const stopped = running.stop();
  assert.ok(isNoticeOfDisconnection(await client.next()));
  assert.equal(await stopped, 0);
});

test('without the database it serves the snapshot of the disk', async () => {
  const nobody = 'postgres://x:x@127.0.0.1:1/absente';
  const running = new Running(settings('', nobody));
  const client = await connectRaw(await running.port());
  assert.equal((await running.line('served')).entrees, 2);
  await running.line('database-lost');
  assert.equal((await client.search({ base })).entries.length, 3);
  await client.drop();
  assert.equal(await running.stop(), 0);
});

test('a killed worker is replaced, and the others serve meanwhile', async () => {
  const running = new Running(settings(', workers: 2'));
  const port = await running.port();
  await running.line('served');
  const list = (): number[] =>
    spawnSync('pgrep', ['-P', String(running.child.pid), 'node'], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n')
      .map(Number);
  const [first = 0, ...others] = list();
  assert.equal(others.length, 1);
  process.kill(first, 'SIGKILL');
  await running.line('processus');
  for (let turn = 0; turn < 20; turn++) {
    const client = await connectRaw(port);
    const { code } = (await client.search({ base: '', scope: 0 })).result;
    assert.equal(code, 0);
    await client.drop();
  }
  assert.match((await running.line('processus', 2)).message, /en service/u);
  assert.equal(list().length, 2);
  assert.ok(!list().includes(first));
  assert.equal(await running.stop(), 0);
});

type Renewal = {
  readonly name: string;
  readonly more: string;
  readonly ask: (running: Running) => void;
  readonly processes: number;
};

const renewals: readonly Renewal[] = [
  {
    name: 'by itself, when the files change',
    more: 'relectureSecondes: 0.05',
    ask: () => undefined,
    processes: 1,
  },
  {
    name: 'on SIGHUP',
    more: 'relectureSecondes: 3600',
    ask: ({ child }) => child.kill('SIGHUP'),
    processes: 1,
  },
  {
    name: 'on SIGHUP, in every process',
    more: 'relectureSecondes: 3600',
    ask: ({ child }) => child.kill('SIGHUP'),
    processes: 2,
  },
];

for (const { name, more, ask, processes } of renewals) {
  test(`a renewed certificate is put in service ${name}, and one that is no good is not`, async () => {
    const { localhost, otherHost } = certificates;
    const [cert, key] = ['pem', 'cle'].map((end) => join(folder, `${name}.${end}`));
    assert.ok(cert !== undefined && key !== undefined);
    writeFileSync(cert, localhost.cert);
    writeFileSync(key, localhost.key);
    const running = new Running(
      settings(
        `, workers: ${processes}, portLdaps: 0, tls: { certificat: '${cert}', cle: '${key}', ${more} }`,
      ),
    );
    const port = await running.securePort();
    await running.line('served');
    assert.equal(await nameOn(port), 'localhost');
    /** The lines of all processes about one change, told from others by what they say. */
    const told = async (what: RegExp): Promise<void> => {
      for (let rank = 1, count = 0; count < processes; rank++) {
        if (what.test((await running.line('serveur', rank)).message)) count++;
      }
    };
    // One file alone is no pair.
    writeFileSync(cert, otherHost.cert);
    ask(running);
    await told(/refusé, le précédent reste en service/u);
    assert.equal(await nameOn(port), 'localhost');
    writeFileSync(key, otherHost.key);
    ask(running);
    await told(/^Certificat LDAP relu/u);
    for (let turn = 0; turn < 4; turn++) assert.equal(await nameOn(port), 'other');
    assert.equal(await running.stop(), 0);
  });
}

/** Common name of the certificate that a new connection is shown. */
async function nameOn(port: number): Promise<string> {
  const client = await connectRawTls(port, { rejectUnauthorized: false });
  const { socket } = client;
  assert.ok(socket instanceof TLSSocket);
  const { subject } = socket.getPeerCertificate();
  assert.equal((await client.search({ base: '', scope: 0 })).result.code, 0);
  await client.drop();
  return String(subject.CN);
}

test('a port that is taken is told in French, with the remedy', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  assert.ok(typeof address === 'object' && address);
  for (const workers of [1, 2]) {
    const config = settings('').replace('.yaml', '');
    const path = `${config}-pris.yaml`;
    writeFileSync(
      path,
      `operateur: { nom: Essai, domaines: [x.mssante.fr] }
dataDir: ${join(folder, 'var')}
database: { url: '${database.url}' }
ldap: { port: ${address.port}, workers: ${workers} }
`,
    );
    const { status, stderr } = spawnSync(process.execPath, [mainProgram, '-c', path, 'ldap'], {
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stderr, /le port \d+ de 127\.0\.0\.1 est déjà pris.*« ldap\.port »/u);
  }
  taken.close();
});

test('the hash that it gives for a password is that of this password', async () => {
  const { stdout, status } = spawnSync(
    process.execPath,
    [mainProgram, '--json', 'ldap', 'mot-de-passe'],
    {
      input: 'pässe mot\n',
      encoding: 'utf8',
    },
  );
  assert.equal(status, 0);
  const { motDePasse } = JSON.parse(stdout) as { motDePasse: string };
  const hash = parsePasswordHash(motDePasse);
  assert.ok(hash);
  assert.equal(await verifyPassword(Buffer.from('pässe mot'), hash), true);
  assert.equal(await verifyPassword(Buffer.from('autre'), hash), false);
});
