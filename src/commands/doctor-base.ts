// What `doctor` sees of the database, opened as every command opens it, and changed in nothing.
import type { Settings } from '../config/settings.js';
import { openEngine } from '../db/engine.js';
import { listMigrations } from '../db/migrate.js';
import { createPool, type Pool } from '../db/pool.js';
import { jugerBase } from '../diagnostic/base.js';
import { bon, type Constatation, type Controle } from '../diagnostic/controle.js';
import {
  jugerJournal,
  jugerSauvegarde,
  jugerSources,
} from '../diagnostic/exploitation.js';
import { jugerHorloge } from '../diagnostic/horloge.js';
import { lireFaitsBase } from '../store/diagnostic.js';
import { findLastRun } from '../store/reconcile-run.js';
import { findDerniereTrace } from '../store/statut.js';
import { lireFraicheur } from './accueil-fraicheur.js';

/** The commands of one node that may be at work together: the pushes and stages, LDAP, web. */
const programmesMax = 3;

/** One check that gives many lines: they all need the same connection. */
export function controleBase(
  settings: Settings,
  now: () => Date,
  report: (message: string) => void,
): Controle {
  return {
    rubrique: 'Base de données',
    code: 'base',
    nom: 'base de données',
    verifier: async () => {
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
        return [bon(engine.description), ...(await surBase(pool, settings, now))];
      } finally {
        await pool.end();
        await engine.close();
      }
    },
  };
}

async function surBase(
  pool: Pool,
  settings: Settings,
  now: () => Date,
): Promise<Constatation[]> {
  const avant = now().getTime();
  const faits = await lireFaitsBase(pool);
  const ici = new Date((avant + now().getTime()) / 2);
  const migrations = await listMigrations();
  const constatations = [
    ...jugerBase(faits, {
      migrations,
      connexionsVoulues: settings.database.poolMax * programmesMax,
      estLecteur: settings.database.lectureSeule,
    }),
    jugerHorloge('la base', faits.horloge, ici, 'base'),
  ];
  // What follows reads the tables of this very schema.
  if (faits.migrations?.length !== migrations.length) return constatations;
  return [...constatations, ...(await surTables(pool, settings, now()))];
}

async function surTables(pool: Pool, settings: Settings, now: Date): Promise<Constatation[]> {
  const sources = await lireFraicheur(pool, settings, now);
  return [
    ...jugerSources(sources, (await findLastRun(pool)) !== undefined),
    ...jugerJournal(await findDerniereTrace(pool, 'journal.verification'), now),
  ];
}
