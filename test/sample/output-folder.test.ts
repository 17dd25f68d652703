// Only whole samples, and nothing of anybody else's lost.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../../src/progress.js';
import { silentProgress } from '../../src/progress.js';
import { generateSample } from '../../src/sample/generate.js';
import { makeFolder } from './read-sample.js';

let folder: string;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const never = new AbortController().signal;

function generate(day: number, progress: Progress = silentProgress, signal = never) {
  return generateSample({ outDir: folder, scale: 'demo', day }, progress, signal);
}

test('the summary lists the files that are there, with their sizes', async () => {
  const summary = await generate(1);
  const names = summary.files.map((file) => file.nom).sort();
  assert.deepEqual(names, (await readdir(folder)).sort());
  for (const { nom, octets } of summary.files) {
    assert.equal((await readFile(join(folder, nom))).length, octets, nom);
  }
  assert.ok(summary.constats > 100);
});

test('stopped at any step, it leaves an empty folder empty', async () => {
  const steps: string[] = [];
  await generate(1, { ...silentProgress, step: ({ label }) => steps.push(label) });
  await rm(folder, { recursive: true });
  assert.ok(steps.length >= 6);
  for (const stopAt of steps) {
    const stop = new AbortController();
    const progress: Progress = {
      ...silentProgress,
      step: ({ label }) => {
        if (label === stopAt) stop.abort();
      },
    };
    await assert.rejects(generate(1, progress, stop.signal), { name: 'AbortError' }, stopAt);
    assert.deepEqual(await readdir(folder), [], stopAt);
  }
});

test('stopped while replacing a sample, it leaves the old one whole', async () => {
  await generate(1);
  const before = await snapshot();
  const stop = new AbortController();
  const progress: Progress = { ...silentProgress, update: () => stop.abort() };
  await assert.rejects(generate(2, progress, stop.signal), { name: 'AbortError' });
  assert.deepEqual(await snapshot(), before);
});

test('another day replaces the files of the day before', async () => {
  await generate(1);
  await generate(2);
  const names = await readdir(folder);
  assert.ok(names.includes('PS_LibreAcces_202610090711.zip'));
  assert.ok(!names.some((name) => name.includes('20261008')));
});

test('the database beside a sample stays when another day replaces it', async () => {
  await generate(1);
  await mkdir(join(folder, 'var'));
  await generate(2);
  assert.ok((await readdir(folder)).includes('var'));
});

test('a truth file that names files elsewhere deletes nothing there', async () => {
  const elsewhere = await makeFolder();
  await writeFile(join(elsewhere, 'these.doc'), 'years of work');
  const name = `../${basename(elsewhere)}/these.doc`;
  const truth = { outil: 'annuaire-sync sample', fichiers: ['truth.json', name] };
  await writeFile(join(folder, 'truth.json'), JSON.stringify(truth));
  await generate(1);
  assert.deepEqual(await readdir(elsewhere), ['these.doc']);
  await rm(elsewhere, { recursive: true });
});

test('a run killed while it put its files in place hinders no later one', async () => {
  await generate(1);
  const whole = (await readdir(folder)).sort();
  await rename(join(folder, 'truth.json'), join(folder, 'truth.json.4194305.sample-partiel'));
  await rename(
    join(folder, 'inventaire.csv'),
    join(folder, 'inventaire.csv.4194305.sample-partiel'),
  );
  await generate(1);
  assert.deepEqual((await readdir(folder)).sort(), whole);
});

test('two programs that write one sample at once leave it whole', async () => {
  const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
  const children = [1, 2].map(() =>
    spawn(process.execPath, [main, 'sample', '--out', folder], { stdio: 'ignore' }),
  );
  const ended = await Promise.all(children.map((child) => once(child, 'exit')));
  assert.deepEqual(ended, [
    [0, null],
    [0, null],
  ]);
  const truth = JSON.parse(await readFile(join(folder, 'truth.json'), 'utf8')) as {
    fichiers: string[];
  };
  assert.deepEqual((await readdir(folder)).sort(), [...truth.fichiers].sort());
});

test('a sample dated another day lists the same domains, as the real list does from day to day', async () => {
  const lists: string[] = [];
  for (const date of ['2026-11-22', '2026-11-23']) {
    await generateSample({ outDir: folder, scale: 'demo', day: 1, date }, silentProgress, never);
    const xml = await readFile(join(folder, 'listeblanchemssante.xml'), 'utf8');
    lists.push(/<ListeDomaines>[^]*<\/ListeDomaines>/.exec(xml)?.[0] ?? date);
  }
  assert.equal(lists[0], lists[1]);
});

test('leftovers of a killed run are swept away', async () => {
  await writeFile(join(folder, 'truth.json.4194305.sample-partiel'), 'half');
  await generate(1);
  assert.ok(!(await readdir(folder)).some((name) => name.endsWith('.sample-partiel')));
});

test('a folder with anything else is refused, and nothing in it changes', async () => {
  await writeFile(join(folder, 'these.doc'), 'years of work');
  await assert.rejects(generate(1), {
    code: 'SAMPLE_FOLDER_NOT_EMPTY',
    exitCode: 3,
    message: /these\.doc/,
  });
  assert.deepEqual(await readdir(folder), ['these.doc']);
});

test('a truth file that is not ours does not open the folder', async () => {
  await writeFile(join(folder, 'truth.json'), '{"outil":"autre","fichiers":["truth.json"]}');
  await assert.rejects(generate(1), { code: 'SAMPLE_FOLDER_NOT_EMPTY' });
});

test('a file put beside a sample is refused too', async () => {
  await generate(1);
  await writeFile(join(folder, 'notes.txt'), 'mine');
  await assert.rejects(generate(1), { code: 'SAMPLE_FOLDER_NOT_EMPTY', message: /notes\.txt/ });
});

for (const day of [0, -1, 1.5, 61]) {
  test(`day ${day} is refused`, async () => {
    await assert.rejects(generate(day), { code: 'SAMPLE_DAY', exitCode: 2 });
  });
}

test('a date that is none is refused', async () => {
  await assert.rejects(
    generateSample(
      { outDir: folder, scale: 'demo', day: 1, date: '2026-13-40' },
      silentProgress,
      never,
    ),
    { code: 'SAMPLE_DATE', exitCode: 2 },
  );
});

async function snapshot(): Promise<[string, string][]> {
  const names = (await readdir(folder)).sort();
  return Promise.all(
    names.map(async (name): Promise<[string, string]> => [
      name,
      (await readFile(join(folder, name))).toString('base64'),
    ]),
  );
}
