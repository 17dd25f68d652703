// The state survives: a restart, a torn line, a compaction, and a program that is killed while it is fed.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import {
  adressesOf,
  contactPoint,
  insertion,
  parameters,
  TestSimulator,
  deletion,
  type Json,
} from '../support/simulator.js';

const rpps = '10000000001';
const path = `/Practitioner?identifier=${encodeURIComponent(`https://rpps.esante.gouv.fr|${rpps}`)}`;
const rolePath = `/PractitionerRole?practitioner.identifier=${encodeURIComponent(`https://rpps.esante.gouv.fr|${rpps}`)}&organization.identifier=${encodeURIComponent('https://sirene.fr|20000000000011')}`;
let database: TestDatabase;

before(async () => {
  database = await testDatabase();
  await load(database.pool, {
    bals: [
      { adresse: 'a@x.mssante.fr', rpps },
      { adresse: 'b@x.mssante.fr', rpps },
    ],
    activites: [{ rpps, siret: '20000000000011' }],
  });
});

after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await database.drop();
});

const insertBody = (adresse: string): object =>
  parameters(insertion('Practitioner', contactPoint(adresse, { rank: 2 })));

async function readState(simulator: TestSimulator): Promise<{ state: Json; telecom: unknown }> {
  const { json: state } = await simulator.get('/_simulation/etat');
  const outcome = await simulator.patch(
    path,
    parameters(deletion('Practitioner', 'nulle@x.mssante.fr')),
  );
  const { patchs, operations, adresses, bals } = state;
  return { state: { patchs, operations, adresses, bals }, telecom: outcome.json['telecom'] };
}

test('a restart finds the same state, without the line that was torn', async () => {
  const first = await TestSimulator.open(database.pool);
  const { dataDir } = first;
  assert.equal((await first.patch(path, insertBody('n1@x.mssante.fr'))).status, 200);
  assert.equal(
    (await first.patch(path, parameters(deletion('Practitioner', 'a@x.mssante.fr')))).status,
    200,
  );
  const onRole = parameters(insertion('PractitionerRole', contactPoint('role@x.mssante.fr')));
  assert.equal((await first.patch(rolePath, onRole)).status, 200);
  const before = await readState(first);
  await first.close();
  const journal = join(dataDir, 'simulateur', 'journal.ndjson');
  const whole = readFileSync(journal, 'utf8');
  appendFileSync(journal, '{"t":"patch","at":"2026-07-20T10:00:30.000Z","p":"P:1000');
  const second = await TestSimulator.open(database.pool, { dataDir });
  assert.deepEqual(await readState(second), before);
  assert.equal(readFileSync(journal, 'utf8'), whole);
  assert.equal((await second.patch(rolePath, onRole)).status, 422);
  assert.equal((await second.patch(path, insertBody('n2@x.mssante.fr'))).status, 200);
  await second.close();
  const forgotten = await TestSimulator.open(database.pool, { dataDir, isReset: true });
  assert.deepEqual((await readState(forgotten)).state['patchs'], 0);
  await forgotten.close();
});

test('a later extraction does not move the ground under what was simulated', async () => {
  const first = await TestSimulator.open(database.pool);
  const { dataDir } = first;
  await first.patch(path, insertBody('n1@x.mssante.fr'));
  const before = await readState(first);
  await first.close();
  await load(database.pool, { bals: [{ adresse: 'c@x.mssante.fr', rpps }] });
  const second = await TestSimulator.open(database.pool, { dataDir });
  assert.deepEqual(await readState(second), before);
  await second.close();
  const fresh = await TestSimulator.open(database.pool, { dataDir, isReset: true });
  const { telecom } = await readState(fresh);
  assert.deepEqual(adressesOf({ telecom }), ['c@x.mssante.fr']);
  await fresh.close();
});

test('the journal is summed up when it grows, and says the same', async () => {
  const journalBytesMax = 6_000;
  const first = await TestSimulator.open(database.pool, { journalBytesMax });
  const { dataDir } = first;
  const journal = join(dataDir, 'simulateur', 'journal.ndjson');
  let larger = 0;
  for (let n = 0; n < 60; n++) {
    assert.equal((await first.patch(path, insertBody('va@x.mssante.fr'))).status, 200);
    assert.equal(
      (await first.patch(path, parameters(deletion('Practitioner', 'va@x.mssante.fr')))).status,
      200,
    );
    larger = Math.max(larger, statSync(journal).size);
  }
  assert.ok(larger < 8_000, `${larger} bytes`);
  const before = await readState(first);
  assert.deepEqual(before.state['operations'], { insert: 60, replace: 0, delete: 60 });
  await first.close();
  const second = await TestSimulator.open(database.pool, { dataDir, journalBytesMax });
  assert.deepEqual(await readState(second), before);
  await second.close();
});

test('a journal of another database, or that is damaged, is refused with what to do', async () => {
  const first = await TestSimulator.open(database.pool);
  const { dataDir } = first;
  await first.patch(path, insertBody('n1@x.mssante.fr'));
  await first.close();
  const journal = join(dataDir, 'simulateur', 'journal.ndjson');
  const text = readFileSync(journal, 'utf8');
  for (const [damaged, code] of [
    [text.replace('"version":"', '"version":"autre'), 'SEMIS_ABSENT'],
    [text.replace('{"t":"patch"', '{"t":"patch'), 'JOURNAL_ILLISIBLE'],
    [text.replace('"t":"patch"', '"t":"autre"'), 'JOURNAL_ILLISIBLE'],
  ] as const) {
    writeFileSync(journal, damaged);
    await assert.rejects(TestSimulator.open(database.pool, { dataDir }), { code });
  }
});

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const children = new Set<ChildProcess>();

type JournalLine = { readonly evenement: string; readonly url?: string; readonly patchs?: number };

function launch(config: string, args: readonly string[] = []) {
  const child = spawn(
    process.execPath,
    [
      main,
      '--json',
      '-c',
      config,
      'simulate',
      'feed',
      '--port',
      '0',
      '--appels-par-seconde',
      '0',
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  children.add(child);
  const lines: JournalLine[] = [];
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  let wake: () => void = () => undefined;
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(JSON.parse(text) as JournalLine);
    wake();
  });
  const finished = once(child, 'exit').then(([code]) => {
    wake();
    return code as number | null;
  });
  const line = async (event: string): Promise<JournalLine> => {
    for (;;) {
      const found = lines.find((one) => one.evenement === event);
      if (found) return found;
      assert.equal(child.exitCode, null, `${JSON.stringify(lines)} ${errors}`);
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return { child, finished, line, errors: () => errors };
}

test('killed while it is fed, it has lost nothing that it had answered', async () => {
  const folder = tempFolder();
  const config = join(folder, 'reglages.yaml');
  writeFileSync(
    config,
    `dataDir: ./var
database: { url: '${database.url}' }
operateur: { nom: Essai, domaines: [x.mssante.fr] }
simulateur: { cleApi: cle }
`,
  );
  const first = launch(config);
  const { url } = await first.line('ecoute');
  const answered: string[] = [];
  const feedOne = async (line: number): Promise<void> => {
    for (let n = 0; n < 2_000; n++) {
      const adresse = `f${line}n${n}@x.mssante.fr`;
      const received = await fetch(`${url}${path}`, {
        method: 'PATCH',
        headers: { 'esante-api-key': 'cle', 'content-type': 'application/fhir+json' },
        body: JSON.stringify(insertBody(adresse)),
      }).catch(() => undefined);
      if (received?.status !== 200) return;
      answered.push(adresse);
      if (answered.length === 60) first.child.kill('SIGKILL');
    }
  };
  await Promise.all([0, 1, 2, 3].map(feedOne));
  await first.finished;
  assert.ok(answered.length >= 60);
  const second = launch(config);
  const { url: secondUrl } = await second.line('ecoute');
  const { adresses } = (await (await fetch(`${secondUrl}/_simulation/etat`)).json()) as {
    adresses: Record<string, { insert: number }>;
  };
  for (const adresse of answered) assert.equal(adresses[adresse]?.insert, 1, adresse);
  assert.ok(Object.keys(adresses).length <= answered.length + 4);
  const third = launch(config);
  assert.equal(await third.finished, 1);
  assert.match(third.errors(), /Un simulateur tourne déjà/u);
  second.child.kill('SIGTERM');
  assert.equal((await second.line('fin')).patchs, Object.keys(adresses).length);
  assert.equal(await second.finished, 0);
});
