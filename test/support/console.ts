// The console with the screens of a test, over the real server and the test's database; somebody is signed in already.
import type { Pool } from '../../src/db/pool.js';
import { isRole, type Role } from '../../src/domain/role.js';
import { createConsole, type Acteur, type PageConsole } from '../../src/web/console/console.js';
import type { NoeudsLus } from '../../src/web/console/noeuds/noeuds-lus.js';
import { Pages } from '../../src/web/page/pages.js';
import { createStatique } from '../../src/web/page/statique.js';
import { WebServer } from '../../src/web/server.js';
import { Navigateur, ouvrirSession } from './navigateur.js';
import { webSettings } from './web-server.js';

export type ConsoleEssai = {
  readonly url: string;
  /** Without a session. */
  readonly visiteur: () => Navigateur;
  /** A browser in which this person is signed in. */
  readonly connecter: (role?: Role, nom?: string) => Promise<Navigateur>;
  /** What the journal of the service was told. */
  readonly lines: readonly string[];
  readonly stop: () => Promise<void>;
};

export async function startConsole(
  pool: Pool,
  ecrans: readonly PageConsole[],
  now: () => Date,
  noeuds?: NoeudsLus,
): Promise<ConsoleEssai> {
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  const { plugin } = createConsole({
    pages: new Pages({ operateur: 'CHU Exemple', contact: undefined }),
    db: pool,
    session: { inactiviteMs: 30 * 60_000, dureeMs: 10 * 3_600_000 },
    urlPublique: undefined,
    isTls: false,
    now,
    report,
    identify: ({ titulaire, donnees }) => Promise.resolve(acteurOf(titulaire, donnees)),
    ecrans,
    noeuds,
  });
  const server = new WebServer({
    settings: webSettings,
    report,
    plugins: [createStatique(), plugin],
  });
  const url = await server.start();
  return {
    url,
    lines,
    visiteur: () => new Navigateur(url),
    connecter: async (role = 'lecteur', nom = `Claude ${role}`) => {
      const navigateur = new Navigateur(url);
      await ouvrirSession(pool, navigateur, {
        espace: 'console',
        titulaire: `compte:${nom}`,
        donnees: { role, nom },
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
