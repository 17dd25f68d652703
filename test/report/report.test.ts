import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { catalogueConstats, codesConstat } from '../../src/domain/constat.js';
import { expliquer } from '../../src/domain/constat-explication.js';
import { csvCell, csvHeader } from '../../src/report/csv.js';
import { padEnd, padStart, printable, widthOf, wrap } from '../../src/report/layout.js';
import { writeTo } from '../../src/commands/write-to.js';
import { writeReport, type ReportOptions } from '../../src/report/report.js';
import { findHistory } from '../../src/store/bal-annuaire.js';
import { load, vider } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { maintenant, rapprocher } from '../support/rapprochement.js';

const options: ReportOptions = {
  format: 'table',
  filters: {},
  domaines: ['chu.mssante.fr'],
  width: 100,
  now: maintenant,
  examplesMax: 3,
  fraicheur: ['Annuaire : extraction du 09/10/2026.'],
};

describe('the report', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());

  const report = async (changes: Partial<ReportOptions> = {}): Promise<string> => {
    let text = '';
    const out = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString();
        void setImmediate().then(() => done());
      },
    });
    await writeReport(db.pool, { ...options, ...changes }, writeTo(out));
    assert.equal(out.writableEnded, false, 'left open');
    return text;
  };

  type Json = Record<string, unknown> & {
    constats: { code: string; adresse: string }[];
    rapprochement: Record<string, unknown> | null;
  };
  const json = async (filters: ReportOptions['filters'] = {}): Promise<Json> =>
    JSON.parse(await report({ format: 'json', filters })) as Json;

  test('before any reconciliation says what to type', async () => {
    assert.match(await report(), /Aucun rapprochement .* « annuaire-sync reconcile »/);
    assert.deepEqual((await json()).constats, []);
  });

  test('of the type 10 counts down, and tells the forbidden creations', async () => {
    const dix = (nom: string, domaine: string) => ({
      adresse: `${nom}@${domaine}`,
      typePp: '10',
      pp: `${nom}@${domaine}`,
    });
    await vider(db.pool);
    const domaines = { domaines: [{ nom: 'chu.mssante.fr' }, { nom: 'b.mssante.fr' }] };
    await load(db.pool, { inventaire: [dix('a', 'chu.mssante.fr'), dix('b', 'b.mssante.fr')] });
    await rapprocher(db.pool, domaines, { now: maintenant });
    await load(db.pool, { inventaire: [dix('b', 'b.mssante.fr'), dix('n', 'b.mssante.fr')] });
    await rapprocher(db.pool, domaines, { now: new Date(maintenant.getTime() + 86_400_000) });
    const text = await report({ filters: { code: 'PER_TYPE_10' } });
    assert.match(
      text,
      /Compte à rebours : 2 au départ \(09\/10\/2026\), 1 apparues depuis, 1 disparues, 2 restantes\./u,
    );
    assert.match(text, /b\.mssante\.fr +1 +1 +0 +2\n/u);
    assert.match(text, /09\/10\/2026 +2 +█+\n +10\/10\/2026 +2 +█+\n/u);
    assert.match(text, /! Créations interdites détectées .* : 1\./u);
    assert.doesNotMatch(await report(), /Compte à rebours/u);
    const document = await json({ code: 'PER_TYPE_10' });
    assert.equal(document['creationsInterdites'], 1);
    assert.equal((document['decompte'] as { restants: number }).restants, 2);
    await vider(db.pool);
  });

  describe('of a small park', () => {
    before(async () => {
      await vider(db.pool);
      await load(db.pool, {
        bals: [
          {
            adresse: 'dr@chu.mssante.fr',
            rpps: '10000000018',
            structure: '1750000011',
            nom: 'LEFÈVRE',
            prenom: 'Zoé',
          },
          { adresse: 'orpheline@chu.mssante.fr', type: 'ORG', structure: '1750000011' },
        ],
        inventaire: [
          {
            adresse: 'dr@chu.mssante.fr',
            rpps: '10000000018',
            structure: '1750000011',
            service: '=cmd()',
          },
          { adresse: 'absente@chu.mssante.fr', rpps: '10000000026', structure: '1750000011' },
        ],
        activites: [
          { rpps: '10000000018', site: '750000029', raisonSociale: 'CLINIQUE DU PARC' },
          { rpps: '10000000026', site: '750000011', raisonSociale: 'CH DU PORT' },
        ],
        listeBlanche: [{ domaine: 'chu.mssante.fr' }],
      });
      await rapprocher(db.pool);
    });

    test('tells totals, findings by group, reasons, and what was not judged', async () => {
      const text = await report();
      assert.match(text, /^Rapport du 09\/10\/2026 à 12:00\n/);
      assert.match(text, /Annuaire : extraction du 09\/10\/2026\./);
      assert.match(text, /^chu\.mssante\.fr {2}PER {12}2 {9}1 {9}\d$/m);
      assert.match(text, /Constats ouverts : 4, dont 4 nouveaux au dernier rapprochement/);
      assert.match(text, /^Orphelines : 1$/m);
      const flat = text.replace(/\s+/g, ' ');
      assert.match(
        flat,
        /dr@chu\.mssante\.fr \(depuis le 09\/10\/2026\) Zoé LEFÈVRE \(RPPS 10000000018\) n’a pas d’activité connue dans la structure CH DU PORT \(FINESS 750000011\) ; il exerce à CLINIQUE DU PARC \(FINESS 750000029\)\./,
      );
      assert.match(flat, /absente@chu\.mssante\.fr .* Jamais vue dans une extraction/);
      assert.match(text, /Règles non évaluées : STRUCTURE_FERMEE \(source absente : finess\)\./);
      for (const line of text.split('\n')) assert.ok(widthOf(line) <= 100, line);
    });

    test('filters by code, group, domain, address and date', async () => {
      const codes = async (filters: ReportOptions['filters']): Promise<string[]> => {
        const { constats } = await json(filters);
        return constats.map(({ code }) => code);
      };
      assert.deepEqual(await codes({ code: 'NON_PUBLIEE' }), ['NON_PUBLIEE']);
      assert.deepEqual(await codes({ groupe: 'orphan' }), ['ORPHELINE_ANNUAIRE']);
      assert.deepEqual(await codes({ adresse: 'DR@chu.mssante.fr' }), [
        'ATTRIBUTS_DIVERGENTS',
        'TITULAIRE_HORS_STRUCTURE',
      ]);
      assert.deepEqual(await codes({ domaine: 'autre.mssante.fr' }), []);
      assert.deepEqual(await codes({ since: new Date(maintenant.getTime() + 1) }), []);
      assert.equal((await codes({ since: maintenant })).length, 4);
    });

    test('gives a CSV that a spreadsheet opens and computes nothing of', async () => {
      const text = await report({ format: 'csv' });
      assert.ok(text.startsWith('\ufeffgroupe;code;'));
      assert.equal(text.split('\r\n').length, 6);
      const rows: Record<string, string>[] = parse(text, {
        bom: true,
        delimiter: ';',
        columns: true,
      });
      assert.deepEqual(Object.keys(rows[0] ?? {}), csvHeader);
      const divergence = rows.find((row) => row['code'] === 'ATTRIBUTS_DIVERGENTS');
      assert.equal(divergence?.['serviceInventaire'], "'=cmd()");
      assert.equal(divergence['titulaireInventaire'], 'RPPS 10000000018');
      assert.equal(divergence['structuresPubliees'], 'FINESS 750000011');
      assert.equal(divergence['depuis'], '09/10/2026');
    });

    test('gives a JSON with its version, whatever is filtered out', async () => {
      const filtered = await json({ code: 'QUOTA_80' });
      assert.equal(filtered['version'], 1);
      assert.deepEqual(filtered.constats, []);
      assert.equal(filtered.rapprochement?.['mode'], 'complet');
      assert.deepEqual(filtered['reglesNonEvaluees'], [
        { code: 'STRUCTURE_FERMEE', sources: ['finess'] },
      ]);
      assert.deepEqual(filtered['totaux'], [
        { domaine: 'chu.mssante.fr', typeBal: 'ORG', inventaire: 0, publiees: 1 },
        { domaine: 'chu.mssante.fr', typeBal: 'PER', inventaire: 2, publiees: 1 },
      ]);
    });

    test('fails when its reader goes away, and lets the connection go', async () => {
      const out = new Writable({
        write(_chunk, _encoding, done) {
          done(Object.assign(new Error('closed'), { code: 'EPIPE' }));
        },
      });
      await assert.rejects(writeReport(db.pool, { ...options, format: 'json' }, writeTo(out)), {
        code: 'EPIPE',
      });
      assert.equal(db.pool.idleCount, db.pool.totalCount);
    });
  });

  test('streams more findings than a page, once each, in order', async () => {
    await vider(db.pool);
    await load(db.pool, { bals: [], inventaire: [] });
    await rapprocher(db.pool);
    await db.pool.query(
      `insert into constat (code, groupe, domaine, adresse, valeurs, opened_run_id, opened_at, changed_at)
       select 'NON_PUBLIEE', 'feed', 'chu.mssante.fr', lpad(i::text, 5, '0') || '@chu.mssante.fr', '{}', 1, now(), now()
       from generate_series(4999, 0, -1) i`,
    );
    const { constats } = await json({ code: 'NON_PUBLIEE' });
    const adresses = constats.map(({ adresse }) => adresse);
    assert.equal(new Set(adresses).size, 5000);
    assert.deepEqual(adresses, [...adresses].sort());
  });

  test('remembers when a BAL was published, and says what it does not know', async () => {
    await vider(db.pool);
    const a = { adresse: 'a@chu.mssante.fr', rpps: '1' };
    const autre = { adresse: 'b@chu.mssante.fr', rpps: '2' };
    const jours = ['2026-08-01', '2026-08-02', '2026-08-03', '2026-08-12', '2026-08-13'];
    const contenus = [[autre], [autre, a], [autre, { ...a, service: 'X' }], [autre], [autre, a]];
    for (const [i, bals] of contenus.entries()) {
      await load(db.pool, { bals });
      await db.pool.query(
        `update source_load set genere_le = $1::timestamptz where id = (select max(id) from source_load)`,
        [`${jours[i] ?? ''}T06:00:00Z`],
      );
    }
    const presences = await findHistory(db.pool, 'A@chu.mssante.fr');
    assert.deepEqual(
      presences.map(({ depuis, derniereVue, absenteDepuis, isTrou, modifications }) => [
        depuis.loadId,
        derniereVue.loadId,
        absenteDepuis?.loadId,
        isTrou,
        modifications.map(({ loadId }) => loadId),
      ]),
      [
        [2, 3, 4, true, [3]],
        [5, 5, undefined, false, []],
      ],
    );
    assert.match(
      (await report({ filters: { adresse: 'a@chu.mssante.fr' } })).replace(/\s+/g, ' '),
      /Publiée depuis l’extraction du 02\/08\/2026, modifiée dans celle du 03\/08\/2026, vue pour la dernière fois dans l’extraction du 03\/08\/2026, absente depuis celle du 12\/08\/2026 \(aucune extraction reçue entre les deux/,
    );
    assert.deepEqual(await findHistory(db.pool, 'jamais@chu.mssante.fr'), []);
  });
});

describe('a cell', () => {
  for (const [text, cell] of [
    ['simple', 'simple'],
    ['=1+1', "'=1+1"],
    ['+33', "'+33"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['a;b', '"a;b"'],
    ['dit "oui"', '"dit ""oui"""'],
    ['=a;b', `"'=a;b"`],
    ['a\nb', '"a\nb"'],
  ] as const) {
    test(`${JSON.stringify(text)} is written ${JSON.stringify(cell)}`, () => {
      assert.equal(csvCell(text), cell);
    });
  }
});

describe('the layout', () => {
  test('counts what is seen: accents, combined or not, wide characters', () => {
    assert.deepEqual(['é', 'e\u0301', '漢', 'œuvre', ''].map(widthOf), [1, 1, 2, 5, 0]);
    assert.equal(padEnd('e\u0301', 3), 'e\u0301  ');
    assert.equal(padStart('漢', 3), ' 漢');
  });
  test('wraps at spaces and never lets a file drive the terminal', () => {
    assert.deepEqual(wrap('un deux trois', 8, ' '), [' un deux', ' trois']);
    assert.equal(printable('a\u001b[31mb'), 'a\ufffd[31mb');
  });
});

describe('every code', () => {
  for (const code of codesConstat) {
    test(`${code} has a sentence even without values, and an action`, () => {
      const constat = {
        code,
        domaine: 'd.fr',
        adresse: 'a@d.fr',
        precision: '',
        typeBal: 'PER',
        valeurs: {},
      };
      assert.match(expliquer(constat), /^[A-ZÀ-Ÿ].*\.$/);
      assert.doesNotMatch(expliquer(constat), /undefined|null|\[object/);
      assert.match(catalogueConstats[code].action, /\.$/);
    });
  }
});
