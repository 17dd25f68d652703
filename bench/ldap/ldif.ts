// Entries of an LDIF file (RFC 2849), one at a time: attribute names in lower case, values as text.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export type LdifEntry = ReadonlyMap<string, readonly string[]>;

export async function* readLdif(path: string): AsyncGenerator<LdifEntry> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  let pending: string[] = [];
  for await (const line of lines) {
    if (line.startsWith(' ')) pending.push((pending.pop() ?? '') + line.slice(1));
    else if (line !== '') pending.push(line);
    else if (pending.length > 0) {
      yield parseEntry(pending);
      pending = [];
    }
  }
  if (pending.length > 0) yield parseEntry(pending);
}

function parseEntry(lines: readonly string[]): LdifEntry {
  const entry = new Map<string, string[]>();
  for (const line of lines) {
    const parts = /^([^:#][^:]*):(:?) *(.*)$/su.exec(line);
    if (!parts) continue;
    const [, name = '', base64, text = ''] = parts;
    const value = base64 === ':' ? Buffer.from(text, 'base64').toString() : text;
    const values = entry.get(name.toLowerCase());
    if (values) values.push(value);
    else entry.set(name.toLowerCase(), [value]);
  }
  return entry;
}
