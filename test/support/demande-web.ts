// The pages of the professionals on a port of their own, and somebody who signed in.
import type { Pool } from '../../src/db/pool.js';
import type { DemandesSettings } from '../../src/demande/settings.js';
import { signLien } from '../../src/domain/lien-signe.js';
import { usageSuiviDemande } from '../../src/domain/demande.js';
import { createDemande, donneesDe } from '../../src/web/demande/demande.js';
import { createEcrans, type EcransOptions } from '../../src/web/demande/ecrans.js';
import { Pages } from '../../src/web/page/pages.js';
import { createStatique } from '../../src/web/page/statique.js';
import { WebServer } from '../../src/web/server.js';
import { now, reglagesDemandes, rpps } from './demande.js';
import { Navigateur, ouvrirSession } from './navigateur.js';
import { webSettings } from './web-server.js';

export const cle = Buffer.alloc(32, 7);

export type PagesDemande = {
  readonly url: string;
  readonly lines: readonly string[];
  readonly stop: () => Promise<void>;
};

export async function servirDemandes(
  pool: Pool,
  settings: Partial<DemandesSettings> = {},
  clock: () => Date = () => now,
  moyens: EcransOptions['moyens'] = { psc: true, lien: false },
): Promise<PagesDemande> {
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  const demandes = { ...reglagesDemandes, ...settings };
  const { plugin } = createDemande({
    pages: new Pages({ operateur: 'CHU <Exemple>', contact: 'support@exemple.fr' }),
    db: pool,
    urlPublique: undefined,
    isTls: false,
    session: { inactiviteMs: 30 * 60_000, dureeMs: 4 * 3_600_000 },
    now: clock,
    report,
    ecrans: createEcrans({ pool, demandes, moyens, cle, now: clock }),
  });
  const server = new WebServer({
    settings: webSettings,
    report,
    plugins: [createStatique(), plugin],
  });
  return { url: await server.start(), lines, stop: () => server.stop() };
}

/** A browser in which this professional signed in. */
export async function connecter(
  pool: Pool,
  url: string,
  who: { readonly rpps: string; readonly nom: string } = { rpps, nom: 'EXEMPLE Anne' },
): Promise<Navigateur> {
  const navigateur = new Navigateur(url);
  await ouvrirSession(pool, navigateur, {
    espace: 'demande',
    titulaire: `8${who.rpps}`,
    donnees: donneesDe({ idNatPs: `8${who.rpps}`, moyen: 'psc', ...who }),
    now,
  });
  return navigateur;
}

export function lienSuivi(id: number | string, expireLe: Date): string {
  return `/demande/lien/${signLien(cle, { usage: usageSuiviDemande, id: String(id), expireLe })}`;
}
