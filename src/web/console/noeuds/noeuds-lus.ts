// The nodes as the database has them, read again every few seconds whatever the number of pages.
import type { DatabaseState } from '../../../db/database-watch.js';
import type { Db } from '../../../db/pool.js';
import { listNoeuds, type Noeud } from '../../../store/noeud.js';
import { Recent } from '../recent.js';
import { juger, type AlerteNoeud } from './alertes.js';

export type NoeudsOptions = {
  readonly db: Db;
  readonly now: () => Date;
  /** As it is watched over; undefined: nobody does. */
  readonly base?: (() => DatabaseState) | undefined;
  /** French, of a stage; its name unless told. */
  readonly titreDe?: ((etape: string) => string) | undefined;
};

const freshMs = 5_000;
/** One that nobody saw for longer was taken away. */
const memoireMs = 3 * 86_400_000;

export class NoeudsLus {
  readonly #options: NoeudsOptions;
  readonly #recent: Recent<readonly Noeud[]>;
  #alertes: readonly AlerteNoeud[] = [];

  constructor(options: NoeudsOptions) {
    this.#options = options;
    this.#recent = new Recent(freshMs, options.now);
  }

  lire(): Promise<readonly Noeud[]> {
    const { db, now } = this.#options;
    return this.#recent.get('', async () =>
      (await listNoeuds(db, new Date(now().getTime() - memoireMs))).map((one) => this.#titrer(one)),
    );
  }

  /** Before a page is shown: what the banner says. */
  async preparer(): Promise<void> {
    const { base, now } = this.#options;
    this.#alertes = juger(await this.lire(), base?.(), now());
  }

  titre(etape: string): string {
    return this.#options.titreDe?.(etape) ?? etape;
  }

  #titrer(noeud: Noeud): Noeud {
    const etapes = noeud.etat.etapes.map((etape) => ({ ...etape, nom: this.titre(etape.nom) }));
    return { ...noeud, etat: { ...noeud.etat, etapes } };
  }

  get alertes(): readonly AlerteNoeud[] {
    return this.#alertes;
  }
}
