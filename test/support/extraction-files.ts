// National files of a few invented lines, with the true header.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from '../../src/db/pool.js';
import type { SourceFile, SourceName } from '../../src/domain/source.js';
import { defaultArchiveLimits } from '../../src/extractions/archive-limits.js';
import {
  loadFile,
  type Loaded,
  type LoadRequest,
  type LoadSettings,
} from '../../src/extractions/load.js';
import { silentProgress } from '../../src/progress.js';

export type Cells = Readonly<Record<string, string>>;

export const headers = {
  bals: readHeader('Extraction_Correspondance_MSSante'),
  activites: readHeader('PS_LibreAcces_Personne_activite'),
  savoirFaire: readHeader('PS_LibreAcces_SavoirFaire'),
} as const;

function readHeader(name: string): readonly string[] {
  return readFileSync(`test/fixtures/headers/${name}.header.txt`, 'utf8').trim().split('|');
}

/** The text of a file: its header, then one line for each set of named cells. */
export function textOf(header: readonly string[], rows: readonly Cells[]): string {
  const lines = rows.map((row) => {
    const unknown = Object.keys(row).filter((name) => !header.includes(name));
    if (unknown.length > 0) throw new Error(`no such column: ${unknown.join(', ')}`);
    return header.map((name) => row[name] ?? '').join('|');
  });
  return [header.join('|'), ...lines, ''].join('\n');
}

export function bal(adresse: string, cells: Cells = {}): Cells {
  return {
    'Type de BAL': 'PER',
    'Adresse BAL': adresse,
    'Type Identifiant PP': '8',
    'Identifiant PP': '10000000018',
    ...cells,
  };
}

export function activite(rpps: string, cells: Cells = {}): Cells {
  return {
    "Type d'identifiant PP": '8',
    'Identifiant PP': rpps,
    "Nom d'exercice": 'EXEMPLE',
    "Prénom d'exercice": 'Anne',
    'Code profession': '10',
    'Code mode exercice': 'S',
    'Numéro FINESS site': '990000013',
    'Numéro FINESS établissement juridique': '990000005',
    'Raison sociale site': 'CH IMAGINAIRE',
    ...cells,
  };
}

const folders: string[] = [];

/** Removed when the test file ends. */
export function tempFolder(): string {
  // One listener for all: a test file may ask for dozens.
  if (folders.length === 0) process.once('exit', removeFolders);
  const folder = mkdtempSync(join(tmpdir(), 'annuaire-'));
  folders.push(folder);
  return folder;
}

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

export function sourceFile(path: string, version: string, genereLe?: Date): SourceFile {
  return { path, version, genereLe, sizeBytes: 1, origin: path, isTemporary: false };
}

export const openSettings: LoadSettings = {
  guards: { shrinkMax: 0.05, changeMax: 0.2, rejectMax: 0.01 },
  archive: defaultArchiveLimits,
  text: {
    limits: { lineBytesMax: 65_536, rejectsKeptMax: 10 },
    fallbackCharset: undefined,
    tempDir: tempFolder(),
  },
  small: {
    listeBlanche: { signature: 'optional', trustedPems: [], signataireCn: undefined },
    finess: { codesFermes: [] },
  },
};

/** Guards that let everything through, for tests that are about something else. */
export const noGuards: LoadSettings = {
  ...openSettings,
  guards: { shrinkMax: 1, changeMax: 1_000, rejectMax: 1 },
};

let versions = 0;

/** Writes `content` under the published name of the source and loads it. */
export async function load(
  pool: Pool,
  source: SourceName,
  content: string | Buffer,
  options: {
    settings?: LoadSettings;
    isAccepted?: boolean;
    genereLe?: Date;
    record?: NonNullable<LoadRequest['record']>;
  } = {},
): Promise<Loaded> {
  versions += 1;
  const version = `v${versions}`;
  const path = join(tempFolder(), `${publishedNames[source]}_202601010000.txt`);
  writeFileSync(path, content);
  return loadFile(
    pool,
    {
      source,
      file: sourceFile(path, version, options.genereLe),
      isAccepted: options.isAccepted ?? false,
      now: new Date('2026-01-02T00:00:00Z'),
      ...(options.record && { record: options.record }),
    },
    options.settings ?? noGuards,
    silentProgress,
    new AbortController().signal,
  );
}

const publishedNames: Readonly<Record<SourceName, string>> = {
  bals: 'Extraction_Correspondance_MSSante',
  professionnels: 'PS_LibreAcces_Personne_activite',
  identites: 'Extraction_ProSanteConnect',
  finess: 'finess-structures',
  'liste-blanche': 'listeblanchemssante',
  'adeli-rpps': 'Correspondance_ADELI_RPPS',
};
