import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { partagerDomaines, type SourceInventaire } from '../../src/domain/source-inventaire.js';
import type { LoadOptions } from '../../src/inventory/apply.js';
import type { ImportResult } from '../../src/inventory/import-result.js';
import { importInventaire, loadLignes } from '../../src/inventory/import.js';
import { ouvrirSql, type SourceSql } from '../../src/inventory/sql/ouvrir.js';
import { listParts } from '../../src/store/inventaire-parts.js';
import { silentProgress } from '../../src/progress.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { inventaireFile } from '../support/inventaire-file.js';
import { emptyTables } from '../support/empty-tables.js';

const now = new Date('2026-06-15T10:00:00Z');
const [gestion, fichier] = partagerDomaines([
  { nom: 'gestion', domaines: ['chu.mssante.fr'] },
  { nom: 'fichier', domaines: undefined },
]) as [SourceInventaire, SourceInventaire];

let database: TestDatabase;
/** The opérateur's own. */
let platform: TestDatabase;
before(async () => {
  [database, platform] = [await testDatabase(), await testDatabase()];
  await platform.pool.query(
    `create type statut as enum ('actif', 'ferme');
     create table boite (mail text, kind char(3), rpps bigint, finess text[], rouge boolean, vue timestamptz,
       creee date, octets numeric, statut statut);
     insert into boite values
       ('A@chu.mssante.fr', 'PER', 10999999997, '{990000010,990000028}', true, '2026-06-01 10:12:30.5+02',
         '2021-03-15', 1500.00, 'actif'),
       ('b@chu.mssante.fr', 'ORG', null, '{}', null, null, null, null, 'ferme')`,
  );
});
after(async () => {
  await database.drop();
  await platform.drop();
});
beforeEach(async () => {
  await emptyTables(database.pool, [
    'bal_operateur',
    'source_load',
    'source_run',
    'source_reject',
    'source_change',
  ]);
});

const requete = `select mail as adresse, kind as "typeBal", rpps as identifiant_pp, f as identifiant_structure,
    rouge as liste_rouge, vue as derniere_authentification, creee as date_creation, octets as taille_octets,
    statut as etat, 1 as inconnue
  from boite left join unnest(finess) f on true;
  `;

function load(sql: Partial<SourceSql> = {}, options: LoadOptions = {}): Promise<ImportResult> {
  const source = { url: platform.url, requete, totalMs: 60_000, requeteMaxMs: 30_000, ...sql };
  const context = {
    now,
    limits: { rowsMax: 2_000_000, faultsKeptMax: 1_000 },
    signal: options.signal,
  };
  const ouverture = ouvrirSql(source, gestion, context);
  return loadLignes(database.pool, ouverture, { source: gestion, ...options }, silentProgress, now);
}

describe('a select on a PostgreSQL', () => {
  it('is put in service, its columns named and converted', async () => {
    const result = await load();
    assert.deepEqual([result.lineCount, result.balCount], [3, 1]);
    assert.deepEqual(result.warnings, ['Colonne inconnue « inconnue », ignorée.']);
    const { rows } = await database.pool.query(
      `select adresse, adresse_saisie, type_bal, identifiant_pp, structure_id, liste_rouge, etat,
         derniere_authentification, date_creation::text, taille_octets::text, source_inventaire
       from bal_operateur order by adresse, structure_id`,
    );
    const a = {
      adresse: 'a@chu.mssante.fr',
      adresse_saisie: 'A@chu.mssante.fr',
      type_bal: 'PER',
      identifiant_pp: '10999999997',
      structure_id: '1990000010',
      liste_rouge: true,
      etat: 'actif',
      derniere_authentification: new Date('2026-06-01T08:12:30Z'),
      date_creation: '2021-03-15',
      taille_octets: '1500',
      source_inventaire: 'gestion',
    };
    assert.deepEqual(rows.slice(0, 2), [a, { ...a, structure_id: '1990000028' }]);
    assert.equal((rows[2] as { etat: string }).etat, 'ferme');
    assert.equal((await load()).outcome, 'unchanged');
    const { rows: runs } = await database.pool.query<{ origin: string }>(
      `select origin from source_run`,
    );
    assert.ok(!runs.some(({ origin }) => origin.includes('@')), 'no account in what is kept');
  });

  it('is read a thousand rows at a time, beside another source', async () => {
    const csv = inventaireFile('adresse;typeBal\na@autre.mssante.fr;ORG\n');
    await importInventaire(database.pool, csv, { source: fichier }, silentProgress, now);
    const many = `select 'n' || n || '@chu.mssante.fr' as adresse, 'ORG' as typebal from generate_series(1, 3500) n`;
    assert.equal((await load({ requete: many })).balCount, 3_500);
    const parts = (await listParts(database.pool)).map(({ nom, bals }) => `${nom} ${bals}`);
    assert.deepEqual(parts.sort(), ['fichier 1', 'gestion 3500']);
  });

  const refused: [name: string, sql: Partial<SourceSql>, code: string, message: RegExp][] = [
    [
      'a column that is needed',
      { requete: `select mail as adresse from boite` },
      'SQL_COLONNES',
      /« typeBal » manque.*« as »/u,
    ],
    [
      'a column twice',
      { requete: `select mail as adresse, mail as adresse_bal, kind as typebal from boite` },
      'SQL_COLONNES',
      /« adresse » y est deux fois/u,
    ],
    [
      'an array',
      {
        requete: `select mail as adresse, kind as typebal, finess as identifiantstructure from boite`,
      },
      'SQL_TYPES',
      /identifiantStructure.*unnest/u,
    ],
    [
      'two statements',
      { requete: `select mail as adresse, kind as typebal from boite; drop table boite` },
      'SQL_42601',
      /Corrigez la requête : un seul « select »/u,
    ],
    [
      'a statement that is no select',
      { requete: `delete from boite returning mail as adresse` },
      'SQL_42601',
      /Corrigez la requête/u,
    ],
    [
      'a function that writes',
      {
        requete: `select mail as adresse, kind as typebal, nextval('compteur') as description from boite`,
      },
      'SQL_25006',
      /n’a droit qu’à la lecture/u,
    ],
    [
      'a table that is not there',
      { requete: `select * from absente` },
      'SQL_42P01',
      /absente.*Corrigez la requête/u,
    ],
    [
      'a statement that is too long',
      {
        requete: `select mail as adresse, kind as typebal, pg_sleep(20)::text as description from boite`,
        requeteMaxMs: 200,
      },
      'SQL_57014',
      /requeteMaxSecondes/u,
    ],
    [
      'a reading that is too long',
      {
        requete: `select mail as adresse, kind as typebal, pg_sleep(20)::text as description from boite`,
        totalMs: 200,
      },
      'SQL_DELAI_TOTAL',
      /en 0.2 s.*dernier état en service est gardé.*« totalSecondes »/u,
    ],
    [
      'a server that is not there',
      { url: 'postgres://moi:secret@127.0.0.1:1/base' },
      'SQL_ECONNREFUSED',
      /^postgres:\/\/127\.0\.0\.1:1\/base : .*Rien n’écoute/u,
    ],
    ['a base that is not there', { url: '' }, 'SQL_3D000', /n’existe pas/u],
  ];
  for (const [name, sql, code, message] of refused) {
    it(`stops at ${name}, and says what to do`, async () => {
      await platform.pool.query('create sequence if not exists compteur');
      await load();
      const url = sql.url === '' ? platform.url.replace(/\/[^/]+$/u, '/absente') : sql.url;
      await assert.rejects(
        load({ ...sql, ...(url !== undefined && { url }) }),
        (error: Error & { code: string }) => {
          assert.equal(error.code, code, error.message);
          assert.match(error.message, message);
          assert.ok(!error.message.includes('secret'));
          return true;
        },
      );
      assert.equal((await platform.pool.query('select from boite')).rowCount, 2);
      const { rowCount } = await database.pool.query(
        'select from bal_operateur where gone_load_id is null',
      );
      assert.equal(rowCount, 3);
    });
  }

  it('names the row and the column of what it rejects', async () => {
    const wrong = `select * from (values ('a@chu.mssante.fr', 'PER', 'demain'), ('b@autre.mssante.fr', 'PER', null))
      v (adresse, typebal, derniere_authentification)`;
    await assert.rejects(load({ requete: wrong }), (error: Error) => {
      assert.match(error.message, /ligne 1, colonne derniereAuthentification : « demain »/u);
      assert.match(error.message, /ligne 2, colonne adresse : .*source « gestion »/u);
      return true;
    });
  });

  it('an interruption stops the reading', async () => {
    const abort = new AbortController();
    const slow = `select mail as adresse, kind as typebal, pg_sleep(20)::text as description from boite`;
    const reading = load({ requete: slow }, { signal: abort.signal });
    const running = async (): Promise<boolean> =>
      (
        await platform.pool.query(
          `select from pg_stat_activity where datname = current_database() and query like 'fetch%'`,
        )
      ).rowCount === 1;
    while (!(await running()));
    abort.abort();
    await assert.rejects(reading, { name: 'AbortError' });
  });
});
