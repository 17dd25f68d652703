// The real web server on a port of its own, over a test's database.
import type { Pool } from '../../src/db/pool.js';
import { insertApiKey } from '../../src/store/api-key.js';
import type { Portee } from '../../src/domain/portee.js';
import { createApi } from '../../src/web/api/api.js';
import { createKey, hashKey } from '../../src/web/api/key.js';
import type { InventaireOptions } from '../../src/web/api/inventaire.js';
import { createHealth } from '../../src/web/health.js';
import { WebServer } from '../../src/web/server.js';
import type { WebServerSettings } from '../../src/web/server-settings.js';
import type { VerificationSettings } from '../../src/verification/settings.js';
import { reglagesCreation } from './creation.js';
import { veilleFixe } from './veille.js';

export const webSettings: WebServerSettings = {
  host: '127.0.0.1',
  port: 0,
  tls: undefined,
  bodyBytesMax: 65_536,
  connectionsMax: 100,
  requestTimeoutMs: 15_000,
  idleTimeoutMs: 60_000,
  stopMs: 10_000,
  requestsPerSecond: 100_000,
};

export type WebServerHold = {
  readonly server: WebServer;
  readonly url: string;
  readonly lines: readonly string[];
};

export type WebServerChanges = Partial<WebServerSettings> & {
  readonly reglages?: VerificationSettings;
  readonly now?: () => Date;
  readonly inventaire?: InventaireOptions;
};

export async function startWebServer(
  pool: Pool,
  {
    reglages = reglagesCreation,
    now = () => new Date(),
    inventaire,
    ...changes
  }: WebServerChanges = {},
): Promise<WebServerHold> {
  const settings = { ...webSettings, ...changes };
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  const server = new WebServer({
    settings,
    report,
    plugins: [
      createHealth({ veille: veilleFixe(), now }),
      createApi({
        db: pool,
        reglages,
        now,
        report,
        inventaire,
        requestsPerSecond: settings.requestsPerSecond,
      }),
    ],
  });
  return { server, url: await server.start(), lines };
}

let keyCount = 0;

/** A key in force, and the header that bears it. */
export async function makeKey(
  pool: Pool,
  portees: readonly Portee[],
  more: {
    readonly expiresAt?: Date;
    readonly requetesParSeconde?: number;
    readonly nom?: string;
    readonly sourcesInventaire?: readonly string[];
  } = {},
): Promise<{ readonly id: number; readonly headers: { readonly authorization: string } }> {
  const cle = createKey();
  const empreinte = hashKey(cle);
  if (!empreinte) throw new Error('not a key');
  const key = await insertApiKey(pool, {
    nom: more.nom ?? `essai ${++keyCount}`,
    portees,
    empreinte,
    requetesParSeconde: more.requetesParSeconde,
    createdAt: new Date(),
    createdBy: 'essai',
    expiresAt: more.expiresAt,
    sourcesInventaire: more.sourcesInventaire,
  });
  if (!key) throw new Error('name taken');
  return { id: key.id, headers: { authorization: `Bearer ${cle}` } };
}
