import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  download,
  failureOf,
  fileOf,
  optionsFor,
  recordedSeams,
  someText,
} from '../support/download.js';
import {
  type Published,
  type Step,
  cutOnceReceived,
  faultyServer,
  hangUp,
  resumable,
  status,
  whole,
} from '../support/faulty-server.js';
import { testFolder, writeIn, zipOf } from '../support/zip-files.js';

const fileName = 'x_202608261013.txt';
const zipName = 'x_202608261013.zip';
const text = someText(200_000);
const zip = await zipOf({ [fileName]: someText(300_000) });
const mine: Published = { body: text, fileName, headers: { etag: '"v1"' } };
const cutAfter = 100_000;

/** A first run that received `cutAfter` bytes, then failed at each attempt; the steps after are for a second run. */
async function failedRun(t: TestContext, file: Published, ...next: readonly Step[]) {
  const cut = cutOnceReceived(file, cutAfter);
  const steps = [whole(file), cut.step, hangUp, hangUp, hangUp, whole(file), ...next];
  const server = await faultyServer(t, steps);
  const folder = await testFolder(t);
  const options = optionsFor(server.url, folder);
  const error = await failureOf(download(options, recordedSeams(), cut.received));
  assert.equal(error.code, 'RESEAU_UND_ERR_SOCKET');
  const [partial = '', sidecar = ''] = (await readdir(folder)).toSorted();
  assert.match(sidecar, /\.partial\.json$/);
  assert.equal((await readFile(join(folder, partial))).length, cutAfter);
  return { server, folder, options, partial, sidecar };
}

describe('bytes already received', () => {
  const proofs = [
    { name: 'an etag', headers: { etag: '"v1"' }, ifRange: '"v1"' },
    {
      name: 'a date',
      headers: { etag: 'W/"v1"', 'last-modified': 'Wed, 26 Aug 2026 08:13:00 GMT' },
      ifRange: 'Wed, 26 Aug 2026 08:13:00 GMT',
    },
    { name: 'a dated name', headers: {}, ifRange: undefined },
  ];
  for (const { name, headers, ifRange } of proofs) {
    it(`are not asked again after a cut, when ${name} proves what they belong to`, async (t) => {
      const file: Published = { body: zip, fileName: zipName, headers: { ...headers } };
      const cut = cutOnceReceived(file, cutAfter);
      const server = await faultyServer(t, [whole(file), cut.step, resumable(file)]);
      const options = optionsFor(server.url, await testFolder(t));
      const result = await download(options, recordedSeams(), cut.received);
      assert.ok((await readFile(fileOf(result).path)).equals(zip));
      assert.equal(server.summary()[2], `GET bytes=${cutAfter}-`);
      assert.equal(server.seen[2]?.headers['if-range'], ifRange);
    });
  }

  it('are asked again when nothing proves what they belong to', async (t) => {
    const file: Published = { body: text, headers: { etag: 'W/"v1"' } };
    const cut = cutOnceReceived(file, cutAfter);
    const server = await faultyServer(t, [whole(file), cut.step, resumable(file)]);
    const options = optionsFor(`${server.url}/x.txt`, await testFolder(t));
    const result = await download(options, recordedSeams(), cut.received);
    assert.ok((await readFile(fileOf(result).path)).equals(text));
    assert.deepEqual(server.summary(), ['HEAD', 'GET', 'GET']);
  });

  const { length } = text;
  const other = { ...mine, body: someText(length) };
  const refusals: readonly (readonly [string, Step])[] = [
    ['bears another etag', resumable({ ...other, headers: { etag: '"v2"' } })],
    ['bears another name', resumable({ ...other, fileName: 'x_202608271013.txt' })],
    ['bears nothing to tell it by', resumable({ body: other.body })],
    [
      'is of another length',
      resumable(mine, { 'content-range': `bytes ${cutAfter}-${length}/${length + 1}` }),
    ],
    ['starts elsewhere', resumable(mine, { 'content-range': `bytes 0-${length - 1}/${length}` })],
    [
      'stops before the end',
      resumable(mine, { 'content-range': `bytes ${cutAfter}-${length - 2}/${length}` }),
    ],
    ['does not say what it is', resumable(mine, { 'content-range': '' })],
    ['is refused', status(416)],
  ];
  for (const [name, step] of refusals) {
    it(`are thrown away when the rest ${name}`, async (t) => {
      const cut = cutOnceReceived(mine, cutAfter);
      const server = await faultyServer(t, [whole(mine), cut.step, step, whole(mine)]);
      const folder = await testFolder(t);
      const result = await download(optionsFor(server.url, folder), recordedSeams(), cut.received);
      assert.ok((await readFile(fileOf(result).path)).equals(text));
      assert.equal(server.summary()[2], `GET bytes=${cutAfter}-`);
      assert.equal(server.summary()[3], 'GET');
      assert.equal((await readdir(folder)).length, 1);
    });
  }

  it('give way to the newer publication that the server sends instead of the rest', async (t) => {
    // Shorter than what was received of the older one: nothing of it may stay.
    const newer = { body: someText(60_000), fileName: 'x_202608271013.txt' };
    const cut = cutOnceReceived(mine, cutAfter);
    const server = await faultyServer(t, [whole(mine), cut.step, whole(newer)]);
    const options = optionsFor(server.url, await testFolder(t));
    const file = fileOf(await download(options, recordedSeams(), cut.received));
    assert.equal(server.summary()[2], `GET bytes=${cutAfter}-`);
    assert.equal(file.version, 'x_202608271013');
    assert.ok((await readFile(file.path)).equals(newer.body));
  });
});

describe('what a run leaves is taken up by the next', () => {
  it('after all its attempts failed', async (t) => {
    const { server, folder, options } = await failedRun(t, mine, resumable(mine));
    const result = await download(options);
    assert.ok((await readFile(fileOf(result).path)).equals(text));
    assert.equal(server.summary().at(-1), `GET bytes=${cutAfter}-`);
    assert.equal((await readdir(folder)).length, 1);
  });

  it('after an interruption, or the total delay', async (t) => {
    for (const code of ['INTERROMPU', 'DELAI_DEPASSE']) {
      const stalled = { ...mine, stallAfter: cutAfter };
      const server = await faultyServer(t, [
        whole(mine),
        whole(stalled),
        whole(mine),
        resumable(mine),
      ]);
      const folder = await testFolder(t);
      const controller = new AbortController();
      const totalTimeoutMs = code === 'INTERROMPU' ? 60_000 : 2_000;
      const first = download(
        optionsFor(server.url, folder, { totalTimeoutMs }),
        recordedSeams(),
        (done) => {
          if (done === cutAfter && code === 'INTERROMPU') controller.abort();
        },
        controller.signal,
      );
      assert.equal((await failureOf(first)).code, code);
      const result = await download(optionsFor(server.url, folder));
      assert.ok((await readFile(fileOf(result).path)).equals(text));
      assert.equal(server.summary().at(-1), `GET bytes=${cutAfter}-`);
      assert.equal((await readdir(folder)).length, 1);
    }
  });

  it('after it was killed', async (t) => {
    const stalled = { ...mine, stallAfter: cutAfter };
    const server = await faultyServer(t, [
      whole(mine),
      whole(stalled),
      whole(mine),
      resumable(mine),
    ]);
    const folder = await testFolder(t);
    const program = fileURLToPath(new URL('../support/download-child.js', import.meta.url));
    const child = spawn(process.execPath, [program, server.url, folder, String(cutAfter)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal((await readdir(folder)).length, 2);
    const result = await download(optionsFor(server.url, folder));
    assert.ok((await readFile(fileOf(result).path)).equals(text));
    assert.equal(server.summary().at(-1), `GET bytes=${cutAfter}-`);
    assert.equal((await readdir(folder)).length, 1);
  });

  it('when it lacked only its name', async (t) => {
    const { server, folder, options, partial } = await failedRun(t, mine);
    await writeIn(folder, partial, text);
    const result = await download(options);
    assert.ok((await readFile(fileOf(result).path)).equals(text));
    assert.equal(server.summary().at(-1), 'HEAD');
    assert.equal((await readdir(folder)).length, 1);
  });

  it('even when the server no longer answers HEAD', async (t) => {
    const cut = cutOnceReceived(mine, cutAfter);
    const server = await faultyServer(t, [
      status(405),
      cut.step,
      hangUp,
      hangUp,
      hangUp,
      status(405),
      resumable(mine),
    ]);
    const options = optionsFor(server.url, await testFolder(t));
    await failureOf(download(options, recordedSeams(), cut.received));
    const result = await download(options);
    assert.ok((await readFile(fileOf(result).path)).equals(text));
    assert.equal(server.summary().at(-1), `GET bytes=${cutAfter}-`);
  });
});

describe('what a run leaves is not taken up', () => {
  type Change = readonly (readonly [from: string | RegExp, to: string])[];
  const unreleased = ['"isReleased":true', '"isReleased":false'] as const;
  const cases: {
    readonly name: string;
    readonly change?: Change;
    readonly isLeft: boolean;
    readonly age?: number;
  }[] = [
    {
      name: 'when it is of another version',
      change: [
        ['x_2026', 'y_2026'],
        ['"version":"x', '"version":"y'],
      ],
      isLeft: false,
    },
    {
      name: 'when it is of another address',
      change: [[/"urlKey":"[^"]{64}/, `"urlKey":"${'0'.repeat(64)}`]],
      isLeft: true,
    },
    {
      name: 'while the program that writes it lives',
      change: [unreleased, [/"pid":\d+/, `"pid":${process.ppid}`]],
      isLeft: true,
    },
    {
      name: 'while another machine may be writing it',
      change: [unreleased, ['"host":"', '"host":"autre-']],
      isLeft: true,
    },
    { name: 'when nothing says what it is', change: [['{', '']], isLeft: true },
    {
      name: 'when it holds more than the file',
      change: [['"totalBytes":200000', '"totalBytes":10']],
      isLeft: false,
    },
    { name: 'when the machine has restarted since', isLeft: false, age: 1e9 },
  ];
  for (const { name, change = [], isLeft, age } of cases) {
    it(name, async (t) => {
      const { server, folder, options, partial, sidecar } = await failedRun(t, mine);
      let json = await readFile(join(folder, sidecar), 'utf8');
      for (const [from, to] of change) {
        assert.notEqual(json.replace(from, to), json);
        json = json.replace(from, to);
      }
      await writeIn(folder, sidecar, json);
      if (age !== undefined) await utimes(join(folder, partial), age, age);
      const result = await download({ ...options, staleAfterDays: 100_000 });
      assert.ok((await readFile(fileOf(result).path)).equals(text));
      assert.equal(server.summary().at(-1), 'GET');
      assert.equal((await readdir(folder)).includes(partial), isLeft);
    });
  }

  it('when another machine fell silent an hour ago, it is', async (t) => {
    const { server, folder, options, partial, sidecar } = await failedRun(t, mine, resumable(mine));
    const json = await readFile(join(folder, sidecar), 'utf8');
    const foreign = json.replace(...unreleased).replace('"host":"', '"host":"autre-');
    await writeIn(folder, sidecar, foreign);
    const at = new Date(Date.now() - 3_700_000);
    await utimes(join(folder, partial), at, at);
    await download(options);
    // A machine up for less than an hour cannot tell these bytes from those of before its start.
    assert.match(server.summary().at(-1) ?? '', /^GET/);
    assert.equal((await readdir(folder)).length, 1);
  });
});
