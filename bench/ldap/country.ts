// The directory under measure: the invented country, put in service as an opérateur would, and exported as LDIF.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { generateSample } from '../../src/sample/generate.js';
import { silentProgress } from '../../src/progress.js';
import { mirrorSettings } from './mirror-settings.js';

export type Country = {
  /** Settings, database, LDIF: what is kept between runs. */
  readonly folder: string;
  readonly settings: string;
  readonly ldif: string;
  /** Definitions of what is in no standard schema, in the syntax of slapd.conf. */
  readonly schema: string;
};

export const program = join(import.meta.dirname, '..', '..', '..', 'bin', 'annuaire-sync');

/** What is already there is not made again. */
export async function prepareCountry(
  folder: string,
  print: (line: string) => void,
  scale: 'national' | 'tenth' = 'national',
): Promise<Country> {
  const extraction = await extractionOf(folder, 1, print, scale);
  const work = join(folder, scale === 'national' ? 'ldap' : `ldap-${scale}`);
  mkdirSync(work, { recursive: true });
  const country = {
    folder: work,
    settings: join(work, 'annuaire-sync.yaml'),
    ldif: join(work, 'bal.ldif'),
    schema: join(work, 'bal.schema'),
  };
  if (existsSync(country.ldif) && statSync(country.ldif).mtimeMs > statSync(extraction).mtimeMs) {
    return country;
  }
  writeSettings(country, {});
  print('Mise en service des BAL…');
  await loadExtraction(country, extraction);
  print('Export LDIF…');
  await annuaireSync(country, 'export', 'ldif', '--schema', '--out', country.schema);
  await annuaireSync(country, 'export', 'ldif', '--out', country.ldif);
  return country;
}

export async function loadExtraction(country: Country, extraction: string): Promise<void> {
  await annuaireSync(country, 'extract', 'bals', '--from', extraction);
}

/** `ldap`: that part of the settings. */
export function writeSettings({ settings }: Country, ldap: Record<string, unknown>): void {
  const text = stringify({
    dataDir: './base',
    operateur: { nom: 'Mesure', domaines: ['mesure-exemple.mssante.fr'] },
    ldap: { ...mirrorSettings, ...ldap },
  });
  writeFileSync(settings, text, { mode: 0o600 });
}

/** The file of BAL of that day, in the invented country at national scale. */
export async function extractionOf(
  folder: string,
  day: number,
  print: (line: string) => void,
  scale: 'national' | 'tenth' = 'national',
): Promise<string> {
  const outDir = join(folder, `${scale}-${day}`);
  if (!existsSync(join(outDir, 'truth.json'))) {
    print(`Échantillon ${scale}, jour ${day}…`);
    rmSync(outDir, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const options = { outDir, scale, day } as const;
    await generateSample(options, silentProgress, new AbortController().signal);
  }
  const name = readdirSync(outDir).find((file) => /^Extraction_Correspondance.*\.zip$/u.test(file));
  if (name === undefined) throw new Error(`${outDir} holds no extraction of BAL`);
  return join(outDir, name);
}

async function annuaireSync({ settings }: Country, ...args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [program, '--config', settings, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code: unknown = (await once(child, 'exit'))[0];
  if (code !== 0) throw new Error(`annuaire-sync ${args.join(' ')} ended with ${String(code)}`);
}
