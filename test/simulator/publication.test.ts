// The loop closes: what was fed is in the extraction that the simulator publishes, and nothing else has changed.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { importInventory } from '../../src/commands/inventory.js';
import { extractSources } from '../../src/commands/extract.js';
import type { OpenProgram, Surroundings } from '../../src/commands/program.js';
import { namePublication } from '../../src/simulator/publication.js';
import { simulatePublish } from '../../src/commands/simulate-publish.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { sourceNames, type SourceName } from '../../src/domain/source.js';
import type { ExtractOutcome } from '../../src/extractions/extract.js';
import { silentProgress } from '../../src/progress.js';
import { generateSample } from '../../src/sample/generate.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import {
  attributePath,
  contactPoint,
  insertion,
  parameters,
  replacement,
  TestSimulator,
  deletion,
} from '../support/simulator.js';

const folder = join(tempFolder(), 'demo');
const truth = (): { judgedAt: string } =>
  JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as { judgedAt: string };
let database: TestDatabase;
let open: OpenProgram;
let surroundings: Surroundings;

before(async () => {
  database = await testDatabase();
  const { signal } = new AbortController();
  await generateSample({ outDir: folder, scale: 'demo', day: 1 }, silentProgress, signal);
  const settings = { ...loadSettings(join(folder, 'annuaire-sync.yaml'), {}), dataDir: folder };
  open = {
    settings,
    pool: database.pool,
    progress: silentProgress,
    engineDescription: '',
    isJson: true,
  };
  const now = (): Date => new Date(truth().judgedAt);
  surroundings = { out: process.stdout, err: process.stderr, env: {}, signal, now };
  for (const source of sourceNames) await extract(source);
  const context = { surroundings, setExitCode: () => undefined };
  await importInventory(context, open, undefined, { accept: false, skipInvalid: false });
});

after(() => database.drop());

async function extract(source: SourceName, from?: string): Promise<ExtractOutcome> {
  const [result] = await extractSources(open, surroundings, {
    sources: [source],
    from,
    isAccepted: false,
  });
  assert.ok(result);
  if ('error' in result) throw result.error;
  return result.outcome;
}

type Bal = {
  adresse_publiee: string;
  identifiant_pp: string;
  structure_id: string;
  service: string;
};

async function one(where: string): Promise<Bal> {
  const { rows } = await database.pool.query<Bal>(
    `select adresse_publiee, identifiant_pp, structure_id, coalesce(service_rattachement, '') as service
     from bal_annuaire b where gone_load_id is null and ${where}
       and (select count(*) from bal_annuaire c where c.adresse = b.adresse and c.gone_load_id is null) = 1
     order by adresse limit 1`,
  );
  assert.ok(rows[0], where);
  return rows[0];
}

async function download(simulator: TestSimulator): Promise<string> {
  const response = await fetch(`${simulator.url}/_simulation/extraction`);
  const name =
    /filename="(.+)"/u.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? '';
  assert.match(name, /^Extraction_Correspondance_MSSante_\d{12}\.zip$/u);
  const file = join(tempFolder(), name);
  writeFileSync(file, Buffer.from(await response.arrayBuffer()));
  return file;
}

test('published untouched, then fed, then published again: only what was fed changes', async () => {
  let now = new Date(truth().judgedAt);
  const simulator = await TestSimulator.open(database.pool, { now: () => now });
  const { rows } = await database.pool.query<{ count: number }>(
    'select count(*)::integer as count from bal_annuaire where gone_load_id is null',
  );
  const same = await extract('bals', await download(simulator));
  assert.ok(same.kind === 'loaded');
  const { load } = same;
  assert.deepEqual(
    [load.lineCount, load.addedCount, load.goneCount, load.rejectedCount, load.duplicateCount],
    [rows[0]?.count, 0, 0, 0, 0],
  );

  const per = `type_bal = 'PER' and type_identifiant_pp = '8' and structure_id like '1%'
    and exists (select from activite a where a.identifiant_pp = b.identifiant_pp and a.gone_load_id is null)`;
  const deleted = await one(per);
  const neighbour = await one(`${per} and identifiant_pp <> '${deleted.identifiant_pp}'`);
  const org = await one(
    `type_bal = 'ORG' and structure_id like '1%' and service_rattachement is not null`,
  );
  const rpps = (lineNumber: string): string =>
    encodeURIComponent(`https://rpps.esante.gouv.fr|${lineNumber}`);
  const structure = (id: string): string => encodeURIComponent(`urn:oid:1.2.250.1.71.4.2.2|${id}`);
  const role = (bal: Bal): string =>
    `/PractitionerRole?practitioner.identifier=${rpps(bal.identifiant_pp)}&organization.identifier=${structure(bal.structure_id)}`;
  const rouge = contactPoint('nouvelle.rouge@x.mssante.fr', { listeRouge: true });
  const facts = [
    await simulator.patch(
      role(deleted),
      parameters(deletion('PractitionerRole', deleted.adresse_publiee)),
    ),
    await simulator.patch(
      role(neighbour),
      parameters(
        insertion('PractitionerRole', contactPoint('nouvelle.per@x.mssante.fr')),
        insertion('PractitionerRole', rouge),
      ),
    ),
    await simulator.patch(
      `/Organization?identifier=${structure(org.structure_id)}`,
      parameters(
        replacement('Organization', org.adresse_publiee, attributePath('service'), {
          valueString: 'Service | nouveau',
        }),
        insertion('Organization', contactPoint('nouvelle.app@x.mssante.fr', { type: 'APP' })),
      ),
    ),
  ];
  for (const { status, text } of facts) assert.equal(status, 200, text);
  now = new Date(now.getTime() + 30_000);
  const following = await extract('bals', await download(simulator));
  assert.ok(following.kind === 'loaded');
  assert.deepEqual(
    [following.load.addedCount, following.load.goneCount, following.load.rejectedCount],
    [2, 2, 0],
  );
  assert.ok((following.load.genereLe?.getTime() ?? 0) >= now.getTime() - 30_000);
  await simulator.close();

  const { rows: newBals } = await database.pool.query<Record<string, string | null>>(
    `select adresse, type_bal, identifiant_pp, identification_nationale_pp, structure_id, service_rattachement,
       nom_exercice, raison_sociale from bal_annuaire
     where gone_load_id is null and first_load_id = $1::integer order by adresse`,
    [following.load.id],
  );
  assert.equal(newBals.length, 2);
  const inserted = newBals.find(({ adresse }) => adresse === 'nouvelle.per@x.mssante.fr');
  assert.equal(inserted?.['identifiant_pp'], neighbour.identifiant_pp);
  assert.equal(inserted['identification_nationale_pp'], `8${neighbour.identifiant_pp}`);
  assert.equal(inserted['structure_id'], neighbour.structure_id);
  assert.ok(inserted['nom_exercice'] && inserted['raison_sociale']);
  const changed = newBals.find(({ adresse }) => adresse === org.adresse_publiee.toLowerCase());
  assert.equal(changed?.['service_rattachement'], 'Service   nouveau');

  await reprise(simulator, following.load.lineCount);
});

test('no operation is both before the minute of a publication and not in it', async () => {
  // After every extraction that the tests before this one put in service.
  const day = new Date(truth().judgedAt).getTime() + 86_400_000;
  const minute = Math.ceil(day / 60_000) * 60_000;
  let now = new Date(minute + 30_000);
  const simulator = await TestSimulator.open(database.pool, { now: () => now });
  const dataDir = tempFolder();
  const name = (): number =>
    namePublication(simulator.simulator, dataDir, now).genereLe.getTime() - minute;
  // Nothing was done in the minute under way: what is done from now on is after it.
  assert.equal(name(), 0);
  now = new Date(minute + 90_000);
  const { rows } = await database.pool.query<{ rpps: string }>(
    `select identifiant_pp as rpps from activite where gone_load_id is null limit 1`,
  );
  const done = await simulator.patch(
    `/Practitioner?identifier=https://rpps.esante.gouv.fr|${rows[0]?.rpps}`,
    parameters(insertion('Practitioner', contactPoint('minute.per@x.mssante.fr'))),
  );
  assert.equal(done.status, 200, done.text);
  // It shows that operation: its minute is the next one, and has to be waited for.
  assert.equal(name(), 120_000);
  now = new Date(minute + 250_000);
  assert.equal(name(), 240_000);
  await simulator.close();
});

/** The command, on the journal that the server left. */
async function reprise({ dataDir }: TestSimulator, lines: number): Promise<void> {
  const output = tempFolder();
  const settings = { ...open.settings, dataDir };
  let text = '';
  const out = Object.assign(Object.create(process.stdout) as NodeJS.WriteStream, {
    write: (chunk: string) => ((text += chunk), true),
  });
  const context = { surroundings: { ...surroundings, out }, setExitCode: () => undefined };
  await simulatePublish(
    context,
    { ...open, settings },
    { folder: output, date: undefined, isPatient: false },
  );
  const { fichier: file, lignes: written } = JSON.parse(text) as {
    fichier: string;
    lignes: number;
  };
  assert.equal(written, lines);
  const readBack = await extract('bals', file);
  assert.ok(readBack.kind === 'loaded');
  assert.deepEqual([readBack.load.addedCount, readBack.load.goneCount], [0, 0]);
  const fromOlder = new Date('2020-01-01T00:00:00Z');
  await assert.rejects(
    simulatePublish(
      context,
      { ...open, settings },
      { folder: output, date: fromOlder, isPatient: true },
    ),
    {
      code: 'DATE_TROP_ANCIENNE',
    },
  );
}
