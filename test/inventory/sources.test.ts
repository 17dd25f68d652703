import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { transaction } from '../../src/db/transaction.js';
import { partagerDomaines, type SourceInventaire } from '../../src/domain/source-inventaire.js';
import type { ImportOptions } from '../../src/inventory/apply.js';
import { dropSource, transferSource } from '../../src/inventory/drop.js';
import type { ImportResult } from '../../src/inventory/import-result.js';
import { importInventaire } from '../../src/inventory/import.js';
import { findRangs, recordRangs } from '../../src/store/bal-evenement.js';
import { lockInventaire } from '../../src/store/bal-operateur.js';
import { listParts } from '../../src/store/inventaire-parts.js';
import { findInventaireLoad, listInventaireLoads } from '../../src/store/source-load.js';
import { silentProgress } from '../../src/progress.js';
import { load as loadAnnuaire } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { inventaireFile } from '../support/inventaire-file.js';
import { constatsOuverts, rapprocher } from '../support/rapprochement.js';
import { emptyTables } from '../support/empty-tables.js';

const now = new Date('2026-06-15T10:00:00Z');
const [un, deux, fichier] = partagerDomaines([
  { nom: 'un', domaines: ['un.mssante.fr'] },
  { nom: 'deux', domaines: ['deux.mssante.fr'] },
  { nom: 'fichier', domaines: undefined },
]) as [SourceInventaire, SourceInventaire, SourceInventaire];

const rang = { horodatageUs: 5n, sequence: 1 };

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
});
after(() => database.drop());
beforeEach(async () => {
  await emptyTables(database.pool, [
    'bal_operateur',
    'source_load',
    'source_run',
    'source_reject',
    'source_change',
    'reconcile_run',
    'constat',
    'bal_evenement',
  ]);
});

/** `n0@domaine`, `n1@domaine`… */
function park(domaine: string, count: number, service = 'Cardio'): string[] {
  return Array.from(
    { length: count },
    (_, i) => `n${i}@${domaine};ORG;99000001${i % 10};${service}`,
  );
}

function load(
  source: SourceInventaire,
  lines: readonly string[],
  options: ImportOptions = {},
): Promise<ImportResult> {
  const text = ['adresse;typeBal;identifiantStructure;service', ...lines, ''].join('\n');
  return importInventaire(
    database.pool,
    inventaireFile(text),
    { source, ...options },
    silentProgress,
    now,
  );
}

async function parts(): Promise<string[]> {
  return (await listParts(database.pool)).map(({ nom, bals }) => `${nom} ${bals}`).sort();
}

describe('two sources', () => {
  it('each replaces its own lines only', async () => {
    const first = await load(un, park('un.mssante.fr', 10));
    const second = await load(deux, park('deux.mssante.fr', 4));
    assert.deepEqual([first.isFull, second.isFull], [true, false]);
    const again = await load(un, park('un.mssante.fr', 10).slice(1));
    assert.deepEqual(
      [again.source, again.balCount, again.addedCount, again.goneCount],
      ['un', 9, 0, 1],
    );
    assert.deepEqual(await parts(), ['deux 4', 'un 9']);
    assert.equal((await load(deux, park('deux.mssante.fr', 4))).outcome, 'unchanged');
  });

  it('one that shrinks trips its guard alone, the other goes in service', async () => {
    await load(un, park('un.mssante.fr', 100));
    await load(deux, park('deux.mssante.fr', 3));
    // A hundred BAL lose one among all of them, yet a third of this source.
    await assert.rejects(load(deux, park('deux.mssante.fr', 2)), {
      code: 'INVENTAIRE_REDUIT',
      message: /1 des 3 BAL/u,
    });
    assert.equal((await load(un, park('un.mssante.fr', 95))).goneCount, 5);
    assert.deepEqual(await parts(), ['deux 3', 'un 95']);
  });

  it('a domain given to another source is to be transferred: its BAL do not go, however few they are', async () => {
    const lines = [...park('neuf.mssante.fr', 50), ...park('deux.mssante.fr', 2)];
    await load({ ...fichier, autres: new Map() }, lines);
    await assert.rejects(load(fichier, park('neuf.mssante.fr', 50)), {
      code: 'INVENTAIRE_DOMAINES_CEDES',
      message: /deux\.mssante\.fr \(« deux »\) ; .*« annuaire-sync inventory transfer »/u,
    });
    assert.deepEqual(await parts(), ['fichier 52']);
    const accepted = await load(fichier, park('neuf.mssante.fr', 50), { acceptedBy: 'anne' });
    assert.deepEqual(accepted.acceptedGuards, ['INVENTAIRE_DOMAINES_CEDES']);
    assert.equal(accepted.goneCount, 2);
  });

  it('an empty one is refused even when the other is full', async () => {
    await load(un, park('un.mssante.fr', 5));
    await assert.rejects(load(deux, [], { acceptedBy: 'moi' }), { code: 'INVENTAIRE_VIDE' });
  });

  it('a column that one has lost is its own loss', async () => {
    await load(un, park('un.mssante.fr', 5));
    await load(deux, park('deux.mssante.fr', 5));
    const path = inventaireFile('adresse;typeBal\nn0@deux.mssante.fr;ORG\n');
    const lost = importInventaire(database.pool, path, { source: deux }, silentProgress, now);
    await assert.rejects(lost, /identifiantStructure, service/u);
  });

  const foreign: [name: string, source: SourceInventaire, domaine: string, message: RegExp][] = [
    ['declared by the other', un, 'deux.mssante.fr', /« un ».*deux\.mssante\.fr.*source « deux »/u],
    ['declared by none', un, 'trois.mssante.fr', /trois\.mssante\.fr n’est déclaré par aucune/u],
    ['declared, in the file of the rest', fichier, 'un.mssante.fr', /source « un »/u],
  ];
  for (const [name, source, domaine, message] of foreign) {
    it(`a line of a domain ${name} is rejected`, async () => {
      const lines = [...park('un.mssante.fr', 20), ...park('neuf.mssante.fr', 20)];
      const own = lines.filter((line) => (source === un) === line.includes('@un.'));
      const wrong = `x@${domaine};ORG;990000010;`;
      await assert.rejects(load(source, [...own, wrong]), { code: 'INVENTAIRE_INVALIDE', message });
      const result = await load(source, [...own, wrong], { skipInvalid: true });
      assert.equal(result.rejectedLineCount, 1);
      assert.equal(result.faults[0]?.code, 'DOMAINE_AUTRE_SOURCE');
      assert.equal(result.balCount, 20);
    });
  }

  it('the same file is judged again when the domains are shared otherwise', async () => {
    const path = inventaireFile('adresse;typeBal\nn0@un.mssante.fr;ORG\n');
    const give = (source: SourceInventaire | undefined): Promise<ImportResult> =>
      importInventaire(database.pool, path, { source }, silentProgress, now);
    await give(undefined);
    assert.equal((await give(undefined)).outcome, 'unchanged');
    await assert.rejects(give(fichier), { code: 'INVENTAIRE_INVALIDE' });
  });

  it('an address that another one has in service is refused, and told with both names', async () => {
    // Imported when the settings knew one source only.
    await load(
      { nom: 'fichier', domaines: undefined, autres: new Map() },
      park('un.mssante.fr', 3),
    );
    await assert.rejects(load(un, park('un.mssante.fr', 30)), {
      code: 'ADRESSE_AUTRE_SOURCE',
      exitCode: 3,
      message:
        /3 adresses de la source « un ».*n0@un\.mssante\.fr \(« fichier »\).*transfer fichier un/u,
    });
    const result = await load(un, park('un.mssante.fr', 50), { skipInvalid: true });
    assert.deepEqual([result.balCount, result.rejectedLineCount], [47, 3]);
    assert.deepEqual(await parts(), ['fichier 3', 'un 47']);
  });

  it('two imports of different sources at once both go in service, one after the other', async () => {
    await transaction(database.pool, async (client) => {
      await lockInventaire(client);
      const both = Promise.all([
        load(un, park('un.mssante.fr', 2_000)),
        load(deux, park('deux.mssante.fr', 2_000)),
      ]);
      const waiting = async (): Promise<number | null> => {
        const { rowCount } = await database.pool.query(
          `select from pg_locks where relation = 'bal_operateur'::regclass and not granted
           and database = (select oid from pg_database where datname = current_database())`,
        );
        return rowCount;
      };
      // Both have read their file although a third one holds the inventory.
      while ((await waiting()) !== 2);
      await client.query('commit');
      const results = await both;
      assert.equal(results.filter(({ isFull }) => isFull).length, 1);
    });
    assert.deepEqual(await parts(), ['deux 2000', 'un 2000']);
  });
});

describe('a source that goes', () => {
  it('is dropped as a whole, when somebody answers for it', async () => {
    await load(un, park('un.mssante.fr', 5));
    await load(deux, park('deux.mssante.fr', 4));
    await assert.rejects(dropSource(database.pool, 'deux', undefined), {
      code: 'INVENTAIRE_REDUIT',
      message: /4 BAL.*« deux »/u,
    });
    assert.deepEqual(await parts(), ['deux 4', 'un 5']);
    await dropSource(database.pool, 'deux', 'moi');
    assert.deepEqual(await parts(), ['un 5']);
    const { rows } = await database.pool.query<{ kind: string; n: number }>(
      `select kind, count(*)::integer as n from source_change where load_id = 3 group by kind order by kind`,
    );
    assert.deepEqual(rows, [
      { kind: 'adresse', n: 4 },
      { kind: 'domaine', n: 1 },
    ]);
    await assert.rejects(dropSource(database.pool, 'deux', 'moi'), { code: 'SOURCE_SANS_LIGNE' });
  });

  it('gives its lines to the one that replaces it, which finds them unchanged', async () => {
    const seule = { nom: 'fichier', domaines: undefined, autres: new Map<string, string>() };
    const lines = [...park('un.mssante.fr', 5), ...park('neuf.mssante.fr', 2)];
    await load(seule, lines);
    const { pool } = database;
    await assert.rejects(transferSource(pool, 'fichier', un, ['neuf.mssante.fr']), {
      code: 'DOMAINE_AUTRE_SOURCE',
    });
    await assert.rejects(transferSource(pool, 'fichier', deux, []), /« deux »/u);
    const moved = await transferSource(pool, 'fichier', un, []);
    assert.deepEqual([moved.domaines, moved.balCount], [['un.mssante.fr'], 5]);
    const result = await load(un, park('un.mssante.fr', 5));
    assert.deepEqual([result.outcome, result.balCount], ['unchanged', 5]);
    await assert.rejects(load(un, park('un.mssante.fr', 2)), { code: 'INVENTAIRE_REDUIT' });
    assert.deepEqual(await parts(), ['fichier 2', 'un 5']);
  });
});

describe('a source that comes back', () => {
  it('is new once it was dropped: what it held is not created again, nor told by its old events', async () => {
    const { pool } = database;
    const lines = [...park('deux.mssante.fr', 4), 'p@deux.mssante.fr;PER;;'];
    const domaines = [{ nom: 'deux.mssante.fr' }];
    await load(deux, lines);
    await rapprocher(pool, { domaines });
    await recordRangs(pool, 'deux', [{ ...rang, adresse: 'n0@deux.mssante.fr' }], now);
    await dropSource(pool, 'deux', 'moi');
    assert.equal(await findInventaireLoad(pool, 'deux'), undefined);
    assert.deepEqual(await listInventaireLoads(pool), []);
    assert.deepEqual(await findRangs(pool, 'deux', ['n0@deux.mssante.fr']), []);
    await rapprocher(pool, { domaines });
    const again = await load(deux, lines);
    assert.equal(again.creationsInterdites.nombre, 0);
    await rapprocher(pool, { domaines });
    const { rows } = await pool.query<{ v: unknown }>(
      `select valeurs -> 'creationInterdite' as v from constat
       where code = 'PER_TYPE_10' and closed_run_id is null`,
    );
    assert.deepEqual(rows, [{ v: false }]);
    const created = await load(deux, [...lines, 'q@deux.mssante.fr;PER;;']);
    assert.deepEqual(created.creationsInterdites.adresses, ['q@deux.mssante.fr']);
  });

  it('takes the newest events of its lines along under another name', async () => {
    const { pool } = database;
    const seule = { nom: 'fichier', domaines: undefined, autres: new Map<string, string>() };
    await load(seule, park('un.mssante.fr', 2));
    const adresses = ['n0@un.mssante.fr', 'n1@un.mssante.fr', 'x@neuf.mssante.fr'];
    const rangs = adresses.map((adresse) => ({ ...rang, adresse }));
    await recordRangs(pool, 'fichier', rangs, now);
    const newer = { adresse: 'n1@un.mssante.fr', horodatageUs: 9n, sequence: 0 };
    await recordRangs(pool, 'un', [newer], now);
    await transferSource(pool, 'fichier', un, []);
    const known = await findRangs(pool, 'un', adresses);
    known.sort((x, y) => (x.adresse < y.adresse ? -1 : 1));
    assert.deepEqual(known, [rangs[0], newer]);
    assert.deepEqual(await findRangs(pool, 'fichier', adresses), [rangs[2]]);
  });
});

describe('the reconciliation of several sources', () => {
  const domaines = ['un.mssante.fr', 'deux.mssante.fr', 'neuf.mssante.fr'].map((nom) => ({ nom }));

  /** What an incremental run leaves open is what a full one finds. */
  async function assertDelta(step: string): Promise<void> {
    const delta = await rapprocher(database.pool, { domaines });
    assert.equal(delta.mode, 'delta', step);
    const found = await constatsOuverts(database.pool);
    const full = await rapprocher(database.pool, { domaines }, { full: true });
    assert.equal(full.mode, 'full');
    assert.deepEqual(await constatsOuverts(database.pool), found, step);
    assert.deepEqual([full.openedCount, full.closedCount, full.changedCount], [0, 0, 0], step);
  }

  it('is the same in increments as in full, whichever source moved', async () => {
    const { pool } = database;
    const rpps = '10000000018';
    const bals = ['n0@un.mssante.fr', 'n1@deux.mssante.fr', 'perdue@deux.mssante.fr'];
    await loadAnnuaire(pool, {
      bals: bals.map((adresse) => ({ adresse, rpps })),
      activites: [{ rpps, mode: 'L' }],
      finess: [],
      listeBlanche: domaines.map(({ nom }) => ({ domaine: nom })),
      adeli: [],
    });
    await load(un, park('un.mssante.fr', 20));
    await rapprocher(pool, { domaines });
    await load(deux, [...park('deux.mssante.fr', 10), 'p@deux.mssante.fr;PER;;']);
    await assertDelta('first load of a second source');
    const { rows } = await pool.query<{ v: unknown }>(
      `select valeurs -> 'creationInterdite' as v from constat
       where code = 'PER_TYPE_10' and adresse = 'p@deux.mssante.fr' and closed_run_id is null`,
    );
    assert.deepEqual(rows, [{ v: false }], 'what a source holds at first was not created since');
    await load(un, [...park('un.mssante.fr', 19), 'q@un.mssante.fr;PER;;']);
    await load(deux, park('deux.mssante.fr', 10, 'Neuro'));
    await assertDelta('both sources moved');
    await load(fichier, park('neuf.mssante.fr', 2));
    await load(un, park('un.mssante.fr', 20));
    await assertDelta('a third one came');
    await dropSource(pool, 'deux', 'moi');
    await assertDelta('a source was dropped');
    await transferSource(pool, 'fichier', { ...un, domaines: undefined, autres: new Map() }, []);
    await assertDelta('lines passed from one source to another');
  });
});
