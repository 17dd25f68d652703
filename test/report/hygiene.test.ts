import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { HtmlValidate } from 'html-validate';
import { hygieneCsvHeader } from '../../src/report/hygiene/csv.js';
import { writeHygiene, type HygieneOptions } from '../../src/report/hygiene/hygiene.js';
import { chercherRessemblants } from '../../src/ressemblance/chercher.js';
import { load, vider } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { domaines, jour1, jour2 } from '../support/pays-mesure.js';
import { maintenant, rapprocher } from '../support/rapprochement.js';

const lendemain = new Date(maintenant.getTime() + 86_400_000);
const nosDomaines = domaines.map(({ nom }) => nom);

const attendus: Readonly<Record<string, number>> = {
  'chu.mssante.fr PER inventaire': 5,
  'chu.mssante.fr ORG inventaire': 2,
  'chu.mssante.fr APP inventaire': 1,
  'chu.mssante.fr PER inventaire_per': 5,
  'chu.mssante.fr PER liste_rouge': 2,
  'chu.mssante.fr PER publiables': 2,
  'chu.mssante.fr ORG publiables': 1,
  'chu.mssante.fr PER quota_suivies': 1,
  'chu.mssante.fr ORG quota_suivies': 1,
  'chu.mssante.fr PER publiees': 4,
  'chu.mssante.fr PER parc': 6,
  'chu.mssante.fr ORG parc': 2,
  'chu.mssante.fr APP parc': 1,
  'chu.mssante.fr PER per': 6,
  'chu.mssante.fr PER type_10': 1,
  'chu.mssante.fr PER orphelines': 1,
  'chu.mssante.fr PER perimees': 1,
  'chu.mssante.fr PER inactives': 1,
  'chu.mssante.fr PER quota_80': 1,
  'chu.mssante.fr ORG quota_100': 1,
  'chu.mssante.fr ORG non_publiees': 1,
  'chu.mssante.fr PER liste_rouge_publiees': 1,
  'chu.mssante.fr PER a_traiter': 5,
  'chu.mssante.fr ORG a_traiter': 1,
  'chu.mssante.fr  domaines_ressemblants': 1,
  'vide.mssante.fr  domaines_hors_liste_blanche': 1,
  'vide.mssante.fr  domaines_sans_bal': 1,
};

describe('the figures of hygiene', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(async () => {
    await vider(db.pool);
    await load(db.pool, jour1);
    await chercherRessemblants(db.pool, nosDomaines, maintenant);
    await rapprocher(db.pool, { domaines }, { now: maintenant });
  });

  const mesures = async (jour: string): Promise<Record<string, number>> => {
    const { rows } = await db.pool.query<{ cle: string; valeur: number }>(
      `select domaine || ' ' || type_bal || ' ' || chiffre as cle, valeur from mesure_du_jour where jour = $1::date`,
      [jour],
    );
    return Object.fromEntries(rows.map(({ cle, valeur }) => [cle, valeur]));
  };
  const report = async (changes: Partial<HygieneOptions> = {}): Promise<string> => {
    let text = '';
    const options: HygieneOptions = {
      format: 'table',
      operateur: 'GIP Exemple',
      domaine: undefined,
      depuis: '2026-01-01',
      width: 120,
      now: lendemain,
      fraicheur: ['Annuaire : extraction du 09/10/2026.'],
      ...changes,
    };
    await writeHygiene(db.pool, options, (chunk) => {
      text += chunk;
      return Promise.resolve();
    });
    return text;
  };
  const secondJour = async (): Promise<void> => {
    await load(db.pool, jour2);
    await rapprocher(db.pool, { domaines }, { now: lendemain });
  };

  test('are those counted by hand', async () => {
    assert.deepEqual(await mesures('2026-10-09'), attendus);
  });

  test('follow the days, and write what changed only', async () => {
    await secondJour();
    assert.deepEqual(await mesures('2026-10-09'), attendus);
    const partis = ['chu.mssante.fr PER type_10', 'chu.mssante.fr ORG non_publiees'];
    const restants = Object.fromEntries(
      Object.entries(attendus).filter(([cle]) => !partis.includes(cle)),
    );
    assert.deepEqual(await mesures('2026-10-10'), {
      ...restants,
      'chu.mssante.fr PER inventaire': 4,
      'chu.mssante.fr PER inventaire_per': 4,
      'chu.mssante.fr PER parc': 5,
      'chu.mssante.fr PER per': 5,
      'chu.mssante.fr ORG publiees': 1,
      'chu.mssante.fr PER a_traiter': 4,
    });
    const { rows } = await db.pool.query<{ n: number }>(
      `select count(*)::integer as n from mesure_hygiene where depuis = '2026-10-10'`,
    );
    assert.equal(rows[0]?.n, 6);
  });

  test('of a day are those of its last reconciliation', async () => {
    await secondJour();
    const sansRetour = await mesures('2026-10-10');
    await load(db.pool, { bals: jour1.bals ?? [], inventaire: jour1.inventaire ?? [] });
    await rapprocher(db.pool, { domaines }, { now: new Date(lendemain.getTime() + 3_600_000) });
    assert.deepEqual(await mesures('2026-10-10'), attendus);
    await secondJour();
    assert.deepEqual(await mesures('2026-10-10'), sansRetour);
  });

  test('of the past are never written again', async () => {
    await secondJour();
    const avant = await mesures('2026-10-09');
    await rapprocher(db.pool, { domaines }, { now: maintenant, full: true });
    assert.deepEqual(await mesures('2026-10-09'), avant);
  });

  test('a run that finds nothing new writes nothing', async () => {
    await rapprocher(db.pool, { domaines }, { now: lendemain });
    const { rows } = await db.pool.query<{ n: number }>(
      `select count(*)::integer as n from mesure_hygiene where depuis = '2026-10-10' or jusqua is not null`,
    );
    assert.equal(rows[0]?.n, 0);
    assert.deepEqual(await mesures('2026-10-10'), attendus);
  });

  type Json = {
    premierJour: string;
    chiffres: {
      chiffre: string;
      valeur: number | null;
      part: number | null;
      ecart: number | null;
      etat: string;
    }[];
    jours: {
      jour: string;
      bases: Record<string, number>;
      chiffres: Record<string, { valeur: number } | null>;
    }[];
    domaines: { domaine: string; attention: number }[];
  };
  const json = async (changes: Partial<HygieneOptions> = {}): Promise<Json> =>
    JSON.parse(await report({ format: 'json', ...changes })) as Json;

  test('in JSON carry shares, trends and days', async () => {
    await secondJour();
    const document = await json();
    assert.equal(document.premierJour, '2026-10-09');
    const de = (nom: string) => document.chiffres.find(({ chiffre }) => chiffre === nom);
    assert.deepEqual(
      [de('type_10')?.valeur, de('type_10')?.ecart, de('type_10')?.etat],
      [0, -1, 'bon'],
    );
    assert.equal(de('inactives')?.part, 1 / 4);
    assert.equal(de('orphelines')?.part, 1 / 8);
    assert.equal(de('operations_confirmees')?.etat, 'neutre');
    assert.deepEqual(
      document.jours.map(({ jour, chiffres }) => [jour, chiffres['type_10']?.valeur]),
      [
        ['2026-10-09', 1],
        ['2026-10-10', 0],
      ],
    );
    assert.deepEqual(
      document.domaines.map(({ domaine, attention }) => [domaine, attention]),
      [
        ['chu.mssante.fr', 6],
        ['vide.mssante.fr', 2],
      ],
    );
    assert.equal((await json({ domaine: 'vide.mssante.fr' })).jours[0]?.bases['parc'], 0);
    assert.equal((await json({ depuis: '2026-10-10' })).jours[0]?.bases['parc'], 8);
  });

  test('that a source never loaded leaves unknown are told so, never as 0', async () => {
    await vider(db.pool);
    await load(db.pool, { bals: jour1.bals ?? [] });
    await rapprocher(db.pool, { domaines }, { now: maintenant });
    const document = await json();
    assert.equal(document.jours[0]?.chiffres['inactives'], null);
    assert.deepEqual(document.jours[0].bases['parc'], 4);
    const cell = await premiereLigne();
    assert.equal(cell['inactives'], '');
    assert.equal(cell['publiees'], '4');
    assert.match(await report(), /BAL personnelles inactives +Non évalué/u);
    assert.match(await report({ format: 'html' }), /Une source nécessaire n’a jamais été chargée/u);
  });

  const premiereLigne = async (): Promise<Record<string, string>> => {
    const text = await report({ format: 'csv' });
    const rows = parse<Record<string, string>>(text, { bom: true, delimiter: ';', columns: true });
    return rows[0] ?? {};
  };

  test('in CSV have one row per day, domain and type', async () => {
    await secondJour();
    const text = await report({ format: 'csv' });
    const rows = parse(text, { bom: true, delimiter: ';' });
    assert.deepEqual(rows[0], hygieneCsvHeader);
    const chiffre = (row: readonly string[], nom: string) =>
      row[hygieneCsvHeader.findIndex((titre) => titre === nom)];
    assert.deepEqual(
      rows
        .slice(1)
        .map((row) => [...row.slice(0, 3), chiffre(row, 'parc'), chiffre(row, 'type_10')]),
      ['2026-10-09', '2026-10-10'].flatMap((jour, rang) => [
        [jour, 'chu.mssante.fr', '', '0', '0'],
        [jour, 'chu.mssante.fr', 'APP', '1', '0'],
        [jour, 'chu.mssante.fr', 'ORG', '2', '0'],
        [jour, 'chu.mssante.fr', 'PER', String(6 - rang), String(1 - rang)],
        [jour, 'vide.mssante.fr', '', '0', '0'],
      ]),
    );
  });

  test('on a terminal say the state, the share and the trend', async () => {
    await secondJour();
    const text = await report();
    assert.match(text, /BAL orphelines +À traiter +1 +12,5\s% +stable depuis le 09\/10\/2026/u);
    assert.match(text, /\(type 10\) +Bon +0 +0\s% +−1 depuis le 09\/10\/2026/u);
    assert.match(text, /relevés à chaque rapprochement depuis le 09\/10\/2026/u);
    assert.match(text, /chu\.mssante\.fr +8 +6/u);
  });

  test('before any reconciliation say what to type', async () => {
    await vider(db.pool);
    assert.match(await report(), /Aucune mesure encore : lancez « annuaire-sync reconcile »/u);
    assert.match(await report({ format: 'html' }), /Aucune mesure encore/u);
    assert.deepEqual((await json()).jours, []);
  });

  test('outside of the period asked for, say so', async () => {
    assert.match(await report({ depuis: '2027-01-01' }), /Aucune mesure dans la période demandée/u);
  });

  const valider = async (page: string): Promise<void> => {
    const validator = new HtmlValidate({
      extends: ['html-validate:standard', 'html-validate:a11y'],
      rules: { 'long-title': 'off' },
    });
    const { valid, results } = await validator.validateString(page);
    assert.ok(
      valid,
      JSON.stringify(
        results
          .flatMap(({ messages }) =>
            messages.map(({ ruleId, message, line }) => [ruleId, message, line]),
          )
          .slice(0, 10),
      ),
    );
  };

  test('as a page are valid HTML, without script nor anything from elsewhere', async () => {
    await secondJour();
    const page = await report({ format: 'html' });
    await valider(page);
    assert.match(page, /<html lang="fr">/u);
    assert.match(page, /default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]+=*'/u);
    const style = /<style>(?<texte>[^]*?)<\/style>/u.exec(page)?.groups?.['texte'] ?? '';
    assert.ok(page.includes(`'sha256-${createHash('sha256').update(style).digest('base64')}'`));
    assert.doesNotMatch(page, /<script|javascript:|\son\w+=|\sstyle=|https?:|@import|url\(/iu);
    assert.equal(page.match(/<svg viewBox="0 0 400 200" role="img"/gu)?.length, 6);
    assert.equal(page.match(/<title id=/gu)?.length, 6);
    assert.equal(page.match(/<details>/gu)?.length, 6);
  });

  test('as a page escape hostile names', async () => {
    const hostile = `x"><script>alert(1)</script>.mssante.fr`;
    const bidi = '\u202egpj.exe\u0000';
    await db.pool.query(
      `insert into mesure_hygiene (domaine, chiffre, valeur, depuis) values ($1::text, 'parc', 1, '2026-10-09'),
         ($2::text, 'a_traiter', 7, '2026-10-09')`,
      [hostile, `\u202e'&<b>.fr`],
    );
    const page = await report({
      format: 'html',
      operateur: `</title><img src=x onerror="a()">${bidi}`,
    });
    await valider(page);
    assert.doesNotMatch(page, /<script|<img|<b>|\u202e|\u0000/u);
    assert.ok(page.includes('x&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;.mssante.fr'));
    assert.ok(page.includes('\ufffd&#39;&amp;&lt;b&gt;.fr'));
    const table = await report({ operateur: `A\u001b[2J` });
    assert.doesNotMatch(table, /\u001b/u);
  });

  test('as a page of 500 domains and a year weigh less than 500 KB, and say what they leave out', async () => {
    await db.pool.query(
      `insert into mesure_jour (jour, run_id, mesure_at)
       select '2026-10-09'::date - n, r.id, now() - n * interval '1 day' from generate_series(1, 360) n,
         (select max(id) as id from reconcile_run) r`,
    );
    await db.pool.query(
      `insert into mesure_hygiene (domaine, type_bal, chiffre, valeur, depuis)
       select 'etablissement-hospitalier-numero-' || n || '.mssante.fr', 'PER', c, n, '2025-11-01'
       from generate_series(1, 500) n, unnest('{parc,per,type_10,orphelines,perimees,inactives,a_traiter}'::text[]) c`,
    );
    const page = await report({ format: 'html', depuis: '2025-10-10' });
    assert.ok(Buffer.byteLength(page) < 500_000, `${Buffer.byteLength(page)} bytes`);
    assert.match(page, /… et 302 autres domaines/u);
    await valider(page);
  });
});
