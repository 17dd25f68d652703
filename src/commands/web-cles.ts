// The keys that the pages need, as the settings or the database have them.
import { randomBytes } from 'node:crypto';
import type { Settings } from '../config/settings.js';
import type { Pool } from '../db/pool.js';
import type { DemandesSettings } from '../demande/settings.js';
import { codeOf } from '../errors.js';
import { getCleDesComptes, getCleDesLiens } from '../store/cle-interne.js';
import { demandesSettings } from './demandes-settings.js';

export type ClesWeb = {
  readonly demandes: DemandesSettings;
  readonly cle: Uint8Array;
  readonly cleDesComptes: Uint8Array;
  /** Made up, because nobody made the true ones yet and they cannot be made here: no page that needs them is served. */
  readonly sontProvisoires: boolean;
};

export async function lireCles(settings: Settings, pool: Pool): Promise<ClesWeb> {
  try {
    return { ...(await lire(settings, pool)), sontProvisoires: false };
  } catch (error) {
    // They cannot be made here, or an account that only reads may not see them.
    if (codeOf(error) !== '25006' && codeOf(error) !== '42501') throw error;
    const made = randomBytes(32).toString('base64');
    const withKeys = {
      ...settings,
      web: { ...settings.web, cleDesLiens: settings.web.cleDesLiens ?? made },
      console: { ...settings.console, cleDesComptes: settings.console.cleDesComptes ?? made },
    };
    return { ...(await lire(withKeys, pool)), sontProvisoires: true };
  }
}

async function lire(settings: Settings, pool: Pool): Promise<Omit<ClesWeb, 'sontProvisoires'>> {
  return {
    demandes: await demandesSettings(settings, pool),
    cle: await getCleDesLiens(pool, settings.web.cleDesLiens),
    cleDesComptes: await getCleDesComptes(pool, settings.console.cleDesComptes),
  };
}
