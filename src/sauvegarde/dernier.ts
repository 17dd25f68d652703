// What status, doctor and the metrics read of the backups: `dataDir/sauvegarde/dernier.json`, outside of the base that may be lost.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The last backup that ended well. */
export type DerniereSauvegarde = {
  /** ISO 8601. */
  readonly finieLe: string;
  readonly octets: number;
  /** Absolute path of its folder. */
  readonly fichier: string;
  /** ISO 8601: when it was restored to see; absent: not yet. */
  readonly verifieeLe?: string | undefined;
};

/** Undefined when there was none. */
export async function lireDerniere(dataDir: string): Promise<DerniereSauvegarde | undefined> {
  const text = await readFile(chemin(dataDir), 'utf8').catch(() => '');
  try {
    const value: unknown = JSON.parse(text);
    return isDerniere(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export async function noterDerniere(dataDir: string, derniere: DerniereSauvegarde): Promise<void> {
  await mkdir(join(dataDir, 'sauvegarde'), { recursive: true, mode: 0o755 });
  const brouillon = `${chemin(dataDir)}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(brouillon, `${JSON.stringify(derniere)}\n`, { mode: 0o644, flush: true });
    await rename(brouillon, chemin(dataDir));
  } catch (error) {
    await rm(brouillon, { force: true });
    throw error;
  }
}

function chemin(dataDir: string): string {
  return join(dataDir, 'sauvegarde', 'dernier.json');
}

function isDerniere(value: unknown): value is DerniereSauvegarde {
  return (
    value instanceof Object &&
    'finieLe' in value &&
    typeof value.finieLe === 'string' &&
    'fichier' in value &&
    typeof value.fichier === 'string' &&
    'octets' in value &&
    typeof value.octets === 'number'
  );
}
