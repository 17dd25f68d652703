// The address of the server itself: for whoever types it without knowing what stands behind.
import type { WebPlugin } from '../server.js';
import { protectPages } from './entetes.js';
import type { Pages } from './pages.js';

export type RacineOptions = {
  readonly pages: Pages;
  readonly isEncrypted: boolean;
  /** Whether administrators have a console here. */
  readonly hasConsole: boolean;
};

export function createRacine({ pages, isEncrypted, hasConsole }: RacineOptions): WebPlugin {
  return (app) => {
    protectPages(app, { isEncrypted });
    app.get('/', (_request, reply) =>
      pages.send(reply, {
        gabarit: 'racine',
        status: 200,
        titre: 'Messagerie sécurisée de santé',
        donnees: { console: hasConsole },
      }),
    );
  };
}
