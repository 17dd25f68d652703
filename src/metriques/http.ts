// What the web server tells of its answers.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { catalogue } from './catalogue.js';
import { parseFamilles } from './parse-familles.js';
import type { Famille } from './famille.js';

export type RequeteRepondue = {
  readonly methode: string;
  /** The pattern of its route, never the address that was asked for; undefined when there was none. */
  readonly route: string | undefined;
  readonly statut: number;
  readonly secondes: number;
};

const bornes = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** What a client may invent is one of these, or « autre ». */
const methodes: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']);

export class MesureHttp {
  readonly #registre = new Registry();
  readonly #requetes = new Counter({
    ...definition('annuaire_sync_http_requetes_total'),
    labelNames: ['methode', 'route', 'classe'] as const,
    registers: [this.#registre],
  });
  readonly #durees = new Histogram({
    ...definition('annuaire_sync_http_duree_seconds'),
    labelNames: ['methode', 'route'] as const,
    buckets: bornes,
    registers: [this.#registre],
  });
  readonly #enCours = new Gauge({
    ...definition('annuaire_sync_http_en_cours'),
    registers: [this.#registre],
  });
  readonly #verifications = new Counter({
    ...definition('annuaire_sync_verifications_total'),
    labelNames: ['action', 'verdict'] as const,
    registers: [this.#registre],
  });

  readonly commencer = (): void => this.#enCours.inc();

  readonly noter = ({ methode, route = 'inconnue', statut, secondes }: RequeteRepondue): void => {
    const known = methodes.has(methode) ? methode : 'autre';
    this.#enCours.dec();
    this.#requetes.inc({ methode: known, route, classe: `${Math.trunc(statut / 100)}xx` });
    this.#durees.observe({ methode: known, route }, secondes);
  };

  /** `verdict`: undefined where the answer has none. */
  noterVerification(action: string, verdict: string | undefined): void {
    this.#verifications.inc({ action, verdict: verdict ?? 'aucun' });
  }

  async lire(): Promise<Famille[]> {
    return parseFamilles(await this.#registre.getMetricsAsJSON());
  }
}

function definition(name: keyof typeof catalogue): { name: string; help: string } {
  return { name, help: catalogue[name].aide };
}
