// What a demonstration needs beside the services: simulators that live and die with the daemon.
import type { Settings } from '../config/settings.js';
import type { Logger } from '../logger.js';
import { Enfant } from '../processus/enfant.js';

/** One that ends sooner does not work here, and would not the next time: it has said why. */
const viableMs = 10_000;

type AuxiliairesOptions = {
  readonly settings: Settings;
  readonly log: Logger;
  readonly env: NodeJS.ProcessEnv;
};

export class Auxiliaires {
  readonly #lignes: readonly (readonly string[])[];
  readonly #options: AuxiliairesOptions;
  readonly #enfants = new Set<Enfant>();
  #isStopping = false;

  constructor(lignes: readonly (readonly string[])[], options: AuxiliairesOptions) {
    this.#lignes = lignes;
    this.#options = options;
  }

  start(): void {
    for (const ligne of this.#lignes) this.#begin(ligne);
  }

  async stop(stopMs: number): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#enfants].map((enfant) => enfant.stop(stopMs)));
  }

  #begin(ligne: readonly string[]): void {
    const { settings, log, env } = this.#options;
    const startMs = performance.now();
    const enfant = new Enfant({
      args: ['--config', settings.configPath, '--json', ...ligne],
      env,
      onRapport: () => undefined,
    });
    this.#enfants.add(enfant);
    void enfant.fin.then(({ cause }) => {
      this.#enfants.delete(enfant);
      if (this.#isStopping) return;
      const isViable = performance.now() - startMs > viableMs;
      const next = isViable ? 'il est relancé' : 'il n’est pas relancé, le reste continue';
      log.warn(
        'auxiliaire',
        `« annuaire-sync ${ligne.join(' ')} » s’est arrêté (${cause}) ; ${next}.`,
      );
      if (isViable) this.#begin(ligne);
    });
  }
}
