// The database as the mirror needs it: read only, and not there at all when it happens.
import type { Settings } from '../config/settings.js';
import { openEngine } from '../db/engine.js';
import { migrate } from '../db/migrate.js';
import { createPool, type Pool } from '../db/pool.js';
import { findReadOnlyCause } from '../db/read-only.js';
import type { SnapshotDatabase } from '../ldap/snapshot/snapshot-keeper.js';

/** Fails while it cannot be reached. */
export async function openLdapDatabase(
  settings: Settings,
  report: (message: string) => void,
): Promise<SnapshotDatabase> {
  const { database, dataDir } = settings;
  const engine = await openEngine({ url: database.url, dataDir }, report);
  const { connectionString } = engine;
  const pool = createPool(
    {
      connectionString,
      max: database.poolMax,
      statementTimeoutMs: database.requeteMaxSecondes * 1_000,
      applicationName: 'annuaire-sante-sync ldap',
    },
    // The keeper finds out at its next look, and says so once.
    () => undefined,
  );
  const close = async (): Promise<void> => {
    await pool.end();
    await engine.close();
  };
  try {
    if ((await findReadOnlyCause(pool, database.lectureSeule)) === undefined)
      await migrateIfAllowed(pool);
    return { connectionString, pool, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A node may have an account that only reads: whoever loads keeps the schema up to date. */
async function migrateIfAllowed(pool: Pool): Promise<void> {
  try {
    await migrate(pool);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== '42501' && code !== '25006') throw error;
  }
}
