// A sample on disk, read back with readers that share nothing with its writers.
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import yauzl from 'yauzl';
import { silentProgress } from '../../src/progress.js';
import { generateSample, type SampleOptions } from '../../src/sample/generate.js';

export type SampleFiles = {
  readonly folder: string;
  /** Every file; members of archives under their own names, JSON unzipped. */
  readonly texts: ReadonlyMap<string, Buffer>;
};

export async function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'annuaire-sync-sample-'));
}

export async function makeSample(options: Omit<SampleOptions, 'outDir'>): Promise<SampleFiles> {
  const folder = await makeFolder();
  await generateSample(
    { ...options, outDir: folder },
    silentProgress,
    new AbortController().signal,
  );
  return readSample(folder);
}

export async function removeSample({ folder }: SampleFiles): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

async function readSample(folder: string): Promise<SampleFiles> {
  const texts = new Map<string, Buffer>();
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.endsWith('.zip')) {
      for (const [member, content] of await readZip(path)) texts.set(member, content);
    } else if (name.endsWith('.gz')) {
      texts.set(name.slice(0, -3), await buffer(createReadStream(path).pipe(createGunzip())));
    } else {
      texts.set(name, await readFile(path));
    }
  }
  return { folder, texts };
}

async function readZip(path: string): Promise<Map<string, Buffer>> {
  const zip = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(path, {
    lazyEntries: true,
  });
  const members = new Map<string, Buffer>();
  await new Promise<void>((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry: yauzl.Entry) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error) {
          reject(error);
          return;
        }
        buffer(stream).then((content) => {
          members.set(entry.fileName, content);
          zip.readEntry();
        }, reject);
      });
    });
    zip.readEntry();
  });
  return members;
}

/** The file whose name holds `part`. */
export function fileOf({ texts }: SampleFiles, part: string): Buffer {
  const found = [...texts].filter(([name]) => name.includes(part));
  const [first] = found;
  if (!first || found.length > 1) throw new Error(`${found.length} files like ${part}`);
  return first[1];
}

/** Lines without their end; the last line end makes no empty line. */
export function linesOf(sample: SampleFiles, part: string): string[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(fileOf(sample, part));
  if (!text.endsWith('\n')) throw new Error(`${part} does not end with a line end`);
  return text.slice(0, -1).split('\n');
}

export type Row = Readonly<Record<string, string>>;

export function rowsOf(sample: SampleFiles, part: string, separator: string): Row[] {
  const [header = '', ...lines] = linesOf(sample, part);
  const names = header.split(separator);
  return lines.map((line) => {
    const cells = line.split(separator);
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
  });
}

export type Truth = {
  readonly judgedAt: string;
  readonly fichiers: readonly string[];
  readonly quirks: { readonly vus: Readonly<Record<string, number>> };
  readonly sources: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly constats: readonly {
    readonly code: string;
    readonly domaine: string;
    readonly adresse: string | null;
    readonly precision: string;
    readonly cas: string;
  }[];
};

export function truthOf(sample: SampleFiles): Truth {
  return JSON.parse(fileOf(sample, 'truth.json').toString('utf8')) as Truth;
}
