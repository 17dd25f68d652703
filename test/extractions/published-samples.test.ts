// The fictitious files that the ANS and others have published, ingested as they are.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Pool } from '../../src/db/pool.js';
import type { SourceName } from '../../src/domain/source.js';
import { catalogue } from '../../src/extractions/catalogue.js';
import { loadFile, type Loaded } from '../../src/extractions/load.js';
import { locateSource } from '../../src/extractions/locate.js';
import { silentProgress } from '../../src/progress.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { noGuards } from '../support/extraction-files.js';
import { emptyTables } from '../support/empty-tables.js';

let database: TestDatabase;
let pool: Pool;

before(async () => {
  database = await testDatabase();
  pool = database.pool;
});

after(async () => {
  await database.drop();
});

async function ingest(source: SourceName, path: string): Promise<Loaded> {
  const file = await locateSource(source, `test/fixtures/${path}`, catalogue[source]);
  return loadFile(
    pool,
    { source, file, isAccepted: true, now: new Date('2026-11-01T00:00:00Z') },
    { ...noGuards, text: { ...noGuards.text, fallbackCharset: 'iso-8859-1' } },
    silentProgress,
    new AbortController().signal,
  );
}

const psc = 'extraction-pro-sante-connect';
const identites: readonly [string, string, number][] = [
  ['of 2024, UTF-8, 52 cells', 'Extraction_Pro_sante_connect_202403251632.txt', 15],
  ['of 2024, zipped inside a folder', '1-CREATES.zip', 15],
  ['of 2023, ISO-8859-1, 51 cells', 'Extraction_Pro_sante_connect_202403251635.txt', 14],
  ['of 2023, zipped', '3-UPDATES.zip', 14],
  ['of 2021, 50 cells', 'Extraction_ProSanteConnect_Personne_activite_202112090858.txt', 1],
];

for (const [name, file, count] of identites) {
  test(`the extract of Pro Santé Connect ${name} is ingested whole`, async () => {
    await emptyTables(pool, ['identite', 'source_load']);
    const { load, rejects } = await ingest('identites', `${psc}/${file}`);
    assert.deepEqual(rejects, []);
    assert.equal(load.lineCount + load.duplicateCount, count);
    assert.deepEqual(load.warnings, []);
  });
}

test('an ISO-8859-1 file is decoded as such', async () => {
  await emptyTables(pool, ['identite', 'source_load']);
  await ingest('identites', `${psc}/3-UPDATES.zip`);
  const { rows } = await pool.query<{ nom: string }>(
    `select distinct prenoms as nom from identite where prenoms like 'Caramel%' order by 1`,
  );
  assert.deepEqual(
    rows.map(({ nom }) => nom),
    ["Caramel'Chipette'"],
  );
});

test('one year’s header after another’s is compared by what they say, not byte by byte', async () => {
  await emptyTables(pool, ['identite', 'source_load']);
  await ingest('identites', `${psc}/1-CREATES.zip`);
  const { load } = await ingest('identites', `${psc}/3-UPDATES.zip`);
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from identite where gone_load_id is null`,
  );
  assert.equal(rows[0]?.count, load.lineCount);
});

test('an extract with a header alone is told to be empty', async () => {
  await assert.rejects(ingest('identites', `${psc}/0-RAZ.zip`), { code: 'FICHIER_VIDE' });
});

test('the ADELI to RPPS correspondences are ingested', async () => {
  const first = await ingest('adeli-rpps', 'adeli-rpps/2_Correspondance_ADELI_RPPS_creations.csv');
  assert.equal(first.load.lineCount, 2);
  const next = await ingest(
    'adeli-rpps',
    'adeli-rpps/4_Correspondance_ADELI_RPPS_modifications.csv',
  );
  assert.deepEqual([next.load.lineCount, next.load.addedCount, next.load.goneCount], [5, 3, 0]);
});

test('the unsigned excerpt of the liste blanche is ingested where the settings allow it, and says so', async () => {
  const { load } = await ingest('liste-blanche', 'liste-blanche/excerpt_unsigned.xml');
  assert.equal(load.lineCount, 8);
  assert.match(load.warnings.join(), /signature/u);
});

test('the lines of the old FINESS files are ingested', async () => {
  for (const file of ['etalab-42-columns-line.txt', 'etalab-cs1100502-lines.txt']) {
    await emptyTables(pool, ['structure_finess', 'source_load']);
    await ingest('finess', `finess/${file}`);
    const { rows } = await pool.query<{ finess: string; finess_ej: string }>(
      `select finess, finess_ej from structure_finess where nature = 'EG'`,
    );
    assert.deepEqual(rows, [{ finess: '010000024', finess_ej: '010780054' }], file);
  }
});
