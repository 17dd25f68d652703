// The console over the real server and the real database, with somebody signed in.
import type { Role } from '../../src/domain/role.js';
import { isRole } from '../../src/domain/role.js';
import type { Pool } from '../../src/db/pool.js';
import { createConsole, type Acteur, type PageConsole } from '../../src/web/console/console.js';
import { Pages } from '../../src/web/page/pages.js';
import { createStatique } from '../../src/web/page/statique.js';
import { WebServer } from '../../src/web/server.js';
import { Navigateur, ouvrirSession } from './navigateur.js';
import { webSettings } from './web-server.js';

export type ConsoleOuverte = {
  readonly url: string;
  /** A browser in which this person is signed in. */
  readonly entrer: (role: Role, nom?: string) => Promise<Navigateur>;
  /** What the service would have written in its journal. */
  readonly lines: readonly string[];
  readonly stop: () => Promise<void>;
};

export async function ouvrirConsole(
  pool: Pool,
  ecrans: readonly PageConsole[],
  now: () => Date,
): Promise<ConsoleOuverte> {
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  const console = createConsole({
    pages: new Pages({ operateur: 'CHU Exemple', contact: undefined }),
    db: pool,
    session: { inactiviteMs: 3_600_000, dureeMs: 36_000_000 },
    urlPublique: undefined,
    isTls: false,
    now,
    report,
    identify: ({ titulaire, donnees }) => Promise.resolve(acteurOf(titulaire, donnees)),
    ecrans,
  });
  const server = new WebServer({
    settings: webSettings,
    report,
    plugins: [createStatique(), console.plugin],
  });
  const url = await server.start();
  return {
    url,
    lines,
    entrer: async (role, nom = 'jdupont') => {
      const navigateur = new Navigateur(url);
      const donnees = { role, nom };
      await ouvrirSession(pool, navigateur, {
        espace: 'console',
        titulaire: `compte:${nom}`,
        donnees,
        now: now(),
      });
      return navigateur;
    },
    stop: () => server.stop(),
  };
}

function acteurOf(
  titulaire: string | undefined,
  { role, nom }: Readonly<Record<string, unknown>>,
): Acteur | undefined {
  if (titulaire === undefined || typeof nom !== 'string') return undefined;
  return typeof role === 'string' && isRole(role)
    ? { sujet: titulaire, nom, role, moyen: 'local' }
    : undefined;
}
