// Inventory files written for a test, in a folder that goes with it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

let folder: string | undefined;
let fileCount = 0;

after(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

export function inventaireFile(content: string | Buffer, name?: string): string {
  folder ??= mkdtempSync(join(tmpdir(), 'inventaire-'));
  const path = join(folder, name ?? `inventaire-${++fileCount}.csv`);
  writeFileSync(path, content);
  return path;
}
