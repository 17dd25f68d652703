// The real console over a test's database, opened by somebody with a role.
import type { Pool } from '../../src/db/pool.js';
import { isRole, type Role } from '../../src/domain/role.js';
import { createConsole, type PageConsole } from '../../src/web/console/console.js';
import { Pages } from '../../src/web/page/pages.js';
import { WebServer } from '../../src/web/server.js';
import { Navigateur, ouvrirSession } from './navigateur.js';
import { webSettings } from './web-server.js';

export type ConsoleTest = {
  readonly server: WebServer;
  readonly url: string;
  /** What the server said to its own journal. */
  readonly lines: readonly string[];
  /** A browser whose person has this role. */
  readonly ouvrir: (role: Role) => Promise<Navigateur>;
};

export async function startConsole(
  pool: Pool,
  ecrans: readonly PageConsole[],
  now: () => Date,
): Promise<ConsoleTest> {
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  const { plugin } = createConsole({
    pages: new Pages({ operateur: 'CHU <Exemple>', contact: undefined }),
    db: pool,
    session: { inactiviteMs: 1_800_000, dureeMs: 36_000_000 },
    urlPublique: undefined,
    isTls: false,
    now,
    report,
    identify: ({ titulaire = '' }) => {
      const role = titulaire.replace(/^compte:/u, '');
      if (!isRole(role)) return Promise.resolve(undefined);
      return Promise.resolve({ sujet: titulaire, nom: `Anne ${role}`, role, moyen: 'local' });
    },
    ecrans,
  });
  const server = new WebServer({ settings: webSettings, report, plugins: [plugin] });
  const url = await server.start();
  return {
    ...{ server, url, lines },
    ouvrir: async (role) => {
      const navigateur = new Navigateur(url);
      const titulaire = `compte:${role}`;
      await ouvrirSession(pool, navigateur, {
        espace: 'console',
        titulaire,
        donnees: {},
        now: now(),
      });
      return navigateur;
    },
  };
}
