// The web server with http sources of the inventory, on a test's database and in a folder that goes with it.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from '../../src/db/pool.js';
import { partagerDomaines } from '../../src/domain/source-inventaire.js';
import { InventairePush, type PushSettings } from '../../src/inventory/http/push.js';
import type { InventaireOptions } from '../../src/web/api/inventaire.js';
import { ReceptionFolder } from '../../src/web/reception/folder.js';
import type { ReceptionLimits } from '../../src/web/reception/receive.js';
import { startWebServer, type WebServerHold } from './web-server.js';

export const pushNow = new Date('2026-06-15T10:00:00Z');

const limits: ReceptionLimits = {
  bytesMax: 8_000_000,
  ratioMax: 100,
  idleMs: 60_000,
  isDigestRequired: false,
  bytesMaxKey: 'inventaire.http.corpsOctetsMax',
};

export type PushChanges = {
  readonly noms?: readonly (readonly [nom: string, domaine: string])[];
  readonly lot?: Partial<PushSettings['lot']>;
  readonly garde?: Partial<PushSettings['lot']['garde']>;
  readonly kept?: Partial<PushSettings['kept']>;
  readonly limits?: Partial<ReceptionLimits>;
};

export type PushHold = WebServerHold & {
  readonly push: InventairePush;
  readonly dataDir: string;
  readonly settings: PushSettings;
  /** Of the clock that everything is judged by. */
  readonly clock: { now: Date };
  readonly receivedFiles: () => string[];
  readonly keptFiles: () => string[];
  readonly close: () => Promise<void>;
};

export async function startPush(pool: Pool, changes: PushChanges = {}): Promise<PushHold> {
  const dataDir = mkdtempSync(join(tmpdir(), 'inventaire-push-'));
  const clock = { now: pushNow };
  const settings = pushSettings(dataDir, changes);
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  const push = new InventairePush(pool, settings, { now: () => clock.now, report });
  const folder = join(dataDir, 'recu');
  const inventaire: InventaireOptions = {
    push,
    folder: new ReceptionFolder(folder, clock.now),
    snapshot: { ...limits, ...changes.limits },
    events: { ...limits, bytesMax: 100_000 },
    waitMaxSeconds: 60,
  };
  await push.start();
  const web = await startWebServer(pool, {
    inventaire,
    now: () => clock.now,
    slowRequestTimeoutMs: 60_000,
  });
  const list = (path: string): string[] => {
    try {
      return readdirSync(path).sort();
    } catch {
      return [];
    }
  };
  return {
    ...web,
    lines,
    push,
    dataDir,
    settings,
    clock,
    receivedFiles: () => list(folder),
    keptFiles: () => list(settings.kept.folder),
    close: async () => {
      await Promise.all([push.stop(), web.server.stop()]);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function pushSettings(dataDir: string, changes: PushChanges): PushSettings {
  const noms = changes.noms ?? [['plateforme', 'chu.mssante.fr']];
  const sources = partagerDomaines(noms.map(([nom, domaine]) => ({ nom, domaines: [domaine] })));
  return {
    sources: sources.map((source) => ({
      ...source,
      retrecissementMax: 0.1,
      ignorerFautives: false,
    })),
    rowsMax: 10_000,
    bytesMax: 8_000_000,
    kept: { folder: join(dataDir, 'refuse'), filesMax: 5, daysMax: 7, ...changes.kept },
    lotsKeptDays: 7,
    importsKeptDays: 90,
    lot: {
      evenementsMax: 100,
      lignesParBalMax: 10,
      evenementJoursMax: 30,
      attenteMs: 20_000,
      ...changes.lot,
      garde: {
        fenetreHeures: 24,
        suppressionsPartMax: 0.2,
        suppressionsPlancher: 2,
        ...changes.garde,
      },
    },
  };
}

/** One line of a snapshot. */
export function bal(nom: string, more: object = {}): object {
  return {
    adresse: `${nom}@chu.mssante.fr`,
    typeBal: 'PER',
    identifiantPp: '10999999997',
    identifiantStructure: '990000010',
    service: 'Cardio',
    ...more,
  };
}

export function ndjson(...lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

export function park(count: number, more: object = {}): object[] {
  return Array.from({ length: count }, (_, index) => bal(`n${index}`, more));
}

let eventCount = 0;

/** One event, each a second after the one before. */
export function evenement(type: string, nom: string, more: object = {}): object {
  const at = new Date(pushNow.getTime() - 3_600_000 + 1_000 * eventCount++);
  return {
    evenement: type,
    adresse: `${nom}@chu.mssante.fr`,
    horodatage: at.toISOString(),
    ...(type === 'supprimee'
      ? {}
      : {
          lignes: [{ typeBal: 'PER', identifiantPp: '10999999997', service: 'Cardio' }],
        }),
    ...more,
  };
}
