// Archives made for a test, whole or damaged on purpose.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import yazl from 'yazl';

export type ZipContent = Readonly<Record<string, string | Buffer>>;

export type ZipForm = { readonly compress?: boolean; readonly forceZip64Format?: boolean };

export async function zipOf(content: ZipContent, form: ZipForm = {}): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, text] of Object.entries(content)) {
    if (name.endsWith('/')) zip.addEmptyDirectory(name);
    else zip.addBuffer(Buffer.from(text), name, { compress: true, ...form });
  }
  zip.end({ forceZip64Format: form.forceZip64Format ?? false, comment: '' });
  return buffer(zip.outputStream);
}

/** A copy where `patch` has changed the headers of each entry: offsets are those of the fields after the signature. */
export function patchHeaders(
  zip: Buffer,
  patch: (header: Buffer, kind: 'local' | 'central') => void,
): Buffer {
  const copy = Buffer.from(zip);
  for (const [signature, kind] of [
    ['504b0304', 'local'],
    ['504b0102', 'central'],
  ] as const) {
    const magic = Buffer.from(signature, 'hex');
    for (let at = copy.indexOf(magic); at !== -1; at = copy.indexOf(magic, at + 4)) {
      patch(copy.subarray(at), kind);
    }
  }
  return copy;
}

/** A fresh folder, removed after the test. */
export async function testFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'annuaire-sync-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function writeIn(
  folder: string,
  fileName: string,
  content: string | Buffer,
): Promise<string> {
  const path = join(folder, fileName);
  await writeFile(path, content);
  return path;
}
