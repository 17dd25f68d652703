// A download under way on the disk: the bytes so far, and beside them a small JSON file that says of what, so that a
// later run resumes it. Invariant: the bytes are always a prefix of the one publication that the JSON describes.
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const publicationSchema = z.object({
  fileName: z.string().min(1).max(200),
  version: z.string().max(300).optional(),
  etag: z.string().max(300).optional(),
  lastModified: z.string().max(100).optional(),
  totalBytes: z.number().int().nonnegative().optional(),
});

/** What the server said of the file that it sends. */
export type Publication = Readonly<z.infer<typeof publicationSchema>>;

const sidecarSchema = z.object({
  format: z.literal(1),
  /** Hash of the address: it may hold a secret in its query. */
  urlKey: z.string().regex(/^[0-9a-f]{64}$/),
  publication: publicationSchema,
  /** Who writes it, until it is released. */
  host: z.string(),
  pid: z.number().int(),
  isReleased: z.boolean(),
});

export type Sidecar = z.infer<typeof sidecarSchema>;

export const partialSuffix = '.partial';
export const sidecarSuffix = '.partial.json';

/** A new name each time: two programs never write the same file. */
function newPartialPath(folder: string): string {
  return join(folder, `${randomBytes(8).toString('hex')}${partialSuffix}`);
}

export type CreateFile = (path: string) => Promise<FileHandle>;

export class PartialFile {
  #path: string;
  #handle: FileHandle;
  #sizeBytes: number;
  #publication: Publication | undefined;
  readonly #urlKey: string;

  private constructor(
    path: string,
    handle: FileHandle,
    urlKey: string,
    resumed: { publication: Publication; sizeBytes: number } | undefined,
  ) {
    this.#path = path;
    this.#handle = handle;
    this.#urlKey = urlKey;
    this.#sizeBytes = resumed?.sizeBytes ?? 0;
    this.#publication = resumed?.publication;
  }

  static async create(
    folder: string,
    urlKey: string,
    createFile: CreateFile,
  ): Promise<PartialFile> {
    const path = newPartialPath(folder);
    return new PartialFile(path, await createFile(path), urlKey, undefined);
  }

  /** Takes over the bytes that an earlier run left at `path`; nobody else can any more. */
  static async adopt(path: string, folder: string, sidecar: Sidecar): Promise<PartialFile> {
    const ownPath = newPartialPath(folder);
    await rename(path, ownPath);
    const handle = await open(ownPath, 'r+');
    const { size } = await handle.stat();
    const resumed = { publication: sidecar.publication, sizeBytes: size };
    const partial = new PartialFile(ownPath, handle, sidecar.urlKey, resumed);
    await partial.#writeSidecar(false);
    await rm(`${path}.json`, { force: true });
    return partial;
  }

  get path(): string {
    return this.#path;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** undefined until a first answer. */
  get publication(): Publication | undefined {
    return this.#publication;
  }

  /** Back to nothing: what was received is not to be trusted. */
  async forget(): Promise<void> {
    await this.#handle.truncate(0);
    this.#sizeBytes = 0;
  }

  /** Forgets the bytes: what follows is the beginning of `publication`. The bytes go first, so a crash between mixes nothing. */
  async restart(publication: Publication): Promise<void> {
    if (this.#sizeBytes > 0) await this.forget();
    this.#publication = publication;
    await this.#writeSidecar(false);
  }

  async append(chunk: Buffer): Promise<void> {
    let written = 0;
    while (written < chunk.length) {
      const { bytesWritten } = await this.#handle.write(
        chunk,
        written,
        chunk.length - written,
        this.#sizeBytes,
      );
      written += bytesWritten;
      this.#sizeBytes += bytesWritten;
    }
  }

  /** Leaves it for a later run. */
  async release(): Promise<void> {
    await this.#handle.close();
    await this.#writeSidecar(true);
  }

  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.#path, { force: true });
    await rm(`${this.#path}.json`, { force: true });
  }

  /** Bytes on the disk, then renamed: a file with its final name is whole. */
  async publish(finalPath: string): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
    await rename(this.#path, finalPath);
    await rm(`${this.#path}.json`, { force: true });
  }

  async #writeSidecar(isReleased: boolean): Promise<void> {
    if (this.#publication === undefined) return;
    const sidecar: Sidecar = {
      format: 1,
      urlKey: this.#urlKey,
      publication: this.#publication,
      host: hostname(),
      pid: process.pid,
      isReleased,
    };
    await writeFile(`${this.#path}.json`, JSON.stringify(sidecar), { mode: 0o600 });
  }
}

/** undefined when it cannot be read or was written by another version of the program. */
export async function readSidecar(path: string): Promise<Sidecar | undefined> {
  try {
    return sidecarSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
