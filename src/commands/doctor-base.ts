// What `doctor` sees of the database, opened as every command opens it, and changed in nothing.
import type { Settings } from '../config/settings.js';
import { openEngine } from '../db/engine.js';
import { listMigrations } from '../db/migrate.js';
import { createPool, type Pool } from '../db/pool.js';
import { jugerBase } from '../diagnostic/base.js';
import { bon, type Constatation, type Controle } from '../diagnostic/controle.js';
import { jugerJournal, jugerSauvegarde, jugerSources } from '../diagnostic/exploitation.js';
import { jugerHorloge } from '../diagnostic/horloge.js';
import { lireFaitsBase } from '../store/diagnostic.js';
import { findLastRun } from '../store/reconcile-run.js';
import { findDerniereVerification } from '../store/statut.js';
import { lireDerniere } from '../sauvegarde/dernier.js';
import { lireFraicheur } from './accueil-fraicheur.js';

/** The commands of one node that may be at work together: the pushes and stages, LDAP, web. */
const programmesMax = 3;

/** Two checks of one connection: whether the database is what it should be, and what it tells of how the program is run. */
export function controlesBase(
  settings: Settings,
  now: () => Date,
  report: (message: string) => void,
): Controle[] {
  let vue: Promise<Vue> | undefined;
  const voir = (): Promise<Vue> => (vue ??= voirBase(settings, now, report));
  return [
    {
      rubrique: 'Base de données',
      code: 'base',
      nom: 'base de données',
      verifier: async () => (await voir()).base,
    },
    {
      rubrique: 'Exploitation',
      code: 'exploitation',
      nom: 'sources et journal',
      // A base that cannot be reached is told once.
      verifier: () =>
        voir().then(
          ({ exploitation }) => exploitation,
          () => [],
        ),
    },
    {
      rubrique: 'Exploitation',
      code: 'sauvegarde',
      nom: 'sauvegarde',
      verifier: async () => {
        if (settings.database.url !== undefined) return [];
        const derniere = await lireDerniere(settings.dataDir);
        return jugerSauvegarde(derniere && new Date(derniere.finieLe), now());
      },
    },
  ];
}

type Vue = {
  readonly base: readonly Constatation[];
  readonly exploitation: readonly Constatation[];
};

async function voirBase(
  settings: Settings,
  now: () => Date,
  report: (message: string) => void,
): Promise<Vue> {
  const { database, dataDir } = settings;
  const engine = await openEngine({ url: database.url, dataDir }, report);
  const pool = createPool(
    {
      connectionString: engine.connectionString,
      max: 2,
      statementTimeoutMs: 10_000,
      applicationName: 'annuaire-sante-sync doctor',
      session: { default_transaction_read_only: 'on' },
    },
    () => undefined,
  );
  try {
    const { base, estLisible } = await surBase(pool, settings, now);
    return {
      base: [bon(engine.description), ...base],
      exploitation: estLisible ? await surTables(pool, settings, now()) : [],
    };
  } finally {
    await pool.end();
    await engine.close();
  }
}

async function surBase(
  pool: Pool,
  settings: Settings,
  now: () => Date,
): Promise<{ base: Constatation[]; estLisible: boolean }> {
  const avant = now().getTime();
  const faits = await lireFaitsBase(pool);
  const ici = new Date((avant + now().getTime()) / 2);
  const migrations = await listMigrations();
  return {
    base: [
      ...jugerBase(faits, {
        migrations,
        connexionsVoulues: settings.database.poolMax * programmesMax,
        estLecteur: settings.database.lectureSeule,
      }),
      jugerHorloge('la base', faits.horloge, ici, 'base'),
    ],
    // Of another schema, the tables may not be those that are read.
    estLisible: faits.migrations?.length === migrations.length,
  };
}

async function surTables(pool: Pool, settings: Settings, now: Date): Promise<Constatation[]> {
  const sources = await lireFraicheur(pool, settings, now);
  return [
    ...jugerSources(sources, (await findLastRun(pool)) !== undefined),
    ...jugerJournal(await findDerniereVerification(pool), now),
  ];
}
