// The first page and the findings in a real browser: nothing that axe refuses, nothing that scrolls sideways, by day and by night.
import { after, before } from 'node:test';
import { ecranAccueil } from '../../../src/web/console/accueil/ecran.js';
import { ecranConstats } from '../../../src/web/console/constats/ecran.js';
import { axe } from '../../support/axe.js';
import { formats, testInBrowser } from '../../support/browser.js';
import { startConsole, type ConsoleEssai } from '../../support/console.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { assertNoSideScroll } from '../../support/page-checks.js';

const now = new Date('2026-11-20T10:00:00Z');
let db: TestDatabase;
let essai: ConsoleEssai;
let constatId = 0;

before(async () => {
  db = await testDatabase();
  await db.pool.query(
    `insert into reconcile_run (judged_at, finished_at, mode, loads, settings_fingerprint, opened_count, closed_count, open_count)
     values ($1, $1, 'full', '{}', 'x', 1, 0, 60)`,
    [now],
  );
  const long = `${'prenom-compose.'.repeat(6)}nom@${'etablissement-'.repeat(4)}.mssante.fr`;
  const cote = { typeBal: 'PER', typeIdentifiantPp: '8', identifiantPp: '10000000017' };
  const { rows } = await db.pool.query<{ id: number }>(
    `insert into constat (code, groupe, domaine, adresse, type_bal, valeurs, opened_run_id, opened_at, changed_at)
     select 'ATTRIBUTS_DIVERGENTS', 'stale', 'd.mssante.fr', n || $1::text, 'PER', $2, 1, $3, $3
     from generate_series(1, 60) n returning id::integer as id`,
    [
      long,
      {
        champs: ['service'],
        operateur: {
          ...cote,
          structures: ['1750000001'],
          service: 'Urgences'.repeat(12),
          etat: 'actif',
        },
        annuaire: { ...cote, structures: ['1750000001'], service: 'Accueil' },
      },
      now,
    ],
  );
  constatId = rows[0]?.id ?? 0;
  await db.pool.query(
    `insert into mesure_jour (jour, run_id, mesure_at) select $1::date - n, 1, $1 from generate_series(0, 9) n`,
    [now],
  );
  await db.pool.query(
    `insert into mesure_total (jour, chiffre, valeur, hausse, baisse)
     select $1::date - n, 'publiees', 500 + n, n, 1 from generate_series(0, 9) n`,
    [now],
  );
  essai = await startConsole(
    db.pool,
    [
      ecranAccueil({
        db: db.pool,
        now: () => now,
        certificats: () => ({ certificats: [], illisibles: [] }),
        fraicheur: () =>
          Promise.resolve([
            {
              nom: 'bals',
              libelle: 'BAL publiées',
              estInventaire: false,
              freshness: { kind: 'en-retard', ageHours: 80, cause: 'aucune tentative récente' },
              date: now,
              lignes: 556_000,
              echec: undefined,
              loadId: 1,
            },
          ]),
      }),
      ecranConstats({ db: db.pool, now: () => now }),
    ],
    () => now,
  );
});
after(async () => {
  await essai.stop();
  await db.drop();
});

const pages: Readonly<Record<string, () => string>> = {
  accueil: () => '/console',
  constats: () => '/console/constats?type=PER',
  'aucun constat': () => '/console/constats?domaine=inconnu.mssante.fr',
  'un champ fautif': () => '/console/constats?adresse=a',
  'un constat': () => `/console/constats/${constatId}`,
};

for (const [nom, chemin] of Object.entries(pages)) {
  for (const format of Object.keys(formats).filter(isFormat)) {
    const estSombre = format === 'telephone';
    testInBrowser(
      `${nom}, ${format}${estSombre ? ', by night' : ''}`,
      {
        format,
        estSombre,
        sansJavaScript: false,
        ...(nom === 'un champ fautif' && { fautesAttendues: [/400/u] }),
      },
      async ({ page, context }) => {
        const { cookies } = await essai.connecter('lecteur');
        await context.addCookies(
          [...cookies].map(([name, value]) => ({ name, value, url: essai.url })),
        );
        await page.goto(essai.url + chemin());
        await assertNoSideScroll(page);
        await axe(page);
      },
    );
  }
}

function isFormat(nom: string): nom is keyof typeof formats {
  return nom in formats;
}
