// What may be served to anyone, read whole or since a load; never an address of the liste rouge.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { BalPubliee } from '../../src/domain/bal-publiee.js';
import { BalReader } from '../../src/store/bal-publiee-lines.js';
import {
  listBalsModifiees,
  streamBalsPubliees,
  withPublication,
  type BalsModifiees,
  type LoadsPublies,
} from '../../src/store/bal-publiee.js';
import { load, vider, type Etat } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;

before(async () => {
  database = await testDatabase();
});
beforeEach(() => vider(database.pool));
after(() => database.drop());

function readAll(): Promise<BalPubliee[]> {
  return withPublication(database.pool, async (client) => {
    const bals: BalPubliee[] = [];
    for await (const page of streamBalsPubliees(client)) bals.push(...page);
    return bals;
  });
}

const addressesOf = (bals: readonly BalPubliee[]): string[] => bals.map(({ adresse }) => adresse);

test('the lines of one address are one BAL, in the order of addresses', async () => {
  await load(database.pool, {
    bals: [
      { adresse: 'Zoe@x.fr', nom: 'ZOÉ', service: 'A' },
      { adresse: 'anne@x.fr', rpps: '10000000001', structure: '1750000001' },
      { adresse: 'zoe@x.fr', nom: 'ZOÉ', service: 'B' },
    ],
  });
  const bals = await readAll();
  assert.deepEqual(addressesOf(bals), ['anne@x.fr', 'zoe@x.fr']);
  const [anne, zoe] = bals;
  assert.deepEqual(zoe?.lignes.map(({ serviceRattachement }) => serviceRattachement).sort(), [
    'A',
    'B',
  ]);
  const ligne = anne?.lignes[0];
  assert.deepEqual(
    {
      identifiantPp: ligne?.identifiantPp,
      structureId: ligne?.structure.structureId,
      nomExercice: ligne?.nomExercice,
      pays: ligne?.structure.pays,
    },
    {
      identifiantPp: '10000000001',
      structureId: '1750000001',
      nomExercice: '',
      pays: '',
    },
  );
});

test('a value comes back as the file had it', async () => {
  const nom = 'a\tb\\c\\N\u0001\b\f\v"é’😀';
  await load(database.pool, { bals: [{ adresse: 'a@x.fr', nom, prenom: '\\N', service: '\\t' }] });
  const [ligne] = (await readAll())[0]?.lignes ?? [];
  assert.deepEqual(
    [ligne?.nomExercice, ligne?.prenomExercice, ligne?.serviceRattachement],
    [nom, '\\N', '\\t'],
  );
});

test('an address that any line of the inventory marks listeRouge is not there', async () => {
  await load(database.pool, {
    bals: ['a', 'b', 'c', 'd'].map((nom) => ({ adresse: `${nom}@x.fr` })),
    inventaire: [
      { adresse: 'A@x.fr', listeRouge: true },
      { adresse: 'b@x.fr', service: 'un' },
      { adresse: 'b@x.fr', service: 'deux', listeRouge: true },
      { adresse: 'c@x.fr', listeRouge: true, etat: 'ferme' },
      { adresse: 'd@x.fr' },
    ],
  });
  assert.deepEqual(addressesOf(await readAll()), ['d@x.fr']);
});

test('what was closed or replaced is not there, and a changed line gives its BAL a new date', async () => {
  await load(database.pool, {
    bals: [{ adresse: 'a@x.fr' }, { adresse: 'b@x.fr' }, { adresse: 'c@x.fr' }],
  });
  await load(database.pool, { bals: [{ adresse: 'a@x.fr' }, { adresse: 'b@x.fr', nom: 'B' }] });
  const [a, b, ...others] = await readAll();
  assert.deepEqual(
    [a?.adresse, b?.lignes.length, b?.lignes[0]?.nomExercice, others],
    ['a@x.fr', 1, 'B', []],
  );
  assert.ok(a && b && a.modifieLe < b.modifieLe);
});

test('whoever stops reading early leaves a connection that works', async () => {
  const bals = Array.from({ length: 20_000 }, (_, n) => ({
    adresse: `${n}@x.fr`,
    nom: 'N'.repeat(50),
  }));
  await load(database.pool, { bals });
  await withPublication(database.pool, async (client) => {
    for await (const page of streamBalsPubliees(client)) {
      assert.ok(page.length > 0 && page.length < bals.length);
      break;
    }
    const { rows } = await client.query<{ n: number }>('select 1 as n');
    assert.equal(rows[0]?.n, 1);
  });
  const stop = withPublication(database.pool, async (client) => {
    for await (const page of streamBalsPubliees(client))
      throw new Error(`stopped after ${page.length > 0}`);
  });
  await assert.rejects(stop, /stopped after true/);
  assert.equal((await readAll()).length, bals.length);
});

test('one publication is one state, whatever is loaded meanwhile', async () => {
  await load(database.pool, { bals: [{ adresse: 'a@x.fr' }] });
  await withPublication(database.pool, async (client, { loads, extractionDate }) => {
    await load(database.pool, { bals: [{ adresse: 'b@x.fr' }] });
    assert.deepEqual(loads, { bals: 1, inventaire: 0 });
    assert.ok(extractionDate instanceof Date);
    const seen: string[] = [];
    for await (const page of streamBalsPubliees(client)) seen.push(...addressesOf(page));
    assert.deepEqual(seen, ['a@x.fr']);
  });
  await withPublication(database.pool, (_, { loads }) => {
    assert.deepEqual(loads, { bals: 2, inventaire: 0 });
    return Promise.resolve();
  });
});

function changes(since: LoadsPublies, adressesMax = 100): Promise<BalsModifiees> {
  return withPublication(database.pool, (client) => listBalsModifiees(client, since, adressesMax));
}

async function loadAndList(
  first: Etat,
  then: readonly Etat[],
  since: LoadsPublies,
): Promise<[string[], readonly string[]]> {
  await load(database.pool, first);
  for (const etat of then) await load(database.pool, etat);
  const found = await changes(since);
  assert.ok(found.kind === 'partiel');
  return [addressesOf(found.bals), found.retirees];
}

test('changes since a load are the BAL that came, moved or went, as they are now', async () => {
  const [bals, retirees] = await loadAndList(
    { bals: ['a', 'b', 'c'].map((nom) => ({ adresse: `${nom}@x.fr` })) },
    [
      { bals: [{ adresse: 'a@x.fr' }, { adresse: 'b@x.fr', nom: 'B' }, { adresse: 'd@x.fr' }] },
      {
        bals: [
          { adresse: 'a@x.fr' },
          { adresse: 'b@x.fr', nom: 'B' },
          { adresse: 'c@x.fr', nom: 'C' },
        ],
      },
    ],
    { bals: 1, inventaire: 0 },
  );
  assert.deepEqual([bals, retirees], [['b@x.fr', 'c@x.fr'], ['d@x.fr']]);
});

test('a mark of listeRouge put on or taken off is a change', async () => {
  const inventaire = (rouge: string): Etat => ({
    inventaire: ['a', 'b', 'c'].map((nom) => ({
      adresse: `${nom}@x.fr`,
      listeRouge: nom === rouge,
    })),
  });
  const [bals, retirees] = await loadAndList(
    { bals: ['a', 'b', 'c'].map((nom) => ({ adresse: `${nom}@x.fr` })), ...inventaire('a') },
    [inventaire('b')],
    { bals: 1, inventaire: 2 },
  );
  assert.deepEqual([bals, retirees], [['a@x.fr'], ['b@x.fr']]);
});

test('nothing changed, nothing to do', async () => {
  await load(database.pool, { bals: [{ adresse: 'a@x.fr' }] });
  assert.deepEqual(await changes({ bals: 1, inventaire: 0 }), {
    kind: 'partiel',
    bals: [],
    retirees: [],
  });
});

test('without a list of changes, or with too long a one, everything is to be read again', async () => {
  const complet = { kind: 'complet' };
  await load(database.pool, { bals: [{ adresse: 'a@x.fr' }] });
  assert.deepEqual(
    await changes({ bals: 0, inventaire: 0 }),
    complet,
    'a first load keeps no list',
  );
  await load(database.pool, { bals: ['a', 'b', 'c'].map((nom) => ({ adresse: `${nom}@x.fr` })) });
  assert.equal((await changes({ bals: 1, inventaire: 0 }, 2)).kind, 'partiel');
  assert.deepEqual(await changes({ bals: 1, inventaire: 0 }, 1), complet, 'over the limit');
  await load(database.pool, { inventaire: [{ adresse: 'a@x.fr' }] });
  assert.deepEqual(await changes({ bals: 2, inventaire: 0 }), complet, 'the first inventory');
  await database.pool.query('delete from source_change');
  assert.deepEqual(await changes({ bals: 1, inventaire: 3 }), complet, 'a list that was purged');
});

test('lines are read whole wherever the chunks are cut', () => {
  const line = (adresse: string, nom: string): string =>
    [
      adresse,
      '7',
      adresse,
      'ORG',
      ...Array<string>(8).fill(''),
      nom,
      ...Array<string>(21).fill(''),
    ].join('\t');
  const bytes = Buffer.from(
    `${['é@x.fr', 'é@x.fr', 'b@x.fr'].map((adresse, n) => line(adresse, `NÖM ${n}`)).join('\n')}\n`,
  );
  const date = new Date('2026-10-09');
  for (const size of [1, 2, 3, 7, 64, bytes.length]) {
    const reader = new BalReader(new Map([[7, date]]));
    const bals: BalPubliee[] = [];
    for (let at = 0; at < bytes.length; at += size)
      bals.push(...reader.push(bytes.subarray(at, at + size)));
    bals.push(...reader.end());
    assert.deepEqual(
      bals.map(({ adresse, modifieLe, lignes }) => [
        adresse,
        modifieLe,
        lignes.map((ligne) => ligne.nomExercice),
      ]),
      [
        ['é@x.fr', date, ['NÖM 0', 'NÖM 1']],
        ['b@x.fr', date, ['NÖM 2']],
      ],
    );
  }
});
