// The PostgreSQL of a lane: its databases, and its sudden death.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool, type Pool } from '../../src/db/pool.js';

const aliveWithinMs = 60_000;

export class Postgres {
  readonly #url: URL;
  readonly #dataDirectory: string;
  readonly #isKilled: boolean;

  private constructor(url: URL, dataDirectory: string, isKilled: boolean) {
    this.#url = url;
    this.#isKilled = isKilled;
    this.#dataDirectory = dataDirectory;
  }

  /** `isKilled`: it may be, as by a power cut. */
  static async reach(connectionString: string, isKilled = false): Promise<Postgres> {
    const pool = poolOf(connectionString);
    try {
      const { rows } = await pool.query<{ folder: string }>(
        `select current_setting('data_directory') as folder`,
      );
      return new Postgres(new URL(connectionString), rows[0]?.folder ?? '', isKilled);
    } finally {
      await pool.end();
    }
  }

  /** Written by the postmaster on its fourth line; a server started again may have taken another one. */
  get port(): number {
    const lines = this.#pidFile();
    return Number(lines[3] ?? this.#url.port);
  }

  /** Account under which it writes its files. */
  get owner(): { readonly uid: number; readonly gid: number } {
    const { uid, gid } = statSync(this.#dataDirectory);
    return { uid, gid };
  }

  url(database: string, port: number = this.port): string {
    const url = new URL(this.#url);
    url.port = String(port);
    url.pathname = `/${database}`;
    return url.href;
  }

  async run(...statements: readonly string[]): Promise<void> {
    const pool = poolOf(this.url('postgres'));
    try {
      for (const statement of statements) await pool.query(statement);
    } finally {
      await pool.end();
    }
  }

  clone(database: string, template: string, tablespace?: string): Promise<void> {
    const where = tablespace === undefined ? '' : ` tablespace ${tablespace}`;
    // A copied sequence believes its next 32 values logged, which is true of the original alone: a crash would give them again.
    const statement = `create database ${database} template ${template}${where}`;
    return this.run(statement, ...(this.#isKilled ? ['checkpoint'] : []));
  }

  drop(database: string): Promise<void> {
    return this.run(`drop database if exists ${database} with (force)`);
  }

  /** As a power cut: postmaster and sessions at once, nothing flushed. */
  kill(): void {
    const postmaster = Number(this.#pidFile()[0]);
    for (const pid of [postmaster, ...childrenOf(postmaster)]) killNow(pid);
  }

  /** One session of the program, which makes the postmaster throw out all the others. False when there is none. */
  async killSession(database: string): Promise<boolean> {
    const pool = poolOf(this.url('postgres'));
    try {
      const { rows } = await pool.query<{ pid: number }>(
        `select pid from pg_stat_activity
         where datname = $1::name and application_name = 'annuaire-sante-sync'
         order by backend_start limit 1`,
        [database],
      );
      for (const { pid } of rows) killNow(pid);
      return rows.length > 0;
    } catch {
      return false;
    } finally {
      await pool.end().catch(() => undefined);
    }
  }

  /** Resolves once it answers again; throws when it does not. */
  async untilAlive(database: string): Promise<void> {
    const deadline = performance.now() + aliveWithinMs;
    for (;;) {
      const pool = poolOf(this.url(database));
      try {
        await pool.query('select 1');
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await delay(50);
      } finally {
        await pool.end().catch(() => undefined);
      }
    }
  }

  #pidFile(): string[] {
    try {
      return readFileSync(join(this.#dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
    } catch {
      return [];
    }
  }
}

export function poolOf(connectionString: string): Pool {
  const pool = createPool(
    { connectionString, max: 2, statementTimeoutMs: 60_000, applicationName: 'campagne' },
    () => undefined,
  );
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function childrenOf(pid: number): number[] {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
  } catch {
    return [];
  }
}

function killNow(pid: number): void {
  if (!Number.isInteger(pid) || pid <= 1) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself meanwhile.
  }
}
