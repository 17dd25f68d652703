// What the web server does on a node that only reads: it answers without a trace and counts them, and takes no inventory.
import type { Disponibilite } from '../web/disponibilite.js';
import { ProblemError } from '../web/problem.js';
import type { WebPlugin } from '../web/server.js';

/** Answers that could not leave their trace of call. */
export class SansTrace {
  #total = 0;
  #told = 0;

  get total(): number {
    return this.#total;
  }

  add(): void {
    this.#total += 1;
  }

  /** French, of those since the last time; undefined when there were none. */
  describe(): string | undefined {
    const count = this.#total - this.#told;
    this.#told = this.#total;
    return count === 0
      ? undefined
      : `${count.toLocaleString('fr-FR')} réponse(s) de l’API sans trace d’appel : ce nœud est en lecture seule ` +
          `(${this.#total.toLocaleString('fr-FR')} depuis son démarrage).`;
  }
}

/** The routes of the inventory are there once it can be written: until then they say why not. */
export function createSansInventaire(disponibilite: Disponibilite): WebPlugin {
  return (app) => {
    app.register((scope, _options, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
      scope.all('/api/v1/inventaire*', async () => {
        const lack = await disponibilite.ecrire();
        throw new ProblemError(
          lack ?? {
            status: 503,
            code: 'DEMARRAGE',
            title: 'Démarrage',
            detail: 'La réception de l’inventaire démarre : réessayez.',
            retryAfterSeconds: 2,
          },
        );
      });
      done();
    });
  };
}
