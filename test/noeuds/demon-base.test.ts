// A daemon that begins without its database, gets it, loses it in the middle of a stage, and has it back: nobody restarts anything.
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { listPassages, type Passage } from '../../src/store/passage.js';
import { Daemon, killDaemons, poll, seulement, writeDaemonSettings } from '../support/daemon.js';
import { bal, headers, tempFolder, textOf } from '../support/extraction-files.js';
import { openPool, serveurPrive, type ServeurPrive } from '../support/postgres-prive.js';

const file = 'Extraction_Correspondance_MSSante_202701010101.txt';
/** The ANS: silent until it is told to answer. */
const asked: ServerResponse[] = [];
let isAnswering = false;
const ans = createServer((_request, response) => {
  asked.push(response);
  if (!isAnswering) return;
  const body = Buffer.from(textOf(headers.bals, [bal('jean.dupont@x.mssante.fr')]));
  const disposition = `attachment; filename="${file}"`;
  response.writeHead(200, { 'content-length': body.length, 'content-disposition': disposition });
  response.end(body);
});
let server: ServeurPrive;
let daemon: Daemon;
let sante = '';

before(async () => {
  server = await serveurPrive();
  await server.stop();
  await new Promise<void>((resolve) => ans.listen(0, '127.0.0.1', resolve));
  const source = `http://127.0.0.1:${(ans.address() as AddressInfo).port}/${file}`;
  const config = writeDaemonSettings({
    folder: tempFolder(),
    databaseUrl: server.url(),
    sections: `${seulement(['extract'])}reseau: { httpEnClair: true }
metriques: { ecoute: { port: 0 } }
sources:
  bals: { from: '${source}' }
  professionnels: { actif: false }
  finess: { actif: false }
  liste-blanche: { actif: false }
`,
  });
  daemon = new Daemon(config, ['--sans', 'ldap', 'web']);
  const { message } = await daemon.event('metriques');
  sante = /http:\S+?(?=\/metrics)/u.exec(message)?.[0] ?? '';
});
after(() => {
  killDaemons();
  ans.closeAllConnections();
  ans.close();
});

/** After the first `said` lines. */
function next(evenement: string, said: number): Promise<unknown> {
  return daemon.line((line) => line.evenement === evenement && daemon.lines.indexOf(line) >= said);
}

async function raisons(): Promise<string> {
  return (await fetch(`${sante}/readyz`)).text();
}

/** Once they have all ended. */
async function passages(): Promise<readonly Passage[]> {
  const pool = openPool(server.url());
  try {
    return await poll(async () => {
      const all = await listPassages(pool, 10);
      return all.every(({ issue }) => issue !== undefined) ? all : undefined;
    });
  } finally {
    await pool.end();
  }
}

test('started without it: says so, and what is due begins once it is there', async () => {
  await daemon.event('base-perdue');
  assert.match(await raisons(), /BASE_INDISPONIBLE/u);
  assert.equal(daemon.lines.filter(({ evenement }) => evenement === 'etape-lancee').length, 0);
  await server.start();
  await daemon.event('base-joignable');
  await daemon.event('etape-lancee');
  await poll(() => asked[0]);
  assert.doesNotMatch(await raisons(), /BASE_INDISPONIBLE/u);
});

test('lost in the middle of a stage: the stage ends, and is taken up again by itself once it is back', async () => {
  const before = daemon.lines.length;
  await server.stop();
  await next('base-perdue', before);
  await next('etape-interrompue', before);
  assert.match(await raisons(), /BASE_INDISPONIBLE/u);
  isAnswering = true;
  await server.start();
  await next('base-joignable', before);
  const done = await passages();
  assert.deepEqual(
    done.map(({ etape, issue, tentative }) => [etape, issue, tentative]),
    [['extract', 'reussite', 2]],
  );
  assert.equal(await daemon.end('SIGTERM'), 0);
});
