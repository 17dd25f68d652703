// The directory under measure: the invented country, put in service as an opérateur would, and exported as LDIF.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSample } from '../../src/sample/generate.js';
import { silentProgress } from '../../src/progress.js';
import type { Certificate } from './certificate.js';

export type Country = {
  /** Settings of an administrator who serves the whole country to a busy platform. */
  readonly settings: string;
  readonly ldif: string;
  readonly program: string;
};

/** Kept between runs: what is already there is not made again. */
export async function prepareCountry(
  folder: string,
  print: (line: string) => void,
): Promise<Country> {
  const sample = await sampleIn(folder, print);
  const work = join(folder, 'ldap');
  const program = join(import.meta.dirname, '..', '..', '..', 'bin', 'annuaire-sync');
  const country = { settings: join(work, 'annuaire-sync.yaml'), ldif: join(work, 'bal.ldif'), program };
  mkdirSync(work, { recursive: true });
  const extraction = join(sample, fileNamed(sample, /^Extraction_Correspondance.*\.zip$/u));
  writeSettings(country.settings, { extraction, ports: undefined });
  if (existsSync(country.ldif) && statSync(country.ldif).mtimeMs > statSync(extraction).mtimeMs) {
    return country;
  }
  print('Mise en service des BAL…');
  annuaireSync(country, 'extract', 'bals');
  print('Export LDIF…');
  annuaireSync(country, 'export', 'ldif', '--out', country.ldif);
  return country;
}
