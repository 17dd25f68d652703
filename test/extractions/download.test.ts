import assert from 'node:assert/strict';
import { mkdir, open, readFile, readdir, stat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { downloadSource } from '../../src/extractions/download.js';
import type { Progress } from '../../src/progress.js';
import {
  download,
  failureOf,
  fileOf,
  optionsFor,
  recordedSeams,
  someText,
} from '../support/download.js';
import {
  type Step,
  faultyServer,
  hangUp,
  silent,
  status,
  whole,
} from '../support/faulty-server.js';
import { testFolder, writeIn, zipOf } from '../support/zip-files.js';

const fileName = 'Extraction_Correspondance_MSSante_202608261013.zip';
const version = 'Extraction_Correspondance_MSSante_202608261013';
const zip = await zipOf({ [`${version}.txt`]: someText(300_000) });
const published = { body: zip, fileName };
const text = someText(200_000);
const cutAfter = 100_000;

describe('a download', () => {
  it('asks HEAD then GET, and gives the file, its version and its date', async (t) => {
    const folder = join(await testFolder(t), 'a', 'b');
    const server = await faultyServer(t, [whole(published)]);
    const url = `${server.url}/extraction/X?cle=secret`;
    const result = await download(optionsFor(url, folder));
    const file = fileOf(result);
    assert.deepEqual(server.summary(), ['HEAD', 'GET']);
    assert.deepEqual(await readFile(file.path), zip);
    assert.deepEqual(
      { ...file, path: undefined },
      {
        path: undefined,
        version,
        genereLe: new Date('2026-08-26T08:13:00Z'),
        sizeBytes: zip.length,
        origin: `${server.url}/extraction/X`,
        isTemporary: true,
      },
    );
    assert.deepEqual(result.warnings, []);
    assert.deepEqual(await readdir(folder), [basename(file.path)]);
    assert.match(basename(file.path), /^Extraction_Corr.*_202608261013\.[0-9a-f]{16}\.zip$/);
    assert.equal((await stat(file.path)).mode & 0o777, 0o600);
  });

  it('of the version in service costs one HEAD', async (t) => {
    const server = await faultyServer(t, [whole(published)]);
    const folder = await testFolder(t);
    const result = await download(optionsFor(server.url, folder, { knownVersion: version }));
    assert.deepEqual(result, {
      kind: 'unchanged',
      version,
      origin: `${server.url}/`,
      warnings: [],
    });
    assert.deepEqual(server.summary(), ['HEAD']);
    assert.deepEqual(await readdir(folder), []);
  });

  it('of the open-data copy, minutes later, of the version in service costs one HEAD', async (t) => {
    const headers = { 'last-modified': 'Wed, 26 Aug 2026 08:16:31 GMT' };
    const server = await faultyServer(t, [whole({ body: text, headers })]);
    const url = `${server.url}/extraction-correspondance-mssante.txt`;
    const folder = await testFolder(t);
    const same = await download(optionsFor(url, folder, { knownVersion: version }));
    assert.equal(same.kind, 'unchanged');
    const file = fileOf(await download(optionsFor(url, folder)));
    assert.equal(file.version, 'extraction-correspondance-mssante_20260826101631000');
    assert.match(basename(file.path), /^extraction-correspondance-mssante\.[0-9a-f]{16}\.txt$/);
  });

  it('goes on with GET when HEAD is refused, and then finds the version unchanged too', async (t) => {
    for (const refusal of [405, 501]) {
      const server = await faultyServer(t, [status(refusal), whole(published)]);
      const folder = await testFolder(t);
      assert.equal(fileOf(await download(optionsFor(server.url, folder))).version, version);
      const again = await faultyServer(t, [status(refusal), whole(published)]);
      const known = optionsFor(again.url, folder, { knownVersion: version });
      assert.equal((await download(known)).kind, 'unchanged');
      assert.equal((await readdir(folder)).length, 1);
    }
  });

  it('finds nothing new where the status says so, at HEAD or at GET', async (t) => {
    for (const steps of [[status(503)], [status(405), status(503)]]) {
      const server = await faultyServer(t, steps);
      const folder = await testFolder(t);
      const options = optionsFor(server.url, folder, { nothingNewStatuses: [503] });
      assert.deepEqual(await download(options), {
        kind: 'nothing-new',
        origin: `${server.url}/`,
        warnings: [],
      });
      assert.deepEqual(await readdir(folder), []);
    }
  });

  it('believes the name that GET announces, not that of HEAD', async (t) => {
    const newer = { body: someText(9_000), fileName: 'X_202608271013.txt' };
    const older = { body: text, fileName: 'X_202608261013.txt' };
    const server = await faultyServer(t, [whole(older), whole(newer)]);
    const file = fileOf(await download(optionsFor(server.url, await testFolder(t))));
    assert.equal(file.version, 'X_202608271013');
    assert.deepEqual(await readFile(file.path), newer.body);
  });

  it('never writes outside its folder, whatever the name announced', async (t) => {
    for (const name of [
      '../../x_202608261013.txt',
      '"/etc/x_202608261013.txt"',
      '"..\\\\x_202608261013.txt"',
    ]) {
      const server = await faultyServer(t, [whole({ body: text, fileName: name })]);
      const parent = await testFolder(t);
      const folder = join(parent, 'temp');
      const file = fileOf(await download(optionsFor(server.url, folder)));
      assert.equal(file.version, 'x_202608261013');
      assert.equal(join(folder, basename(file.path)), file.path);
      assert.deepEqual(await readdir(parent), ['temp']);
    }
  });

  it('names by its content a publication that nothing dates', async (t) => {
    const server = await faultyServer(t, [whole({ body: text })]);
    const folder = await testFolder(t);
    const url = `${server.url}/listeblanchemssante.xml`;
    const { version: found } = fileOf(await download(optionsFor(url, folder)));
    assert.match(found, /^listeblanchemssante_sha256-[0-9a-f]{12}$/);
    const again = await download(optionsFor(url, folder, { knownVersion: found }));
    assert.equal(again.kind, 'unchanged');
    assert.equal((await readdir(folder)).length, 1);
  });

  it('follows redirects, relative ones too', async (t) => {
    const target = await faultyServer(t, [whole(published)]);
    const server = await faultyServer(t, [
      status(302, { location: '/ailleurs' }),
      status(307, { location: `${target.url}/fichier` }),
      status(308, { location: `${target.url}/fichier` }),
    ]);
    const file = fileOf(await download(optionsFor(server.url, await testFolder(t))));
    assert.equal(file.version, version);
    assert.equal(file.origin, `${server.url}/`);
    assert.deepEqual(target.summary(), ['HEAD', 'GET']);
  });

  it('sends credentials and headers to its own host only', async (t) => {
    const target = await faultyServer(t, [whole(published)]);
    const server = await faultyServer(t, [status(302, { location: target.url })]);
    const url = server.url.replace('//', '//jean:mot%40passe@');
    const headers = { 'x-cle': 'secret' };
    const file = fileOf(await download(optionsFor(url, await testFolder(t), { headers })));
    assert.equal(file.origin, `${server.url}/`);
    const expected = `Basic ${Buffer.from('jean:mot@passe').toString('base64')}`;
    assert.equal(server.seen[0]?.headers.authorization, expected);
    assert.equal(server.seen[0].headers['x-cle'], 'secret');
    assert.equal(target.seen[0]?.headers.authorization, undefined);
    assert.equal(target.seen[0]?.headers['x-cle'], undefined);
  });

  it('tells its progress in bytes of the whole file', async (t) => {
    const told: string[] = [];
    const progress: Progress = {
      step: ({ label, total, unit }) => told.push(`${label} ${total} ${unit}`),
      update: (done) => told.push(String(done)),
      end: (summary) => told.push(summary ?? ''),
    };
    const server = await faultyServer(t, [whole(published)]);
    const options = optionsFor(server.url, await testFolder(t));
    await downloadSource(options, progress, new AbortController().signal, recordedSeams());
    assert.equal(told[0], `Téléchargement de ${fileName} ${zip.length} octets`);
    assert.equal(told.at(-2), String(zip.length));
    assert.match(told.at(-1) ?? '', /ko$/);
  });
});

describe('a passing fault is tried again', () => {
  const cases: { readonly name: string; readonly steps: readonly Step[] }[] = [
    { name: '429 to HEAD', steps: [status(429), whole(published)] },
    { name: '429 to GET', steps: [whole(published), status(429), whole(published)] },
    { name: '502', steps: [status(502), whole(published)] },
    { name: '503 where it does not mean nothing new', steps: [status(503), whole(published)] },
    { name: '504', steps: [status(504), whole(published)] },
    { name: 'a connection closed before the answer', steps: [hangUp, whole(published)] },
    {
      name: 'a connection cut before the end, no resuming possible',
      steps: [whole(published), whole({ ...published, cutAfter }), whole(published)],
    },
    {
      name: 'a body shorter than its length',
      steps: [
        whole(published),
        whole({ ...published, contentLength: zip.length + 50 }),
        whole(published),
      ],
    },
    {
      name: 'a length shorter than HEAD announced',
      steps: [
        whole(published),
        whole({ ...published, contentLength: zip.length - 50 }),
        whole(published),
      ],
    },
    {
      name: 'a length that both announce too short: the archive has no end',
      steps: [
        whole({ ...published, contentLength: zip.length - 50 }),
        whole({ ...published, contentLength: zip.length - 50 }),
        whole(published),
      ],
    },
    {
      name: 'an empty body',
      steps: [
        whole({ body: Buffer.alloc(0), fileName }),
        whole({ body: Buffer.alloc(0), fileName }),
        whole(published),
      ],
    },
    {
      name: 'a cut body without a length',
      steps: [
        whole({ ...published, contentLength: null }),
        whole({ ...published, contentLength: null, cutAfter }),
        whole({ ...published, contentLength: null }),
      ],
    },
  ];
  for (const { name, steps } of cases) {
    it(name, async (t) => {
      const server = await faultyServer(t, steps);
      const seams = recordedSeams();
      const folder = await testFolder(t);
      const file = fileOf(await download(optionsFor(server.url, folder), seams));
      assert.deepEqual(await readFile(file.path), zip);
      assert.deepEqual(seams.waits, [1_000]);
      assert.deepEqual(await readdir(folder), [basename(file.path)]);
    });
  }

  it('a text shorter than HEAD announced, which nothing else would tell', async (t) => {
    const file = { body: text, fileName: 'x_202608261013.txt' };
    const short = { ...file, body: text.subarray(0, -500) };
    const server = await faultyServer(t, [whole(file), whole(short), whole(file)]);
    const result = await download(optionsFor(server.url, await testFolder(t)));
    assert.ok((await readFile(fileOf(result).path)).equals(text));
    assert.deepEqual(server.summary(), ['HEAD', 'GET', 'HEAD', 'GET']);
  });

  it('a server that stops sending, or never answers, is given up after its delay', async (t) => {
    for (const steps of [
      [whole(published), whole({ ...published, stallAfter: cutAfter }), whole(published)],
      [silent, whole(published)],
    ]) {
      const server = await faultyServer(t, steps);
      const folder = await testFolder(t);
      const options = optionsFor(server.url, folder, { bodyTimeoutMs: 250, headersTimeoutMs: 250 });
      assert.deepEqual(await readFile(fileOf(await download(options)).path), zip);
    }
  });

  it('after waits that double up to a ceiling, then it is given up', async (t) => {
    const server = await faultyServer(t, [status(502)]);
    const seams = recordedSeams();
    const retries = { max: 5, baseDelayMs: 1_000, maxDelayMs: 5_000, retryAfterMaxMs: 0 };
    const folder = await testFolder(t);
    const error = await failureOf(download(optionsFor(server.url, folder, { retries }), seams));
    assert.equal(error.code, 'HTTP_502');
    assert.match(error.message, /6 tentatives/);
    assert.deepEqual(seams.waits, [1_000, 2_000, 4_000, 5_000, 5_000]);
    assert.deepEqual(await readdir(folder), []);
  });

  it('after the wait that the server asks, in seconds or to a date, if it is bearable', async (t) => {
    for (const [asked, waits] of [
      ['120', [120_000]],
      ['Wed, 26 Aug 2026 10:05:00 GMT', [300_000]],
      ['Wed, 26 Aug 2026 09:00:00 GMT', [1_000]],
      ['bientôt'.normalize('NFD').replace(/\p{M}/gu, ''), [1_000]],
    ] as const) {
      const server = await faultyServer(t, [
        status(429, { 'retry-after': asked }),
        whole(published),
      ]);
      const seams = recordedSeams();
      await download(optionsFor(server.url, await testFolder(t)), seams);
      assert.deepEqual(seams.waits, waits, asked);
    }
    const server = await faultyServer(t, [status(429, { 'retry-after': '7200' })]);
    const seams = recordedSeams();
    const error = await failureOf(download(optionsFor(server.url, await testFolder(t)), seams));
    assert.match(error.message, /120 min/);
    assert.deepEqual(seams.waits, []);
  });
});

describe('a lasting fault fails at once, saying what to do', () => {
  const cases: {
    readonly name: string;
    readonly steps: readonly Step[];
    readonly code: string;
    readonly says: RegExp;
  }[] = [
    { name: '404', steps: [status(404)], code: 'HTTP_404', says: /« from »/ },
    { name: '401', steps: [status(401)], code: 'HTTP_401', says: /« tls.certificat »/ },
    { name: '403', steps: [status(403)], code: 'HTTP_403', says: /accès refusé/ },
    { name: '418', steps: [status(418)], code: 'HTTP_418', says: /« from »/ },
    { name: '500', steps: [status(500)], code: 'HTTP_500', says: /--from/ },
    {
      name: '404 to GET',
      steps: [whole(published), status(404)],
      code: 'HTTP_404',
      says: /« from »/,
    },
    {
      name: 'a redirect loop',
      steps: [status(302, { location: '/' })],
      code: 'HTTP_REDIRECTIONS',
      says: /plus de 3 redirections/,
    },
    {
      name: 'a redirect to nowhere',
      steps: [status(302)],
      code: 'HTTP_REDIRECTIONS',
      says: /sans adresse/,
    },
    {
      name: 'a redirect to another protocol',
      steps: [status(302, { location: 'file:///etc/passwd' })],
      code: 'URL_PROTOCOLE',
      says: /https/,
    },
    {
      name: 'a redirect to plain http elsewhere',
      steps: [status(302, { location: 'http://annuaire.example/x' })],
      code: 'HTTP_NON_CHIFFRE',
      says: /reseau.httpEnClair/,
    },
    {
      name: 'a web page',
      steps: [whole({ ...published, headers: { 'content-type': 'text/html; charset=utf-8' } })],
      code: 'REPONSE_INATTENDUE',
      says: /page web/,
    },
    {
      name: 'a web page under another type',
      steps: [whole({ body: Buffer.from('<!doctype html><p>'), fileName: 'x_202608261013.zip' })],
      code: 'REPONSE_INATTENDUE',
      says: /« from »/,
    },
  ];
  for (const { name, steps, code, says } of cases) {
    it(name, async (t) => {
      const server = await faultyServer(t, steps);
      const seams = recordedSeams();
      const folder = await testFolder(t);
      const error = await failureOf(download(optionsFor(server.url, folder), seams));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, says);
      assert.deepEqual(seams.waits, []);
      assert.deepEqual(await readdir(folder), []);
    });
  }

  it('a file larger than the limit, announced or not', async (t) => {
    for (const steps of [
      [whole(published)],
      [status(405), whole({ ...published, contentLength: null })],
    ]) {
      const server = await faultyServer(t, steps);
      const folder = await testFolder(t);
      const options = optionsFor(server.url, folder, { maxBytes: 100_000 });
      const error = await failureOf(download(options));
      assert.equal(error.code, 'FICHIER_TROP_GROS');
      assert.match(error.message, /100 ko/);
      assert.deepEqual(await readdir(folder), []);
    }
  });

  it('an address that is none, or not encrypted', async (t) => {
    const folder = await testFolder(t);
    for (const [url, code] of [
      ['annuaire', 'URL_INVALIDE'],
      ['ftp://annuaire.example/x', 'URL_PROTOCOLE'],
      ['http://annuaire.example/x', 'HTTP_NON_CHIFFRE'],
    ] as const) {
      const error = await failureOf(download(optionsFor(url, folder)));
      assert.equal(error.code, code);
      assert.equal(error.exitCode, 2);
    }
  });

  it('a host that nothing reaches, after its retries', async (t) => {
    const server = await faultyServer(t, []);
    const folder = await testFolder(t);
    const closed = optionsFor('http://127.0.0.1:1/x', folder);
    const error = await failureOf(download(closed));
    assert.equal(error.code, 'RESEAU_ECONNREFUSED');
    assert.match(error.message, /pare-feu/);
    assert.equal(server.seen.length, 0);
  });
});

describe('a fallback address', () => {
  it('is used when the first fails, and the administrator is told', async (t) => {
    const first = await faultyServer(t, [status(404)]);
    const second = await faultyServer(t, [whole(published)]);
    const fallbackUrls = [second.url];
    const headers = { 'x-cle': 'secret' };
    const options = optionsFor(first.url, await testFolder(t), { fallbackUrls, headers });
    const result = await download(options);
    assert.equal(fileOf(result).origin, `${second.url}/`);
    assert.equal(result.warnings.length, 2);
    assert.match(result.warnings[0] ?? '', /HTTP 404/);
    assert.match(result.warnings[1] ?? '', /secours/);
    assert.equal(second.seen[0]?.headers['x-cle'], undefined);
  });

  it('that fails too leaves an error that tells both', async (t) => {
    const first = await faultyServer(t, [status(404)]);
    const second = await faultyServer(t, [status(403)]);
    const options = optionsFor(first.url, await testFolder(t), { fallbackUrls: [second.url] });
    const error = await failureOf(download(options));
    assert.equal(error.code, 'SOURCE_INJOIGNABLE');
    assert.match(error.message, /HTTP 404[^]*HTTP 403/);
  });

  it('is not tried when the trouble is here, or when there is nothing new', async (t) => {
    const second = await faultyServer(t, [whole(published)]);
    const fallbackUrls = [second.url];
    const first = await faultyServer(t, [whole(published)]);
    const seams = recordedSeams({ freeBytes: () => Promise.resolve(10) });
    const full = optionsFor(first.url, await testFolder(t), { fallbackUrls });
    assert.equal((await failureOf(download(full, seams))).code, 'ESPACE_INSUFFISANT');
    const quiet = await faultyServer(t, [status(503)]);
    const more = { fallbackUrls, nothingNewStatuses: [503] };
    const result = await download(optionsFor(quiet.url, await testFolder(t), more));
    assert.equal(result.kind, 'nothing-new');
    assert.equal(second.seen.length, 0);
  });
});

describe('the disk', () => {
  it('without room for the file is refused before anything is written', async (t) => {
    const server = await faultyServer(t, [whole(published)]);
    const folder = await testFolder(t);
    const seams = recordedSeams({ freeBytes: () => Promise.resolve(zip.length + 999_999) });
    const error = await failureOf(download(optionsFor(server.url, folder), seams));
    assert.equal(error.code, 'ESPACE_INSUFFISANT');
    assert.match(error.message, /marge/);
    assert.deepEqual(await readdir(folder), []);
    const enough = recordedSeams({ freeBytes: () => Promise.resolve(zip.length + 1_000_000) });
    assert.equal((await download(optionsFor(server.url, folder), enough)).kind, 'downloaded');
  });

  it('that fills while writing leaves nothing behind', async (t) => {
    const server = await faultyServer(t, [whole({ ...published, headers: { etag: '"v1"' } })]);
    const folder = await testFolder(t);
    const seams = recordedSeams({ createFile: () => open('/dev/full', 'r+') });
    const error = await failureOf(download(optionsFor(server.url, folder), seams));
    assert.equal(error.code, 'DISQUE_PLEIN');
    assert.match(error.message, /disque est plein/);
    assert.deepEqual(await readdir(folder), []);
  });

  it('that cannot be written to is named', async (t) => {
    const folder = await testFolder(t);
    const path = await writeIn(folder, 'fichier', 'x');
    const server = await faultyServer(t, [whole(published)]);
    const error = await failureOf(download(optionsFor(server.url, join(path, 'temp'))));
    assert.match(error.message, /fichier\/temp/);
  });

  it('loses what our temporary files of long ago take, and nothing else', async (t) => {
    const folder = await testFolder(t);
    const names = [
      '0123456789abcdef.partial',
      '0123456789abcdef.partial.json',
      'PS_LibreAcces_202601010000.0123456789abcdef.zip',
      'finess-20260101.0123456789abcdef.json.gz',
      'PS_LibreAcces_202601010000.zip',
      'notes.txt',
    ];
    const old = new Date('2026-08-19T09:00:00Z');
    for (const name of names) {
      await utimes(await writeIn(folder, name, 'x'), old, old);
      await writeIn(folder, name.replace('0123', 'ffff'), 'x');
    }
    await mkdir(join(folder, 'dossier'));
    const server = await faultyServer(t, [status(503)]);
    const options = optionsFor(server.url, folder, { nothingNewStatuses: [503] });
    await download(options);
    const left = await readdir(folder);
    assert.equal(left.filter((name) => name.includes('0123')).length, 0);
    assert.equal(left.filter((name) => name.includes('ffff')).length, 4);
    assert.ok(left.includes('notes.txt') && left.includes('PS_LibreAcces_202601010000.zip'));
  });
});
