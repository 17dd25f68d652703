import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { transaction } from '../../src/db/transaction.js';
import type { SourceFile, SourceName } from '../../src/domain/source.js';
import { prepareAdeliRpps } from '../../src/extractions/adeli-rpps/prepare.js';
import { prepareFiness } from '../../src/extractions/finess/prepare.js';
import { prepareListeBlanche } from '../../src/extractions/liste-blanche/prepare.js';
import { loadSmallSource } from '../../src/extractions/load-small.js';
import type { SmallLoaded } from '../../src/extractions/load-small.js';
import type { SmallSource } from '../../src/extractions/small-source.js';
import { insertLoad } from '../../src/store/source-load.js';
import { testDatabase } from '../support/database.js';
import { emptyTables } from '../support/empty-tables.js';

const database = await testDatabase();
const { pool } = database;
const directory = mkdtempSync(join(tmpdir(), 'load-small-'));

const now = new Date('2026-10-09T06:00:00Z');
const options = { now };

function fileOf(path: string): SourceFile {
  const { size } = statSync(path);
  return {
    path,
    version: basename(path),
    genereLe: undefined,
    sizeBytes: size,
    origin: path,
    isTemporary: false,
  };
}

function fileWith(content: string): SourceFile {
  const path = join(directory, 'source.dat');
  writeFileSync(path, content);
  return fileOf(path);
}

type Loaded = SmallLoaded & { readonly loadId: number };

async function load(source: SmallSource): Promise<Loaded> {
  return transaction(pool, async (client) => {
    const loadId = await insertLoad(client, {
      source: source.source,
      version: source.version,
      genereLe: source.genereLe,
      origin: 'test',
      sizeBytes: 1,
      layout: source.layout,
      lineCount: 0,
      rejectedCount: 0,
      duplicateCount: 0,
      addedCount: 0,
      goneCount: 0,
      isFull: false,
      warnings: [],
    });
    return { loadId, ...(await loadSmallSource(client, loadId, source)) };
  });
}

const adeli = (...lines: readonly string[]): Promise<SmallSource> =>
  Promise.resolve(
    prepareAdeliRpps(fileWith(['N° ADELI;N° RPPS', ...lines, ''].join('\n')), options),
  );

async function changesOf(loadId: number): Promise<string[]> {
  const { rows } = await pool.query<{ change: string }>(
    `select kind || ' ' || cle as change from source_change where load_id = $1::integer
     order by kind, cle`,
    [loadId],
  );
  return rows.map((row) => row.change);
}

const counts = (loaded: Loaded): readonly (number | boolean)[] => [
  loaded.lineCount,
  loaded.added,
  loaded.gone,
  loaded.unchanged,
  loaded.duplicates,
  loaded.isFull,
];

describe('loading', () => {
  after(async () => {
    rmSync(directory, { recursive: true });
    await database.drop();
  });

  beforeEach(async () => {
    await emptyTables(pool, [
      'correspondance_adeli',
      'structure_finess',
      'domaine_liste_blanche',
      'source_load',
      'source_change',
    ]);
  });

  describe('a small source', () => {
    it('is put in service whole the first time, without a list of changes', async () => {
      const loaded = await load(await adeli('012345678;10100000001', '012345679;10100000002'));
      assert.deepEqual(counts(loaded), [2, 2, 0, 0, 0, true]);
      assert.deepEqual(await changesOf(loaded.loadId), []);
    });

    it('then only opens and closes what changed, and lists it', async () => {
      const first = await load(await adeli('012345678;10100000001', '012345679;10100000002'));
      const second = await load(await adeli('012345678;10100000001', '012345670;10100000003'));
      assert.deepEqual(counts(second), [2, 1, 1, 1, 0, false]);
      const { rows } = await pool.query(
        `select adeli, first_load_id as "first", gone_load_id as "gone"
       from correspondance_adeli order by adeli`,
      );
      assert.deepEqual(rows, [
        { adeli: '012345670', first: second.loadId, gone: null },
        { adeli: '012345678', first: first.loadId, gone: null },
        { adeli: '012345679', first: first.loadId, gone: second.loadId },
      ]);
      assert.deepEqual(await changesOf(second.loadId), [
        'titulaire 012345670',
        'titulaire 012345679',
        'titulaire 10100000002',
        'titulaire 10100000003',
      ]);
    });

    it('changes nothing when loaded again, in any order of its lines', async () => {
      await load(await adeli('012345678;10100000001', '012345679;10100000002'));
      const again = await load(await adeli('012345679;10100000002', '012345678;10100000001'));
      assert.deepEqual(counts(again), [2, 0, 0, 2, 0, false]);
      assert.deepEqual(await changesOf(again.loadId), []);
    });

    it('opens a new interval for a line that comes back', async () => {
      const line = '012345678;10100000001';
      await load(await adeli(line));
      await load(await adeli('012345679;10100000002'));
      const third = await load(await adeli(line));
      const { rows } = await pool.query(
        `select first_load_id as "first", gone_load_id is null as "open" from correspondance_adeli
       where adeli = '012345678' order by first_load_id`,
      );
      assert.deepEqual(
        rows.map((row: { open: boolean }) => row.open),
        [false, true],
      );
      assert.equal((rows[1] as { first: number }).first, third.loadId);
    });

    it('never moves the end of a line that is long gone', async () => {
      await load(await adeli('012345678;10100000001'));
      const second = await load(await adeli('012345679;10100000002'));
      const third = await load(await adeli('012345679;10100000002', '012345670;10100000003'));
      assert.deepEqual(counts(third), [2, 1, 0, 1, 0, false]);
      const { rows } = await pool.query(
        `select gone_load_id as "gone" from correspondance_adeli where adeli = '012345678'`,
      );
      assert.deepEqual(rows, [{ gone: second.loadId }]);
    });

    it('keeps one of several equal lines and counts the others', async () => {
      const line = '012345678;10100000001';
      assert.deepEqual(counts(await load(await adeli(line, line, line))), [3, 1, 0, 0, 2, true]);
      assert.deepEqual(counts(await load(await adeli(line, line))), [2, 0, 0, 1, 1, false]);
    });

    it('keeps both RPPS of one ADELI number, with a warning', async () => {
      const loaded = await load(await adeli('012345678;10100000001', '012345678;10100000002'));
      assert.equal(loaded.added, 2);
      assert.match(loaded.warnings.join(), /1 numéro\(s\) ADELI correspondent à plusieurs RPPS/);
    });

    it('leaves everything as it was when its file breaks halfway', async () => {
      await load(await adeli('012345678;10100000001'));
      const before = await tables();
      const broken = await adeli('012345679;10100000002', 'x'.repeat(100_000));
      await assert.rejects(load(broken), /ligne/);
      assert.deepEqual(await tables(), before);
      assert.deepEqual(counts(await load(await adeli('012345678;10100000001'))), [
        1,
        0,
        0,
        1,
        0,
        false,
      ]);
    });
  });

  describe('each small source', () => {
    const signature = 'optional';
    const settings = { trustedPems: [], signataireCn: undefined, signature } as const;
    const excerpt = 'test/fixtures/liste-blanche/excerpt_unsigned.xml';

    it('liste-blanche: fills its table from the published excerpt and says that it is not verified', async () => {
      const source = await prepareListeBlanche(fileOf(excerpt), settings, options);
      assert.deepEqual(source.genereLe, new Date('2025-02-28T15:42:07Z'));
      const loaded = await load(source);
      assert.deepEqual(counts(loaded), [8, 8, 0, 0, 0, true]);
      assert.match(
        loaded.warnings.join(),
        /signature n'est pas vérifiée : le document n'est pas signé/,
      );
      const { rows } = await pool.query(
        `select operateur, identifiant_operateur as "identifiant", date_maj as "dateMaj"
       from domaine_liste_blanche where domaine = '15-20.mssante.fr' and dn_certificat like 'CN=smtp-1.%'`,
      );
      assert.deepEqual(rows, [
        {
          operateur: 'GIP SESAN',
          identifiant: '1750048886',
          dateMaj: new Date('2025-01-27T15:49:34Z'),
        },
      ]);
    });

    it('liste-blanche: names the domain when one of its rows comes or goes', async () => {
      const xml = (domaine: string): string =>
        `<ListeBlancheMSSante><DateDeGeneration>2026-10-09T00:00:00Z</DateDeGeneration>
       <ListeDomaines><Domaine><Nom>commun.mssante.fr</Nom></Domaine>
       <Domaine><Nom>${domaine}</Nom></Domaine></ListeDomaines></ListeBlancheMSSante>`;
      await load(await prepareListeBlanche(fileWith(xml('ancien.mssante.fr')), settings, options));
      const source = await prepareListeBlanche(fileWith(xml('neuf.mssante.fr')), settings, options);
      assert.deepEqual(await changesOf((await load(source)).loadId), [
        'domaine ancien.mssante.fr',
        'domaine neuf.mssante.fr',
      ]);
    });

    const finess = (dateFermeture: string): Promise<SmallSource> => {
      const ege = {
        informationsGeneralesEGE: {
          numFinessEge: '010000024',
          siret: '26010463100012',
          dateFermeture,
        },
      };
      const pmej = {
        informationsGeneralesPmej: { numFinessPm: '010780054', siren: '260104631' },
        ege: [ege],
      };
      return prepareFiness(
        fileWith(JSON.stringify({ pmej: [pmej] })),
        { codesFermes: [] },
        options,
      );
    };

    it('finess: names the EG, its EJ and their numbers when the EG closes', async () => {
      await load(await finess(''));
      const loaded = await load(await finess('2026-08-31'));
      assert.deepEqual(counts(loaded), [2, 1, 1, 1, 0, false]);
      assert.deepEqual(await changesOf(loaded.loadId), [
        'structure 010000024',
        'structure 010780054',
        'structure 260104631',
        'structure 26010463100012',
      ]);
      const { rows } = await pool.query(
        `select nature, finess_ej as "ej", date_fermeture::text as "fermeture", is_closed as "closed"
       from structure_finess where gone_load_id is null order by nature`,
      );
      assert.deepEqual(rows, [
        { nature: 'EG', ej: '010780054', fermeture: '2026-08-31', closed: true },
        { nature: 'EJ', ej: '010780054', fermeture: null, closed: false },
      ]);
    });

    it('finess: sees an announced closure take place without a change of the file', async () => {
      const file = await finess('2026-12-31');
      await load(file);
      const later = await prepareFiness(
        fileOf(join(directory, 'source.dat')),
        { codesFermes: [] },
        { now: new Date('2027-01-01T06:00:00Z') },
      );
      assert.deepEqual(counts(await load(later)), [2, 1, 1, 1, 0, false]);
    });

    it('finess: fills its table from the published damaged lines', async () => {
      const path = 'test/fixtures/finess/etalab-cs1100502-lines.txt';
      const loaded = await load(await prepareFiness(fileOf(path), { codesFermes: [] }, options));
      assert.deepEqual(counts(loaded), [2, 2, 0, 0, 0, true]);
      assert.match(loaded.warnings.join(), /SIRET est illisible/);
    });

    it('has columns that its table has', async () => {
      const sources: SmallSource[] = [
        await adeli(),
        await finess(''),
        await prepareListeBlanche(fileOf(excerpt), settings, options),
      ];
      const names: SourceName[] = ['adeli-rpps', 'finess', 'liste-blanche'];
      assert.deepEqual(
        sources.map(({ source }) => source),
        names,
      );
      for (const { table } of sources) {
        const { rows } = await pool.query<{ name: string }>(
          `select attname as name from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
          [table.table],
        );
        assert.deepEqual(rows.map(({ name }) => name).slice(3), table.columns);
      }
    });
  });
});

async function tables(): Promise<unknown> {
  const { rows } = await pool.query(
    `select (select json_agg(line) from correspondance_adeli as line) as lines,
       (select json_agg(load) from source_load as load) as loads`,
  );
  return rows;
}
