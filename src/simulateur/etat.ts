// Everything that is carried, in memory: the seed and what was done since.
import { IndexAdresses } from './adresses.js';
import { appliquerEffets, type BalPortee, type Effet } from './bal-portee.js';
import { ressourceDe, type ClePorteur } from './porteur.js';
import { ressources, type Ressource } from './systemes.js';

export type Compteurs = { insert: number; replace: number; delete: number };

/** What one address went through, all carriers together: a lost or doubled operation shows here. */
export type SuiviAdresse = Compteurs;

export class Etat {
  readonly #porteurs = new Map<ClePorteur, readonly BalPortee[]>();
  readonly #parRessource = new Map<Ressource, ClePorteur[]>(ressources.map((one) => [one, []]));
  readonly #touches = new Map<ClePorteur, string>();
  readonly #suivis = new Map<string, SuiviAdresse>();
  readonly adresses = new IndexAdresses();
  readonly effectifs: Compteurs = { insert: 0, replace: 0, delete: 0 };
  /** PATCH that changed something. */
  patchCount = 0;
  #balCount = 0;

  get balCount(): number {
    return this.#balCount;
  }

  get porteurCount(): number {
    return this.#porteurs.size;
  }

  /** Undefined: nothing was ever carried there, which does not mean that it does not exist. */
  balsDe(cle: ClePorteur): readonly BalPortee[] | undefined {
    return this.#porteurs.get(cle);
  }

  /** Carriers that something was ever carried by, in an order that only grows. */
  clesDe(ressource: Ressource): readonly ClePorteur[] {
    return this.#parRessource.get(ressource) ?? [];
  }

  /** When it was last changed by an operation, ISO 8601. */
  toucheLe(cle: ClePorteur): string | undefined {
    return this.#touches.get(cle);
  }

  touches(): ReadonlyMap<ClePorteur, string> {
    return this.#touches;
  }

  suivis(): ReadonlyMap<string, SuiviAdresse> {
    return this.#suivis;
  }

  /** One BAL of the seed; a second line of the same BAL on the same carrier adds nothing. */
  semer(cle: ClePorteur, bal: BalPortee): void {
    const bals = this.#porteurs.get(cle);
    const adresse = bal.adresse.toLowerCase();
    if (bals?.some((connue) => connue.adresse.toLowerCase() === adresse)) return;
    this.#poser(cle, bals ? [...bals, bal] : [bal]);
    this.adresses.ajouter(adresse, cle);
    this.#balCount += 1;
  }

  /** Applies what is known to be possible. `le`: ISO 8601. */
  appliquer(cle: ClePorteur, effets: readonly Effet[], le: string): void {
    const avant = this.#porteurs.get(cle) ?? [];
    const apres = appliquerEffets(avant, effets);
    this.remplacer(cle, apres, le);
    this.patchCount += 1;
    for (const effet of effets) {
      const adresse = (effet.k === 'insert' ? effet.bal.adresse : effet.a).toLowerCase();
      this.compter(adresse, effet.k, 1);
    }
  }

  /** Sets all that a carrier holds. */
  remplacer(cle: ClePorteur, apres: readonly BalPortee[], le: string): void {
    const avant = this.#porteurs.get(cle) ?? [];
    this.#poser(cle, apres);
    this.#touches.set(cle, le);
    this.#balCount += apres.length - avant.length;
    const restantes = new Set(apres.map(({ adresse }) => adresse.toLowerCase()));
    for (const { adresse } of avant) {
      const basse = adresse.toLowerCase();
      if (!restantes.has(basse)) this.adresses.retirer(basse, cle);
    }
    for (const adresse of restantes) this.adresses.ajouter(adresse, cle);
  }

  compter(adresse: string, kind: keyof Compteurs, nombre: number): void {
    this.effectifs[kind] += nombre;
    let suivi = this.#suivis.get(adresse);
    if (!suivi) this.#suivis.set(adresse, (suivi = { insert: 0, replace: 0, delete: 0 }));
    suivi[kind] += nombre;
  }

  #poser(cle: ClePorteur, bals: readonly BalPortee[]): void {
    if (!this.#porteurs.has(cle)) this.#parRessource.get(ressourceDe(cle))?.push(cle);
    this.#porteurs.set(cle, bals);
  }
}
