// A private base with a little of everything that a backup must bring back.
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine, type Engine } from '../../src/db/engine.js';
import { migrate } from '../../src/db/migrate.js';
import { createPool, type Pool } from '../../src/db/pool.js';
import { enqueueAvis } from '../../src/store/avis.js';
import { recordTrace } from '../../src/store/journal.js';
import { nouvelAvis } from './avis.js';
import { charger, deposee } from './demande.js';
import { enfiler } from './feed-queue.js';

export type BasePrivee = {
  readonly engine: Engine;
  readonly pool: Pool;
  readonly close: () => Promise<void>;
};

/** A folder that the server's account reaches. */
export function dossierAccessible(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sauvegarde-test-'));
  chmodSync(folder, 0o755);
  return folder;
}

export async function ouvrirBase(dataDir: string): Promise<BasePrivee> {
  const engine = await openEngine({ dataDir }, () => undefined);
  const pool = createPool(
    {
      connectionString: engine.connectionString,
      max: 6,
      statementTimeoutMs: 60_000,
      applicationName: 'test',
    },
    () => undefined,
  );
  return {
    engine,
    pool,
    close: async () => {
      await pool.end();
      await engine.close();
    },
  };
}

export async function remplirBase(pool: Pool): Promise<void> {
  await migrate(pool);
  await remplirTables(pool);
}

/** A directory, an inventory, findings, a plan and its outbox, a demande, a notice, an account, a journal. */
export async function remplirTables(pool: Pool): Promise<void> {
  await charger(pool);
  await deposee(pool);
  await enqueueAvis(pool, [nouvelAvis('un')], new Date());
  await enfiler(pool, [
    { kind: 'delete', adresse: 'a@chu.mssante.fr', state: 'dead' },
    { kind: 'delete', adresse: 'b@chu.mssante.fr', state: 'planned' },
    { kind: 'delete', adresse: 'c@chu.mssante.fr', state: 'approved' },
  ]);
  await pool.query(
    `insert into compte (nom, role, totp_secret, cree_le, cree_par) values ('m.essai', 'lecteur', '\\x00', now(), 'essai')`,
  );
  await pool.query(
    `insert into constat (code, groupe, domaine, adresse, valeurs, opened_run_id, opened_at, changed_at)
     select 'PER_TYPE_10', 'type10', 'chu.mssante.fr', 'a@chu.mssante.fr', '{}', min(id), now(), now() from reconcile_run`,
  );
  for (let i = 1; i <= 20; i += 1) await tracer(pool, i);
}

export function tracer(pool: Pool, numero: number): Promise<void> {
  return recordTrace(
    pool,
    {
      action: 'recherche',
      issue: 'reussite',
      auteur: { genre: 'programme', id: 'essai' },
      objets: [],
      poste: {},
      requete: { numero },
    },
    new Date(),
  );
}

/** Every row of every table, as one text each; the journal, which is written meanwhile, apart. */
export async function contenuBase(pool: Pool): Promise<Map<string, string>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE'
       and table_name not in ('trace', 'trace_tete', 'trace_objet') order by 1`,
  );
  const contenu = new Map<string, string>();
  for (const { name } of tables) {
    const { rows } = await pool.query<{ lignes: string | null }>(
      `select string_agg(t::text, E'\\n' order by t::text) as lignes from ${name} t`,
    );
    contenu.set(name, rows[0]?.lignes ?? '');
  }
  return contenu;
}
