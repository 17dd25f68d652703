// A whole copy of the private server while it works: PostgreSQL's own BASE_BACKUP, as pg_basebackup asks for it (« Streaming
// Replication Protocol » of its manual). The server checks its pages as it reads them, adds the log that makes the copy
// consistent, and lists every file with its SHA-256.
import type { Writable } from 'node:stream';
import pg from 'pg';
import { securedUrl } from '../connection-tls.js';
import { AppError, messageOf } from '../../errors.js';

export type BaseBackup = {
  /** PostgreSQL's own list of the files, JSON (« backup_manifest »). */
  readonly fileList: Buffer;
  /** Of the tar archive. */
  readonly archiveBytes: number;
};

export type BaseBackupOptions = {
  readonly label: string;
  /** Kilobytes a second that the server reads at most; undefined: as fast as it goes. */
  readonly rateKilobytes: number | undefined;
  /** Nothing came for so long: given up. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
  /** Bytes of the archive so far. */
  readonly onProgress: (bytes: number) => void;
};

/** Writes the data folder of the server of `connectionString` to `archive` as a tar, which is not ended here. */
export async function takeBaseBackup(
  connectionString: string,
  archive: Writable,
  options: BaseBackupOptions,
): Promise<BaseBackup> {
  const guard = new pg.Client({
    ...securedUrl(connectionString),
    application_name: applicationName,
  });
  const client = new pg.Client(replicationConfig(connectionString));
  for (const each of [guard, client]) each.on('error', () => undefined);
  const stop = (): void => void client.end().catch(() => undefined);
  try {
    await guard.connect();
    await assertCanBackup(guard);
    await keepLog(guard);
    await client.connect();
    options.signal.throwIfAborted();
    options.signal.addEventListener('abort', stop, { once: true });
    return await receive(client, archive, options);
  } catch (error) {
    options.signal.throwIfAborted();
    throw error instanceof AppError ? error : explain(error);
  } finally {
    options.signal.removeEventListener('abort', stop);
    await Promise.all([guard, client].map((each) => each.end().catch(() => undefined)));
  }
}

function replicationConfig(connectionString: string): pg.ClientConfig {
  const config: pg.ClientConfig & { replication: string } = {
    ...securedUrl(connectionString),
    replication: 'true',
    application_name: applicationName,
  };
  return config;
}

/** A server that an older program left running has no log to copy. */
async function assertCanBackup(guard: pg.Client): Promise<void> {
  const { rows } = await guard.query<{ level: string }>(
    `select current_setting('wal_level') as level`,
  );
  if (rows[0]?.level !== 'minimal') return;
  throw new AppError(
    'SAUVEGARDE_JOURNAL_MINIMAL',
    `La base privée a été démarrée par une version du programme qui ne savait pas la sauvegarder. Arrêtez tous les ` +
      `programmes annuaire-sync de cette machine (elle s'arrête avec le dernier), puis relancez.`,
  );
}

/** Until `guard` ends, the server keeps every segment of its log that the copy will need, however busy it is. */
async function keepLog(guard: pg.Client): Promise<void> {
  await guard.query(`select pg_create_physical_replication_slot($1::name, true, true)`, [
    `sauvegarde_${process.pid}_${Date.now()}`,
  ]);
}

function receive(
  client: pg.Client,
  archive: Writable,
  options: BaseBackupOptions,
): Promise<BaseBackup> {
  return new Promise((resolve, reject) => {
    archive.once('error', reject);
    client.once('end', () => reject(new Error('connection ended')));
    const settle = (error: unknown, done?: BaseBackup): void => {
      archive.off('error', reject);
      if (done) resolve(done);
      else reject(error instanceof Error ? error : new Error(String(error)));
    };
    client.query(new BaseBackupQuery(archive, options, settle));
  });
}

type Settle = (error: unknown, done?: BaseBackup) => void;
type Wire = { readonly stream: { pause(): unknown; resume(): unknown; destroy(): unknown } };

/** What pg calls as the answer comes in. */
class BaseBackupQuery {
  readonly #archive: Writable;
  readonly #options: BaseBackupOptions;
  readonly #settle: Settle;
  readonly #fileList: Buffer[] = [];
  #fileListBytes = 0;
  #archiveBytes = 0;
  #part: 'none' | 'archive' | 'list' = 'none';
  #isPaused = false;
  #error: unknown;
  #silence: NodeJS.Timeout | undefined;

  constructor(archive: Writable, options: BaseBackupOptions, settle: Settle) {
    this.#archive = archive;
    this.#options = options;
    this.#settle = settle;
  }

  submit(connection: pg.Connection): void {
    const wire: unknown = connection;
    if (isQueryable(wire)) wire.query(commandOf(this.#options));
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }, connection: Wire): void {
    this.#watch(connection);
    if (this.#error !== undefined) return;
    try {
      this.#take(String.fromCharCode(chunk[0] ?? 0), chunk.subarray(1), connection);
    } catch (error) {
      this.#error = error;
      connection.stream.destroy();
      this.#end();
    }
  }

  handleError(error: Error): void {
    this.#error ??= error;
    this.#end();
  }

  handleReadyForQuery(): void {
    this.#end();
  }

  handleRowDescription(): void {
    // Where the log begins and ends: the copy holds it itself.
  }

  handleDataRow(): void {
    // See above.
  }

  handleCommandComplete(): void {
    // The end is told by handleReadyForQuery.
  }

  #take(kind: string, data: Buffer, connection: Wire): void {
    if (kind === 'n') {
      this.#openArchive(data);
    } else if (kind === 'm') {
      this.#part = 'list';
    } else if (kind === 'd' && this.#part === 'archive') {
      this.#archiveBytes += data.length;
      this.#options.onProgress(this.#archiveBytes);
      // The parser uses its buffer again, and zlib reads later.
      if (!this.#archive.write(Buffer.from(data))) this.#pause(connection);
    } else if (kind === 'd' && this.#part === 'list') {
      this.#fileListBytes += data.length;
      if (this.#fileListBytes > fileListBytesMax) throw new Error('backup_manifest too long');
      this.#fileList.push(Buffer.from(data));
    } else if (kind !== 'p') {
      throw new Error(`unexpected message of BASE_BACKUP: ${kind}`);
    }
  }

  /** What was already received still comes, which is little. */
  #pause(connection: Wire): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    connection.stream.pause();
    this.#archive.once('drain', () => {
      this.#isPaused = false;
      connection.stream.resume();
    });
  }

  #openArchive(data: Buffer): void {
    const name = data.subarray(0, data.indexOf(0)).toString('utf8');
    if (name !== 'base.tar' || this.#part !== 'none') {
      throw new AppError(
        'SAUVEGARDE_TABLESPACE',
        `La base privée a un espace de tables de plus (${name}), que ce programme ne crée pas et ne sauvegarde pas : ` +
          `sauvegardez-la avec pg_basebackup, ou retirez-le.`,
      );
    }
    this.#part = 'archive';
  }

  /** One that never ends would make the server keep its log for ever. */
  #watch(connection: Wire): void {
    if (this.#silence) {
      this.#silence.refresh();
      return;
    }
    this.#silence = setTimeout(() => {
      this.#error ??= new Error(`rien depuis ${this.#options.silenceMs / 1000} s`);
      connection.stream.destroy();
      this.#end();
    }, this.#options.silenceMs);
  }

  #end(): void {
    clearTimeout(this.#silence);
    if (this.#error === undefined && this.#part !== 'list') {
      this.#error = new Error('BASE_BACKUP gave no list of files');
    }
    if (this.#error !== undefined) this.#settle(this.#error);
    else {
      this.#settle(undefined, {
        fileList: Buffer.concat(this.#fileList),
        archiveBytes: this.#archiveBytes,
      });
    }
  }
}

function isQueryable(wire: unknown): wire is { query(text: string): void } {
  return wire instanceof Object && typeof Reflect.get(wire, 'query') === 'function';
}

function commandOf({ label, rateKilobytes }: BaseBackupOptions): string {
  const rate = rateKilobytes === undefined ? '' : `, MAX_RATE ${rateKilobytes}`;
  return (
    `BASE_BACKUP (LABEL '${label.replaceAll("'", "''")}', CHECKPOINT 'fast', WAL, ` +
    `MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256'${rate})`
  );
}

function explain(error: unknown): unknown {
  const text = messageOf(error);
  if (/checksum verification fail/iu.test(text)) {
    return new AppError(
      'BASE_ABIMEE',
      `PostgreSQL a trouvé des pages abîmées en lisant la base (${text}) : le disque est suspect. Gardez les sauvegardes ` +
        `précédentes, vérifiez le disque, et restaurez la dernière bonne.`,
      { cause: error },
    );
  }
  if (!(error instanceof Error) || ('code' in error && /^E[A-Z]+$/u.test(String(error.code)))) {
    return error;
  }
  return new AppError(
    'SAUVEGARDE_INTERROMPUE',
    `PostgreSQL n'a pas fini de donner la copie de la base (${text}). La sauvegarde commencée est effacée, les précédentes ` +
      `restent. Relancez ; si cela dure, voyez postgres.log dans le dossier de données.`,
    { cause: error },
  );
}

const applicationName = 'annuaire-sante-sync backup';
// A line of 200 bytes for each file: a hundred thousand files, fifty times what we have.
const fileListBytesMax = 32 * 2 ** 20;
