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
  adressesDe,
  contactPoint,
  insertion,
  parameters,
  SimulateurDeTest,
  suppression,
  type Json,
} from '../support/simulateur.js';

const rpps = '10000000001';
const chemin = `/Practitioner?identifier=${encodeURIComponent(`https://rpps.esante.gouv.fr|${rpps}`)}`;
const roleChemin = `/PractitionerRole?practitioner.identifier=${encodeURIComponent(`https://rpps.esante.gouv.fr|${rpps}`)}&organization.identifier=${encodeURIComponent('https://sirene.fr|20000000000011')}`;
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

const ajout = (adresse: string): object =>
  parameters(insertion('Practitioner', contactPoint(adresse, { rank: 2 })));

async function lu(simulateur: SimulateurDeTest): Promise<{ etat: Json; telecom: unknown }> {
  const { json: etat } = await simulateur.get('/_simulation/etat');
  const fait = await simulateur.patch(
    chemin,
    parameters(suppression('Practitioner', 'nulle@x.mssante.fr')),
  );
  const { patchs, operations, adresses, bals } = etat;
  return { etat: { patchs, operations, adresses, bals }, telecom: fait.json['telecom'] };
}

test('a restart finds the same state, without the line that was torn', async () => {
  const premier = await SimulateurDeTest.ouvrir(database.pool);
  const { dataDir } = premier;
  assert.equal((await premier.patch(chemin, ajout('n1@x.mssante.fr'))).status, 200);
  assert.equal(
    (await premier.patch(chemin, parameters(suppression('Practitioner', 'a@x.mssante.fr')))).status,
    200,
  );
  const surRole = parameters(insertion('PractitionerRole', contactPoint('role@x.mssante.fr')));
  assert.equal((await premier.patch(roleChemin, surRole)).status, 200);
  const avant = await lu(premier);
  await premier.fermer();
  const journal = join(dataDir, 'simulateur', 'journal.ndjson');
  const entier = readFileSync(journal, 'utf8');
  appendFileSync(journal, '{"t":"patch","le":"2026-07-20T10:00:30.000Z","p":"P:1000');
  const second = await SimulateurDeTest.ouvrir(database.pool, { dataDir });
  assert.deepEqual(await lu(second), avant);
  assert.equal(readFileSync(journal, 'utf8'), entier);
  assert.equal((await second.patch(roleChemin, surRole)).status, 422);
  assert.equal((await second.patch(chemin, ajout('n2@x.mssante.fr'))).status, 200);
  await second.fermer();
  const oublie = await SimulateurDeTest.ouvrir(database.pool, { dataDir, isReinitialise: true });
  assert.deepEqual((await lu(oublie)).etat['patchs'], 0);
  await oublie.fermer();
});

test('a later extraction does not move the ground under what was simulated', async () => {
  const premier = await SimulateurDeTest.ouvrir(database.pool);
  const { dataDir } = premier;
  await premier.patch(chemin, ajout('n1@x.mssante.fr'));
  const avant = await lu(premier);
  await premier.fermer();
  await load(database.pool, { bals: [{ adresse: 'c@x.mssante.fr', rpps }] });
  const second = await SimulateurDeTest.ouvrir(database.pool, { dataDir });
  assert.deepEqual(await lu(second), avant);
  await second.fermer();
  const neuf = await SimulateurDeTest.ouvrir(database.pool, { dataDir, isReinitialise: true });
  const { telecom } = await lu(neuf);
  assert.deepEqual(adressesDe({ telecom }), ['c@x.mssante.fr']);
  await neuf.fermer();
});

test('the journal is summed up when it grows, and says the same', async () => {
  const journalOctetsMax = 6_000;
  const premier = await SimulateurDeTest.ouvrir(database.pool, { journalOctetsMax });
  const { dataDir } = premier;
  const journal = join(dataDir, 'simulateur', 'journal.ndjson');
  let plusGros = 0;
  for (let n = 0; n < 60; n++) {
    assert.equal((await premier.patch(chemin, ajout('va@x.mssante.fr'))).status, 200);
    assert.equal(
      (await premier.patch(chemin, parameters(suppression('Practitioner', 'va@x.mssante.fr'))))
        .status,
      200,
    );
    plusGros = Math.max(plusGros, statSync(journal).size);
  }
  assert.ok(plusGros < 8_000, `${plusGros} bytes`);
  const avant = await lu(premier);
  assert.deepEqual(avant.etat['operations'], { insert: 60, replace: 0, delete: 60 });
  await premier.fermer();
  const second = await SimulateurDeTest.ouvrir(database.pool, { dataDir, journalOctetsMax });
  assert.deepEqual(await lu(second), avant);
  await second.fermer();
});

test('a journal of another database, or that is damaged, is refused with what to do', async () => {
  const premier = await SimulateurDeTest.ouvrir(database.pool);
  const { dataDir } = premier;
  await premier.patch(chemin, ajout('n1@x.mssante.fr'));
  await premier.fermer();
  const journal = join(dataDir, 'simulateur', 'journal.ndjson');
  const texte = readFileSync(journal, 'utf8');
  for (const [abime, code] of [
    [texte.replace('"version":"', '"version":"autre'), 'SEMIS_ABSENT'],
    [texte.replace('{"t":"patch"', '{"t":"patch'), 'JOURNAL_ILLISIBLE'],
    [texte.replace('"t":"patch"', '"t":"autre"'), 'JOURNAL_ILLISIBLE'],
  ] as const) {
    writeFileSync(journal, abime);
    await assert.rejects(SimulateurDeTest.ouvrir(database.pool, { dataDir }), { code });
  }
});

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const children = new Set<ChildProcess>();

type Ligne = { readonly evenement: string; readonly url?: string; readonly patchs?: number };

function lancer(config: string, args: readonly string[] = []) {
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
  const lignes: Ligne[] = [];
  let erreurs = '';
  child.stderr.on('data', (chunk: Buffer) => (erreurs += chunk.toString()));
  let wake: () => void = () => undefined;
  createInterface({ input: child.stdout }).on('line', (texte) => {
    lignes.push(JSON.parse(texte) as Ligne);
    wake();
  });
  const fini = once(child, 'exit').then(([code]) => {
    wake();
    return code as number | null;
  });
  const ligne = async (evenement: string): Promise<Ligne> => {
    for (;;) {
      const trouvee = lignes.find((one) => one.evenement === evenement);
      if (trouvee) return trouvee;
      assert.equal(child.exitCode, null, `${JSON.stringify(lignes)} ${erreurs}`);
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return { child, fini, ligne, erreurs: () => erreurs };
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
  const premier = lancer(config);
  const { url } = await premier.ligne('ecoute');
  const repondues: string[] = [];
  const nourrir = async (fil: number): Promise<void> => {
    for (let n = 0; n < 2_000; n++) {
      const adresse = `f${fil}n${n}@x.mssante.fr`;
      const recu = await fetch(`${url}${chemin}`, {
        method: 'PATCH',
        headers: { 'esante-api-key': 'cle', 'content-type': 'application/fhir+json' },
        body: JSON.stringify(ajout(adresse)),
      }).catch(() => undefined);
      if (recu?.status !== 200) return;
      repondues.push(adresse);
      if (repondues.length === 60) premier.child.kill('SIGKILL');
    }
  };
  await Promise.all([0, 1, 2, 3].map(nourrir));
  await premier.fini;
  assert.ok(repondues.length >= 60);
  const second = lancer(config);
  const { url: seconde } = await second.ligne('ecoute');
  const { adresses } = (await (await fetch(`${seconde}/_simulation/etat`)).json()) as {
    adresses: Record<string, { insert: number }>;
  };
  for (const adresse of repondues) assert.equal(adresses[adresse]?.insert, 1, adresse);
  assert.ok(Object.keys(adresses).length <= repondues.length + 4);
  const troisieme = lancer(config);
  assert.equal(await troisieme.fini, 1);
  assert.match(troisieme.erreurs(), /Un simulateur tourne déjà/u);
  second.child.kill('SIGTERM');
  assert.equal((await second.ligne('fin')).patchs, Object.keys(adresses).length);
  assert.equal(await second.fini, 0);
});
