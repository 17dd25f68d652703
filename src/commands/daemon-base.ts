// The database under a daemon: opened when it is there, said to be gone when it is not, never waited for by anybody else.
import type { Settings } from '../config/settings.js';
import { openEngine, type Engine } from '../db/engine.js';
import { migrate } from '../db/migrate.js';
import { findReadOnlyCause } from '../db/read-only.js';
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
  #isMigrated = false;

  constructor(options: BaseOptions) {
    this.#options = options;
    this.#demarreLe = options.now();
    const depuis = this.#demarreLe.toISOString();
    this.#etat = { estJoignable: false, depuis, cause: 'Pas encore ouverte.', lectureSeule: false };
  }

  get etat(): EtatBase {
    return this.#etat;
  }

  /** Undefined: never opened yet. */
  get connectionString(): string | undefined {
    return this.#engine?.connectionString;
  }

  /** When to look again. */
  get pauseMs(): number {
    return this.#retryMs;
  }

  /** Undefined: it does not answer, which is said once, or takes no writes: then nothing is done. */
  async use<T>(work: (pool: Pool) => Promise<T>): Promise<T | undefined> {
    try {
      const pool = await this.#open();
      const isReadOnly = await this.#isReadOnly(pool);
      // A standby that was promoted may lack our last migrations.
      if (!isReadOnly && !this.#isMigrated) await migrate(pool);
      this.#isMigrated = !isReadOnly;
      this.#found(isReadOnly);
      return isReadOnly ? undefined : await work(pool);
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
      if (pool && id !== undefined && this.#etat.estJoignable && !this.#etat.lectureSeule) {
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
    this.#pool = createPool(
      {
        connectionString: this.#engine.connectionString,
        max: 2,
        statementTimeoutMs,
        connectTimeoutMs: statementTimeoutMs,
        // A server that vanished without a word is gone too.
        answerTimeoutMs: statementTimeoutMs + 1_000,
        applicationName: 'annuaire-sante-sync daemon',
      },
      // The next look finds out.
      () => undefined,
    );
    return this.#pool;
  }

  async #isReadOnly(pool: Pool): Promise<boolean> {
    const { lectureSeule } = this.#options.settings.database;
    return (await findReadOnlyCause(pool, lectureSeule)) !== undefined;
  }

  #found(lectureSeule: boolean): void {
    this.#retryMs = retryMinMs;
    const { estJoignable, lectureSeule: before } = this.#etat;
    if (estJoignable && before === lectureSeule) return;
    const { now, log } = this.#options;
    this.#etat = { estJoignable: true, depuis: now().toISOString(), lectureSeule };
    const message = lectureSeule
      ? 'La base de données se lit et ne s’écrit pas : ce nœud sert, les étapes tournent sur les autres.'
      : 'La base de données répond : les étapes passent à leur heure.';
    log.info('base-joignable', message);
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
