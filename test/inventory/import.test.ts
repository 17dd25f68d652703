import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import { transaction } from '../../src/db/transaction.js';
import { AppError, RefusedError } from '../../src/errors.js';
import type { ImportOptions } from '../../src/inventory/apply.js';
import { importInventaire } from '../../src/inventory/import.js';
import { InvalidInventaireError, type ImportResult } from '../../src/inventory/import-result.js';
import { silentProgress, type Progress } from '../../src/progress.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { inventaireFile } from '../support/inventaire-file.js';
import { emptyTables } from '../support/empty-tables.js';

const now = new Date('2026-06-15T10:00:00Z');
const header =
  'adresse;typeBal;identifiantPp;identifiantStructure;service;etat;derniereAuthentification;tailleOctets';

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
  ]);
});

function csv(...lines: string[]): string {
  return [header, ...lines, ''].join('\n');
}

/** `count` BAL of one domain, each changed by `change`. */
function park(count: number, change: (line: string, index: number) => string = (line) => line) {
  return Array.from({ length: count }, (_, index) =>
    change(
      `n${index}@chu.mssante.fr;PER;10999999997;99000001${index % 10};Cardio;actif;;10`,
      index,
    ),
  );
}

function load(
  content: string,
  options: ImportOptions = {},
  progress: Progress = silentProgress,
): Promise<ImportResult> {
  return importInventaire(database.pool, inventaireFile(content), options, progress, now);
}

async function query<Row extends object>(sql: string): Promise<Row[]> {
  return (await database.pool.query<Row>(sql)).rows;
}

/** Lines of the table: address, service, first and last load. */
async function history(): Promise<string[]> {
  const rows = await query<{ text: string }>(
    `select concat_ws(' ', split_part(adresse, '@', 1), service_rattachement, etat, first_load_id,
       gone_load_id) as text
     from bal_operateur order by adresse, first_load_id, structure_id`,
  );
  return rows.map(({ text }) => text);
}

async function runs(): Promise<string[]> {
  const rows = await query<{ text: string }>(
    `select concat_ws(' ', outcome, code, 'load:' || load_id,
       case when finished_at is null then 'open' end) as text from source_run order by id`,
  );
  return rows.map(({ text }) => text);
}

async function changes(loadId: number): Promise<string[]> {
  const rows = await query<{ text: string }>(
    `select kind || ' ' || cle as text from source_change where load_id = ${loadId}
     order by kind, cle`,
  );
  return rows.map(({ text }) => text);
}

describe('an import', () => {
  it('puts every value in service as it was read', async () => {
    const all =
      'adresse;typeBal;typeIdentifiantPp;identifiantPp;typeIdentifiantStructure;identifiantStructure;service;' +
      'responsable;description;listeRouge;preferee;etat;dateCreation;derniereAuthentification;tailleOctets;quotaOctets;transfertVers';
    const line =
      'A.B@Chu.mssante.fr;PER;RPPS;10999999997;FINESS;990000010;"Car\\N\t;d""io";Resp;"un\r\ndeux\\.";oui;oui;suspendue;' +
      '15/03/2021;15/07/2025 08:30;1 500;2 Gio;C@d.fr';
    const result = await load(`${all}\n${line}\n`);
    assert.equal(result.outcome, 'loaded');
    assert.equal(result.isFull, true);
    const [row] = await query(
      `select adresse, domaine, adresse_saisie, type_bal, type_identifiant_pp, identifiant_pp,
         type_identifiant_structure, identification_structure, structure_id, service_rattachement,
         responsable, description, liste_rouge, preferee, etat, date_creation::text, transfert_vers,
         derniere_authentification, taille_octets::text, quota_octets::text, first_load_id, gone_load_id
       from bal_operateur`,
    );
    assert.deepEqual(row, {
      adresse: 'a.b@chu.mssante.fr',
      domaine: 'chu.mssante.fr',
      adresse_saisie: 'A.B@Chu.mssante.fr',
      type_bal: 'PER',
      type_identifiant_pp: '8',
      identifiant_pp: '10999999997',
      type_identifiant_structure: '1',
      identification_structure: '990000010',
      structure_id: '1990000010',
      service_rattachement: 'Car\\N\t;d"io',
      responsable: 'Resp',
      description: 'un\ndeux\\.',
      liste_rouge: true,
      preferee: true,
      etat: 'suspendu',
      date_creation: '2021-03-15',
      transfert_vers: 'c@d.fr',
      derniere_authentification: new Date('2025-07-15T06:30:00Z'),
      taille_octets: '1500',
      quota_octets: '2147483648',
      first_load_id: result.loadId,
      gone_load_id: null,
    });
    assert.deepEqual(await changes(result.loadId), []);
    assert.deepEqual(await runs(), [`loaded load:${result.loadId}`]);
  });

  it('keeps as history what changes, and lists the changed BAL and domains', async () => {
    await load(csv(...park(30), 'seule@petit.mssante.fr;ORG;;;Accueil;actif;;'));
    const changed = park(30, (line, index) =>
      index === 3
        ? line.replace('Cardio', 'Neuro')
        : index === 4
          ? line.replace(/;;10$/, ';2026-06-01;99')
          : line,
    ).slice(1);
    const result = await load(csv(...changed, 'neuve@nouveau.mssante.fr;ORG;;;Accueil;actif;;'));
    assert.deepEqual(
      [result.outcome, result.isFull, result.balCount, result.addedCount, result.goneCount],
      ['loaded', false, 30, 2, 3],
    );
    assert.equal(result.refreshedCount, 1);
    const lines = await history();
    assert.deepEqual(
      lines.filter((line) => /^(n0|n3|n4|seule|neuve) /.test(line)),
      [
        'n0 Cardio actif 1 2',
        'n3 Cardio actif 1 2',
        'n3 Neuro actif 2',
        'n4 Cardio actif 1',
        'neuve Accueil actif 2',
        'seule Accueil actif 1 2',
      ],
    );
    assert.deepEqual(await changes(2), [
      'adresse n0@chu.mssante.fr',
      'adresse n3@chu.mssante.fr',
      'adresse n4@chu.mssante.fr',
      'adresse neuve@nouveau.mssante.fr',
      'adresse seule@petit.mssante.fr',
      'domaine nouveau.mssante.fr',
      'domaine petit.mssante.fr',
    ]);
  });

  it('names a domain whose last BAL is closed by its état', async () => {
    const line = 'seule@petit.mssante.fr;ORG;;;Accueil;actif;;';
    await load(csv(...park(20), line));
    const result = await load(csv(...park(20), line.replace('actif', 'fermée')));
    assert.deepEqual(await changes(result.loadId), [
      'adresse seule@petit.mssante.fr',
      'domaine petit.mssante.fr',
    ]);
    assert.equal(result.balCount, 20);
  });

  it('writes nothing for the same content, whether the same bytes or another order', async () => {
    const first = await load(csv(...park(5)));
    for (const lines of [park(5), park(5).reverse()]) {
      const again = await load(csv(...lines));
      assert.equal(again.outcome, 'unchanged');
      assert.equal(again.loadId, first.loadId);
      assert.equal(again.balCount, 5);
    }
    assert.equal((await query('select from source_load')).length, 1);
    assert.deepEqual(await runs(), ['loaded load:1', 'unchanged load:1', 'unchanged load:1']);
    assert.equal((await history()).length, 5);
  });

  it('gives back its place to a BAL that returns', async () => {
    await load(csv(...park(20)));
    await load(csv(...park(19)));
    await load(csv(...park(20)));
    const lines = (await history()).filter((line) => line.startsWith('n19 '));
    assert.deepEqual(lines, ['n19 Cardio actif 1 2', 'n19 Cardio actif 3']);
  });
});

describe('a wrong file', () => {
  it('imports nothing, tells every fault, and is recorded with its rejected lines', async () => {
    await load(csv(...park(5)));
    const bad = csv(
      ...park(5, (line, i) => (i < 2 ? line.replace('PER', 'XXX') : line)),
      ';;;;;;;',
    );
    await assert.rejects(load(bad), (error) => {
      assert.ok(error instanceof InvalidInventaireError);
      assert.equal(error.exitCode, 3);
      assert.equal(error.faultCount, 2);
      assert.match(error.message, /ligne 2, colonne typeBal.*XXX/);
      assert.match(error.message, /ligne 3, colonne typeBal/);
      assert.match(error.message, /--skip-invalid/);
      return true;
    });
    assert.deepEqual(await runs(), ['loaded load:1', 'refused INVENTAIRE_INVALIDE']);
    const rejects = await query('select run_id, line, column_name, code from source_reject');
    assert.deepEqual(rejects, [
      { run_id: 2, line: 2, column_name: 'typeBal', code: 'TYPE_BAL_INCONNU' },
      { run_id: 2, line: 3, column_name: 'typeBal', code: 'TYPE_BAL_INCONNU' },
    ]);
    assert.equal((await history()).length, 5);
  });

  it('under skip-invalid leaves the BAL of wrong lines as they were in service', async () => {
    await load(csv(...park(20)));
    const lines = park(20, (line, index) => {
      if (index === 0) return line.replace('PER', 'XXX');
      return index === 1 ? line.replace('Cardio', 'Neuro') : line;
    });
    const result = await load(csv(...lines.slice(0, 19)), { skipInvalid: true });
    assert.equal(result.rejectedLineCount, 1);
    assert.deepEqual([result.addedCount, result.goneCount, result.balCount], [1, 2, 19]);
    const lines01 = (await history()).filter((line) => /^n(0|1|19) /.test(line));
    assert.deepEqual(lines01, [
      'n0 Cardio actif 1',
      'n19 Cardio actif 1 2',
      'n1 Cardio actif 1 2',
      'n1 Neuro actif 2',
    ]);
    const [row] = await query('select rejected_count, warnings from source_load where id = 2');
    assert.match(JSON.stringify(row), /"rejected_count":1.*laissées de côté/);
  });

  it('under skip-invalid is told wrong again when it comes back the same', async () => {
    const content = csv(...park(20), 'x@chu.mssante.fr;?;;;;;;');
    await load(content, { skipInvalid: true });
    const again = await load(content, { skipInvalid: true });
    assert.deepEqual([again.outcome, again.faultCount], ['unchanged', 1]);
    await assert.rejects(load(content), InvalidInventaireError);
  });

  it('under skip-invalid takes the right lines of a BAL that is not in service yet', async () => {
    await load(csv(...park(20)));
    const twice = 'neuve@chu.mssante.fr;ORG;;990000010;Accueil;actif;;';
    await load(csv(...park(20), twice, twice), { skipInvalid: true });
    const lines = (await history()).filter((line) => line.startsWith('neuve'));
    assert.deepEqual(lines, ['neuve Accueil actif 2']);
  });

  it('with an address that cannot be read makes no BAL disappear', async () => {
    await load(csv(...park(20)));
    const lines = park(20, (line, index) => (index === 0 ? line.replace('@', ' ') : line));
    const result = await load(csv(...lines.slice(0, 19), 'neuve@chu.mssante.fr;ORG;;;;;;'), {
      skipInvalid: true,
    });
    assert.deepEqual([result.addedCount, result.goneCount, result.balCount], [1, 0, 21]);
    assert.match(result.warnings.join('\n'), /aucune disparition/);
  });

  it('that stops being CSV is refused even under skip-invalid', async () => {
    await assert.rejects(load(csv('a@b.fr;"PER'), { skipInvalid: true }), InvalidInventaireError);
  });

  it('that does not exist is recorded too', async () => {
    const options = { acceptedBy: 'test' };
    const missing = importInventaire(
      database.pool,
      '/nulle/part.csv',
      options,
      silentProgress,
      now,
    );
    await assert.rejects(missing, { code: 'INVENTAIRE_INTROUVABLE', exitCode: 2 });
    assert.deepEqual(await runs(), ['failed INVENTAIRE_INTROUVABLE']);
  });
});

describe('guards', () => {
  const closing = (line: string, index: number) =>
    index < 3 ? line.replace('actif', 'ferme') : line;
  const cases: [string, string[], string, RegExp][] = [
    [
      'an inventory shrunk by 15 %',
      park(17),
      'INVENTAIRE_REDUIT',
      /3 des 20 BAL.*15 %.*10 %.*--accept/,
    ],
    ['15 % of BAL closed by their état', park(20, closing), 'INVENTAIRE_REDUIT', /3 des 20/],
    [
      'other BAL in the same number',
      park(20, (line) => `x${line}`),
      'INVENTAIRE_REDUIT',
      /20 des 20 BAL.*100 %/,
    ],
  ];
  for (const [name, lines, code, message] of cases)
    it(`${name} is refused, unless somebody answers for it`, async () => {
      await load(csv(...park(20)));
      const content = csv(...lines);
      await assert.rejects(load(content), (error) => {
        assert.ok(error instanceof RefusedError);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      });
      assert.deepEqual(await runs(), ['loaded load:1', `refused ${code}`]);
      assert.equal((await history()).length, 20);
      const accepted = await load(content, { acceptedBy: 'C. Exemple' });
      assert.equal(accepted.outcome, 'loaded');
      assert.equal(accepted.acceptedGuards.includes(code), true);
      const [run] = await query('select accepted_guards from source_run where id = 3');
      assert.match(JSON.stringify(run), new RegExp(`${code} \\(C\\. Exemple\\)`));
    });

  it('an inventory shrunk by the limit exactly passes, and the limit is a setting', async () => {
    await load(csv(...park(20)));
    assert.equal((await load(csv(...park(18)))).outcome, 'loaded');
    await assert.rejects(load(csv(...park(17)), { guards: { lostRatioMax: 0.01 } }), RefusedError);
  });

  it('BAL that were closed already leave the inventory freely', async () => {
    const closed = park(10, (line) => `x${line}`.replace('actif', 'ferme'));
    await load(csv(...park(20), ...closed));
    const result = await load(csv(...park(20)));
    assert.deepEqual([result.outcome, result.goneCount, result.balCount], ['loaded', 10, 20]);
  });

  it('a first inventory that is empty is refused', async () => {
    await assert.rejects(load(csv()), { code: 'INVENTAIRE_VIDE' });
  });

  it('an empty inventory is refused whoever answers for it', async () => {
    await load(csv(...park(20)));
    for (const options of [{}, { acceptedBy: 'anne' }]) {
      await assert.rejects(load(csv(), options), {
        code: 'INVENTAIRE_VIDE',
        exitCode: 3,
        message: /aucune BAL.*20 des 20 BAL/u,
      });
    }
    assert.deepEqual(await runs(), [
      'loaded load:1',
      'refused INVENTAIRE_VIDE',
      'refused INVENTAIRE_VIDE',
    ]);
  });

  it('a column that held something and is gone is refused, naming it', async () => {
    await load(csv(...park(3)));
    const without = csv(...park(3)).replace(';service', ';x-service');
    await assert.rejects(load(without), (error) => {
      assert.ok(error instanceof RefusedError);
      assert.equal(error.code, 'INVENTAIRE_COLONNES');
      assert.match(error.message, /manquent dans le fichier : service\./);
      return true;
    });
  });

  it('too many rejected lines are refused under skip-invalid', async () => {
    const half = park(10, (line, index) => (index % 2 ? line : line.replace('PER', '?')));
    const refused = load(csv(...half), { skipInvalid: true });
    await assert.rejects(refused, { code: 'INVENTAIRE_REJETS', exitCode: 3 });
  });
});

describe('what goes wrong meanwhile', () => {
  /** Calls `act` once, at the first lines read. */
  function whileReading(act: () => Promise<void> | void): Progress {
    let acted: Promise<void> | void;
    return { ...silentProgress, update: () => void (acted ??= act() ?? Promise.resolve()) };
  }

  const big = csv(...park(20_000));

  it('a connection cut in the middle leaves the last good state, and the next import finishes the job', async () => {
    await load(csv(...park(5)));
    const cut = async (): Promise<void> => {
      await query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and state like 'active%' and query ilike 'copy %'`,
      );
    };
    await assert.rejects(load(big, {}, whileReading(cut)));
    assert.equal((await history()).length, 5);
    assert.deepEqual(await runs(), ['loaded load:1', 'failed ECHEC_IMPORT']);
    assert.equal((await load(big)).balCount, 20_000);
  });

  it('an interruption leaves the last good state and is recorded as such', async () => {
    await load(csv(...park(5)));
    const abort = new AbortController();
    const stop = whileReading(() => abort.abort());
    await assert.rejects(load(big, { signal: abort.signal }, stop), { name: 'AbortError' });
    assert.equal((await history()).length, 5);
    assert.deepEqual(await runs(), ['loaded load:1', 'interrupted INTERROMPU']);
  });

  it('an attempt that a killed program left open is closed by the next', async () => {
    await query(`insert into source_run (source, inventaire_source)
       values ('inventaire', 'fichier'), ('bals', null)`);
    await load(csv(...park(5)));
    assert.deepEqual(await runs(), ['interrupted INTERROMPU', 'running open', 'loaded load:1']);
  });

  it('of two imports at once, one is told that the other is at work', async () => {
    const results = await Promise.allSettled([load(big), load(big)]);
    const refused = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    assert.equal(refused.length, 1);
    assert.ok(refused[0] instanceof AppError);
    assert.equal(refused[0].code, 'INVENTAIRE_OCCUPE');
    assert.equal((await query('select from source_load')).length, 1);
  });

  it('two transactions that both believe to hold the lock do not both load', async () => {
    await load(csv(...park(5)));
    await transaction(database.pool, async (client) => {
      await client.query('lock table bal_operateur in share row exclusive mode');
      const waiting = load(csv(...park(6)));
      const blocked = async (): Promise<boolean> => {
        const { rowCount } = await database.pool.query(
          `select from pg_locks where relation = 'bal_operateur'::regclass and not granted
           and database = (select oid from pg_database where datname = current_database())`,
        );
        return rowCount === 1;
      };
      while (!(await blocked()));
      await client.query(`update bal_operateur set gone_load_id = 1 where adresse like 'n4@%'`);
      await client.query('commit');
      assert.equal((await waiting).addedCount, 2);
    });
  });

  it('a file that changes while it is read is not taken for whole', async () => {
    const path = inventaireFile(big);
    const grow = whileReading(() => {
      writeFileSync(path, 'tardive@chu.mssante.fr;ORG;;;;;;\n', { flag: 'a' });
    });
    const growing = importInventaire(database.pool, path, {}, grow, now);
    await assert.rejects(growing, { code: 'INVENTAIRE_MODIFIE' });
    assert.deepEqual(await history(), []);
  });
});

describe('a PER that names no professional', () => {
  const header10 = 'adresse;typeBal;typeIdentifiantPp;identifiantPp;etat';
  const file = (...lines: string[]): string => [header10, ...lines, ''].join('\n');
  const z = 'z@chu.mssante.fr;PER;8;10999999997;';
  const a = 'a@chu.mssante.fr;PER;10;a@chu.mssante.fr;';
  const b = 'b@chu.mssante.fr;PER;10;;';

  it('is accepted, and told when the previous import did not have it', async () => {
    const first = await load(file(z, a));
    assert.deepEqual(first.creationsInterdites, { nombre: 0, adresses: [] });
    const second = await load(file(z, a, b, 'c@chu.mssante.fr;PER;10;;fermé'));
    assert.deepEqual(second.creationsInterdites, { nombre: 1, adresses: ['b@chu.mssante.fr'] });
    assert.match(second.warnings.join(), /Création interdite détectée \(EX_GBM_4312\) : 1 BAL/u);
    const third = await load(file(z.replace('8;10999999997', '10;z@chu.mssante.fr'), a, b));
    assert.deepEqual(third.creationsInterdites.adresses, ['z@chu.mssante.fr']);
  });
});
