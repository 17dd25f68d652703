// Hands events to the endpoints of the settings. Each endpoint has its own line: one that hangs holds no other.
import { createHash, randomUUID } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { Db, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { ecarterPoint, listPointsEcartes, repartirEvenements } from '../store/evenement.js';
import { prendreEnvoi } from '../store/evenement-envoi.js';
import { regler, reprendreBaux } from '../store/file-envoi.js';
import { reglementOf } from './reprise.js';
import type { BilanEnvoi, EnvoiOptions } from './send-mails.js';
import type { PointSettings, WebhookSettings } from './settings.js';
import { createWebhookDispatcher, postWebhook, webhookCall, type WebhookIssue } from './webhook.js';

export type BilanWebhooks = Omit<BilanEnvoi, 'arret'> & {
  /** Endpoints that did not take anything in this run, and why. */
  readonly muets: readonly { readonly point: string; readonly message: string }[];
};

/** After so many failures in a row, an endpoint is left alone until the next run. */
const echecsMax = 3;

export async function sendWebhooks(
  pool: Pool,
  settings: WebhookSettings,
  options: EnvoiOptions,
): Promise<BilanWebhooks> {
  const now = options.horloge.now();
  const { points, reprise } = settings;
  await transaction(pool, (db) => repartir(db, settings, now));
  const repris = await reprendreBaux(pool, 'evenement_envoi', {
    now,
    doutesMax: reprise.doutesMax,
  });
  const run = new WebhookRun(pool, settings, options);
  const ecartes = await listEcartes(pool, points);
  const ended = await Promise.allSettled(
    points.filter(({ nom }) => !ecartes.has(nom)).map((point) => run.serve(point)),
  );
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return { ...run.bilan, repris };
}

/** Hands what was published since the last time to the endpoints; `db` is inside a transaction. */
export async function repartir(db: Db, settings: WebhookSettings, now: Date): Promise<void> {
  const abonnements = settings.points.map(({ nom, evenements }) => ({
    point: nom,
    types: evenements,
  }));
  const depuis = new Date(now.getTime() - settings.reprise.dureeMaxMs);
  await repartirEvenements(db, abonnements, { now, depuis });
}

/** Those that said 410 at the address that the settings still give. */
export async function listEcartes(db: Db, points: readonly PointSettings[]): Promise<Set<string>> {
  const said = new Map((await listPointsEcartes(db)).map((one) => [one.point, one.urlEmpreinte]));
  return new Set(
    points.filter(({ nom, url }) => said.get(nom) === empreinteOf(url)).map(({ nom }) => nom),
  );
}

/** An address may hold a token: what is kept is its fingerprint. */
function empreinteOf(url: URL): string {
  return createHash('sha256').update(url.href).digest('hex');
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class WebhookRun {
  readonly bilan: Mutable<Omit<BilanWebhooks, 'muets'>> & {
    readonly muets: { point: string; message: string }[];
  } = { partis: 0, refuses: 0, abandonnes: 0, reportes: 0, repris: 0, perdus: 0, muets: [] };
  readonly #pool: Pool;
  readonly #settings: WebhookSettings;
  readonly #options: EnvoiOptions;

  constructor(pool: Pool, settings: WebhookSettings, options: EnvoiOptions) {
    this.#pool = pool;
    this.#settings = settings;
    this.#options = options;
  }

  /** One event after the other, in the order in which they are due. */
  async serve(point: PointSettings): Promise<void> {
    const dispatcher = createWebhookDispatcher(this.#settings);
    try {
      let echecs = 0;
      while (!this.#options.signal.aborted) {
        const issue = await this.#next(point, dispatcher);
        if (!issue) return;
        if (issue.isGone === true) {
          await this.#setAside(point, issue.message);
          return;
        }
        echecs = issue.kind === 'parti' ? 0 : echecs + 1;
        if (echecs >= echecsMax) {
          this.bilan.muets.push({ point: point.nom, message: issue.message });
          return;
        }
      }
    } finally {
      await dispatcher.destroy();
    }
  }

  async #next(point: PointSettings, dispatcher: Dispatcher): Promise<WebhookIssue | undefined> {
    const { horloge, random, signal, envoyeur } = this.#options;
    const now = horloge.now();
    const request = {
      prise: `${envoyeur}:${randomUUID()}`,
      now,
      bailJusqua: new Date(now.getTime() + this.#settings.bailMs),
      point: point.nom,
    };
    const taken = await transaction(this.#pool, (db) => prendreEnvoi(db, request));
    if (!taken) return undefined;
    const call = webhookCall(taken.envoi, point, now);
    const issue = await postWebhook(call, dispatcher, this.#settings, { now, signal });
    const reglement = reglementOf(taken.pris, issue, {
      settings: this.#settings.reprise,
      now: horloge.now(),
      random,
    });
    const isSettled = await regler(this.#pool, 'evenement_envoi', reglement);
    if (!isSettled) this.bilan.perdus += 1;
    else if (reglement.etat === 'parti') this.bilan.partis += 1;
    else if (reglement.etat === 'refuse') this.bilan.refuses += 1;
    else if (reglement.etat === 'abandonne') this.bilan.abandonnes += 1;
    else this.bilan.reportes += 1;
    return issue;
  }

  async #setAside({ nom, url }: PointSettings, message: string): Promise<void> {
    await ecarterPoint(this.#pool, {
      point: nom,
      urlEmpreinte: empreinteOf(url),
      ecarteLe: this.#options.horloge.now(),
      message,
    });
    this.bilan.muets.push({ point: nom, message });
  }
}
