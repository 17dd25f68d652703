// The database under a daemon: opened when it is there, said to be gone when it is not, never waited for by anybody else.
import type { Settings } from '../config/settings.js';
import { openEngine, type Engine } from '../db/engine.js';
import { migrate } from '../db/migrate.js';
import { createPool, type Pool } from '../db/pool.js';
import type { EtatBase, EtatNoeud } from '../domain/etat-noeud.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { insertNoeud, noterArret, noterVu } from '../store/noeud.js';
import { explainFault } from './known-fault.js';
import { programVersion } from './version.js';

/** Questions are small: one that takes longer is lost. */
const statementTimeoutMs = 10_000;
/** After a failure the next look comes later and later. */
const retryMinMs = 1_000;
const retryMaxMs = 15_000;

type BaseOptions = {
  readonly settings: Settings;
  readonly noeud: string;
  readonly log: Logger;
  readonly now: () => Date;
};

export class BaseDuNoeud {
  readonly #options: BaseOptions;
  readonly #demarreLe: Date;
  #engine: Engine | undefined;
  #pool: Pool | undefined;
  #id: string | undefined;
  #etat: EtatBase;
  #retryMs = retryMinMs;

  constructor(options: BaseOptions) {
    this.#options = options;
    this.#demarreLe = options.now();
    const depuis = this.#demarreLe.toISOString();
    this.#etat = { estJoignable: false, depuis, cause: 'Pas encore ouverte.', lectureSeule: false };
  }

  get etat(): EtatBase {
    return this.#etat;
  }

  /** When to look again. */
  get pauseMs(): number {
    return this.#retryMs;
  }

  /** Undefined: it does not answer; that is said once. */
  async use<T>(work: (pool: Pool) => Promise<T>): Promise<T | undefined> {
    try {
      const result = await work(await this.#open());
      this.#found();
      return result;
    } catch (error) {
      this.#lost(error);
      return undefined;
    }
  }

  /** Says that this node is there, and how it is. */
  async noter(pool: Pool, etat: EtatNoeud): Promise<void> {
    const { noeud: nom, now } = this.#options;
    const isKnown = this.#id !== undefined && (await noterVu(pool, this.#id, etat, now()));
    if (isKnown) return;
    const node = { nom, version: programVersion, pid: process.pid, demarreLe: this.#demarreLe };
    this.#id = await insertNoeud(pool, { ...node, etat });
  }

  /** Says that it leaves, when it can be said within `limitMs`. */
  async close(etat: EtatNoeud, limitMs: number): Promise<void> {
    const pool = this.#pool;
    const id = this.#id;
    const closing = (async (): Promise<void> => {
      if (pool && id !== undefined && this.#etat.estJoignable) {
        await noterArret(pool, id, etat, this.#options.now()).catch(() => undefined);
      }
      await pool?.end();
      await this.#engine?.close();
    })();
    await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, limitMs).unref())]);
  }

  async #open(): Promise<Pool> {
    const { settings, log } = this.#options;
    if (this.#pool) return this.#pool;
    this.#engine ??= await openEngine(
      { url: settings.database.url, dataDir: settings.dataDir },
      (message) => log.info('base', message),
    );
    const pool = createPool(
      {
        connectionString: this.#engine.connectionString,
        max: 2,
        statementTimeoutMs,
        applicationName: 'annuaire-sante-sync daemon',
      },
      // The next look finds out.
      () => undefined,
    );
    try {
      await migrate(pool);
    } catch (error) {
      await pool.end();
      throw error;
    }
    this.#pool = pool;
    return pool;
  }

  #found(): void {
    this.#retryMs = retryMinMs;
    if (this.#etat.estJoignable) return;
    const depuis = this.#options.now().toISOString();
    this.#etat = { estJoignable: true, depuis, lectureSeule: false };
    this.#options.log.info('base-joignable', 'La base de données répond : les étapes reprennent.');
  }

  #lost(error: unknown): void {
    const cause = messageOf(explainFault(error) ?? error);
    const isNews = this.#etat.estJoignable || this.#etat.cause !== cause;
    const depuis = this.#etat.estJoignable ? this.#options.now().toISOString() : this.#etat.depuis;
    this.#etat = { estJoignable: false, depuis, cause, lectureSeule: false };
    this.#retryMs = Math.min(retryMaxMs, this.#retryMs * 2);
    if (!isNews) return;
    this.#options.log.warn(
      'base-perdue',
      `${cause} Les étapes attendent qu’elle revienne ; LDAP sert son dernier instantané.`,
    );
  }
}
