// What a purge is told of the settings.
import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import type { PurgeSettings } from '../conservation/settings.js';
import { keptFolder } from './inventory-push.js';

export function purgeSettings(settings: Settings): PurgeSettings {
  const { conservation, dataDir, inventaire, web } = settings;
  const { jours } = conservation;
  return {
    ...conservation,
    jours: { ...jours, appelsApi: Math.min(jours.appelsApi, web.callsKeptDays ?? Infinity) },
    evenementJoursMax: inventaire.http.evenements.ageMaxJours,
    dossiers: [join(dataDir, 'tmp'), join(dataDir, 'inventaire-recu'), keptFolder(settings)],
  };
}
