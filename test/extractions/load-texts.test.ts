import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pool } from '../../src/db/pool.js';
import { AppError } from '../../src/errors.js';
import { GuardRefusal } from '../../src/extractions/load.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  activite,
  bal,
  headers,
  load,
  noGuards,
  openSettings,
  textOf,
} from '../support/extraction-files.js';
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

beforeEach(async () => {
  await emptyTables(pool, [
    'bal_annuaire',
    'activite',
    'structure_exercice',
    'savoir_faire',
    'identite',
    'source_load',
    'source_run',
    'source_change',
    'source_reject',
  ]);
});

const loadBals = (text: string | Buffer, options = {}): ReturnType<typeof load> =>
  load(pool, 'bals', text, options);
const bals = (...rows: Parameters<typeof bal>[]): string =>
  textOf(
    headers.bals,
    rows.map((row) => bal(...row)),
  );
const loadActivites = (text: string | Buffer, options = {}): ReturnType<typeof load> =>
  load(pool, 'professionnels', text, options);
const activites = (...rows: Parameters<typeof activite>[]): string =>
  textOf(
    headers.activites,
    rows.map((row) => activite(...row)),
  );

async function rowsOf(sql: string): Promise<unknown[]> {
  const { rows } = await pool.query<unknown[]>({ text: sql, rowMode: 'array' });
  return rows.map((row) => row.join(' '));
}

const intervals = `select adresse, first_load_id, coalesce(gone_load_id::text, '-') as gone
  from bal_annuaire order by adresse, first_load_id`;

test('a first load puts every line in service, its key lower-cased, its bytes verbatim', async () => {
  const { load: loaded } = await loadBals(
    bals(
      [
        'Anne.Exemple@CHU.mssante.fr',
        { "Nom d'exercice": 'D"ARTE\\GNAN', 'Raison Sociale structure BAL': '' },
      ],
      ['b@chu.mssante.fr'],
    ),
  );
  assert.equal(loaded.lineCount, 2);
  assert.equal(loaded.isFull, true);
  assert.deepEqual(
    await rowsOf(`select adresse, domaine, adresse_publiee, nom_exercice,
      raison_sociale is null as vide from bal_annuaire order by 1`),
    [
      'anne.exemple@chu.mssante.fr chu.mssante.fr Anne.Exemple@CHU.mssante.fr D"ARTE\\GNAN true',
      'b@chu.mssante.fr chu.mssante.fr b@chu.mssante.fr  true',
    ],
  );
});

test('the indexes dropped for a first load are all back', async () => {
  const indexes = `select indexdef from pg_indexes where schemaname = 'public' order by 1`;
  const expected = await rowsOf(indexes);
  await loadBals(bals(['a@chu.mssante.fr']));
  await loadActivites(activites(['10000000018']));
  assert.deepEqual(await rowsOf(indexes), expected);
});

test('the next load closes what is gone, opens what is new and touches nothing else', async () => {
  await loadBals(bals(['a@x.mssante.fr'], ['b@x.mssante.fr'], ['c@x.mssante.fr']));
  const { load: second } = await loadBals(
    bals(
      ['c@x.mssante.fr'],
      ['a@x.mssante.fr'],
      ['b@x.mssante.fr', { 'Service de rattachement': 'URGENCES' }],
      ['d@x.mssante.fr'],
    ),
  );
  assert.deepEqual(await rowsOf(intervals), [
    'a@x.mssante.fr 1 -',
    'b@x.mssante.fr 1 2',
    'b@x.mssante.fr 2 -',
    'c@x.mssante.fr 1 -',
    'd@x.mssante.fr 2 -',
  ]);
  assert.equal(second.isFull, false);
  assert.deepEqual([second.addedCount, second.goneCount], [2, 1]);
  assert.deepEqual(await rowsOf('select load_id, kind, cle from source_change order by 3'), [
    '2 adresse b@x.mssante.fr',
    '2 adresse d@x.mssante.fr',
  ]);
});

test('a line that comes back opens a new interval and keeps the memory of the old one', async () => {
  await loadBals(bals(['a@x.mssante.fr'], ['b@x.mssante.fr']));
  await loadBals(bals(['a@x.mssante.fr']));
  await loadBals(bals(['a@x.mssante.fr'], ['b@x.mssante.fr']));
  assert.deepEqual(await rowsOf(intervals), [
    'a@x.mssante.fr 1 -',
    'b@x.mssante.fr 1 2',
    'b@x.mssante.fr 3 -',
  ]);
});

test('exact duplicates are kept once, on a first load and on the next, and addresses that differ by case are two lines of one BAL', async () => {
  const text = bals(['a@x.mssante.fr'], ['a@x.mssante.fr'], ['A@x.mssante.fr']);
  const { load: first } = await loadBals(text);
  assert.deepEqual([first.lineCount, first.duplicateCount], [2, 1]);
  const { load: second } = await loadBals(text);
  assert.deepEqual(
    [second.lineCount, second.duplicateCount, second.addedCount, second.goneCount],
    [2, 1, 0, 0],
  );
  assert.deepEqual(await rowsOf(intervals), ['a@x.mssante.fr 1 -', 'a@x.mssante.fr 1 -']);
});

test('CRLF, a byte order mark, a trailing separator and a missing last newline do not change a line', async () => {
  const text = bals(['a@x.mssante.fr'], ['b@x.mssante.fr']);
  await loadBals(text);
  for (const variant of [
    text.replaceAll('\n', '\r\n'),
    `\uFEFF${text}`,
    text.trimEnd(),
    `${headers.bals.join('|')}\n${text
      .split('\n')
      .slice(1, -1)
      .map((line) => `${line}|`)
      .join('\n')}\n`,
  ]) {
    const { load: next } = await loadBals(variant);
    assert.deepEqual([next.addedCount, next.goneCount, next.rejectedCount], [0, 0, 0]);
  }
});

test('a trailing separator that appears in the header too is the same file', async () => {
  const text = bals(['a@x.mssante.fr', { 'Pays structure BAL': 'FRANCE' }]);
  await loadBals(text);
  const { load: next } = await loadBals(text.replaceAll('\n', '|\n'));
  assert.deepEqual([next.addedCount, next.goneCount, next.rejectedCount], [0, 0, 0]);
});

test('bad lines are rejected with their number, column and reason, and the good ones are loaded', async () => {
  const good = bals(['a@x.mssante.fr']).trimEnd();
  const text = Buffer.concat([
    Buffer.from(`${good}\nune|ligne|courte\n`),
    Buffer.from(`${textOf(headers.bals, [bal('sans-arobase')]).split('\n')[1] ?? ''}\n`),
    Buffer.from(`${textOf(headers.bals, [bal('')]).split('\n')[1] ?? ''}\n`),
    Buffer.from('caf\u00e9'.padEnd(20, '|'), 'latin1'),
    Buffer.from('\n'),
  ]);
  const { load: loaded, rejects } = await loadBals(text);
  assert.equal(loaded.lineCount, 1);
  assert.deepEqual(
    rejects.map(({ line, column, code }) => [line, column, code]),
    [
      [3, undefined, 'NOMBRE_DE_CELLULES'],
      [4, 'Adresse BAL', 'ADRESSE_MALFORMEE'],
      [5, 'Adresse BAL', 'CELLULE_VIDE'],
      [6, undefined, 'UTF8_INVALIDE'],
    ],
  );
  assert.match(rejects[0]?.message ?? '', /3 cellules au lieu de 31/u);
});

test('a BAL whose line is rejected is not taken for one that disappeared', async () => {
  const adresses = ['a@x.mssante.fr', 'B@x.mssante.fr', 'c@x.mssante.fr', 'd@x.mssante.fr'];
  const text = bals(...adresses.map((adresse): [string] => [adresse]));
  await loadBals(text);
  const [header = '', a = '', b = '', c = ''] = text.split('\n');
  const spoiled = [header, a, `${b}caf\u00e9`, `${c}|surplus|`, ''].join('\n');
  const { load: next } = await loadBals(
    Buffer.concat([
      Buffer.from(`${header}\n`),
      Buffer.from(spoiled.slice(header.length + 1), 'latin1'),
    ]),
  );
  assert.deepEqual([next.rejectedCount, next.addedCount, next.goneCount], [2, 0, 1]);
  assert.deepEqual(await rowsOf(intervals), [
    'a@x.mssante.fr 1 -',
    'b@x.mssante.fr 1 -',
    'c@x.mssante.fr 1 -',
    'd@x.mssante.fr 1 2',
  ]);
  const { load: mended } = await loadBals(text);
  assert.deepEqual([mended.rejectedCount, mended.addedCount, mended.goneCount], [0, 1, 0]);
});

test('activities share their structure, which is kept once and closed with its last activity', async () => {
  const other = { 'Numéro FINESS site': '990000021', 'Raison sociale site': 'CLINIQUE INVENTEE' };
  await loadActivites(activites(['10000000018'], ['10000000026'], ['10000000034', other]));
  assert.deepEqual(await rowsOf('select finess_site from structure_exercice order by 1'), [
    '990000013',
    '990000021',
  ]);
  await loadActivites(activites(['10000000018'], ['10000000026', other]));
  assert.deepEqual(
    await rowsOf(`select finess_site, first_load_id, coalesce(gone_load_id::text, '-')
      from structure_exercice order by 1`),
    ['990000013 1 -', '990000021 1 -'],
  );
  await loadActivites(activites(['10000000018']));
  assert.deepEqual(
    await rowsOf(`select finess_site, first_load_id, coalesce(gone_load_id::text, '-')
      from structure_exercice order by 1`),
    ['990000013 1 -', '990000021 1 3'],
  );
  assert.deepEqual(
    await rowsOf(
      `select cle from source_change where load_id = 3 and kind = 'structure' order by 1`,
    ),
    ['990000005', '990000021'],
  );
});

test('a line without any structure cell names no structure', async () => {
  const none = {
    'Numéro FINESS site': '',
    'Numéro FINESS établissement juridique': '',
    'Raison sociale site': '',
  };
  await loadActivites(activites(['10000000018', none]));
  assert.deepEqual(await rowsOf('select structure_hash is null from activite'), ['true']);
  assert.deepEqual(await rowsOf('select count(*) from structure_exercice'), ['0']);
});

test('when the header gains columns, lines that say the same stay in service and gain the new values', async () => {
  const old = headers.activites.slice(0, 52);
  const oldText = textOf(old, [
    activite('10000000018'),
    activite('10000000026'),
    activite('10000000034'),
  ]);
  await loadActivites(oldText);
  const { load: next } = await loadActivites(
    activites(['10000000018', { 'Code rôle': '16' }], ['10000000026'], ['10000000042']),
  );
  assert.deepEqual([next.addedCount, next.goneCount], [1, 1]);
  assert.equal(
    next.isFull,
    true,
    'whose lines gained values is not listed: all is looked at again',
  );
  assert.deepEqual(
    await rowsOf(`select identifiant_pp, coalesce(code_role, '-'), first_load_id,
      coalesce(gone_load_id::text, '-') from activite order by 1`),
    ['10000000018 16 1 -', '10000000026 - 1 -', '10000000034 - 1 2', '10000000042 - 2 -'],
  );
  const { load: third } = await loadActivites(
    activites(['10000000018', { 'Code rôle': '16' }], ['10000000026'], ['10000000042']),
  );
  assert.deepEqual([third.addedCount, third.goneCount, third.isFull], [0, 0, false]);
});

test('columns in another order are the same lines', async () => {
  await loadActivites(activites(['10000000018'], ['10000000026']));
  const reversed = [...headers.activites].reverse();
  const { load: next } = await loadActivites(
    textOf(reversed, [activite('10000000018'), activite('10000000026')]),
  );
  assert.deepEqual([next.addedCount, next.goneCount], [0, 0]);
});

test('an unknown column is told in the warnings of the load', async () => {
  const { load: loaded } = await loadBals(
    textOf([...headers.bals, 'Humeur'], [bal('a@x.mssante.fr')]),
  );
  assert.match(loaded.warnings.join(), /Humeur/u);
});

const many = (count: number, prefix = 'n'): Parameters<typeof bal>[] =>
  Array.from({ length: count }, (_, index) => [`${prefix}${index}@x.mssante.fr`]);

const refusals: readonly [string, string, string, RegExp][] = [
  [
    'a file of which too much is gone',
    bals(...many(90)),
    'RETRECISSEMENT',
    /90 lignes, contre 100.*10 % de moins, limite 5 %/u,
  ],
  [
    'a file of which too much is new',
    bals(...many(100), ...many(30, 'z')),
    'CHANGEMENT_MASSIF',
    /30 lignes nouvelles/u,
  ],
  ['a file with a header alone', bals(), 'FICHIER_VIDE', /aucune ligne utilisable/u],
  [
    'a file with too many bad lines',
    `${bals(...many(100)).trimEnd()}\n${'mauvaise|ligne\n'.repeat(5)}`,
    'TROP_DE_REJETS',
    /5 lignes rejetées sur 105/u,
  ],
];

for (const [name, text, code, message] of refusals) {
  test(`${name} is refused and changes nothing`, async () => {
    await loadBals(bals(...many(100)));
    const before = await rowsOf(intervals);
    await assert.rejects(
      loadBals(text, { settings: openSettings }),
      (error) =>
        error instanceof GuardRefusal &&
        error.exitCode === 3 &&
        error.code === code &&
        message.test(error.message),
    );
    assert.deepEqual(await rowsOf(intervals), before);
    assert.deepEqual(await rowsOf('select count(*) from source_load'), ['1']);
  });
}

test('--accept overrules a guard and the load remembers it, but never puts an empty file in service', async () => {
  await loadBals(bals(...many(100)));
  const { load: loaded, overruled } = await loadBals(bals(...many(50)), {
    settings: openSettings,
    isAccepted: true,
  });
  assert.deepEqual(
    overruled.map(({ code }) => code),
    ['RETRECISSEMENT', 'CHANGEMENT_MASSIF'],
  );
  assert.match(loaded.warnings.join(), /Garde levée.*50 lignes, contre 100/u);
  await assert.rejects(
    loadBals(bals(), { settings: openSettings, isAccepted: true }),
    (error) => error instanceof GuardRefusal && error.code === 'FICHIER_VIDE',
  );
});

test('a file older than the one in service is refused', async () => {
  await loadBals(bals(['a@x.mssante.fr']), { genereLe: new Date('2026-03-02T06:00:00Z') });
  await assert.rejects(
    loadBals(bals(['a@x.mssante.fr']), { genereLe: new Date('2026-03-01T06:00:00Z') }),
    (error) =>
      error instanceof GuardRefusal &&
      error.code === 'PLUS_ANCIEN' &&
      error.message.includes('01/03/2026'),
  );
});

test('a gap between two publications is told, so that what vanished in it is not taken for one day’s doing', async () => {
  await loadBals(bals(['a@x.mssante.fr']), { genereLe: new Date('2026-07-30T06:00:00Z') });
  const { load: loaded } = await loadBals(bals(['a@x.mssante.fr'], ['b@x.mssante.fr']), {
    genereLe: new Date('2026-08-08T06:00:00Z'),
    settings: noGuards,
  });
  assert.match(loaded.warnings.join(), /Interruption de 9 jours/u);
});

test('an unreadable header leaves the last version in service', async () => {
  await loadBals(bals(['a@x.mssante.fr']));
  for (const [text, code] of [
    ['', 'FICHIER_VIDE'],
    ['bonjour\n', 'ENTETE_ABSENT'],
    [Buffer.from(bals(['b@x.mssante.fr']), 'latin1'), 'CHARSET_INCONNU'],
  ] as const) {
    await assert.rejects(
      loadBals(text),
      (error) => error instanceof AppError && error.code === code,
    );
  }
  assert.deepEqual(await rowsOf(intervals), ['a@x.mssante.fr 1 -']);
});

test('a load that is interrupted leaves the last version in service and the connection usable', async () => {
  await loadBals(bals(['a@x.mssante.fr']));
  const controller = new AbortController();
  const { loadFile } = await import('../../src/extractions/load.js');
  const { sourceFile, tempFolder } = await import('../support/extraction-files.js');
  const { writeFileSync } = await import('node:fs');
  const path = `${tempFolder()}/Extraction_Correspondance_MSSante_202601020000.txt`;
  writeFileSync(path, bals(...many(50_000)));
  const interrupted = loadFile(
    pool,
    { source: 'bals', file: sourceFile(path, 'x'), isAccepted: true, now: new Date() },
    noGuards,
    {
      step: () => undefined,
      update: () => {
        controller.abort();
      },
      end: () => undefined,
    },
    controller.signal,
  );
  await assert.rejects(interrupted, { name: 'AbortError' });
  assert.deepEqual(await rowsOf(intervals), ['a@x.mssante.fr 1 -']);
});

test('a load whose record cannot be kept is not kept either', async () => {
  await loadBals(bals(['a@x.mssante.fr']));
  const record = (): Promise<void> => Promise.reject(new Error('record'));
  await assert.rejects(loadBals(bals(['b@x.mssante.fr']), { record }), /record/u);
  assert.deepEqual(await rowsOf(intervals), ['a@x.mssante.fr 1 -']);
});

test('two loads of one source, whatever became of their locks, never put a line in service twice', async () => {
  await loadBals(bals(['a@x.mssante.fr']));
  const text = bals(['a@x.mssante.fr'], ['b@x.mssante.fr']);
  let second: Promise<unknown> | undefined;
  const record = async (): Promise<void> => {
    const isOver = { value: false };
    second = loadBals(text).finally(() => (isOver.value = true));
    const waits = `select exists (select from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database()))`;
    while (!isOver.value && (await rowsOf(waits))[0] !== 'true') await nextTurn();
  };
  await loadBals(text, { record });
  await second;
  assert.deepEqual(await rowsOf(`select adresse from bal_annuaire where gone_load_id is null`), [
    'a@x.mssante.fr',
    'b@x.mssante.fr',
  ]);
});
