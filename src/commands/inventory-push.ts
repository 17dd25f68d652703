// What the http sources of the inventory need, built from the settings.
import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import { createPool, type Pool } from '../db/pool.js';
import { connectionsMax, InventairePush } from '../inventory/http/push.js';
import type { InventaireOptions } from '../web/api/inventaire.js';
import { ReceptionFolder } from '../web/reception/folder.js';

type HttpSource = Extract<Settings['inventaire']['sources'][number], { type: 'http' }>;

export function httpSources({ inventaire }: Settings): HttpSource[] {
  return inventaire.sources.filter((source) => source.type === 'http');
}

/** Where snapshots that a guard refused wait. */
export function keptFolder({ dataDir }: Settings): string {
  return join(dataDir, 'inventaire-refuse');
}

export type Push = {
  readonly options: InventaireOptions;
  readonly trim: () => Promise<void>;
  /** Undoes what is under way. */
  readonly stop: () => Promise<void>;
};

/** Undefined when no source of the inventory is of type http. */
export async function openPush(
  settings: Settings,
  connectionString: string,
  surroundings: { readonly now: () => Date; readonly report: (line: string) => void },
): Promise<Push | undefined> {
  if (httpSources(settings).length === 0) return undefined;
  const pool = openPool(settings, connectionString);
  const push = buildPush(pool, settings, surroundings);
  let stopped: Promise<void> | undefined;
  const folder = new ReceptionFolder(join(settings.dataDir, 'inventaire-recu'), surroundings.now());
  await push.start();
  return {
    options: { push, folder, ...limitsOf(settings) },
    trim: () => push.trim(),
    stop: () => (stopped ??= push.stop().then(() => pool.end())),
  };
}

/** Its own, which the API's short statements do not wait for, nor it for them. */
function openPool({ database }: Settings, connectionString: string): Pool {
  return createPool(
    {
      connectionString,
      max: connectionsMax,
      statementTimeoutMs: database.requeteMaxSecondes * 1_000,
      applicationName: 'annuaire-sante-sync inventaire',
    },
    () => undefined,
  );
}

export function buildPush(
  pool: Pool,
  settings: Settings,
  surroundings: { readonly now: () => Date; readonly report: (line: string) => void },
): InventairePush {
  const { http, lignesMax } = settings.inventaire;
  const { evenements } = http;
  return new InventairePush(
    pool,
    {
      sources: httpSources(settings),
      rowsMax: lignesMax,
      bytesMax: http.corpsOctetsMax,
      kept: {
        folder: keptFolder(settings),
        filesMax: http.refusesConservesMax,
        daysMax: http.refusesConservesJours,
      },
      lotsKeptDays: evenements.clesConserveesJours,
      importsKeptDays: http.importsConservesJours,
      lot: {
        evenementsMax: evenements.parEnvoiMax,
        lignesParBalMax: evenements.lignesParBalMax,
        evenementJoursMax: evenements.ageMaxJours,
        attenteMs: evenements.attenteSecondes * 1_000,
        garde: {
          fenetreHeures: evenements.fenetreHeures,
          suppressionsPartMax: evenements.suppressionsPartMax,
          suppressionsPlancher: evenements.suppressionsPlancher,
        },
      },
    },
    surroundings,
  );
}

function limitsOf({ inventaire: { http } }: Settings): Omit<InventaireOptions, 'push' | 'folder'> {
  const common = {
    ratioMax: http.compressionMax,
    idleMs: http.inactiviteSecondes * 1_000,
    isDigestRequired: http.empreinte === 'exigee',
  };
  return {
    snapshot: {
      ...common,
      bytesMax: http.corpsOctetsMax,
      bytesMaxKey: 'inventaire.http.corpsOctetsMax',
    },
    events: {
      ...common,
      bytesMax: http.evenements.octetsMax,
      bytesMaxKey: 'inventaire.http.evenements.octetsMax',
    },
    waitMaxSeconds: http.attenteMaxSecondes,
  };
}
