// Several daemons on one database: each run is done once, whoever dies.
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { listPassages, type Passage } from '../../src/store/passage.js';
import { listNoeuds } from '../../src/store/noeud.js';
import { Daemon, killDaemons, poll, seulement, writeDaemonSettings } from '../support/daemon.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { bal, headers, tempFolder, textOf } from '../support/extraction-files.js';

const folder = tempFolder();
const file = 'Extraction_Correspondance_MSSante_202701010101.txt';
let db: TestDatabase;
/** The ANS: silent until it is told to answer. */
const waiting: ServerResponse[] = [];
let isAnswering = false;
const server = createServer((_request, response) => {
  if (isAnswering) answer(response);
  else waiting.push(response);
});
let source = '';

before(async () => {
  db = await testDatabase();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  source = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${file}`;
});
after(async () => {
  killDaemons();
  server.closeAllConnections();
  server.close();
  await db.drop();
});

function answer(response: ServerResponse): void {
  const body = Buffer.from(textOf(headers.bals, [bal('jean.dupont@x.mssante.fr')]));
  response.writeHead(200, {
    'content-type': 'text/plain',
    'content-length': body.length,
    'content-disposition': `attachment; filename="${file}"`,
  });
  response.end(body);
}

function settings(etapes: readonly string[]): string {
  return writeDaemonSettings({
    folder,
    databaseUrl: db.url,
    sections: `${seulement(etapes)}reseau: { httpEnClair: true }
sources:
  bals: { from: '${source}' }
  professionnels: { actif: false }
  finess: { actif: false }
  liste-blanche: { actif: false }
`,
  });
}

async function passageOf(
  etape: string,
  fits: (passage: Passage) => boolean,
): Promise<Passage | undefined> {
  const all = await listPassages(db.pool, 100);
  return all.find((passage) => passage.etape === etape && fits(passage));
}

test('of three daemons one leads; killed in the middle, another takes over, and the work is done once', async () => {
  const config = settings(['extract', 'reconcile']);
  const only = ['--sans', 'ldap', 'web', '--noeud'];
  const daemons = new Map(['a', 'b', 'c'].map((nom) => [nom, new Daemon(config, [...only, nom])]));
  // One of them asks the ANS, which does not answer.
  const first = await poll(() => passageOf('extract', ({ finiLe }) => finiLe === undefined));
  await poll(() => (waiting.length === 1 ? true : undefined));
  await poll(async () => ((await listNoeuds(db.pool, new Date(0))).length > 0 ? true : undefined));
  const leader = daemons.get(first.noeud);
  assert.ok(leader);
  const killedAt = new Date();
  await leader.end('SIGKILL');
  const second = await poll(() => passageOf('extract', ({ tentative }) => tentative === 2));
  assert.notEqual(second.noeud, first.noeud);
  assert.ok(second.commenceLe.getTime() - killedAt.getTime() < 30_000);
  isAnswering = true;
  waiting.splice(0).forEach((response) => {
    if (!response.destroyed) answer(response);
  });
  const done = await poll(() => passageOf('extract', ({ issue }) => issue !== undefined));
  assert.deepEqual([done.issue, done.tentative, done.message], ['reussite', 2, 'Terminée.']);
  await poll(() => passageOf('reconcile', ({ issue }) => issue === 'reussite'));
  const { rows } = await db.pool.query(
    `select (select count(*)::integer from source_load) as loads,
       (select count(*)::integer from reconcile_run) as runs,
       (select count(*)::integer from passage) as passages`,
  );
  assert.deepEqual(rows, [{ loads: 1, runs: 1, passages: 2 }]);
  const others = [...daemons.values()].filter((daemon) => daemon !== leader);
  assert.deepEqual(await Promise.all(others.map((daemon) => daemon.end('SIGTERM'))), [0, 0]);
  const noeuds = await listNoeuds(db.pool, new Date(0));
  assert.deepEqual(
    noeuds.filter(({ nom }) => nom !== first.noeud).every(({ arreteLe }) => arreteLe),
    true,
  );
});
