// What is documented is what is: each duration, each table, each route of the API.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { purgeSettings } from '../../src/commands/purge-settings.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { categoriesConservation, durees } from '../../src/domain/conservation.js';
import { cibles } from '../../src/store/purge/cibles.js';
import { testDatabase } from '../support/database.js';

const lire = (path: string): string => readFileSync(path, 'utf8');

/** Cells of a Markdown table, without the spaces that align them. */
const cellules = (text: string): string => text.replace(/ *\| */gu, '|');

test('docs/conservation.md says each duration, its bounds and its reason', () => {
  const page = cellules(lire('docs/conservation.md'));
  for (const nom of categoriesConservation) {
    const { libelle, defaut, min, max, raison } = durees[nom];
    assert.ok(page.includes(`|\`${nom}\`|${libelle}|${defaut}|${min} à ${max}|${raison}|`), nom);
  }
});

test('each duration is that of some target, and lies within its bounds', () => {
  for (const nom of categoriesConservation) {
    const { defaut, min, max } = durees[nom];
    assert.ok(min <= defaut && defaut <= max, nom);
    assert.ok(nom === 'fichiers' || cibles.some(({ categorie }) => categorie === nom), nom);
  }
  assert.ok(durees.traces.min >= 180, 'the database refuses less');
});

/** Without personal data, or gone with the rows of another table. */
const gardees: Readonly<Record<string, string>> = {
  cle_interne: 'keys of the program',
  compte_secours: 'compte',
  constat_decompte: 'counts by day and domain',
  demande_etape: 'demande',
  evenement_envoi: 'evenement',
  feed_channel: 'one row: the state of the channel',
  mesure_hygiene: 'aggregates by domain',
  mesure_jour: 'aggregates',
  mesure_total: 'aggregates',
  plan_retenue: 'replaced by each plan',
  point_ecarte: 'names of endpoints, in force',
  purge_compte: 'the proof',
  reconcile_run: 'counts',
  ressemblance_recherche: 'one row',
  schema_migration: 'names of migrations',
  source_load: 'versions of files and counts: « depuis quand » rests on them',
  suppression_decidee: 'demande, cas_inactivite',
  trace_intention: 'gone with its trace, at the next command at the latest',
  trace_objet: 'trace',
  trace_tete: 'one row',
  usage_interface: 'aggregates by day and host',
};

test('each table of the database has its term, or its reason to be kept', async (t) => {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  const { rows } = await pool.query<{ nom: string }>(
    `select relname as nom from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`,
  );
  assert.ok(rows.length > 40);
  const sans = rows
    .map(({ nom }) => nom)
    .filter((nom) => !cibles.some(({ table }) => table === nom) && gardees[nom] === undefined);
  assert.deepEqual(sans, [], 'say in src/store/purge/ when it goes, or here why it stays');
});

test('docs/journal.md says what trace each route of the API leaves', () => {
  const page = lire('docs/journal.md');
  const { paths } = JSON.parse(lire('docs/openapi.json')) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  const routes = Object.entries(paths).flatMap(([path, methodes]) =>
    Object.keys(methodes)
      .filter((methode) => /^(?:get|put|post|patch|delete)$/u.test(methode))
      .map((methode) => `${methode.toUpperCase()} ${path.replace(/^\/api\/v1/u, '')}`),
  );
  assert.ok(routes.length >= 8, routes.join());
  assert.deepEqual(
    routes.filter((route) => !page.includes(`\`${route}\``)),
    [],
  );
});

test('the calls of the API have one duration; a settings file from before it is still obeyed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conservation-'));
  const file = join(folder, 'annuaire-sync.yaml');
  const appelsApi = (more: string): number => {
    writeFileSync(file, `operateur: { nom: Exemple, domaines: [chu.mssante.fr] }\n${more}`);
    return purgeSettings(loadSettings(file, {})).jours.appelsApi;
  };
  try {
    assert.equal(appelsApi(''), durees.appelsApi.defaut);
    assert.equal(appelsApi('conservation: { jours: { appelsApi: 60 } }\n'), 60);
    assert.equal(appelsApi('web: { limites: { appelsConservesJours: 45 } }\n'), 45);
    assert.equal(
      appelsApi(
        'conservation: { jours: { appelsApi: 60 } }\nweb: { limites: { appelsConservesJours: 90 } }\n',
      ),
      60,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
